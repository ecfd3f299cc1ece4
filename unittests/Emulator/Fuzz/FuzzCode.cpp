// libFuzzer target: any bytes as machine code. Byte 0 says how it is launched (Choices), byte 1 sizes LDS,
// scratch and registers, bytes 2 and 3 are part of MODE; the rest is code, which follows a prologue that puts
// valid addresses, descriptors and small numbers into registers, so that accesses land near the ends of what
// they may touch.
#include "Fuzz.h"
#include "Machine.h"
#include "Program.h"
#include <random>

using namespace kiln::emulator;

/// s[0:1] and s[8:9] address a buffer, s[4:7] describes it, s[10:11] addresses flat LDS; s12 and s13 are
/// small.
static const char *const Prologue = R"(
  v_and_b32 v1, 63, v0
  v_lshlrev_b32 v1, 2, v1
  v_mov_b32 v2, s0
  v_mov_b32 v3, s1
  v_add_u32 v2, v2, v1
  v_mov_b32 v4, s10
  v_mov_b32 v5, s11
  v_lshlrev_b32 v6, 6, v0
  v_mov_b32 v7, -4
  v_mov_b32 v8, 0x10000
  v_mov_b32 v9, 1.0
  v_mov_b32 v10, 0
  v_mov_b32 v11, 3
  s_mov_b32 m0, s12
  v_accvgpr_write_b32 a0, v2
  v_accvgpr_write_b32 a1, v3
)";

static const std::vector<uint8_t> &prologue(Chip chip) {
  static const std::vector<uint8_t> code[2] = {llvm::cantFail(assemble(Prologue, Chip::Gfx942)),
                                               llvm::cantFail(assemble(Prologue, Chip::Gfx950))};
  return code[chip == Chip::Gfx950];
}

static Kernel describe(const uint8_t *header) {
  Kernel kernel;
  kernel.name = "fuzzed";
  kernel.groupSegmentSize = header[1] & 1 ? 4096 : header[1] & 2 ? 20 : 0;
  kernel.privateSegmentSize = header[1] & 4 ? 64 : header[1] & 8 ? 12 : 0;
  KernelDescriptor &descriptor = kernel.descriptor;
  unsigned registers = header[1] & 16 ? 63 : header[1] & 32 ? 3 : 31;
  descriptor.rsrc1 = registers | uint32_t(header[2]) << 12 | (header[3] & 1) << 21 | (header[3] & 2) << 22 |
                     (header[3] & 4) << 24;
  descriptor.rsrc2 = 16 << 1 | 2 << 11;
  descriptor.rsrc3 = header[1] & 64 ? 63 : 1;
  descriptor.kernargPreload = 16;
  descriptor.entryOffset = -256; // where a kernel with preloaded arguments starts is 256 further on
  return kernel;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 8)
    return 0;
  fuzz::Choices choices(data[0]);
  std::vector<uint8_t> text = prologue(choices.chip());
  text.insert(text.end(), data + 4, data + size);
  auto object = CodeObject::fromText(text, choices.chip());
  object->kernels.push_back(describe(data));
  Device device(choices.chip());
  uint64_t buffer = device.memory().allocate(fuzz::BufferBytes, "buffer");
  auto program = llvm::cantFail(device.load(object));
  const uint32_t low = uint32_t(buffer), high = uint32_t(buffer >> 32);
  const uint32_t scalars[16] = {low,
                                high,
                                0x40,
                                0xFFFFFFFC,
                                low,
                                high,
                                fuzz::BufferBytes,
                                0x20000,
                                low + 65520,
                                high,
                                0,
                                uint32_t(SharedAperture >> 32),
                                8,
                                0x7F,
                                0,
                                1};
  Launch launch;
  launch.kernel = "fuzzed";
  launch.block[0] = choices.items();
  launch.kernarg.assign(reinterpret_cast<const uint8_t *>(scalars),
                        reinterpret_cast<const uint8_t *>(scalars + 16));
  fuzz::launchShortly(device, *program, launch, choices);
  return 0;
}

// ---- Mutations that keep the bytes machine code ----

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

/// An encoding's fixed bits (manual, "Microcode Formats"), and its dwords.
static const struct {
  uint32_t fixed, mask;
  unsigned dwords;
} Encodings[] = {
    {0xBE800000, 0xFF800000, 1}, {0xBF000000, 0xFF800000, 1}, {0xBF800000, 0xFF800000, 1},
    {0xB0000000, 0xF0000000, 1}, {0x80000000, 0xC0000000, 1}, {0x7E000000, 0xFE000000, 1},
    {0x7C000000, 0xFE000000, 1}, {0x00000000, 0x80000000, 1}, {0xD0000000, 0xFC000000, 2},
    {0xD3800000, 0xFF800000, 2}, {0xC0000000, 0xFC000000, 2}, {0xD8000000, 0xFC000000, 2},
    {0xDC000000, 0xFC000000, 2}, {0xE0000000, 0xFC000000, 2}, {0xE8000000, 0xFC000000, 2},
    {0xD3C00000, 0xFFC00000, 2},
};

static void appendRandomInstruction(std::mt19937 &random, std::vector<uint32_t> &words) {
  const auto &encoding = Encodings[random() % std::size(Encodings)];
  words.push_back(encoding.fixed | (uint32_t(random()) & ~encoding.mask));
  // Operand fields hold small numbers more often than not: the registers of the prologue.
  if (encoding.dwords == 2)
    words.push_back(random() % 4 ? uint32_t(random()) & 0x9F0F0F0F : uint32_t(random()));
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 2 || maxSize < 64 || size < 8)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::vector<uint32_t> words((size - 4) / 4), fresh;
  memcpy(words.data(), data + 4, words.size() * 4);
  for (unsigned count = 1 + random() % 4; count; --count)
    appendRandomInstruction(random, fresh);
  words.insert(words.begin() + random() % (words.size() + 1), fresh.begin(), fresh.end());
  words.resize(std::min<size_t>(words.size(), (maxSize - 4) / 4));
  memcpy(data + 4, words.data(), words.size() * 4);
  data[random() % 4] = uint8_t(random());
  return 4 + words.size() * 4;
}
