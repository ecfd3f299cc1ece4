#include "Kernels.h"

using namespace kiln::codegen;
using namespace kiln::codegen::test;
using llvm::StringRef;

static const Instruction *find(const CodeFunction &function, StringRef mnemonic) {
  for (const Instruction &instruction : function.instructions)
    if (StringRef(instruction.text).starts_with(mnemonic))
      return &instruction;
  return nullptr;
}

TEST(CodeObject, Disassembly) {
  std::string binary = compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary;
  auto functions = llvm::cantFail(disassemble(binary));
  ASSERT_EQ(functions.size(), 1u);
  const CodeFunction &function = functions[0];
  EXPECT_EQ(function.name, "matrix");
  uint64_t address = function.address;
  for (const Instruction &instruction : function.instructions) {
    EXPECT_EQ(instruction.address, address);
    address += instruction.bytes.size();
    EXPECT_FALSE(instruction.source);
  }
  EXPECT_EQ(address, function.address + function.size);
  const Instruction *matrix = find(function, "v_mfma_f32_16x16x32_bf16 ");
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->bytes.size(), 8u);
  EXPECT_TRUE(StringRef(matrix->opcode).starts_with("V_MFMA_F32_16X16X32_BF16")) << matrix->opcode;
  // CDNA ISA, SOPP: s_endpgm is opcode 1 of encoding 0b101111111.
  EXPECT_EQ(function.instructions.back().text, "s_endpgm");
  EXPECT_EQ(function.instructions.back().bytes, std::string("\x00\x00\x81\xbf", 4));
}

TEST(CodeObject, BranchTargets) {
  std::string binary = compiled(loopKernel, amd("gfx942"), binaryOnly()).binary;
  auto function = llvm::cantFail(disassemble(binary, "loop"))[0];
  const Instruction *branch = find(function, "s_cbranch_");
  ASSERT_TRUE(branch && branch->branchTarget);
  const Instruction *load = find(function, "global_load_dword");
  ASSERT_TRUE(load);
  EXPECT_LT(*branch->branchTarget, branch->address);
  EXPECT_GE(*branch->branchTarget, function.address);
  EXPECT_LE(*branch->branchTarget, load->address);
}

TEST(CodeObject, LineTables) {
  Request request = binaryOnly();
  std::string plain = compiled(matrixKernel, amd("gfx950"), request).binary;
  request.lineTables = true;
  std::string lines = compiled(matrixKernel, amd("gfx950"), request).binary;
  auto without = llvm::cantFail(disassemble(plain, "matrix"))[0];
  auto with = llvm::cantFail(disassemble(lines, "matrix"))[0];
  ASSERT_EQ(without.instructions.size(), with.instructions.size());
  for (size_t i = 0; i < with.instructions.size(); ++i)
    EXPECT_EQ(without.instructions[i].bytes, with.instructions[i].bytes);
  unsigned expected = 0, line = 0;
  for (StringRef rest = matrixKernel; !rest.empty(); rest = rest.split('\n').second)
    if (++line; rest.split('\n').first.contains("rocdl.mfma"))
      expected = line;
  const Instruction *matrix = find(with, "v_mfma");
  ASSERT_TRUE(matrix && matrix->source);
  EXPECT_EQ(matrix->source->file, "kernel.mlir");
  EXPECT_EQ(matrix->source->line, expected);
}

/// A library body inlined into a kernel counts for the kernel's line, also under the tags that passes add.
TEST(CodeObject, LinesAreThoseOfTheCaller) {
  std::string text = matrixKernel;
  StringRef type = "-> vector<4xf32>\n";
  text.insert(text.find(type, text.find("rocdl.mfma")) + type.size() - 1,
              " loc(fused<\"pipeline\">[callsite(\"library.mlir\":7:3 at \"user.mlir\":42:5)])");
  Request request = binaryOnly();
  request.lineTables = true;
  auto function = llvm::cantFail(disassemble(compiled(text, amd("gfx950"), request).binary, "matrix"))[0];
  const Instruction *matrix = find(function, "v_mfma");
  ASSERT_TRUE(matrix && matrix->source);
  EXPECT_EQ(matrix->source->file, "user.mlir");
  EXPECT_EQ(matrix->source->line, 42u);
}

/// A named place that is fused with an operation's own says who decided about it: in the line table a function
/// of that name, which is called there and inlined. The last one is called by the kernel.
TEST(CodeObject, DecisionsAreInlinedFunctions) {
  std::string text = matrixKernel;
  StringRef type = "-> vector<4xf32>\n";
  text.insert(text.find(type, text.find("rocdl.mfma")) + type.size() - 1,
              " loc(fused[\"dir/user.mlir\":42:5, \"first\"(\"how.mlir\":9:3), \"second\"(\"how.mlir\":12:3)])");
  Request request = binaryOnly();
  request.lineTables = true;
  auto function = llvm::cantFail(disassemble(compiled(text, amd("gfx950"), request).binary, "matrix"))[0];
  const Instruction *matrix = find(function, "v_mfma");
  ASSERT_TRUE(matrix && matrix->source);
  EXPECT_EQ(matrix->source->file, "dir/user.mlir");
  EXPECT_EQ(matrix->source->line, 42u);
  ASSERT_EQ(matrix->calls.size(), 2u);
  EXPECT_EQ(matrix->calls[0].function, "first");
  EXPECT_EQ(matrix->calls[0].at.file, "how.mlir");
  EXPECT_EQ(matrix->calls[0].at.line, 9u);
  EXPECT_EQ(matrix->calls[1].function, "second");
  EXPECT_EQ(matrix->calls[1].at.line, 12u);
}

TEST(CodeObject, KernelInfo) {
  auto kernels = llvm::cantFail(kernelInfo(compiled(loopKernel, amd("gfx942"), binaryOnly()).binary));
  ASSERT_EQ(kernels.size(), 1u);
  const KernelInfo &kernel = kernels[0];
  EXPECT_EQ(kernel.name, "loop");
  EXPECT_EQ(kernel.chip, "gfx942");
  EXPECT_EQ(kernel.lds, 512u);
  EXPECT_EQ(kernel.scratch, 0u);
  EXPECT_EQ(kernel.vgprSpills, 0u);
  EXPECT_EQ(kernel.sgprSpills, 0u);
  EXPECT_EQ(kernel.agprs, 0u);
  EXPECT_GT(kernel.vgprs.value_or(0), 0u);
  EXPECT_GT(kernel.sgprs.value_or(0), 0u);
  EXPECT_EQ(kernel.maxWorkgroupSize, 128u);
  EXPECT_EQ(kernel.wavefrontSize, 64u);
  ASSERT_GE(kernel.arguments.size(), 2u);
  EXPECT_EQ(kernel.arguments[0].kind, "global_buffer");
  EXPECT_EQ(kernel.arguments[1].kind, "by_value");
  EXPECT_EQ(kernel.arguments[1].offset, 8u);
  EXPECT_EQ(kernel.arguments[1].size, 4u);
}

TEST(CodeObject, AccumulationRegistersCountInTheTotal) {
  std::string text = matrixKernel;
  text.insert(text.find("    llvm.return"),
              "    llvm.inline_asm has_side_effects \"v_accvgpr_write_b32 a19, 0\", \"~{a19}\" : () -> ()\n"
              "    llvm.inline_asm has_side_effects \"v_mov_b32 v30, 0\", \"~{v30}\" : () -> ()\n");
  auto kernel = llvm::cantFail(kernelInfo(compiled(text, amd("gfx950"), binaryOnly()).binary))[0];
  // a0 to a19; v0 to v30, rounded up to a multiple of 4, stand in front of them in the unified register file.
  EXPECT_EQ(kernel.agprs, 20u);
  EXPECT_EQ(kernel.vgprs, 52u);
}

TEST(CodeObject, PtxKernelInfo) {
  auto kernels = llvm::cantFail(kernelInfo(compiled(fenceKernel, nvidia(), binaryOnly()).binary));
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].name, "fence");
  EXPECT_EQ(kernels[0].chip, "sm_90a");
  EXPECT_EQ(kernels[0].lds, 1024u);
  EXPECT_EQ(kernels[0].scratch, 0u);
  EXPECT_EQ(kernels[0].maxWorkgroupSize, 128u);
  EXPECT_EQ(kernels[0].wavefrontSize, 32u);
  EXPECT_FALSE(kernels[0].vgprs);
  ASSERT_EQ(kernels[0].arguments.size(), 2u);
  EXPECT_EQ(kernels[0].arguments[1].offset, 8u);
  EXPECT_EQ(kernels[0].arguments[1].size, 4u);
}

TEST(CodeObject, ForeignBytes) {
  EXPECT_FALSE(bool(llvm::expectedToOptional(kernelInfo("nonsense"))));
  EXPECT_FALSE(bool(llvm::expectedToOptional(disassemble("nonsense"))));
  std::string binary = compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary;
  EXPECT_FALSE(bool(llvm::expectedToOptional(disassemble(binary, "nowhere"))));
  for (size_t size = 0; size < binary.size(); size += 61) {
    (void)llvm::expectedToOptional(kernelInfo(StringRef(binary).take_front(size)));
    (void)llvm::expectedToOptional(disassemble(StringRef(binary).take_front(size)));
  }
}
