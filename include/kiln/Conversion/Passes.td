// Passes from the staged form to LLVM's dialect.
#ifndef KILN_CONVERSION_PASSES
#define KILN_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertKernelToLanes : Pass<"convert-kernel-to-lanes", "::mlir::ModuleOp"> {
  let summary = "from tiles to what one lane does";
  let description = [{
    Each kernel becomes an `llvm.func` whose body is the program of one lane: a tile becomes a list of vectors, a matrix
    multiplication a list of `target.apply`, an access a list of copy atoms with computed offsets. `index` becomes i32.

    Requires: placed and staged kernels with addresses for all buffers.
    Ensures: no kernel or stage op is left.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect", "::mlir::ub::UBDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect"];
}

def ShortenLifetimes : Pass<"lanes-shorten-lifetimes", "::mlir::ModuleOp"> {
  let summary = "computes large tiles piece by piece";
  let description = [{
    Where more values are alive at once than a lane has registers, as between the loads and the stores of a large elementwise tile,
    each is loaded and computed right before it is needed. The code generator would find places for all of them otherwise,
    which takes time that grows with more than their square. If even so twice as many are alive, the kernel is refused.

    ```
    a0, a1 = load;  b0, b1 = f(a0), f(a1);  store b0, b1   =>   b0 = f(load);  store b0;  b1 = f(load);  store b1
    ```
  }];
}

def InterleaveLanes : Pass<"lanes-interleave", "::mlir::ModuleOp"> {
  let summary = "spreads reads and copies among matrix instructions";
  let description = [{
    Between one bare barrier and the next wait nothing depends on the order of memory operations among matrix
    instructions, so they are spread evenly among the first of them: by default reads, then copies, among three quarters;
    `schedule.interleave` says otherwise. Each operation is pinned (`@pin`) so that the
    code generator keeps the order; a copy is pinned together with the matrix instruction after it, which gives the
    address register time to be written.
  }];
}

def ConvertAtomsToBodies : Pass<"convert-atoms-to-bodies", "::mlir::ModuleOp"> {
  let summary = "puts the bodies of atoms in their place";
  let description = [{
    Ensures: no `target.apply` and no `target.machine` is left; `target.asm` may be.
  }];
}

def ConvertLanesToLLVM : Pass<"convert-lanes-to-llvm", "::mlir::ModuleOp"> {
  let summary = "from arith, math, vector and scf to LLVM's dialect";
  let description = [{
    `target.asm` becomes inline assembly, its vectors one operand a register.

    Ensures: only LLVM's dialect and the dialects of atoms' bodies are left.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::cf::ControlFlowDialect", "::mlir::vector::VectorDialect"];
}

#endif
