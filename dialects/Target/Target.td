// The target dialect: a GPU as data.
#ifndef KILN_DIALECTS_TARGET
#define KILN_DIALECTS_TARGET

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Target_Dialect : Dialect {
  let name = "target";
  let summary = "what a GPU is made of";
  let description = [{
    A machine is an instruction set with its limits; a chip is a product that has it. Everything the compiler does with
    a GPU goes through *atoms*: matrix instructions, copies, elementwise instructions and named operations. An atom has
    facts (shape, types, layouts, cost) and a body, which is the MLIR that the compiler puts in its place. A new GPU
    is a file in this dialect.

    Unknown keys are errors, so a misspelt fact is found when the file is read.
  }];
  let cppNamespace = "::kiln::target";
  let dependentDialects = ["::kiln::layout::LayoutDialect"];
}

class Target_Op<string mnemonic, list<Trait> traits = []> : Op<Target_Dialect, mnemonic, traits>;

/// An op of a machine: a symbol with facts in its attribute dictionary; keys that it does not know are errors.
class Target_FactOp<string mnemonic, list<Trait> traits = []>
    : Target_Op<mnemonic, !listconcat([Symbol, HasParent<"MachineOp">], traits)> {
  let hasVerifier = 1;
}

/// A fact op with a body, inlined where the compiler uses it.
class Target_AtomOp<string mnemonic, list<Trait> traits = []>
    : Target_FactOp<mnemonic, !listconcat([IsolatedFromAbove, SingleBlock], traits)> {
  let regions = (region SizedRegion<1>:$body);
}

def Target_MachineOp : Target_Op<"machine", [Symbol, SymbolTable, NoTerminator, SingleBlock, IsolatedFromAbove]> {
  let summary = "an instruction set architecture and its limits";
  let description = [{
    Keys of the attribute dictionary:

    | key | meaning |
    |---|---|
    | `triple`, `cpu`, `features` | what LLVM calls it |
    | `kernel_convention` | LLVM's calling convention of a kernel |
    | `kernel_attributes` | function attributes of every kernel: pairs of strings; `$threads` stands for the workgroup's size |
    | `llvm_options` | process-wide options of the code generator, name to value |
    | `lanes` | lanes of a wave |
    | `max_threads` | largest workgroup |
    | `max_waves` | waves that one SIMD holds |
    | `simds` | SIMDs of a compute unit |
    | `default_waves` | waves of a workgroup when a schedule does not say |
    | `formats` | element types that its instructions understand |
    | `tracking` | how asynchronous copies are waited for unless the copy says: `none`, `counter`, `group` or `barrier` |
    | `tensor_map` | how a kernel receives the map of a tensor: `{bytes, align, attributes}` of a parameter passed by value |
    | `inherits` | machines whose facts, but not chips, this one takes over unless it has its own of the same name |
    | `removes` | inherited facts that this machine lacks |

    A machine may be spread over several ops of its name, one per file, and each key may stand in any of them.
    `verifyComplete` checks what they make together.

    ```mlir
    target.machine @toy attributes {triple = "amdgcn-amd-amdhsa", cpu = "toy", lanes = 64, max_threads = 1024,
                         formats = [f32, bf16], tracking = "counter"} {
      target.memory @shared {space = 3, bytes = 65536, banks = 32, bank_bytes = 4}
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$triple, OptionalAttr<StrAttr>:$cpu,
                       DefaultValuedOptionalAttr<StrAttr, "\"\"">:$features,
                       OptionalAttr<StrAttr>:$kernel_convention, OptionalAttr<ArrayAttr>:$kernel_attributes,
                       OptionalAttr<DictionaryAttr>:$llvm_options, OptionalAttr<I64Attr>:$lanes,
                       OptionalAttr<I64Attr>:$max_threads, OptionalAttr<I64Attr>:$max_waves,
                       OptionalAttr<I64Attr>:$simds, OptionalAttr<I64Attr>:$default_waves,
                       OptionalAttr<TypeArrayAttr>:$formats, OptionalAttr<StrAttr>:$tracking,
                       OptionalAttr<DictionaryAttr>:$tensor_map,
                       OptionalAttr<StrArrayAttr>:$inherits, OptionalAttr<StrArrayAttr>:$removes);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static llvm::StringRef getDefaultDialect() { return "target"; }
  }];
}

def Target_MemoryOp : Target_FactOp<"memory"> {
  let summary = "a memory";
  let description = [{
    `space` is LLVM's address space; sizes are in bytes. `granule` is the unit of allocation. `phases` lists, per
    access width in bytes, which lanes the banks serve together: `phases = {read_16 = [[0, 1, ...], ...]}`.
    `access_banks` names the accesses for which the memory works as if it had fewer banks: `{read_12 = 32}`.
    Where a kernel may declare less than there is, `static_bytes` says how much; more is asked for at the launch.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$space, OptionalAttr<I64Attr>:$bytes,
                       DefaultValuedOptionalAttr<I64Attr, "1">:$granule, OptionalAttr<I64Attr>:$banks,
                       OptionalAttr<I64Attr>:$bank_bytes, OptionalAttr<DictionaryAttr>:$phases,
                       OptionalAttr<DictionaryAttr>:$access_banks, OptionalAttr<I64Attr>:$static_bytes);
  let assemblyFormat = "$sym_name attr-dict";
}

def Target_RegistersOp : Target_FactOp<"registers"> {
  let summary = "a register file";
  let description = [{
    `count` registers per lane (or per wave, if `per` is "wave") of `bits` bits are shared by the waves of a SIMD;
    a wave takes a multiple of `granule` and at most `limit`.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$count, DefaultValuedOptionalAttr<I64Attr, "32">:$bits,
                       DefaultValuedOptionalAttr<I64Attr, "1">:$granule, OptionalAttr<I64Attr>:$limit,
                       DefaultValuedOptionalAttr<StrAttr, "\"lane\"">:$per);
  let assemblyFormat = "$sym_name attr-dict";
}

def Target_CounterOp : Target_FactOp<"counter"> {
  let summary = "a counter of operations in flight";
  let description = [{
    Asynchronous atoms say `tracked_by` which counter they raise. `max` is the largest count a wait can name; `in_order`
    says whether operations retire in the order of issue, so that a wait may leave the last few in flight.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$max, DefaultValuedOptionalAttr<BoolAttr, "true">:$in_order);
  let assemblyFormat = "$sym_name attr-dict";
}

def Target_ChipOp : Target_FactOp<"chip"> {
  let summary = "a product with this instruction set";
  let description = [{
    `peak` gives TFLOP/s (TOP/s) by element type for dense matrix work, `bandwidth_gbps` the memory's GB/s.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$compute_units, I64Attr:$clock_mhz,
                       OptionalAttr<I64Attr>:$memory_gb, I64Attr:$bandwidth_gbps, OptionalAttr<I64Attr>:$dies,
                       OptionalAttr<I64Attr>:$l2_bytes, OptionalAttr<DictionaryAttr>:$peak);
  let assemblyFormat = "$sym_name attr-dict";
}

def Target_MmaOp : Target_AtomOp<"mma"> {
  let summary = "a matrix instruction";
  let description = [{
    `m`, `n`, `k` and the element types `a`, `b`, `acc` of one instruction; `layout_a` (m x k), `layout_b` (k x n) and
    `layout_acc` (m x n) say which lane and register holds which element. With `blocks` above 1 the instruction does as many
    independent products and layouts have a leading block dimension. `scale_block` marks a block-scaled
    instruction: `layout_scale_a` (m x k/block) and `layout_scale_b` (k/block x n).

    The body takes per-lane vectors of a, b and acc (elements below 16 bits as integers of their width; scales as
    one i32 each, of which the lowest byte counts) and yields the accumulator. `cycles` is what it occupies its `unit` for.
    `inexact` marks an instruction that reads fewer bits of a and b than their types have, or keeps fewer of the sum than
    acc has: only a schedule that names it gets it.

    With `waves` above 1 so many consecutive waves execute it together, and layouts have as many wave bits.

    An instruction that reads its operands from shared memory has `shared_swizzle` instead of `layout_a` and `layout_b`; with
    `layout_a` only B is read there, and A's registers, which `@matrix_hold` takes before the fence, must stay as they are until it is done.
    K runs along rows of twice the last mask's bytes, and bit i of a row's number XORs `shared_swizzle[i]` to the byte
    within the row. The body takes pointers to the first row of A and of B (whose rows are its columns). With `transposable`
    rows may also run along M (of A) or N (of B), and K from row to row; longer ones lie in panels, all rows' first bytes before
    the next ones. The body then takes one more argument for each operand in shared memory, which is constant where it is used: an i32 that
    is 0 if K runs along the rows, else the bytes from one panel to the next. Only a schedule
    that names it gets it. Such instructions run behind the program: `@matrix_fence` comes before several of them,
    `@matrix_commit` makes them a group, `@matrix_wait_N` waits until at most N groups run. When none runs, the operation
    that `settle` names takes the accumulator, as many registers at a time as its argument has: it keeps LLVM, which does
    not see the instructions run, from using them earlier.

    Such an instruction often exists for several n. `wider` lists the larger ones, each as `[n, cycles]`. The accumulator
    goes on in further registers, each repetition `n` columns to the right. Every n is an atom of its own: `$n` in its
    name and in the assembly of its body is n, and vectors in the body that hold the accumulator are as many times longer. So with
    `wider = [[16, 8], [32, 16]]` a `@product_4x$nx4` of n = 8 is `@product_4x8x4`, `@product_4x16x4` and `@product_4x32x4`.
    An n may be a multiple that is no power of two. Its accumulator has the layout of the next power of two, of which the last
    registers, with columns from n on, do not exist. The tiles of kernels do not divide into such instructions.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$m, I64Attr:$n, I64Attr:$k,
                       DefaultValuedOptionalAttr<I64Attr, "1">:$blocks, TypeAttr:$a, TypeAttr:$b, TypeAttr:$acc,
                       OptionalAttr<AnyAttr>:$layout_a, OptionalAttr<AnyAttr>:$layout_b, AnyAttr:$layout_acc,
                       DefaultValuedOptionalAttr<I64Attr, "1">:$waves, OptionalAttr<I64ArrayAttr>:$shared_swizzle,
                       UnitAttr:$transposable, OptionalAttr<FlatSymbolRefAttr>:$settle,
                       OptionalAttr<ArrayAttr>:$wider,
                       OptionalAttr<I64Attr>:$scale_block,
                       OptionalAttr<AnyAttr>:$layout_scale_a, OptionalAttr<AnyAttr>:$layout_scale_b, StrAttr:$unit,
                       I64Attr:$cycles, UnitAttr:$inexact);
  let extraClassDeclaration = [{
    /// Bytes of a row of an operand in shared memory.
    int64_t getSharedRowBytes();
  }];
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Target_CopyOp : Target_AtomOp<"copy"> {
  let summary = "a copy between two memories, or memory and registers";
  let description = [{
    `from` and `to` are "global", "shared" or "register"; `bytes` per lane. Bodies:

    | from, to | arguments | yields |
    |---|---|---|
    | global, register | view, i32 byte offset, i32 uniform byte offset, i1 in bounds | vector<N x i32> (i8, i16 below 4 bytes); zero out of bounds |
    | register, global | the value, then as above | |
    | global, shared | as the first, then the wave's uniform shared pointer, or, with `per_lane`, the lane's own | |
    | global, shared, with `tile_swizzles` | pointer to the tensor's map, i32 column, i32 row, shared pointer, pointer to a barrier | |
    | shared, global, with `tile_swizzles` | pointer to the tensor's map, i32 column, i32 row, shared pointer | |

    A view is what the operation `@view` makes of a pointer. `tracked_by` names the counter of an asynchronous copy;
    `tracking` says how this copy is waited for if not as the machine's others.
    With `max_step` a copy into shared memory takes one more argument: a constant i32 of at most so many bytes, which the
    instruction adds to both of its addresses. Copies that differ in it can share one destination.

    A copy with `tile_swizzles` moves a whole tile of two dimensions, of at most `tile_limit` elements each, for one lane,
    through a map of the tensor; elements outside the tensor read as zero and are not written. `bytes` is what addresses and
    rows must be multiples of. Each swizzle is a list of masks as in `shared_swizzle` of `target.mma`: a row of the tile has twice
    the last mask's bytes.

    A copy that `transposes` exchanges elements of that many bits between lanes on their way to the registers.
    `exchange` is a layout whose two coordinates are (lane, element): register r of lane l gets the named element of
    what the named lane has addressed. From shared memory to registers the argument is a pointer.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$from, StrAttr:$to, I64Attr:$bytes,
                       UnitAttr:$per_lane, OptionalAttr<I64Attr>:$max_step,
                       OptionalAttr<FlatSymbolRefAttr>:$tracked_by, OptionalAttr<StrAttr>:$tracking,
                       OptionalAttr<ArrayAttr>:$tile_swizzles, OptionalAttr<I64Attr>:$tile_limit,
                       OptionalAttr<I64Attr>:$transposes, OptionalAttr<AnyAttr>:$exchange, OptionalAttr<I64Attr>:$cycles);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Target_ElementwiseOp : Target_AtomOp<"elementwise"> {
  let summary = "an instruction for an elementwise operation";
  let description = [{
    `implements` names an operation of `arith` or `math`, or `convert`; `from` and `to` are its element types, `width` how
    many elements one instruction takes: the body maps scalars (width 1) or vectors.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$implements, TypeAttr:$from, TypeAttr:$to,
                       DefaultValuedOptionalAttr<I64Attr, "1">:$width, OptionalAttr<I64Attr>:$cycles);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Target_OperationOp : Target_AtomOp<"operation"> {
  let summary = "a named operation of the machine";
  let description = [{
    What every machine must have is listed in `targets/README.md`: `@workgroup_id`, `@thread_id`, `@barrier`,
    `@shuffle_xor`, `@view`. Others are optional and used if present: `@wait`, `@priority`, `@pin`, `@uniform`, and those
    for roles, which `targets/README.md` lists.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let extraClassDeclaration = [{
    mlir::FunctionType getFunctionType();
  }];
}

def Target_YieldOp : Target_Op<"yield", [Pure, Terminator]> {
  let summary = "the result of an atom's body";
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Target_ApplyOp : Target_Op<"apply"> {
  let summary = "uses an atom";
  let description = [{
    Stands for the body of the named atom until `convert-atoms-to-bodies` inlines it. In the body of an atom it uses another
    one, so that what several have in common stands once. `tag` says which part of the kernel it belongs to, for the
    inspector and for ordering.
  }];
  let arguments = (ins FlatSymbolRefAttr:$atom, Variadic<AnyType>:$inputs);
  let results = (outs Variadic<AnyType>:$outputs);
  let assemblyFormat = "$atom `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
}

def Target_AsmOp : Target_Op<"asm"> {
  let summary = "an instruction in the machine's assembly, whose operands may be lists of registers";
  let description = [{
    `$i` in the text stands for operand i; a vector is written as its registers, separated by commas. `constraints` has
    LLVM's constraint letter for each operand. Results are the first operands, changed in place.

    ```mlir
    %sum = target.asm "accumulate {$0}, $1;" "f,l" (%acc, %address) : (vector<4xf32>, i64) -> vector<4xf32>
    ```
  }];
  let arguments = (ins StrAttr:$text, StrAttr:$constraints, Variadic<AnyType>:$inputs);
  let results = (outs Variadic<AnyType>:$outputs);
  let assemblyFormat = "$text $constraints `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)";
  let hasVerifier = 1;
}

#endif
