#include "kiln/Schedule/GenericSchedule.h"

#include "mlir/IR/Builders.h"
#include <set>

using namespace mlir;
using namespace kiln;

namespace {
int64_t rateOf(target::MmaOp atom) { return 1024 * atom.getM() * atom.getN() * atom.getK() / atom.getCycles(); }

bool divides(target::MmaOp atom, kernel::MmaOp op) {
  ArrayRef<int64_t> a = op.getA().getType().getShape(), acc = op.getType().getShape();
  return acc[0] % atom.getM() == 0 && acc[1] % atom.getN() == 0 && a[1] % atom.getK() == 0;
}

std::string typesOf(target::MmaOp atom) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << atom.getA() << " x " << atom.getB() << " -> " << atom.getAcc() << (atom.getScaleBlock() ? " (scaled)" : "");
  return text;
}
} // namespace

static LogicalResult reportNoAtom(kernel::MmaOp op, const target::Machine &machine, ArrayRef<target::MmaOp> sameTypes) {
  auto diag = op.emitOpError() << "multiplies " << op.getA().getType().getElementType() << " x "
                               << op.getB().getType().getElementType() << " -> " << op.getType().getElementType()
                               << (op.getScaleA() ? " with block scales" : "");
  if (!sameTypes.empty()) {
    ArrayRef<int64_t> a = op.getA().getType().getShape(), acc = op.getType().getShape();
    diag << " on a tile of M, N, K = " << acc[0] << ", " << acc[1] << ", " << a[1]
         << ", which no matrix instruction of " << machine.name() << " divides; there are ";
    llvm::interleaveComma(sameTypes, diag, [&](target::MmaOp atom) {
      diag << atom.getSymName() << " (" << atom.getM() << "x" << atom.getN() << "x" << atom.getK() << ")";
    });
    return diag;
  }
  diag << ", for which " << machine.name() << " has no matrix instruction; it multiplies ";
  std::set<std::string> known;
  for (target::MmaOp atom : machine.all<target::MmaOp>())
    if (atom.getBlocks() == 1)
      known.insert(typesOf(atom));
  llvm::interleaveComma(known, diag, [&](const std::string &text) { diag << text; });
  return diag;
}

FailureOr<target::MmaOp> schedule::chooseAtom(kernel::MmaOp op, const target::Machine &machine) {
  SmallVector<target::MmaOp> candidates =
      machine.mmasFor(op.getA().getType().getElementType(), op.getB().getType().getElementType(),
                      op.getType().getElementType(), static_cast<bool>(op.getScaleA()));
  llvm::erase_if(candidates, [](target::MmaOp atom) { return atom->hasAttr("approximate"); });
  target::MmaOp best;
  for (target::MmaOp atom : candidates) {
    if (!divides(atom, op))
      continue;
    if (!best || rateOf(atom) > rateOf(best) ||
        (rateOf(atom) == rateOf(best) && atom.getM() * atom.getN() < best.getM() * best.getN()))
      best = atom;
  }
  if (best)
    return best;
  return reportNoAtom(op, machine, candidates);
}

/// True if rows of the product are reduced somewhere in the kernel.
static bool reducesRows(kernel::MmaOp op) {
  bool found = false;
  op->getParentOfType<kernel::FuncOp>().walk([&](kernel::ReduceOp reduce) { found = true; });
  return found;
}

std::optional<std::array<int64_t, 2>> schedule::splitWaves(kernel::MmaOp op, target::MmaOp atom, int64_t waves) {
  ArrayRef<int64_t> acc = op.getType().getShape();
  int64_t unitsM = acc[0] / atom.getM(), unitsN = acc[1] / atom.getN();
  bool onlyM = reducesRows(op);
  std::optional<std::array<int64_t, 2>> best;
  int64_t bestEdge = 0;
  for (int64_t wavesM = 1; wavesM <= waves; wavesM *= 2) {
    int64_t wavesN = waves / wavesM;
    if (unitsM % wavesM || unitsN % wavesN || (onlyM && wavesN > 1))
      continue;
    // What a wave reads per product: the shorter, the squarer.
    int64_t edge = acc[0] / wavesM + acc[1] / wavesN;
    if (!best || edge < bestEdge) {
      best = {wavesM, wavesN};
      bestEdge = edge;
    }
  }
  return best;
}

LogicalResult schedule::completeSchedule(kernel::FuncOp func, const target::Machine &machine) {
  Builder builder(func.getContext());
  SmallVector<std::pair<kernel::MmaOp, target::MmaOp>> mmas;
  auto walked = func.walk([&](kernel::MmaOp op) {
    if (auto name = op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom")) {
      target::MmaOp atom = machine.mma(name.getValue());
      if (!atom) {
        op.emitOpError() << "is scheduled on '" << name.getValue() << "', which " << machine.name() << " lacks";
        return WalkResult::interrupt();
      }
      mmas.push_back({op, atom});
      return WalkResult::advance();
    }
    FailureOr<target::MmaOp> atom = chooseAtom(op, machine);
    if (failed(atom))
      return WalkResult::interrupt();
    op->setAttr("schedule.atom", FlatSymbolRefAttr::get(atom->getSymNameAttr()));
    mmas.push_back({op, *atom});
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();

  // The most waves, up to the machine's usual number, that every product can use.
  auto fixed = func->getAttrOfType<IntegerAttr>("schedule.waves");
  int64_t waves = fixed ? fixed.getInt() : machine.defaultWaves();
  auto fits = [&](int64_t count) {
    return llvm::all_of(mmas, [&](auto &mma) {
      return mma.first->hasAttr("schedule.waves") || splitWaves(mma.first, mma.second, count);
    });
  };
  while (!fixed && waves > 1 && !fits(waves))
    waves /= 2;
  if (waves * machine.lanes() > machine.maxThreads())
    return func.emitError() << "@" << func.getSymName() << " is scheduled on " << waves << " waves of "
                            << machine.lanes() << " lanes; a workgroup of " << machine.name() << " has at most "
                            << machine.maxThreads() << " threads";
  func->setAttr("schedule.waves", builder.getI64IntegerAttr(waves));
  for (auto [op, atom] : mmas) {
    if (op->hasAttr("schedule.waves"))
      continue;
    std::optional<std::array<int64_t, 2>> split = splitWaves(op, atom, waves);
    if (!split)
      return op.emitOpError() << "is a tile of " << op.getType().getShape()[0] << " x " << op.getType().getShape()[1]
                              << ", too small for " << waves << " waves of " << atom.getSymName();
    op->setAttr("schedule.waves", builder.getDenseI64ArrayAttr(*split));
  }
  return success();
}
