// Which program a workgroup computes.
#include "KernelToLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;

/// Workgroups are dealt to the dies in turn; numbers of one die become consecutive. The last ones, if the dies do not
/// divide them, keep their numbers.
Value LaneLowering::gatherDies(Value id, Value count, int64_t dies) {
  Value perDie = arith::DivUIOp::create(builder, loc, count, i32(dies));
  Value whole = arith::MulIOp::create(builder, loc, perDie, i32(dies));
  Value die = arith::RemUIOp::create(builder, loc, id, i32(dies));
  Value turn = arith::DivUIOp::create(builder, loc, id, i32(dies));
  Value first = arith::MulIOp::create(builder, loc, die, perDie);
  Value moved = arith::AddIOp::create(builder, loc, first, turn);
  Value inWhole = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, id, whole);
  return arith::SelectOp::create(builder, loc, inWhole, moved, id);
}

/// Of `rows` x `columns` programs, `group` rows at a time column by column; the last group may have fewer rows.
std::pair<Value, Value> LaneLowering::walkInGroups(Value id, Value rows, Value columns, int64_t group) {
  Value perGroup = arith::MulIOp::create(builder, loc, columns, i32(group));
  Value number = arith::DivUIOp::create(builder, loc, id, perGroup);
  Value within = arith::RemUIOp::create(builder, loc, id, perGroup);
  Value firstRow = arith::MulIOp::create(builder, loc, number, i32(group));
  Value left = arith::SubIOp::create(builder, loc, rows, firstRow);
  Value height = arith::MinUIOp::create(builder, loc, left, i32(group));
  Value row = arith::RemUIOp::create(builder, loc, within, height);
  Value column = arith::DivUIOp::create(builder, loc, within, height);
  return {arith::AddIOp::create(builder, loc, firstRow, row), column};
}

/// Without a schedule's order, programs are numbered with the last grid dimension fastest.
void LaneLowering::placeProgram(Value number, ValueRange grid, ValueRange ids) {
  SmallVector<Value> sizes;
  for (Value size : grid)
    sizes.push_back(scalars.lookup(size));
  Value rest = number;
  if (auto order = func->getAttrOfType<DictionaryAttr>("schedule.grid")) {
    int64_t dies = order.getAs<IntegerAttr>("dies").getInt(), group = order.getAs<IntegerAttr>("group").getInt();
    if (dies > 1) {
      Value count = sizes[0];
      for (Value size : ArrayRef<Value>(sizes).drop_front())
        count = arith::MulIOp::create(builder, loc, count, size);
      rest = gatherDies(rest, count, dies);
    }
    if (group > 1 && sizes.size() == 2) {
      auto [row, column] = walkInGroups(rest, sizes[0], sizes[1], group);
      scalars.map(ids[0], row);
      scalars.map(ids[1], column);
      return;
    }
  }
  for (unsigned d = sizes.size(); d-- > 1;) {
    scalars.map(ids[d], arith::RemUIOp::create(builder, loc, rest, sizes[d]).getResult());
    rest = arith::DivUIOp::create(builder, loc, rest, sizes[d]);
  }
  scalars.map(ids[0], rest);
}
