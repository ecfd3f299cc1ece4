// Wait states that software must keep: the hardware does not interlock these dependences.
//
// The tables are those of the CDNA3 and CDNA4 manuals, chapter 4.5 "Manually Inserted Wait States", in the
// form that LLVM's hazard recogniser gives them: an issued instruction is one wait state, s_nop N is N + 1,
// and only the youngest writer of a register counts. Here they are counted along the executed path, so code
// that LLVM made never falls short.
#include "Observers/Findings.h"
#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

/// An instruction that a later one may be too close to.
struct Producer {
  const Instruction *inst = nullptr;
  uint64_t end = 0;             ///< wait states up to and with it
  RegisterRange result, source; ///< source: a matrix instruction's accumulator, a store's data
};

/// The longest distance in the tables.
constexpr unsigned LongestWait = 20;

/// The MODE register's number, and VSKIP in it.
constexpr unsigned ModeId = 1, VskipBit = 28;

struct WaveStates {
  uint64_t now = LongestWait;                          ///< wait states issued
  uint64_t valuVector[512] = {}, valuScalar[128] = {}; ///< when the VALU last wrote the register
  uint64_t anyVector[512] = {};                        ///< when any instruction did
  uint64_t saluM0 = 0, valuExec = 0, compareExec = 0, doubleMatrix = 0;
  uint64_t setVskip = 0, setregVskip = 0; ///< s_setvskip; s_setreg of VSKIP
  uint64_t setreg[64] = {};
  SmallVector<Producer, 24> matrix; ///< youngest last, within LongestWait
  SmallVector<Producer, 4> forwarding, stores, dots;
};

/// One use of registers by a matrix instruction.
struct MatrixUse {
  RegisterRange range;
  bool isAccumulator;
};

bool overlap(const RegisterRange &a, const RegisterRange &b) {
  return a.file == b.file && a.index < b.index + b.count && b.index < a.index + a.count;
}
RegisterRange rangeOf(const Operand &operand) {
  return {operand.isVector() ? RegisterFile::Vector : RegisterFile::Scalar, operand.index, operand.dwords};
}
bool isMemory(const Traits &traits) { return traits.unit >= Unit::Lds; }

/// Distances of matrix instructions. `p` is the producer's passes.
struct MatrixTable {
  bool isGfx950;
  explicit MatrixTable(Chip chip) : isGfx950(chip == Chip::Gfx950) {}

  unsigned xdlResult(unsigned p) const { return p + 3 + (isGfx950 && p != 2); }

  /// Result to a VALU or memory read.
  unsigned toRead(const Traits &producer, bool byMemory) const {
    unsigned p = producer.passes;
    switch (producer.matrix) {
    case MatrixKind::Double:
      return p == 4 ? (byMemory ? 9 : 6) : byMemory ? 18 : isGfx950 ? 19 : 11;
    case MatrixKind::Single:
      return p + 2;
    default:
      return xdlResult(p);
    }
  }
  /// Result to a VALU write of the same register.
  unsigned toOverwrite(const Traits &producer) const { return toRead(producer, /*byMemory=*/false); }
  /// Accumulator read to a VALU write of it.
  unsigned accumulatorToOverwrite(const Traits &producer) const {
    return producer.matrix == MatrixKind::Xdl ? producer.passes - 1 : 0;
  }
  unsigned toFactor(const Traits &producer) const {
    unsigned p = producer.passes;
    if (producer.matrix == MatrixKind::Double)
      return p == 4 ? 6 : isGfx950 ? 19 : 11;
    return producer.matrix == MatrixKind::Single ? p + 2 : xdlResult(p);
  }
  unsigned toAccumulator(const Traits &producer, const Traits &consumer, bool isSame) const {
    unsigned p = producer.passes;
    if (isSame) {
      bool smallDoubles = producer.matrix == MatrixKind::Double && consumer.matrix == MatrixKind::Double &&
                          p == 4 && consumer.passes == 4;
      return smallDoubles ? 4 : p == 2 ? 2 : 0;
    }
    bool byXdl = consumer.matrix == MatrixKind::Xdl;
    switch (producer.matrix) {
    case MatrixKind::Double:
      return byXdl ? 0 : p == 4 ? 4 : isGfx950 ? 17 : 9;
    case MatrixKind::Single:
      return byXdl ? 0 : p;
    default:
      return p + 1 + isGfx950;
    }
  }
};

class WaitStatesGroup final : public GroupObserver {
public:
  explicit WaitStatesGroup(FindingLog &log) : log(log) {}
  void reset(const Workgroup &group) {
    waves.assign(group.waves.size(), WaveStates());
    chip = group.waves[0]->chip;
  }

  void beforeInstruction(const Wave &wave, const Instruction &given) override {
    MovedInstruction moved(wave, given);
    const Instruction &inst = *moved;
    WaveStates &states = waves[wave.index];
    const Traits &traits = inst.traits;
    if (traits.unit == Unit::Matrix)
      checkMatrix(wave, states, inst);
    else if (traits.unit == Unit::Valu || isMemory(traits))
      checkVector(wave, states, inst);
    if (traits.unit == Unit::Valu)
      checkValu(wave, states, inst);
    if (traits.unit == Unit::Vmem || traits.unit == Unit::Flat)
      checkScalarSources(wave, states, inst, 5, "a vector memory instruction");
    if (traits.readsM0 && states.saluM0 && states.now - states.saluM0 < 1)
      report(wave, inst, nullptr, "m0 is used", states.saluM0, states.now, 1, "the SALU wrote it");
    if (traits.setreg || traits.getreg)
      checkHardwareRegister(wave, states, inst);
    bool isVector = traits.unit >= Unit::Valu;
    if (isVector && states.setregVskip && states.now - states.setregVskip < 2)
      report(wave, inst, nullptr, "VSKIP is in use", states.setregVskip, states.now, 2, "s_setreg wrote it");
    states.now += traits.nop ? (inst.simm16 & 15) + 1 : 1;
    record(states, inst, given);
  }

private:
  // Checks. Between two instructions lie now - end wait states.

  void report(const Wave &wave, const Instruction &inst, const Instruction *producer, const Twine &use,
              uint64_t end, uint64_t now, unsigned needed, StringRef what = "") {
    log.add(wave, inst, "wait-states", [&] {
      std::string text = use.str() + " " + std::to_string(now - end) + " wait states after ";
      text += producer ? log.describe(*producer) : what.str();
      return text + ": " + std::to_string(needed) + " are needed (s_nop " +
             std::to_string(needed - (now - end) - 1) + " is missing)";
    });
  }
  static std::string named(const RegisterRange &range) { return registerName(range.file, range.index); }

  void checkMatrix(const Wave &wave, WaveStates &states, const Instruction &inst) {
    MatrixTable table(chip);
    SmallVector<MatrixUse, 6> uses;
    for (unsigned i = 0; i < inst.srcCount; ++i)
      if (inst.src[i].isVector())
        uses.push_back({rangeOf(inst.src[i]), i == 2 && !inst.traits.sparse});
    if (inst.traits.sparse)
      uses.push_back({rangeOf(inst.dst[0]), true});
    if (states.valuExec && states.now - states.valuExec < 4)
      report(wave, inst, nullptr, "EXEC is in use", states.valuExec, states.now, 4, "the VALU wrote it");
    for (const MatrixUse &use : uses) {
      for (unsigned i = 0; i < use.range.count; ++i)
        if (uint64_t end = states.valuVector[(use.range.index + i) & 511]; end && states.now - end < 2) {
          report(wave, inst, nullptr, registerName(RegisterFile::Vector, use.range.index + i) + " is read",
                 end, states.now, 2, "the VALU wrote it");
          break;
        }
      for (const Producer &producer : reverse(states.matrix)) {
        const RegisterRange &result = producer.result;
        if (!overlap(result, use.range))
          continue;
        bool isSame = result.index == use.range.index && result.count == use.range.count;
        unsigned needed = use.isAccumulator ? table.toAccumulator(producer.inst->traits, inst.traits, isSame)
                                            : table.toFactor(producer.inst->traits);
        if (states.now - producer.end < needed)
          report(wave, inst, producer.inst, named(use.range) + " is read", producer.end, states.now, needed);
        break;
      }
    }
  }

  /// VALU and memory instructions behind matrix and dot instructions.
  void checkVector(const Wave &wave, WaveStates &states, const Instruction &inst) {
    dropOld(states.matrix, states.now, LongestWait);
    dropOld(states.dots, states.now, 3);
    if (states.matrix.empty() && states.dots.empty())
      return;
    MatrixTable table(chip);
    for (const RegisterRange &range : inst.reads)
      if (range.file == RegisterFile::Vector) {
        for (const Producer &producer : reverse(states.matrix))
          if (overlap(producer.result, range)) {
            unsigned needed = table.toRead(producer.inst->traits, isMemory(inst.traits));
            if (states.now - producer.end < needed)
              report(wave, inst, producer.inst, named(range) + " is read", producer.end, states.now, needed);
            break;
          }
        bool isSum = inst.srcCount > 2 && rangeOf(inst.src[2]).index == range.index;
        for (const Producer &producer : states.dots)
          if (overlap(producer.result, range) &&
              !(producer.inst->mnemonic == inst.mnemonic && (isSum || isTied(inst, range))))
            report(wave, inst, producer.inst, named(range) + " is read", producer.end, states.now, 3);
      }
    for (const RegisterRange &range : inst.writes)
      if (range.file == RegisterFile::Vector)
        checkOverwrite(wave, states, inst, range, table);
  }
  static bool isTied(const Instruction &inst, const RegisterRange &range) {
    return inst.dstCount && overlap(rangeOf(inst.dst[0]), range) && inst.srcCount < 3;
  }

  void checkOverwrite(const Wave &wave, WaveStates &states, const Instruction &inst,
                      const RegisterRange &range, const MatrixTable &table) {
    for (const Producer &producer : reverse(states.matrix))
      if (overlap(producer.result, range)) {
        unsigned needed = table.toOverwrite(producer.inst->traits);
        if (states.now - producer.end < needed)
          report(wave, inst, producer.inst, named(range) + " is overwritten", producer.end, states.now,
                 needed);
        break;
      }
    for (const Producer &producer : reverse(states.matrix)) {
      if (!overlap(producer.source, range))
        continue;
      unsigned needed = table.accumulatorToOverwrite(producer.inst->traits);
      if (states.now - producer.end < needed)
        report(wave, inst, producer.inst, named(range) + " is overwritten", producer.end, states.now, needed);
      break;
    }
    for (const Producer &producer : states.dots)
      if (overlap(producer.result, range) && producer.inst->mnemonic != inst.mnemonic)
        report(wave, inst, producer.inst, named(range) + " is overwritten", producer.end, states.now, 3);
  }

  void checkValu(const Wave &wave, WaveStates &states, const Instruction &inst) {
    const Traits &traits = inst.traits;
    checkForwarding(wave, states, inst);
    checkScalarSources(wave, states, inst, 2, "a VALU instruction");
    checkZeroFlags(wave, states, inst);
    if (inst.dpp)
      checkDpp(wave, states, inst);
    if (traits.permlaneSwap) {
      checkVectorSources(wave, states, inst, states.valuVector, 2);
      if (states.compareExec && states.now - states.compareExec < 4)
        report(wave, inst, nullptr, "EXEC is in use", states.compareExec, states.now, 4, "v_cmpx wrote it");
    }
    if (traits.readLane || traits.laneSelect) {
      if (traits.readLane)
        checkVectorSources(wave, states, inst, states.valuVector, 1);
      if (states.valuExec && states.now - states.valuExec < 4)
        report(wave, inst, nullptr, "EXEC is in use", states.valuExec, states.now, 4, "the VALU wrote it");
    }
    if (traits.laneSelect && inst.src[1].kind == OperandKind::Sgpr)
      checkScalar(wave, states, inst, inst.src[1].index, 4, "the lane select");
    if (traits.divFmas)
      checkScalar(wave, states, inst, Vcc, 4, "v_div_fmas");
    if (traits.fma64 && states.doubleMatrix && states.now - states.doubleMatrix < 2)
      report(wave, inst, nullptr, "a 64-bit FMA is issued", states.doubleMatrix, states.now, 2,
             "a double precision matrix instruction");
  }

  /// Results that the next instruction cannot take: transcendental ones, results shifted into part of a
  /// register; and data of wide stores, read up to two instructions late.
  void checkForwarding(const Wave &wave, WaveStates &states, const Instruction &inst) {
    dropOld(states.forwarding, states.now, 1);
    dropOld(states.stores, states.now, 2);
    for (const Producer &producer : states.forwarding) {
      if (producer.inst->traits.transcendental && inst.traits.transcendental)
        continue;
      for (const RegisterRange &range : inst.reads)
        if (overlap(producer.result, range))
          report(wave, inst, producer.inst, named(range) + " is read", producer.end, states.now, 1);
    }
    for (const Producer &producer : states.stores)
      for (const RegisterRange &range : inst.writes)
        if (overlap(producer.source, range))
          report(wave, inst, producer.inst, named(range) + ", data of a store, is overwritten", producer.end,
                 states.now, 2);
  }

  void checkDpp(const Wave &wave, WaveStates &states, const Instruction &inst) {
    checkVectorSources(wave, states, inst, states.anyVector, 2);
    if (states.valuExec && states.now - states.valuExec < 5)
      report(wave, inst, nullptr, "DPP uses EXEC", states.valuExec, states.now, 5, "the VALU wrote it");
  }

  void checkVectorSources(const Wave &wave, WaveStates &states, const Instruction &inst,
                          const uint64_t (&written)[512], unsigned needed) {
    for (const RegisterRange &range : inst.reads)
      if (range.file == RegisterFile::Vector)
        for (unsigned i = 0; i < range.count; ++i)
          if (uint64_t end = written[(range.index + i) & 511]; end && states.now - end < needed)
            return report(wave, inst, nullptr, registerName(range.file, range.index + i) + " is read", end,
                          states.now, needed, "it was written");
  }

  void checkScalarSources(const Wave &wave, WaveStates &states, const Instruction &inst, unsigned needed,
                          const char *who) {
    for (const Operand &source : ArrayRef(inst.src).take_front(inst.srcCount - takesCarry(inst)))
      if (source.kind == OperandKind::Sgpr)
        for (unsigned i = 0; i < source.dwords; ++i)
          checkScalar(wave, states, inst, source.index + i, needed, who);
  }
  /// "VALU reads SGPR as carry-in: 0". So does it read the mask of v_cndmask: hand-written kernels have both
  /// right behind what writes them, where LLVM waits.
  static bool takesCarry(const Instruction &inst) {
    StringRef name = inst.mnemonic;
    return inst.srcCount && (name.starts_with("v_cndmask") || name.starts_with("v_addc_co") ||
                             name.starts_with("v_subb_co") || name.starts_with("v_subbrev_co"));
  }
  /// EXECZ and VCCZ as numbers.
  void checkZeroFlags(const Wave &wave, WaveStates &states, const Instruction &inst) {
    for (const Operand &source : ArrayRef(inst.src).take_front(inst.srcCount)) {
      bool isVccz = source.index == 251;
      if (source.kind != OperandKind::Special || (!isVccz && source.index != 252))
        continue;
      uint64_t vcc = std::max(states.valuScalar[Vcc], states.valuScalar[Vcc + 1]);
      uint64_t end = isVccz ? vcc : states.valuExec;
      if (end && states.now - end < 5)
        report(wave, inst, nullptr, isVccz ? "vccz is read" : "execz is read", end, states.now, 5,
               "the VALU wrote its register");
    }
  }
  void checkScalar(const Wave &wave, WaveStates &states, const Instruction &inst, unsigned index,
                   unsigned needed, const char *who) {
    uint64_t end = states.valuScalar[index & 127];
    if (end && states.now - end < needed)
      report(wave, inst, nullptr, registerName(RegisterFile::Scalar, index) + " is read by " + who, end,
             states.now, needed, "the VALU wrote it");
  }

  void checkHardwareRegister(const Wave &wave, WaveStates &states, const Instruction &inst) {
    uint64_t end = states.setreg[inst.simm16 & 63];
    if (inst.traits.getreg && (inst.simm16 & 63) == ModeId)
      end = std::max(end, states.setVskip);
    if (end && states.now - end < 2)
      report(wave, inst, nullptr, "a hardware register is accessed", end, states.now, 2, "s_setreg wrote it");
  }

  // Records, after `now` has passed the instruction.

  static void dropOld(SmallVectorImpl<Producer> &producers, uint64_t now, unsigned longest) {
    if (LLVM_UNLIKELY(!producers.empty()))
      erase_if(producers, [&](const Producer &producer) { return now - producer.end >= longest; });
  }

  static void push(SmallVectorImpl<Producer> &producers, Producer producer, unsigned longest) {
    dropOld(producers, producer.end, longest);
    producers.push_back(producer);
  }

  /// `given` is what `inst` was made of, and stays.
  void record(WaveStates &states, const Instruction &inst, const Instruction &given) {
    const Traits &traits = inst.traits;
    uint64_t now = states.now;
    bool isValu = traits.unit == Unit::Valu;
    for (const RegisterRange &range : inst.writes)
      if (range.file == RegisterFile::Vector) {
        for (unsigned i = 0; i < range.count; ++i) {
          states.anyVector[(range.index + i) & 511] = now;
          states.valuVector[(range.index + i) & 511] = isValu && !traits.dot ? now : 0;
        }
      } else if (range.file == RegisterFile::Scalar) {
        for (unsigned i = 0; i < range.count; ++i)
          states.valuScalar[(range.index + i) & 127] = isValu ? now : 0;
        recordScalar(states, inst, range);
      }
    if (traits.unit == Unit::Matrix) {
      push(states.matrix,
           {&given, now, rangeOf(inst.dst[0]), rangeOf(traits.sparse ? inst.dst[0] : inst.src[2])},
           LongestWait);
      if (traits.matrix == MatrixKind::Double)
        states.doubleMatrix = now;
    }
    if (isValu && (traits.transcendental || traits.partialResult))
      push(states.forwarding, {&given, now, rangeOf(inst.dst[0]), {}}, 1);
    if (traits.dot)
      push(states.dots, {&given, now, rangeOf(inst.dst[0]), {}}, 3);
    // A store that vmcnt no longer counts has read its data (CDNA3 manual 4.4).
    if (isWaitForStores(inst))
      states.stores.clear();
    if (traits.wideStore)
      push(states.stores, {&given, now, {}, rangeOf(inst.src[1])}, 2);
    if (traits.setreg) {
      states.setreg[inst.simm16 & 63] = now;
      unsigned first = inst.simm16 >> 6 & 31, width = (inst.simm16 >> 11 & 31) + 1;
      if ((inst.simm16 & 63) == ModeId && first <= VskipBit && first + width > VskipBit)
        states.setregVskip = now;
    }
    if (inst.mnemonic == "s_setvskip")
      states.setVskip = now;
  }

  static bool isWaitForStores(const Instruction &inst) {
    return inst.traits.wait && !(inst.simm16 & 0xC00F); // vmcnt(0)
  }

  static void recordScalar(WaveStates &states, const Instruction &inst, const RegisterRange &range) {
    if (range.index <= Exec + 1 && range.index + range.count > Exec) {
      bool isValu = inst.traits.unit == Unit::Valu;
      states.valuExec = isValu ? states.now : 0;
      states.compareExec = isValu && StringRef(inst.mnemonic).starts_with("v_cmpx") ? states.now : 0;
    }
    if (range.index == M0)
      states.saluM0 = inst.traits.unit == Unit::Salu ? states.now : 0;
  }

  FindingLog &log;
  Chip chip = Chip::Gfx950;
  std::vector<WaveStates> waves;
};

} // namespace

std::unique_ptr<Observer> createWaitStates() { return std::make_unique<PooledObserver<WaitStatesGroup>>(); }

} // namespace kiln::emulator
