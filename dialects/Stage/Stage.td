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

    Elements of 6 bits whose rows are copied 16 bytes at a time stand in `blocks`: 32 elements, which are 24 bytes, every 32 bytes, as if an
    element took a byte. The first 16 bytes of a block's place are the first 16 of the block, the second 16 its last 16.

    ```mlir
    !stage.buffer<2 x [128, 64], bf16, fastest = 1, swizzle = [0, 0, 16, 24]>
    ```
  }];
  let parameters = (ins "int64_t":$slots, ArrayRefParameter<"int64_t">:$shape, "::mlir::Type":$elementType,
                        "unsigned":$fastest, DefaultValuedParameter<"int64_t", "0">:$pad,
                        OptionalArrayRefParameter<"int64_t">:$swizzle,
                        DefaultValuedParameter<"int64_t", "1">:$replicas,
                        DefaultValuedParameter<"bool", "false">:$blocks);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Bits from one element of a row to the next; in blocks, from one place of an element to the next.
    unsigned getElementBits() const;
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

//===-- Roles: some waves copy, others compute ---------------------------------------------------------------===//

def Stage_BarriersType : TypeDef<Stage_Dialect, "Barriers"> {
  let mnemonic = "barriers";
  let summary = "barriers in shared memory, one for each slot of a ring of buffers";
  let description = [{
    A barrier goes through phases. A phase is over when all expected arrivals and all expected bytes have come; phases
    are told apart by their parity, 0 and 1 in turn.

    ```mlir
    !stage.barriers<4>
    ```
  }];
  let parameters = (ins "int64_t":$slots);
  let assemblyFormat = "`<` $slots `>`";
}

def Stage_BarriersOp : Stage_Op<"barriers"> {
  let summary = "makes barriers before the roles begin";
  let description = [{
    `arrivals` end a phase. `offset` is the byte address of the first one, 8 bytes each, set when all buffers are known.

    ```mlir
    %full = stage.barriers "full" arrivals 1 : !stage.barriers<4>
    ```
  }];
  let arguments = (ins StrAttr:$name, I64Attr:$arrivals, OptionalAttr<I64Attr>:$offset);
  let results = (outs Stage_BarriersType:$barriers);
  let assemblyFormat = "$name `arrivals` $arrivals attr-dict `:` type($barriers)";
}

def Stage_RolesOp : Stage_Op<"roles", [NoTerminator, NoRegionArguments]> {
  let summary = "waves with different programs";
  let description = [{
    The kernel's waves compute; `producers` more, numbered behind them, copy. Of those a single lane runs the region. All
    waves meet before it begins, so that every barrier is made. `registers`, of a producer's and of a computing lane, moves
    registers from one role to the other. A `stage.barrier` inside is one of the computing waves only.

    ```mlir
    stage.roles producers 4 registers [40, 232] produce {
      // waits for empty slots and fetches tiles
    } compute {
      // waits for full slots and multiplies
    }
    ```
  }];
  let arguments = (ins I64Attr:$producers, OptionalAttr<DenseI64ArrayAttr>:$registers);
  let regions = (region SizedRegion<1>:$produce, SizedRegion<1>:$compute);
  let assemblyFormat = [{
    `producers` $producers (`registers` $registers^)? attr-dict `produce` $produce `compute` $compute
  }];
}

def Stage_WorkgroupOp : Stage_Op<"workgroup", [Pure]> {
  let summary = "this workgroup's number, and how many were launched";
  let description = [{
    ```mlir
    %mine, %all = stage.workgroup
    ```
  }];
  let results = (outs Index:$number, Index:$count);
  let assemblyFormat = "attr-dict";
}

def Stage_ProgramOp : Stage_Op<"program", [Pure]> {
  let summary = "the coordinates of a program";
  let description = [{
    Of program `number` in a grid of the given sizes, in the schedule's order. Takes the place of `kernel.program_id` where a
    workgroup computes several programs.

    ```mlir
    %i, %j = stage.program %number grid(%rows, %columns) : index, index
    ```
  }];
  let arguments = (ins Index:$number, Variadic<Index>:$grid);
  let results = (outs Variadic<Index>:$ids);
  let assemblyFormat = "$number `grid` `(` $grid `)` attr-dict `:` type($ids)";
}

def Stage_AwaitOp : Stage_Op<"await"> {
  let summary = "waits until a barrier's phase of this parity is over";
  let description = [{
    ```mlir
    stage.await %full[%slot] parity %parity : !stage.barriers<4>
    ```
  }];
  let arguments = (ins Stage_BarriersType:$barriers, Index:$slot, Index:$parity);
  let assemblyFormat = "$barriers `[` $slot `]` `parity` $parity attr-dict `:` type($barriers)";
}

def Stage_ExpectOp : Stage_Op<"expect"> {
  let summary = "arrives at a barrier and announces bytes, of which the phase waits too";
  let description = [{
    ```mlir
    stage.expect %full[%slot] bytes 49152 : !stage.barriers<4>
    ```
  }];
  let arguments = (ins Stage_BarriersType:$barriers, Index:$slot, I64Attr:$bytes);
  let assemblyFormat = "$barriers `[` $slot `]` `bytes` $bytes attr-dict `:` type($barriers)";
}

def Stage_ArriveOp : Stage_Op<"arrive"> {
  let summary = "arrives at a barrier, once for each wave";
  let description = [{
    With `when` only if it is true.

    ```mlir
    stage.arrive %empty[%slot] when %started : !stage.barriers<4>
    ```
  }];
  let arguments = (ins Stage_BarriersType:$barriers, Index:$slot, Optional<I1>:$condition);
  let assemblyFormat = "$barriers `[` $slot `]` (`when` $condition^)? attr-dict `:` type($barriers)";
}

def Stage_FetchOp : Stage_Op<"fetch"> {
  let summary = "one lane starts the copy of a whole tile from global memory into a slot";
  let description = [{
    The slot's barrier gets its bytes. Elements outside the tensor become zero. A tile with longer rows than the copy takes lies
    in panels, which are the buffer's first dimension: a tile of 64 x 256 may fill a slot of `[4, 64, 64]`.

    ```mlir
    stage.fetch %x[%i, %k], %a[%slot], %full {atom = @tile_load} : !kernel.tensor<[?, ?], bf16, align = 16>, !stage.buffer<4 x [128, 64], bf16, fastest = 1, swizzle = [8, 16, 32]>, !stage.barriers<4>
    ```
  }];
  let arguments = (ins Kernel_TensorType:$tensor, Variadic<Index>:$indices, Stage_BufferType:$buffer, Index:$slot,
                       Stage_BarriersType:$barriers, FlatSymbolRefAttr:$atom);
  let assemblyFormat = [{
    $tensor `[` $indices `]` `,` $buffer `[` $slot `]` `,` $barriers attr-dict `:` type($tensor) `,` type($buffer) `,` type($barriers)
  }];
}

def Stage_PutOp : Stage_Op<"put"> {
  let summary = "one lane starts the copy of a slot to global memory";
  let description = [{
    Elements outside the tensor are not written. The slot may be written again when `stage.reclaim` says so.

    ```mlir
    stage.put %staged[%slot], %c[%i, %j] {atom = @tile_store} : !stage.buffer<2 x [128, 64], bf16, fastest = 1, swizzle = [8, 16, 32]>, !kernel.tensor<[?, ?], bf16, align = 16>
    ```
  }];
  let arguments = (ins Stage_BufferType:$buffer, Index:$slot, Kernel_TensorType:$tensor, Variadic<Index>:$indices,
                       FlatSymbolRefAttr:$atom);
  let assemblyFormat = [{
    $buffer `[` $slot `]` `,` $tensor `[` $indices `]` attr-dict `:` type($buffer) `,` type($tensor)
  }];
}

def Stage_ReclaimOp : Stage_Op<"reclaim"> {
  let summary = "the lane that puts waits until all of its puts but the last `leaving` have read their slots";
  let description = [{
    ```mlir
    stage.reclaim leaving 1
    ```
  }];
  let arguments = (ins I64Attr:$leaving);
  let assemblyFormat = "`leaving` $leaving attr-dict";
}

def Stage_PublishOp : Stage_Op<"publish"> {
  let summary = "what this wave has written to shared memory is seen by puts after the next barrier";
  let description = [{
    ```mlir
    stage.publish
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Stage_ViewOp : Stage_Op<"view"> {
  let summary = "a slot as a tile that stays in shared memory";
  let description = [{
    For matrix instructions that read their operands there. With `transposed` the tile is the transpose of the buffer's. The
    buffer may be of panels (`stage.fetch`).

    ```mlir
    %t = stage.view %b[%slot] transposed : !stage.buffer<4 x [256, 64], bf16, fastest = 1> -> !kernel.tile<[64, 256], bf16, #layout.shared>
    ```
  }];
  let arguments = (ins Stage_BufferType:$buffer, Index:$slot, UnitAttr:$transposed);
  let results = (outs Kernel_TileType:$tile);
  let assemblyFormat = "$buffer `[` $slot `]` (`transposed` $transposed^)? attr-dict `:` type($buffer) `->` type($tile)";
}

def Stage_RetireOp : Stage_Op<"retire"> {
  let summary = "waits until at most `leaving` products run behind the program";
  let description = [{
    Those before them no longer read their operands' slots. Their accumulators stay out of reach until `stage.settle`.

    ```mlir
    stage.retire leaving 1
    ```
  }];
  let arguments = (ins I64Attr:$leaving);
  let assemblyFormat = "`leaving` $leaving attr-dict";
}

def Stage_SettleOp : Stage_Op<"settle"> {
  let summary = "waits for all products that run behind the program and gives the accumulator";
  let description = [{
    `atom` is the matrix instruction.

    ```mlir
    %done = stage.settle %sum {atom = @product} : !kernel.tile<[128, 256], f32> -> !kernel.tile<[128, 256], f32>
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, FlatSymbolRefAttr:$atom);
  let results = (outs Kernel_TileType:$result);
  let assemblyFormat = "$tile attr-dict `:` type($tile) `->` type($result)";
}

def Stage_SliceOp : Stage_Op<"slice", [Pure]> {
  let summary = "part of a tile";
  let description = [{
    From `offsets` on. Every lane keeps what it holds of it.

    ```mlir
    %right = stage.slice %tile at [0, 64] : !kernel.tile<[128, 256], bf16> -> !kernel.tile<[128, 64], bf16>
    ```
  }];
  let arguments = (ins Kernel_TileType:$tile, DenseI64ArrayAttr:$offsets);
  let results = (outs Kernel_TileType:$part);
  let assemblyFormat = "$tile `at` $offsets attr-dict `:` type($tile) `->` type($part)";
}

def Stage_JoinOp : Stage_Op<"join", [Pure, SameTypeOperands]> {
  let summary = "a tile from its parts";
  let description = [{
    All parts have one shape, and come in the order of their rows, those of a row from left to right. Every lane keeps what it
    holds of each.

    ```mlir
    %tile = stage.join %upper, %lower : !kernel.tile<[64, 128], f32>, !kernel.tile<[64, 128], f32> -> !kernel.tile<[128, 128], f32>
    ```
  }];
  let arguments = (ins Variadic<Kernel_TileType>:$parts);
  let results = (outs Kernel_TileType:$tile);
  let assemblyFormat = "$parts attr-dict `:` type($parts) `->` type($tile)";
  let hasVerifier = 1;
}

#endif
