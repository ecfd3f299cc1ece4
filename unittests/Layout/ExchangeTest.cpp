#include "kiln/Layout/Exchange.h"
#include "TestLayouts.h"
#include <algorithm>
#include <set>

using namespace kiln::layout;
using namespace kiln::layout::test;

/// How far each value must travel, by search for the nearest holder.
static std::optional<Reach> searchReach(const LinearLayout &source, const LinearLayout &destination) {
  Reach reach = Reach::Nowhere;
  auto size = [](const LinearLayout &layout, llvm::StringRef dim) { return int(layout.inputSize(dim)); };
  for (int wave = 0; wave < size(destination, waveDim); ++wave)
    for (int lane = 0; lane < size(destination, laneDim); ++lane)
      for (int reg = 0; reg < size(destination, registerDim); ++reg) {
        Point wanted = at(destination, reg, lane, wave);
        std::optional<Reach> nearest;
        for (int w = 0; w < size(source, waveDim); ++w)
          for (int l = 0; l < size(source, laneDim); ++l)
            for (int r = 0; r < size(source, registerDim); ++r)
              if (at(source, r, l, w) == wanted) {
                Reach here = w != wave   ? Reach::Waves
                             : l != lane ? Reach::Lanes
                             : r != reg  ? Reach::Registers
                                         : Reach::Nowhere;
                nearest = nearest ? std::min(*nearest, here) : here;
              }
        if (!nearest)
          return std::nullopt;
        reach = std::max(reach, *nearest);
      }
  return reach;
}

TEST(Exchange, ReachBySearch) {
  std::mt19937 random(20);
  std::map<Reach, int> seen;
  int impossible = 0;
  for (int round = 0; round < 1500; ++round) {
    LinearLayout source = randomLayout(random, {2, 2, 1}, {4, 2});
    LinearLayout destination = source;
    if (round % 4 != 0) {
      // Move a few bits, so that near exchanges occur too.
      std::vector<LinearLayout::Input> inputs = source.inputs().vec();
      auto &registers = inputs[0].bases, &lanes = inputs[1].bases, &waves = inputs[2].bases;
      if (round % 4 == 1)
        std::swap(registers[0], registers[1]);
      else if (round % 4 == 2)
        std::swap(registers[random() % 2], lanes[random() % 2]);
      else
        std::swap(waves[0], lanes[random() % 2]);
      destination = LinearLayout(inputs, {4, 2});
    }
    if (round % 16 == 5)
      destination = randomLayout(random, {2, 2, 1}, {4, 2});
    std::optional<Reach> reach = searchReach(source, destination);
    std::optional<Exchange> exchange = analyseExchange(source, destination);
    ASSERT_EQ(exchange.has_value(), reach.has_value());
    if (!exchange) {
      ++impossible;
      continue;
    }
    EXPECT_EQ(exchange->reach, *reach) << source.toString() << "\n" << destination.toString();
    ++seen[*reach];
  }
  EXPECT_EQ(seen.size(), 4u);
  EXPECT_GT(impossible, 0);
}

/// Every promise of an Exchange, at every place.
static void check(const LinearLayout &source, const LinearLayout &destination, const Exchange &exchange) {
  const LinearLayout &conversion = exchange.conversion;
  for (int wave = 0; wave < destination.inputSize(waveDim); ++wave)
    for (int lane = 0; lane < destination.inputSize(laneDim); ++lane)
      for (int reg = 0; reg < destination.inputSize(registerDim); ++reg) {
        Point place = conversion.apply({{registerDim, reg}, {laneDim, lane}, {waveDim, wave}});
        EXPECT_EQ(at(source, place[0], place[1], place[2]), at(destination, reg, lane, wave));
        if (exchange.laneXor)
          EXPECT_EQ(place[1], int32_t(lane ^ (*exchange.laneXor)[reg]));
        if (exchange.uniformRegisters)
          EXPECT_EQ(place[0], conversion.apply({{registerDim, reg}})[0]);
      }
  if (!exchange.swaps)
    return;
  LinearLayout full = destination.withInputs({registerDim, laneDim, waveDim});
  std::vector<LinearLayout::Input> inputs = full.inputs().vec();
  for (BitSwap swap : *exchange.swaps)
    std::swap(inputs[0].bases[swap.registerBit], inputs[1].bases[swap.laneBit]);
  LinearLayout swapped(inputs, llvm::SmallVector<int64_t>(full.outputSizes()));
  std::optional<Exchange> rest = analyseExchange(source, swapped);
  ASSERT_TRUE(rest);
  EXPECT_LE(rest->reach, Reach::Registers);
  EXPECT_TRUE(rest->uniformRegisters);
}

TEST(Exchange, PromisesHoldEverywhere) {
  std::mt19937 random(21);
  int xors = 0, swaps = 0;
  for (int round = 0; round < 600; ++round) {
    // Bits of a permutation dealt again; sometimes two bits added, so that selects and general moves occur.
    std::vector<llvm::SmallVector<int32_t>> bases = {{1, 0}, {2, 0}, {4, 0}, {0, 1}, {0, 2}};
    auto deal = [&] {
      std::vector<LinearLayout::Input> inputs = {
          {"register", {bases[0], bases[1]}}, {"lane", {bases[2], bases[3]}}, {"wave", {bases[4]}}};
      return LinearLayout(inputs, {8, 4});
    };
    std::shuffle(bases.begin(), bases.end(), random);
    LinearLayout source = deal();
    std::shuffle(bases.begin(), bases.begin() + (round % 8 == 0 ? 5 : 4), random);
    if (round % 3 == 0) {
      unsigned to = random() % 4, from = (to + 1 + random() % 3) % 4;
      bases[to][0] ^= bases[from][0];
      bases[to][1] ^= bases[from][1];
    }
    LinearLayout destination = deal();
    std::optional<Exchange> exchange = analyseExchange(source, destination);
    ASSERT_TRUE(exchange);
    check(source, destination, *exchange);
    xors += exchange->reach == Reach::Lanes && exchange->laneXor;
    swaps += exchange->swaps && !exchange->swaps->empty();
  }
  EXPECT_GT(xors, 10);
  EXPECT_GT(swaps, 50);
}

TEST(Exchange, AccumulatorToOperand) {
  // A 32x32 accumulator becomes the operand (8 consecutive rows a lane) of a following product: rows 4..7 are
  // in the other half of the wave, so register bit 2 and lane bit 5 change places.
  LinearLayout operand =
      walk(registerDim, 8, 0) * walk(laneDim, 32, 1) * walk(laneDim, 2, 0) * walk(registerDim, 2, 0);
  std::optional<Exchange> exchange = analyseExchange(accumulator32x32(), operand);
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->reach, Reach::Lanes);
  EXPECT_EQ(exchange->swaps, (llvm::SmallVector<BitSwap>{{2, 5}}));
  EXPECT_FALSE(exchange->laneXor);
  EXPECT_FALSE(exchange->uniformRegisters);
  check(accumulator32x32(), operand, *exchange);
}

TEST(Exchange, ReductionIsABroadcastBack) {
  // After the sum over columns all lanes of a row hold the sum: giving it back to the accumulator moves
  // nothing.
  LinearLayout accumulator = accumulator16x16();
  LinearLayout sums = accumulator.removeOutput(1);
  std::optional<Exchange> exchange = analyseExchange(sums, accumulator.removeOutput(1));
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->reach, Reach::Nowhere);
  EXPECT_EQ(toString(exchange->reach), "nowhere");
}

TEST(Exchange, ButterflyOfLanes) {
  // Lane l holds element l; register r of lane l wants element l ^ 2r.
  LinearLayout source = LinearLayout::identity1D(laneDim, 8, 0, 1);
  LinearLayout destination({{"register", {{2}, {4}}}, {"lane", {{1}, {2}, {4}}}}, {8});
  std::optional<Exchange> exchange = analyseExchange(source, destination);
  ASSERT_TRUE(exchange);
  EXPECT_EQ(exchange->reach, Reach::Lanes);
  EXPECT_EQ(exchange->laneXor, (llvm::SmallVector<uint32_t>{0, 2, 4, 6}));
  EXPECT_FALSE(exchange->swaps);
}
