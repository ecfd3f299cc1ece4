// The operand layouts of every matrix instruction against the formulas of the PTX ISA, section 9.7.14.5
// ("Matrix Fragments for mma..."), written as they stand there.
#include "TargetFiles.h"

using namespace kiln;
using namespace kiln::target;
using namespace kiln::target::test;

namespace {

struct Place {
  int64_t row, column;
  bool operator==(const Place &other) const { return row == other.row && column == other.column; }
};
std::ostream &operator<<(std::ostream &out, const Place &place) {
  return out << "(" << place.row << ", " << place.column << ")";
}

/// The element that lane `lane` holds as the `i`-th of its fragment.
using Formula = Place (*)(int64_t lane, int64_t i);
struct Fragments {
  Formula a, b, accumulator;
};

int64_t group(int64_t lane) { return lane >> 2; }
int64_t inGroup(int64_t lane) { return lane % 4; }

Place accumulator16(int64_t lane, int64_t i) {
  return {i < 2 ? group(lane) : group(lane) + 8, inGroup(lane) * 2 + (i & 1)};
}
Place accumulator8(int64_t lane, int64_t i) { return {group(lane), inGroup(lane) * 2 + (i & 1)}; }

// 9.7.14.5.7, f16 and bf16.
const Fragments half16x8x8 = {
    [](int64_t lane, int64_t i) {
      return Place{i < 2 ? group(lane) : group(lane) + 8, inGroup(lane) * 2 + (i & 1)};
    },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) * 2 + i, group(lane)}; }, accumulator16};
// 9.7.14.5.8, f16 and bf16.
const Fragments half16x8x16 = {[](int64_t lane, int64_t i) {
                                 bool upper = !(i < 2 || (4 <= i && i < 6));
                                 int64_t column = inGroup(lane) * 2 + (i & 1);
                                 return Place{upper ? group(lane) + 8 : group(lane),
                                              i < 4 ? column : column + 8};
                               },
                               [](int64_t lane, int64_t i) {
                                 int64_t row = inGroup(lane) * 2 + (i & 1);
                                 return Place{i < 2 ? row : row + 8, group(lane)};
                               },
                               accumulator16};
// 9.7.14.5.6, tf32 and f64.
const Fragments wide16x8x4 = {
    [](int64_t lane, int64_t i) { return Place{i == 0 ? group(lane) : group(lane) + 8, inGroup(lane)}; },
    [](int64_t lane, int64_t) { return Place{inGroup(lane), group(lane)}; }, accumulator16};
// 9.7.14.5.7, tf32 and f64.
const Fragments wide16x8x8 = {
    [](int64_t lane, int64_t i) {
      return Place{i == 0 || i == 2 ? group(lane) : group(lane) + 8,
                   i < 2 ? inGroup(lane) : inGroup(lane) + 4};
    },
    [](int64_t lane, int64_t i) { return Place{i == 0 ? inGroup(lane) : inGroup(lane) + 4, group(lane)}; },
    accumulator16};
// 9.7.14.5.8, f64.
const Fragments wide16x8x16 = {
    [](int64_t lane, int64_t i) {
      return i % 2 == 0 ? Place{group(lane), i * 2 + inGroup(lane)}
                        : Place{group(lane) + 8, i * 2 - 2 + inGroup(lane)};
    },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) + i * 4, group(lane)}; }, accumulator16};
// 9.7.14.5.2, f64.
const Fragments wide8x8x4 = {[](int64_t lane, int64_t) { return Place{group(lane), inGroup(lane)}; },
                             [](int64_t lane, int64_t) { return Place{inGroup(lane), group(lane)}; },
                             accumulator8};
// 9.7.14.5.3, s8.
const Fragments byte8x8x16 = {
    [](int64_t lane, int64_t i) { return Place{group(lane), inGroup(lane) * 4 + (i & 3)}; },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) * 4 + (i & 3), group(lane)}; }, accumulator8};
// 9.7.14.5.9, s8 and 8-bit floats.
const Fragments byte16x8x16 = {
    [](int64_t lane, int64_t i) {
      return Place{i < 4 ? group(lane) : group(lane) + 8, inGroup(lane) * 4 + (i & 3)};
    },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) * 4 + i, group(lane)}; }, accumulator16};
// 9.7.14.5.10, s8 and 8-bit floats.
const Fragments byte16x8x32 = {[](int64_t lane, int64_t i) {
                                 bool lower = (0 <= i && i < 4) || (8 <= i && i < 12);
                                 int64_t column = inGroup(lane) * 4 + (i & 3);
                                 return Place{lower ? group(lane) : group(lane) + 8,
                                              i < 8 ? column : column + 16};
                               },
                               [](int64_t lane, int64_t i) {
                                 int64_t row = inGroup(lane) * 4 + (i & 3);
                                 return Place{i < 4 ? row : row + 16, group(lane)};
                               },
                               accumulator16};
// 9.7.14.5.4, s4.
const Fragments nibble8x8x32 = {
    [](int64_t lane, int64_t i) { return Place{group(lane), inGroup(lane) * 8 + (i & 7)}; },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) * 8 + (i & 7), group(lane)}; }, accumulator8};
// 9.7.14.5.10, s4.
const Fragments nibble16x8x32 = {
    [](int64_t lane, int64_t i) {
      return Place{i < 8 ? group(lane) : group(lane) + 8, inGroup(lane) * 8 + (i & 7)};
    },
    [](int64_t lane, int64_t i) { return Place{inGroup(lane) * 8 + (i & 7), group(lane)}; }, accumulator16};
// 9.7.14.5.11, s4.
const Fragments nibble16x8x64 = {[](int64_t lane, int64_t i) {
                                   bool lower = (0 <= i && i < 8) || (16 <= i && i < 24);
                                   int64_t column = inGroup(lane) * 8 + (i & 7);
                                   return Place{lower ? group(lane) : group(lane) + 8,
                                                i < 16 ? column : column + 32};
                                 },
                                 [](int64_t lane, int64_t i) {
                                   int64_t row = inGroup(lane) * 8 + (i & 7);
                                   return Place{i < 8 ? row : row + 32, group(lane)};
                                 },
                                 accumulator16};

const std::map<std::string, Fragments> ampere = {
    {"mma_m16n8k16_f32_bf16", half16x8x16}, {"mma_m16n8k8_f32_bf16", half16x8x8},
    {"mma_m16n8k16_f32_f16", half16x8x16},  {"mma_m16n8k8_f32_f16", half16x8x8},
    {"mma_m16n8k16_f16_f16", half16x8x16},  {"mma_m16n8k8_f16_f16", half16x8x8},
    {"mma_m16n8k32_i32_i8", byte16x8x32},   {"mma_m16n8k16_i32_i8", byte16x8x16},
    {"mma_m8n8k16_i32_i8", byte8x8x16},     {"mma_m16n8k64_i32_i4", nibble16x8x64},
    {"mma_m16n8k32_i32_i4", nibble16x8x32}, {"mma_m8n8k32_i32_i4", nibble8x8x32},
    {"mma_m16n8k8_f32_tf32", wide16x8x8},   {"mma_m16n8k4_f32_tf32", wide16x8x4},
    {"mma_m8n8k4_f64_f64", wide8x8x4}};

const std::map<std::string, Fragments> hopper = {
    {"mma_m16n8k32_f32_e4m3_e4m3", byte16x8x32}, {"mma_m16n8k32_f32_e4m3_e5m2", byte16x8x32},
    {"mma_m16n8k32_f32_e5m2_e4m3", byte16x8x32}, {"mma_m16n8k32_f32_e5m2_e5m2", byte16x8x32},
    {"mma_m16n8k32_f16_e4m3_e4m3", byte16x8x32}, {"mma_m16n8k32_f16_e4m3_e5m2", byte16x8x32},
    {"mma_m16n8k32_f16_e5m2_e4m3", byte16x8x32}, {"mma_m16n8k32_f16_e5m2_e5m2", byte16x8x32},
    {"mma_m16n8k16_f32_e4m3_e4m3", byte16x8x16}, {"mma_m16n8k16_f32_e4m3_e5m2", byte16x8x16},
    {"mma_m16n8k16_f32_e5m2_e4m3", byte16x8x16}, {"mma_m16n8k16_f32_e5m2_e5m2", byte16x8x16},
    {"mma_m16n8k16_f16_e4m3_e4m3", byte16x8x16}, {"mma_m16n8k16_f16_e4m3_e5m2", byte16x8x16},
    {"mma_m16n8k16_f16_e5m2_e4m3", byte16x8x16}, {"mma_m16n8k16_f16_e5m2_e5m2", byte16x8x16},
    {"mma_m16n8k16_f64_f64", wide16x8x16},       {"mma_m16n8k8_f64_f64", wide16x8x8},
    {"mma_m16n8k4_f64_f64", wide16x8x4}};

struct NvidiaLayouts : testing::Test {
  static mlir::DialectRegistry dialects() {
    mlir::DialectRegistry registry;
    compiler::registerDialects(registry);
    return registry;
  }

  static Place evaluate(layout::LinearAttr layout, int64_t lane, int64_t reg) {
    Place place = {0, 0};
    auto add = [&](llvm::ArrayRef<int32_t> bases, int64_t bits) {
      for (size_t i = 0; i < bases.size(); i += 2)
        if (bits >> (i / 2) & 1)
          place = {place.row ^ bases[i], place.column ^ bases[i + 1]};
    };
    add(layout.getReg(), reg);
    add(layout.getLane(), lane);
    return place;
  }

  static void check(MmaOp op, const char *what, mlir::Attribute attr, int64_t elements, Formula formula) {
    auto layout = llvm::cast<layout::LinearAttr>(attr);
    ASSERT_EQ(layout.laneBits(), 5u);
    ASSERT_EQ(layout.waveBits(), 0u);
    ASSERT_EQ((int64_t(1) << layout.regBits()) * 32, elements) << op.getSymName().str() << " " << what;
    for (int64_t lane = 0; lane < 32; ++lane)
      for (int64_t i = 0; i < elements / 32; ++i)
        ASSERT_EQ(evaluate(layout, lane, i), formula(lane, i))
            << op.getSymName().str() << " " << what << " lane " << lane << " element " << i;
  }

  /// PTX ISA 9.7.15.5, A of m64k8, m64k16 and m64k32 in registers: 32-bit register r of lane l of warp w is
  /// in row 16 w + l / 4 + 8 (r % 2) and has the 4 bytes of k from 4 (l % 4) + 16 (r / 2) on.
  static void checkHeldOperand(MmaOp mma) {
    auto layout = llvm::cast<layout::LinearAttr>(*mma.getLayoutA());
    int32_t each = 32 / mma.getA().getIntOrFloatBitWidth();
    ASSERT_EQ(layout.regBits(), llvm::Log2_32(4 * each));
    layout::LinearLayout linear = layout.toLinear({64, static_cast<int64_t>(mma.getK())});
    for (int32_t w = 0; w < 4; ++w)
      for (int32_t l = 0; l < 32; ++l)
        for (int32_t i = 0; i < 4 * each; ++i) {
          int32_t r = i / each;
          auto at = linear.apply({{layout::registerDim, i}, {layout::laneDim, l}, {layout::waveDim, w}});
          ASSERT_EQ(at[0], 16 * w + l / 4 + 8 * (r % 2)) << mma.getSymName().str();
          ASSERT_EQ(at[1], each * (l % 4) + 4 * each * (r / 2) + i % each) << mma.getSymName().str();
        }
  }

  static void checkAll(const TargetFiles &files, std::map<std::string, Fragments> expected) {
    for (const auto &[name, op] : files.ops) {
      auto mma = llvm::dyn_cast<MmaOp>(op);
      if (!mma || mma.getUnit() != "tensor" || mma.getSharedSwizzle())
        continue;
      ASSERT_TRUE(expected.count(name)) << "no formula for " << name;
      const Fragments &fragments = expected.at(name);
      int64_t m = mma.getM(), n = mma.getN(), k = mma.getK();
      check(mma, "a", mma.getLayoutAAttr(), m * k, fragments.a);
      check(mma, "b", mma.getLayoutBAttr(), k * n, fragments.b);
      check(mma, "acc", mma.getLayoutAcc(), m * n, fragments.accumulator);
      expected.erase(name);
    }
    EXPECT_TRUE(expected.empty()) << expected.begin()->first << " is missing";
  }

  mlir::MLIRContext context{dialects(), mlir::MLIRContext::Threading::DISABLED};
};

TEST_F(NvidiaLayouts, FragmentsOfAmpere) { checkAll(TargetFiles(context, "sm_80"), ampere); }
TEST_F(NvidiaLayouts, FragmentsOfHopper) { checkAll(TargetFiles(context, "sm_90a"), hopper); }

/// PTX ISA 9.7.15.5: in m64nNkK register i of lane l of warp w is in row 16 w + l / 4, 8 more for every
/// second pair of registers, and in column 8 (i / 4) + 2 (l % 4) + i % 2. A k step is 32 bytes of a row of 128: 8 elements
/// of tf32, 16 of 16 bits, 32 of 8 bits.
TEST_F(NvidiaLayouts, AccumulatorsOfWarpgroups) {
  TargetFiles files(context, "sm_90a");
  std::set<std::string> expected;
  for (llvm::StringRef types :
       {"k8_f32_tf32", "k16_f32_bf16", "k16_f32_f16", "k16_f16_f16", "k32_i32_i8", "k32_f32_e4m3_e4m3",
        "k32_f32_e4m3_e5m2", "k32_f32_e5m2_e4m3", "k32_f32_e5m2_e5m2", "k32_f16_e4m3_e4m3",
        "k32_f16_e4m3_e5m2", "k32_f16_e5m2_e4m3", "k32_f16_e5m2_e5m2"})
    for (int n = 8; n <= 256; n += 8)
      for (const char *form : {"wgmma_m64n", "wgmma_rs_m64n"})
        if (n % 16 == 0 || n <= 24 ||
            !types.contains("i8")) // "Shape": of integers every n above 32 is a multiple of 16
          expected.insert(form + std::to_string(n) + types.str());
  for (const auto &[name, op] : files.ops) {
    auto mma = llvm::dyn_cast<MmaOp>(op);
    if (!mma || !mma.getSharedSwizzle())
      continue;
    EXPECT_EQ(expected.erase(name), 1u) << name;
    auto layout = llvm::cast<layout::LinearAttr>(mma.getLayoutAcc());
    int64_t registers = static_cast<int64_t>(mma.getN()) / 2;
    auto held = llvm::cast<mlir::VectorType>(mma.getBody().getArgument(2).getType());
    ASSERT_EQ(held.getNumElements(), registers) << name;
    ASSERT_NE(name.find("m64n" + std::to_string(mma.getN()) + "k" + std::to_string(mma.getK()) + "_"),
              std::string::npos)
        << name;
    ASSERT_EQ(mma.getM(), 64u) << name;
    ASSERT_EQ(mma.getWaves(), 4u) << name;
    ASSERT_EQ(layout.laneBits(), 5u) << name;
    // Of n that is no power of two the layout is that of the next; its first registers are those that there
    // are.
    int64_t columns = llvm::PowerOf2Ceil(mma.getN());
    ASSERT_EQ(int64_t(1) << layout.regBits(), columns / 2) << name;
    layout::LinearLayout linear = layout.toLinear({64, columns});
    for (int32_t w = 0; w < 4; ++w)
      for (int32_t l = 0; l < 32; ++l)
        for (int32_t i = 0; i < registers; ++i) {
          auto at = linear.apply({{layout::registerDim, i}, {layout::laneDim, l}, {layout::waveDim, w}});
          ASSERT_EQ(at[0], 16 * w + l / 4 + 8 * (i / 2 % 2))
              << name << " wave " << w << " lane " << l << " register " << i;
          ASSERT_EQ(at[1], 8 * (i / 4) + 2 * (l % 4) + i % 2)
              << name << " wave " << w << " lane " << l << " register " << i;
        }
    EXPECT_EQ(mma.getK() * mma.getA().getIntOrFloatBitWidth(), 256u) << name;
    EXPECT_EQ(mma.getSharedRowBytes(), 128) << name;
    // Only of 16-bit operands may rows run across K ("imm-trans-a").
    EXPECT_EQ(mma.getTransposable(), mma.getA().getIntOrFloatBitWidth() == 16) << name;
    // tf32 reads fewer bits; of 8-bit floats fewer are kept of a sum in f32.
    bool sumsBytes = mma.getAcc().isF32() && mma.getA().getIntOrFloatBitWidth() == 8;
    EXPECT_EQ(mma.getInexact(), mma.getA().isF32() || sumsBytes) << name;
    // Cycles: see wgmma.mlir and wgmma-registers.mlir.
    int64_t n = mma.getN();
    EXPECT_EQ(static_cast<int64_t>(mma.getCycles()), mma.getLayoutA() ? n / 2 : std::max(n / 2, 16 + n / 4))
        << name;
    EXPECT_EQ(mma.getLayoutA().has_value(), llvm::StringRef(name).starts_with("wgmma_rs_")) << name;
    if (mma.getLayoutA())
      checkHeldOperand(mma);
  }
  EXPECT_TRUE(expected.empty()) << *expected.begin() << " is missing";
}

/// PTX ISA 9.7.14.5.15: register q of lane l holds elements 2 (l % 4) and the next of row l / 4 of matrix q,
/// whose row i lane 8q + i has addressed. With .trans the matrices are transposed.
TEST_F(NvidiaLayouts, MatrixReads) {
  TargetFiles files(context, "sm_80");
  for (bool transposed : {false, true}) {
    auto copy = llvm::cast<CopyOp>(files.ops.at(transposed ? "read_transposed_b16" : "read_matrix_b16"));
    auto exchange = llvm::cast<layout::LinearAttr>(*copy.getExchange());
    for (int64_t lane = 0; lane < 32; ++lane)
      for (int64_t matrix = 0; matrix < 4; ++matrix)
        for (int64_t half = 0; half < 2; ++half) {
          int64_t row = lane / 4, column = 2 * (lane % 4) + half;
          if (transposed)
            std::swap(row, column);
          EXPECT_EQ(evaluate(exchange, lane, 2 * matrix + half), (Place{8 * matrix + row, column}));
        }
  }
}

/// Dense peaks that NVIDIA publishes (A100 whitepaper, table 1) follow from the cycles: 4 units an SM, 108
/// SMs, 1410 MHz.
TEST_F(NvidiaLayouts, CyclesGiveThePublishedPeaks) {
  TargetFiles files(context, "sm_80");
  auto chip = llvm::cast<ChipOp>(files.ops.at("A100"));
  std::map<std::string, double> published;
  mlir::DictionaryAttr peaks = *chip.getPeak();
  for (mlir::NamedAttribute peak : peaks)
    published[peak.getName().str()] = llvm::cast<mlir::FloatAttr>(peak.getValue()).getValueAsDouble();
  std::map<std::string, double> best;
  for (const auto &[name, op] : files.ops)
    if (auto mma = llvm::dyn_cast<MmaOp>(op)) {
      std::string type = mma.getInexact() ? "tf32" : "";
      llvm::raw_string_ostream stream(type);
      if (!mma.getInexact())
        stream << mma.getA();
      double flop = 2.0 * mma.getM() * mma.getN() * mma.getK() / mma.getCycles();
      double peak = flop * 4 * chip.getComputeUnits() * chip.getClockMhz() * 1e6 / 1e12;
      best[type] = std::max(best[type], peak);
    }
  for (const char *type : {"f64", "tf32", "f16", "bf16", "i8", "i4"})
    EXPECT_NEAR(best[type], published.at(type), 0.01 * published.at(type)) << type;
}

} // namespace
