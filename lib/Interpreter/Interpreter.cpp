#include "kiln/Interpreter/Interpreter.h"

#include "Program.h"

#include <atomic>
#include <thread>

using namespace mlir;
using namespace kiln;
using namespace kiln::interpreter;

Argument Argument::tensor(MutableArrayRef<uint8_t> bytes, ArrayRef<int64_t> dims, ArrayRef<int64_t> strides) {
  Argument argument;
  argument.kind = Tensor;
  argument.bytes = bytes;
  argument.dims = SmallVector<int64_t>(dims);
  argument.strides = SmallVector<int64_t>(strides);
  return argument;
}

Argument Argument::scalar(double value) {
  Argument argument;
  argument.kind = Float;
  argument.real = value;
  return argument;
}

Argument Argument::scalar(int64_t value) {
  Argument argument;
  argument.kind = Integer;
  argument.integer = value;
  return argument;
}

//===-- Arguments
//--------------------------------------------------------------------------------------------===//

namespace {
/// The arguments of one launch, checked against the kernel.
struct Binder {
  kernel::FuncOp func;
  ArrayRef<Argument> args;
  std::vector<std::unique_ptr<TensorMemory>> tensors;
  std::mutex packed;
  SmallVector<Bound> bound;

  LogicalResult bind();

private:
  LogicalResult bindTensor(unsigned i, kernel::TensorRefType type);
  LogicalResult checkSize(unsigned i, const TensorMemory &tensor);
  LogicalResult bindScalar(unsigned i, Type type);
  InFlightDiagnostic error(unsigned i) {
    return func.emitError() << "argument " << i << " of @" << func.getSymName() << ": ";
  }
};
} // namespace

static SmallVector<int64_t> contiguousStrides(ArrayRef<int64_t> dims) {
  SmallVector<int64_t> strides(dims.size(), 1);
  for (size_t d = dims.size(); d-- > 1;)
    strides[d - 1] = strides[d] * dims[d];
  return strides;
}

/// True if `found` is what a type says, `?` being anything.
static bool agrees(ArrayRef<int64_t> declared, ArrayRef<int64_t> found) {
  if (declared.size() != found.size())
    return false;
  for (auto [want, have] : llvm::zip_equal(declared, found))
    if (want != ShapedType::kDynamic && want != have)
      return false;
  return true;
}

static std::string text(ArrayRef<int64_t> list) {
  std::string result = "[";
  for (int64_t number : list)
    result +=
        (result.size() > 1 ? ", " : "") + (number == ShapedType::kDynamic ? "?" : std::to_string(number));
  return result + "]";
}

LogicalResult Binder::bindTensor(unsigned i, kernel::TensorRefType type) {
  const Argument &arg = args[i];
  if (arg.kind != Argument::Tensor)
    return error(i) << "expected a tensor " << type << ", found a scalar";
  if (const char *why = whyNotSupported(type.getElementType()))
    return error(i) << why << ", found " << type.getElementType();
  if (!agrees(type.getShape(), arg.dims))
    return error(i) << "expected shape " << text(type.getShape()) << ", found " << text(arg.dims);
  SmallVector<int64_t> strides = arg.strides.empty() ? contiguousStrides(arg.dims) : arg.strides;
  SmallVector<int64_t> declared =
      type.getStrides().empty() ? contiguousStrides(arg.dims) : SmallVector<int64_t>(type.getStrides());
  if (!agrees(declared, strides))
    return error(i) << "expected strides " << text(declared) << ", found " << text(strides);
  tensors.push_back(std::make_unique<TensorMemory>(
      TensorMemory{type.getElementType(), arg.bytes, arg.dims, std::move(strides), &packed}));
  bound.push_back(Bound{nullptr, tensors.back().get()});
  return checkSize(i, *tensors.back());
}

LogicalResult Binder::checkSize(unsigned i, const TensorMemory &tensor) {
  // The furthest element decides; 128 bits hold any sum of products of two 63-bit numbers that matters.
  unsigned __int128 elements = 1;
  for (auto [dim, stride] : llvm::zip_equal(tensor.dims, tensor.strides)) {
    if (dim < 0 || stride < 0)
      return error(i) << "expected sizes and strides of 0 or more, found " << text(tensor.dims) << " and "
                      << text(tensor.strides);
    if (dim == 0)
      return success();
    elements += static_cast<unsigned __int128>(dim - 1) * static_cast<uint64_t>(stride);
  }
  unsigned __int128 available = static_cast<unsigned __int128>(tensor.bytes.size()) * 8;
  if (elements > available / bitWidth(tensor.element))
    return error(i) << "expected memory for shape " << text(tensor.dims) << " and strides "
                    << text(tensor.strides) << " of " << tensor.element << ", found " << tensor.bytes.size()
                    << " bytes";
  return success();
}

LogicalResult Binder::bindScalar(unsigned i, Type type) {
  const Argument &arg = args[i];
  if (const char *why = whyNotSupported(type))
    return error(i) << why << ", found " << type;
  if (arg.kind != (isa<FloatType>(type) ? Argument::Float : Argument::Integer))
    return error(i) << "expected a scalar " << type << ", found "
                    << (arg.kind == Argument::Tensor  ? "a tensor"
                        : arg.kind == Argument::Float ? "a float"
                                                      : "an integer");
  Cell value = round(type, isa<FloatType>(type) ? real(arg.real) : integer(arg.integer));
  bound.push_back(Bound{std::make_shared<const Cells>(1, value)});
  return success();
}

LogicalResult Binder::bind() {
  if (args.size() != func.getArgumentTypes().size())
    return func.emitError() << "@" << func.getSymName() << " takes " << func.getArgumentTypes().size()
                            << " arguments, found " << args.size();
  for (auto [i, type] : llvm::enumerate(func.getArgumentTypes())) {
    auto tensor = dyn_cast<kernel::TensorRefType>(type);
    if (failed(tensor ? bindTensor(i, tensor) : bindScalar(i, type)))
      return failure();
  }
  return success();
}

//===-- The grid
//---------------------------------------------------------------------------------------------===//

/// Every element type that a kernel computes in must be one that a Cell holds.
static LogicalResult checkTypes(kernel::FuncOp func) {
  WalkResult result = func.walk([&](Operation *op) {
    for (Type type : op->getResultTypes()) {
      if (isa<kernel::TensorRefType>(type))
        continue;
      if (const char *why = whyNotSupported(getElementTypeOrSelf(type))) {
        op->emitOpError() << "cannot be interpreted: " << why << ", found " << type;
        return WalkResult::interrupt();
      }
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Runs all programs, the first coordinate fastest. Returns the complaint of the first program that has one.
static std::optional<Complaint> runGrid(kernel::FuncOp func, ArrayRef<Bound> arguments,
                                        ArrayRef<int64_t> grid, unsigned threads) {
  uint64_t total = 1;
  for (int64_t size : grid)
    total *= static_cast<uint64_t>(size);
  std::atomic<uint64_t> next = 0;
  std::mutex lock;
  std::optional<Complaint> first;
  uint64_t firstAt = UINT64_MAX;
  auto work = [&]() {
    for (uint64_t at; (at = next++) < total;) {
      SmallVector<int64_t> ids;
      uint64_t rest = at;
      for (int64_t size : grid) {
        ids.push_back(static_cast<int64_t>(rest % static_cast<uint64_t>(size)));
        rest /= static_cast<uint64_t>(size);
      }
      Program program(arguments, ids);
      if (succeeded(program.run(func)))
        continue;
      next = total;
      std::lock_guard<std::mutex> guard(lock);
      if (at < firstAt) {
        firstAt = at;
        first = program.complaint;
      }
    }
  };
  std::vector<std::thread> helpers;
  for (uint64_t i = 1; i < std::min<uint64_t>(threads, total); ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread &helper : helpers)
    helper.join();
  return first;
}

LogicalResult interpreter::run(kernel::FuncOp func, ArrayRef<Argument> args, unsigned threads) {
  if (!func.isSpecialized())
    return func.emitError() << "@" << func.getSymName()
                            << " has parameters without values: specialise it first";
  Binder binder{func, args, {}, {}, {}};
  if (failed(checkTypes(func)) || failed(binder.bind()))
    return failure();
  Program prologue(binder.bound, {});
  FailureOr<SmallVector<int64_t>> grid = prologue.gridSizes(func);
  std::optional<Complaint> complaint = prologue.complaint;
  if (succeeded(grid))
    complaint = runGrid(func, binder.bound, *grid, threads ? threads : std::thread::hardware_concurrency());
  if (!complaint)
    return success();
  return emitError(complaint->where) << complaint->text;
}
