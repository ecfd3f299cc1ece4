#include "kiln/Layout/Swizzle.h"
#include "TestLayouts.h"

using namespace kiln::layout;
using namespace kiln::layout::test;

TEST(Swizzle, RowMajorByFormula) {
  for (int64_t vec = 1; vec <= 32; vec *= 2)
    for (int64_t perPhase = 1; perPhase <= 16; perPhase *= 2)
      for (int64_t maxPhase = 1; vec * maxPhase <= 32; maxPhase *= 2) {
        LinearLayout memory = swizzledRowMajor(16, 32, XorSwizzle{vec, perPhase, maxPhase});
        EXPECT_TRUE(memory.isPermutation());
        for (int row = 0; row < 16; ++row)
          for (int column = 0; column < 32; ++column) {
            int chunk = column / vec ^ row / perPhase % maxPhase;
            int offset = row * 32 + chunk * vec + column % vec;
            EXPECT_EQ(memory.apply({{offsetDim, offset}}), (Point{row, column}));
          }
      }
  EXPECT_EQ(swizzledRowMajor(16, 32, XorSwizzle()), LinearLayout::rowMajor({16, 32}));
}

TEST(Swizzle, OffsetXorOfCopyEngines) {
  // 128 bytes: address bits 4 to 6 are XORed with bits 7 to 9. For 16-bit elements one bit lower.
  LinearLayout swizzle = offsetXor(4096, 3, 3, 3);
  for (int offset = 0; offset < 4096; ++offset) {
    int address = offset * 2;
    EXPECT_EQ(swizzle.apply({{offsetDim, offset}})[0], (address ^ (address >> 3 & 0x70)) / 2);
  }
  EXPECT_EQ(swizzle.compose(LinearLayout::rowMajor({64, 64})), swizzledRowMajor(64, 64, XorSwizzle{8, 1, 8}));
  // 64 bytes: bits 4 and 5 with bits 7 and 8, rows of 32 elements: a phase lasts two rows.
  EXPECT_EQ(offsetXor(2048, 2, 3, 3).compose(LinearLayout::rowMajor({64, 32})),
            swizzledRowMajor(64, 32, XorSwizzle{8, 2, 4}));
}

TEST(Swizzle, FindsConflictFreeOperandReads) {
  // 64 x 64 16-bit elements, written 16 bytes a lane along the rows, read as operands by 4 waves.
  LinearLayout writer = walk(registerDim, 8, 1) * walk(laneDim, 8, 1) * walk(laneDim, 8, 0) *
                        walk(waveDim, 4, 0) * walk(registerDim, 2, 0);
  for (const LinearLayout &reader : {operand16x32() * walk(registerDim, 2, 1) * walk(waveDim, 4, 0),
                                     operand32x16() * walk(registerDim, 4, 1) * walk(waveDim, 2, 0) *
                                         LinearLayout::zeros(waveDim, 2, 2)}) {
    std::vector<BankedAccess> reads = {read16()};
    std::vector<BankedAccess> writes = {BankedAccess{16, 32, 4, BankedAccess::consecutivePhases(64, 8)}};
    SwizzleAccess read{reader, reads}, write{writer, writes};
    EXPECT_GT(tileCost(reader, LinearLayout::rowMajor({64, 64}), 16, reads)->total.conflicts(), 0u);
    std::optional<SwizzleChoice> choice = findSwizzle(64, 64, 16, {read, write}, /*minVec=*/8);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->conflicts, 0u);
    ASSERT_TRUE(choice->parameters);
    EXPECT_GE(choice->parameters->vec, 8);
    EXPECT_EQ(choice->memory, swizzledRowMajor(64, 64, *choice->parameters));
    EXPECT_EQ(choice->memory, maskedRowMajor(64, 64, choice->rowMasks));
  }
}

TEST(Swizzle, LeavesConflictFreeTilesAlone) {
  LinearLayout rows = walk(registerDim, 8, 1) * walk(laneDim, 8, 1) * walk(laneDim, 8, 0);
  std::vector<BankedAccess> reads = {read16()};
  std::optional<SwizzleChoice> choice = findSwizzle(8, 64, 16, {SwizzleAccess{rows, reads}});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->memory, LinearLayout::rowMajor({8, 64}));
  EXPECT_EQ(choice->parameters, XorSwizzle());
}

TEST(Swizzle, NothingForImpossibleAccesses) {
  std::vector<BankedAccess> reads = {read16()};
  // The elements of a lane are never neighbours in a row.
  LinearLayout columns = walk(registerDim, 8, 0) * walk(laneDim, 64, 1);
  EXPECT_FALSE(findSwizzle(8, 64, 16, {SwizzleAccess{columns, reads}}));
}

TEST(Swizzle, AsGoodAsEverySearch) {
  // 8 x 8 words in 8 banks and 16 lanes: small enough to try all 8^3 masks. Rows, columns, blocks and random
  // layouts.
  std::vector<BankedAccess> accesses = {BankedAccess{4, 8, 4, BankedAccess::consecutivePhases(16, 8)}};
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<SwizzleAccess> uses;
    for (int use = 0; use < 1 + round % 3; ++use) {
      std::vector<llvm::SmallVector<int32_t>> bases = {{0, 1}, {0, 2}, {0, 4}, {1, 0}, {2, 0}, {4, 0}};
      std::shuffle(bases.begin(), bases.end(), random);
      LinearLayout::Bases registers(bases.begin(), bases.begin() + 2), lanes(bases.begin() + 2, bases.end());
      uses.push_back({LinearLayout({{"register", registers}, {"lane", lanes}}, {8, 8}), accesses});
    }
    unsigned fewest = ~0u;
    for (int masks = 0; masks < 512; ++masks) {
      LinearLayout memory = maskedRowMajor(8, 8, {masks & 7, masks >> 3 & 7, masks >> 6});
      unsigned cycles = 0;
      for (const SwizzleAccess &use : uses)
        cycles += tileCost(use.registers, memory, 32, accesses)->total.cycles;
      fewest = std::min(fewest, cycles);
    }
    std::optional<SwizzleChoice> choice = findSwizzle(8, 8, 32, uses);
    ASSERT_TRUE(choice);
    EXPECT_EQ(choice->cycles, fewest);
    EXPECT_TRUE(choice->memory.isPermutation());
  }
}
