// The schedule dialect: how a kernel is computed.
#ifndef KILN_DIALECTS_SCHEDULE
#define KILN_DIALECTS_SCHEDULE

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Dialect/Transform/IR/TransformTypes.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Schedule_Dialect : Dialect {
  let name = "schedule";
  let summary = "how a kernel is computed";
  let description = [{
    Operations of Transform-dialect sequences. They bind parameters and put decisions on the kernel's ops, as attributes
    named `schedule.*`; passes carry them out. A schedule cannot change what is computed.

    A schedule file holds named sequences with one argument, the kernel. `schedule.kernel` on a sequence names the
    kernel it is for and `schedule.when` the parameter values it needs (a list: any of them); of several that fit, the first
    is taken.

    ```mlir
    module attributes {transform.with_named_sequence} {
      transform.named_sequence @interleaved(%kernel: !transform.any_op {transform.readonly})
          attributes {schedule.kernel = "matmul", schedule.when = {T = [bf16, f16], Align = 16 : index}} {
        schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
        schedule.waves %kernel count 8 : !transform.any_op
        %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
        schedule.atom %mma shape [16, 16, 32] waves [2, 4] : !transform.any_op
        transform.yield
      }
    }
    ```
  }];
  let cppNamespace = "::kiln::schedule";
  let dependentDialects = ["::mlir::transform::TransformDialect"];
}

/// Ops take a handle to payload and put a decision on it.
class Schedule_Op<string mnemonic> : Op<Schedule_Dialect, mnemonic,
    [DeclareOpInterfaceMethods<TransformOpInterface, ["apply"]>, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     ReportTrackingListenerFailuresOpTrait]>;

def Schedule_ParametersOp : Schedule_Op<"parameters"> {
  let summary = "binds parameters of the kernel";
  let description = [{
    Values given by the user win; what is left takes its default, and what became constant is folded.

    ```mlir
    schedule.parameters %kernel {BM = 256 : index} : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$kernel, DictionaryAttr:$values);
  let assemblyFormat = "$kernel $values attr-dict `:` type($kernel)";
}

def Schedule_FindOp : Schedule_Op<"find"> {
  let summary = "the ops of one kind in a kernel, in order";
  let description = [{
    Fails if there are none. `index` picks one of them.

    ```mlir
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    ```
  }];
  let arguments = (ins StrAttr:$name, TransformHandleTypeInterface:$kernel, OptionalAttr<I64Attr>:$index);
  let results = (outs TransformHandleTypeInterface:$ops);
  let assemblyFormat = "$name (`number` $index^)? `in` $kernel attr-dict `:` functional-type($kernel, $ops)";
}

def Schedule_WavesOp : Schedule_Op<"waves"> {
  let summary = "how many waves a workgroup has";
  let description = [{
    `attributes` (`kernel_attributes`) are function attributes for the code generator that go with this number: how it divides the registers.

    ```mlir
    schedule.waves %kernel count 8 attributes [["name", "value"]] : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$kernel, I64Attr:$count, OptionalAttr<ArrayAttr>:$kernel_attributes,
                       UnitAttr:$hold_accumulators);
  let assemblyFormat = [{
    $kernel `count` $count (`attributes` $kernel_attributes^)? (`hold_accumulators` $hold_accumulators^)? attr-dict `:` type($kernel)
  }];
}

def Schedule_AtomOp : Schedule_Op<"atom"> {
  let summary = "which matrix instruction, and how waves share the tile";
  let description = [{
    `uses` names the instruction; `shape` asks for the fastest one of that M, N and K for the product's types. `waves` is how many
    along M and along N. What is absent is computed.

    ```mlir
    schedule.atom %mma uses @matrix_16x16x32 waves [2, 4] : !transform.any_op
    schedule.atom %mma shape [16, 16, 32] : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$mma, OptionalAttr<FlatSymbolRefAttr>:$atom,
                       OptionalAttr<DenseI64ArrayAttr>:$shape, OptionalAttr<DenseI64ArrayAttr>:$waves);
  let assemblyFormat = "$mma (`uses` $atom^)? (`shape` $shape^)? (`waves` $waves^)? attr-dict `:` type($mma)";
}

def Schedule_StageOp : Schedule_Op<"stage"> {
  let summary = "copies tiles between global and shared memory without passing registers";
  let description = [{
    `atom` is the copy. Rows are ordered so that lanes read from different banks (`stage-choose-swizzles`); with `swizzle` as said there:
    bit i of a row's number XORs `swizzle[i]` to the column. A copy of whole tiles has swizzles of its own. A store goes by parts:
    written to shared memory, copied from there.

    ```mlir
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 swizzle [0, 0, 16, 24] : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$loads, FlatSymbolRefAttr:$atom,
                       OptionalAttr<DenseI64ArrayAttr>:$swizzle);
  let assemblyFormat = "$loads `through` $atom (`swizzle` $swizzle^)? attr-dict `:` type($loads)";
}

def Schedule_RolesOp : Schedule_Op<"roles"> {
  let summary = "waves of their own start the copies";
  let description = [{
    Beside the waves that `schedule.waves` counts, which compute, `producers` more fetch tiles of the pipelined loop ahead of
    them; see the pass `stage-pipeline-roles`. `registers`, of a producer's and of a computing lane, are moved from one to
    the other. `in_flight` products run behind the program.

    ```mlir
    schedule.roles %kernel producers 4 registers [40, 232] in_flight 1 : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$kernel, I64Attr:$producers,
                       OptionalAttr<DenseI64ArrayAttr>:$registers, DefaultValuedAttr<I64Attr, "1">:$in_flight);
  let assemblyFormat = [{
    $kernel `producers` $producers (`registers` $registers^)? (`in_flight` $in_flight^)? attr-dict `:` type($kernel)
  }];
}

def Schedule_PipelineOp : Schedule_Op<"pipeline"> {
  let summary = "overlaps a loop's copies, reads and matrix instructions";
  let description = [{
    With `buffers` slots per staged tile; see the pass `stage-pipeline-loops`. Waits and barriers are derived. By default every
    wave interleaves its memory operations with its matrix instructions (`schedule.interleave`). With `ping_pong` the upper half of
    the waves runs one phase behind the lower one: while one half multiplies, the other reads and copies.

    ```mlir
    schedule.pipeline %loop buffers 4 : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$loop, I64Attr:$buffers, UnitAttr:$ping_pong);
  let assemblyFormat = "$loop `buffers` $buffers (`ping_pong` $ping_pong^)? attr-dict `:` type($loop)";
}

def Schedule_SplitOp : Schedule_Op<"split"> {
  let summary = "a loop's product is computed as products of parts";
  let description = [{
    The operand with M is cut into `parts[0]` along M, the one with N into `parts[1]` along N; see the pass `stage-split-products`.
    Of a pipelined loop every product is a phase of its own, so parts are read and copied one after the other: copies into a
    slot start as soon as its first part has been read.

    ```mlir
    schedule.split %mma parts [2, 2] : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$mma, DenseI64ArrayAttr:$parts);
  let assemblyFormat = "$mma `parts` $parts attr-dict `:` type($mma)";
}

def Schedule_InterleaveOp : Schedule_Op<"interleave"> {
  let summary = "where memory operations stand among the matrix instructions of a pipelined step";
  let description = [{
    Reads of shared memory and copies into it are spread evenly among the first `within` percent of a step's matrix
    instructions, those of the kind `first` ("reads" or "copies") before the others. Without it: reads first, within 75. See
    `lanes-interleave`.

    ```mlir
    schedule.interleave %kernel first "copies" within 50 : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$kernel, StrAttr:$first, I64Attr:$within);
  let assemblyFormat = "$kernel `first` $first `within` $within attr-dict `:` type($kernel)";
}

def Schedule_PriorityOp : Schedule_Op<"priority"> {
  let summary = "a wave that multiplies goes before the others of its SIMD";
  let description = [{
    In a loop whose pipeline has phases of matrix instructions alone (`ping_pong`). Else the waves of a SIMD take turns.

    ```mlir
    schedule.priority %loop : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$loop);
  let assemblyFormat = "$loop attr-dict `:` type($loop)";
}

def Schedule_GridOp : Schedule_Op<"grid"> {
  let summary = "in which order programs run";
  let description = [{
    Programs that run at the same time should share rows and columns of what they read. Of a grid of two dimensions `group`
    rows are walked column by column. Workgroups are dealt to `dies` in turn (each with a cache of its own): with `dies`
    neighbouring programs go to the same die. Both only reorder programs. With `persistent` at most that many workgroups are
    launched, and each computes several programs; this needs `schedule.roles`.

    ```mlir
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    ```
  }];
  let arguments = (ins TransformHandleTypeInterface:$kernel, DefaultValuedAttr<I64Attr, "1">:$group,
                       DefaultValuedAttr<I64Attr, "1">:$dies, OptionalAttr<I64Attr>:$persistent);
  let assemblyFormat = [{
    $kernel (`group` $group^)? (`dies` $dies^)? (`persistent` $persistent^)? attr-dict `:` type($kernel)
  }];
}

#endif
