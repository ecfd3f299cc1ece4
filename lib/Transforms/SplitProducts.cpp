#include "LoopValues.h"
#include "dialects/Stage/Stage.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_SPLITPRODUCTS
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Makes a loop that carries the parts of one product's sum of a loop that carries the sum.
class ProductSplitter {
public:
  ProductSplitter(kernel::MmaOp mma, ArrayRef<int64_t> counts)
      : mma(mma), loop(dyn_cast<scf::ForOp>(mma->getParentOp())), counts(counts), outside(mma), inside(mma) {}

  LogicalResult run() {
    if (failed(expectSum()) || failed(expectParts()))
      return failure();
    outside.setInsertionPoint(loop);
    auto init = loop.getInitArgs()[0].getDefiningOp<kernel::ConstantOp>();
    SmallVector<Value> sums;
    for (int64_t i = 0; i < counts[0] * counts[1]; ++i)
      sums.push_back(kernel::ConstantOp::create(outside, init.getLoc(), sumType(), init.getValueAttr()));
    auto split = scf::ForOp::create(outside, loop.getLoc(), loop.getLowerBound(), loop.getUpperBound(),
                                    loop.getStep(), sums);
    split->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
    outside.setInsertionPoint(split);
    inside.setInsertionPointToStart(split.getBody());
    kept.map(loop.getInductionVar(), split.getInductionVar());
    sums.assign(split.getRegionIterArgs().begin(), split.getRegionIterArgs().end());
    if (failed(multiply(sums)))
      return failure();
    scf::YieldOp::create(inside, loop.getLoc(), sums);
    outside.setInsertionPoint(loop);
    Value whole = stage::JoinOp::create(outside, mma.getLoc(), mma.getType(), split.getResults());
    loop.getResult(0).replaceAllUsesWith(whole);
    loop.erase();
    return success();
  }

private:
  LogicalResult expectSum() {
    if (!loop || loop.getNumResults() != 1 || loop.getYieldedValues()[0] != mma.getResult() ||
        mma.getAcc() != loop.getRegionIterArg(0) ||
        !loop.getInitArgs()[0].getDefiningOp<kernel::ConstantOp>())
      return mma.emitOpError()
             << "cannot be split: expects a loop that carries its sum alone, from a kernel.constant on";
    for (Operation &op : loop.getBody()->without_terminator())
      if (!isMemoryEffectFree(&op))
        return op.emitOpError() << "stands in a loop whose product is to be split, which expects no effects";
    return success();
  }

  LogicalResult expectParts() {
    ArrayRef<int64_t> sizes = mma.getType().getShape();
    for (unsigned d = 0; d < 2; ++d)
      if (counts[d] < 1 || sizes[d] % counts[d])
        return mma.emitOpError() << "cannot be split: " << sizes[d] << (d ? " columns" : " rows")
                                 << " do not divide into " << counts[d] << " parts";
    return success();
  }

  kernel::TileType sumType() {
    ArrayRef<int64_t> sizes = mma.getType().getShape();
    return kernel::TileType::get({sizes[0] / counts[0], sizes[1] / counts[1]},
                                 mma.getType().getElementType());
  }

  /// All products. Rows of parts are walked there and back, so that each product shares a part with the one
  /// before.
  LogicalResult multiply(MutableArrayRef<Value> sums) {
    for (int64_t i = 0; i < counts[0]; ++i)
      for (int64_t step = 0; step < counts[1]; ++step) {
        int64_t j = i % 2 ? counts[1] - 1 - step : step;
        Value &sum = sums[i * counts[1] + j];
        SmallVector<Value> operands{mma.getA(), mma.getB(), mma.getScaleA(), mma.getScaleB()};
        for (auto [number, operand] : llvm::enumerate(operands)) {
          unsigned dim = number % 2; // A and its scales are cut along M, B and its own along N
          if (!operand)
            continue;
          FailureOr<Value> part = cut(operand, dim, dim ? j : i, counts[dim]);
          if (failed(part))
            return failure();
          operand = *part;
        }
        auto product = kernel::MmaOp::create(inside, mma.getLoc(), sum.getType(), operands[0], operands[1],
                                             sum, operands[2], operands[3]);
        product->setDiscardableAttrs(mma->getDiscardableAttrDictionary());
        product->removeAttr("schedule.split");
        sum = product.getResult();
      }
    return success();
  }

  /// Part `number` of `count` of a tile along `dim`, which is loaded, maybe transposed.
  FailureOr<Value> cut(Value tile, unsigned dim, int64_t number, int64_t count) {
    Value &known = parts[{tile, dim, number}];
    if (known || count == 1)
      return known ? known : inNewLoop(tile);
    auto type = cast<kernel::TileType>(tile.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[dim] /= count;
    type = kernel::TileType::get(shape, type.getElementType());
    Operation *source = tile.getDefiningOp();
    if (auto transpose = dyn_cast_or_null<kernel::TransposeOp>(source)) {
      FailureOr<Value> part = cut(transpose.getTile(), transpose.getPermutation()[dim], number, count);
      if (failed(part))
        return failure();
      return parts[{tile, dim, number}] = kernel::TransposeOp::create(inside, source->getLoc(), type, *part,
                                                                      transpose.getPermutationAttr());
    }
    auto load = dyn_cast_or_null<kernel::LoadOp>(source);
    unsigned along = load ? load.tensorDim(dim) : 0;
    if (!load || !loop.isDefinedOutsideOfLoop(load.getIndices()[along]))
      return mma.emitOpError()
             << "cannot be split: expects its operands to be loaded, maybe transposed, and the loop not to "
                "walk along their rows or columns that are cut";
    SmallVector<Value> indices;
    for (Value at : load.getIndices())
      indices.push_back(inNewLoop(at));
    Value offset = arith::ConstantIndexOp::create(outside, load.getLoc(), number * shape[dim]);
    indices[along] = arith::AddIOp::create(outside, load.getLoc(), indices[along], offset);
    auto part = kernel::LoadOp::create(inside, load.getLoc(), type, load.getTensor(), indices,
                                       load.getDimsAttr(), load.getOtherAttr());
    part->setDiscardableAttrs(load->getDiscardableAttrDictionary());
    return known = part.getResult();
  }

  /// A value of the old loop that is not split, in the new one.
  Value inNewLoop(Value value) { return rebuild(value, loop, kept, inside); }

  kernel::MmaOp mma;
  scf::ForOp loop;
  ArrayRef<int64_t> counts; // of parts along M and N
  OpBuilder outside, inside;
  IRMapping kept;
  DenseMap<std::tuple<Value, unsigned, int64_t>, Value> parts; // by tile, dimension and number
};

struct SplitProducts : impl::SplitProductsBase<SplitProducts> {
  void runOnOperation() override {
    SmallVector<kernel::MmaOp> products;
    getOperation().walk([&](kernel::MmaOp mma) {
      if (mma->hasAttr("schedule.split"))
        products.push_back(mma);
    });
    for (kernel::MmaOp mma : products) {
      auto counts = mma->getAttrOfType<DenseI64ArrayAttr>("schedule.split");
      if (!counts || counts.size() != 2) {
        mma.emitOpError() << "expects 'schedule.split' to be two numbers of parts, along M and along N";
        return signalPassFailure();
      }
      if (failed(ProductSplitter(mma, counts.asArrayRef()).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
} // namespace kiln::transforms
