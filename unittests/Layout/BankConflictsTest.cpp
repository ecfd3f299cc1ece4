#include "kiln/Layout/BankConflicts.h"
#include "TestLayouts.h"
#include "kiln/Layout/Swizzle.h"
#include <set>

using namespace kiln::layout;
using namespace kiln::layout::test;
using llvm::SmallVector;
using Addresses = std::vector<std::optional<uint64_t>>;

static Addresses everyLane(llvm::function_ref<uint64_t(int)> address) {
  Addresses addresses;
  for (int lane = 0; lane < 64; ++lane)
    addresses.push_back(address(lane));
  return addresses;
}

/// The rule as it is measured: per phase, the bank with the most different words decides.
static unsigned countCycles(const Addresses &addresses, const BankedAccess &access) {
  unsigned cycles = 0;
  for (auto &phase : access.phases) {
    std::map<uint64_t, std::set<uint64_t>> words;
    for (unsigned lane : phase)
      if (addresses[lane])
        for (uint64_t byte = *addresses[lane]; byte < *addresses[lane] + access.bytes; ++byte)
          words[byte / access.bankBytes % access.banks].insert(byte / access.bankBytes);
    size_t most = 0;
    for (auto &[bank, distinct] : words)
      most = std::max(most, distinct.size());
    cycles += most;
  }
  return cycles;
}

TEST(BankConflicts, PhaseTables) {
  for (const BankedAccess &access : {read16(), read12(), read8(), write8(), access4()})
    EXPECT_EQ(access.verify(64), "");
  BankedAccess access{4, 32, 4, BankedAccess::consecutivePhases(6, 4)};
  EXPECT_EQ(access.phases, (std::vector<SmallVector<unsigned>>{{0, 1, 2, 3}, {4, 5}}));
  EXPECT_EQ(access.verify(5), "expected lanes below 5 in the phases, found 5");
  EXPECT_EQ(access.verify(8), "expected every lane in one phase, found lane 6 in 0");
  access.phases.push_back({2});
  EXPECT_EQ(access.verify(6), "expected every lane in one phase, found lane 2 in 2");
  EXPECT_EQ((BankedAccess{0, 32, 4, {}}).verify(0), "expected an access of at least one byte");
  EXPECT_EQ((BankedAccess{4, 0, 4, {}}).verify(0), "expected at least one bank of at least one byte");
}

TEST(BankConflicts, KnownAccesses) {
  // 16 bytes a lane in a row: all banks busy in each of the 4 phases.
  AccessCost cost = accessCost(everyLane([](int lane) { return lane * 16; }), read16());
  EXPECT_EQ(cost.cycles, 4u);
  EXPECT_EQ(cost.conflicts(), 0u);
  // Every lane in the same two banks: 16 words a phase, 60 more than the 4 cycles of a free access.
  cost = accessCost(everyLane([](int lane) { return lane * 128; }), write8());
  EXPECT_EQ(cost.cycles, 64u);
  EXPECT_EQ(cost.conflicts(), 60u);
  // One address for all lanes is a broadcast.
  cost = accessCost(everyLane([](int) { return 64; }), access4());
  EXPECT_EQ(cost.cycles, 2u);
  // Rows of 128 bytes, lane i reads 16 bytes of row i % 16: of the 8 rows of a phase 4 meet in each bank.
  cost = accessCost(everyLane([](int lane) { return lane % 16 * 128 + lane / 16 * 16; }), read16());
  EXPECT_EQ(cost.cycles, 16u);
  EXPECT_EQ(cost.minimum, 4u);
  // Inactive lanes cost nothing.
  Addresses addresses(64);
  EXPECT_EQ(accessCost(addresses, access4()).cycles, 0u);
  addresses[3] = addresses[40] = 256;
  EXPECT_EQ(accessCost(addresses, access4()).cycles, 2u);
}

TEST(BankConflicts, RandomAddressesByCounting) {
  std::mt19937 random(10);
  for (const BankedAccess &access : {read16(), read12(), read8(), write8(), access4()})
    for (int round = 0; round < 50; ++round) {
      Addresses addresses(64);
      for (auto &address : addresses)
        if (random() % 8 != 0)
          address = random() % 128 * access.bytes;
      EXPECT_EQ(accessCost(addresses, access).cycles, countCycles(addresses, access));
    }
}

/// Cycles of a tile, with no algebra: offsets by search over the memory, addresses of every access.
static unsigned countTile(const LinearLayout &registers, const LinearLayout &memory, unsigned elementBits,
                          const BankedAccess &access) {
  std::map<Point, int64_t> offsetOf;
  for (int64_t offset = 0; offset < memory.inputSize(offsetDim); ++offset)
    offsetOf[memory.apply({{offsetDim, offset}})] = offset;
  int vector = access.bytes * 8 / elementBits;
  unsigned cycles = 0;
  for (int wave = 0; wave < registers.inputSize(waveDim); ++wave)
    for (int reg = 0; reg < registers.inputSize(registerDim); reg += vector) {
      Addresses addresses =
          everyLane([&](int lane) { return offsetOf.at(at(registers, reg, lane, wave)) * elementBits / 8; });
      for (int lane = 0; lane < 64; ++lane)
        for (int i = 0; i < vector; ++i)
          EXPECT_EQ(offsetOf.at(at(registers, reg + i, lane, wave)),
                    offsetOf.at(at(registers, reg, lane, wave)) + i)
              << "the elements of a vector must lie together";
      cycles += countCycles(addresses, access);
    }
  return cycles;
}

TEST(BankConflicts, TilesByCounting) {
  // Operands of 4 waves, 64 x 64 elements of 16 bits, in every swizzle.
  LinearLayout operand = operand16x32() * walk(registerDim, 2, 1) * walk(waveDim, 4, 0);
  std::vector<BankedAccess> accesses = {access4(), read8(), read16()};
  std::set<unsigned> seen;
  for (int64_t vec = 1; vec <= 64; vec *= 2)
    for (int64_t perPhase = 1; perPhase <= 8; perPhase *= 2)
      for (int64_t maxPhase = 1; vec * maxPhase <= 64; maxPhase *= 2) {
        LinearLayout memory = swizzledRowMajor(64, 64, XorSwizzle{vec, perPhase, maxPhase});
        std::optional<TileCost> cost = tileCost(operand, memory, 16, accesses);
        if (maxPhase > 1 && vec == 1) {
          EXPECT_FALSE(cost) << "single 16-bit elements fit no access";
          continue;
        }
        ASSERT_TRUE(cost);
        EXPECT_EQ(accesses[cost->access].bytes, maxPhase == 1 ? 16u : std::min<unsigned>(vec * 2, 16));
        EXPECT_EQ(cost->total.cycles, countTile(operand, memory, 16, accesses[cost->access]));
        seen.insert(cost->total.conflicts());
      }
  EXPECT_GT(seen.size(), 3u);
}

TEST(BankConflicts, SixBitElementsByCounting) {
  // 16 x 128 elements of 6 bits, 32 in a lane: 96-bit accesses, at addresses that no XOR relates.
  LinearLayout operand =
      walk(registerDim, 32, 1) * walk(laneDim, 16, 0) * walk(laneDim, 4, 1) * walk(waveDim, 2, 0);
  std::vector<BankedAccess> accesses = {read16(), read12()};
  for (int64_t maxPhase : {1, 2, 4}) {
    LinearLayout memory = swizzledRowMajor(32, 128, XorSwizzle{32, 1, maxPhase});
    std::optional<TileCost> cost = tileCost(operand, memory, 6, accesses);
    ASSERT_TRUE(cost);
    EXPECT_EQ(cost->access, 1u);
    EXPECT_EQ(cost->accesses, 4u);
    EXPECT_EQ(cost->total.cycles, countTile(operand, memory, 6, read12()));
  }
}

TEST(BankConflicts, EqualRegistersAndMissingElements) {
  LinearLayout rows = LinearLayout::zeros(registerDim, 4, 2) * operand16x32();
  LinearLayout memory = LinearLayout::rowMajor({16, 32});
  std::optional<TileCost> cost = tileCost(rows, memory, 16, {read16()});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->accesses, 1u) << "the four copies are read once";
  EXPECT_FALSE(tileCost(rows, LinearLayout::rowMajor({16, 16}), 16, {read16()}));
}
