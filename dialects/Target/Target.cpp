#include "dialects/Target/Target.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::target;

#include "dialects/Target/TargetDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Target/TargetOps.cpp.inc"

void TargetDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Target/TargetOps.cpp.inc"
      >();
}

Type target::storageType(Type type) {
  unsigned bits = type.getIntOrFloatBitWidth();
  return isa<FloatType>(type) && bits < 16 ? IntegerType::get(type.getContext(), bits) : type;
}

/// Every key is an inherent attribute; what is left over is a misspelling.
static LogicalResult rejectUnknownKeys(Operation *op) {
  for (NamedAttribute attr : op->getDiscardableAttrs()) {
    if (attr.getName().getValue().contains('.'))
      continue;
    InFlightDiagnostic diag = op->emitOpError() << "has no key '" << attr.getName().getValue() << "'; it knows ";
    llvm::interleaveComma(op->getName().getAttributeNames(), diag, [&](StringAttr name) { diag << name.getValue(); });
    return diag;
  }
  return success();
}

static LogicalResult expectPositive(Operation *op, StringRef key, std::optional<uint64_t> value) {
  if (!value || static_cast<int64_t>(*value) > 0)
    return success();
  return op->emitOpError() << "expects '" << key << "' to be positive, found " << static_cast<int64_t>(*value);
}

LogicalResult MachineOp::verify() {
  if (failed(rejectUnknownKeys(*this)))
    return failure();
  if (getTracking() && !llvm::is_contained({"none", "counter", "group", "barrier"}, *getTracking()))
    return emitOpError() << "expects 'tracking' to be none, counter, group or barrier, found '" << *getTracking() << "'";
  if (ArrayAttr attributes = getKernelAttributesAttr())
    for (Attribute pair : attributes)
      if (auto strings = dyn_cast<ArrayAttr>(pair);
          !strings || strings.size() != 2 || !llvm::all_of(strings, llvm::IsaPred<StringAttr>))
        return emitOpError() << "expects 'kernel_attributes' to be pairs of strings, found " << pair;
  if (failed(expectPositive(*this, "lanes", getLanes())) || failed(expectPositive(*this, "max_threads", getMaxThreads())))
    return failure();
  if (getLanes() && !llvm::isPowerOf2_64(*getLanes()))
    return emitOpError() << "expects 'lanes' to be a power of two, found " << *getLanes();
  return success();
}

LogicalResult target::verifyComplete(MachineOp machine) {
  for (StringRef key : {"triple", "cpu", "lanes", "max_threads", "formats", "tracking"})
    if (!machine->getAttr(key))
      return machine.emitOpError() << "lacks the key '" << key << "'";
  return success();
}

LogicalResult MemoryOp::verify() {
  if (failed(rejectUnknownKeys(*this)) || failed(expectPositive(*this, "bytes", getBytes())) ||
      failed(expectPositive(*this, "granule", getGranule())))
    return failure();
  return success();
}

LogicalResult RegistersOp::verify() {
  if (failed(rejectUnknownKeys(*this)))
    return failure();
  if (!llvm::is_contained({"lane", "wave"}, getPer()))
    return emitOpError() << "expects 'per' to be lane or wave, found '" << getPer() << "'";
  return expectPositive(*this, "count", getCount());
}

LogicalResult CounterOp::verify() {
  return failure(failed(rejectUnknownKeys(*this)) || failed(expectPositive(*this, "max", getMax())));
}

LogicalResult ChipOp::verify() {
  return failure(failed(rejectUnknownKeys(*this)) || failed(expectPositive(*this, "compute_units", getComputeUnits())) ||
                 failed(expectPositive(*this, "clock_mhz", getClockMhz())));
}

/// Checks one operand layout of a matrix instruction: every element is held. Of an `n` that is no power of
/// two, the layout is that of the next one.
static LogicalResult verifyOperandLayout(MmaOp op, StringRef key, Attribute attr, SmallVector<int64_t> sizes) {
  auto linear = dyn_cast<layout::LinearAttr>(attr);
  if (!linear)
    return op.emitOpError() << "expects '" << key << "' to be a #layout.linear, found " << attr;
  if (op.getBlocks() > 1)
    sizes.insert(sizes.begin(), op.getBlocks());
  if (linear.getRank() != sizes.size())
    return op.emitOpError() << "expects '" << key << "' of rank " << sizes.size() << ", found " << linear.getRank();
  int64_t lanes = 0;
  if (auto machine = op->getParentOfType<MachineOp>(); machine && machine.getLanes())
    lanes = *machine.getLanes();
  if (lanes && (int64_t(1) << linear.laneBits()) != lanes)
    return op.emitOpError() << "expects '" << key << "' to have " << llvm::Log2_64(lanes) << " lane bits, found "
                            << linear.laneBits();
  if ((uint64_t(1) << linear.waveBits()) != op.getWaves())
    return op.emitOpError() << "expects '" << key << "' to have " << llvm::Log2_64(op.getWaves())
                            << " wave bits, found " << linear.waveBits();
  for (ArrayRef<int32_t> bases : {linear.getReg(), linear.getLane(), linear.getWave()})
    for (auto [i, coordinate] : llvm::enumerate(bases))
      if (coordinate >= sizes[i % sizes.size()])
        return op.emitOpError() << "expects coordinates of '" << key << "' below " << sizes[i % sizes.size()]
                                << " in dimension " << i % sizes.size() << ", found " << coordinate;
  if (!linear.toLinear(sizes).isSurjective())
    return op.emitOpError() << "has a '" << key << "' that is no lane map: some element is held by no lane";
  return success();
}

static int64_t registersOf(Attribute layout) {
  return int64_t(1) << cast<layout::LinearAttr>(layout).regBits();
}

/// Columns from n on have the last registers, which do not exist.
static int64_t accumulatorRegisters(MmaOp op) {
  int64_t n = op.getN();
  return registersOf(op.getLayoutAcc()) * n / static_cast<int64_t>(llvm::PowerOf2Ceil(n));
}

static LogicalResult verifySum(MmaOp op) {
  Block &body = op.getBody().front();
  auto yield = dyn_cast<YieldOp>(body.back());
  Type sum = body.getArgument(2).getType();
  if (yield && yield.getNumOperands() == 1 && yield.getOperand(0).getType() == sum)
    return success();
  return op.emitOpError() << "expects a body that yields its sum as " << sum;
}

static LogicalResult verifyOperandVector(MmaOp op, StringRef name, unsigned index, Type element,
                                         int64_t count) {
  Block &block = op.getBody().front();
  if (index >= block.getNumArguments())
    return op.emitOpError() << "expects a body with an argument for " << name;
  Type expected = storageType(element);
  Type found = block.getArgument(index).getType();
  auto vector = dyn_cast<VectorType>(found);
  if (vector ? vector.getElementType() != expected || vector.getNumElements() != count : count != 1 || found != expected)
    return op.emitOpError() << "expects " << name << " as " << count << " x " << expected << " per lane, found " << found;
  return success();
}

/// Masks of a swizzle, each a power of two or 0, the last not 0.
static LogicalResult verifySwizzle(Operation *op, StringRef key, Attribute attr) {
  auto masks = dyn_cast<ArrayAttr>(attr);
  if (!masks || masks.empty() || !llvm::all_of(masks, llvm::IsaPred<IntegerAttr>))
    return op->emitOpError() << "expects '" << key << "' to be a list of masks, found " << attr;
  for (auto [i, mask] : llvm::enumerate(masks.getAsRange<IntegerAttr>()))
    if (int64_t value = mask.getInt(); (value || i + 1 == masks.size()) && !llvm::isPowerOf2_64(value))
      return op->emitOpError() << "expects masks of '" << key
                               << "' to be powers of two, the last not 0, found " << value;
  return success();
}

/// B, and A unless it has a layout, are read from shared memory.
static LogicalResult verifySharedOperands(MmaOp op) {
  if (op.getLayoutB())
    return op.emitOpError() << "has 'shared_swizzle', so b has no 'layout_b'";
  if (failed(verifySwizzle(op, "shared_swizzle", op.getSharedSwizzleAttr())))
    return failure();
  if (!op.getSettle())
    return op.emitOpError() << "lacks 'settle', the operation that takes its accumulator";
  TypeRange arguments = op.getBody().front().getArgumentTypes();
  bool transposable = op.getTransposable(), aInRegisters = op.getLayoutA().has_value();
  unsigned shared = aInRegisters ? 1 : 2;
  if (arguments.size() != (transposable ? 3 + shared : 3) ||
      !llvm::all_of(arguments.take_front(2).take_back(shared), llvm::IsaPred<LLVM::LLVMPointerType>) ||
      !llvm::all_of(arguments.drop_front(3), [](Type type) { return type.isInteger(32); }))
    return op.emitOpError() << "expects a body with "
                            << (aInRegisters ? "a, a pointer to b, and acc" : "pointers to a and b, and acc")
                            << (!transposable  ? ""
                                : aInRegisters ? ", and an i32 for b"
                                               : ", and an i32 for each of a and b");
  if (aInRegisters &&
      (failed(verifyOperandLayout(op, "layout_a", *op.getLayoutA(),
                                  {static_cast<int64_t>(op.getM()), static_cast<int64_t>(op.getK())})) ||
       failed(verifyOperandVector(op, "a", 0, op.getA(), registersOf(*op.getLayoutA())))))
    return failure();
  if (failed(verifyOperandVector(op, "acc", 2, op.getAcc(), accumulatorRegisters(op))))
    return failure();
  return verifySum(op);
}

/// Pairs of n and cycles, n growing from the instruction's own; names that tell the widths apart.
static LogicalResult verifyWider(MmaOp op) {
  if (!op.getSharedSwizzle())
    return op.emitOpError()
           << "has 'wider', which only instructions that read shared memory ('shared_swizzle') have";
  if (!op.getSymName().contains("$n"))
    return op.emitOpError() << "expects '$n' in the name of an instruction with 'wider'";
  int64_t before = op.getN();
  for (Attribute pair : op.getWiderAttr()) {
    auto numbers = dyn_cast<ArrayAttr>(pair);
    if (!numbers || numbers.size() != 2 || !llvm::all_of(numbers, llvm::IsaPred<IntegerAttr>))
      return op.emitOpError() << "expects 'wider' to be pairs [n, cycles], found " << pair;
    int64_t n = cast<IntegerAttr>(numbers[0]).getInt(), cycles = cast<IntegerAttr>(numbers[1]).getInt();
    if (n % static_cast<int64_t>(op.getN()) || n <= before || n > (1 << 16) || cycles < 1)
      return op.emitOpError() << "expects 'wider' to have multiples that grow from n = " << op.getN()
                              << ", with positive cycles, found " << pair;
    before = n;
  }
  return success();
}

int64_t MmaOp::getSharedRowBytes() {
  return 2 * cast<IntegerAttr>(getSharedSwizzleAttr().getValue().back()).getInt();
}

LogicalResult MmaOp::verify() {
  if (failed(rejectUnknownKeys(*this)))
    return failure();
  int64_t m = getM(), n = getN(), k = getK();
  // Instructions that read shared memory may have repeated n; tiles have not, so that a kernel cannot use
  // those.
  int64_t repeated = getSharedSwizzle() ? static_cast<int64_t>(llvm::PowerOf2Ceil(n)) : n;
  for (auto [key, value] : {std::pair<StringRef, int64_t>{"m", m},
                            {"n", repeated},
                            {"k", k},
                            {"blocks", getBlocks()},
                            {"waves", getWaves()}})
    if (value < 1 || !llvm::isPowerOf2_64(value))
      return emitOpError() << "expects '" << key << "' to be a power of two, found " << value;
  if (failed(verifyOperandLayout(*this, "layout_acc", getLayoutAcc(), {m, repeated})))
    return failure();
  if (getWider() && failed(verifyWider(*this)))
    return failure();
  if (getSharedSwizzle())
    return verifySharedOperands(*this);
  if (getTransposable())
    return emitOpError()
           << "is 'transposable', which only instructions that read shared memory ('shared_swizzle') are";
  if (!getLayoutA() || !getLayoutB())
    return emitOpError() << "lacks 'layout_a' and 'layout_b', or 'shared_swizzle'";
  if (failed(verifyOperandLayout(*this, "layout_a", *getLayoutA(), {m, k})) ||
      failed(verifyOperandLayout(*this, "layout_b", *getLayoutB(), {k, n})))
    return failure();
  if (getScaleBlock()) {
    int64_t block = *getScaleBlock();
    if (block < 1 || k % block != 0)
      return emitOpError() << "expects 'scale_block' to divide k = " << k << ", found " << block;
    if (!getLayoutScaleA() || !getLayoutScaleB())
      return emitOpError() << "lacks 'layout_scale_a' or 'layout_scale_b'";
    if (failed(verifyOperandLayout(*this, "layout_scale_a", *getLayoutScaleA(), {m, k / block})) ||
        failed(verifyOperandLayout(*this, "layout_scale_b", *getLayoutScaleB(), {k / block, n})))
      return failure();
  }
  if (failed(verifyOperandVector(*this, "a", 0, getA(), registersOf(*getLayoutA()))) ||
      failed(verifyOperandVector(*this, "b", 1, getB(), registersOf(*getLayoutB()))) ||
      failed(verifyOperandVector(*this, "acc", 2, getAcc(), accumulatorRegisters(*this))))
    return failure();
  return verifySum(*this);
}

/// Checks that `exchange` moves every element of a wave to one place.
static LogicalResult verifyExchange(CopyOp op, layout::LinearAttr exchange) {
  int64_t elements = op.getBytes() * 8 / *op.getTransposes();
  int64_t lanes = int64_t(1) << exchange.laneBits();
  if (exchange.getRank() != 2 || (int64_t(1) << exchange.regBits()) != elements)
    return op.emitOpError() << "expects an 'exchange' of rank 2 with " << elements << " registers of "
                            << *op.getTransposes() << " bits";
  int64_t sizes[] = {lanes, elements};
  for (ArrayRef<int32_t> bases : {exchange.getReg(), exchange.getLane()})
    for (auto [i, coordinate] : llvm::enumerate(bases))
      if (coordinate >= sizes[i % 2])
        return op.emitOpError() << "expects coordinates of 'exchange' below (" << lanes << ", " << elements << "), found "
                                << coordinate;
  if (!exchange.toLinear(sizes).isSurjective())
    return op.emitOpError() << "has an 'exchange' that drops elements";
  return success();
}

LogicalResult CopyOp::verify() {
  if (failed(rejectUnknownKeys(*this)) || failed(expectPositive(*this, "bytes", getBytes())) ||
      failed(expectPositive(*this, "max_step", getMaxStep())) ||
      failed(expectPositive(*this, "transposes", getTransposes())))
    return failure();
  for (StringRef place : {getFrom(), getTo()})
    if (!llvm::is_contained({"global", "shared", "register"}, place))
      return emitOpError() << "expects 'from' and 'to' to be global, shared or register, found '" << place << "'";
  if (getTracking() && !llvm::is_contained({"counter", "group", "barrier"}, *getTracking()))
    return emitOpError() << "expects 'tracking' to be counter, group or barrier, found '" << *getTracking()
                         << "'";
  if (getTileSwizzles().has_value() != getTileLimit().has_value())
    return emitOpError() << "expects 'tile_swizzles' together with 'tile_limit'";
  if (ArrayAttr swizzles = getTileSwizzlesAttr())
    for (Attribute swizzle : swizzles)
      if (failed(verifySwizzle(*this, "tile_swizzles", swizzle)))
        return failure();
  if (!getTransposes() && !getExchange())
    return success();
  auto exchange = dyn_cast_or_null<layout::LinearAttr>(getExchangeAttr());
  if (!getTransposes() || !exchange)
    return emitOpError() << "expects 'transposes' together with 'exchange', a #layout.linear";
  return verifyExchange(*this, exchange);
}

LogicalResult ElementwiseOp::verify() {
  return failure(failed(rejectUnknownKeys(*this)) || failed(expectPositive(*this, "width", getWidth())));
}

LogicalResult AsmOp::verify() {
  if (getOutputs().size() > getInputs().size())
    return emitOpError() << "has more results than operands";
  for (auto [output, input] : llvm::zip(getOutputs(), getInputs()))
    if (output.getType() != input.getType())
      return emitOpError() << "expects results of the types of the first operands, found " << output.getType()
                           << " and " << input.getType();
  if (int64_t count = getConstraints().count(',') + 1; count != static_cast<int64_t>(getInputs().size()))
    return emitOpError() << "expects a constraint for each of " << getInputs().size() << " operands, found "
                         << count;
  return success();
}

LogicalResult OperationOp::verify() { return rejectUnknownKeys(*this); }

FunctionType OperationOp::getFunctionType() {
  Block &block = getBody().front();
  return FunctionType::get(getContext(), block.getArgumentTypes(), block.getTerminator()->getOperandTypes());
}
