#include "Dispatch.h"

#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace kiln::emulator {

static uint32_t ldsLimit(Chip chip) { return chip == Chip::Gfx950 ? 160 * 1024 : 64 * 1024; }

constexpr uint32_t MaxWorkgroup = 1024;
/// COMPUTE_TMPRING_SIZE.WAVESIZE counts KiB of a wave in 13 bits.
constexpr uint32_t MaxScratch = 8191 * 1024 / Lanes;

static Error checkLaunch(const CodeObject &object, const Kernel &kernel, const Launch &launch) {
  uint64_t items = uint64_t(launch.block[0]) * launch.block[1] * launch.block[2];
  for (unsigned axis = 0; axis < 3; ++axis)
    if (launch.grid[axis] == 0 || launch.block[axis] == 0)
      return createStringError("grid and block need at least 1 along every axis");
  uint32_t most = std::min(kernel.maxFlatWorkgroupSize, MaxWorkgroup);
  if (*std::max_element(launch.block, launch.block + 3) > most || items > most)
    return createStringError("a block of %u x %u x %u work-items: kernel '%s' allows at most %u",
                             launch.block[0], launch.block[1], launch.block[2], kernel.name.c_str(), most);
  if (kernel.privateSegmentSize > MaxScratch)
    return createStringError("%u bytes of scratch a work-item: %s has %u", kernel.privateSegmentSize,
                             chipName(object.chip), MaxScratch);
  uint64_t lds = uint64_t(kernel.groupSegmentSize) + launch.dynamicLds;
  if (lds > ldsLimit(object.chip))
    return createStringError("%llu bytes of LDS (%u static, %u dynamic): %s has %u", (unsigned long long)lds,
                             kernel.groupSegmentSize, launch.dynamicLds, chipName(object.chip),
                             ldsLimit(object.chip));
  if (kernel.arguments.empty() || launch.kernarg.size() == kernel.explicitKernargSize())
    return Error::success();
  std::string list;
  for (const KernelArgument &argument : kernel.arguments)
    if (!argument.isHidden())
      list += "\n  offset " + std::to_string(argument.offset) + ", " + std::to_string(argument.size) +
              " bytes: " + argument.valueKind + (argument.name.empty() ? "" : " " + argument.name);
  return createStringError("%zu bytes of arguments: kernel '%s' takes %u%s", launch.kernarg.size(),
                           kernel.name.c_str(), kernel.explicitKernargSize(), list.c_str());
}

Expected<std::unique_ptr<Dispatch>> Dispatch::create(AddressSpace &memory, const Program &program,
                                                     const Launch &launch) {
  auto kernel = program.object().find(launch.kernel);
  if (!kernel)
    return kernel.takeError();
  if (Error error = checkLaunch(program.object(), **kernel, launch))
    return std::move(error);
  std::unique_ptr<Dispatch> dispatch(new Dispatch(memory, program, launch, **kernel));
  dispatch->arguments = dispatch->kernargBytes();
  dispatch->arguments.resize(alignTo(dispatch->arguments.size(), 16));
  std::vector<uint8_t> packetBytes = dispatch->packetBytes();
  // The segment is 16-byte aligned and mapped in whole pieces of that: LLVM reads three words as four where
  // their address is a multiple of 8 (SITargetLowering::WidenOrSplitVectorLoad).
  dispatch->kernarg = memory.allocate(dispatch->arguments.size(), "kernel arguments");
  dispatch->packet = memory.allocate(packetBytes.size(), "dispatch packet");
  memcpy(packetBytes.data() + 40, &dispatch->kernarg, 8);
  if (Error error = memory.write(dispatch->kernarg, dispatch->arguments.data(), dispatch->arguments.size()))
    return std::move(error);
  if (Error error = memory.write(dispatch->packet, packetBytes.data(), packetBytes.size()))
    return std::move(error);
  return dispatch;
}

Dispatch::~Dispatch() {
  if (kernarg)
    cantFail(memory.free(kernarg));
  if (packet)
    cantFail(memory.free(packet));
}

template <class T> static void put(std::vector<uint8_t> &bytes, size_t offset, T value) {
  if (bytes.size() < offset + sizeof(T))
    bytes.resize(offset + sizeof(T));
  memcpy(bytes.data() + offset, &value, sizeof(T));
}

/// The caller's arguments and, where the metadata lists them, the hidden ones (code object version 5).
std::vector<uint8_t> Dispatch::kernargBytes() const {
  std::vector<uint8_t> bytes = launch.kernarg;
  bytes.resize(std::max<size_t>({bytes.size(), kernel.kernargSize, 16}));
  uint16_t dims = launch.grid[2] * launch.block[2] > 1 ? 3 : launch.grid[1] * launch.block[1] > 1 ? 2 : 1;
  for (const KernelArgument &argument : kernel.arguments) {
    StringRef kind = argument.valueKind;
    if (!kind.consume_front("hidden_"))
      continue;
    unsigned axis = kind.ends_with("_x") ? 0 : kind.ends_with("_y") ? 1 : kind.ends_with("_z") ? 2 : 3;
    if (axis < 3 && kind.starts_with("block_count"))
      put(bytes, argument.offset, uint32_t(itemsAlong(axis) / launch.block[axis]));
    else if (axis < 3 && kind.starts_with("group_size"))
      put(bytes, argument.offset, uint16_t(launch.block[axis]));
    else if (axis < 3 && kind.starts_with("remainder"))
      put(bytes, argument.offset, uint16_t(itemsAlong(axis) % launch.block[axis]));
    else if (kind == "grid_dims")
      put(bytes, argument.offset, dims);
    else if (kind == "dynamic_lds_size")
      put(bytes, argument.offset, launch.dynamicLds);
    else if (kind == "private_base")
      put(bytes, argument.offset, uint32_t(PrivateAperture >> 32));
    else if (kind == "shared_base")
      put(bytes, argument.offset, uint32_t(SharedAperture >> 32));
  }
  return bytes;
}

/// The AQL kernel dispatch packet (HSA Platform System Architecture 2.9.6).
std::vector<uint8_t> Dispatch::packetBytes() const {
  std::vector<uint8_t> bytes(64);
  put(bytes, 0, uint16_t(2)); // type: kernel dispatch
  put(bytes, 2, uint16_t(3)); // dimensions
  for (unsigned axis = 0; axis < 3; ++axis) {
    put(bytes, 4 + 2 * axis, uint16_t(launch.block[axis]));
    put(bytes, 12 + 4 * axis, itemsAlong(axis));
  }
  put(bytes, 24, kernel.privateSegmentSize);
  put(bytes, 28, kernel.groupSegmentSize + launch.dynamicLds);
  put(bytes, 32, uint64_t(program.loadAddress() + kernel.descriptorAddress));
  return bytes;
}

uint64_t Dispatch::residentLimit() const {
  uint64_t waves = divideCeil(uint64_t(launch.block[0]) * launch.block[1] * launch.block[2], Lanes);
  uint64_t bytes =
      waves * (sizeof(Wave) + uint64_t(scratchSize()) * Lanes) + kernel.groupSegmentSize + launch.dynamicLds;
  return std::clamp<uint64_t>((uint64_t(1) << 30) / bytes, 8, 1024);
}

/// Bytes of a lane. A dynamic stack has no bound in the metadata.
uint32_t Dispatch::scratchSize() const {
  return kernel.privateSegmentSize + (kernel.descriptor.properties >> 11 & 1 ? 16384 : 0);
}

void Dispatch::prepare(Workgroup &group, uint64_t number) const {
  group.number = number;
  group.hasTurn = group.isStopped = false;
  group.polls = 0;
  group.id[0] = number % launch.grid[0];
  group.id[1] = number / launch.grid[0] % launch.grid[1];
  group.id[2] = number / launch.grid[0] / launch.grid[1];
  group.timing = launch.options.timing;
  group.isSplit = kernel.descriptor.rsrc3 >> 16 & 1; // TG_SPLIT
  group.epoch = 0;
  group.random.seed(launch.options.seed * 0x9E3779B97F4A7C15 + number);
  group.lds.assign(kernel.groupSegmentSize + launch.dynamicLds, 0);
  unsigned items = launch.block[0] * launch.block[1] * launch.block[2];
  group.waves.resize(divideCeil(items, Lanes));
  for (size_t i = 0; i < group.waves.size(); ++i) {
    if (!group.waves[i])
      group.waves[i] = std::make_unique<Wave>();
    group.waves[i]->index = i;
    group.waves[i]->group = &group;
    prepareWave(*group.waves[i], group);
  }
}

void Dispatch::setScalars(Wave &wave, const Workgroup &group) const {
  const KernelDescriptor &descriptor = kernel.descriptor;
  unsigned next = 0;
  auto pair = [&](unsigned bit, uint64_t value) {
    if (descriptor.properties >> bit & 1) {
      wave.setPair(next, value);
      next += 2;
    }
  };
  if (descriptor.properties & 1)
    next += 4; // private segment buffer: not used with architected flat scratch
  pair(1, packet);
  pair(2, 0);
  pair(3, kernarg);
  pair(4, 0);
  pair(5, 0);
  if (descriptor.properties >> 6 & 1)
    wave.sgpr[next++] = kernel.privateSegmentSize;
  unsigned preload = descriptor.kernargPreload & 127, from = descriptor.kernargPreload >> 7;
  for (unsigned i = 0; i < preload && next < 16; ++i, ++next) {
    uint32_t word = 0;
    if ((from + i + 1) * 4 <= arguments.size())
      memcpy(&word, arguments.data() + (from + i) * 4, 4);
    wave.sgpr[next] = word;
  }
  next = descriptor.rsrc2 >> 1 & 31;
  for (unsigned axis = 0; axis < 3; ++axis)
    if (descriptor.rsrc2 >> (7 + axis) & 1)
      wave.sgpr[next++] = group.id[axis];
  // TG_SIZE (manual 3.13): first wave 31, wave in the group [24:20], waves of the group [5:0].
  if (descriptor.rsrc2 >> 10 & 1)
    wave.sgpr[next] =
        uint32_t(wave.index == 0) << 31 | uint32_t(wave.index) << 20 | uint32_t(group.waves.size());
}

void Dispatch::prepareWave(Wave &wave, const Workgroup &group) const {
  const KernelDescriptor &descriptor = kernel.descriptor;
  for (unsigned i = 0; i < 512; ++i)
    std::fill_n(wave.vgpr[i], Lanes, Poison);
  std::fill_n(wave.sgpr, 128, Poison);
  std::fill_n(wave.sgpr + Ttmp, TtmpCount, 0);
  wave.sgpr[125] = 0;
  wave.pc = program.loadAddress() + kernel.entry() + ((descriptor.kernargPreload & 127) ? 256 : 0);
  wave.scc = false;
  wave.state = WaveState::Running;
  wave.chip = program.object().chip;
  wave.sramEcc = program.object().sramEcc;
  wave.memory = &memory;
  wave.cache = {};
  wave.current = nullptr;
  wave.executed = wave.stalled = wave.matrixFree = 0;
  wave.error.clear();
  // One file for both kinds. Those from accum_offset on are the accumulation registers, but what bounds the
  // others is the whole allocation: production attention kernels use v160 to v255 with an accum_offset of
  // 160.
  unsigned registers = ((descriptor.rsrc1 & 63) + 1) * 8, accumOffset = ((descriptor.rsrc3 & 63) + 1) * 4;
  wave.allocatedVgprs = registers;
  // Scalar registers come in sixteens, of which the descriptor counts eights (AMDGPUUsage,
  // GRANULATED_WAVEFRONT_SGPR_COUNT).
  unsigned scalars = ((descriptor.rsrc1 >> 6 & 15) / 2 + 1) * 16;
  wave.allocatedSgprs = scalars;
  wave.registers.arch = std::min(registers, 256u);
  wave.registers.acc = std::min(registers - std::min(registers, accumOffset), 256u);
  wave.registers.scalar = std::min<unsigned>(scalars, FlatScratch);
  // MODE: rounding and denormals [7:0], dx10_clamp 8, ieee 9, fp16_ovfl 23.
  wave.mode.bits = (descriptor.rsrc1 >> 12 & 0xFF) | (descriptor.rsrc1 >> 21 & 1) << 8 |
                   (descriptor.rsrc1 >> 23 & 1) << 9 | (descriptor.rsrc1 >> 26 & 1) << 23;
  wave.setScratch(scratchSize());
  setScalars(wave, group);

  uint64_t exec = 0;
  unsigned idFields = descriptor.rsrc2 >> 11 & 3;
  const uint32_t *block = launch.block;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    unsigned item = wave.index * Lanes + lane;
    uint32_t at[3] = {item % block[0], item / block[0] % block[1], item / block[0] / block[1]};
    bool active = at[2] < block[2];
    for (unsigned axis = 0; axis < 3; ++axis)
      active &= uint64_t(group.id[axis]) * block[axis] + at[axis] < itemsAlong(axis);
    exec |= uint64_t(active) << lane;
    wave.vgpr[0][lane] = at[0] | (idFields > 0 ? at[1] << 10 : 0) | (idFields > 1 ? at[2] << 20 : 0);
  }
  wave.setPair(Exec, exec);
  if (!exec)
    wave.state = WaveState::Ended;
}

} // namespace kiln::emulator
