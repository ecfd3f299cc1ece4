// What kind of instruction it is: the classification that observers and counters share.
#ifndef KILN_EMULATOR_TRAITS_H
#define KILN_EMULATOR_TRAITS_H

#include <cstdint>

namespace kiln::emulator {

struct Instruction;
enum class Chip : uint8_t;

/// The unit that executes an instruction. Buffer, GLOBAL and SCRATCH are Vmem; only FLAT itself is Flat.
enum class Unit : uint8_t { Salu, Control, Smem, Valu, Matrix, Lds, Vmem, Flat };
constexpr unsigned UnitCount = 8;

/// Matrix instructions by the datapath that the wait states hang on: XDL, single (F32 inputs), double.
enum class MatrixKind : uint8_t { None, Xdl, Single, Double };

struct Traits {
  Unit unit = Unit::Control;
  bool load : 1, store : 1, atomic : 1;
  bool ldsDma : 1;         ///< loads into LDS
  bool synchronises : 1;   ///< atomic or of device scope in global memory: workgroups talk by these
  bool wait : 1, nop : 1;  ///< s_waitcnt, s_nop
  bool transcendental : 1; ///< v_exp, v_log, v_rcp, v_rsq, v_sqrt, v_sin, v_cos
  bool dot : 1;
  bool partialResult : 1; ///< writes part of a register through the result shifter (SDWA, op_sel)
  bool permlaneSwap : 1;  ///< v_permlane16_swap, v_permlane32_swap
  bool readLane : 1;      ///< v_readlane, v_readfirstlane
  bool laneSelect : 1;    ///< v_readlane, v_writelane
  bool divFmas : 1;       ///< v_div_fmas
  bool fma64 : 1;         ///< v_fma_f64, v_fmac_f64
  bool readsM0 : 1;       ///< needs M0 a wait state after the SALU wrote it
  bool wideStore : 1;     ///< data of more than 64 bits that is read late
  bool setreg : 1, getreg : 1;
  bool sparse : 1; ///< SMFMAC: the result register is the accumulator
  MatrixKind matrix = MatrixKind::None;
  uint8_t passes = 0; ///< of a matrix instruction; one is four cycles

  Traits()
      : load(false), store(false), atomic(false), ldsDma(false), synchronises(false), wait(false), nop(false),
        transcendental(false), dot(false), partialResult(false), permlaneSwap(false), readLane(false),
        laneSelect(false), divFmas(false), fma64(false), readsM0(false), wideStore(false), setreg(false),
        getreg(false), sparse(false) {}
};

Traits describeTraits(const Instruction &inst, Chip chip);

} // namespace kiln::emulator

#endif
