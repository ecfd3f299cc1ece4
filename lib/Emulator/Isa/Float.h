// Forms of the vector ALU in which MODE matters: exact clauses over raw bits, with a vectorised fast path
// where the host's arithmetic gives the same result.
#ifndef KILN_LIB_EMULATOR_ISA_FLOAT_H
#define KILN_LIB_EMULATOR_ISA_FLOAT_H

#include "Isa/Vector.h"
#include "Numerics/Convert.h"
#include "Numerics/Integer.h"

namespace kiln::emulator {

namespace num = numerics;

/// The bits of a float operand or result; abs, neg, omod and clamp apply to it as to the float.
template <class T> struct Raw {
  typename T::Bits bits;
};
using Raw16 = Raw<num::F16>;
using Raw32 = Raw<num::F32>;
using Raw64 = Raw<num::F64>;
template <class T> constexpr bool isFloat<Raw<T>> = true;

/// What an exact clause may look at besides its operands.
struct LaneContext {
  num::FloatMode mode;
  const Instruction &inst;
  const Wave &wave;
  unsigned lane = 0;
  u32 old = 0; ///< destination before

  const num::Fp8Flavour &fp8() const { return wave.chip == Chip::Gfx950 ? num::fp8Ocp : num::fp8Fnuz; }
  /// The last source, a mask with a bit per lane, at this lane.
  bool flag() const { return readScalar(wave, inst.src[inst.srcCount - 1]) >> lane & 1; }
};

enum class Upper16 : u8 { Zero, Keep };

namespace detail {

/// Merges a 16-bit result into the old destination, for instructions that keep its other half.
inline void keepUpper(const Wave &wave, const Instruction &inst, LaneBuffer &out) {
  const u32 *old = wave.vgpr[inst.dst[0].index];
  if (!(inst.opSel & 8)) // modifyResult has placed the upper half
    for (unsigned lane = 0; lane < Lanes; ++lane)
      out.words[0][lane] = (old[lane] & 0xFFFF0000) | (out.words[0][lane] & 0xFFFF);
}

template <class R>
void finish(Wave &wave, const Instruction &inst, LaneBuffer &out, u64 enabled, Upper16 upper) {
  if (!inst.plain)
    modifyResult(wave, inst, operandType<R>, out);
  if (upper == Upper16::Keep)
    keepUpper(wave, inst, out);
  unsigned index = inst.dst[0].index;
  writeLanes(wave.vgpr[index], out.words[0], enabled);
  if constexpr (sizeof(R) == 8)
    writeLanes(wave.vgpr[(index + 1) & 511], out.words[1], enabled);
}

template <bool FromDst, class Clause, class R, class... A, size_t... I>
void runExact(const Clause &clause, Wave &wave, const Instruction &inst, Upper16 upper,
              R (Clause::*)(const LaneContext &, A...) const, std::index_sequence<I...>) {
  constexpr size_t count = sizeof...(A);
  LaneBuffer buffers[count], out;
  u64 enabled = wave.exec();
  auto source = [&](auto type, size_t n) -> LaneSource {
    if (FromDst && n == count - 1)
      return plainSource(wave, inst.dst[0], buffers[n]);
    return vectorSource<decltype(type)>(wave, inst, n, buffers[n], enabled);
  };
  const LaneSource sources[count] = {source(A(), I)...};
  LaneContext context{num::FloatMode::fromRegister(wave.mode.bits), inst, wave};
  for (u64 rest = enabled; rest; rest &= rest - 1) {
    context.lane = unsigned(__builtin_ctzll(rest));
    context.old = wave.vgpr[inst.dst[0].index][context.lane];
    putLane<R>(out, context.lane, clause(context, sources[I].template get<A>(context.lane)...));
  }
  finish<R>(wave, inst, out, enabled, upper);
}

template <class C, class R, class... A>
std::index_sequence_for<A...> exactParameters(R (C::*)(const LaneContext &, A...) const) {
  return {};
}

/// Whether the host's arithmetic on T is the machine's: nearest rounding, denormals kept (the lane loops
/// flush those of f32), overflow to infinity.
template <class T> bool hostAgrees(const Mode &mode) {
  if constexpr (std::is_same_v<T, f32>)
    return mode.round32() == 0;
  else if constexpr (std::is_same_v<T, f64>)
    return mode.round16and64() == 0 && (mode.bits & 0xC0) == 0xC0;
  else if constexpr (std::is_same_v<T, f16>)
    return mode.round16and64() == 0 && (mode.bits & 0xC0) == 0xC0 && !mode.fp16Overflow();
  else
    return true;
}

template <class R> bool holdsNaN(const LaneBuffer &out) {
  bool found = false;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    if constexpr (std::is_same_v<R, f32>)
      found |= (out.words[0][lane] & 0x7FFFFFFF) > 0x7F800000;
    else if constexpr (std::is_same_v<R, f16>)
      found |= (out.words[0][lane] & 0x7FFF) > 0x7C00;
    else if constexpr (std::is_same_v<R, f64>)
      found |= (out.words[1][lane] & 0x7FFFFFFF) >= 0x7FF00000;
  }
  return found;
}

/// False, with nothing written, if the exact clause must decide.
template <bool FromDst, class Clause, class R, class... A, size_t... I>
bool runFast(const Clause &clause, Wave &wave, const Instruction &inst, R (Clause::*method)(A...) const,
             std::index_sequence<I...> indices) {
  if (!(hostAgrees<A>(wave.mode) && ...) || !hostAgrees<R>(wave.mode))
    return false;
  constexpr size_t count = sizeof...(A);
  LaneBuffer buffers[count], out;
  u64 enabled = wave.exec();
  auto source = [&](auto type, size_t n) -> LaneSource {
    if (FromDst && n == count - 1)
      return plainSource(wave, inst.dst[0], buffers[n]);
    return vectorSource<decltype(type)>(wave, inst, n, buffers[n], enabled);
  };
  const LaneSource sources[count] = {source(A(), I)...};
  bool in = !wave.mode.denorm32In(), flushOut = !wave.mode.denorm32Out();
  if (in && flushOut)
    laneLoop<true, true>(clause, sources, out, method, indices);
  else if (in)
    laneLoop<true, false>(clause, sources, out, method, indices);
  else if (flushOut)
    laneLoop<false, true>(clause, sources, out, method, indices);
  else
    laneLoop<false, false>(clause, sources, out, method, indices);
  if (holdsNaN<R>(out))
    return false;
  finish<R>(wave, inst, out, enabled, Upper16::Zero);
  return true;
}

} // namespace detail

/// `exact<>(isa, "v_mad_f16", [](const LaneContext &c, Raw16 a, ...) { return Raw16{...}; })`. Clauses never
/// see lanes that are switched off.
template <Upper16 Upper = Upper16::Zero, bool FromDst = false, class Clause>
void addExact(InstructionSet &isa, llvm::StringRef mnemonic, Clause clause) {
  static_assert(std::is_empty_v<Clause>, "a clause is a lambda without captures: its type is its identity");
  static const Clause kept = clause;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    detail::runExact<FromDst>(kept, wave, inst, Upper, &Clause::operator(),
                              detail::exactParameters(&Clause::operator()));
  });
}

/// `fast` over host types while the host agrees with MODE and no result is NaN, else `exact`. `Selects` marks
/// minima and the like: the fast clause assumes IEEE = 0, and the result is one of the operands, which is not
/// flushed again.
template <bool FromDst = false, bool Selects = false, class Fast, class Exact>
void addFloat(InstructionSet &isa, llvm::StringRef mnemonic, Fast fast, Exact exact) {
  static const Fast keptFast = fast;
  static const Exact keptExact = exact;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    bool differs = wave.mode.ieee() || wave.mode.denorm32In() != wave.mode.denorm32Out();
    if (!(Selects && differs) && detail::runFast<FromDst>(keptFast, wave, inst, &Fast::operator(),
                                                                    detail::parametersOf(&Fast::operator())))
      return;
    detail::runExact<FromDst>(keptExact, wave, inst, Upper16::Zero, &Exact::operator(),
                              detail::exactParameters(&Exact::operator()));
  });
}

/// Integer clauses with CLAMP: `wide` gives the exact value, saturated to R if CLAMP is set; `wrap` the usual
/// one.
template <class R, Upper16 Upper = Upper16::Zero, class Wrap, class Wide>
void addClamped(InstructionSet &isa, llvm::StringRef mnemonic, Wrap wrap, Wide wide) {
  static const Wrap keptWrap = wrap;
  static const Wide keptWide = wide;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    if (LLVM_UNLIKELY(inst.clamp || Upper == Upper16::Keep))
      return detail::runExact<false>(keptWide, wave, inst, Upper, &Wide::operator(),
                                     detail::exactParameters(&Wide::operator()));
    detail::runVector<false>(keptWrap, wave, inst, &Wrap::operator(),
                             detail::parametersOf(&Wrap::operator()));
  });
}
/// One of several floats of a result, with CLAMP.
template <class T> typename T::Bits clampedFloat(const LaneContext &c, typename T::Bits value) {
  return num::applyOutputModifiers<T>(value, 0, c.inst.clamp, c.mode);
}
/// What `wide` returns: the value wrapped or, with CLAMP, saturated.
template <class R> R clampedTo(const LaneContext &c, i64 value) {
  return c.inst.clamp ? num::saturate<R>(value) : R(value);
}

} // namespace kiln::emulator

#endif
