// The operand layouts of matrix instructions, given as their manuals' index formulas (division and
// remainder), against products of linear layouts. Every element of every operand is looked at.

#include "TestLayouts.h"
#include <functional>

using namespace kiln::layout;
using namespace kiln::layout::test;

namespace {
/// Which lane and register hold element (i, j).
using Holder = std::function<std::pair<int, int>(int i, int j)>;

void expectHolders(const LinearLayout &layout, const Holder &holder) {
  EXPECT_EQ(layout.explainNoPermutation(), "");
  for (int i = 0; i < layout.outputSizes()[0]; ++i)
    for (int j = 0; j < layout.outputSizes()[1]; ++j) {
      auto [lane, reg] = holder(i, j);
      int lanes = layout.inputSize(laneDim);
      ASSERT_LT(reg, layout.inputSize(registerDim));
      ASSERT_LT(lane / lanes, layout.inputSize(waveDim));
      EXPECT_EQ(at(layout, reg, lane % lanes, lane / lanes), (Point{i, j}));
    }
}
} // namespace

TEST(MatrixOperands, ContiguousAlongK) {
  // dim x K in 64 lanes, E = K * dim / 64 elements each: lane = i + dim * (k / E), element k % E.
  const int shapes[][2] = {{16, 4}, {16, 16}, {16, 32}, {16, 64}, {16, 128},
                           {32, 8}, {32, 16}, {32, 32}, {32, 64}};
  for (auto [dim, depth] : shapes) {
    int groups = 64 / dim, each = depth / groups;
    expectHolders(walk(registerDim, each, 1) * walk(laneDim, dim, 0) * walk(laneDim, groups, 1),
                  [&, dim = dim](int i, int k) { return std::pair(i + dim * (k / each), k % each); });
  }
}

TEST(MatrixOperands, TwoChunksAlongK) {
  for (int dim : {16, 32}) {
    int groups = 64 / dim;
    expectHolders(walk(registerDim, 16, 1) * walk(laneDim, dim, 0) * walk(laneDim, groups, 1) *
                      walk(registerDim, 2, 1),
                  [&](int i, int k) {
                    int chunk = k / 16;
                    return std::pair(i + dim * (chunk % groups), 16 * (chunk / groups) + k % 16);
                  });
  }
}

TEST(MatrixOperands, Accumulators) {
  // M x N in 64 lanes: R = 64 / N; register = i / (4 R) * 4 + i % 4, lane = (i / 4) % R * N + j.
  for (int size : {16, 32}) {
    int rowGroups = 64 / size;
    LinearLayout layout = walk(registerDim, 4, 0) * walk(laneDim, size, 1) * walk(laneDim, rowGroups, 0) *
                          walk(registerDim, size / 4 / rowGroups, 0);
    expectHolders(layout, [&](int i, int j) {
      return std::pair(i / 4 % rowGroups * size + j, i / (4 * rowGroups) * 4 + i % 4);
    });
  }
  // 64-bit elements interleave the rows differently: register = i / 4, lane = 16 * (i % 4) + j.
  expectHolders(walk(laneDim, 16, 1) * walk(laneDim, 4, 0) * walk(registerDim, 4, 0),
                [](int i, int j) { return std::pair(16 * (i % 4) + j, i / 4); });
}

TEST(MatrixOperands, FourWarpAccumulator) {
  // 64 x N over four warps of 32: row = 16 * warp + lane / 4 + 8 * (register / 2 % 2),
  // column = 8 * (register / 4) + 2 * (lane % 4) + register % 2.
  for (int columns : {8, 16, 64, 128, 256}) {
    LinearLayout layout = walk(registerDim, 2, 1) * walk(laneDim, 4, 1) * walk(laneDim, 8, 0) *
                          walk(registerDim, 2, 0) * walk(registerDim, columns / 8, 1) * walk(waveDim, 4, 0);
    expectHolders(layout, [](int i, int j) {
      return std::pair(32 * (i / 16) + i % 8 * 4 + j % 8 / 2, j / 8 * 4 + i % 16 / 8 * 2 + j % 2);
    });
  }
}

TEST(MatrixOperands, FormulasAreLinear) {
  auto accumulator = [](llvm::ArrayRef<int32_t> in) {
    return Point{8 * (in[0] / 4) + 4 * (in[1] / 32) + in[0] % 4, in[1] % 32};
  };
  llvm::Expected<LinearLayout> layout =
      LinearLayout::fromFunction({{registerDim, 16}, {laneDim, 64}}, {32, 32}, accumulator);
  ASSERT_TRUE(bool(layout));
  EXPECT_EQ(*layout, accumulator32x32());
}
