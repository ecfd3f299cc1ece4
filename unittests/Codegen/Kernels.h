// Kernels in the LLVM dialect, as text, and what compiles them.
#ifndef KILN_UNITTESTS_CODEGEN_KERNELS_H
#define KILN_UNITTESTS_CODEGEN_KERNELS_H

#include "kiln/Codegen/CodeObject.h"
#include "kiln/Codegen/Codegen.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/LLVMIR/ROCDLDialect.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

namespace kiln::codegen::test {

/// One 16x16x32 matrix multiplication by one wave, an instruction that the older chip lacks.
inline constexpr const char *matrixKernel = R"mlir(
module {
  llvm.func @matrix(%in: !llvm.ptr<1> {llvm.inreg}, %out: !llvm.ptr<1> {llvm.inreg})
      attributes {rocdl.kernel, rocdl.flat_work_group_size = "64,64"} {
    %lane = rocdl.workitem.id.x : i32
    %p = llvm.getelementptr inbounds %in[%lane] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<8xbf16>
    %a = llvm.load %p : !llvm.ptr<1> -> vector<8xbf16>
    %zero = llvm.mlir.constant(dense<0.0> : vector<4xf32>) : vector<4xf32>
    %none = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.bf16 %a, %a, %zero, %none, %none, %none
        : (vector<8xbf16>, vector<8xbf16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    %q = llvm.getelementptr inbounds %out[%lane] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    llvm.store %d, %q : vector<4xf32>, !llvm.ptr<1>
    llvm.return
  }
})mlir";

/// Adds 1 to every element of an array; a loop, LDS and plain arithmetic on any AMD chip.
inline constexpr const char *loopKernel = R"mlir(
module {
  llvm.mlir.global internal @tile() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<128 x f32>
  llvm.func @loop(%p: !llvm.ptr<1>, %n: i32) attributes {rocdl.kernel, rocdl.flat_work_group_size = "128,128"} {
    %lane = rocdl.workitem.id.x : i32
    %zero = llvm.mlir.constant(0 : i32) : i32
    %step = llvm.mlir.constant(1 : i32) : i32
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %base = llvm.mlir.addressof @tile : !llvm.ptr<3>
    %cell = llvm.getelementptr inbounds %base[%lane] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    llvm.br ^body(%zero : i32)
  ^body(%i: i32):
    %q = llvm.getelementptr inbounds %p[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load volatile %q : !llvm.ptr<1> -> f32
    %y = llvm.fadd %x, %one : f32
    llvm.store volatile %y, %cell : f32, !llvm.ptr<3>
    %next = llvm.add %i, %step : i32
    %more = llvm.icmp "slt" %next, %n : i32
    llvm.cond_br %more, ^body(%next : i32), ^end
  ^end:
    llvm.return
  }
})mlir";

/// The fences around asynchronous matrix instructions, and static shared memory.
inline constexpr const char *fenceKernel = R"mlir(
module {
  llvm.mlir.global internal @tile() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<1024 x i8>
  llvm.func @fence(%p: !llvm.ptr<1>, %n: i32) attributes {nvvm.kernel, nvvm.reqntid = array<i32: 128>} {
    %lane = nvvm.read.ptx.sreg.tid.x : i32
    %base = llvm.mlir.addressof @tile : !llvm.ptr<3>
    %cell = llvm.getelementptr inbounds %base[%lane] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %n, %cell : i32, !llvm.ptr<3>
    nvvm.wgmma.fence.aligned
    nvvm.wgmma.commit.group.sync.aligned
    nvvm.wgmma.wait.group.sync.aligned 0
    %x = llvm.load %cell : !llvm.ptr<3> -> i32
    llvm.store %x, %p : i32, !llvm.ptr<1>
    llvm.return
  }
})mlir";

inline Machine amd(const char *cpu) { return {"amdgcn-amd-amdhsa", cpu, "", {}}; }
inline Machine nvidia() { return {"nvptx64-nvidia-cuda", "sm_90a", "+ptx86", {}}; }

/// A context of its own with the module in it.
struct Parsed {
  explicit Parsed(const std::string &text) {
    mlir::DialectRegistry registry;
    registerTranslations(registry);
    context.appendDialectRegistry(registry);
    context.loadDialect<mlir::LLVM::LLVMDialect, mlir::ROCDL::ROCDLDialect, mlir::NVVM::NVVMDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(&context), "kernel.mlir");
    EXPECT_TRUE(module);
  }
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

inline llvm::Expected<Artifacts> compile(const std::string &text, const Machine &machine,
                                         const Request &request) {
  Parsed parsed(text);
  return emit(*parsed.module, machine, request);
}

/// Compiles what must compile.
inline Artifacts compiled(const std::string &text, const Machine &machine, const Request &request) {
  llvm::Expected<Artifacts> artifacts = compile(text, machine, request);
  if (artifacts)
    return std::move(*artifacts);
  ADD_FAILURE() << llvm::toString(artifacts.takeError());
  return {};
}

inline Request binaryOnly() {
  Request request;
  request.binary = true;
  return request;
}

} // namespace kiln::codegen::test

#endif // KILN_UNITTESTS_CODEGEN_KERNELS_H
