// Every matrix instruction against a model of its own: operands are looked up bit by bit in the registers
// with the layout formulas of the ISA manual's tables, products are summed in long double or wrapping
// integers.
#include "Reference.h"

#include "lib/Emulator/Matrix/Execute.h"

#include <gtest/gtest.h>

using namespace kiln::emulator::matrix;
namespace ref = reference;

namespace {

constexpr unsigned Lanes = 64;
using File = std::vector<std::array<uint32_t, Lanes>>;
using Random = std::mt19937_64;

Registers registers(const File &file) { return reinterpret_cast<Registers>(file.data()); }

uint64_t field(const File &file, unsigned lane, unsigned bit, unsigned width) {
  uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i)
    value |= uint64_t(file[(bit + i) / 32][lane] >> (bit + i) % 32 & 1) << i;
  return value;
}
void setField(File &file, unsigned lane, unsigned bit, unsigned width, uint64_t value) {
  for (unsigned i = 0; i < width; ++i) {
    uint32_t &word = file[(bit + i) / 32][lane], mask = 1u << (bit + i) % 32;
    word = value >> i & 1 ? word | mask : word & ~mask;
  }
}

const ref::Format &formatOf(Element e, bool ocp) {
  switch (e) {
  case Element::F16:
    return ref::f16;
  case Element::BF16:
    return ref::bf16;
  case Element::FP8:
    return ocp ? ref::fp8 : ref::fp8Fnuz;
  case Element::BF8:
    return ocp ? ref::bf8 : ref::bf8Fnuz;
  case Element::FP6:
    return ref::fp6;
  case Element::BF6:
    return ref::bf6;
  case Element::FP4:
    return ref::fp4;
  default:
    return ref::f32;
  }
}

long double valueOf(Element e, uint64_t code, bool ocp) {
  switch (e) {
  case Element::I8:
    return int8_t(code);
  case Element::F64:
    return ref::asDouble(code);
  case Element::F32:
    return ref::asFloat(uint32_t(code));
  case Element::XF32:
    return ref::asFloat(uint32_t(code) & ~0x1fffu);
  default:
    return ref::valueOf(formatOf(e, ocp), code);
  }
}

/// Random codes: small integers (so that every sum is exact), or anything finite of moderate size.
uint64_t randomCode(Random &random, Element e, bool integers, bool ocp) {
  if (e == Element::I8)
    return random() & 0xff;
  if (e == Element::F64)
    return ref::bitsOf(integers ? double(int(random() % 17) - 8)
                                : std::ldexp(double(int64_t(random())), -62));
  if (e == Element::F32 || e == Element::XF32)
    return ref::bitsOf(integers ? float(int(random() % 17) - 8) : std::ldexp(float(int32_t(random())), -30));
  for (;;) {
    uint64_t code = random() & ((1ull << bitsOf(e)) - 1);
    if ((e == Element::F16 || e == Element::BF16) && integers) { // the few integers among 65536 codes
      float v = float(int(random() % 17) - 8);
      return e == Element::BF16 ? ref::bitsOf(v) >> 16
             : v == 0           ? 0
                                : (v < 0 ? 0x8000 : 0) | uint64_t(std::ilogb(v) + 15) << 10 |
                                      uint64_t(std::ldexp(std::fabs(v), 10 - std::ilogb(v)) - 1024);
    }
    long double v = valueOf(e, code, ocp);
    if (!std::isfinite(v) || std::fabs(v) > (integers ? 8 : 1e4))
      continue;
    if (!integers || v == std::floor(v))
      return code;
  }
}

// ---- Places, as the manual's tables give them ----

struct Place {
  unsigned lane, element;
};

Place dense(unsigned dim, unsigned blocks, unsigned k, unsigned index, unsigned p, unsigned block) {
  unsigned perLane = k / (64 / (dim * blocks));
  return {block * dim + p / perLane * dim * blocks + index, p % perLane};
}
Place micro(unsigned dim, unsigned groups, unsigned bits, unsigned index, unsigned p) {
  if (bits != 8)
    return {index + dim * (p / 32), p % 32};
  return {index + dim * (p / 16 % groups), p / 16 / groups * 16 + p % 16};
}
/// A's element s of the group of four k number q, by the tables for: 16-bit operands, 8-bit ones with K
/// halved lanes (gfx942's sizes), and gfx950's large 8-bit forms.
Place sparseA(const Operation &op, unsigned row, unsigned q, unsigned s) {
  bool large = op.perLaneA() * bitsOf(op.a) == 128;
  if (bitsOf(op.a) == 16) {
    unsigned groups = large ? 4 : 2;
    return {q / groups * op.m + row, (2 * q + s) % (2 * groups)};
  }
  unsigned half = op.k / 8u;
  if (!large)
    return {q % half / 2 * op.m + row, 4 * (q / half) + (2 * q + s) % 4};
  if (op.m == 16)
    return {(2 * (q / 16) + q / 4 % 2) * 16 + row, 4 * (2 * (q / 2 % 2) + q / 8 % 2) + (2 * q + s) % 4};
  return {q / 8 * 32 + row, 4 * (2 * (q / 2 % 2) + q / 4 % 2) + (2 * q + s) % 4};
}
Place sparseB(const Operation &op, unsigned k, unsigned column) {
  if (bitsOf(op.b) == 16 && op.perLaneB() == 8)
    return {k / 8 * op.n + column, k % 8};
  unsigned span = op.n == 16 ? 32 : 16;
  return {k % span / 8 * op.n + column, 8 * (k / span) + k % 8};
}
Place result32(const Operation &op, unsigned i, unsigned j, unsigned b) { // .element is the register
  unsigned r = 64 / op.n, quarter = op.m * op.n / 4, p = (64 + quarter - 1) / quarter;
  return {b % p * op.n + i / 4 % r * p * op.n + j, b * (op.m * op.n / 64) + i / (4 * r) * 4 + i % 4};
}
Place result64(const Operation &op, unsigned i, unsigned j, unsigned b) {
  if (op.m == 16)
    return {16 * (i % 4) + j, 2 * (i / 4)};
  return {16 * i + 4 * b + j, 0};
}

unsigned laneA(const Invocation &in, unsigned lane) {
  unsigned s = 64u >> in.cbsz;
  return lane % s + s * in.abid;
}
unsigned laneB(const Invocation &in, unsigned lane) {
  switch (in.blgp) {
  case 0:
    return lane;
  case 1:
    return lane % 32;
  case 2:
    return lane % 32 + 32;
  case 3:
    return (lane + 16) % 64;
  default:
    return lane % 16 + 16 * (in.blgp - 4);
  }
}

// ---- The experiment ----

struct Experiment {
  const Operation &op;
  Random &random;
  Invocation in;
  Element typeA, typeB;
  File a, b, c, d, index{1}, scaleA{1}, scaleB{1};

  Experiment(const Operation &op, Random &random, bool integers, uint8_t cbsz = 0, uint8_t blgp = 0,
             bool ocp = true)
      : op(op), random(random), typeA(op.a), typeB(op.b) {
    in.operation = &op;
    in.cbsz = cbsz, in.blgp = blgp, in.ocpFp8 = ocp;
    if (isMicro())
      EXPECT_TRUE(microFormat(cbsz, typeA) && microFormat(blgp, typeB));
    a.resize(8), b.resize(8), c.resize(32), d.resize(32);
    fill(a, typeA, op.perLaneA(), integers);
    fill(b, typeB, op.perLaneB(), integers);
    for (unsigned r = 0; r < op.accumulatorRegisters(); ++r)
      for (unsigned lane = 0; lane < Lanes; ++lane) {
        int small = int(random() % 2001) - 1000;
        c[r][lane] =
            op.isInteger() ? uint32_t(random()) : ref::bitsOf(float(integers ? small : small / 7.0f));
        if (op.isDouble() && r % 2)
          setField(c, lane, 32 * (r - 1), 64, ref::bitsOf(double(small) / (integers ? 1 : 7)));
      }
    for (unsigned lane = 0; lane < Lanes; ++lane)
      for (unsigned pair = 0; pair < 8; ++pair) { // ascending places, as 4:2 sparsity has them
        const uint32_t places[] = {0x4, 0x8, 0xc, 0x9, 0xd, 0xe};
        setField(index, lane, 4 * pair, 4, places[random() % 6]);
      }
    d = op.kind == Kind::Sparse ? c : d;
    in.a = registers(a), in.b = registers(b), in.c = registers(c);
    in.index = index[0].data();
    in.d = reinterpret_cast<uint32_t (*)[Lanes]>(d.data());
  }
  bool isMicro() const { return op.kind == Kind::Micro || op.kind == Kind::Scaled; }

  void fill(File &file, Element type, unsigned count, bool integers) {
    for (unsigned lane = 0; lane < Lanes; ++lane)
      for (unsigned e = 0; e < count; ++e)
        setField(file, lane, e * bitsOf(type), bitsOf(type), randomCode(random, type, integers, in.ocpFp8));
  }

  long double elementA(unsigned i, unsigned k, unsigned block) const {
    Place p =
        isMicro() ? micro(op.m, op.groups(), bitsOf(typeA), i, k) : dense(op.m, op.blocks, op.k, i, k, block);
    unsigned lane = isMicro() || op.isDouble() ? p.lane : laneA(in, p.lane);
    return valueOf(typeA, field(a, lane, p.element * bitsOf(typeA), bitsOf(typeA)), in.ocpFp8);
  }
  long double elementB(unsigned k, unsigned j, unsigned block) const {
    Place p = op.kind == Kind::Sparse ? sparseB(op, k, j)
              : isMicro()             ? micro(op.n, op.groups(), bitsOf(typeB), j, k)
                                      : dense(op.n, op.blocks, op.k, j, k, block);
    bool moves = op.kind == Kind::Dense && !op.isDouble();
    unsigned lane = moves ? laneB(in, p.lane) : p.lane;
    return valueOf(typeB, field(b, lane, p.element * bitsOf(typeB), bitsOf(typeB)), in.ocpFp8);
  }
  long double scale(unsigned i, unsigned j, unsigned k) const {
    if (op.kind != Kind::Scaled || !(in.abid & 1))
      return 1;
    int ea = int(scaleA[0][i + op.m * (k / 32)] >> 8 * in.scaleByteA & 0xff) - 127;
    int eb = int(scaleB[0][j + op.n * (k / 32)] >> 8 * in.scaleByteB & 0xff) - 127;
    return std::ldexp(1.0L, ea + eb);
  }

  /// Visits every product of output (i, j).
  template <class Visit> void products(unsigned i, unsigned j, unsigned block, Visit visit) const {
    if (op.kind != Kind::Sparse) {
      for (unsigned k = 0; k < op.k; ++k)
        visit(elementA(i, k, block) * scale(i, j, k), elementB(k, j, block));
      return;
    }
    unsigned setBits = 2 * op.perLaneA(), set = in.cbsz ? 0 : in.abid;
    for (unsigned q = 0; q < op.k / 4u; ++q)
      for (unsigned s = 0; s < 2; ++s) {
        Place p = sparseA(op, i, q, s);
        unsigned place = unsigned(field(index, p.lane, set * setBits + 2 * p.element, 2));
        long double x = valueOf(typeA, field(a, p.lane, p.element * bitsOf(typeA), bitsOf(typeA)), in.ocpFp8);
        visit(x, elementB(4 * q + place, j, block));
      }
  }

  void check(const char *what) {
    const File before = c;
    ASSERT_TRUE(execute(in));
    for (unsigned block = 0; block < op.blocks; ++block)
      for (unsigned i = 0; i < op.m; ++i)
        for (unsigned j = 0; j < op.n; ++j) {
          Place p = op.isDouble() ? result64(op, i, j, block) : result32(op, i, j, block);
          uint64_t start = field(before, p.lane, 32 * p.element, op.isDouble() ? 64 : 32);
          uint64_t end = field(d, p.lane, 32 * p.element, op.isDouble() ? 64 : 32);
          if (op.isInteger()) {
            uint32_t sum = uint32_t(start);
            products(i, j, block, [&](long double x, long double y) { sum += uint32_t(int32_t(x * y)); });
            ASSERT_EQ(uint32_t(end), sum)
                << op.mnemonic << " " << what << " " << i << "," << j << "." << block;
            continue;
          }
          Element type = op.isDouble() ? Element::F64 : Element::F32;
          long double sign = op.isDouble() && in.blgp & 4 ? -1 : 1, sum = sign * valueOf(type, start, true);
          long double size = std::fabs(sum),
                      flip = op.isDouble() && (in.blgp == 1 || in.blgp == 2 || in.blgp == 5 || in.blgp == 6)
                                 ? -1
                                 : 1;
          unsigned count = 1;
          products(i, j, block, [&](long double x, long double y) {
            sum += flip * x * y, size += std::fabs(x * y), ++count;
          });
          // Each step rounds to 24 (53) bits, or to the last bit of a denormal.
          long double bound =
              count * (size * std::ldexp(1.0L, op.isDouble() ? -53 : -24) + std::ldexp(1.0L, -150));
          if (what[0] == 'e')
            bound = 0;
          ASSERT_LE(std::fabs(valueOf(type, end, true) - sum), bound)
              << op.mnemonic << " " << what << " " << i << "," << j << "." << block << " got "
              << double(valueOf(type, end, true)) << " expected " << double(sum);
        }
  }
};

TEST(Matrix, EveryOperationOnSmallIntegersIsExact) {
  Random random(1);
  for (const Operation &op : operations())
    if (op.kind == Kind::Dense || op.kind == Kind::Sparse)
      for (bool ocp : {true, false})
        for (int repeat = 0; repeat < 2; ++repeat)
          Experiment(op, random, true, 0, 0, ocp).check("exact");
}

TEST(Matrix, EveryOperationOnRandomNumbersIsWithinTheBound) {
  Random random(2);
  for (const Operation &op : operations())
    if (op.kind == Kind::Dense || op.kind == Kind::Sparse)
      for (bool ocp : {true, false})
        Experiment(op, random, false, 0, 0, ocp).check("random");
}

TEST(Matrix, MicroFormatsInEveryPair) { // mixed widths show K layouts that equal ones would hide
  Random random(3);
  for (const Operation &op : operations())
    if (op.kind == Kind::Micro)
      for (uint8_t cbsz = 0; cbsz < 5; ++cbsz)
        for (uint8_t blgp = 0; blgp < 5; ++blgp) {
          Experiment(op, random, true, cbsz, blgp).check("exact");
          Experiment(op, random, false, cbsz, blgp).check("random");
        }
}

TEST(Matrix, BlockScalesOfEveryByteAndPair) {
  Random random(4);
  for (const Operation &op : operations())
    if (op.kind == Kind::Scaled)
      for (uint8_t cbsz = 0; cbsz < 5; ++cbsz)
        for (uint8_t blgp = 0; blgp < 5; ++blgp)
          for (int spread : {2, 6, 100}) { // 100: beyond what a product of F32 scales can hold
            Experiment x(op, random, spread == 2, cbsz, blgp);
            for (File *scales : {&x.scaleA, &x.scaleB})
              for (uint32_t &word : (*scales)[0])
                for (unsigned byte = 0; byte < 4; ++byte)
                  word = word << 8 | (127 + random() % (2 * spread + 1) - spread);
            if (spread == 100) // large scales of A with small ones of B keep the sums finite
              for (unsigned lane = 0; lane < Lanes; ++lane) {
                x.scaleA[0][lane] = 0x01010101 * uint32_t(127 + 90 + random() % 4);
                x.scaleB[0][lane] = 0x01010101 * uint32_t(127 - 95 + random() % 4);
              }
            x.in.scaleA = x.scaleA[0].data(), x.in.scaleB = x.scaleB[0].data();
            x.in.scaleByteA = random() % 4, x.in.scaleByteB = random() % 4;
            x.in.abid = 1;
            x.check(spread == 2 ? "exact" : "random");
          }
}

TEST(Matrix, ScalesNeedAbidAndNaNScaleSpoilsItsRow) {
  Random random(5);
  const Operation &op = *findOperation("v_mfma_scale_f32_16x16x128_f8f6f4");
  Experiment off(op, random, true, 4, 4);
  off.in.scaleA = off.scaleA[0].data(), off.in.scaleB = off.scaleB[0].data(); // zeros, unused
  off.check("exact");
  Experiment on(op, random, true, 4, 4);
  on.scaleA[0].fill(127), on.scaleB[0].fill(127);
  on.scaleA[0][3 + 16 * 2] = 255; // row 3, third block of 32
  on.in.scaleA = on.scaleA[0].data(), on.in.scaleB = on.scaleB[0].data(), on.in.abid = 1;
  ASSERT_TRUE(execute(on.in));
  for (unsigned i = 0; i < 16; ++i)
    for (unsigned j = 0; j < 16; ++j) {
      Place p = result32(op, i, j, 0);
      EXPECT_EQ(std::isnan(ref::asFloat(on.d[p.element][p.lane])), i == 3);
    }
}

TEST(Matrix, BroadcastOfAAndLaneGroupsOfB) { // CBSZ, ABID, BLGP (ISA 7.1.6)
  Random random(6);
  for (const char *name :
       {"v_mfma_f32_32x32x1_2b_f32", "v_mfma_f32_16x16x1_4b_f32", "v_mfma_f32_4x4x4_16b_f16",
        "v_mfma_i32_4x4x4_16b_i8", "v_mfma_f32_16x16x4_4b_bf16"})
    for (uint8_t cbsz = 0; cbsz <= 4; ++cbsz)
      for (uint8_t blgp = 0; blgp < 8; ++blgp) {
        Experiment x(*findOperation(name), random, true, cbsz, blgp);
        x.in.abid = uint8_t(random() % (1u << cbsz));
        x.check("exact");
      }
}

TEST(Matrix, BlgpNegatesDoubles) {
  Random random(7);
  for (const char *name : {"v_mfma_f64_16x16x4_f64", "v_mfma_f64_4x4x4_4b_f64"})
    for (uint8_t blgp = 0; blgp < 8; ++blgp)
      Experiment(*findOperation(name), random, true, 0, blgp).check("exact");
}

TEST(Matrix, SparseIndexSets) {
  Random random(8);
  for (const Operation &op : operations()) {
    if (op.kind != Kind::Sparse)
      continue;
    unsigned sets = 32 / (2 * op.perLaneA());
    for (uint8_t abid = 0; abid < sets; ++abid) {
      Experiment x(op, random, true);
      x.in.abid = abid;
      x.check("exact");
    }
    Experiment x(op, random, true, 1); // CBSZ: the first set whatever ABID says
    x.in.abid = uint8_t(sets - 1);
    x.check("exact");
  }
}

TEST(Matrix, ConstantAccumulatorAndOverlap) {
  Random random(9);
  const Operation &op = *findOperation("v_mfma_f32_16x16x32_bf16");
  Experiment x(op, random, true);
  x.in.c = nullptr, x.in.constantC = ref::bitsOf(1.0f);
  for (auto &word : x.c)
    word.fill(ref::bitsOf(1.0f));
  x.check("exact");
  Experiment y(op, random, true); // D over A
  File a = y.a;
  y.in.d = reinterpret_cast<uint32_t (*)[Lanes]>(a.data()), y.in.a = registers(a);
  ASSERT_TRUE(execute(y.in));
  Experiment &z = y;
  z.in.d = reinterpret_cast<uint32_t (*)[Lanes]>(z.d.data()), z.in.a = registers(z.a);
  z.check("exact");
  for (unsigned r = 0; r < 4; ++r)
    EXPECT_EQ(a[r], z.d[r]);
}

TEST(Matrix, DenormalsOfF32FollowModeOthersAreKept) {
  Random random(10);
  Experiment x(*findOperation("v_mfma_f32_16x16x4_f32"), random, true);
  for (auto &row : x.a)
    row.fill(0x00400000); // 2^-127
  for (auto &row : x.b)
    row.fill(ref::bitsOf(1.0f));
  x.in.c = nullptr;
  for (bool flush : {false, true}) {
    x.in.flushF32 = flush;
    ASSERT_TRUE(execute(x.in));
    EXPECT_EQ(x.d[0][0], flush ? 0u : 0x01000000u); // 4 * 2^-127
  }
  Experiment y(*findOperation("v_mfma_f32_16x16x16_f16"), random, true);
  for (auto &row : y.a)
    row.fill(0x00010001); // 2^-24
  for (auto &row : y.b)
    row.fill(0x3c003c00);
  y.in.c = nullptr, y.in.flushF32 = true;
  ASSERT_TRUE(execute(y.in));
  EXPECT_EQ(y.d[0][0], ref::bitsOf(std::ldexp(1.0f, -20)));
}

TEST(Matrix, Fp8FlavourFollowsTheChip) {
  Random random(11);
  Experiment x(*findOperation("v_mfma_f32_16x16x32_fp8_fp8"), random, true);
  for (auto &row : x.a)
    row.fill(0x38383838); // OCP 1.0, FNUZ 0.5
  for (auto &row : x.b)
    row.fill(0x38383838);
  x.in.c = nullptr;
  ASSERT_TRUE(execute(x.in));
  EXPECT_EQ(x.d[0][0], ref::bitsOf(32.0f));
  x.in.ocpFp8 = false;
  ASSERT_TRUE(execute(x.in));
  EXPECT_EQ(x.d[0][0], ref::bitsOf(8.0f));
}

TEST(Matrix, ReservedFormatsAreRefused) {
  Random random(12);
  Experiment x(*findOperation("v_mfma_f32_16x16x128_f8f6f4"), random, true);
  x.in.cbsz = 5;
  EXPECT_FALSE(execute(x.in));
}

TEST(Matrix, OperandRegisters) { // 8 registers for 8-bit, 6 for 6-bit, 4 for 4-bit formats
  const Operation &op = *findOperation("v_mfma_f32_32x32x64_f8f6f4");
  const unsigned expected[] = {8, 8, 6, 6, 4};
  for (uint8_t format = 0; format < 5; ++format) {
    EXPECT_EQ(operandRegistersA(op, format), expected[format]);
    EXPECT_EQ(operandRegistersB(op, format), expected[format]);
  }
  EXPECT_EQ(operandRegistersA(*findOperation("v_smfmac_f32_16x16x64_f16"), 0), 4u);
  EXPECT_EQ(operandRegistersB(*findOperation("v_smfmac_f32_16x16x64_f16"), 0), 8u);
  EXPECT_EQ(operandRegistersA(*findOperation("v_mfma_f64_16x16x4_f64"), 0), 2u);
  EXPECT_EQ(operandRegistersA(*findOperation("v_mfma_f32_4x4x4_16b_f16"), 0), 2u);
  EXPECT_EQ(findOperation("v_mfma_f32_32x32x4_2b_f16")->accumulatorRegisters(), 32u);
  EXPECT_EQ(findOperation("v_add_f32"), nullptr);
}

} // namespace
