// DS: LDS (CDNA3/CDNA4 manual 11).
#include "Isa/Access.h"

namespace kiln::emulator {

template <unsigned Dwords> static void landRead(Wave &wave, PendingAccess &access) {
  unsigned dst = access.inst->dst[0].index;
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[Dwords];
    wave.load(MemorySpace::Lds, lane, access.address[lane], words, sizeof(words));
    for (unsigned i = 0; i < Dwords; ++i)
      wave.vgpr[(dst + i) & 511][lane] = words[i];
  });
}

template <unsigned Size, Fill How, bool IsSigned>
static void landNarrowRead(Wave &wave, PendingAccess &access) {
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) {
    u32 value = 0;
    wave.load(MemorySpace::Lds, lane, access.address[lane], &value, Size);
    dst[lane] = fillRegister(value, Size, How, IsSigned, dst[lane]);
  });
}

template <unsigned Size, unsigned Shift> static void landWrite(Wave &wave, PendingAccess &access) {
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[4];
    for (unsigned i = 0; i < (Size + 3) / 4; ++i)
      words[i] = access.data[i][lane] >> Shift;
    wave.store(MemorySpace::Lds, lane, access.address[lane], words, Size);
  });
}

template <void (*Land)(Wave &, PendingAccess &)>
static void issueAccess(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  const u32 *addr = wave.vgpr[inst.src[0].index];
  for (unsigned lane = 0; lane < Lanes; ++lane)
    access.address[lane] = u32(addr[lane] + u32(inst.offset)); // wraps: compilers use bases below 0
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

void addDs(InstructionSet &isa) {
  isa.add("ds_read_u8", issueAccess<landNarrowRead<1, Fill::Zero, false>>);
  isa.add("ds_read_i8", issueAccess<landNarrowRead<1, Fill::Sign, true>>);
  isa.add("ds_read_u16", issueAccess<landNarrowRead<2, Fill::Zero, false>>);
  isa.add("ds_read_i16", issueAccess<landNarrowRead<2, Fill::Sign, true>>);
  isa.add("ds_read_b32", issueAccess<landRead<1>>);
  isa.add("ds_read_b64", issueAccess<landRead<2>>);
  isa.add("ds_read_b96", issueAccess<landRead<3>>);
  isa.add("ds_read_b128", issueAccess<landRead<4>>);
  isa.add("ds_write_b8", issueAccess<landWrite<1, 0>>);
  isa.add("ds_write_b16", issueAccess<landWrite<2, 0>>);
  isa.add("ds_write_b32", issueAccess<landWrite<4, 0>>);
  isa.add("ds_write_b64", issueAccess<landWrite<8, 0>>);
  isa.add("ds_write_b96", issueAccess<landWrite<12, 0>>);
  isa.add("ds_write_b128", issueAccess<landWrite<16, 0>>);
}

} // namespace kiln::emulator
