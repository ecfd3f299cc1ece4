#include "LoopsToBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace {
struct RotatedLoop : OpRewritePattern<scf::ForOp> {
  RotatedLoop(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/10) {}

  LogicalResult matchAndRewrite(scf::ForOp loop, PatternRewriter &rewriter) const override {
    Location loc = loop.getLoc();
    Block *before = rewriter.getInsertionBlock();
    Block *after = rewriter.splitBlock(before, rewriter.getInsertionPoint());
    Block *exit = rewriter.createBlock(after, loop.getResultTypes(),
                                       SmallVector<Location>(loop.getNumResults(), loc));
    cf::BranchOp::create(rewriter, loc, after);

    Block *first = loop.getBody();
    Operation *yield = first->getTerminator();
    rewriter.inlineRegionBefore(loop.getRegion(), exit);
    rewriter.setInsertionPoint(yield);
    Value next = arith::AddIOp::create(rewriter, loc, first->getArgument(0), loop.getStep());
    Value again = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::slt, next, loop.getUpperBound());
    SmallVector<Value> repeated{next};
    repeated.append(yield->operand_begin(), yield->operand_end());
    SmallVector<Value> results(yield->getOperands());
    cf::CondBranchOp::create(rewriter, loc, again, first, repeated, exit, results);
    rewriter.eraseOp(yield);

    rewriter.setInsertionPointToEnd(before);
    Value any = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::slt, loop.getLowerBound(),
                                      loop.getUpperBound());
    SmallVector<Value> start{loop.getLowerBound()};
    start.append(loop.getInitArgs().begin(), loop.getInitArgs().end());
    cf::CondBranchOp::create(rewriter, loc, any, first, start, exit, loop.getInitArgs());
    rewriter.replaceOp(loop, exit->getArguments());
    return success();
  }
};
} // namespace

void kiln::conversion::populateRotatedLoopPattern(RewritePatternSet &patterns) {
  patterns.add<RotatedLoop>(patterns.getContext());
}
