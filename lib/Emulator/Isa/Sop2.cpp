// SOP2 (CDNA3/CDNA4 manual 12.1).
#include "Isa/Scalar.h"

namespace kiln::emulator {

static void addArithmetic(InstructionSet &isa) {
  isa.scalar("s_add_u32", [](u32 a, u32 b, bool &scc) {
    u64 sum = u64(a) + b;
    scc = sum >> 32;
    return u32(sum);
  });
  isa.scalar("s_sub_u32", [](u32 a, u32 b, bool &scc) {
    scc = b > a;
    return a - b;
  });
  isa.scalar("s_add_i32", [](i32 a, i32 b, bool &scc) {
    i32 r;
    scc = __builtin_add_overflow(a, b, &r);
    return r;
  });
  isa.scalar("s_sub_i32", [](i32 a, i32 b, bool &scc) {
    i32 r;
    scc = __builtin_sub_overflow(a, b, &r);
    return r;
  });
  isa.scalar("s_addc_u32", [](u32 a, u32 b, bool &scc) {
    u64 sum = u64(a) + b + scc;
    scc = sum >> 32;
    return u32(sum);
  });
  isa.scalar("s_subb_u32", [](u32 a, u32 b, bool &scc) {
    u32 r = a - b - scc;
    scc = u64(b) + scc > a;
    return r;
  });
  isa.scalar("s_min_i32", [](i32 a, i32 b, bool &scc) {
    scc = a < b;
    return scc ? a : b;
  });
  isa.scalar("s_min_u32", [](u32 a, u32 b, bool &scc) {
    scc = a < b;
    return scc ? a : b;
  });
  // The manual: SCC = S0 >= S1, inclusive.
  isa.scalar("s_max_i32", [](i32 a, i32 b, bool &scc) {
    scc = a >= b;
    return scc ? a : b;
  });
  isa.scalar("s_max_u32", [](u32 a, u32 b, bool &scc) {
    scc = a >= b;
    return scc ? a : b;
  });
  isa.scalar("s_mul_i32", [](u32 a, u32 b) { return a * b; });
  isa.scalar("s_mul_hi_u32", [](u32 a, u32 b) { return u32(u64(a) * b >> 32); });
  isa.scalar("s_mul_hi_i32", [](i32 a, i32 b) { return i32(i64(a) * b >> 32); });
  isa.scalar("s_absdiff_i32", [](u32 a, u32 b, bool &scc) {
    u32 difference = a - b; // wraps before its sign is looked at
    difference = i32(difference) < 0 ? -difference : difference;
    scc = difference != 0;
    return difference;
  });
  isa.scalar("s_lshl1_add_u32", [](u32 a, u32 b, bool &scc) {
    u64 r = (u64(a) << 1) + b;
    scc = r >> 32;
    return u32(r);
  });
  isa.scalar("s_lshl2_add_u32", [](u32 a, u32 b, bool &scc) {
    u64 r = (u64(a) << 2) + b;
    scc = r >> 32;
    return u32(r);
  });
  isa.scalar("s_lshl3_add_u32", [](u32 a, u32 b, bool &scc) {
    u64 r = (u64(a) << 3) + b;
    scc = r >> 32;
    return u32(r);
  });
  isa.scalar("s_lshl4_add_u32", [](u32 a, u32 b, bool &scc) {
    u64 r = (u64(a) << 4) + b;
    scc = r >> 32;
    return u32(r);
  });
}

template <class T> static void addBitwise(InstructionSet &isa, llvm::StringRef suffix) {
  auto name = [&](const char *base) { return (base + suffix).str(); };
  isa.scalar(name("s_cselect_b"), [](T a, T b, bool &scc) { return scc ? a : b; });
  isa.scalar(name("s_and_b"), [](T a, T b, bool &scc) {
    T r = a & b;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_or_b"), [](T a, T b, bool &scc) {
    T r = a | b;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_xor_b"), [](T a, T b, bool &scc) {
    T r = a ^ b;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_andn2_b"), [](T a, T b, bool &scc) {
    T r = a & ~b;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_orn2_b"), [](T a, T b, bool &scc) {
    T r = a | ~b;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_nand_b"), [](T a, T b, bool &scc) {
    T r = ~(a & b);
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_nor_b"), [](T a, T b, bool &scc) {
    T r = ~(a | b);
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_xnor_b"), [](T a, T b, bool &scc) {
    T r = ~(a ^ b);
    scc = r != 0;
    return r;
  });
}

/// S0 holds the field, S1 its place: offset [4:0] or [5:0], width [22:16].
template <class T> static T extractField(T value, u32 place) {
  constexpr unsigned bits = sizeof(T) * 8;
  unsigned offset = place & (bits - 1), width = place >> 16 & 0x7F;
  T shifted = value >> offset;
  if (width == 0)
    return 0;
  if (width >= bits)
    return shifted;
  using U = std::make_unsigned_t<T>;
  // The field's top bits may lie above the value; then the value's own (sign or zero) bits stand there.
  return T(U(shifted) << (bits - width)) >> (bits - width);
}

static void addShifts(InstructionSet &isa) {
  isa.scalar("s_lshl_b32", [](u32 a, u32 b, bool &scc) {
    u32 r = a << (b & 31);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_lshl_b64", [](u64 a, u32 b, bool &scc) {
    u64 r = a << (b & 63);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_lshr_b32", [](u32 a, u32 b, bool &scc) {
    u32 r = a >> (b & 31);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_lshr_b64", [](u64 a, u32 b, bool &scc) {
    u64 r = a >> (b & 63);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_ashr_i32", [](i32 a, u32 b, bool &scc) {
    i32 r = a >> (b & 31);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_ashr_i64", [](i64 a, u32 b, bool &scc) {
    i64 r = a >> (b & 63);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_bfm_b32", [](u32 a, u32 b) { return ((u32(1) << (a & 31)) - 1) << (b & 31); });
  isa.scalar("s_bfm_b64", [](u32 a, u32 b) { return ((u64(1) << (a & 63)) - 1) << (b & 63); });
  isa.scalar("s_bfe_u32", [](u32 a, u32 b, bool &scc) {
    u32 r = extractField(a, b);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_bfe_i32", [](i32 a, u32 b, bool &scc) {
    i32 r = extractField(a, b);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_bfe_u64", [](u64 a, u32 b, bool &scc) {
    u64 r = extractField(a, b);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_bfe_i64", [](i64 a, u32 b, bool &scc) {
    i64 r = extractField(a, b);
    scc = r != 0;
    return r;
  });
  isa.scalar("s_pack_ll_b32_b16", [](u32 a, u32 b) { return (a & 0xFFFF) | b << 16; });
  isa.scalar("s_pack_lh_b32_b16", [](u32 a, u32 b) { return (a & 0xFFFF) | (b & 0xFFFF0000); });
  isa.scalar("s_pack_hh_b32_b16", [](u32 a, u32 b) { return a >> 16 | (b & 0xFFFF0000); });
}

void addSop2(InstructionSet &isa) {
  isa.add("s_cbranch_g_fork", [](Wave &wave, const Instruction &inst) {
    forkBranch(wave, scalarSource<u64>(wave, inst.src[0]), scalarSource<u64>(wave, inst.src[1]) & ~u64(3));
  });
  isa.refuse("s_rfe_restore_b64", "there is no trap handler to return from");
  addArithmetic(isa);
  addBitwise<u32>(isa, "32");
  addBitwise<u64>(isa, "64");
  addShifts(isa);
}

} // namespace kiln::emulator
