// FLAT, GLOBAL and SCRATCH (CDNA3/CDNA4 manual 10).
#include "Isa/Access.h"

namespace kiln::emulator {

enum class Segment { Flat, Global, Scratch };

template <Segment Kind>
static void flatAddresses(Wave &wave, const Instruction &inst, PendingAccess &access) {
  const Operand &vaddr = inst.src[0], &saddr = inst.src[2];
  u64 base = (saddr ? readScalar(wave, saddr) : 0) + int64_t(inst.offset);
  const u32 *low = vaddr ? wave.vgpr[vaddr.index] : nullptr;
  const u32 *high = vaddr.dwords == 2 ? wave.vgpr[(vaddr.index + 1) & 511] : nullptr;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    u64 address = base + (low ? low[lane] : 0) + (high ? u64(high[lane]) << 32 : 0);
    access.address[lane] = Kind == Segment::Scratch ? u32(address) : address;
  }
}

template <Segment Kind> static FlatPlace placeOf(u64 address) {
  if (Kind == Segment::Flat)
    return flatPlace(address);
  return {Kind == Segment::Scratch ? MemorySpace::Scratch : MemorySpace::Global, address};
}

/// FLAT may go to LDS and so counts on both (manual 10.1).
template <Segment Kind> constexpr u8 countersOf = Kind == Segment::Flat ? VmCnt | LgkmCnt : VmCnt;

template <Segment Kind, unsigned Dwords> static void landLoad(Wave &wave, PendingAccess &access) {
  unsigned dst = access.inst->dst[0].index;
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[Dwords];
    FlatPlace place = placeOf<Kind>(access.address[lane]);
    if (!wave.load(place.space, lane, place.address, words, sizeof(words)))
      return;
    for (unsigned i = 0; i < Dwords; ++i)
      wave.vgpr[(dst + i) & 511][lane] = words[i];
  });
}

template <Segment Kind, unsigned Size, Fill How, bool IsSigned>
static void landNarrowLoad(Wave &wave, PendingAccess &access) {
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) {
    u32 value = 0;
    FlatPlace place = placeOf<Kind>(access.address[lane]);
    if (wave.load(place.space, lane, place.address, &value, Size))
      dst[lane] = fillRegister(value, Size, How, IsSigned, dst[lane]);
  });
}

template <Segment Kind, unsigned Size, unsigned Shift>
static void landStore(Wave &wave, PendingAccess &access) {
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[4];
    for (unsigned i = 0; i < (Size + 3) / 4; ++i)
      words[i] = access.data[i][lane] >> Shift;
    FlatPlace place = placeOf<Kind>(access.address[lane]);
    wave.store(place.space, lane, place.address, words, Size);
  });
}

template <Segment Kind, void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, countersOf<Kind>);
  flatAddresses<Kind>(wave, inst, access);
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

template <Segment Kind> static void addSegment(InstructionSet &isa, llvm::StringRef prefix) {
  auto add = [&](const char *name, Handler handler) { isa.add((prefix + name).str(), handler); };
  add("_load_ubyte", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::Zero, false>>);
  add("_load_sbyte", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::Sign, true>>);
  add("_load_ushort", issueAccess<Kind, landNarrowLoad<Kind, 2, Fill::Zero, false>>);
  add("_load_sshort", issueAccess<Kind, landNarrowLoad<Kind, 2, Fill::Sign, true>>);
  add("_load_ubyte_d16", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::LowHalf, false>>);
  add("_load_ubyte_d16_hi", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::HighHalf, false>>);
  add("_load_sbyte_d16", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::LowHalf, true>>);
  add("_load_sbyte_d16_hi", issueAccess<Kind, landNarrowLoad<Kind, 1, Fill::HighHalf, true>>);
  add("_load_short_d16", issueAccess<Kind, landNarrowLoad<Kind, 2, Fill::LowHalf, false>>);
  add("_load_short_d16_hi", issueAccess<Kind, landNarrowLoad<Kind, 2, Fill::HighHalf, false>>);
  add("_load_dword", issueAccess<Kind, landLoad<Kind, 1>>);
  add("_load_dwordx2", issueAccess<Kind, landLoad<Kind, 2>>);
  add("_load_dwordx3", issueAccess<Kind, landLoad<Kind, 3>>);
  add("_load_dwordx4", issueAccess<Kind, landLoad<Kind, 4>>);
  add("_store_byte", issueAccess<Kind, landStore<Kind, 1, 0>>);
  add("_store_byte_d16_hi", issueAccess<Kind, landStore<Kind, 1, 16>>);
  add("_store_short", issueAccess<Kind, landStore<Kind, 2, 0>>);
  add("_store_short_d16_hi", issueAccess<Kind, landStore<Kind, 2, 16>>);
  add("_store_dword", issueAccess<Kind, landStore<Kind, 4, 0>>);
  add("_store_dwordx2", issueAccess<Kind, landStore<Kind, 8, 0>>);
  add("_store_dwordx3", issueAccess<Kind, landStore<Kind, 12, 0>>);
  add("_store_dwordx4", issueAccess<Kind, landStore<Kind, 16, 0>>);
}

void addFlat(InstructionSet &isa) {
  addSegment<Segment::Flat>(isa, "flat");
  addSegment<Segment::Global>(isa, "global");
  addSegment<Segment::Scratch>(isa, "scratch");
}

} // namespace kiln::emulator
