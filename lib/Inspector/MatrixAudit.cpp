#include "kiln/Inspector/MatrixAudit.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"

using namespace llvm;
using kiln::codegen::RegisterFile;
using kiln::codegen::RegisterRange;

namespace kiln::inspector {

static std::string joined(const std::string &a, const std::string &b) { return a == b ? a : a + " x " + b; }

/// The fastest for the same elements. Scales cost nothing, so that scaled and plain ones compete.
static const MatrixFacts &bestFor(const MatrixFacts &facts, const MachineFacts &machine) {
  const MatrixFacts *best = &facts;
  for (const MatrixFacts &other : machine.matrix)
    if (other.a == facts.a && other.b == facts.b && other.scaled == facts.scaled &&
        other.flopsPerCycle() > best->flopsPerCycle())
      best = &other;
  return *best;
}

static std::vector<MatrixUse> findUses(const FunctionView &function, const MachineFacts *machine) {
  std::map<std::string, MatrixUse> uses;
  for (unsigned i = 0; i < function.code.size(); ++i) {
    const InstructionInfo &info = function.infos[i];
    if (info.family != Family::Matrix)
      continue;
    std::string key = info.matrix ? info.matrix->atom : info.mnemonic;
    MatrixUse &use = uses[key];
    if (use.count++)
      continue;
    use.mnemonic = info.mnemonic;
    use.types = info.matrix ? info.matrix->types : "";
    use.first = function.code[i].address;
    if (const MatrixFacts *facts = machine ? machine->findMatrix(key) : nullptr) {
      const MatrixFacts &best = bestFor(*facts, *machine);
      use.elements = joined(facts->a, facts->b);
      use.flopsPerCycle = facts->flopsPerCycle();
      use.bestFlopsPerCycle = best.flopsPerCycle();
      use.best = best.name;
    }
  }
  std::vector<MatrixUse> result;
  for (auto &[key, use] : uses)
    result.push_back(std::move(use));
  return result;
}

namespace {
/// The multiply-adds of one loop whose result is an addend of theirs.
struct Accumulation {
  std::map<std::string, unsigned> types; // of the sums
  SmallSet<unsigned, 16> accumulators, factors;
  unsigned count = 0, fromHalf = 0, fromBrain = 0;
};
} // namespace

static bool isMultiplyAdd(const InstructionInfo &info) {
  StringRef name = info.mnemonic;
  return info.flops &&
         (name.contains("fma") || name.contains("mac_") || name.contains("mad_") || name.contains("dot2"));
}

static unsigned key(RegisterRange range) { return static_cast<unsigned>(range.file) * 1024 + range.first; }

static void addMultiplyAdd(const codegen::Instruction &instruction, const InstructionInfo &info,
                           Accumulation &loop) {
  if (instruction.writes.empty())
    return;
  RegisterRange sum = instruction.writes[0];
  bool carries = any_of(instruction.reads,
                        [&](RegisterRange read) { return read.file == sum.file && read.first == sum.first; });
  if (!carries)
    return;
  ++loop.count;
  ++loop.types[info.flopType.str()];
  loop.accumulators.insert(key(sum));
  for (RegisterRange read : instruction.reads)
    if (key(read) != key(sum) && (read.file != RegisterFile::Scalar || read.first < codegen::vccRegister))
      loop.factors.insert(key(read));
  if (StringRef(info.mnemonic).contains("mix") || StringRef(info.mnemonic).contains("dot2"))
    ++loop.fromHalf;
}

static Accumulation accumulationOf(const FunctionView &function, const Loop &loop) {
  Accumulation result;
  for (unsigned block : loop.blocks)
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i) {
      const InstructionInfo &info = function.infos[i];
      StringRef name = info.mnemonic;
      if (info.family == Family::Matrix)
        return {};
      if (isMultiplyAdd(info))
        addMultiplyAdd(function.code[i], info, result);
      // bf16 becomes f32 by a shift or a mask of its upper half.
      if (name.starts_with("v_cvt_f32_f16"))
        ++result.fromHalf;
      const auto &operands = function.code[i].operands;
      bool shifts =
          name == "v_lshlrev_b32" && operands.size() > 1 && !operands[1].registers && operands[1].value == 16;
      bool masks = name == "v_and_b32" && operands.size() > 1 && !operands[1].registers &&
                   uint32_t(operands[1].value) == 0xffff0000;
      if (shifts || masks)
        ++result.fromBrain;
    }
  return result;
}

/// The machine's shape for these elements with the fewest accumulators of a lane, then the fewest products.
static const MatrixFacts *smallestFor(StringRef element, const MachineFacts &machine) {
  const MatrixFacts *best = nullptr;
  auto weight = [](const MatrixFacts &facts) {
    return std::pair(facts.m * facts.n * facts.blocks, facts.k * facts.m * facts.n * facts.blocks);
  };
  for (const MatrixFacts &facts : machine.matrix)
    if (facts.a == element && facts.b == element && !facts.scaled && (!best || weight(facts) < weight(*best)))
      best = &facts;
  return best;
}

static MultiplyAddLoop explain(const Accumulation &found, unsigned loop, const MachineFacts *machine) {
  MultiplyAddLoop record;
  record.loop = loop;
  record.multiplyAdds = found.count;
  record.accumulates =
      std::max_element(found.types.begin(), found.types.end(), [](const auto &a, const auto &b) {
        return a.second < b.second;
      })->first;
  record.factors = record.accumulates == "f32" && found.fromHalf    ? "f16"
                   : record.accumulates == "f32" && found.fromBrain ? "bf16"
                                                                    : record.accumulates;
  record.accumulators = found.accumulators.size();
  record.reuse = found.factors.empty() ? 0 : 2.0 * found.count / found.factors.size();
  if (!machine || !machine->lanes) {
    record.why = "unknown: no target file describes the chip";
    return record;
  }
  const MatrixFacts *nearest = smallestFor(record.factors, *machine);
  if (!nearest) {
    record.why = machine->name + " has no matrix instruction for " + record.factors;
    return record;
  }
  unsigned needed = nearest->m * nearest->n * nearest->blocks / machine->lanes;
  record.nearest = nearest->name + ": " + std::to_string(needed) + " accumulators a lane, k in steps of " +
                   std::to_string(nearest->k);
  if (record.accumulators < needed)
    record.why = "a lane sums " + std::to_string(record.accumulators) + " values, the smallest shape " +
                 std::to_string(needed);
  else if (record.reuse < 2)
    record.why =
        "a factor is used once, as in a product of vectors: a matrix instruction uses it in a whole row";
  else
    record.why = "nothing in the code forbids it: the compiler that emitted this chose vector instructions";
  return record;
}

MatrixAudit auditMatrix(const FunctionView &function, const MachineFacts *machine) {
  MatrixAudit audit;
  audit.uses = findUses(function, machine);
  for (unsigned i = 0; i < function.flow.loops.size(); ++i) {
    const Loop &loop = function.flow.loops[i];
    if (!loop.innermost)
      continue;
    Accumulation found = accumulationOf(function, loop);
    if (found.count)
      audit.missed.push_back(explain(found, i, machine));
  }
  return audit;
}

} // namespace kiln::inspector
