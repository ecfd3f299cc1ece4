#include "Interpret.h"

#include "kiln/Compiler/Dialects.h"
#include "kiln/Interpreter/Interpreter.h"

#include "dialects/Kernel/Specialize.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::tools;

static bool complain(const llvm::Twine &text) {
  llvm::errs() << "error: " << text << "\n";
  return false;
}

/// The kernel of this name, or the only one there is.
static kernel::FuncOp findKernel(ModuleOp module, const InterpretRequest &request) {
  auto kernels = llvm::to_vector(module.getOps<kernel::FuncOp>());
  for (kernel::FuncOp func : kernels)
    if (func.getSymName() == request.kernel || (request.kernel.empty() && kernels.size() == 1))
      return func;
  auto names = llvm::map_range(kernels, [](kernel::FuncOp func) { return func.getSymName(); });
  complain(request.file +
           (request.kernel.empty() ? ": name one of its kernels" : ": no kernel '" + request.kernel + "'") +
           "; it has " + llvm::join(names, ", "));
  return {};
}

static bool bind(kernel::FuncOp func, const std::vector<std::string> &params) {
  kernel::ParamValues values;
  for (StringRef param : params) {
    auto [name, text] = param.split('=');
    if (name.empty() || text.empty())
      return complain("--param: expected NAME=VALUE, found '" + param + "'");
    kernel::ParamDeclAttr decl = func.getParam(name);
    // bindParams explains a name that the kernel does not have.
    FailureOr<Attribute> value =
        decl ? kernel::parseParamValue(func, decl, text) : UnitAttr::get(func.getContext());
    if (failed(value))
      return false;
    values[name] = *value;
  }
  return succeeded(kernel::bindParams(func, values)) && succeeded(kernel::bindDefaults(func));
}

static interpreter::Argument argumentOf(const launch::BoundArgument &arg) {
  if (arg.isBuffer) {
    SmallVector<int64_t> dims(arg.type.shape.begin(), arg.type.shape.end());
    return interpreter::Argument::tensor({reinterpret_cast<uint8_t *>(arg.address), arg.type.bytes()}, dims);
  }
  const launch::DTypeFacts &facts = launch::factsOf(arg.type.type);
  if (facts.exponent)
    return interpreter::Argument::scalar(launch::decodeElement(arg.type.type, arg.value.data(), 0));
  uint64_t bits = 0;
  std::memcpy(&bits, arg.value.data(), std::min<size_t>(arg.value.size(), 8));
  unsigned unused = 64 - facts.bits;
  return interpreter::Argument::scalar(facts.hasSign ? static_cast<int64_t>(bits << unused) >> unused
                                                     : static_cast<int64_t>(bits));
}

/// True if a buffer of `given` elements may stand for a tensor of `wanted`: the same type, or (what NumPy has
/// instead of most of our types) an unsigned integer of the same size.
static bool holds(launch::DType given, Type wanted) {
  std::string name;
  llvm::raw_string_ostream(name) << wanted;
  if (StringRef(name).equals_insensitive(launch::factsOf(given).name))
    return true;
  bool isUnsigned = given <= launch::DType::U64;
  return isUnsigned &&
         (wanted.isIndex() ? 64 : wanted.getIntOrFloatBitWidth()) == launch::factsOf(given).bits;
}

static bool checkElementTypes(kernel::FuncOp func, const std::vector<launch::BoundArgument> &args) {
  for (auto [i, type, arg] : llvm::enumerate(func.getArgumentTypes(), args)) {
    auto tensor = dyn_cast<kernel::TensorRefType>(type);
    if (!arg.isBuffer && arg.value.size() * 8 != launch::factsOf(arg.type.type).bits)
      return complain("argument " + Twine(i) + ": a kernel takes tensors and scalars, no plain bytes");
    if (!tensor || !arg.isBuffer || holds(arg.type.type, tensor.getElementType()))
      continue;
    func.emitError() << "argument " << i << " of @" << func.getSymName() << ": expected elements "
                     << tensor.getElementType() << ", found " << launch::factsOf(arg.type.type).name;
    return false;
  }
  return true;
}

bool tools::runInterpreter(const InterpretRequest &request, const std::vector<launch::BoundArgument> &args) {
  DialectRegistry registry;
  compiler::registerDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(request.file);
  if (!buffer)
    return complain(request.file + ": " + buffer.getError().message());
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler diagnostics(sources, &context);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return false;
  kernel::FuncOp func = findKernel(*module, request);
  if (!func || !bind(func, request.params))
    return false;
  if (args.size() == func.getArgumentTypes().size() && !checkElementTypes(func, args))
    return false;
  return succeeded(interpreter::run(func, llvm::map_to_vector(args, argumentOf)));
}
