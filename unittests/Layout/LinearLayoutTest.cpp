#include "TestLayouts.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <random>

using namespace kiln::layout;
using namespace kiln::layout::test;
using llvm::SmallVector;

// The manual's formulas, evaluated at every lane and register, against the layouts built as products.

TEST(LinearLayout, Accumulator16x16) {
  LinearLayout layout = accumulator16x16();
  for (int lane = 0; lane < 64; ++lane)
    for (int reg = 0; reg < 4; ++reg)
      EXPECT_EQ(at(layout, reg, lane), (Point{4 * (lane / 16) + reg, lane % 16}));
  EXPECT_TRUE(layout.isPermutation());
}

TEST(LinearLayout, Accumulator32x32) {
  LinearLayout layout = accumulator32x32();
  for (int lane = 0; lane < 64; ++lane)
    for (int reg = 0; reg < 16; ++reg)
      EXPECT_EQ(at(layout, reg, lane), (Point{8 * (reg / 4) + 4 * (lane / 32) + reg % 4, lane % 32}));
  EXPECT_TRUE(layout.isPermutation());
}

TEST(LinearLayout, Operand16x32) {
  LinearLayout layout = operand16x32();
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < 32; ++k)
      EXPECT_EQ(at(layout, k % 8, i + 16 * (k / 8)), (Point{i, k}));
  EXPECT_EQ(layout.contiguous(registerDim, 1), 3u);
  EXPECT_EQ(layout.contiguous(registerDim, 0), 0u);
}

TEST(LinearLayout, TwoChunkOperands) {
  LinearLayout narrow = twoChunkOperand16x128();
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < 128; ++k) {
      int chunk = k / 16;
      EXPECT_EQ(at(narrow, 16 * (chunk / 4) + k % 16, i + 16 * (chunk % 4)), (Point{i, k}));
    }
  LinearLayout wide = twoChunkOperand32x64();
  for (int i = 0; i < 32; ++i)
    for (int k = 0; k < 64; ++k) {
      int chunk = k / 16;
      EXPECT_EQ(at(wide, 16 * (chunk / 2) + k % 16, i + 32 * (chunk % 2)), (Point{i, k}));
    }
  EXPECT_EQ(narrow.contiguous(registerDim, 1), 4u);
}

TEST(LinearLayout, ProductIsAnAtomRepeated) {
  // 2 accumulators along M, two waves along N.
  LinearLayout layout = accumulator16x16() * LinearLayout::identity1D(registerDim, 2, 0, 2) *
                        LinearLayout::identity1D(waveDim, 2, 1, 2);
  EXPECT_EQ(layout.outputSizes(), llvm::ArrayRef<int64_t>({32, 32}));
  EXPECT_EQ(layout.inputSize(registerDim), 8);
  for (int wave = 0; wave < 2; ++wave)
    for (int lane = 0; lane < 64; ++lane)
      for (int reg = 0; reg < 8; ++reg)
        EXPECT_EQ(at(layout, reg, lane, wave),
                  (Point{16 * (reg / 4) + 4 * (lane / 16) + reg % 4, 16 * wave + lane % 16}));
}

TEST(LinearLayout, ApplyIsLinearAndMatchesFlat) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    LinearLayout layout = randomLayout(random, {3, 2, 2}, {8, 4, 2});
    for (uint64_t bits = 0; bits < 128; ++bits) {
      SmallVector<int32_t> sum(3, 0);
      for (unsigned bit = 0; bit < 7; ++bit)
        if (bits >> bit & 1) {
          llvm::StringRef dim = bit < 3 ? registerDim : bit < 5 ? laneDim : waveDim;
          llvm::ArrayRef<int32_t> basis = layout.basis(dim, bit < 3 ? bit : bit < 5 ? bit - 3 : bit - 5);
          for (int i = 0; i < 3; ++i)
            sum[i] ^= basis[i];
        }
      EXPECT_EQ(layout.applyFlat(bits), sum);
      EXPECT_EQ(layout.apply({{registerDim, bits & 7}, {laneDim, bits >> 3 & 3}, {waveDim, bits >> 5}}), sum);
    }
  }
}

TEST(LinearLayout, InjectiveAndSurjectiveByCounting) {
  std::mt19937 random(2);
  std::map<std::pair<bool, bool>, int> seen;
  for (int round = 0; round < 400; ++round) {
    LinearLayout layout = randomLayout(random, {2, 1, unsigned(round % 3)}, {4, 4});
    std::map<Point, int> holders = countHolders(layout);
    bool surjective = holders.size() == 16, injective = true;
    for (auto &[element, count] : holders)
      injective &= count == 1;
    EXPECT_EQ(layout.isSurjective(), surjective) << layout.toString();
    EXPECT_EQ(layout.isInjective(), injective) << layout.toString();
    EXPECT_EQ(layout.explainNoPermutation().empty(), surjective && injective);
    EXPECT_EQ(layout.explainNoPermutation(/*allowBroadcast=*/true).empty(), surjective);
    ++seen[{surjective, injective}];
  }
  EXPECT_EQ(seen.size(), 4u) << "the random layouts must reach every case";
}

TEST(LinearLayout, RedundantBitsLeaveOneHolder) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    LinearLayout layout = randomLayout(random, {2, 3, 1}, {4, 4});
    uint64_t redundant = layout.redundantBits(registerDim) | layout.redundantBits(laneDim) << 2 |
                         layout.redundantBits(waveDim) << 5;
    std::map<Point, int> holders = countHolders(layout);
    std::map<Point, int> kept;
    for (uint64_t bits = 0; bits < 64; ++bits)
      if ((bits & redundant) == 0)
        ++kept[layout.applyFlat(bits)];
    EXPECT_EQ(kept.size(), holders.size());
    for (auto &[element, count] : kept)
      EXPECT_EQ(count, 1);
  }
}

TEST(LinearLayout, InverseUndoes) {
  std::mt19937 random(4);
  int permutations = 0;
  for (int round = 0; round < 300; ++round) {
    LinearLayout layout = randomLayout(random, {2, 2, 1}, {4, 8});
    std::optional<LinearLayout> inverse = layout.invert();
    EXPECT_EQ(inverse.has_value(), layout.isPermutation());
    if (!inverse)
      continue;
    ++permutations;
    for (uint64_t bits = 0; bits < 32; ++bits) {
      Point element = layout.applyFlat(bits);
      EXPECT_EQ(inverse->apply({{"dim0", element[0]}, {"dim1", element[1]}}),
                (Point{int32_t(bits & 3), int32_t(bits >> 2 & 3), int32_t(bits >> 4)}));
    }
    LinearLayout there = layout.compose(*inverse), back = inverse->compose(layout);
    for (uint64_t bits = 0; bits < 32; ++bits) {
      EXPECT_EQ(there.applyFlat(bits),
                (Point{int32_t(bits & 3), int32_t(bits >> 2 & 3), int32_t(bits >> 4)}));
      EXPECT_EQ(back.applyFlat(bits), (Point{int32_t(bits & 3), int32_t(bits >> 2)}));
    }
  }
  EXPECT_GT(permutations, 30);
}

TEST(LinearLayout, ProductAndComposeAreAssociative) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    LinearLayout a = randomLayout(random, {1, 2, 1}, {2, 4}), b = randomLayout(random, {2, 1, 0}, {4, 2}),
                 c = randomLayout(random, {1, 1, 1}, {2, 2});
    EXPECT_EQ((a * b) * c, a * (b * c));
    EXPECT_EQ(hash_value((a * b) * c), hash_value(a * (b * c)));
    LinearLayout f = randomLayout(random, {2, 1, 2}, {4, 2, 4}),
                 g = randomLayout(random, {2, 1, 2}, {4, 2, 4}), h = randomLayout(random, {2, 1, 2}, {8, 2});
    EXPECT_EQ(f.compose(g).compose(h), f.compose(g.compose(h)));
    for (uint64_t bits = 0; bits < 32; ++bits) {
      Point middle = f.applyFlat(bits);
      EXPECT_EQ(f.compose(g).applyFlat(bits), g.applyFlat(middle[0] | middle[1] << 2 | middle[2] << 3));
    }
  }
}

TEST(LinearLayout, OutputsTransposeReshapeAddRemove) {
  std::mt19937 random(6);
  for (int round = 0; round < 50; ++round) {
    LinearLayout layout = randomLayout(random, {2, 2, 1}, {4, 2, 8});
    LinearLayout transposed = layout.transposeOutputs({2, 0, 1}), removed = layout.removeOutput(1),
                 added = layout.addOutput(1, 16), reshaped = layout.reshapeOutputs({16, 4});
    EXPECT_EQ(transposed.outputSizes(), llvm::ArrayRef<int64_t>({8, 4, 2}));
    EXPECT_EQ(added.outputSizes(), llvm::ArrayRef<int64_t>({4, 16, 2, 8}));
    EXPECT_EQ(added.removeOutput(1), layout);
    for (uint64_t bits = 0; bits < 32; ++bits) {
      Point p = layout.applyFlat(bits);
      EXPECT_EQ(transposed.applyFlat(bits), (Point{p[2], p[0], p[1]}));
      EXPECT_EQ(removed.applyFlat(bits), (Point{p[0], p[2]}));
      EXPECT_EQ(added.applyFlat(bits), (Point{p[0], 0, p[1], p[2]}));
      int32_t linear = (p[0] * 2 + p[1]) * 8 + p[2];
      EXPECT_EQ(reshaped.applyFlat(bits), (Point{linear / 4, linear % 4}));
    }
  }
}

TEST(LinearLayout, SliceOfAccumulatorKeepsDistinctRegisters) {
  // The row sums of a 16x16 accumulator: all 16 lanes of a row hold the same sum, the 4 registers hold 4
  // rows.
  LinearLayout rows = accumulator16x16().removeOutput(1);
  EXPECT_EQ(rows.redundantBits(laneDim), 0b001111u);
  EXPECT_EQ(rows.dropZeroBases(registerDim).inputSize(registerDim), 4);
  // The column sums: the four registers of a lane are one.
  LinearLayout columns = accumulator16x16().removeOutput(0);
  EXPECT_EQ(columns.dropZeroBases(registerDim).inputSize(registerDim), 1);
  EXPECT_EQ(columns.redundantBits(laneDim), 0b110000u);
  EXPECT_EQ(accumulator16x16().bitsAlong(laneDim, 0), 0b110000u);
}

TEST(LinearLayout, InputsKeepReorderRename) {
  LinearLayout layout = accumulator32x32();
  LinearLayout reordered = layout.withInputs({waveDim, laneDim, registerDim});
  EXPECT_EQ(reordered.inputs()[0].name, "wave");
  EXPECT_EQ(reordered.inputSize(waveDim), 1);
  EXPECT_EQ(at(reordered, 5, 33), at(layout, 5, 33));
  EXPECT_NE(reordered, layout);
  EXPECT_EQ(reordered.withInputs({registerDim, laneDim}), layout);
  LinearLayout upper = layout.keepBits(registerDim, 2, 2);
  for (int lane = 0; lane < 64; ++lane)
    for (int reg = 0; reg < 4; ++reg)
      EXPECT_EQ(at(upper, reg, lane), at(layout, reg * 4, lane));
  EXPECT_EQ(layout.renameInput(laneDim, "thread").inputSize("thread"), 64);
  EXPECT_FALSE(layout.renameInput(laneDim, "thread").hasInput(laneDim));
}

static void expectSameElements(const LinearLayout &source, const LinearLayout &destination,
                               const LinearLayout &conversion) {
  for (uint64_t bits = 0; bits >> destination.totalInputBits() == 0; ++bits) {
    SmallVector<int32_t> place = conversion.applyFlat(bits);
    SmallVector<LinearLayout::NamedValue> values;
    for (size_t i = 0; i < place.size(); ++i)
      values.emplace_back(source.inputs()[i].name, place[i]);
    EXPECT_EQ(source.apply(values), destination.applyFlat(bits));
  }
}

TEST(LinearLayout, ConversionFindsEveryElement) {
  std::mt19937 random(7);
  int possible = 0;
  for (int round = 0; round < 300; ++round) {
    LinearLayout source = randomLayout(random, {2, 3, 1}, {4, 4}),
                 destination = randomLayout(random, {2, 2, 1}, {4, 4});
    std::map<Point, int> held = countHolders(source), wanted = countHolders(destination);
    bool covered = true;
    for (auto &[element, count] : wanted)
      covered &= held.count(element) != 0;
    std::optional<LinearLayout> conversion = source.convertTo(destination);
    ASSERT_EQ(conversion.has_value(), covered);
    if (!conversion)
      continue;
    ++possible;
    expectSameElements(source, destination, *conversion);
  }
  EXPECT_GT(possible, 30);
}

TEST(LinearLayout, ConversionTakesTheNearestHolder) {
  // All 64 lanes of both waves hold both elements: no value need move, also if registers are in another
  // order.
  LinearLayout source = LinearLayout::identity1D(registerDim, 2, 0, 1) * LinearLayout::zeros(laneDim, 64, 1) *
                        LinearLayout::zeros(waveDim, 2, 1);
  LinearLayout destination = LinearLayout::identity1D(laneDim, 2, 0, 1) *
                             LinearLayout::zeros(laneDim, 32, 1) * LinearLayout::zeros(waveDim, 2, 1);
  std::optional<LinearLayout> conversion = source.convertTo(destination);
  ASSERT_TRUE(conversion);
  for (int lane = 0; lane < 64; ++lane)
    for (int wave = 0; wave < 2; ++wave)
      EXPECT_EQ(conversion->apply({{laneDim, lane}, {waveDim, wave}}), (Point{lane % 2, lane, wave}));
  LinearLayout same = accumulator32x32();
  EXPECT_EQ(same.convertTo(same)->compose(same), same);
  EXPECT_FALSE(same.convertTo(accumulator16x16())) << "shapes differ";
}

TEST(LinearLayout, ContiguousNeedsAlignment) {
  auto width = [](LinearLayout::Bases registers, LinearLayout::Bases lanes) {
    return LinearLayout({{"register", registers}, {"lane", lanes}}, {64}).contiguous(registerDim, 0);
  };
  EXPECT_EQ(width({{1}, {2}, {4}}, {{8}}), 3u);
  EXPECT_EQ(width({{1}, {2}, {8}}, {{4}}), 2u);
  EXPECT_EQ(width({{1}, {2}}, {{5}}), 0u) << "lane 1 would walk 5, 4, 7, 6";
  EXPECT_EQ(width({{1}, {2}, {4}}, {{10}}), 1u);
  EXPECT_EQ(width({{2}, {1}}, {{4}}), 0u);
}

TEST(LinearLayout, FromFunction) {
  auto swizzle = [](llvm::ArrayRef<int32_t> in) { return Point{in[1], in[0] ^ in[1]}; };
  llvm::Expected<LinearLayout> layout =
      LinearLayout::fromFunction({{registerDim, 4}, {laneDim, 4}}, {4, 4}, swizzle);
  ASSERT_TRUE(bool(layout));
  for (int lane = 0; lane < 4; ++lane)
    for (int reg = 0; reg < 4; ++reg)
      EXPECT_EQ(at(*layout, reg, lane), (Point{lane, reg ^ lane}));
  auto rotation = [](llvm::ArrayRef<int32_t> in) { return Point{(in[0] + 1) % 4}; };
  llvm::Expected<LinearLayout> none = LinearLayout::fromFunction({{registerDim, 4}}, {4}, rotation);
  EXPECT_EQ(llvm::toString(none.takeError()),
            "lane map is not linear: at register 0 expected (0), found (1)");
}

TEST(LinearLayout, VerifySaysWhatIsWrong) {
  auto verify = [](LinearLayout::Bases bases, std::vector<int64_t> sizes) {
    return LinearLayout::verify(LinearLayout::Input{"lane", bases}, sizes);
  };
  EXPECT_EQ(verify({{0, 1}, {1, 0}}, {2, 2}), "");
  EXPECT_EQ(verify({{0, 1}}, {2, 3}),
            "expected output sizes that are powers of two up to 2^31, found 3 in dimension 1");
  EXPECT_EQ(verify({{0, 1}, {1}}, {2, 2}),
            "bit 1 of 'lane': expected one coordinate for each of 2 output dimensions, found 1");
  EXPECT_EQ(verify({{0, 2}}, {2, 2}),
            "bit 0 of 'lane': coordinate 2 of output dimension 1 is outside its size 2");
  EXPECT_EQ(verify({{0, -1}}, {2, 2}),
            "bit 0 of 'lane': coordinate -1 of output dimension 1 is outside its size 2");
  LinearLayout::Input lane{"lane", {}};
  EXPECT_EQ(LinearLayout::verify({lane, lane}, {}), "input dimension 'lane' is given twice");
}

TEST(LinearLayout, ExplainsNoPermutation) {
  LinearLayout twice({{"register", {{1, 0}, {2, 0}}}, {"lane", {{0, 1}, {3, 0}}}}, {4, 4});
  EXPECT_EQ(twice.explainNoPermutation(),
            "element (3, 0) is held twice: by register 3, lane 0 and by register 0, lane 2");
  EXPECT_EQ(twice.explainNoPermutation(/*allowBroadcast=*/true), "element (0, 2) is not held");
  EXPECT_EQ(accumulator16x16().explainNoPermutation(), "");
}

TEST(LinearLayout, MemoryOrder) {
  LinearLayout rows = LinearLayout::rowMajor({4, 8}), columns = LinearLayout::strided({4, 8}, {0, 1});
  for (int offset = 0; offset < 32; ++offset) {
    EXPECT_EQ(rows.apply({{offsetDim, offset}}), (Point{offset / 8, offset % 8}));
    EXPECT_EQ(columns.apply({{offsetDim, offset}}), (Point{offset % 4, offset / 4}));
  }
}

TEST(LinearLayout, Prints) {
  LinearLayout layout({{"register", {{0, 1}}}, {"lane", {{1, 0}, {2, 0}}}}, {4, 2});
  EXPECT_EQ(layout.toString(), "register: (0,1); lane: (1,0) (2,0) -> 4x2");
}
