// DS: exchange between lanes, transposing reads, addresses from M0 (CDNA3/CDNA4 manual 11.4, 12.13).
#include "Isa/Access.h"

namespace kiln::emulator {

/// Of lane `lane`: whose value ds_swizzle_b32 gives it (manual 12.13.1, DS_SWIZZLE_B32).
static unsigned swizzleSource(unsigned offset, unsigned lane) {
  unsigned within = lane & 31, half = lane & 32;
  if (offset >= 0xE000) { // FFT: bits of the lane reversed, then shifted by the number of those kept
    unsigned mask = offset & 31, reversed = 0;
    for (unsigned bit = 0; bit < 5; ++bit)
      reversed |= (within >> bit & 1) << (4 - bit);
    return half | (reversed >> __builtin_popcount(mask)) | (within & mask);
  }
  if (offset >= 0xC000) { // rotate
    unsigned mask = offset & 31, amount = offset >> 5 & 31;
    unsigned rotated = offset >> 10 & 1 ? within - amount : within + amount;
    return half | (within & mask) | (rotated & ~mask & 31);
  }
  if (offset & 0x8000) // any lane of the four
    return (lane & ~3u) | (offset >> (2 * (lane & 3)) & 3);
  unsigned andMask = offset & 31, orMask = offset >> 5 & 31, xorMask = offset >> 10 & 31;
  return half | (((within & andMask) | orMask) ^ xorMask);
}

/// The data of the lanes as they were at issue; exchange itself needs no LDS but counts and returns as LDS
/// does.
static void landSwizzle(Wave &wave, PendingAccess &access) {
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) {
    unsigned source = swizzleSource(access.inst->offset, lane);
    dst[lane] = access.exec >> source & 1 ? access.data[0][source] : 0;
  });
}

static void landPermute(Wave &wave, PendingAccess &access) {
  u32 moved[Lanes] = {};
  forLanes(access.exec,
           [&](unsigned lane) { moved[access.address[lane] / 4 % Lanes] = access.data[0][lane]; });
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) { dst[lane] = moved[lane]; });
}

static void landBackwardPermute(Wave &wave, PendingAccess &access) {
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) {
    unsigned source = access.address[lane] / 4 % Lanes;
    dst[lane] = access.exec >> source & 1 ? access.data[0][source] : 0;
  });
}

/// Reads `Dwords` dwords a lane. Within 16 lanes the payloads in a row are a matrix of 16 columns of elements
/// of `Bits` bits; a lane gets the column of its own number.
template <unsigned Bits, unsigned Dwords> static void landTranspose(Wave &wave, PendingAccess &access) {
  for (unsigned group = 0; group < Lanes; group += 16) {
    u64 mask = access.exec >> group & 0xFFFF;
    if (mask != 0 && mask != 0xFFFF)
      return wave.fail("lanes " + llvm::Twine(group) + " to " + llvm::Twine(group + 15) +
                       " exchange data, and EXEC has only some of them");
  }
  constexpr unsigned PerLane = Dwords * 32 / Bits;
  alignas(64) u32 payload[Dwords][Lanes] = {};
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[Dwords];
    loadLane<LdsPlace>(wave, access, lane, 0, words, sizeof(words));
    for (unsigned i = 0; i < Dwords; ++i)
      payload[i][lane] = words[i];
  });
  unsigned dst = access.inst->dst[0].index;
  forLanes(access.exec, [&](unsigned lane) {
    u32 result[Dwords + 1] = {};
    for (unsigned row = 0; row < PerLane; ++row) {
      unsigned element = row * 16 + lane % 16, source = (lane & 48) + element / PerLane;
      unsigned from = element % PerLane * Bits, to = row * Bits;
      u64 window = payload[from / 32][source];
      if (from / 32 + 1 < Dwords)
        window |= u64(payload[from / 32 + 1][source]) << 32;
      u64 value = (window >> from % 32 & ((u64(1) << Bits) - 1)) << to % 32;
      result[to / 32] |= u32(value);
      result[to / 32 + 1] |= u32(value >> 32);
    }
    for (unsigned i = 0; i < Dwords; ++i)
      wave.vgpr[(dst + i) & 511][lane] = result[i];
  });
}

/// Adds to the dword at M0 + offset (or subtracts from it) the number of active lanes, which all get the old
/// value.
template <bool IsAppend> static void landAppend(Wave &wave, PendingAccess &access) {
  if (!access.exec)
    return;
  u32 old = 0, count = u32(__builtin_popcountll(access.exec));
  unsigned first = unsigned(__builtin_ctzll(access.exec));
  if (u8 *bytes = wave.atomicBytes(MemorySpace::Lds, first, access.address[first], 4)) {
    memcpy(&old, bytes, 4);
    u32 updated = IsAppend ? old + count : old - count;
    memcpy(bytes, &updated, 4);
  }
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  forLanes(access.exec, [&](unsigned lane) { dst[lane] = old; });
}

template <void (*Land)(Wave &, PendingAccess &)>
static void issueExchange(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  if (inst.src[0])
    for (unsigned lane = 0; lane < Lanes; ++lane)
      access.address[lane] = u32(wave.vgpr[inst.src[0].index][lane] + u32(inst.offset));
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

static void issueSwizzle(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  captureData(wave, inst.src[0], access); // its only operand is the data
  access.land = landSwizzle;
  wave.issue(access);
}

/// The address is M0 + offset + `Step` * lane.
template <void (*Land)(Wave &, PendingAccess &), unsigned Step>
static void issueFromM0(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    access.address[lane] = (access.m0 & 0xFFFF) + u32(inst.offset) + Step * lane;
  captureData(wave, inst.src[0], access);
  access.land = Land;
  wave.issue(access);
}

void addDsExchange(InstructionSet &isa) {
  isa.add("ds_swizzle_b32", issueSwizzle);
  isa.add("ds_permute_b32", issueExchange<landPermute>);
  isa.add("ds_bpermute_b32", issueExchange<landBackwardPermute>);
  isa.add("ds_read_b64_tr_b16", issueExchange<landTranspose<16, 2>>);
  isa.add("ds_read_b64_tr_b8", issueExchange<landTranspose<8, 2>>);
  isa.add("ds_read_b64_tr_b4", issueExchange<landTranspose<4, 2>>);
  isa.add("ds_read_b96_tr_b6", issueExchange<landTranspose<6, 3>>);
  isa.add("ds_append", issueFromM0<landAppend<true>, 0>);
  isa.add("ds_consume", issueFromM0<landAppend<false>, 0>);
  isa.add("ds_read_addtid_b32", issueFromM0<landLoad<LdsPlace, 1>, 4>);
  isa.add("ds_write_addtid_b32", issueFromM0<landStore<LdsPlace, 4, 0>, 4>);
}

} // namespace kiln::emulator
