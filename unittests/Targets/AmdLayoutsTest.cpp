// The operand layouts of every matrix instruction against formulas that say, for a lane and a register, which
// element they hold. The files are written from formulas of the other direction (element to lane and
// register).
#include "TargetFiles.h"

using namespace kiln;
using namespace kiln::target;
using namespace kiln::target::test;

namespace {

using Element = std::vector<int64_t>;
using Formula = std::function<Element(int64_t lane, int64_t reg)>;

/// The element at `lane` and `reg`: the XOR of the basis vectors of the set bits.
Element evaluate(layout::LinearAttr layout, int64_t lane, int64_t reg) {
  Element element(layout.getRank());
  auto add = [&](llvm::ArrayRef<int32_t> bases, int64_t index) {
    for (size_t i = 0; i < bases.size(); ++i)
      if (index >> (i / element.size()) & 1)
        element[i % element.size()] ^= bases[i];
  };
  add(layout.getLane(), lane);
  add(layout.getReg(), reg);
  return element;
}

void expectLayout(MmaOp op, llvm::StringRef what, mlir::Attribute attr, int64_t registers,
                  const Formula &formula) {
  auto layout = llvm::cast<layout::LinearAttr>(attr);
  ASSERT_EQ(layout.laneBits(), 6u);
  ASSERT_EQ(layout.waveBits(), 0u);
  ASSERT_EQ(int64_t(1) << layout.regBits(), registers) << op.getSymName().str() << " " << what.str();
  for (int64_t lane = 0; lane < 64; ++lane)
    for (int64_t reg = 0; reg < registers; ++reg) {
      Element expected = formula(lane, reg);
      if (op.getBlocks() == 1)
        expected.erase(expected.begin());
      ASSERT_EQ(evaluate(layout, lane, reg), expected)
          << op.getSymName().str() << " " << what.str() << " lane " << lane << " register " << reg;
    }
}

/// (block, row or column, k) held by an operand whose lanes hold `run` consecutive k, one run after the
/// other.
Element operandElement(int64_t lane, int64_t reg, int64_t dim, int64_t blocks, int64_t run) {
  int64_t groups = 64 / (dim * blocks), group = lane / (dim * blocks);
  return {lane / dim % blocks, lane % dim, (reg / run * groups + group) * run + reg % run};
}

/// (block, row, column) of a result; AMD CDNA3 ISA, chapter 7.
Element accumulatorElement(int64_t lane, int64_t reg, int64_t dim, int64_t blocks, bool wide) {
  if (wide && dim == 16) // v_mfma_f64_16x16x4_f64
    return {0, 4 * reg + lane / 16, lane % 16};
  if (wide) // v_mfma_f64_4x4x4_4b_f64
    return {lane / 4 % 4, lane / 16, lane % 4};
  switch (dim) {
  case 32:
    return {reg / 16, reg % 16 / 4 * 8 + lane / 32 * 4 + reg % 4, lane % 32};
  case 16:
    return {reg / 4, lane / 16 * 4 + reg % 4, lane % 16};
  default: // 4x4, 16 blocks
    return {lane / 4, reg, lane % 4};
  }
}

void checkLayouts(MmaOp op) {
  int64_t dim = op.getM(), k = op.getK(), blocks = op.getBlocks();
  ASSERT_EQ(dim, static_cast<int64_t>(op.getN()));
  int64_t held = dim * blocks * k / 64;
  bool split = op.getSymName().contains("f8f6f4");
  auto run = [&](mlir::Type type) { return split && type.getIntOrFloatBitWidth() == 8 ? 16 : held; };
  int64_t runA = run(op.getA()), runB = run(op.getB());
  expectLayout(op, "a", op.getLayoutAAttr(), held,
               [&](int64_t lane, int64_t reg) { return operandElement(lane, reg, dim, blocks, runA); });
  expectLayout(op, "b", op.getLayoutBAttr(), held, [&](int64_t lane, int64_t reg) {
    Element e = operandElement(lane, reg, dim, blocks, runB);
    return Element{e[0], e[2], e[1]};
  });
  expectLayout(op, "acc", op.getLayoutAcc(), dim * dim * blocks / 64, [&](int64_t lane, int64_t reg) {
    return accumulatorElement(lane, reg, dim, blocks, op.getAcc().isF64());
  });
  ASSERT_EQ(op.getScaleBlock().has_value(), op.getSymName().contains("scale"));
  if (!op.getScaleBlock())
    return;
  ASSERT_EQ(*op.getScaleBlock(), 32u);
  expectLayout(op, "scale_a", *op.getLayoutScaleA(), 1,
               [&](int64_t lane, int64_t) { return Element{0, lane % dim, lane / dim}; });
  expectLayout(op, "scale_b", *op.getLayoutScaleB(), 1,
               [&](int64_t lane, int64_t) { return Element{0, lane / dim, lane % dim}; });
}

TEST_F(AmdTargets, OperandLayoutsFollowTheManual) {
  for (const TargetFiles *files : {&gfx942, &gfx950})
    for (const auto &[name, op] : files->ops)
      if (auto mma = llvm::dyn_cast<MmaOp>(op))
        checkLayouts(mma);
}

/// CDNA4 ISA 11.4: the payloads of 16 lanes are a row-major matrix with 16 columns; lane j gets column j.
TEST_F(AmdTargets, TransposingReadsGiveColumns) {
  int found = 0;
  for (const auto &[name, op] : gfx950.ops) {
    auto copy = llvm::dyn_cast<CopyOp>(op);
    if (!copy || !copy.getTransposes())
      continue;
    ++found;
    auto exchange = llvm::cast<layout::LinearAttr>(*copy.getExchange());
    int64_t perLane = copy.getBytes() * 8 / *copy.getTransposes();
    ASSERT_EQ(int64_t(1) << exchange.regBits(), perLane);
    for (int64_t lane = 0; lane < 64; ++lane)
      for (int64_t row = 0; row < perLane; ++row) {
        int64_t position = row * 16 + lane % 16;
        Element expected = {lane / 16 * 16 + position / perLane, position % perLane};
        ASSERT_EQ(evaluate(exchange, lane, row), expected) << name << " lane " << lane << " row " << row;
      }
  }
  EXPECT_EQ(found, 4);
}

/// FlyDSL's probe of ds_read_b64_tr_b16: element i of lane j is element j % 4 of lane 4 i + j / 4 of its
/// group.
TEST_F(AmdTargets, TransposedB16MatchesTheProbe) {
  auto copy = llvm::cast<CopyOp>(gfx950.ops.at("read_transposed_b16"));
  auto exchange = llvm::cast<layout::LinearAttr>(*copy.getExchange());
  for (int64_t lane = 0; lane < 64; ++lane)
    for (int64_t i = 0; i < 4; ++i)
      EXPECT_EQ(evaluate(exchange, lane, i), (Element{16 * (lane / 16) + 4 * i + lane % 16 / 4, lane % 4}));
}

/// Every lane is served once by the phases of every access.
TEST_F(AmdTargets, PhasesServeEveryLaneOnce) {
  for (const TargetFiles *files : {&gfx942, &gfx950}) {
    auto shared = llvm::cast<MemoryOp>(files->ops.at("shared"));
    ASSERT_TRUE(shared.getPhases());
    mlir::DictionaryAttr phases = *shared.getPhases();
    for (mlir::NamedAttribute access : phases) {
      std::vector<bool> served(64);
      for (mlir::Attribute phase : llvm::cast<mlir::ArrayAttr>(access.getValue()))
        for (auto lane : llvm::cast<mlir::ArrayAttr>(phase).getAsRange<mlir::IntegerAttr>()) {
          EXPECT_FALSE(served.at(lane.getInt())) << access.getName().str() << " lane " << lane.getInt();
          served[lane.getInt()] = true;
        }
      EXPECT_EQ(llvm::count(served, true), 64) << access.getName().str();
    }
    if (std::optional<mlir::DictionaryAttr> fewer = shared.getAccessBanks())
      for (mlir::NamedAttribute access : *fewer)
        EXPECT_TRUE(phases.contains(access.getName())) << access.getName().str();
  }
}

} // namespace
