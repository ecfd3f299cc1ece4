// SOP1 (CDNA3/CDNA4 manual 12.3).
#include "Isa/Scalar.h"
#include "RelativeRegisters.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace kiln::emulator {

template <class T> static T wholeQuads(T value) {
  T result = 0;
  for (unsigned quad = 0; quad < sizeof(T) * 8; quad += 4)
    if (value >> quad & 15)
      result |= T(15) << quad;
  return result;
}

template <class T> static T quadMask(T value) {
  T result = 0;
  for (unsigned quad = 0; quad < sizeof(T) * 2; ++quad)
    result |= T((value >> (4 * quad) & 15) != 0) << quad;
  return result;
}

template <class T> static i32 firstBit(T value) { return value ? llvm::countr_zero(value) : -1; }
template <class T> static i32 leadingBit(T value) { return value ? llvm::countl_zero(value) : -1; }
/// Sign bits before the first bit that differs from them; -1 where none does.
template <class T> static i32 leadingSign(T value) {
  using U = std::make_unsigned_t<T>;
  return leadingBit(U(value < 0 ? ~value : value));
}

template <class T> static void addBits(InstructionSet &isa, llvm::StringRef suffix) {
  auto name = [&](const char *base) { return (base + suffix).str(); };
  isa.scalar(name("s_mov_b"), [](T a) { return a; });
  isa.scalar(name("s_not_b"), [](T a, bool &scc) {
    T r = ~a;
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_wqm_b"), [](T a, bool &scc) {
    T r = wholeQuads(a);
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_quadmask_b"), [](T a, bool &scc) {
    T r = quadMask(a);
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_brev_b"), [](T a) { return llvm::reverseBits(a); });
  isa.scalar(name("s_bcnt0_i32_b"), [](T a, bool &scc) {
    u32 r = llvm::popcount(T(~a));
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_bcnt1_i32_b"), [](T a, bool &scc) {
    u32 r = llvm::popcount(a);
    scc = r != 0;
    return r;
  });
  isa.scalar(name("s_ff0_i32_b"), [](T a) { return firstBit(T(~a)); });
  isa.scalar(name("s_ff1_i32_b"), [](T a) { return firstBit(a); });
  isa.scalar(name("s_flbit_i32_b"), [](T a) { return leadingBit(a); });
  isa.add(name("s_cmov_b"), [](Wave &wave, const Instruction &inst) {
    if (wave.scc)
      writeScalar<T>(wave, inst.dst[0], scalarSource<T>(wave, inst.src[0]));
  });
  isa.add(name("s_bitset0_b"), [](Wave &wave, const Instruction &inst) {
    T bit = T(1) << (scalarSource<u32>(wave, inst.src[0]) & (sizeof(T) * 8 - 1));
    writeScalar<T>(wave, inst.dst[0], scalarSource<T>(wave, inst.dst[0]) & ~bit);
  });
  isa.add(name("s_bitset1_b"), [](Wave &wave, const Instruction &inst) {
    T bit = T(1) << (scalarSource<u32>(wave, inst.src[0]) & (sizeof(T) * 8 - 1));
    writeScalar<T>(wave, inst.dst[0], scalarSource<T>(wave, inst.dst[0]) | bit);
  });
  // Out of range (manual 3.6.1), s0 is read and nothing written.
  isa.add(name("s_movrels_b"), [](Wave &wave, const Instruction &inst) {
    Operand from = inst.src[0];
    if (!moveScalar(wave, from))
      from.index = 0;
    writeScalar<T>(wave, inst.dst[0], scalarSource<T>(wave, from));
  });
  isa.add(name("s_movreld_b"), [](Wave &wave, const Instruction &inst) {
    Operand to = inst.dst[0];
    if (moveScalar(wave, to))
      writeScalar<T>(wave, to, scalarSource<T>(wave, inst.src[0]));
  });
}

template <class Clause> static void addSaveExec(InstructionSet &isa, llvm::StringRef name, Clause clause) {
  static const Clause kept = clause;
  isa.add(name, [](Wave &wave, const Instruction &inst) {
    u64 old = wave.exec(), now = kept(scalarSource<u64>(wave, inst.src[0]), old);
    writeScalar<u64>(wave, inst.dst[0], old);
    wave.setPair(Exec, now);
    wave.scc = now != 0;
  });
}

template <class Clause> static void addWriteExec(InstructionSet &isa, llvm::StringRef name, Clause clause) {
  static const Clause kept = clause;
  isa.add(name, [](Wave &wave, const Instruction &inst) {
    u64 now = kept(scalarSource<u64>(wave, inst.src[0]), wave.exec());
    wave.setPair(Exec, now);
    writeScalar<u64>(wave, inst.dst[0], now);
    wave.scc = now != 0;
  });
}

static void addExec(InstructionSet &isa) {
  addSaveExec(isa, "s_and_saveexec_b64", [](u64 s, u64 exec) { return s & exec; });
  addSaveExec(isa, "s_or_saveexec_b64", [](u64 s, u64 exec) { return s | exec; });
  addSaveExec(isa, "s_xor_saveexec_b64", [](u64 s, u64 exec) { return s ^ exec; });
  addSaveExec(isa, "s_andn2_saveexec_b64", [](u64 s, u64 exec) { return s & ~exec; });
  addSaveExec(isa, "s_orn2_saveexec_b64", [](u64 s, u64 exec) { return s | ~exec; });
  addSaveExec(isa, "s_nand_saveexec_b64", [](u64 s, u64 exec) { return ~(s & exec); });
  addSaveExec(isa, "s_nor_saveexec_b64", [](u64 s, u64 exec) { return ~(s | exec); });
  addSaveExec(isa, "s_xnor_saveexec_b64", [](u64 s, u64 exec) { return ~(s ^ exec); });
  addSaveExec(isa, "s_andn1_saveexec_b64", [](u64 s, u64 exec) { return ~s & exec; });
  addSaveExec(isa, "s_orn1_saveexec_b64", [](u64 s, u64 exec) { return ~s | exec; });
  addWriteExec(isa, "s_andn1_wrexec_b64", [](u64 s, u64 exec) { return ~s & exec; });
  addWriteExec(isa, "s_andn2_wrexec_b64", [](u64 s, u64 exec) { return s & ~exec; });
}

static void addControl(InstructionSet &isa) {
  isa.add("s_getpc_b64",
          [](Wave &wave, const Instruction &inst) { writeScalar<u64>(wave, inst.dst[0], wave.pc); });
  isa.add("s_setpc_b64", [](Wave &wave, const Instruction &inst) {
    wave.pc = scalarSource<u64>(wave, inst.src[0]) & ~u64(3);
  });
  isa.add("s_swappc_b64", [](Wave &wave, const Instruction &inst) {
    u64 to = scalarSource<u64>(wave, inst.src[0]) & ~u64(3);
    writeScalar<u64>(wave, inst.dst[0], wave.pc);
    wave.pc = to;
  });
  isa.add("s_set_gpr_idx_idx", [](Wave &wave, const Instruction &inst) {
    wave.sgpr[M0] = (wave.sgpr[M0] & ~0xFFu) | (scalarSource<u32>(wave, inst.src[0]) & 0xFF);
  });
}

void addSop1(InstructionSet &isa) {
  isa.add("s_cbranch_join", [](Wave &wave, const Instruction &inst) {
    joinBranch(wave, scalarSource<u32>(wave, inst.src[0]));
  });
  isa.refuse("s_rfe_b64", "there is no trap handler to return from");
  addBits<u32>(isa, "32");
  addBits<u64>(isa, "64");
  addExec(isa);
  addControl(isa);
  isa.scalar("s_flbit_i32", [](i32 a) { return leadingSign(a); });
  isa.scalar("s_flbit_i32_i64", [](i64 a) { return leadingSign(a); });
  isa.scalar("s_sext_i32_i8", [](u32 a) { return i32(i8(a)); });
  isa.scalar("s_sext_i32_i16", [](u32 a) { return i32(i16(a)); });
  isa.scalar("s_abs_i32", [](u32 a, bool &scc) {
    u32 r = i32(a) < 0 ? -a : a;
    scc = r != 0;
    return r;
  });
  isa.scalar("s_bitreplicate_b64_b32", [](u32 a) {
    u64 result = 0;
    for (unsigned bit = 0; bit < 32; ++bit)
      result |= u64(a >> bit & 1) * 3 << (2 * bit);
    return result;
  });
}

} // namespace kiln::emulator
