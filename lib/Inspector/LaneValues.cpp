#include "LaneValues.h"
#include "ExecMask.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using kiln::codegen::RegisterFile;

namespace kiln::inspector {

LaneValue LaneValue::unknown(const char *why) {
  LaneValue value;
  value.why = why;
  return value;
}

LaneValue LaneValue::constant(uint32_t number) {
  LaneValue value;
  value.isKnown = true;
  value.lanes.fill(number);
  return value;
}

LaneValue LaneValue::uniform(uint32_t alignment) {
  LaneValue value = constant(0);
  value.isShifted = true;
  value.alignment = alignment;
  return value;
}

std::optional<uint32_t> LaneValue::single() const {
  if (!isExact() || !all_equal(lanes))
    return std::nullopt;
  return lanes[0];
}

/// The largest power of two that divides a number; 2^31 divides 0 as well as any.
static uint32_t powerIn(uint32_t number) { return number ? number & -number : uint32_t(1) << 31; }

/// What the unknown part is a multiple of; an exact number has none.
static uint32_t alignmentOf(const LaneValue &value) {
  return value.isShifted ? value.alignment : uint32_t(1) << 31;
}

template <typename Function>
static LaneValue each(const LaneValue &a, const LaneValue &b, Function function) {
  LaneValue result = LaneValue::constant(0);
  for (unsigned lane = 0; lane < LaneValue::most; ++lane)
    result.lanes[lane] = function(a.lanes[lane], b.lanes[lane]);
  return result;
}

static LaneValue shiftedLike(LaneValue value, bool isShifted, uint32_t alignment) {
  value.isShifted = isShifted;
  value.alignment = isShifted ? alignment : 1;
  return value;
}

static const char *notFollowed = "it comes through an instruction that is not followed";

static LaneValue add(const LaneValue &a, const LaneValue &b) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  return shiftedLike(each(a, b, [](uint32_t x, uint32_t y) { return x + y; }), a.isShifted || b.isShifted,
                     std::min(alignmentOf(a), alignmentOf(b)));
}

static LaneValue subtract(const LaneValue &a, const LaneValue &b) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  return shiftedLike(each(a, b, [](uint32_t x, uint32_t y) { return x - y; }), a.isShifted || b.isShifted,
                     std::min(alignmentOf(a), alignmentOf(b)));
}

static LaneValue multiply(const LaneValue &a, const LaneValue &b) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  auto product = [](uint32_t x, uint32_t y) { return x * y; };
  if (a.isExact() && b.isExact())
    return each(a, b, product);
  const LaneValue &shifted = a.isShifted ? a : b, &factor = a.isShifted ? b : a;
  std::optional<uint32_t> by = factor.single();
  // A number that is the same in all lanes stays so.
  if (!by)
    return all_equal(a.lanes) && all_equal(b.lanes) ? LaneValue::uniform() : LaneValue::unknown(notFollowed);
  return shiftedLike(each(a, b, product), true,
                     std::min<uint64_t>(uint64_t(shifted.alignment) * powerIn(*by), uint64_t(1) << 31));
}

/// `function` works on each bit for itself. The unknown part of one operand stays apart where all known bits
/// lie below it and the other operand leaves its bits alone.
template <typename Function>
static LaneValue bitwise(const LaneValue &a, const LaneValue &b, bool keepsUpper, Function function) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  if (a.isExact() && b.isExact())
    return each(a, b, function);
  bool sameInAll = all_equal(a.lanes) && all_equal(b.lanes);
  uint32_t alignment = std::min(alignmentOf(a), alignmentOf(b));
  bool below = all_of(a.lanes, [&](uint32_t lane) { return lane < alignment; }) &&
               all_of(b.lanes, [&](uint32_t lane) { return lane < alignment; });
  if (keepsUpper && below)
    return shiftedLike(each(a, b, function), true, alignment);
  return sameInAll ? LaneValue::uniform() : LaneValue::unknown(notFollowed);
}

static LaneValue bitAnd(const LaneValue &a, const LaneValue &b) {
  auto function = [](uint32_t x, uint32_t y) { return x & y; };
  const LaneValue &mask = a.isShifted ? b : a, &value = a.isShifted ? a : b;
  if (std::optional<uint32_t> bits = mask.single(); bits && value.isShifted && a.isKnown && b.isKnown) {
    // A mask that drops the unknown part, or one that keeps all bits from some power of two on.
    if (*bits < value.alignment)
      return each(a, b, function);
    uint32_t low = powerIn(*bits);
    bool keepsAll = (*bits | (low - 1)) == ~uint32_t(0);
    if (keepsAll && low <= value.alignment)
      return shiftedLike(each(a, b, function), true, value.alignment);
    if (all_equal(value.lanes))
      return LaneValue::uniform(low);
  }
  return bitwise(a, b, false, function);
}

static LaneValue shiftLeft(const LaneValue &value, const LaneValue &by) {
  if (!value.isKnown || !by.isKnown)
    return value.isKnown ? by : value;
  if (std::optional<uint32_t> bits = by.single())
    return multiply(value, LaneValue::constant(uint32_t(1) << (*bits & 31)));
  if (value.isExact() && by.isExact())
    return each(value, by, [](uint32_t x, uint32_t y) { return x << (y & 31); });
  return all_equal(value.lanes) && all_equal(by.lanes) ? LaneValue::uniform()
                                                       : LaneValue::unknown(notFollowed);
}

/// For what is followed only where everything is known.
template <typename Function>
static LaneValue exactly(const LaneValue &a, const LaneValue &b, Function function) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  if (a.isExact() && b.isExact())
    return each(a, b, function);
  return all_equal(a.lanes) && all_equal(b.lanes) ? LaneValue::uniform() : LaneValue::unknown(notFollowed);
}

static LaneValue shiftRight(const LaneValue &value, const LaneValue &by) {
  return exactly(value, by, [](uint32_t x, uint32_t y) { return x >> (y & 31); });
}

static LaneValue shiftRightSigned(const LaneValue &value, const LaneValue &by) {
  return exactly(value, by, [](uint32_t x, uint32_t y) { return uint32_t(int32_t(x) >> (y & 31)); });
}

static LaneValue bitOr(const LaneValue &a, const LaneValue &b) {
  return bitwise(a, b, true, [](uint32_t x, uint32_t y) { return x | y; });
}

static LaneValue bitXor(const LaneValue &a, const LaneValue &b) {
  return bitwise(a, b, true, [](uint32_t x, uint32_t y) { return x ^ y; });
}

static LaneValue low24(const LaneValue &value) { return bitAnd(value, LaneValue::constant(0xffffff)); }

static LaneValue extract(const LaneValue &value, const LaneValue &first, const LaneValue &count) {
  std::optional<uint32_t> at = first.single(), bits = count.single();
  if (!at || !bits || !value.isKnown)
    return value.isKnown ? LaneValue::unknown(notFollowed) : value;
  LaneValue moved = *at & 31 ? shiftRight(value, LaneValue::constant(*at & 31)) : value;
  return bitAnd(moved, LaneValue::constant(uint32_t(maskTrailingOnes<uint64_t>(*bits & 31))));
}

/// v_mbcnt: lanes of the mask below this one.
static LaneValue countBelow(const LaneValue &mask, const LaneValue &plus, bool upper) {
  if (mask.single() != ~uint32_t(0))
    return LaneValue::unknown(notFollowed);
  LaneValue below = LaneValue::constant(0);
  for (unsigned lane = 0; lane < LaneValue::most; ++lane)
    below.lanes[lane] = upper ? (lane > 32 ? lane - 32 : 0) : std::min(lane, 32u);
  return add(below, plus);
}

/// v_bitop3: the truth table's index is the bits of the three sources, the first one's on top (CDNA4 ISA 12).
static LaneValue threeBits(const std::vector<LaneValue> &s) {
  std::optional<uint32_t> table = s.size() > 3 ? s[3].single() : std::nullopt;
  if (!table || !s[0].isExact() || !s[1].isExact() || !s[2].isExact())
    return LaneValue::unknown(notFollowed);
  LaneValue result = LaneValue::constant(0);
  for (unsigned lane = 0; lane < LaneValue::most; ++lane)
    for (unsigned bit = 0; bit < 32; ++bit) {
      auto one = [&](unsigned source) { return s[source].lanes[lane] >> bit & 1; };
      result.lanes[lane] |= (*table >> (one(0) << 2 | one(1) << 1 | one(2)) & 1) << bit;
    }
  return result;
}

static LaneValue evaluateThree(StringRef name, const std::vector<LaneValue> &s) {
  if (name == "lshl_add_u32")
    return add(shiftLeft(s[0], s[1]), s[2]);
  if (name == "add_lshl_u32")
    return shiftLeft(add(s[0], s[1]), s[2]);
  if (name == "lshl_or_b32")
    return bitOr(shiftLeft(s[0], s[1]), s[2]);
  if (name == "and_or_b32")
    return bitOr(bitAnd(s[0], s[1]), s[2]);
  if (name == "or3_b32")
    return bitOr(bitOr(s[0], s[1]), s[2]);
  if (name == "add3_u32")
    return add(add(s[0], s[1]), s[2]);
  if (name == "xad_u32")
    return add(bitXor(s[0], s[1]), s[2]);
  if (name == "mad_u32_u24")
    return add(multiply(low24(s[0]), low24(s[1])), s[2]);
  if (name == "mad_u64_u32")
    return add(multiply(s[0], s[1]), s[2]);
  if (name == "bfe_u32")
    return extract(s[0], s[1], s[2]);
  return LaneValue::unknown(notFollowed);
}

static LaneValue evaluateTwo(StringRef name, const std::vector<LaneValue> &s) {
  if (name == "add_u32" || name == "add_i32" || name == "add_nc_u32" || name == "add_co_u32" ||
      name == "addk_i32")
    return add(s[0], s[1]);
  if (name == "sub_u32" || name == "sub_i32" || name == "sub_nc_u32" || name == "sub_co_u32")
    return subtract(s[0], s[1]);
  if (name == "subrev_u32" || name == "subrev_nc_u32" || name == "subrev_co_u32")
    return subtract(s[1], s[0]);
  if (name == "mul_lo_u32" || name == "mul_i32" || name == "mulk_i32")
    return multiply(s[0], s[1]);
  if (name == "mul_u32_u24")
    return multiply(low24(s[0]), low24(s[1]));
  if (name == "and_b32")
    return bitAnd(s[0], s[1]);
  if (name == "or_b32")
    return bitOr(s[0], s[1]);
  if (name == "xor_b32")
    return bitXor(s[0], s[1]);
  if (name == "lshlrev_b32")
    return shiftLeft(s[1], s[0]);
  if (name == "lshl_b32")
    return shiftLeft(s[0], s[1]);
  if (name == "lshrrev_b32")
    return shiftRight(s[1], s[0]);
  if (name == "lshr_b32")
    return shiftRight(s[0], s[1]);
  if (name == "ashrrev_i32")
    return shiftRightSigned(s[1], s[0]);
  if (name == "ashr_i32")
    return shiftRightSigned(s[0], s[1]);
  if (name == "mbcnt_lo_u32_b32" || name == "mbcnt_hi_u32_b32")
    return countBelow(s[0], s[1], name.contains("hi"));
  unsigned by = StringSwitch<unsigned>(name)
                    .Case("lshl1_add_u32", 1)
                    .Case("lshl2_add_u32", 2)
                    .Case("lshl3_add_u32", 3)
                    .Case("lshl4_add_u32", 4)
                    .Default(0);
  return by ? add(shiftLeft(s[0], LaneValue::constant(by)), s[1]) : LaneValue::unknown(notFollowed);
}

LaneValue evaluate(StringRef mnemonic, const std::vector<LaneValue> &sources) {
  StringRef name = mnemonic;
  if (!name.consume_front("v_") && !name.consume_front("s_"))
    return LaneValue::unknown(notFollowed);
  if (name == "bitop3_b32")
    return threeBits(sources);
  if (name == "readfirstlane_b32" && !sources.empty())
    return sources[0].isExact() ? LaneValue::constant(sources[0].lanes[0]) : LaneValue::uniform();
  if ((name == "mov_b32" || name == "movk_i32" || name == "accvgpr_read_b32" || name == "accvgpr_write_b32" ||
       name == "accvgpr_mov_b32") &&
      !sources.empty())
    return sources[0];
  if (name == "not_b32" && !sources.empty())
    return bitXor(sources[0], LaneValue::constant(~0u));
  if (sources.size() >= 3)
    if (LaneValue value = evaluateThree(name, sources); value.isKnown || value.why != notFollowed)
      return value;
  return sources.size() >= 2 ? evaluateTwo(name, sources) : LaneValue::unknown(notFollowed);
}

/// A register with several definitions: all the same, or apart by numbers that all lanes share.
static LaneValue join(const LaneValue &a, const LaneValue &b) {
  if (!a.isKnown || !b.isKnown)
    return a.isKnown ? b : a;
  uint32_t apart = b.lanes[0] - a.lanes[0];
  for (unsigned lane = 0; lane < LaneValue::most; ++lane)
    if (b.lanes[lane] - a.lanes[lane] != apart)
      return LaneValue::unknown("it depends on the way that led there");
  bool isShifted = apart || a.isShifted || b.isShifted;
  return shiftedLike(a, isShifted, std::min({powerIn(apart), alignmentOf(a), alignmentOf(b)}));
}

LaneValues::LaneValues(const FunctionView &function, const std::vector<bool> &full, unsigned wave)
    : function(function), full(full), wave(wave), blockOf(function.code.size()),
      mostSteps(100 * function.code.size() + 10000) {
  for (unsigned b = 0; b < function.flow.blocks.size(); ++b)
    for (unsigned i = function.flow.blocks[b].first; i < function.flow.blocks[b].end; ++i)
      blockOf[i] = b;
}

/// Goes back over all ways. A write that EXEC narrows hides no older one from code behind that.
std::vector<int> LaneValues::definitionsBefore(unsigned instruction, RegisterFile file, unsigned number) {
  std::set<int> found;
  std::set<std::pair<unsigned, bool>> seen;
  struct Place {
    unsigned block, end;
    bool crossed;
  };
  std::vector<Place> places{{blockOf[instruction], instruction, false}};
  while (!places.empty()) {
    Place place = places.back();
    places.pop_back();
    const Block &block = function.flow.blocks[place.block];
    bool hidden = false;
    for (unsigned i = place.end; i-- > block.first && !hidden;) {
      ++steps;
      bool isDefinition =
          any_of(function.code[i].writes, [&](const auto &range) { return range.contains(file, number); });
      if (isDefinition)
        found.insert(i);
      hidden = isDefinition && (file == RegisterFile::Scalar || full[i] || !place.crossed);
      place.crossed |= writesExec(function.code[i]);
    }
    if (hidden)
      continue;
    if (place.block == 0)
      found.insert(-1);
    for (unsigned from : block.predecessors)
      if (seen.insert({from, place.crossed}).second)
        places.push_back({from, function.flow.blocks[from].end, place.crossed});
  }
  return {found.begin(), found.end()};
}

/// v0 counts the work-items of the workgroup; scalar registers hold arguments and numbers of workgroups.
LaneValue LaneValues::atStart(const Key &key) const {
  if (key.file == RegisterFile::Scalar)
    return LaneValue::uniform();
  if (key.file != RegisterFile::Vector || key.number != 0 || !function.isKernel || !function.descriptor)
    return LaneValue::unknown("it has no value that is known at the beginning");
  if (function.descriptor->dimensions > 1)
    return LaneValue::unknown("the workgroup may have several dimensions");
  LaneValue value = LaneValue::constant(0);
  for (unsigned lane = 0; lane < LaneValue::most; ++lane)
    value.lanes[lane] = wave * LaneValue::most + lane;
  return value;
}

LaneValue LaneValues::compute(const Key &key) {
  if (key.instruction < 0)
    return atStart(key);
  const codegen::Instruction &instruction = function.code[key.instruction];
  const InstructionInfo &info = function.infos[key.instruction];
  if (info.load)
    return LaneValue::unknown("it comes from memory");
  const auto &operands = instruction.operands;
  bool hasCarry = StringRef(info.mnemonic).contains("_co_") && operands.size() > 1 &&
                  operands[1].registers.file == RegisterFile::Scalar && operands[1].registers.count > 1;
  if (operands.empty() || operands[0].registers.first != key.number)
    return LaneValue::unknown(notFollowed);
  bool isPair = StringRef(info.mnemonic).starts_with("v_mad_u64_u32");
  if (operands[0].registers.count != 1 && !isPair)
    return LaneValue::unknown(notFollowed);
  if (StringRef(instruction.opcode).contains("_sdwa") || StringRef(instruction.opcode).contains("_dpp"))
    return LaneValue::unknown(notFollowed);
  std::vector<LaneValue> sources;
  for (unsigned i = hasCarry || isPair ? 2 : 1; i < operands.size(); ++i) {
    codegen::RegisterRange range = operands[i].registers;
    if (!range)
      sources.push_back(LaneValue::constant(uint32_t(operands[i].value)));
    else
      sources.push_back(before(key.instruction, range.file, range.first));
  }
  return evaluate(info.mnemonic, sources);
}

LaneValue LaneValues::valueOf(const Key &key) {
  if (auto known = assumed.find(key); known != assumed.end())
    return known->second;
  if (auto known = values.find(key); known != values.end())
    return known->second;
  if (steps > mostSteps)
    return LaneValue::unknown("the way back to its origin is too long");
  open.insert(key);
  LaneValue value = compute(key);
  open.erase(key);
  // All lanes share a scalar register, whatever is in it.
  if (!value.isKnown && key.file == RegisterFile::Scalar)
    value = LaneValue::uniform();
  if (hit.empty() && assumed.empty())
    values[key] = value;
  return value;
}

/// A value that a loop changes was computed from its first round. If it is taken to be `value` at the loop's
/// head, do the definitions in the loop give nothing else?
bool LaneValues::staysIn(const LaneValue &value, ArrayRef<Key> heads) {
  for (const Key &key : heads)
    assumed[key] = value;
  bool stays = all_of(heads, [&](const Key &key) {
    LaneValue again = join(value, compute(key));
    return again.isKnown && again.isShifted == value.isShifted && alignmentOf(again) >= alignmentOf(value);
  });
  for (const Key &key : heads)
    assumed.erase(key);
  return stays;
}

LaneValue LaneValues::before(unsigned instruction, RegisterFile file, unsigned number) {
  std::optional<LaneValue> value;
  SmallVector<Key> heads;
  for (int definition : definitionsBefore(instruction, file, number)) {
    Key key{definition, file, number};
    if (open.count(key)) {
      hit.insert(key);
      continue;
    }
    LaneValue one = valueOf(key);
    if (hit.erase(key))
      heads.push_back(key);
    value = value ? join(*value, one) : one;
  }
  if (!value)
    value = LaneValue::unknown("it depends on itself");
  if (!heads.empty() && value->isKnown && !staysIn(*value, heads))
    value = LaneValue::unknown("it changes from round to round in a way that is not followed");
  if (!value->isKnown && file == RegisterFile::Scalar)
    return LaneValue::uniform();
  return *value;
}

} // namespace kiln::inspector
