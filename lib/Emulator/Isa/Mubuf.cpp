// MUBUF: untyped buffers (CDNA3/CDNA4 manual 9).
#include "Isa/Atomics.h"
#include "Isa/Buffer.h"

namespace kiln::emulator {

template <unsigned Size, void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, VmCnt);
  formBufferAddresses(wave, inst, access, BufferDescriptor(wave, inst.src[2]), Size < 4 ? Size : 4);
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

/// Loads have an `lds` bit.
template <unsigned Size, void (*Land)(Wave &, PendingAccess &), bool IsSigned>
static void issueLoad(Wave &wave, const Instruction &inst) {
  if (inst.lds)
    issueAccess<Size, landToLds<BufferPlace, Size, IsSigned>>(wave, inst);
  else
    issueAccess<Size, Land>(wave, inst);
}

template <unsigned Size, bool IsSigned, Fill How>
static constexpr Handler narrowLoad =
    issueLoad<Size, landNarrowLoad<BufferPlace, Size, IsSigned, How>, IsSigned>;

template <unsigned Dwords>
static constexpr Handler load = issueLoad<4 * Dwords, landLoad<BufferPlace, Dwords>, false>;

template <unsigned Size, unsigned Shift = 0>
static constexpr Handler store = issueAccess<Size, landStore<BufferPlace, Size, Shift>>;

void addMubuf(InstructionSet &isa) {
  isa.add("buffer_load_ubyte", narrowLoad<1, false, Fill::Whole>);
  isa.add("buffer_load_sbyte", narrowLoad<1, true, Fill::Whole>);
  isa.add("buffer_load_ushort", narrowLoad<2, false, Fill::Whole>);
  isa.add("buffer_load_sshort", narrowLoad<2, true, Fill::Whole>);
  isa.add("buffer_load_ubyte_d16", narrowLoad<1, false, Fill::LowHalf>);
  isa.add("buffer_load_ubyte_d16_hi", narrowLoad<1, false, Fill::HighHalf>);
  isa.add("buffer_load_sbyte_d16", narrowLoad<1, true, Fill::LowHalf>);
  isa.add("buffer_load_sbyte_d16_hi", narrowLoad<1, true, Fill::HighHalf>);
  isa.add("buffer_load_short_d16", narrowLoad<2, false, Fill::LowHalf>);
  isa.add("buffer_load_short_d16_hi", narrowLoad<2, false, Fill::HighHalf>);
  isa.add("buffer_load_dword", load<1>);
  isa.add("buffer_load_dwordx2", load<2>);
  isa.add("buffer_load_dwordx3", load<3>);
  isa.add("buffer_load_dwordx4", load<4>);
  isa.add("buffer_store_byte", store<1>);
  isa.add("buffer_store_byte_d16_hi", store<1, 16>);
  isa.add("buffer_store_short", store<2>);
  isa.add("buffer_store_short_d16_hi", store<2, 16>);
  isa.add("buffer_store_dword", store<4>);
  isa.add("buffer_store_dwordx2", store<8>);
  isa.add("buffer_store_dwordx3", store<12>);
  isa.add("buffer_store_dwordx4", store<16>);
  forMemoryAtomics<BufferPlace>([&](const char *name, auto land) {
    isa.add(std::string("buffer") + name, issueAccess<4, decltype(land)::value>);
  });
  // Caches are not modelled: every access sees memory itself.
  for (const char *name : {"buffer_inv", "buffer_wbl2"})
    isa.add(name, [](Wave &, const Instruction &) {});
}

} // namespace kiln::emulator
