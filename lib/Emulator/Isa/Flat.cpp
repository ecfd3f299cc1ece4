// FLAT, GLOBAL and SCRATCH (CDNA3/CDNA4 manual 10).
#include "Isa/Atomics.h"

namespace kiln::emulator {

template <class Place> static void formAddresses(Wave &wave, const Instruction &inst, PendingAccess &access) {
  const Operand &vaddr = inst.src[0], &saddr = inst.src[2];
  u64 base = (saddr ? readScalar(wave, saddr) : 0) + i64(inst.offset);
  const u32 *low = vaddr ? wave.vgpr[vaddr.index] : nullptr;
  const u32 *high = vaddr.dwords == 2 ? wave.vgpr[(vaddr.index + 1) & 511] : nullptr;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    u64 address = base + (low ? low[lane] : 0) + (high ? u64(high[lane]) << 32 : 0);
    access.address[lane] = std::is_same_v<Place, ScratchPlace> ? u32(address) : address;
  }
}

template <class Place, void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, Place::Counters);
  formAddresses<Place>(wave, inst, access);
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

template <class Place> static void addLoads(InstructionSet &isa, llvm::StringRef prefix) {
  auto add = [&](const char *name, Handler handler) { isa.add((prefix + name).str(), handler); };
  add("_load_ubyte", issueAccess<Place, landNarrowLoad<Place, 1, false, Fill::Whole>>);
  add("_load_sbyte", issueAccess<Place, landNarrowLoad<Place, 1, true, Fill::Whole>>);
  add("_load_ushort", issueAccess<Place, landNarrowLoad<Place, 2, false, Fill::Whole>>);
  add("_load_sshort", issueAccess<Place, landNarrowLoad<Place, 2, true, Fill::Whole>>);
  add("_load_ubyte_d16", issueAccess<Place, landNarrowLoad<Place, 1, false, Fill::LowHalf>>);
  add("_load_ubyte_d16_hi", issueAccess<Place, landNarrowLoad<Place, 1, false, Fill::HighHalf>>);
  add("_load_sbyte_d16", issueAccess<Place, landNarrowLoad<Place, 1, true, Fill::LowHalf>>);
  add("_load_sbyte_d16_hi", issueAccess<Place, landNarrowLoad<Place, 1, true, Fill::HighHalf>>);
  add("_load_short_d16", issueAccess<Place, landNarrowLoad<Place, 2, false, Fill::LowHalf>>);
  add("_load_short_d16_hi", issueAccess<Place, landNarrowLoad<Place, 2, false, Fill::HighHalf>>);
  add("_load_dword", issueAccess<Place, landLoad<Place, 1>>);
  add("_load_dwordx2", issueAccess<Place, landLoad<Place, 2>>);
  add("_load_dwordx3", issueAccess<Place, landLoad<Place, 3>>);
  add("_load_dwordx4", issueAccess<Place, landLoad<Place, 4>>);
}

template <class Place> static void addStores(InstructionSet &isa, llvm::StringRef prefix) {
  auto add = [&](const char *name, Handler handler) { isa.add((prefix + name).str(), handler); };
  add("_store_byte", issueAccess<Place, landStore<Place, 1, 0>>);
  add("_store_byte_d16_hi", issueAccess<Place, landStore<Place, 1, 16>>);
  add("_store_short", issueAccess<Place, landStore<Place, 2, 0>>);
  add("_store_short_d16_hi", issueAccess<Place, landStore<Place, 2, 16>>);
  add("_store_dword", issueAccess<Place, landStore<Place, 4, 0>>);
  add("_store_dwordx2", issueAccess<Place, landStore<Place, 8, 0>>);
  add("_store_dwordx3", issueAccess<Place, landStore<Place, 12, 0>>);
  add("_store_dwordx4", issueAccess<Place, landStore<Place, 16, 0>>);
}

template <class Place> static void addToLds(InstructionSet &isa, llvm::StringRef prefix) {
  auto add = [&](const char *name, Handler handler) { isa.add((prefix + name).str(), handler); };
  add("_load_lds_ubyte", issueAccess<Place, landToLds<Place, 1, false>>);
  add("_load_lds_sbyte", issueAccess<Place, landToLds<Place, 1, true>>);
  add("_load_lds_ushort", issueAccess<Place, landToLds<Place, 2, false>>);
  add("_load_lds_sshort", issueAccess<Place, landToLds<Place, 2, true>>);
  add("_load_lds_dword", issueAccess<Place, landToLds<Place, 4, false>>);
}

template <class Place> static void addAtomics(InstructionSet &isa, llvm::StringRef prefix) {
  forMemoryAtomics<Place>([&](const char *name, auto land) {
    isa.add((prefix + name).str(), issueAccess<Place, decltype(land)::value>);
  });
}

void addFlat(InstructionSet &isa) {
  addLoads<FlatPlace>(isa, "flat");
  addLoads<GlobalPlace>(isa, "global");
  addLoads<ScratchPlace>(isa, "scratch");
  addStores<FlatPlace>(isa, "flat");
  addStores<GlobalPlace>(isa, "global");
  addStores<ScratchPlace>(isa, "scratch");
  addToLds<GlobalPlace>(isa, "global");
  addToLds<ScratchPlace>(isa, "scratch");
  isa.add("global_load_lds_dwordx3", issueAccess<GlobalPlace, landToLds<GlobalPlace, 12, false>>);
  isa.add("global_load_lds_dwordx4", issueAccess<GlobalPlace, landToLds<GlobalPlace, 16, false>>);
  addAtomics<FlatPlace>(isa, "flat");
  addAtomics<GlobalPlace>(isa, "global");
}

} // namespace kiln::emulator
