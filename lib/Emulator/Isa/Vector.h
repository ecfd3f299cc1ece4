// Vocabulary of the vector ALU: 64 lanes at a time, in loops that the compiler vectorises.
#ifndef KILN_LIB_EMULATOR_ISA_VECTOR_H
#define KILN_LIB_EMULATOR_ISA_VECTOR_H

#include "Isa/Scalar.h"

namespace kiln::emulator {

/// 64 lanes of up to 64 bits, low and high dwords apart.
struct alignas(64) LaneBuffer {
  u32 words[2][Lanes];
};

/// Where the 64 lanes of a source stand: a register itself, or a buffer.
struct LaneSource {
  const u32 *low, *high;
  template <class T> T get(unsigned lane) const {
    if constexpr (sizeof(T) == 8)
      return bitCast<T>(low[lane] | u64(high[lane]) << 32);
    else
      return bitCast<T>(static_cast<BitsOf<T>>(low[lane]));
  }
};

/// How modifiers see a source or result of type T.
struct OperandType {
  u8 bits;
  bool isFloat, isSigned;
};
template <class T> constexpr OperandType operandType{u8(sizeof(T) * 8), isFloat<T>, std::is_signed_v<T>};

/// Source n with all modifiers of the encoding applied (SDWA and op_sel selection, DPP movement, abs, neg,
/// sext). `enabled` loses the lanes that DPP switches off. Vector.cpp.
LaneSource modifiedSource(Wave &wave, const Instruction &inst, unsigned n, OperandType type,
                          LaneBuffer &buffer, u64 &enabled);
/// Applies omod, clamp, SDWA destination selection and op_sel[3] to raw results, against the old destination.
void modifyResult(Wave &wave, const Instruction &inst, OperandType type, LaneBuffer &result);

inline LaneSource plainSource(const Wave &wave, const Operand &operand, LaneBuffer &buffer) {
  if (operand.kind == OperandKind::Vgpr)
    return {wave.vgpr[operand.index], wave.vgpr[(operand.index + 1) & 511]};
  u64 value = readScalar(wave, operand);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    buffer.words[0][lane] = u32(value);
  if (operand.dwords > 1)
    for (unsigned lane = 0; lane < Lanes; ++lane)
      buffer.words[1][lane] = u32(value >> 32);
  return {buffer.words[0], buffer.words[1]};
}

template <class T>
LaneSource vectorSource(Wave &wave, const Instruction &inst, unsigned n, LaneBuffer &buffer, u64 &enabled) {
  if (__builtin_expect(inst.plain, 1))
    return plainSource(wave, inst.src[n], buffer);
  return modifiedSource(wave, inst, n, operandType<T>, buffer, enabled);
}

/// Writes the lanes in `mask`.
inline void writeLanes(u32 *to, const u32 *from, u64 mask) {
  if (mask == ~u64(0)) {
    memcpy(to, from, Lanes * sizeof(u32));
    return;
  }
  for (unsigned half = 0; half < 2; ++half) {
    u32 part = u32(mask >> (32 * half));
    for (unsigned lane = 0; lane < 32; ++lane) {
      u32 keep = (part >> lane & 1) - 1;
      u32 &out = to[32 * half + lane];
      out = (out & keep) | (from[32 * half + lane] & ~keep);
    }
  }
}

/// Denormals become zeros of their sign.
inline f32 flushDenormal(f32 value) {
  u32 word = bitCast<u32>(value);
  return bitCast<f32>(word & 0x7F800000 ? word : word & 0x80000000);
}
inline f64 flushDenormal(f64 value) {
  u64 word = bitCast<u64>(value);
  return bitCast<f64>(word & 0x7FF0000000000000 ? word : word & 0x8000000000000000);
}
inline f16 flushDenormal(f16 value) {
  u16 word = bitCast<u16>(value);
  return bitCast<f16>(u16(word & 0x7C00 ? word : word & 0x8000));
}

namespace detail {
template <class T> bool flushesIn(const Wave &wave) {
  if (std::is_same_v<T, f16> || std::is_same_v<T, f64>)
    return !wave.mode.denorm16and64In();
  return std::is_same_v<T, f32> && !wave.mode.denorm32In();
}
template <class T> bool flushesOut(const Wave &wave) {
  return std::is_same_v<T, f32> && !wave.mode.denorm32Out();
}

template <bool Flush, class T> T laneValue(const LaneSource &source, unsigned lane) {
  T value = source.get<T>(lane);
  if constexpr (Flush && (std::is_same_v<T, f16> || std::is_same_v<T, f32> || std::is_same_v<T, f64>))
    return flushDenormal(value);
  return value;
}

template <class T> void putLane(LaneBuffer &buffer, unsigned lane, T value) {
  if constexpr (sizeof(T) == 8) {
    u64 word = bitCast<u64>(value);
    buffer.words[0][lane] = u32(word);
    buffer.words[1][lane] = u32(word >> 32);
  } else {
    buffer.words[0][lane] = bitCast<BitsOf<T>>(value);
  }
}

template <bool FlushIn, bool FlushOut, class Clause, class R, class... A, size_t... I>
void laneLoop(const Clause &clause, const LaneSource (&sources)[sizeof...(A)], LaneBuffer &out,
              R (Clause::*)(A...) const, std::index_sequence<I...>) {
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    R result = clause(laneValue < FlushIn && std::is_same_v<A, f32>, A > (sources[I], lane)...);
    if constexpr (FlushOut && std::is_same_v<R, f32>)
      result = flushDenormal(result);
    putLane<R>(out, lane, result);
  }
}

template <class R> void writeResult(Wave &wave, const Instruction &inst, LaneBuffer &out, u64 enabled) {
  if (!inst.plain)
    modifyResult(wave, inst, operandType<R>, out);
  unsigned index = inst.dst[0].index;
  writeLanes(wave.vgpr[index], out.words[0], enabled);
  if constexpr (sizeof(R) == 8)
    writeLanes(wave.vgpr[(index + 1) & 511], out.words[1], enabled);
}

/// FromDst: the last parameter is the old destination.
template <bool FromDst, class Clause, class R, class... A, size_t... I>
void runVector(const Clause &clause, Wave &wave, const Instruction &inst, R (Clause::*method)(A...) const,
               std::index_sequence<I...> indices) {
  constexpr size_t count = sizeof...(A);
  LaneBuffer buffers[count], out;
  u64 enabled = wave.exec();
  auto source = [&](auto type, size_t n) -> LaneSource {
    if (FromDst && n == count - 1)
      return plainSource(wave, inst.dst[0], buffers[n]);
    return vectorSource<decltype(type)>(wave, inst, n, buffers[n], enabled);
  };
  const LaneSource sources[count] = {source(A(), I)...};
  if (((std::is_same_v<A, f32> && flushesIn<A>(wave)) || ...) || flushesOut<R>(wave)) {
    bool in = !wave.mode.denorm32In(), flushOut = !wave.mode.denorm32Out();
    if (in && flushOut)
      laneLoop<true, true>(clause, sources, out, method, indices);
    else if (in)
      laneLoop<true, false>(clause, sources, out, method, indices);
    else
      laneLoop<false, true>(clause, sources, out, method, indices);
  } else {
    laneLoop<false, false>(clause, sources, out, method, indices);
  }
  writeResult<R>(wave, inst, out, enabled);
}

template <class Clause, class... A, size_t... I>
u64 compareLanes(const Clause &clause, Wave &wave, const Instruction &inst, u64 &enabled,
                 bool (Clause::*)(A...) const, std::index_sequence<I...>) {
  LaneBuffer buffers[sizeof...(A)];
  const LaneSource sources[] = {vectorSource<A>(wave, inst, I, buffers[I], enabled)...};
  alignas(64) u8 holds[Lanes];
  if ((flushesIn<A>(wave) || ...))
    for (unsigned lane = 0; lane < Lanes; ++lane)
      holds[lane] = clause(laneValue<true, A>(sources[I], lane)...);
  else
    for (unsigned lane = 0; lane < Lanes; ++lane)
      holds[lane] = clause(laneValue<false, A>(sources[I], lane)...);
  u64 mask = 0;
  for (unsigned part = 0; part < 8; ++part) {
    u64 eight;
    memcpy(&eight, holds + 8 * part, 8);
    mask |= (eight * 0x0102040810204080 >> 56) << (8 * part);
  }
  return mask;
}

/// Compares write 0 for lanes that are switched off.
template <bool WritesExec, class Clause, class... A>
void runCompare(const Clause &clause, Wave &wave, const Instruction &inst,
                bool (Clause::*method)(A...) const) {
  u64 enabled = wave.exec();
  u64 mask = compareLanes(clause, wave, inst, enabled, method, std::index_sequence_for<A...>()) & enabled;
  wave.setPair(inst.dst[0].index, mask);
  if (WritesExec)
    wave.setPair(Exec, mask);
}

template <class Clause, class R, class... A>
std::index_sequence_for<A...> parametersOf(R (Clause::*)(A...) const) {
  return {};
}
} // namespace detail

template <class Clause> void InstructionSet::vector(llvm::StringRef mnemonic, Clause clause) {
  static const Clause kept = clause; // captureless: only its type matters
  add(mnemonic, [](Wave &wave, const Instruction &inst) {
    detail::runVector<false>(kept, wave, inst, &Clause::operator(),
                             detail::parametersOf(&Clause::operator()));
  });
}

template <class Clause> void InstructionSet::vectorAccumulate(llvm::StringRef mnemonic, Clause clause) {
  static const Clause kept = clause;
  add(mnemonic, [](Wave &wave, const Instruction &inst) {
    detail::runVector<true>(kept, wave, inst, &Clause::operator(), detail::parametersOf(&Clause::operator()));
  });
}

template <class Clause> void InstructionSet::compare(llvm::StringRef name, Clause clause) {
  static const Clause kept = clause;
  add(("v_cmp_" + name).str(), [](Wave &wave, const Instruction &inst) {
    detail::runCompare<false>(kept, wave, inst, &Clause::operator());
  });
  add(("v_cmpx_" + name).str(), [](Wave &wave, const Instruction &inst) {
    detail::runCompare<true>(kept, wave, inst, &Clause::operator());
  });
}

} // namespace kiln::emulator

#endif
