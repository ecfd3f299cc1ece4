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

def SplitProducts : Pass<"stage-split-products", "::mlir::ModuleOp"> {
  let summary = "computes a loop's product as products of parts of its tiles";
  let description = [{
    For each product with `schedule.split = [P, Q]`: its rows are cut into P parts, its columns into Q. Each product of parts has
    a sum of its own; after the loop they are joined. Rows of parts are walked there and back:

    ```
    for k: c = mma (load A[k]), (load B[k]), c
    =>
    for k: a0, a1 = load the upper, the lower half of A[k];  b0, b1 = load the left, the right half of B[k]
           c00 = mma a0, b0, c00;  c01 = mma a0, b1, c01;  c11 = mma a1, b1, c11;  c10 = mma a1, b0, c10
    c = join c00, c01, c10, c11
    ```

    Requires: specialised kernels without layouts; a loop that carries the sum alone.
    Ensures: no `schedule.split` is left.
  }];
  let dependentDialects = ["::kiln::stage::StageDialect"];
}

def PipelineLoops : Pass<"stage-pipeline-loops", "::mlir::ModuleOp"> {
  let summary = "overlaps copies into shared memory, reads from it and matrix instructions of a loop";
  let description = [{
    For each loop with `schedule.pipeline = {buffers = B}` whose loads have `schedule.copy`: step i's tiles live in slot i mod B.
    While step i is multiplied, the operands of step i + 1 are read into registers and the tiles of step i + B are
    copied into the slot that step i has left.

    ```
    for k: a = load A[k]; b = load B[k]; c = mma a, b, c
    =>
    prologue   copy 0 .. B-1;  wait;  r = read 0
    steady     wait; barrier;  r' = read i+1;  copy i+B;  c = mma r, c          (B steps per iteration)
    last but one round: as in the steady state, but the copies may leave the tensors
    last round wait; barrier;  r' = read i+1;             c = mma r, c
    ```

    Rounds are whole and two at least; steps beyond the end multiply zeros.

    A loop with several sums of products has a phase for each product, in their order. What a product needs is read in the phase
    before it, or earlier, so that all phases read as many tiles; a slot is refilled in the phase after its read.

    With `ping_pong` each phase has two halves, and the upper half of the waves runs one phase behind the lower:

    ```
    steady     r = read i;  copy i+B-1;  wait; barrier;  c = mma r, c;  barrier
    ```

    Requires: specialised and scheduled kernels without layouts; loops that sum products of staged tiles.
    Ensures: copies, reads, waits (without counts) and barriers in the loop's order.
  }];
  let dependentDialects = ["::kiln::stage::StageDialect"];
}

def PipelineRoles : Pass<"stage-pipeline-roles", "::mlir::ModuleOp"> {
  let summary = "gives waves roles: some fetch the tiles of a loop, others multiply them";
  let description = [{
    For a kernel with `schedule.roles` whose loop has `schedule.pipeline = {buffers = B}` and loads with copies of whole
    tiles. The roles share a ring of B slots; each slot has a barrier that says it is full and one that says it is empty. Each
    workgroup computes every n-th program, n being their number.

    ```
    for k: a = load A[k]; b = load B[k]; c = mma a, b, c;    store c
    =>
    produce: for each program, for k: await empty[s]; expect full[s]; fetch A[k] -> a[s]; fetch B[k] -> b[s]; next s
    compute: for each program, for k: await full[s]; c = mma a[s], b[s], c; retire; arrive empty[s of an earlier step]; next s
                               settle c; arrive empty[s of the last steps]; store c
    ```

    A slot is released when the products that read it are done: with `in_flight = L` products behind the program, L steps
    later.

    Requires: specialised and scheduled kernels without layouts; products by instructions that read shared memory.
    Ensures: no `schedule.roles` is left.
  }];
  let dependentDialects = ["::kiln::stage::StageDialect"];
}

def StageStores : Pass<"stage-stores", "::mlir::ModuleOp"> {
  let summary = "sends stores through shared memory, from where one lane copies whole tiles";
  let description = [{
    For stores with `schedule.copy`: by parts as wide as the copy takes, through two slots in turn.

    ```
    store c, C
    =>
    for each part: reclaim; barrier; write part -> slot; publish; barrier; put slot -> C
    ```

    Requires: roles; no layouts yet.
  }];
  let dependentDialects = ["::kiln::stage::StageDialect"];
}

def DeriveWaits : Pass<"stage-derive-waits", "::mlir::ModuleOp"> {
  let summary = "computes how many copies each wait may leave in flight";
  let description = [{
    Copies complete in order. A wait must cover the copies whose slots are read before the next wait; all that were issued
    after them may stay in flight. In a loop the numbers must hold for the first and for every later iteration.

    Requires: placed kernels.
    Ensures: every `stage.wait` has its count.
  }];
}

def CheckWaits : Pass<"stage-check-waits", "::mlir::ModuleOp"> {
  let summary = "verifies that no slot is read before it is filled or refilled before it is read";
  let description = [{
    Follows every path through the kernel (loops: until nothing new happens) with the state of each slot: being copied, landed
    in this wave, seen by all, being read. Independent of how waits were derived.
  }];
}

def CheckRoles : Pass<"stage-check-roles", "::mlir::ModuleOp"> {
  let summary = "verifies that roles neither read a slot too early, nor refill it too early, nor wait forever";
  let description = [{
    Runs both roles on paper, for numbers of steps below and above that of slots: index arithmetic is evaluated, barriers
    count arrivals and bytes, and what one wave knows of another follows from arrivals and waits alone. Independent of how the
    waits came about.
  }];
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

def ChooseSwizzles : Pass<"stage-choose-swizzles", "::mlir::ModuleOp"> {
  let summary = "orders tiles in shared memory so that lanes read from different banks";
  let description = [{
    A buffer that copies fill and that has no swizzle gets the one with the fewest bank conflicts for its reads, computed from
    their layouts and the phases that the machine's `@shared` tells of. What one copy moves stays together. Conflicts that are left, also
    with a swizzle that was given, are noted on the buffer.

    Requires: placed kernels.
  }];
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
