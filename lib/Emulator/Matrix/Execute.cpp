#include "Execute.h"

#include "Multiply.h"
#include "lib/Emulator/Numerics/Arithmetic.h"
#include "lib/Emulator/Numerics/Tables.h"

#include <cstring>

namespace kiln::emulator::matrix {

namespace {

constexpr unsigned Lanes = 64, LargestOperand = 2048, LargestResult = 2048;

// ---- From registers to row-major matrices ----

/// Element `e` of `count` lanes from `lane` on: bits [e * width, (e + 1) * width) of each lane's registers.
template <unsigned width, unsigned count>
inline void extract(Registers from, unsigned e, unsigned lane, uint32_t *to) {
  unsigned bit = e * width, shift = bit % 32;
  const uint32_t *low = from[bit / 32] + lane;
  constexpr uint32_t mask = width == 32 ? ~0u : (1u << width) - 1;
  if (shift + width <= 32) {
    for (unsigned i = 0; i < count; ++i)
      to[i] = low[i] >> shift & mask;
    return;
  }
  const uint32_t *high = from[bit / 32 + 1] + lane;
  for (unsigned i = 0; i < count; ++i)
    to[i] = (low[i] >> shift | high[i] << (32 - shift)) & mask;
}

template <unsigned width, unsigned count>
inline void lookUp(const numerics::FloatFormat &format, Registers from, unsigned e, unsigned lane,
                   float *to) {
  const float *values = numerics::valuesOf(format).data();
  uint32_t codes[count];
  extract<width, count>(from, e, lane, codes);
  for (unsigned i = 0; i < count; ++i)
    to[i] = values[codes[i]];
}

/// The same as F32; every operand type but F64 is a subset of it. XF32 drops the lower 13 mantissa bits
/// (measured on hardware to truncate; the manual says both "round" and "truncate").
template <unsigned count>
void widen(Element type, const Invocation &in, Registers from, unsigned e, unsigned lane, float *to) {
  uint32_t words[count];
  switch (type) {
  case Element::F32:
    for (unsigned i = 0; i < count; ++i) {
      uint32_t word = from[e][lane + i];
      bool flush = in.flushF32 && !(word & 0x7f800000);
      to[i] = numerics::bitCast<float>(flush ? word & 0x80000000 : word);
    }
    return;
  case Element::XF32:
    for (unsigned i = 0; i < count; ++i)
      to[i] = numerics::bitCast<float>(from[e][lane + i] & 0xffffe000);
    return;
  case Element::BF16:
    extract<16, count>(from, e, lane, words);
    for (unsigned i = 0; i < count; ++i)
      to[i] = numerics::bitCast<float>(words[i] << 16);
    return;
  case Element::F16:
    extract<16, count>(from, e, lane, words);
    for (unsigned i = 0; i < count; ++i)
      to[i] = numerics::widenF16(uint16_t(words[i]));
    return;
  case Element::I8:
    extract<8, count>(from, e, lane, words);
    for (unsigned i = 0; i < count; ++i)
      to[i] = float(int32_t(words[i] << 24) >> 24);
    return;
  case Element::FP8:
    return lookUp<8, count>(in.ocpFp8 ? numerics::formatFP8 : numerics::formatFP8Fnuz, from, e, lane, to);
  case Element::BF8:
    return lookUp<8, count>(in.ocpFp8 ? numerics::formatBF8 : numerics::formatBF8Fnuz, from, e, lane, to);
  case Element::FP6:
    return lookUp<6, count>(numerics::formatFP6, from, e, lane, to);
  case Element::BF6:
    return lookUp<6, count>(numerics::formatBF6, from, e, lane, to);
  case Element::FP4:
    return lookUp<4, count>(numerics::formatFP4, from, e, lane, to);
  case Element::F64:
    return;
  }
}

template <unsigned count>
void widen(Element, const Invocation &, Registers from, unsigned e, unsigned lane, double *to) {
  for (unsigned i = 0; i < count; ++i)
    to[i] = numerics::bitCast<double>(from[2 * e][lane + i] | uint64_t(from[2 * e + 1][lane + i]) << 32);
}

/// `dim` lanes at once: the instructions' sizes.
template <class Number>
void widenRow(Element type, const Invocation &in, Registers from, unsigned e, unsigned lane, unsigned dim,
              Number *to) {
  if (dim == 16)
    widen<16>(type, in, from, e, lane, to);
  else if (dim == 32)
    widen<32>(type, in, from, e, lane, to);
  else
    widen<4>(type, in, from, e, lane, to);
}

struct OperandShape {
  Element type;
  unsigned dim, blocks, groups, perLane;
  bool chunked; ///< 8-bit F8F6F4: a lane holds two runs of 16 k (facts of the layout: ISA 7.1.5)
  unsigned k() const { return groups * perLane; }
  unsigned position(unsigned group, unsigned e) const {
    return chunked ? (e / 16 * groups + group) * 16 + e % 16 : group * perLane + e;
  }
};

/// out[block][k][dim]; group g of block b stands in lanes b * dim + g * dim * blocks and following.
template <class Number>
void unpackOperand(const OperandShape &shape, const Invocation &in, Registers from, Number *out) {
  for (unsigned b = 0; b < shape.blocks; ++b)
    for (unsigned g = 0; g < shape.groups; ++g)
      for (unsigned e = 0; e < shape.perLane; ++e)
        widenRow(shape.type, in, from, e, b * shape.dim + g * shape.dim * shape.blocks, shape.dim,
                 out + (b * shape.k() + shape.position(g, e)) * shape.dim);
}

/// Registers with their lanes rearranged by CBSZ/ABID (A) or BLGP (B); the originals if nothing moves.
template <class LaneMap>
Registers rearranged(Registers from, unsigned count, uint32_t (*storage)[Lanes], LaneMap map) {
  for (unsigned r = 0; r < count; ++r)
    for (unsigned lane = 0; lane < Lanes; ++lane)
      storage[r][lane] = from[r][map(lane)];
  return storage;
}

Registers broadcastA(const Invocation &in, unsigned count, uint32_t (*storage)[Lanes]) {
  if (in.cbsz == 0)
    return in.a;
  unsigned size = Lanes >> in.cbsz, start = size * (in.abid & ((1u << in.cbsz) - 1));
  return rearranged(in.a, count, storage, [=](unsigned lane) { return lane % size + start; });
}

Registers broadcastB(const Invocation &in, unsigned count, uint32_t (*storage)[Lanes]) {
  unsigned blgp = in.blgp;
  if (blgp == 0)
    return in.b;
  return rearranged(in.b, count, storage, [=](unsigned lane) {
    return blgp == 1   ? lane % 32
           : blgp == 2 ? lane % 32 + 32
           : blgp == 3 ? (lane + 16) % 64
                       : lane % 16 + 16 * (blgp - 4);
  });
}

// ---- The accumulator ----

struct RowPlace {
  unsigned reg, lane;
};
/// Where row i of block b of a 32-bit accumulator starts; its n columns are consecutive lanes.
RowPlace rowOf32(const Operation &op, unsigned i, unsigned b) {
  unsigned rows = Lanes / op.n, perRegister = op.m * op.n < 256 ? 256 / (op.m * op.n) : 1;
  return {b * (op.m * op.n / 64) + i / (4 * rows) * 4 + i % 4,
          b % perRegister * op.n + i / 4 % rows * perRegister * op.n};
}
RowPlace rowOf64(const Operation &op, unsigned i, unsigned b) {
  unsigned rows = Lanes / op.n, perRegister = op.m * op.n < 64 ? 64 / (op.m * op.n) : 1;
  return {2 * (b * (op.m * op.n / 64) + i / rows), b % perRegister * op.n + i % rows * perRegister * op.n};
}

void loadAccumulator(const Invocation &in, uint32_t *c) {
  const Operation &op = *in.operation;
  Registers from = op.kind == Kind::Sparse ? Registers(in.d) : in.c;
  for (unsigned b = 0; b < op.blocks; ++b)
    for (unsigned i = 0; i < op.m; ++i, c += op.n) {
      if (!from) {
        for (unsigned j = 0; j < op.n; ++j)
          c[j] = uint32_t(in.constantC);
        continue;
      }
      RowPlace place = rowOf32(op, i, b);
      std::memcpy(c, from[place.reg] + place.lane, op.n * sizeof(uint32_t));
    }
}

void storeAccumulator(const Invocation &in, const uint32_t *c) {
  const Operation &op = *in.operation;
  for (unsigned b = 0; b < op.blocks; ++b)
    for (unsigned i = 0; i < op.m; ++i, c += op.n) {
      RowPlace place = rowOf32(op, i, b);
      std::memcpy(in.d[place.reg] + place.lane, c, op.n * sizeof(uint32_t));
    }
}

// ---- The kinds of operations ----

/// Runs `accumulate(sums)` on F32 sums that start from C. Integer products are exact in F32 (at most 2^20),
/// so their sums start from zero and are added to C as integers.
template <class Accumulate> void withAccumulator(const Invocation &in, Accumulate accumulate) {
  alignas(64) uint32_t c[LargestResult];
  alignas(64) float sums[LargestResult];
  unsigned count = in.operation->m * in.operation->n * in.operation->blocks;
  loadAccumulator(in, c);
  if (in.operation->isInteger()) {
    std::memset(sums, 0, count * sizeof(float));
    accumulate(sums);
    for (unsigned i = 0; i < count; ++i)
      c[i] += uint32_t(int32_t(sums[i]));
  } else {
    std::memcpy(sums, c, count * sizeof(float));
    accumulate(sums);
    std::memcpy(c, sums, count * sizeof(float));
  }
  storeAccumulator(in, c);
}

void executeDense(const Invocation &in) {
  const Operation &op = *in.operation;
  alignas(64) uint32_t movedA[8][Lanes], movedB[8][Lanes];
  alignas(64) float a[LargestOperand], b[LargestOperand];
  OperandShape shapeA{op.a, op.m, op.blocks, op.groups(), op.perLaneA(), false};
  OperandShape shapeB{op.b, op.n, op.blocks, op.groups(), op.perLaneB(), false};
  unpackOperand(shapeA, in, broadcastA(in, operandRegistersA(op, 0), movedA), a);
  unpackOperand(shapeB, in, broadcastB(in, operandRegistersB(op, 0), movedB), b);
  withAccumulator(in, [&](float *sums) {
    for (unsigned block = 0; block < op.blocks; ++block)
      multiplyAdd(a + block * op.k * op.m, b + block * op.k * op.n, sums + block * op.m * op.n, op.m, op.n,
                  op.k);
  });
}

void executeDouble(const Invocation &in) {
  const Operation &op = *in.operation;
  double a[64], b[64], c[256];
  OperandShape shape{Element::F64, op.m, op.blocks, op.groups(), 1, false};
  unpackOperand(shape, in, in.a, a);
  unpackOperand(shape, in, in.b, b);
  for (unsigned i = 0; i < op.m * op.k * op.blocks; ++i) { // BLGP negates the operands of F64 (ISA 7.1.6)
    a[i] = in.blgp & 1 ? -a[i] : a[i];
    b[i] = in.blgp & 2 ? -b[i] : b[i];
  }
  auto forEach = [&](auto visit) {
    for (unsigned block = 0; block < op.blocks; ++block)
      for (unsigned i = 0; i < op.m; ++i)
        for (unsigned j = 0; j < op.n; ++j) {
          RowPlace place = rowOf64(op, i, block);
          visit(c[(block * op.m + i) * op.n + j], place.reg, place.lane + j);
        }
  };
  forEach([&](double &value, unsigned reg, unsigned lane) {
    uint64_t bits = in.c ? in.c[reg][lane] | uint64_t(in.c[reg + 1][lane]) << 32 : in.constantC;
    value = numerics::bitCast<double>(bits);
    value = in.blgp & 4 ? -value : value;
  });
  for (unsigned block = 0; block < op.blocks; ++block)
    multiplyAdd(a + block * op.k * op.m, b + block * op.k * op.n, c + block * op.m * op.n, op.m, op.n, op.k);
  forEach([&](double &value, unsigned reg, unsigned lane) {
    uint64_t bits = numerics::bitCast<uint64_t>(value);
    in.d[reg][lane] = uint32_t(bits);
    in.d[reg + 1][lane] = uint32_t(bits >> 32);
  });
}

/// SMFMAC pairs A's element e of a lane with B's elements 4 * (e / 2) ... + 3 of the lane in the same place.
/// The forms of gfx950 with twice the k are two such operations: half s reads B's half s, and takes A for
/// lane group g from lane group s * groups / 2 + g / 2, its half g % 2. (So the layout tables of the CDNA4
/// manual come out.)
void executeSparse(const Invocation &in) {
  const Operation &op = *in.operation;
  alignas(64) float a[LargestOperand / 2], b[LargestOperand];
  uint8_t select[LargestOperand / 2];
  const unsigned groups = op.groups(), perLaneA = op.perLaneA(), perLaneB = op.perLaneB();
  const unsigned halves = perLaneA * bitsOf(op.a) == 128 ? 2 : 1, run = perLaneA / halves;
  const unsigned setBits = 2 * perLaneA, sets = 32 / setBits;
  const unsigned set = in.cbsz == 0 ? in.abid & (sets - 1) : 0; // ABID picks the index set only if CBSZ is 0
  unpackOperand(OperandShape{op.b, op.n, 1, groups, perLaneB, false}, in, in.b, b);
  unsigned t = 0;
  for (unsigned half = 0; half < halves; ++half)
    for (unsigned g = 0; g < groups; ++g) {
      unsigned group = halves == 2 ? half * groups / 2 + g / 2 : g, first = halves == 2 ? g % 2 * run : 0;
      for (unsigned e = first; e < first + run; ++e, ++t) {
        widenRow(op.a, in, in.a, e, group * op.m, op.m, a + t * op.m);
        for (unsigned i = 0; i < op.m; ++i) {
          unsigned place = in.index[group * op.m + i] >> (set * setBits + 2 * e) & 3;
          select[t * op.m + i] =
              uint8_t(g * perLaneB + half * (perLaneB / halves) + (e - first) / 2 * 4 + place);
        }
      }
    }
  withAccumulator(in, [&](float *sums) { multiplyAddSparse(a, select, b, sums, op.m, op.n, t); });
}

/// Scale of row (column) i and block of 32 k: lane i + dim * block. 255 is NaN.
void unpackScales(const uint32_t *scales, unsigned byte, unsigned dim, unsigned block, int16_t *exponents,
                  bool *isNaN) {
  for (unsigned i = 0; i < dim; ++i) {
    unsigned code = scales ? scales[block * dim + i] >> (8 * byte) & 0xff : 127;
    exponents[i] = int16_t(code - 127);
    isNaN[i] = code == 255;
  }
}

bool executeMicro(const Invocation &in) {
  const Operation &op = *in.operation;
  Element typeA, typeB;
  if (!microFormat(in.cbsz, typeA) || !microFormat(in.blgp, typeB))
    return false;
  alignas(64) float a[LargestOperand], b[LargestOperand];
  unpackOperand(OperandShape{typeA, op.m, 1, op.groups(), 32, bitsOf(typeA) == 8}, in, in.a, a);
  unpackOperand(OperandShape{typeB, op.n, 1, op.groups(), 32, bitsOf(typeB) == 8}, in, in.b, b);
  withAccumulator(in, [&](float *sums) {
    if (op.kind == Kind::Micro || !(in.abid & 1)) // ABID[0] switches scaling on (ISA 7.1.5)
      return multiplyAdd(a, b, sums, op.m, op.n, op.k);
    for (unsigned block = 0; block < op.k / 32u; ++block) {
      alignas(64) float part[1024] = {};
      int16_t rows[32], columns[32];
      bool rowNaN[32], columnNaN[32];
      multiplyAdd(a + block * 32 * op.m, b + block * 32 * op.n, part, op.m, op.n, 32);
      unpackScales(in.scaleA, in.scaleByteA, op.m, block, rows, rowNaN);
      unpackScales(in.scaleB, in.scaleByteB, op.n, block, columns, columnNaN);
      for (unsigned i = 0; i < op.m; ++i)
        for (unsigned j = 0; j < op.n; ++j)
          part[i * op.n + j] = rowNaN[i] || columnNaN[j] ? __builtin_nanf("") : part[i * op.n + j];
      addScaled(part, rows, columns, sums, op.m, op.n);
    }
  });
  return true;
}

} // namespace

unsigned operandRegistersA(const Operation &op, uint8_t cbsz) {
  Element type = op.a;
  if (op.kind == Kind::Micro || op.kind == Kind::Scaled)
    microFormat(cbsz, type);
  return op.perLaneA() * bitsOf(type) / 32 ? op.perLaneA() * bitsOf(type) / 32 : 1;
}

unsigned operandRegistersB(const Operation &op, uint8_t blgp) {
  Element type = op.b;
  if (op.kind == Kind::Micro || op.kind == Kind::Scaled)
    microFormat(blgp, type);
  return op.perLaneB() * bitsOf(type) / 32 ? op.perLaneB() * bitsOf(type) / 32 : 1;
}

bool execute(const Invocation &in) {
  switch (in.operation->kind) {
  case Kind::Dense:
    if (in.operation->isDouble())
      executeDouble(in);
    else if (in.cbsz > 4) // there are at most sixteen blocks
      return false;
    else
      executeDense(in);
    return true;
  case Kind::Sparse:
    executeSparse(in);
    return true;
  case Kind::Micro:
  case Kind::Scaled:
    return executeMicro(in);
  }
  return false;
}

} // namespace kiln::emulator::matrix
