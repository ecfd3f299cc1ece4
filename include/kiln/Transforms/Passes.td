// Passes from a kernel to its staged form.
#ifndef KILN_TRANSFORMS_PASSES
#define KILN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def Specialize : Pass<"kernel-specialize", "::mlir::ModuleOp"> {
  let summary = "gives every parameter a value";
  let description = [{
    Binds the parameters of each kernel: first `params` (NAME=VALUE), then defaults; then folds what became constant.

    Ensures: no kernel has a parameter; every tile has integer dimensions, powers of two.
  }];
  let options = [ListOption<"params", "params", "std::string", "NAME=VALUE, comma-separated">];
}

def PlaceTiles : Pass<"kernel-place-tiles", "::mlir::ModuleOp"> {
  let summary = "decides which lane and register holds which element";
  let description = [{
    Matrix instructions fix the layouts of their accumulators; loads that feed nothing fixed get the widest
    accesses; everything else follows by propagation. Where a value is held in one layout and needed in another, a
    `kernel.relayout` is inserted right after its definition.

    Requires: specialised kernels with the attributes `schedule.waves` on the kernel and `schedule.atom`,
    `schedule.waves` on each `kernel.mma`.
    Ensures: every tile type has a layout; operands of one elementwise op agree.
  }];
  let dependentDialects = ["::kiln::layout::LayoutDialect"];
}

def StageRelayouts : Pass<"stage-relayouts", "::mlir::ModuleOp"> {
  let summary = "sends relayouts through shared memory";
  let description = [{
    A relayout that stays within each lane is left alone. Every other one becomes a write to a buffer, a barrier and a
    read, with the buffer's order and padding chosen for wide accesses without bank conflicts.

    Ensures: each remaining `kernel.relayout` moves values between registers of one lane only.
  }];
  let dependentDialects = ["::kiln::stage::StageDialect"];
}

def AllocateShared : Pass<"stage-allocate-shared", "::mlir::ModuleOp"> {
  let summary = "gives every buffer its address in shared memory";
  let description = [{
    Buffers that are never alive together may share memory. Fails if the machine's shared memory is too small, naming the
    buffers and their bytes.

    Ensures: every `stage.alloc` has an offset; the kernel has `kiln.shared_bytes`.
  }];
}

#endif
