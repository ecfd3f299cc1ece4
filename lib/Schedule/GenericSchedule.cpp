#include "kiln/Schedule/GenericSchedule.h"

#include "Decision.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

#include <map>
#include <set>

using namespace mlir;
using namespace kiln;

namespace {
int64_t rateOf(target::MmaOp atom) { return 1024 * atom.getM() * atom.getN() * atom.getK() / atom.getCycles(); }

bool divides(target::MmaOp atom, kernel::MmaOp op) {
  ArrayRef<int64_t> a = op.getA().getType().getShape(), acc = op.getType().getShape();
  return acc[0] % atom.getM() == 0 && acc[1] % atom.getN() == 0 && a[1] % atom.getK() == 0;
}

bool hasShape(target::MmaOp atom, ArrayRef<int64_t> shape) {
  auto has = [](uint64_t size, int64_t wanted) { return static_cast<int64_t>(size) == wanted; };
  return has(atom.getM(), shape[0]) && has(atom.getN(), shape[1]) && has(atom.getK(), shape[2]);
}

std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// What machines multiply, in few words: operand types that go with the same others stand together.
std::string describeProducts(ArrayRef<target::MmaOp> atoms) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> byLeft; // (A, result): the types of B
  for (target::MmaOp atom : atoms) {
    std::string result = textOf(atom.getAcc()) + (atom.getScaleBlock() ? " with block scales" : "");
    byLeft[{textOf(atom.getA()), result}].insert(textOf(atom.getB()));
  }
  std::map<std::pair<std::set<std::string>, std::string>, std::set<std::string>> grouped; // (types of B, result): A's
  for (auto &[left, rights] : byLeft)
    grouped[{rights, left.second}].insert(left.first);
  auto oneOf = [](const std::set<std::string> &types) {
    return types.size() == 1 ? *types.begin() : "any of (" + llvm::join(types, ", ") + ")";
  };
  std::set<std::string> products;
  for (auto &[right, lefts] : grouped)
    products.insert(oneOf(lefts) + " x " + oneOf(right.first) + " -> " + right.second);
  return llvm::join(products, ", ");
}

/// Operand types of a product that the machine has no arithmetic for at all.
void noteForeignFormats(InFlightDiagnostic &diag, kernel::MmaOp op, const target::Machine &machine) {
  ArrayAttr formats = machine.getOp().getFormatsAttr();
  llvm::SmallSetVector<Type, 2> operands;
  operands.insert(op.getA().getType().getElementType());
  operands.insert(op.getB().getType().getElementType());
  for (Type type : operands) {
    if (llvm::is_contained(formats.getAsValueRange<TypeAttr>(), type))
      continue;
    SmallVector<std::string> known;
    for (Type format : formats.getAsValueRange<TypeAttr>())
      known.push_back(textOf(format));
    diag << "; " << type << " is no number format of " << machine.name() << ", which has " << llvm::join(known, ", ");
  }
}
} // namespace

static LogicalResult reportNoAtom(kernel::MmaOp op, const target::Machine &machine, ArrayRef<target::MmaOp> sameTypes) {
  auto diag = op.emitOpError() << "multiplies " << op.getA().getType().getElementType() << " x "
                               << op.getB().getType().getElementType() << " -> " << op.getType().getElementType()
                               << (op.getScaleA() ? " with block scales" : "");
  if (!sameTypes.empty()) {
    ArrayRef<int64_t> a = op.getA().getType().getShape(), acc = op.getType().getShape();
    if (auto shape = op->getAttrOfType<DenseI64ArrayAttr>("schedule.shape"))
      diag << " and is scheduled on an instruction of " << shape[0] << "x" << shape[1] << "x" << shape[2] << ", which "
           << machine.name() << " lacks; there are ";
    else
      diag << " on a tile of M, N, K = " << acc[0] << ", " << acc[1] << ", " << a[1]
           << ", which no matrix instruction of " << machine.name() << " divides; there are ";
    llvm::interleaveComma(sameTypes, diag, [&](target::MmaOp atom) {
      diag << atom.getSymName() << " (" << atom.getM() << "x" << atom.getN() << "x" << atom.getK() << ")";
    });
    return diag;
  }
  diag << ", for which " << machine.name() << " has no matrix instruction";
  // The nearest that works: with one of these operand types if there is any.
  SmallVector<target::MmaOp> near, all;
  for (target::MmaOp atom : machine.all<target::MmaOp>()) {
    if (atom.getBlocks() != 1)
      continue;
    all.push_back(atom);
    if (atom.getA() == op.getA().getType().getElementType() || atom.getB() == op.getB().getType().getElementType())
      near.push_back(atom);
  }
  diag << "; it multiplies " << describeProducts(near.empty() ? all : near);
  noteForeignFormats(diag, op, machine);
  return diag;
}

FailureOr<target::MmaOp> schedule::chooseAtom(kernel::MmaOp op, const target::Machine &machine) {
  SmallVector<target::MmaOp> candidates =
      machine.mmasFor(op.getA().getType().getElementType(), op.getB().getType().getElementType(),
                      op.getType().getElementType(), static_cast<bool>(op.getScaleA()));
  auto shape = op->getAttrOfType<DenseI64ArrayAttr>("schedule.shape");
  target::MmaOp best;
  for (target::MmaOp atom : candidates) {
    if (shape ? !hasShape(atom, shape.asArrayRef()) : !divides(atom, op))
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
  int64_t unitsM = acc[0] / atom.getM() * atom.getWaves(), unitsN = acc[1] / atom.getN();
  bool onlyM = reducesRows(op);
  std::optional<std::array<int64_t, 2>> best;
  int64_t bestEdge = 0;
  for (int64_t wavesM = 1; wavesM <= waves; wavesM *= 2) {
    int64_t wavesN = waves / wavesM;
    if (unitsM % wavesM || wavesM % static_cast<int64_t>(atom.getWaves()) || unitsN % wavesN ||
        (onlyM && wavesN > 1))
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

/// The matrix instruction that a schedule names, if the product can use it; null and an error if not.
static target::MmaOp scheduledAtom(kernel::MmaOp op, StringRef name, const target::Machine &machine) {
  target::MmaOp atom = machine.mma(name);
  Type a = op.getA().getType().getElementType(), b = op.getB().getType().getElementType(),
       acc = op.getType().getElementType();
  bool scaled = static_cast<bool>(op.getScaleA());
  if (!atom) {
    SmallVector<std::string> fitting;
    for (target::MmaOp known : machine.mmasFor(a, b, acc, scaled))
      fitting.push_back(known.getSymName().str());
    InFlightDiagnostic diag = op.emitOpError() << "is scheduled on '" << name << "', which " << machine.name() << " lacks";
    if (!fitting.empty())
      diag << "; for its types it has " << llvm::join(fitting, ", ");
    return {};
  }
  if (atom.getA() == a && atom.getB() == b && atom.getAcc() == acc && atom.getScaleBlock().has_value() == scaled &&
      atom.getBlocks() == 1)
    return atom;
  op.emitOpError() << "multiplies " << a << " x " << b << " -> " << acc << (scaled ? " with block scales" : "")
                   << ", but is scheduled on '" << name << "', which multiplies "
                   << (atom.getBlocks() == 1 ? "" : "several blocks of ") << describeProducts(atom);
  return {};
}

/// Checks how a schedule divides a product among waves.
static LogicalResult verifySplit(kernel::MmaOp op, ArrayRef<int64_t> split, int64_t waves) {
  if (split.size() != 2 || llvm::any_of(split, [](int64_t size) { return size < 1 || !llvm::isPowerOf2_64(size); }))
    return op.emitOpError() << "expects 'schedule.waves' to be two powers of two, found [" << split << "]";
  if (split[0] != waves / split[1] || waves % split[1])
    return op.emitOpError() << "is shared by " << split[0] << " x " << split[1] << " waves, but the kernel has "
                            << waves;
  return success();
}

/// What no schedule has decided about `op`, the pass does.
static void decide(Operation *op, StringRef name, Attribute value) {
  op->setAttr(name, value);
  schedule::recordDecision(op, "schedule-complete", UnknownLoc::get(op->getContext()));
}

LogicalResult schedule::completeSchedule(kernel::FuncOp func, const target::Machine &machine) {
  Builder builder(func.getContext());
  SmallVector<std::pair<kernel::MmaOp, target::MmaOp>> mmas;
  auto walked = func.walk([&](kernel::MmaOp op) {
    if (auto name = op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom")) {
      target::MmaOp atom = scheduledAtom(op, name.getValue(), machine);
      if (!atom)
        return WalkResult::interrupt();
      mmas.push_back({op, atom});
      return WalkResult::advance();
    }
    FailureOr<target::MmaOp> atom = chooseAtom(op, machine);
    if (failed(atom))
      return WalkResult::interrupt();
    decide(op, "schedule.atom", FlatSymbolRefAttr::get(atom->getSymNameAttr()));
    mmas.push_back({op, *atom});
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();

  // The most waves, up to the machine's usual number, that every product can use.
  auto fixed = func->getAttrOfType<IntegerAttr>("schedule.waves");
  int64_t waves = fixed ? fixed.getInt() : machine.defaultWaves();
  if (waves < 1 || !llvm::isPowerOf2_64(waves))
    return func.emitError() << "@" << func.getSymName() << " is scheduled on " << waves
                            << " waves; expected a power of two";
  auto fits = [&](int64_t count) {
    return llvm::all_of(mmas, [&](auto &mma) {
      return mma.first->hasAttr("schedule.waves") || splitWaves(mma.first, mma.second, count);
    });
  };
  while (!fixed && waves > 1 && !fits(waves))
    waves /= 2;
  if (waves > machine.maxThreads() / machine.lanes())
    return func.emitError() << "@" << func.getSymName() << " is scheduled on " << waves << " waves of "
                            << machine.lanes() << " lanes; a workgroup of " << machine.name() << " has at most "
                            << machine.maxThreads() << " threads";
  if (!fixed)
    decide(func, "schedule.waves", builder.getI64IntegerAttr(waves));
  for (auto [op, atom] : mmas) {
    if (auto split = op->getAttrOfType<DenseI64ArrayAttr>("schedule.waves")) {
      if (failed(verifySplit(op, split.asArrayRef(), waves)))
        return failure();
      continue;
    }
    std::optional<std::array<int64_t, 2>> split = splitWaves(op, atom, waves);
    if (!split)
      return op.emitOpError() << "is a tile of " << op.getType().getShape()[0] << " x " << op.getType().getShape()[1]
                              << ", too small for " << waves << " waves of " << atom.getSymName();
    decide(op, "schedule.waves", builder.getDenseI64ArrayAttr(*split));
  }
  return success();
}
