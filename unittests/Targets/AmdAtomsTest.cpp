// Every atom compiles for its machine to the instruction that its name promises.
#include "TargetFiles.h"

#include "kiln/Codegen/Codegen.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::target;
using namespace kiln::target::test;

namespace {

/// Vectors of elements below 16 bits travel as 32-bit registers; that is what a kernel loads.
Type parameterType(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || vector.getElementTypeBitWidth() >= 16)
    return type;
  int64_t bits = vector.getNumElements() * vector.getElementTypeBitWidth();
  Type word = IntegerType::get(type.getContext(), 32);
  return bits <= 32 ? Type(IntegerType::get(type.getContext(), bits)) : VectorType::get({bits / 32}, word);
}

/// Puts an atom's body where `builder` is.
SmallVector<Value> inlined(OpBuilder &builder, Operation *atom, ArrayRef<Value> arguments) {
  Block &body = atom->getRegion(0).front();
  IRMapping map;
  map.map(body.getArguments(), arguments);
  for (Operation &op : body.without_terminator())
    builder.clone(op, map);
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value value) { return map.lookup(value); });
}

LLVM::LLVMFuncOp addFunction(OpBuilder &builder, StringRef name, Type result, ArrayRef<Type> parameters) {
  auto function = LLVM::LLVMFuncOp::create(builder, builder.getUnknownLoc(), name,
                                           LLVM::LLVMFunctionType::get(result, parameters));
  function.addEntryBlock(builder);
  return function;
}

/// Appends a function whose body is the atom's.
void wrap(OpBuilder &builder, Operation *atom, StringRef name) {
  Block &body = atom->getRegion(0).front();
  auto parameters = llvm::map_to_vector(body.getArgumentTypes(), parameterType);
  auto results = llvm::map_to_vector(body.getTerminator()->getOperandTypes(), parameterType);
  ASSERT_LE(results.size(), 2u) << name.str();
  MLIRContext *context = builder.getContext();
  Type result = results.empty()       ? Type(LLVM::LLVMVoidType::get(context))
                : results.size() == 1 ? results[0]
                                      : LLVM::LLVMStructType::getLiteral(context, results);
  OpBuilder::InsertionGuard guard(builder);
  LLVM::LLVMFuncOp function = addFunction(builder, name, result, parameters);
  // A tensor's view is the same for all lanes, and what it is made of stands in scalar registers.
  if (llvm::is_contained(parameters, Type(LLVM::LLVMPointerType::get(context, 1))))
    for (unsigned i = 0; i < parameters.size(); ++i)
      function.setArgAttr(i, LLVM::LLVMDialect::getInRegAttrName(), builder.getUnitAttr());
  Block &entry = function.getBody().front();
  builder.setInsertionPointToStart(&entry);
  Location loc = builder.getUnknownLoc();
  auto cast = [&](Value value, Type type) -> Value {
    return value.getType() == type ? value : LLVM::BitcastOp::create(builder, loc, type, value).getResult();
  };
  SmallVector<Value> arguments, values;
  for (auto [value, type] : llvm::zip(entry.getArguments(), body.getArgumentTypes()))
    arguments.push_back(cast(value, type));
  if (auto copy = dyn_cast<CopyOp>(atom); copy && copy.getMaxStep()) // the step is a constant
    arguments.back() = LLVM::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(1024));
  for (auto [value, type] : llvm::zip(inlined(builder, atom, arguments), results))
    values.push_back(cast(value, type));
  if (values.size() == 2) {
    Value pair = LLVM::UndefOp::create(builder, loc, result);
    for (auto [i, value] : llvm::enumerate(values))
      pair = LLVM::InsertValueOp::create(builder, loc, pair, value, i);
    values.assign(1, pair);
  }
  LLVM::ReturnOp::create(builder, loc, values);
}

/// Appends a kernel as the machine wants it and leaves `builder` in its body.
Block &startKernel(OpBuilder &builder, MachineOp machine, StringRef name, ArrayRef<Type> parameters) {
  LLVM::LLVMFuncOp kernel =
      addFunction(builder, name, LLVM::LLVMVoidType::get(builder.getContext()), parameters);
  EXPECT_EQ(machine.getKernelConvention(), "amdgpu_kernelcc");
  kernel.setCConv(LLVM::CConv::AMDGPU_KERNEL);
  SmallVector<Attribute> attributes;
  for (auto pair : machine.getKernelAttributesAttr().getAsRange<ArrayAttr>()) {
    std::string value = cast<StringAttr>(pair[1]).str();
    for (size_t at; (at = value.find("$threads")) != std::string::npos;)
      value.replace(at, 8, "256");
    attributes.push_back(builder.getStrArrayAttr({cast<StringAttr>(pair[0]).getValue(), value}));
  }
  kernel.setPassthroughAttr(builder.getArrayAttr(attributes));
  Block &entry = kernel.getBody().front();
  builder.setInsertionPointToStart(&entry);
  return entry;
}

/// The instructions of each function, comments and directives left out.
std::map<std::string, std::vector<std::string>> instructions(StringRef assembly) {
  std::map<std::string, std::vector<std::string>> functions;
  std::vector<std::string> *current = nullptr;
  for (StringRef line : llvm::split(assembly, '\n')) {
    line = line.split(';').first.rtrim();
    if (line.ends_with(":") && !line.starts_with("."))
      current = &functions[line.drop_back().str()];
    else if (line.starts_with(".Lfunc_end"))
      current = nullptr;
    else if (current && line.starts_with("\t") && !line.ltrim().starts_with("."))
      current->push_back(line.ltrim().str());
  }
  return functions;
}

class AmdAtoms : public AmdTargets {
protected:
  /// The instructions of everything that `build` puts into a module.
  std::map<std::string, std::vector<std::string>> compile(const TargetFiles &files,
                                                          function_ref<void(OpBuilder &)> build) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
    OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
    context.loadDialect<LLVM::LLVMDialect>();
    build(builder);
    PassManager passes(&context);
    passes.addPass(createArithToLLVMConversionPass());
    EXPECT_TRUE(succeeded(passes.run(*module)));
    codegen::Request request;
    request.assembly = true;
    llvm::Expected<codegen::Artifacts> artifacts = codegen::emit(
        *module, {"amdgcn-amd-amdhsa", MachineOp(files.facts).getCpu()->str(), "", {}}, request);
    if (artifacts) {
      assembly = artifacts->assembly;
      return instructions(assembly);
    }
    ADD_FAILURE() << llvm::toString(artifacts.takeError());
    return {};
  }

  /// A kernel of gfx950 that is one atom with constant arguments.
  std::vector<std::string> compileKernel(StringRef atom, ArrayRef<int32_t> constants = {}) {
    return compile(gfx950, [&](OpBuilder &builder) {
      startKernel(builder, gfx942.facts, "f", {});
      Location loc = builder.getUnknownLoc();
      SmallVector<Value> arguments;
      for (int32_t value : constants)
        arguments.push_back(LLVM::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(value)));
      inlined(builder, gfx950.ops.at(atom.str()), arguments);
      LLVM::ReturnOp::create(builder, loc, ValueRange());
    })["f"];
  }

  std::string assembly;
  void checkMatrixInstructions(const TargetFiles &files);
};

/// "mfma_f32_16x16x128_f8f6f4_fp8_fp4" is v_mfma_f32_16x16x128_f8f6f4 with CBSZ 0 and BLGP 4 (CDNA4
/// ISA 7.1.5).
struct Expected {
  explicit Expected(StringRef atom) {
    size_t formats = atom.find("f8f6f4_");
    mnemonic = ("v_" + (formats == StringRef::npos ? atom : atom.take_front(formats + 6))).str();
    if (formats == StringRef::npos)
      return;
    auto [a, b] = atom.drop_front(formats + 7).split('_');
    const char *names[] = {"fp8", "bf8", "fp6", "bf6", "fp4"};
    int registers[] = {8, 8, 6, 6, 4};
    int formatA = llvm::find(names, a) - names, formatB = llvm::find(names, b) - names;
    if (formatA)
      modifiers.push_back("cbsz:" + std::to_string(formatA));
    if (formatB)
      modifiers.push_back("blgp:" + std::to_string(formatB));
    registersA = registers[formatA], registersB = registers[formatB];
  }
  std::string mnemonic;
  std::vector<std::string> modifiers;
  int registersA = 0, registersB = 0;
};

/// Registers of an operand such as "v[8:15]" or "v3".
int registerCount(StringRef operand) {
  size_t open = operand.find('[');
  if (open == StringRef::npos)
    return 1;
  auto [first, last] = operand.drop_front(open + 1).split(':');
  int from = 0, to = -1;
  first.getAsInteger(10, from);
  last.take_until([](char c) { return c == ']'; }).getAsInteger(10, to);
  return to - from + 1;
}

void checkInstruction(const std::string &atom, const std::vector<std::string> &lines) {
  std::vector<std::string> matrix;
  for (const std::string &line : lines)
    if (StringRef(line).starts_with("v_mfma") || StringRef(line).starts_with("v_smfmac"))
      matrix.push_back(line);
  ASSERT_EQ(matrix.size(), 1u) << atom;
  auto [mnemonic, rest] = StringRef(matrix[0]).split(' ');
  Expected expected(atom);
  EXPECT_EQ(mnemonic, expected.mnemonic);
  for (const char *modifier : {"cbsz:", "blgp:"})
    EXPECT_EQ(rest.contains(modifier),
              llvm::any_of(expected.modifiers, [&](StringRef m) { return m.starts_with(modifier); }))
        << matrix[0];
  for (const std::string &modifier : expected.modifiers)
    EXPECT_TRUE(rest.contains(modifier)) << matrix[0];
  if (!expected.registersA)
    return;
  SmallVector<StringRef> operands;
  rest.split(operands, ", ");
  EXPECT_EQ(registerCount(operands[1]), expected.registersA) << matrix[0];
  EXPECT_EQ(registerCount(operands[2]), expected.registersB) << matrix[0];
}

void AmdAtoms::checkMatrixInstructions(const TargetFiles &files) {
  auto functions = compile(files, [&](OpBuilder &builder) {
    for (const auto &[name, op] : files.ops)
      if (isa<MmaOp>(op))
        wrap(builder, op, name);
  });
  for (const auto &[name, op] : files.ops)
    if (isa<MmaOp>(op))
      checkInstruction(name, functions[name]);
}

TEST_F(AmdAtoms, MatrixInstructionsOfGfx942) { checkMatrixInstructions(gfx942); }
TEST_F(AmdAtoms, MatrixInstructionsOfGfx950) { checkMatrixInstructions(gfx950); }

std::set<std::string> matrixNames(const TargetFiles &files) {
  std::set<std::string> names;
  for (const auto &[name, op] : files.ops)
    if (isa<MmaOp>(op))
      names.insert(name);
  return names;
}

/// The list that AMD's matrix instruction calculator prints for CDNA3, sparse instructions left out.
const std::set<std::string> cdna3 = {
    "mfma_f32_16x16x8_xf32",     "mfma_f32_32x32x4_xf32",     "mfma_f32_32x32x1_2b_f32",
    "mfma_f32_16x16x1_4b_f32",   "mfma_f32_4x4x1_16b_f32",    "mfma_f32_32x32x2_f32",
    "mfma_f32_16x16x4_f32",      "mfma_f32_32x32x4_2b_f16",   "mfma_f32_16x16x4_4b_f16",
    "mfma_f32_4x4x4_16b_f16",    "mfma_f32_32x32x8_f16",      "mfma_f32_16x16x16_f16",
    "mfma_i32_32x32x4_2b_i8",    "mfma_i32_16x16x4_4b_i8",    "mfma_i32_4x4x4_16b_i8",
    "mfma_i32_32x32x16_i8",      "mfma_i32_16x16x32_i8",      "mfma_f32_32x32x4_2b_bf16",
    "mfma_f32_16x16x4_4b_bf16",  "mfma_f32_4x4x4_16b_bf16",   "mfma_f32_32x32x8_bf16",
    "mfma_f32_16x16x16_bf16",    "mfma_f64_16x16x4_f64",      "mfma_f64_4x4x4_4b_f64",
    "mfma_f32_16x16x32_bf8_bf8", "mfma_f32_16x16x32_bf8_fp8", "mfma_f32_16x16x32_fp8_bf8",
    "mfma_f32_16x16x32_fp8_fp8", "mfma_f32_32x32x16_bf8_bf8", "mfma_f32_32x32x16_bf8_fp8",
    "mfma_f32_32x32x16_fp8_bf8", "mfma_f32_32x32x16_fp8_fp8"};

TEST_F(AmdAtoms, NoMatrixInstructionIsMissing) {
  EXPECT_EQ(matrixNames(gfx942), cdna3);
  std::set<std::string> cdna4 = cdna3;
  cdna4.erase("mfma_f32_16x16x8_xf32");
  cdna4.erase("mfma_f32_32x32x4_xf32");
  for (const char *name : {"mfma_f32_16x16x32_f16", "mfma_f32_16x16x32_bf16", "mfma_f32_32x32x16_f16",
                           "mfma_f32_32x32x16_bf16", "mfma_i32_16x16x64_i8", "mfma_i32_32x32x32_i8"})
    cdna4.insert(name);
  for (std::string base : {"mfma_f32_16x16x128_f8f6f4", "mfma_f32_32x32x64_f8f6f4",
                           "mfma_scale_f32_16x16x128_f8f6f4", "mfma_scale_f32_32x32x64_f8f6f4"})
    for (const char *a : {"fp8", "bf8", "fp6", "bf6", "fp4"})
      for (const char *b : {"fp8", "bf8", "fp6", "bf6", "fp4"})
        cdna4.insert(base + "_" + a + "_" + b);
  EXPECT_EQ(matrixNames(gfx950), cdna4);
}

/// FLOP per cycle and compute unit that AMD publishes for each type follow from the fastest instruction.
TEST_F(AmdAtoms, CyclesGiveThePublishedPeaks) {
  for (const TargetFiles *files : {&gfx942, &gfx950}) {
    std::map<std::string, double> best;
    for (const auto &[name, op] : files->ops)
      if (auto mma = dyn_cast<MmaOp>(op); mma && mma.getA() == mma.getB()) {
        std::string type;
        llvm::raw_string_ostream(type) << mma.getA();
        double perCycle = 2.0 * mma.getM() * mma.getN() * mma.getK() * mma.getBlocks() / mma.getCycles();
        double &entry = best[mma.getInexact() ? "tf32" : type];
        entry = std::max(entry, 4 * perCycle); // four matrix units
      }
    int chips = 0;
    for (const auto &[name, op] : files->ops) {
      auto chip = dyn_cast<ChipOp>(op);
      if (!chip)
        continue;
      ++chips;
      DictionaryAttr peaks = *chip.getPeak();
      for (NamedAttribute peak : peaks) {
        double published = cast<FloatAttr>(peak.getValue()).getValueAsDouble();
        double computed = best[peak.getName().str()] * chip.getComputeUnits() * chip.getClockMhz() * 1e-6;
        // AMD rounds some to two digits.
        EXPECT_NEAR(computed / published, 1, 0.011) << name << " " << peak.getName().str();
      }
    }
    EXPECT_EQ(chips, 2);
  }
}

bool contains(const std::vector<std::string> &lines, StringRef text) {
  return llvm::any_of(lines, [&](StringRef line) { return line.contains(text); });
}

/// What each atom that is no matrix instruction must contain.
const std::map<std::string, std::vector<const char *>> common = {
    {"load_b8", {"buffer_load_ubyte", "v_cndmask_b32"}},
    {"load_b16", {"buffer_load_ushort"}},
    {"load_b32", {"buffer_load_dword "}},
    {"load_b64", {"buffer_load_dwordx2"}},
    {"load_b128", {"buffer_load_dwordx4"}},
    {"store_b8", {"buffer_store_byte"}},
    {"store_b16", {"buffer_store_short"}},
    {"store_b32", {"buffer_store_dword "}},
    {"store_b64", {"buffer_store_dwordx2"}},
    {"store_b128", {"buffer_store_dwordx4"}},
    {"load_to_shared_b32", {"buffer_load_dword ", "offset:1024 lds"}},
    {"barrier", {"s_barrier", "vmcnt(0)"}},
    {"raw_barrier", {"s_barrier"}},
    {"priority_high", {"s_setprio 1"}},
    {"priority_low", {"s_setprio 0"}},
    {"uniform", {"v_readfirstlane_b32"}},
    {"shuffle_xor", {"v_mbcnt_lo_u32_b32", "v_mbcnt_hi_u32_b32", "v_xor", "ds_bpermute_b32"}},
    {"workgroup_id", {}},
    {"thread_id", {}},
    {"pin", {}},
    {"opaque", {}},
    {"hold_4xf32", {"v_accvgpr"}},
    {"hold_16xf32", {"v_accvgpr"}},
    {"hold_4xi32", {"v_accvgpr"}},
    {"hold_16xi32", {"v_accvgpr"}},
    {"view", {}},
    {"wait", {}},
    {"exp", {"v_exp_f32", "v_med3_f32"}},
    {"exp2", {"v_exp_f32"}},
    {"masked_offset", {"v_cndmask_b32"}},
    {"log2", {"v_log_f32"}},
    {"rsqrt", {"v_rsq_f32"}},
};
const std::map<std::string, std::vector<const char *>> gfx942Only = {
    {"convert_f32_to_f8E4M3FNUZ_x2", {"v_med3_f32", "v_cvt_pk_fp8_f32"}},
    {"convert_f32_to_f8E4M3FNUZ_x4", {"v_cvt_pk_fp8_f32", "op_sel:[0,0,1]"}},
    {"convert_f8E4M3FNUZ_to_f32_x2", {"v_cvt_pk_f32_fp8"}},
    {"convert_f8E4M3FNUZ_to_f32_x4", {"v_cvt_pk_f32_fp8", "WORD_1"}},
    {"convert_f32_to_f8E5M2FNUZ_x2", {"v_cvt_pk_bf8_f32"}},
    {"convert_f32_to_f8E5M2FNUZ_x4", {"v_cvt_pk_bf8_f32", "op_sel:[0,0,1]"}},
    {"convert_f8E5M2FNUZ_to_f32_x2", {"v_cvt_pk_f32_bf8"}},
    {"convert_f8E5M2FNUZ_to_f32_x4", {"v_cvt_pk_f32_bf8", "WORD_1"}},
};
const std::map<std::string, std::vector<const char *>> gfx950Only = {
    {"load_to_shared_b128", {"buffer_load_dwordx4", "offset:1024 lds"}},
    {"read_transposed_b16", {"ds_read_b64_tr_b16"}},
    {"read_transposed_b8", {"ds_read_b64_tr_b8"}},
    {"read_transposed_b6", {"ds_read_b96_tr_b6"}},
    {"read_transposed_b4", {"ds_read_b64_tr_b4"}},
    {"swap_lane_bit_4", {"v_permlane16_swap_b32"}},
    {"swap_lane_bit_5", {"v_permlane32_swap_b32"}},
    {"convert_f32_to_bf16_x2", {"v_cvt_pk_bf16_f32"}},
    {"convert_f32_to_f16_x2", {"v_cvt_pk_f16_f32"}},
    {"convert_f32_to_f8E4M3FN_x2", {"v_minimum3_f32", "v_maximum3_f32", "v_cvt_pk_fp8_f32"}},
    {"convert_f32_to_f8E4M3FN_x4", {"v_cvt_pk_fp8_f32", "op_sel:[0,0,1]"}},
    {"convert_f8E4M3FN_to_f32_x2", {"v_cvt_pk_f32_fp8"}},
    {"convert_f8E4M3FN_to_f32_x4", {"v_cvt_pk_f32_fp8", "WORD_1"}},
    {"convert_f32_to_f8E5M2_x2", {"v_cvt_pk_bf8_f32"}},
    {"convert_f32_to_f8E5M2_x4", {"v_cvt_pk_bf8_f32", "op_sel:[0,0,1]"}},
    {"convert_f8E5M2_to_f32_x2", {"v_cvt_pk_f32_bf8"}},
    {"convert_f8E5M2_to_f32_x4", {"v_cvt_pk_f32_bf8", "WORD_1"}},
    {"convert_f32_to_f4E2M1FN_x2", {"v_cvt_scalef32_pk_fp4_f32"}},
    {"convert_f32_to_f4E2M1FN_x8", {"v_cvt_scalef32_pk_fp4_f32", "op_sel:[0,0,1,1]"}},
    {"convert_f4E2M1FN_to_f32_x2", {"v_cvt_scalef32_pk_f32_fp4"}},
    {"convert_f4E2M1FN_to_f32_x8", {"v_cvt_scalef32_pk_f32_fp4", "op_sel:[1,1,0]"}},
    {"convert_f32_to_f6E2M3FN_x32", {"v_cvt_scalef32_2xpk16_fp6_f32"}},
    {"convert_f6E2M3FN_to_f32_x32", {"v_cvt_scalef32_pk32_f32_fp6"}},
    {"convert_f32_to_f6E3M2FN_x32", {"v_cvt_scalef32_2xpk16_bf6_f32"}},
    {"convert_f6E3M2FN_to_f32_x32", {"v_cvt_scalef32_pk32_f32_bf6"}},
};

TEST_F(AmdAtoms, OtherAtomsGiveTheirInstructions) {
  for (const TargetFiles *files : {&gfx942, &gfx950}) {
    std::map<std::string, std::vector<const char *>> expected = common;
    const auto &own = files == &gfx950 ? gfx950Only : gfx942Only;
    expected.insert(own.begin(), own.end());
    std::set<std::string> atoms;
    for (const auto &[name, op] : files->ops)
      if (isa<CopyOp, ElementwiseOp, OperationOp>(op))
        atoms.insert(name);
    auto functions = compile(*files, [&](OpBuilder &builder) {
      for (const std::string &name : atoms)
        if (name != "wait") // takes constants only
          wrap(builder, files->ops.at(name), name);
    });
    for (const std::string &name : atoms) {
      EXPECT_TRUE(expected.count(name)) << "no expectation for " << name;
      for (const char *text : expected[name])
        EXPECT_TRUE(contains(functions[name], text)) << name << " lacks " << text << ":\n"
                                                     << llvm::join(functions[name], "\n");
      expected.erase(name);
    }
    EXPECT_TRUE(expected.empty()) << expected.begin()->first << " is missing";
  }
}

/// gfx950 takes over the keys that it does not have.
TEST_F(AmdAtoms, NoKeyIsMissing) {
  EXPECT_TRUE(succeeded(verifyComplete(gfx942.facts)));
  for (NamedAttribute key : gfx942.facts->getAttrs())
    if (!gfx950.facts->hasAttr(key.getName()))
      gfx950.facts->setAttr(key.getName(), key.getValue());
  EXPECT_TRUE(succeeded(verifyComplete(gfx950.facts)));
  EXPECT_EQ(gfx950.facts.getCpu(), "gfx950");
}

/// AMD CDNA3 ISA 4.4.
TEST_F(AmdAtoms, WaitsAreEncoded) {
  struct {
    int32_t vm, lgkm;
    const char *text;
  } cases[] = {{4, 0, "s_waitcnt vmcnt(4) lgkmcnt(0)"}, {8, 15, "s_waitcnt vmcnt(8)"},
               {63, 0, "s_waitcnt lgkmcnt(0)"},         {17, 99, "s_waitcnt vmcnt(17)"},
               {1000, 3, "s_waitcnt lgkmcnt(3)"},       {62, 14, "s_waitcnt vmcnt(62) lgkmcnt(14)"}};
  for (auto &[vm, lgkm, text] : cases) {
    std::vector<std::string> lines = compileKernel("wait", {vm, lgkm});
    EXPECT_TRUE(llvm::is_contained(lines, text)) << text << ":\n" << llvm::join(lines, "\n");
  }
}

TEST_F(AmdAtoms, BareBarrierWaitsForNothing) {
  std::vector<std::string> lines = compileKernel("raw_barrier");
  EXPECT_TRUE(llvm::is_contained(lines, "s_barrier"));
  EXPECT_FALSE(contains(lines, "s_waitcnt")) << llvm::join(lines, "\n");
}

/// out[thread] = in[thread], 16 bytes each: no input but the pointers and the two numbers, and the views in
/// scalar registers.
TEST_F(AmdAtoms, KernelOfAtoms) {
  for (const TargetFiles *files : {&gfx942, &gfx950}) {
    auto lines = compile(*files, [&](OpBuilder &builder) {
      Type global = LLVM::LLVMPointerType::get(&context, 1);
      Block &entry = startKernel(builder, gfx942.facts, "copy", {global, global, builder.getI64Type()});
      Location loc = builder.getUnknownLoc();
      auto use = [&](const char *atom, ArrayRef<Value> arguments) {
        return inlined(builder, files->ops.at(atom), arguments);
      };
      Value zero = LLVM::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
      Value shift = LLVM::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(4));
      Value always = LLVM::ConstantOp::create(builder, loc, builder.getBoolAttr(true));
      Value group = use("workgroup_id", {})[0], thread = use("thread_id", {})[0];
      Value sum = LLVM::AddOp::create(builder, loc, LLVM::ShlOp::create(builder, loc, group, shift), thread);
      Value offset = LLVM::ShlOp::create(builder, loc, sum, shift);
      Value in = use("view", {entry.getArgument(0), entry.getArgument(2)})[0];
      Value out = use("view", {entry.getArgument(1), entry.getArgument(2)})[0];
      Value value = use("load_b128", {in, offset, zero, always})[0];
      use("store_b128", {value, out, offset, zero, always});
      LLVM::ReturnOp::create(builder, loc, ValueRange());
    })["copy"];
    EXPECT_TRUE(contains(lines, "buffer_load_dwordx4")) << llvm::join(lines, "\n");
    EXPECT_FALSE(contains(lines, "readfirstlane")) << llvm::join(lines, "\n");
    EXPECT_FALSE(contains(lines, "v_cndmask")) << llvm::join(lines, "\n");
    for (const char *absent : {"dispatch_ptr", "queue_ptr", "dispatch_id"})
      EXPECT_NE(assembly.find(std::string(".amdhsa_user_sgpr_") + absent + " 0"), std::string::npos)
          << absent;
    EXPECT_NE(assembly.find(".amdhsa_system_sgpr_workgroup_id_y 0"), std::string::npos) << assembly;
    EXPECT_NE(assembly.find(".amdhsa_system_vgpr_workitem_id 0"), std::string::npos);
    EXPECT_NE(assembly.find(".amdhsa_kernarg_size 24"), std::string::npos);
  }
}

} // namespace
