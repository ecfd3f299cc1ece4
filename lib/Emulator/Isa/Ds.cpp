// DS: reads, writes and atomics of LDS (CDNA3/CDNA4 manual 11).
//
// A lane's access that is not all inside the workgroup's LDS reads 0 or is dropped (11.3.1). M0 does not
// limit it: compilers for gfx9 leave M0 unset.
#include "Isa/Atomics.h"

namespace kiln::emulator {

template <void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  const u32 *addr = wave.vgpr[inst.src[0].index];
  for (unsigned lane = 0; lane < Lanes; ++lane)
    access.address[lane] = u32(addr[lane] + u32(inst.offset)); // wraps: compilers use bases below 0
  captureData(wave, inst.src[1], access);
  captureData(wave, inst.src[2], access, inst.src[1].dwords);
  access.land = Land;
  wave.issue(access);
}

static void addAccesses(InstructionSet &isa) {
  using P = LdsPlace;
  isa.add("ds_read_u8", issueAccess<landNarrowLoad<P, 1, false, Fill::Whole>>);
  isa.add("ds_read_i8", issueAccess<landNarrowLoad<P, 1, true, Fill::Whole>>);
  isa.add("ds_read_u16", issueAccess<landNarrowLoad<P, 2, false, Fill::Whole>>);
  isa.add("ds_read_i16", issueAccess<landNarrowLoad<P, 2, true, Fill::Whole>>);
  isa.add("ds_read_u8_d16", issueAccess<landNarrowLoad<P, 1, false, Fill::LowHalf>>);
  isa.add("ds_read_u8_d16_hi", issueAccess<landNarrowLoad<P, 1, false, Fill::HighHalf>>);
  isa.add("ds_read_i8_d16", issueAccess<landNarrowLoad<P, 1, true, Fill::LowHalf>>);
  isa.add("ds_read_i8_d16_hi", issueAccess<landNarrowLoad<P, 1, true, Fill::HighHalf>>);
  isa.add("ds_read_u16_d16", issueAccess<landNarrowLoad<P, 2, false, Fill::LowHalf>>);
  isa.add("ds_read_u16_d16_hi", issueAccess<landNarrowLoad<P, 2, false, Fill::HighHalf>>);
  isa.add("ds_read_b32", issueAccess<landLoad<P, 1>>);
  isa.add("ds_read_b64", issueAccess<landLoad<P, 2>>);
  isa.add("ds_read_b96", issueAccess<landLoad<P, 3>>);
  isa.add("ds_read_b128", issueAccess<landLoad<P, 4>>);
  isa.add("ds_write_b8", issueAccess<landStore<P, 1, 0>>);
  isa.add("ds_write_b8_d16_hi", issueAccess<landStore<P, 1, 16>>);
  isa.add("ds_write_b16", issueAccess<landStore<P, 2, 0>>);
  isa.add("ds_write_b16_d16_hi", issueAccess<landStore<P, 2, 16>>);
  isa.add("ds_write_b32", issueAccess<landStore<P, 4, 0>>);
  isa.add("ds_write_b64", issueAccess<landStore<P, 8, 0>>);
  isa.add("ds_write_b96", issueAccess<landStore<P, 12, 0>>);
  isa.add("ds_write_b128", issueAccess<landStore<P, 16, 0>>);
}

/// Two-address forms: offset0 and offset1 count elements, or 64 elements (st64).
template <void (*Land)(Wave &, PendingAccess &)> static void issuePair(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  const u32 *addr = wave.vgpr[inst.src[0].index];
  for (unsigned lane = 0; lane < Lanes; ++lane)
    access.address[lane] = addr[lane];
  captureData(wave, inst.src[1], access);
  captureData(wave, inst.src[2], access, inst.src[1].dwords);
  access.land = Land;
  wave.issue(access);
}

template <unsigned Unit> static u64 firstOffset(const PendingAccess &access) {
  return u64(access.inst->offset & 0xFF) * Unit;
}
template <unsigned Unit> static u64 secondOffset(const PendingAccess &access) {
  return u64(access.inst->offset1) * Unit;
}

template <unsigned Dwords, unsigned Unit> static void landReadPair(Wave &wave, PendingAccess &access) {
  unsigned dst = access.inst->dst[0].index;
  // Both halves are read before either is written: the destination may hold the addresses, which are
  // captured.
  loadLanes<LdsPlace, Dwords>(wave, access, dst, firstOffset<Unit>(access));
  loadLanes<LdsPlace, Dwords>(wave, access, dst + Dwords, secondOffset<Unit>(access));
}

/// The same offset twice is one access, with the first data (manual 11.3.1).
static bool isOneAccess(const PendingAccess &access) {
  return (access.inst->offset & 0xFF) == access.inst->offset1;
}

template <unsigned Dwords, unsigned Unit> static void landWritePair(Wave &wave, PendingAccess &access) {
  storeLanes<LdsPlace, 4 * Dwords>(wave, access, 0, firstOffset<Unit>(access));
  if (!isOneAccess(access))
    storeLanes<LdsPlace, 4 * Dwords>(wave, access, Dwords, secondOffset<Unit>(access));
}

template <class T, unsigned Unit> static void landExchangePair(Wave &wave, PendingAccess &access) {
  constexpr unsigned Dwords = sizeof(T) / 4;
  unsigned dst = access.inst->dst[0].index;
  forLanes(access.exec, [&](unsigned lane) {
    T old = 0;
    for (unsigned half = 0; half < 2; ++half) {
      u64 offset = half ? secondOffset<Unit>(access) : firstOffset<Unit>(access);
      T data = dataOf<T>(access, half * Dwords, lane);
      Location at = LdsPlace::locate(access.address[lane] + offset);
      bool isAgain = half && isOneAccess(access); // both results are what the one access found
      u8 *bytes = isAgain ? nullptr : atomicTarget(wave, at, lane, sizeof(T));
      old = isAgain ? old : 0;
      if (bytes) {
        memcpy(&old, bytes, sizeof(T));
        memcpy(bytes, &data, sizeof(T));
      }
      writeLane<T>(wave, dst + half * Dwords, lane, old);
    }
  });
}

static void addPairs(InstructionSet &isa) {
  isa.add("ds_read2_b32", issuePair<landReadPair<1, 4>>);
  isa.add("ds_read2_b64", issuePair<landReadPair<2, 8>>);
  isa.add("ds_read2st64_b32", issuePair<landReadPair<1, 256>>);
  isa.add("ds_read2st64_b64", issuePair<landReadPair<2, 512>>);
  isa.add("ds_write2_b32", issuePair<landWritePair<1, 4>>);
  isa.add("ds_write2_b64", issuePair<landWritePair<2, 8>>);
  isa.add("ds_write2st64_b32", issuePair<landWritePair<1, 256>>);
  isa.add("ds_write2st64_b64", issuePair<landWritePair<2, 512>>);
  isa.add("ds_wrxchg2_rtn_b32", issuePair<landExchangePair<u32, 4>>);
  isa.add("ds_wrxchg2_rtn_b64", issuePair<landExchangePair<u64, 8>>);
  isa.add("ds_wrxchg2st64_rtn_b32", issuePair<landExchangePair<u32, 256>>);
  isa.add("ds_wrxchg2st64_rtn_b64", issuePair<landExchangePair<u64, 512>>);
}

/// ds_<operation>_<type> and ds_<operation>_rtn_<type>.
template <class T, AtomicOperation<T> Operation>
static void addAtomic(InstructionSet &isa, llvm::StringRef operation, llvm::StringRef type) {
  Handler handler = issueAccess<landAtomic<LdsPlace, T, Operation>>;
  isa.add(("ds_" + operation + "_" + type).str(), handler);
  isa.add(("ds_" + operation + "_rtn_" + type).str(), handler);
}

template <class T> static void addIntegerAtomics(InstructionSet &isa, llvm::StringRef bits) {
  using namespace atomics;
  std::string b = ("b" + bits).str(), u = ("u" + bits).str(), i = ("i" + bits).str(), f = ("f" + bits).str();
  addAtomic<T, atomics::add<T>>(isa, "add", u);
  addAtomic<T, sub<T>>(isa, "sub", u);
  addAtomic<T, reverseSub<T>>(isa, "rsub", u);
  addAtomic<T, increment<T>>(isa, "inc", u);
  addAtomic<T, decrement<T>>(isa, "dec", u);
  addAtomic<T, signedMin<T>>(isa, "min", i);
  addAtomic<T, signedMax<T>>(isa, "max", i);
  addAtomic<T, unsignedMin<T>>(isa, "min", u);
  addAtomic<T, unsignedMax<T>>(isa, "max", u);
  addAtomic<T, bitAnd<T>>(isa, "and", b);
  addAtomic<T, bitOr<T>>(isa, "or", b);
  addAtomic<T, bitXor<T>>(isa, "xor", b);
  addAtomic<T, maskedOr<T>>(isa, "mskor", b);
  addAtomic<T, compareStore<T>>(isa, "cmpst", b);
  addAtomic<T, floatCompareStore<T>>(isa, "cmpst", f);
  addAtomic<T, floatAdd<T>>(isa, "add", f);
  addAtomic<T, floatMin<T>>(isa, "min", f);
  addAtomic<T, floatMax<T>>(isa, "max", f);
  isa.add("ds_wrxchg_rtn_" + b, issueAccess<landAtomic<LdsPlace, T, swap<T>>>);
}

/// Each half with bit 31 set replaces LDS's dword by its other 31 bits.
static u64 conditionalExchange(const atomics::Mode &, u64 old, u64 data, u64) {
  u64 low = data >> 31 & 1 ? data & 0x7FFFFFFF : old & 0xFFFFFFFF;
  u64 high = data >> 63 ? data >> 32 & 0x7FFFFFFF : old >> 32;
  return low | high << 32;
}

void addDs(InstructionSet &isa) {
  addAccesses(isa);
  addPairs(isa);
  addIntegerAtomics<u32>(isa, "32");
  addIntegerAtomics<u64>(isa, "64");
  addAtomic<u32, atomics::packedAdd<atomics::addHalf>>(isa, "pk_add", "f16");
  addAtomic<u32, atomics::packedAdd<atomics::addBf16>>(isa, "pk_add", "bf16");
  isa.add("ds_wrap_rtn_b32", issueAccess<landAtomic<LdsPlace, u32, atomics::wrap<u32>>>);
  isa.add("ds_condxchg32_rtn_b64", issueAccess<landAtomic<LdsPlace, u64, conditionalExchange>>);
  isa.add("ds_nop", [](Wave &, const Instruction &) {});
  for (const char *name : {"ds_gws_init", "ds_gws_barrier", "ds_gws_sema_v", "ds_gws_sema_p",
                           "ds_gws_sema_br", "ds_gws_sema_release_all"})
    isa.refuse(name, "global wave sync needs the driver to assign its counters to the queue");
}

} // namespace kiln::emulator
