// SMEM (CDNA3/CDNA4 manual 8).
#include "Isa/Atomics.h"
#include "Isa/Buffer.h"

namespace kiln::emulator {

/// The address of dword 0 goes to address[0]; how many dwords the descriptor allows, to inRange[0].
template <bool IsBuffer>
static void formAddress(const Wave &wave, const Instruction &inst, PendingAccess &access) {
  u64 offset = i64(inst.offset) + (inst.src[3] ? u32(readScalar(wave, inst.src[3])) : u64(0));
  access.exec = 1;
  access.inRange[0] = 255;
  if constexpr (IsBuffer) {
    // Manual 8.2.1: the size is num_records bytes, or num_records * stride where there is a stride.
    BufferDescriptor buffer(wave, inst.src[0]);
    u64 size = u64(buffer.records) * (buffer.stride ? buffer.stride : 1);
    offset &= ~u64(3);
    u64 left = offset < size ? (size - offset) / 4 : 0;
    access.inRange[0] = u8(left < 255 ? left : 255);
    access.address[0] = (buffer.base & ~u64(3)) + offset;
  } else {
    access.address[0] = (readScalar(wave, inst.src[0]) + offset) & ~u64(3);
  }
}

static void landLoad(Wave &wave, PendingAccess &access) {
  const Operand &dst = access.inst->dst[0];
  for (unsigned i = 0; i < dst.dwords; ++i) {
    u32 word = 0;
    if (i < access.inRange[0] && !wave.load(MemorySpace::Global, 0, access.address[0] + 4 * i, &word, 4))
      return;
    wave.sgpr[(dst.index + i) & 127] = word;
  }
}

static void landStore(Wave &wave, PendingAccess &access) {
  for (unsigned i = 0; i < access.inst->src[1].dwords && i < access.inRange[0]; ++i)
    wave.store(MemorySpace::Global, 0, access.address[0] + 4 * i, &access.data[i][0], 4);
}

template <class T, AtomicOperation<T> Operation>
static void landScalarAtomic(Wave &wave, PendingAccess &access) {
  constexpr unsigned Dwords = sizeof(T) / 4;
  u8 *bytes = access.inRange[0] < Dwords
                  ? nullptr
                  : atomicTarget(wave, {MemorySpace::Global, access.address[0]}, 0, sizeof(T));
  T old = 0;
  if (bytes)
    old = exchange<T, Operation>(bytes, {}, dataOf<T>(access, 0, 0), dataOf<T>(access, Dwords, 0));
  for (unsigned i = 0; access.inst->dstCount && i < Dwords; ++i)
    wave.sgpr[(access.inst->dst[0].index + i) & 127] = u32(u64(old) >> (32 * i));
}

template <bool IsBuffer, void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  formAddress<IsBuffer>(wave, inst, access);
  for (unsigned i = 0; i < inst.src[1].dwords && i < 4; ++i)
    access.data[i][0] = wave.sgpr[(inst.src[1].index + i) & 127];
  access.land = Land;
  wave.issue(access);
}

/// Time is the number of instructions executed, so that runs repeat.
static void landTime(Wave &wave, PendingAccess &access) {
  writeScalar<u64>(wave, access.inst->dst[0], access.address[0]);
}
static void issueTime(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  access.exec = 1;
  access.address[0] = wave.executed;
  access.land = landTime;
  wave.issue(access);
}

template <bool IsBuffer> static void addAtomics(InstructionSet &isa, const std::string &prefix) {
  using namespace atomics;
#define KILN_ATOMIC(name, operation)                                                                         \
  isa.add(prefix + name, issueAccess<IsBuffer, landScalarAtomic<u32, operation<u32>>>);                      \
  isa.add(prefix + name "_x2", issueAccess<IsBuffer, landScalarAtomic<u64, operation<u64>>>);
  KILN_ATOMIC("swap", swap)
  KILN_ATOMIC("cmpswap", compareSwap)
  KILN_ATOMIC("add", atomics::add)
  KILN_ATOMIC("sub", sub)
  KILN_ATOMIC("smin", signedMin)
  KILN_ATOMIC("umin", unsignedMin)
  KILN_ATOMIC("smax", signedMax)
  KILN_ATOMIC("umax", unsignedMax)
  KILN_ATOMIC("and", bitAnd)
  KILN_ATOMIC("or", bitOr)
  KILN_ATOMIC("xor", bitXor)
  KILN_ATOMIC("inc", increment)
  KILN_ATOMIC("dec", decrement)
#undef KILN_ATOMIC
}

void addSmem(InstructionSet &isa) {
  for (const char *size : {"dword", "dwordx2", "dwordx4", "dwordx8", "dwordx16"}) {
    isa.add(std::string("s_load_") + size, issueAccess<false, landLoad>);
    isa.add(std::string("s_buffer_load_") + size, issueAccess<true, landLoad>);
  }
  for (const char *size : {"dword", "dwordx2", "dwordx4"}) {
    isa.add(std::string("s_store_") + size, issueAccess<false, landStore>);
    isa.add(std::string("s_buffer_store_") + size, issueAccess<true, landStore>);
    for (const char *access : {"s_scratch_load_", "s_scratch_store_"})
      isa.refuse(std::string(access) + size, "scalar access to the interleaved private memory of all lanes");
  }
  addAtomics<false>(isa, "s_atomic_");
  addAtomics<true>(isa, "s_buffer_atomic_");
  // Caches and translations are not modelled: every access sees memory itself.
  for (const char *name : {"s_dcache_inv", "s_dcache_wb", "s_dcache_inv_vol", "s_dcache_wb_vol",
                           "s_dcache_discard", "s_dcache_discard_x2", "s_atc_probe", "s_atc_probe_buffer"})
    isa.add(name, [](Wave &, const Instruction &) {});
  isa.add("s_memtime", issueTime);
  isa.add("s_memrealtime", issueTime);
}

} // namespace kiln::emulator
