#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_STAGERELAYOUTS
#include "lib/Transforms/Passes.h.inc"

namespace {

using layout::LinearLayout;

LinearLayout layoutOf(kernel::TileType type) {
  return cast<layout::LinearAttr>(type.getLayout()).toLinear(type.getShape());
}

/// True if every lane finds all it needs in its own registers.
bool staysInLane(kernel::TileType from, kernel::TileType to) {
  std::optional<LinearLayout> source = layoutOf(from).convertTo(layoutOf(to));
  if (!source)
    return false;
  // The source's lane and wave (outputs 1 and 2) must be the destination's own.
  auto isOwn = [&](StringRef input, unsigned output) {
    for (unsigned bit = 0; bit < source->inputBits(input); ++bit)
      for (auto [d, coordinate] : llvm::enumerate(source->basis(input, bit))) {
        if (d == 0)
          continue;
        if (coordinate != (d == output ? 1 << bit : 0))
          return false;
      }
    return true;
  };
  return isOwn(layout::registerDim, 3) && isOwn(layout::laneDim, 1) && isOwn(layout::waveDim, 2);
}

/// Log2 of the elements that one access to `fastest` moves, up to 16 bytes.
unsigned accessBits(const LinearLayout &layout, unsigned fastest, unsigned elementBits) {
  unsigned limit = llvm::Log2_32(std::max(1u, 128 / elementBits));
  return std::min(limit, layout.contiguous(layout::registerDim, fastest));
}

/// Order and padding: the dimension along which both sides move most at once; a row is longer by one access, so
/// that equal columns of neighbouring rows lie in different banks. Fails if one side would move parts of bytes.
FailureOr<stage::BufferType> bufferFor(kernel::TileType from, kernel::TileType to) {
  unsigned bits = from.getElementType().getIntOrFloatBitWidth();
  unsigned rank = from.getShape().size();
  std::optional<unsigned> best;
  unsigned bestScore = 0;
  for (unsigned dim = rank; dim-- > 0;) {
    unsigned written = accessBits(layoutOf(from), dim, bits), read = accessBits(layoutOf(to), dim, bits);
    if ((bits << written) % 8 || (bits << read) % 8)
      continue;
    unsigned score = 2 * read + written;
    if (!best || score > bestScore) {
      best = dim;
      bestScore = score;
    }
  }
  if (!best)
    return failure();
  int64_t pad = rank > 1 ? llvm::bit_ceil<uint64_t>(llvm::divideCeil(128, bits)) : 0;
  return stage::BufferType::get(from.getContext(), 1, from.getShape(), from.getElementType(), *best, pad, {},
                                1, false);
}

struct StageRelayouts : impl::StageRelayoutsBase<StageRelayouts> {
  void runOnOperation() override {
    SmallVector<kernel::RelayoutOp> relayouts;
    getOperation().walk([&](kernel::RelayoutOp op) {
      if (!staysInLane(op.getTile().getType(), op.getType()))
        relayouts.push_back(op);
    });
    for (kernel::RelayoutOp op : relayouts)
      if (failed(stage(op)))
        return signalPassFailure();
  }

  LogicalResult stage(kernel::RelayoutOp op) {
    FailureOr<stage::BufferType> type = bufferFor(op.getTile().getType(), op.getType());
    if (failed(type))
      return emitError(op.getLoc())
             << "this tile of " << op.getTile().getType().getElementType()
             << " is needed along another dimension than it is loaded along, and lanes exchange whole bytes only; "
                "elements narrower than a byte must be stored with the dimension last that is multiplied along";
    auto func = op->getParentOfType<kernel::FuncOp>();
    OpBuilder builder = OpBuilder::atBlockBegin(&func.getBody().front());
    Location loc = op.getLoc();
    Value buffer = stage::AllocOp::create(builder, loc, *type, "relayout", IntegerAttr(), IntegerAttr());
    Value slot = arith::ConstantIndexOp::create(builder, loc, 0);
    builder.setInsertionPoint(op);
    // The first barrier: whoever read this memory before is done.
    stage::BarrierOp::create(builder, loc, /*bare=*/false, IntegerAttr());
    stage::WriteOp::create(builder, loc, op.getTile(), buffer, slot);
    stage::BarrierOp::create(builder, loc, /*bare=*/false, IntegerAttr());
    Value read = stage::ReadOp::create(builder, loc, op.getType(), buffer, slot);
    op.replaceAllUsesWith(read);
    op.erase();
    return success();
  }
};
} // namespace
} // namespace kiln::transforms
