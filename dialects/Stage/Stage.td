// The stage dialect: tiles on their way through a machine's shared memory.
#ifndef KILN_DIALECTS_STAGE
#define KILN_DIALECTS_STAGE

include "dialects/Kernel/Kernel.td"

def Stage_Dialect : Dialect {
  let name = "stage";
  let summary = "tiles on their way through shared memory";
  let description = [{
    After placement, tiles have layouts and travel: from global memory into registers, or into a buffer in shared memory
    and from there into registers. Buffers are explicit and have slots, so that a loop can fill one while it reads
    another. Waits and barriers are explicit and derived by the compiler; nobody types one.
  }];
  let cppNamespace = "::kiln::stage";
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::kiln::kernel::KernelDialect"];
}

def Stage_BufferType : TypeDef<Stage_Dialect, "Buffer"> {
  let mnemonic = "buffer";
  let summary = "shared memory for one tile, in one or more slots";
  let description = [{
    Element (i, j) of slot s is at byte `s * slotBytes + address(i, j)`. Dimension `fastest` is contiguous; rows of it are
    `pad` elements longer than the tile. With a swizzle `[m0, m1, ...]` the elements of a row trade places: bit i of the
    row's number XORs m_i to the column. A swizzled buffer has no padding. A slot of a tile too small for all waves to copy a part
    of holds it `replicas` times: every wave issues as many copies.

    ```mlir
    !stage.buffer<2 x [128, 64], bf16, fastest = 1, swizzle = [0, 0, 16, 24]>
    ```
  }];
  let parameters = (ins "int64_t":$slots, ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
                        "unsigned":$fastest, DefaultValuedParameter<"int64_t", "0">:$pad,
                        OptionalArrayRefParameter<"int64_t">:$swizzle,
                        DefaultValuedParameter<"int64_t", "1">:$replicas);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Bytes of one slot.
    int64_t getSlotBytes() const;
    int64_t getBytes() const { return getSlots() * getSlotBytes(); }
    /// Byte alignment that every access to neighbours has, at most 16.
    int64_t getAlignment() const;
    /// Element offset of coordinates within a slot.
    int64_t getElementOffset(llvm::ArrayRef<int64_t> coordinates) const;
  }];
}

class Stage_Op<string opMnemonic, list<Trait> traits = []> : Op<Stage_Dialect, opMnemonic, traits>;

def Stage_AllocOp : Stage_Op<"alloc", [Pure]> {
  let summary = "reserves a buffer in shared memory for the whole kernel";
  let description = [{
    `offset` is its byte address, set when all buffers are known. `name` tells regions apart in listings. `conflicts` are the cycles that
    its reads take beyond the fewest because lanes meet in a bank, once for each way of reading a tile.

    ```mlir
    %a = stage.alloc "a" : !stage.buffer<2 x [128, 64], bf16, fastest = 1>
    ```
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<I64Attr>:$offset, OptionalAttr<I64Attr>:$conflicts);
  let results = (outs Stage_BufferType:$buffer);
  let assemblyFormat = "$name attr-dict `:` type($buffer)";
}

def Stage_WriteOp : Stage_Op<"write"> {
  let summary = "stores a tile from registers into a slot";
  let description = [{
    ```mlir
    stage.write %tile, %a[%slot] : !kernel.tile<[16, 32], f32, #l>, !stage.buffer<1 x [16, 32], f32, fastest = 1>
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, Stage_BufferType:$buffer, Index:$slot);
  let assemblyFormat = "$tile `,` $buffer `[` $slot `]` attr-dict `:` type($tile) `,` type($buffer)";
}

def Stage_ReadOp : Stage_Op<"read"> {
  let summary = "loads a tile from a slot into registers";
  let description = [{
    ```mlir
    %tile = stage.read %a[%slot] : !stage.buffer<1 x [16, 32], f32, fastest = 1> -> !kernel.tile<[16, 32], f32, #l>
    ```
  }];
  let arguments = (ins Stage_BufferType:$buffer, Index:$slot);
  let results = (outs Kernel_TileType:$tile);
  let assemblyFormat = "$buffer `[` $slot `]` attr-dict `:` type($buffer) `->` type($tile)";
}

def Stage_CopyOp : Stage_Op<"copy"> {
  let summary = "starts a copy from global memory straight into a slot";
  let description = [{
    Asynchronous: done when a `stage.wait` says so. `atom` is the copy instruction. Out-of-bounds elements become zero;
    along the tile dimensions `in_bounds` there are none. `dims` is that of `kernel.load`.

    ```mlir
    stage.copy %x[%i, %k], %a[%slot] {atom = @dma, in_bounds = array<i64: 1>} : !kernel.tensor<[?, ?], bf16, align = 16>, !stage.buffer<2 x [128, 64], bf16, fastest = 1>
    ```
  }];
  let arguments = (ins Kernel_TensorType:$tensor, Variadic<Index>:$indices, Stage_BufferType:$buffer, Index:$slot,
                       FlatSymbolRefAttr:$atom, OptionalAttr<DenseI64ArrayAttr>:$dims,
                       DenseI64ArrayAttr:$in_bounds);
  let assemblyFormat = "$tensor `[` $indices `]` `,` $buffer `[` $slot `]` attr-dict `:` type($tensor) `,` type($buffer)";
}

def Stage_WaitOp : Stage_Op<"wait"> {
  let summary = "waits for copies and reads of this wave";
  let description = [{
    Until at most `copies` of its copies into shared memory are in flight (counted in the machine's copy operations, the
    last ones issued) and all of its reads have arrived. `stage-derive-waits` computes the number; before that it is
    absent.

    ```mlir
    stage.wait copies 8
    stage.wait
    ```
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$copies);
  let assemblyFormat = "(`copies` $copies^)? attr-dict";
}

def Stage_BarrierOp : Stage_Op<"barrier"> {
  let summary = "all waves of the workgroup meet";
  let description = [{
    Everything written to shared memory before it is visible after it. With `bare`, only the waves meet; the waits around it
    make memory visible. With `half`, a bare barrier is executed by the lower (0) or the upper (1) half of the waves only: the
    halves then run one barrier apart, until the other half has had its own.

    ```mlir
    stage.barrier
    stage.barrier bare half 1
    ```
  }];
  let arguments = (ins UnitAttr:$bare, OptionalAttr<I64Attr>:$half);
  let assemblyFormat = "(`bare` $bare^)? (`half` $half^)? attr-dict";
}

def Stage_PriorityOp : Stage_Op<"priority"> {
  let summary = "this wave goes before the others of its SIMD, or no longer";
  let description = [{
    ```mlir
    stage.priority high
    stage.priority
    ```
  }];
  let arguments = (ins UnitAttr:$high);
  let assemblyFormat = "(`high` $high^)? attr-dict";
}

#endif
