// Vocabulary of the scalar ALU.
#ifndef KILN_LIB_EMULATOR_ISA_SCALAR_H
#define KILN_LIB_EMULATOR_ISA_SCALAR_H

#include "Isa/InstructionSet.h"
#include "Isa/Types.h"
#include <tuple>
#include <utility>

namespace kiln::emulator {

/// The value of a scalar source: registers, constants and the special sources.
inline u64 readScalar(const Wave &wave, const Operand &operand) {
  switch (operand.kind) {
  case OperandKind::Sgpr:
    return operand.dwords == 1 ? wave.sgpr[operand.index] : wave.pair(operand.index);
  case OperandKind::Constant:
    return operand.value;
  case OperandKind::Special:
    switch (operand.index) {
    case 235:
      return SharedAperture;
    case 236:
      return SharedAperture + 0xFFFFFFFF;
    case 237:
      return PrivateAperture;
    case 238:
      return PrivateAperture + 0xFFFFFFFF;
    case 251:
      return wave.vcc() == 0;
    case 252:
      return wave.exec() == 0;
    case 253:
      return wave.scc;
    default:
      return 0;
    }
  default:
    return 0;
  }
}

template <class T> T scalarSource(const Wave &wave, const Operand &operand) {
  return bitCast<T>(static_cast<BitsOf<T>>(readScalar(wave, operand)));
}

template <class T> void writeScalar(Wave &wave, const Operand &operand, T value) {
  if constexpr (sizeof(T) == 8)
    wave.setPair(operand.index, bitCast<u64>(value));
  else
    wave.sgpr[operand.index] = bitCast<u32>(value);
}

/// Divergent control flow by a stack of ways not yet gone (manual 4.6), whose pointer MODE[31:29] is. Four
/// scalar registers hold an entry: the lanes, then the address. Of two ways the one with fewer lanes goes
/// first. Sopk.cpp.
void forkBranch(Wave &wave, u64 passing, u64 target);
void joinBranch(Wave &wave, u32 pointerAtFork);

namespace detail {
template <class Clause, class R, class... A, size_t... I>
void runScalar(const Clause &clause, Wave &wave, const Instruction &inst, R (Clause::*)(A...) const,
               std::index_sequence<I...>) {
  if constexpr (std::is_void_v<R>)
    clause(scalarSource<A>(wave, inst.src[I])...);
  else
    writeScalar<R>(wave, inst.dst[0], clause(scalarSource<A>(wave, inst.src[I])...));
}

// SCC as last parameter: the sources are all but the last.
template <class Clause, class R, class Tuple, size_t... I>
void runScalarScc(const Clause &clause, Wave &wave, const Instruction &inst, std::index_sequence<I...>) {
  bool scc = wave.scc;
  if constexpr (std::is_void_v<R>) {
    clause(scalarSource<std::tuple_element_t<I, Tuple>>(wave, inst.src[I])..., scc);
  } else {
    R result = clause(scalarSource<std::tuple_element_t<I, Tuple>>(wave, inst.src[I])..., scc);
    writeScalar<R>(wave, inst.dst[0], result);
  }
  wave.scc = scc;
}

template <class Clause, class R, class... A>
void dispatchScalar(const Clause &clause, Wave &wave, const Instruction &inst,
                    R (Clause::*method)(A...) const) {
  using Tuple = std::tuple<A...>;
  constexpr size_t count = sizeof...(A);
  if constexpr (count > 0 && std::is_same_v<std::tuple_element_t<count - 1, Tuple>, bool &>)
    runScalarScc<Clause, R, Tuple>(clause, wave, inst, std::make_index_sequence<count - 1>());
  else
    runScalar(clause, wave, inst, method, std::make_index_sequence<count>());
}
} // namespace detail

template <class Clause> void InstructionSet::scalar(llvm::StringRef mnemonic, Clause clause) {
  static const Clause kept = clause; // captureless: only its type matters
  add(mnemonic, [](Wave &wave, const Instruction &inst) {
    detail::dispatchScalar(kept, wave, inst, &Clause::operator());
  });
}

} // namespace kiln::emulator

#endif
