// Every atom compiles for its machine to the PTX instruction that its name promises.
#include "TargetFiles.h"

#include "kiln/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::target;
using namespace kiln::target::test;

namespace {

/// The bytes between panels of an operand, for instructions that are told.
constexpr int64_t panelBytes = 8192;

/// Appends a function that uses the atom.
void wrap(OpBuilder &builder, Operation *atom, StringRef name) {
  Block &body = atom->getRegion(0).front();
  TypeRange results = body.getTerminator()->getOperandTypes();
  OpBuilder::InsertionGuard guard(builder);
  Type result = results.empty() ? Type(LLVM::LLVMVoidType::get(builder.getContext())) : results[0];
  auto type = LLVM::LLVMFunctionType::get(result, llvm::to_vector(body.getArgumentTypes()));
  auto function = LLVM::LLVMFuncOp::create(builder, atom->getLoc(), name, type);
  Block *entry = function.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> inputs(entry->getArguments());
  if (auto mma = dyn_cast<MmaOp>(atom); mma && mma.getTransposable())
    for (Value &panel : MutableArrayRef<Value>(inputs).drop_front(3))
      panel = LLVM::ConstantOp::create(builder, atom->getLoc(), builder.getI32Type(), panelBytes);
  auto apply = ApplyOp::create(builder, atom->getLoc(), results, name, inputs);
  LLVM::ReturnOp::create(builder, atom->getLoc(), ValueRange(apply.getOutputs()).take_front(1));
}

/// The text of each function of a PTX file.
std::map<std::string, std::string> functions(StringRef ptx) {
  std::map<std::string, std::string> found;
  while (true) {
    size_t at = ptx.find("// -- Begin function ");
    if (at == StringRef::npos)
      return found;
    ptx = ptx.drop_front(at + strlen("// -- Begin function "));
    auto [name, rest] = ptx.split('\n');
    size_t end = rest.find("// -- End function");
    found[name.trim().str()] = rest.take_front(end).str();
    ptx = rest.drop_front(end);
  }
}

/// What stands in the PTX of every atom that is no matrix instruction.
const std::map<std::string, std::vector<const char *>> ampere = {
    {"workgroup_id", {"%ctaid.x"}},
    {"thread_id", {"%tid.x"}},
    {"barrier", {"bar.sync \t0;"}},
    {"shuffle_xor", {"shfl.sync.bfly.b32", "31, -1;"}},
    {"uniform", {"shfl.sync.idx.b32", "0, 31, -1;"}},
    {"view", {}},
    {"load_1", {"ld.global.u8 "}},
    {"load_2", {"ld.global.u16 "}},
    {"load_4", {"ld.global.b32 "}},
    {"load_8", {"ld.global.v2.b32 {"}},
    {"load_16", {"ld.global.v4.b32 {"}},
    {"store_1", {"st.global.u8 "}},
    {"store_2", {"st.global.u16 "}},
    {"store_4", {"st.global.b32 "}},
    {"store_8", {"st.global.v2.b32 "}},
    {"store_16", {"st.global.v4.b32 "}},
    {"cp_async_4", {"cp.async.ca.shared.global [", "], 4, %r"}},
    {"cp_async_8", {"cp.async.ca.shared.global [", "], 8, %r"}},
    {"cp_async_16", {"cp.async.cg.shared.global [", "], 16, %r"}},
    {"read_matrix_b16", {"ldmatrix.sync.aligned.m8n8.x4.shared.b16"}},
    {"read_transposed_b16", {"ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16"}},
    {"commit_group", {"cp.async.commit_group;"}},
    {"exp2", {"ex2.approx.ftz.f32"}},
    {"exp", {"ex2.approx.ftz.f32", "max.NaN.f32", "min.NaN.f32", "fma.rn.f32"}},
    {"rsqrt", {"rsqrt.approx.f32"}},
    {"convert_f32_to_bf16_x2", {"cvt.rn.bf16x2.f32"}},
    {"convert_f32_to_f16_x2", {"cvt.rn.f16x2.f32"}},
    {"fma_f32", {"fma.rn.f32"}},
    {"fma_i32", {"mad.lo.s32"}},
};
const std::map<std::string, std::vector<const char *>> hopper = {
    {"convert_f32_to_f8E4M3FN_x2", {"cvt.rn.satfinite.e4m3x2.f32"}},
    {"convert_f8E4M3FN_to_f32_x2", {"cvt.rn.f16x2.e4m3x2"}},
    {"convert_f8E5M2_to_f32_x2", {"cvt.rn.f16x2.e5m2x2"}},
    {"convert_f8E4M3FN_to_f16_x2", {"cvt.rn.f16x2.e4m3x2"}},
    {"convert_f8E5M2_to_f16_x2", {"cvt.rn.f16x2.e5m2x2"}},
    {"barrier_init", {"mbarrier.init.shared.b64"}},
    {"barrier_init_fence", {"fence.mbarrier_init.release.cluster;"}},
    {"barrier_expect", {"mbarrier.arrive.expect_tx.shared.b64"}},
    {"barrier_arrive", {"mbarrier.arrive.shared.b64"}},
    {"barrier_wait", {"mbarrier.try_wait.parity.shared.b64", "bra"}},
    {"named_barrier", {"bar.sync \t%r"}},
    {"tile_load", {"cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes"}},
    {"tile_store", {"cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group"}},
    {"shared_fence", {"fence.proxy.async.shared::cta;"}},
    {"tile_commit", {"cp.async.bulk.commit_group;"}},
    {"tile_wait_read_0", {"cp.async.bulk.wait_group.read \t0;"}},
    {"tile_wait_read_1", {"cp.async.bulk.wait_group.read \t1;"}},
    {"matrix_fence", {"wgmma.fence.sync.aligned;"}},
    {"matrix_commit", {"wgmma.commit_group.sync.aligned;"}},
    {"matrix_wait_0", {"wgmma.wait_group.sync.aligned \t0;"}},
    {"matrix_wait_1", {"wgmma.wait_group.sync.aligned \t1;"}},
    // 1 << 62 | 64 << 32
    {"matrix_descriptor", {"shr.u32 \t%r2, %r1, 4;", "or.b64", ", 4611686293305294848;"}},
    // (bytes between panels) / 16 << 16
    {"matrix_operand", {"mul.wide.u32 \t%rd2, %r2, 4096;", ", 4611686293305294848;"}},
    {"settle_f32", {"// begin inline asm"}},
    {"matrix_hold", {"// begin inline asm"}},
    {"settle_i32", {"// begin inline asm"}},
    {"settle_f16", {"// begin inline asm"}},
    {"registers_40", {"setmaxnreg.dec.sync.aligned.u32 \t40;"}},
    {"registers_232", {"setmaxnreg.inc.sync.aligned.u32 \t232;"}},
    {"workgroup_count", {"%nctaid.x"}},
};

/// "mma_m16n8k16_f32_bf16" is mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32,
/// "wgmma_m64n256k16_f32_bf16", or "wgmma_rs_..." with A in registers,
/// wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16.
std::string matrixInstruction(StringRef atom) {
  SmallVector<StringRef> parts;
  atom.split(parts, '_');
  auto ptx = [](StringRef type) {
    return StringSwitch<std::string>(type)
        .Case("i8", "s8")
        .Case("i4", "s4")
        .Case("i32", "s32")
        .Default(type.str());
  };
  if (parts[1] == "rs")
    parts.erase(parts.begin() + 1);
  std::string acc = ptx(parts[2]), a = ptx(parts[3]), b = ptx(parts.back());
  if (parts[0] == "wgmma")
    return "wgmma.mma_async.sync.aligned." + parts[1].str() + "." + acc + "." + a + "." + b;
  return "mma.sync.aligned." + parts[1].str() + ".row.col." + acc + "." + a + "." + b + "." + acc;
}

struct NvidiaAtoms : testing::Test {
  static DialectRegistry dialects() {
    DialectRegistry registry;
    compiler::registerDialects(registry);
    codegen::registerTranslations(registry);
    return registry;
  }

  std::map<std::string, std::string> compile(const TargetFiles &files) {
    context.loadAllAvailableDialects();
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
    OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
    auto machine = cast<MachineOp>(builder.cloneWithoutRegions(*files.facts));
    machine.getBody().emplaceBlock();
    for (const auto &[name, op] : files.ops) {
      machine.getBody().front().push_back(op->clone());
      if (op->getNumRegions() == 1)
        wrap(builder, op, name);
    }
    PassManager passes(&context);
    passes.addPass(conversion::createConvertAtomsToBodies());
    passes.addPass(conversion::createConvertLanesToLLVM());
    EXPECT_TRUE(succeeded(passes.run(*module)));
    codegen::Request request;
    request.assembly = true;
    MachineOp facts = files.facts;
    llvm::Expected<codegen::Artifacts> artifacts = codegen::emit(
        *module, {facts.getTriple()->str(), facts.getCpu()->str(), facts.getFeatures().str(), {}}, request);
    if (artifacts)
      return functions(artifacts->assembly);
    ADD_FAILURE() << llvm::toString(artifacts.takeError());
    return {};
  }

  void check(const TargetFiles &files, std::map<std::string, std::vector<const char *>> expected) {
    for (int n = 0; n < 8; ++n)
      if (files.ops.count("wait_group_" + std::to_string(n)))
        expected["wait_group_" + std::to_string(n)] = {"cp.async.wait_group \t"};
    auto code = compile(files);
    for (const auto &[name, op] : files.ops) {
      if (op->getNumRegions() != 1)
        continue;
      auto mma = dyn_cast<MmaOp>(op);
      if (mma && mma.getUnit() == "tensor") {
        std::string instruction = matrixInstruction(name);
        EXPECT_EQ(StringRef(code[name]).count(mma.getSharedSwizzle() ? "wgmma.mma_async" : "mma.sync"), 1u)
            << code[name];
        EXPECT_TRUE(StringRef(code[name]).contains(instruction)) << instruction << "\n" << code[name];
        bool aInRegisters = mma.getSharedSwizzle() && mma.getLayoutA();
        if (mma.getSharedSwizzle())
          EXPECT_EQ(StringRef(code[name]).contains("}, {"), aInRegisters) << code[name];
        // Operands in shared memory are transposed, and their descriptors tell of the panels: 8192 / 16
        // << 16.
        if (mma.getTransposable()) {
          EXPECT_TRUE(StringRef(code[name]).contains(aInRegisters ? "}, %rd" : ", 1, 1, 1, 1, 1;"))
              << code[name];
          EXPECT_TRUE(StringRef(code[name]).contains(", 1, 1, 1, 1;")) << code[name];
          EXPECT_EQ(
              StringRef(code[name])
                  .count(std::to_string((int64_t(1) << 62) + (int64_t(64) << 32) + (panelBytes / 16 << 16))),
              aInRegisters ? 1u : 2u)
              << code[name];
        }
        continue;
      }
      EXPECT_TRUE(expected.count(name)) << "no expectation for " << name;
      for (const char *text : expected[name])
        EXPECT_TRUE(StringRef(code[name]).contains(text)) << name << " lacks " << text << ":\n" << code[name];
      expected.erase(name);
    }
    EXPECT_TRUE(expected.empty()) << expected.begin()->first << " is missing";
  }

  MLIRContext context{dialects(), MLIRContext::Threading::DISABLED};
};

TEST_F(NvidiaAtoms, OfAmpere) { check(TargetFiles(context, "sm_80"), ampere); }
TEST_F(NvidiaAtoms, OfHopper) { check(TargetFiles(context, "sm_90a"), hopper); }

/// A wait for n groups names n.
TEST_F(NvidiaAtoms, WaitsNameTheirGroups) {
  auto code = compile(TargetFiles(context, "sm_80"));
  for (int n = 0; n < 8; ++n)
    EXPECT_TRUE(StringRef(code["wait_group_" + std::to_string(n)])
                    .contains("cp.async.wait_group \t" + std::to_string(n) + ";"));
}

/// Out of bounds nothing is read or written: the accesses are predicated.
TEST_F(NvidiaAtoms, AccessesArePredicated) {
  auto code = compile(TargetFiles(context, "sm_80"));
  for (const char *bytes : {"1", "2", "4", "8", "16"}) {
    EXPECT_TRUE(StringRef(code[std::string("load_") + bytes]).contains("@%p")) << bytes;
    EXPECT_TRUE(StringRef(code[std::string("store_") + bytes]).contains("@%p")) << bytes;
  }
}

} // namespace
