#include "LayoutInference.h"

#include "dialects/Stage/Stage.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::transforms;
using layout::LinearAttr;
using layout::LinearLayout;

static const StringRef standardInputs[] = {layout::registerDim, layout::laneDim, layout::waveDim};

static LinearAttr toAttr(MLIRContext *context, const LinearLayout &layout) {
  return LinearAttr::get(context, layout.withInputs(standardInputs));
}

static ArrayRef<int64_t> shapeOf(Value value) { return cast<kernel::TileType>(value.getType()).getShape(); }

FailureOr<MmaLayouts> transforms::layoutsOf(kernel::MmaOp op, target::MmaOp atom, ArrayRef<int64_t> waves) {
  int64_t M = shapeOf(op.getA())[0], K = shapeOf(op.getA())[1], N = shapeOf(op.getB())[1];
  int64_t m = atom.getM(), n = atom.getN(), k = atom.getK();
  int64_t together = atom.getWaves();
  if (waves[0] % together)
    return op.emitOpError() << "is shared by " << waves[0] << " waves along M, but " << together
                            << " execute " << atom.getSymName() << " together";
  int64_t wavesM = waves[0] / together;
  for (auto [name, size, unit] :
       {std::tuple<StringRef, int64_t, int64_t>{"M", M, m * wavesM}, {"N", N, n * waves[1]}, {"K", K, k}})
    if (size % unit != 0)
      return op.emitOpError() << "has " << name << " = " << size << ", which does not divide into " << unit << " ("
                              << atom.getSymName() << " is " << m << "x" << n << "x" << k << ", waves are " << waves[0]
                              << "x" << waves[1] << ")";
  int64_t repM = M / (m * wavesM), repN = N / (n * waves[1]), repK = K / k;
  auto repeat = [](StringRef input, int64_t size, unsigned dim) {
    return LinearLayout::identity1D(input, size, dim, 2);
  };
  auto copies = [](int64_t size) { return LinearLayout::zeros(layout::waveDim, size, 2); };
  // Along N or M of an operand that the other wave dimension does not split, waves hold copies.
  auto build = [&](Attribute attr, int64_t rows, int64_t columns, bool alongM, bool alongN, int64_t innerReps,
                   unsigned innerDim, int64_t outerReps, unsigned outerDim) {
    LinearLayout layout = cast<LinearAttr>(attr).toLinear({rows, columns});
    layout = layout * repeat(layout::registerDim, innerReps, innerDim) *
             repeat(layout::registerDim, outerReps, outerDim);
    layout = layout * (alongN ? repeat(layout::waveDim, waves[1], 1) : copies(waves[1]));
    layout = layout * (alongM ? repeat(layout::waveDim, wavesM, 0) : copies(wavesM));
    return toAttr(op.getContext(), layout);
  };
  MmaLayouts result;
  result.acc = build(atom.getLayoutAcc(), m, n, true, true, repN, 1, repM, 0);
  if (atom.getLayoutA())
    result.a = build(*atom.getLayoutA(), m, k, true, false, repK, 1, repM, 0);
  if (atom.getSharedSwizzle())
    return result;
  result.b = build(*atom.getLayoutB(), k, n, false, true, repK, 0, repN, 1);
  if (op.getScaleA()) {
    int64_t scales = k / *atom.getScaleBlock();
    result.scaleA = build(*atom.getLayoutScaleA(), m, scales, true, false, repK, 1, repM, 0);
    result.scaleB = build(*atom.getLayoutScaleB(), scales, n, false, true, repK, 0, repN, 1);
  }
  return result;
}

LinearAttr transforms::blockedLayout(MLIRContext *context, ArrayRef<int64_t> shape, unsigned fastest,
                                     int64_t vectorElements, int64_t lanes, int64_t waves) {
  unsigned rank = shape.size();
  SmallVector<int64_t> left(shape);
  SmallVector<unsigned> order{fastest};
  for (unsigned d = rank; d-- > 0;)
    if (d != fastest)
      order.push_back(d);
  LinearLayout layout = LinearLayout::zeros(layout::registerDim, 1, rank);
  auto take = [&](StringRef input, int64_t count, unsigned dim) {
    int64_t size = std::min(count, left[dim]);
    layout = layout * LinearLayout::identity1D(input, size, dim, rank);
    left[dim] /= size;
    return count / size;
  };
  take(layout::registerDim, vectorElements, fastest);
  for (auto [input, count] : {std::pair<StringRef, int64_t>{layout::laneDim, lanes}, {layout::waveDim, waves}}) {
    int64_t rest = count;
    for (unsigned dim : order)
      rest = take(input, rest, dim);
    layout = layout * LinearLayout::zeros(input, rest, rank);
  }
  for (unsigned dim : order)
    take(layout::registerDim, left[dim], dim);
  return toAttr(context, layout);
}

LinearAttr transforms::sliceLayout(LinearAttr attr, ArrayRef<int64_t> shape, unsigned dim) {
  LinearLayout layout = attr.toLinear(shape).removeOutput(dim).dropZeroBases(layout::registerDim);
  return toAttr(attr.getContext(), layout);
}

static LinearAttr transposeLayout(LinearAttr attr, ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  SmallVector<unsigned> order(permutation.begin(), permutation.end());
  return toAttr(attr.getContext(), attr.toLinear(shape).transposeOutputs(order));
}

/// Drops the registers that lie beyond a part of a tile; null if lanes or waves share what is beyond.
static LinearAttr partLayout(LinearAttr attr, ArrayRef<int64_t> shape, ArrayRef<int64_t> part) {
  LinearLayout whole = attr.toLinear(shape);
  auto isInside = [&](ArrayRef<int32_t> basis) {
    return llvm::all_of(llvm::zip(basis, part),
                        [](auto pair) { return std::get<0>(pair) < std::get<1>(pair); });
  };
  std::vector<LinearLayout::Input> inputs;
  for (const LinearLayout::Input &input : whole.inputs()) {
    LinearLayout::Input kept{input.name, {}};
    for (const auto &basis : input.bases)
      if (isInside(basis))
        kept.bases.push_back(basis);
      else if (input.name != layout::registerDim)
        return {};
    inputs.push_back(kept);
  }
  return toAttr(attr.getContext(), LinearLayout(std::move(inputs), SmallVector<int64_t>(part)));
}

/// The layout of a tile that is joined from parts: more registers, those of one part after the other.
static LinearAttr joinedLayout(LinearAttr attr, ArrayRef<int64_t> part, ArrayRef<int64_t> shape) {
  LinearLayout layout = attr.toLinear(part);
  for (unsigned d = shape.size(); d-- > 0;)
    layout = layout * LinearLayout::identity1D(layout::registerDim, shape[d] / part[d], d, shape.size());
  return toAttr(attr.getContext(), layout);
}

static SmallVector<int64_t> inverse(ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> result(permutation.size());
  for (auto [i, d] : llvm::enumerate(permutation))
    result[d] = i;
  return result;
}

/// A tile that registers hold.
static bool isTile(Value value) {
  auto tile = dyn_cast<kernel::TileType>(value.getType());
  return tile && !isa_and_present<layout::SharedAttr>(tile.getLayout());
}

/// Ops whose tile operands and results are held alike.
static bool isElementwise(Operation *op) {
  return isa<kernel::ConvertOp, stage::SettleOp>(op) || op->hasTrait<OpTrait::Elementwise>();
}

void LayoutInference::assign(Value value, LinearAttr layout) {
  if (!isTile(value) || layouts.contains(value))
    return;
  // A reduction's result follows its operand, and an mma's result is a seed.
  if (Operation *op = value.getDefiningOp(); isa_and_present<kernel::ReduceOp>(op) &&
                                             !layouts.contains(cast<kernel::ReduceOp>(op).getTile()))
    return;
  // So does a joined tile its parts, whatever its users want.
  if (auto join = value.getDefiningOp<stage::JoinOp>()) {
    Value part = join.getParts()[0];
    if (!layouts.contains(part))
      return;
    layout = joinedLayout(layouts.lookup(part), shapeOf(part), shapeOf(value));
  }
  layouts[value] = layout;
  worklist.push_back(value);
}

void LayoutInference::propagateLoop(Operation *op, Value value) {
  LinearAttr layout = layouts.lookup(value);
  auto tie = [&](std::initializer_list<Value> values) {
    if (llvm::is_contained(values, value))
      for (Value other : values)
        assign(other, layout);
  };
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    for (unsigned i = 0; i < loop.getNumResults(); ++i)
      tie({loop.getInitArgs()[i], loop.getRegionIterArg(i), loop.getYieldedValues()[i], loop.getResult(i)});
  } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
    for (unsigned i = 0; i < branch.getNumResults(); ++i)
      tie({branch.thenYield().getOperand(i), branch.elseYield().getOperand(i), branch.getResult(i)});
  }
}

void LayoutInference::propagateThrough(Operation *op, Value value) {
  LinearAttr layout = layouts.lookup(value);
  if (isElementwise(op)) {
    for (Value other : llvm::concat<Value>(SmallVector<Value>(op->getOperands()), SmallVector<Value>(op->getResults())))
      assign(other, layout);
  } else if (auto transpose = dyn_cast<kernel::TransposeOp>(op)) {
    if (value == transpose.getTile())
      assign(transpose.getResult(), transposeLayout(layout, shapeOf(value), transpose.getPermutation()));
    else
      assign(transpose.getTile(), transposeLayout(layout, shapeOf(value), inverse(transpose.getPermutation())));
  } else if (auto broadcast = dyn_cast<kernel::BroadcastOp>(op)) {
    if (value == broadcast.getResult())
      assign(broadcast.getTile(), sliceLayout(layout, shapeOf(value), broadcast.getAlong()));
  } else if (auto reduce = dyn_cast<kernel::ReduceOp>(op)) {
    if (value == reduce.getTile() && isTile(reduce.getResult()))
      assign(reduce.getResult(), sliceLayout(layout, shapeOf(value), reduce.getAlong()));
  } else if (auto slice = dyn_cast<stage::SliceOp>(op)) {
    if (value == slice.getTile())
      if (LinearAttr part = partLayout(layout, shapeOf(value), shapeOf(slice.getPart())))
        assign(slice.getPart(), part);
  } else if (auto join = dyn_cast<stage::JoinOp>(op)) {
    assign(join.getTile(), layout);
  } else if (auto mma = dyn_cast<kernel::MmaOp>(op)) {
    // The accumulator's layout is the instruction's own; nothing else flows through.
  } else if (isa<scf::YieldOp>(op)) {
    propagateLoop(op->getParentOp(), value);
  } else {
    propagateLoop(op, value);
  }
}

void LayoutInference::propagate(Value value) {
  if (Operation *op = value.getDefiningOp())
    propagateThrough(op, value);
  else
    propagateLoop(value.getParentBlock()->getParentOp(), value);
  for (Operation *user : value.getUsers())
    propagateThrough(user, value);
}

/// True for a value that is read from shared memory, maybe transposed or carried around a loop: it can be read in any
/// layout, so it takes the one its user wants.
static bool isStaged(Value value) {
  if (value.getDefiningOp<stage::ReadOp>())
    return true;
  if (auto transpose = value.getDefiningOp<kernel::TransposeOp>())
    return isStaged(transpose.getTile());
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()))
      if (OpOperand *init = loop.getTiedLoopInit(argument))
        return isStaged(init->get());
  if (auto loop = value.getDefiningOp<scf::ForOp>())
    return isStaged(loop.getInitArgs()[cast<OpResult>(value).getResultNumber()]);
  return false;
}

LogicalResult LayoutInference::seedMmas() {
  WalkResult walked = func.walk([&](kernel::MmaOp op) {
    auto name = op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom");
    auto split = op->getAttrOfType<DenseI64ArrayAttr>("schedule.waves");
    target::MmaOp atom = name ? machine.mma(name.getValue()) : target::MmaOp();
    if (!atom || !split || split.size() != 2) {
      op.emitOpError() << "has no schedule: expects 'schedule.atom' to name a matrix instruction of "
                       << machine.name() << " and 'schedule.waves' to have two sizes";
      return WalkResult::interrupt();
    }
    FailureOr<MmaLayouts> found = layoutsOf(op, atom, split.asArrayRef());
    if (failed(found))
      return WalkResult::interrupt();
    mmas[op] = *found;
    assign(op.getResult(), found->acc);
    assign(op.getAcc(), found->acc);
    for (auto [operand, wanted] : {std::pair<Value, LinearAttr>{op.getA(), found->a}, {op.getB(), found->b},
                                   {op.getScaleA(), found->scaleA}, {op.getScaleB(), found->scaleB}})
      if (operand && isStaged(operand))
        assign(operand, wanted);
    return WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

/// The widest access that the tensor's promise allows, at least four bytes so that neighbouring lanes share a line. A
/// power of two; four 6-bit elements are the fewest that fill whole bytes.
static int64_t accessElements(kernel::TensorRefType tensor) {
  int64_t bytes = std::clamp<int64_t>(tensor.getAlignBytes(), 4, 16);
  int64_t elements = bytes * 8 / tensor.getElementType().getIntOrFloatBitWidth();
  return std::max<int64_t>(1, llvm::bit_floor(static_cast<uint64_t>(elements)));
}

void LayoutInference::seed(Value value) {
  auto type = cast<kernel::TileType>(value.getType());
  int64_t vector = 4;
  if (auto load = value.getDefiningOp<kernel::LoadOp>())
    vector = accessElements(load.getTensor().getType());
  unsigned fastest = type.getShape().size() - 1;
  assign(value, blockedLayout(value.getContext(), type.getShape(), fastest, vector, machine.lanes(), waves));
}

LogicalResult LayoutInference::run() {
  if (failed(seedMmas()))
    return failure();
  auto drain = [&]() {
    while (!worklist.empty())
      propagate(worklist.pop_back_val());
  };
  drain();
  // Loads first: their layout decides how memory is accessed. Then whatever hangs on nothing.
  func.walk([&](kernel::LoadOp load) {
    seed(load.getResult());
    drain();
  });
  func.walk([&](Operation *op) {
    for (Value result : op->getResults())
      if (isTile(result) && !layouts.contains(result)) {
        seed(result);
        drain();
      }
  });
  return success();
}

LinearAttr LayoutInference::wanted(OpOperand &operand) const {
  Operation *op = operand.getOwner();
  unsigned index = operand.getOperandNumber();
  if (!isTile(operand.get()))
    return {};
  if (auto mma = dyn_cast<kernel::MmaOp>(op)) {
    const MmaLayouts &layouts = mmas.find(mma)->second;
    LinearAttr byOperand[] = {layouts.a, layouts.b, layouts.acc, layouts.scaleA, layouts.scaleB};
    return byOperand[index];
  }
  if (isElementwise(op))
    return get(op->getResult(0));
  if (auto broadcast = dyn_cast<kernel::BroadcastOp>(op))
    return sliceLayout(get(broadcast.getResult()), shapeOf(broadcast.getResult()), broadcast.getAlong());
  if (auto transpose = dyn_cast<kernel::TransposeOp>(op))
    return transposeLayout(get(transpose.getResult()), shapeOf(transpose.getResult()),
                           inverse(transpose.getPermutation()));
  if (auto join = dyn_cast<stage::JoinOp>(op))
    return get(join.getParts()[0]);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return get(loop.getRegionIterArg(index - loop.getNumControlOperands()));
  if (isa<scf::YieldOp>(op)) {
    if (auto loop = dyn_cast<scf::ForOp>(op->getParentOp()))
      return get(loop.getRegionIterArg(index));
    return get(op->getParentOp()->getResult(index));
  }
  return {};
}
