#include "Kernels.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <thread>

using namespace kiln::codegen;
using namespace kiln::codegen::test;
using llvm::StringRef;

static bool contains(StringRef text, StringRef part) { return text.contains(part); }

static std::string errorOf(const std::string &text, const Machine &machine,
                           const Request &request = binaryOnly()) {
  llvm::Expected<Artifacts> artifacts = compile(text, machine, request);
  return artifacts ? "" : llvm::toString(artifacts.takeError());
}

/// `matrixKernel` with one more line in front of the return.
static std::string withLine(StringRef line) {
  auto [head, tail] = StringRef(matrixKernel).rsplit("    llvm.return");
  return (head + line + "\n    llvm.return" + tail).str();
}

TEST(Codegen, WhatIsNotAskedIsNotMade) {
  Artifacts nothing = compiled(matrixKernel, amd("gfx950"), {});
  EXPECT_TRUE(nothing.llvmIR.empty() && nothing.assembly.empty() && nothing.binary.empty());
  Artifacts binary = compiled(matrixKernel, amd("gfx950"), binaryOnly());
  EXPECT_TRUE(binary.llvmIR.empty() && binary.assembly.empty());
  EXPECT_FALSE(binary.binary.empty());
}

TEST(Codegen, EmitsEveryForm) {
  Request all;
  all.llvmIR = all.assembly = all.binary = true;
  Artifacts artifacts = compiled(matrixKernel, amd("gfx950"), all);
  EXPECT_TRUE(contains(artifacts.llvmIR, "call <4 x float> @llvm.amdgcn.mfma.f32.16x16x32.bf16"));
  EXPECT_TRUE(contains(artifacts.llvmIR, "target triple = \"amdgcn-amd-amdhsa\""));
  EXPECT_TRUE(contains(artifacts.assembly, "v_mfma_f32_16x16x32_bf16"));
  EXPECT_TRUE(contains(artifacts.assembly, ".amdhsa_code_object_version 6"));
  // ELF header: e_ident[EI_ABIVERSION] is 4 for code object version 6, e_type 3 a linked (shared) object.
  ASSERT_GT(artifacts.binary.size(), 64u);
  EXPECT_EQ(artifacts.binary.substr(0, 4), "\x7f"
                                           "ELF");
  EXPECT_EQ(artifacts.binary[8], 4);
  EXPECT_EQ(artifacts.binary[16], 3);
  std::vector<std::string> stages;
  for (const StageTime &time : artifacts.times) {
    stages.push_back(time.stage);
    EXPECT_GE(time.milliseconds, 0.0);
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"translate", "assembly", "object", "link"}));
}

TEST(Codegen, ReadelfAccepts) {
  Artifacts artifacts = compiled(matrixKernel, amd("gfx950"), binaryOnly());
  llvm::SmallString<64> object, report;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("kiln", "co", object));
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("kiln", "txt", report));
  std::error_code code;
  llvm::raw_fd_ostream(object, code) << artifacts.binary;
  ASSERT_FALSE(code);
  StringRef tool = KILN_LLVM_TOOLS "/llvm-readelf";
  int status = llvm::sys::ExecuteAndWait(tool, {tool, "-h", "-n", "-s", object}, std::nullopt,
                                         {std::nullopt, report.str(), report.str()});
  EXPECT_EQ(status, 0);
  std::string text = (*llvm::MemoryBuffer::getFile(report))->getBuffer().str();
  llvm::sys::fs::remove(object);
  llvm::sys::fs::remove(report);
  EXPECT_TRUE(contains(text, ", gfx950, ")) << text;
  EXPECT_TRUE(contains(text, "matrix.kd")) << text;
  EXPECT_TRUE(contains(text, "amdhsa.kernels")) << text;
  EXPECT_FALSE(contains(text, "warning")) << text;
}

TEST(Codegen, SameInputSameBytes) {
  Request all;
  all.llvmIR = all.assembly = all.binary = all.lineTables = true;
  for (const auto &[text, machine] :
       {std::pair(matrixKernel, amd("gfx950")), std::pair(loopKernel, amd("gfx942")),
        std::pair(fenceKernel, nvidia())}) {
    Artifacts first = compiled(text, machine, all), second = compiled(text, machine, all);
    EXPECT_FALSE(first.binary.empty());
    EXPECT_EQ(first.llvmIR, second.llvmIR);
    EXPECT_EQ(first.assembly, second.assembly);
    EXPECT_EQ(first.binary, second.binary);
  }
}

TEST(Codegen, BytesDoNotDependOnTheFolder) {
  Request request = binaryOnly();
  request.lineTables = true;
  llvm::SmallString<128> here;
  ASSERT_FALSE(llvm::sys::fs::current_path(here));
  Artifacts first = compiled(matrixKernel, amd("gfx950"), request);
  ASSERT_FALSE(llvm::sys::fs::set_current_path("/"));
  Artifacts second = compiled(matrixKernel, amd("gfx950"), request);
  ASSERT_FALSE(llvm::sys::fs::set_current_path(here));
  EXPECT_EQ(first.binary, second.binary);
}

TEST(Codegen, OtherChip) {
  Request request;
  request.assembly = true;
  EXPECT_TRUE(contains(compiled(loopKernel, amd("gfx942"), request).assembly, "ds_write_b32"));
}

TEST(Codegen, PtxIsItsOwnBinary) {
  Request request;
  request.assembly = request.binary = true;
  Artifacts artifacts = compiled(fenceKernel, nvidia(), request);
  EXPECT_EQ(artifacts.assembly, artifacts.binary);
  for (StringRef line : {".version 8.6", ".target sm_90a", ".entry fence", "wgmma.fence.sync.aligned",
                         "wgmma.commit_group.sync.aligned", "wgmma.wait_group.sync.aligned", ".reqntid 128"})
    EXPECT_TRUE(contains(artifacts.binary, line)) << line.str() << "\n" << artifacts.binary;
}

TEST(Codegen, OptimizingRemovesDeadWork) {
  std::string dead =
      withLine("    %x = llvm.load %p : !llvm.ptr<1> -> i32\n    %y = llvm.add %x, %lane : i32");
  Request request;
  request.llvmIR = true;
  EXPECT_TRUE(contains(compiled(dead, amd("gfx950"), request).llvmIR, " add i32"));
  request.optimize = true;
  EXPECT_FALSE(contains(compiled(dead, amd("gfx950"), request).llvmIR, " add i32"));
}

TEST(Codegen, ErrorsComeBackAndTheNextCompilationWorks) {
  Artifacts before = compiled(matrixKernel, amd("gfx950"), binaryOnly());
  for (int round = 0; round < 3; ++round) {
    // gfx942 has no 16x16x32 bf16 instruction: "Cannot select" ends a process that runs LLVM plainly.
    std::string error = errorOf(matrixKernel, amd("gfx942"));
    EXPECT_TRUE(contains(error, "code generation for gfx942")) << error;
    EXPECT_TRUE(contains(error, "Cannot select")) << error;
    EXPECT_TRUE(contains(error, "llvm.amdgcn.mfma.f32.16x16x32.bf16")) << error;
    EXPECT_EQ(compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary, before.binary);
  }
}

TEST(Codegen, InlineAssemblyErrors) {
  std::string error = errorOf(
      withLine("    llvm.inline_asm has_side_effects \"v_nonsense v0\", \"\" : () -> ()"), amd("gfx950"));
  EXPECT_TRUE(contains(error, "invalid instruction")) << error;
}

/// LLVM reports this one through the diagnostics of its context; the widest tuple has 32 registers.
TEST(Codegen, NoRegisterIsThatWide) {
  std::string error =
      errorOf(withLine("    %r = llvm.inline_asm has_side_effects \"; $0\", \"=v\" : () -> vector<64xi32>"),
              amd("gfx950"));
  EXPECT_TRUE(contains(error, "couldn't allocate output register")) << error;
  EXPECT_FALSE(compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary.empty());
}

TEST(Codegen, UndefinedSymbol) {
  std::string text = withLine("    llvm.call @missing() : () -> ()");
  text.insert(text.rfind('}'), "  llvm.func @missing()\n");
  std::string error = errorOf(text, amd("gfx950"));
  EXPECT_TRUE(contains(error, "undefined symbol: missing")) << error;
  EXPECT_FALSE(contains(error, "/kiln-")) << error;
}

TEST(Codegen, UnknownNames) {
  EXPECT_TRUE(contains(errorOf(matrixKernel, amd("gfx9999")), "no processor 'gfx9999'"));
  Machine feature = amd("gfx950");
  feature.features = "+nonsense";
  EXPECT_TRUE(contains(errorOf(matrixKernel, feature), "no feature '+nonsense'"));
  Machine triple = amd("gfx950");
  triple.triple = "riscv64-unknown-elf";
  EXPECT_TRUE(contains(errorOf(matrixKernel, triple), "no code generator"));
  Machine option = amd("gfx950");
  option.llvmOptions["nonsense"] = "true";
  EXPECT_TRUE(contains(errorOf(matrixKernel, option), "no option 'nonsense'"));
}

TEST(Codegen, UntranslatableOperation) {
  std::string error = errorOf(
      "module { llvm.func @f() { \"builtin.unrealized_conversion_cast\"() : () -> (index)\n llvm.return } }",
      amd("gfx950"));
  EXPECT_TRUE(contains(error, "kernel.mlir\":1:")) << error;
}

/// The option decides the code, holds over a link (which resets all options), and goes with the machine that
/// set it.
TEST(Codegen, OptionsOfTheMachine) {
  Machine plain = amd("gfx950"), aligned = amd("gfx950");
  aligned.llvmOptions["align-loops"] = "256";
  Request request;
  request.assembly = request.binary = true;
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(contains(compiled(loopKernel, plain, request).assembly, ".p2align\t8, , 4\n.LBB0_1"));
    Artifacts artifacts = compiled(loopKernel, aligned, request);
    auto functions = llvm::cantFail(disassemble(artifacts.binary, "loop"));
    bool found = false;
    for (const Instruction &instruction : functions[0].instructions)
      if (instruction.branchTarget && *instruction.branchTarget <= instruction.address) {
        found = true;
        EXPECT_EQ(*instruction.branchTarget % 256, 0u);
      }
    EXPECT_TRUE(found);
  }
}

TEST(Codegen, OptionOfTheRegisterAllocator) {
  Machine machine = amd("gfx950");
  machine.llvmOptions["greedy-reverse-local-assignment"] = "true";
  EXPECT_FALSE(compiled(matrixKernel, machine, binaryOnly()).binary.empty());
  machine.llvmOptions["align-loops"] = "many";
  EXPECT_TRUE(contains(errorOf(matrixKernel, machine), "'align-loops' does not take the value 'many'"));
  EXPECT_FALSE(compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary.empty());
}

TEST(Codegen, ThreadsWithGoodAndBadKernels) {
  std::string matrix = compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary;
  std::string loop = compiled(loopKernel, amd("gfx942"), binaryOnly()).binary;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([&, number] {
      Machine other = amd("gfx942");
      if (number == 3)
        other.llvmOptions["align-loops"] = "1";
      for (int round = 0; round < 8; ++round) {
        EXPECT_EQ(compiled(matrixKernel, amd("gfx950"), binaryOnly()).binary, matrix);
        EXPECT_EQ(compiled(loopKernel, other, binaryOnly()).binary, loop);
        if (number % 2)
          EXPECT_TRUE(contains(errorOf(matrixKernel, amd("gfx942")), "Cannot select"));
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Codegen, ModuleIsLeftAlone) {
  Parsed parsed(matrixKernel);
  auto print = [&] {
    std::string text;
    llvm::raw_string_ostream stream(text);
    parsed.module->print(stream, mlir::OpPrintingFlags().enableDebugInfo());
    return text;
  };
  std::string before = print();
  Request request = binaryOnly();
  request.lineTables = true;
  ASSERT_TRUE(bool(emit(*parsed.module, amd("gfx950"), request)));
  EXPECT_EQ(print(), before);
}
