// Warpgroup matrix instructions: four warps multiply together, both operands are read from shared memory.
//
// PTX ISA 9.7.15.5 "Asynchronous multiply-and-accumulate operations". Figures of its section for m64nNkK: accumulator D has
// row 16 * (warp % 4) + lane / 4 (+ 8 for every second pair of elements), column 8 * (element / 4) + 2 * (lane % 4) + element % 2.
// They exist for every n that is a multiple of 8 up to 256, of integers above 32 of 16 ("Shape"); tiles of kernels have powers of two as
// sizes and divide into such n only. Not here, because the kernel dialect has no such operands: single bits, unsigned bytes,
// and sparse A. Rows in shared memory may also have 64, 32 or 16 bytes, which nothing here asks for. wgmma-registers.mlir has
// those whose A is in registers.
//
// Cycles, of 32 bytes along k: 2,048 multiply-adds of 16-bit floats a cycle and SM, half as many of tf32, twice as many of 8-bit
// types (NVIDIA H100 whitepaper, table 1), make n / 2. Reading A takes 16 and B n / 4 cycles at 128 bytes a cycle (CUDA C++
// Programming Guide 16.6.3: 32 banks of 4 bytes), which is more below n = 64. Measured on an H100, 64 in a row, each took
// between 0.6 and 0.8 more than that, for bf16 in each transposition, tf32 and e4m3.
#acc_64x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#wider = [[16, 20], [24, 22], [32, 24], [40, 26], [48, 28], [56, 30], [64, 32], [72, 36], [80, 40], [88, 44], [96, 48],
    [104, 52], [112, 56], [120, 60], [128, 64], [136, 68], [144, 72], [152, 76], [160, 80], [168, 84], [176, 88], [184, 92],
    [192, 96], [200, 100], [208, 104], [216, 108], [224, 112], [232, 116], [240, 120], [248, 124], [256, 128]]
#wider_integers = [[16, 20], [24, 22], [32, 24], [48, 28], [64, 32], [80, 40], [96, 48], [112, 56], [128, 64], [144, 72],
    [160, 80], [176, 88], [192, 96], [208, 104], [224, 112], [240, 120], [256, 128]]

target.machine @sm_90a {
  // "Matrix descriptor format" with the 128-byte swizzle: address / 16 in bits 0-13, 1024 bytes between groups of eight rows
  // (64 * 16) in bits 32-45, swizzle mode 1 in bits 62-63. With K along the rows a step along K is an address within the row,
  // and the leading dimension (bits 16-29) is not used.
  target.operation @matrix_descriptor {
  ^bb0(%rows: !llvm.ptr<3>):
    %address = llvm.ptrtoint %rows : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %sixteenths = arith.shrui %address, %four : i32
    %wide = arith.extui %sixteenths : i32 to i64
    %form = arith.constant 0x4000004000000000 : i64
    %descriptor = arith.ori %wide, %form : i64
    target.yield %descriptor : i64
  }

  // The descriptor and whether the operand is transposed. If it is, the leading dimension is the bytes / 16 between panels of
  // rows ("Leading dimension byte offset", M- or N-major).
  target.operation @matrix_operand {
  ^bb0(%rows: !llvm.ptr<3>, %panel: i32):
    %along_k = target.apply @matrix_descriptor(%rows) : (!llvm.ptr<3>) -> i64
    %wide = arith.extui %panel : i32 to i64
    %twelve = arith.constant 12 : i64
    %leading = arith.shli %wide, %twelve : i64
    %descriptor = arith.ori %along_k, %leading : i64
    %zero = arith.constant 0 : i32
    %across = arith.cmpi ne, %panel, %zero : i32
    %transposed = arith.extui %across : i1 to i32
    target.yield %descriptor, %transposed : i64, i32
  }

  // Accumulators that "wgmma.wait_group" has made readable: LLVM does not know that the instructions change them until then.
  target.operation @settle_f32 {
  ^bb0(%acc: vector<4xf32>):
    %done = target.asm "" "f" (%acc) : (vector<4xf32>) -> vector<4xf32>
    target.yield %done : vector<4xf32>
  }

  target.operation @settle_i32 {
  ^bb0(%acc: vector<4xi32>):
    %done = target.asm "" "r" (%acc) : (vector<4xi32>) -> vector<4xi32>
    target.yield %done : vector<4xi32>
  }

  target.operation @settle_f16 {
  ^bb0(%acc: vector<4xf16>):
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %done = target.asm "" "r" (%pairs) : (vector<2xi32>) -> vector<2xi32>
    %halves = vector.bitcast %done : vector<2xi32> to vector<4xf16>
    target.yield %halves : vector<4xf16>
  }

  target.mma @wgmma_m64n$nk16_f32_bf16 attributes {m = 64, n = 8, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>, %panel_a: i32, %panel_b: i32):
    %da, %ta = target.apply @matrix_operand(%a, %panel_a) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f32.bf16.bf16 {$0}, $1, $2, 1, 1, 1, $3, $4;" "f,l,l,n,n" (%acc, %da, %db, %ta, %tb)
        : (vector<4xf32>, i64, i64, i32, i32) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk16_f32_f16 attributes {m = 64, n = 8, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>, %panel_a: i32, %panel_b: i32):
    %da, %ta = target.apply @matrix_operand(%a, %panel_a) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f32.f16.f16 {$0}, $1, $2, 1, 1, 1, $3, $4;" "f,l,l,n,n" (%acc, %da, %db, %ta, %tb)
        : (vector<4xf32>, i64, i64, i32, i32) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk16_f16_f16 attributes {m = 64, n = 8, k = 16, a = f16, b = f16, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f16, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf16>, %panel_a: i32, %panel_b: i32):
    %da, %ta = target.apply @matrix_operand(%a, %panel_a) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f16.f16.f16 {$0}, $1, $2, 1, 1, 1, $3, $4;" "r,l,l,n,n" (%pairs, %da, %db, %ta, %tb)
        : (vector<2xi32>, i64, i64, i32, i32) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  // f32 operands, of which the instruction reads 10 fraction bits.
  target.mma @wgmma_m64n$nk8_f32_tf32 attributes {m = 64, n = 8, k = 8, a = f32, b = f32, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18, inexact} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk8.f32.tf32.tf32 {$0}, $1, $2, 1, 1, 1;" "f,l,l" (%acc, %da, %db)
        : (vector<4xf32>, i64, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  // 8-bit floats. Of sums in f32 the tensor core keeps 13 bits below the leading bit of the largest term, the accumulator included
  // (measured on an H100: 2^16 + 2^3 comes out whole, 2^16 + 2^2 as 2^16, and so does 2^16 + 8 * 2^2; DeepSeek-V3 Technical
  // Report, 3.3.2: about 14 bits). With 16-bit floats, and by mma.sync with 8-bit ones, 2^16 + 2^-7 is kept.
  target.mma @wgmma_m64n$nk32_f32_e4m3_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18, inexact} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e4m3.e4m3 {$0}, $1, $2, 1, 1, 1;" "f,l,l" (%acc, %da, %db)
        : (vector<4xf32>, i64, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk32_f32_e4m3_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18, inexact} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e4m3.e5m2 {$0}, $1, $2, 1, 1, 1;" "f,l,l" (%acc, %da, %db)
        : (vector<4xf32>, i64, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk32_f32_e5m2_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18, inexact} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e5m2.e4m3 {$0}, $1, $2, 1, 1, 1;" "f,l,l" (%acc, %da, %db)
        : (vector<4xf32>, i64, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk32_f32_e5m2_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18, inexact} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e5m2.e5m2 {$0}, $1, $2, 1, 1, 1;" "f,l,l" (%acc, %da, %db)
        : (vector<4xf32>, i64, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_m64n$nk32_f16_e4m3_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e4m3.e4m3 {$0}, $1, $2, 1, 1, 1;" "r,l,l" (%pairs, %da, %db)
        : (vector<2xi32>, i64, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_m64n$nk32_f16_e4m3_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e4m3.e5m2 {$0}, $1, $2, 1, 1, 1;" "r,l,l" (%pairs, %da, %db)
        : (vector<2xi32>, i64, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_m64n$nk32_f16_e5m2_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e5m2.e4m3 {$0}, $1, $2, 1, 1, 1;" "r,l,l" (%pairs, %da, %db)
        : (vector<2xi32>, i64, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_m64n$nk32_f16_e5m2_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_acc = #acc_64x8, wider = #wider, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e5m2.e5m2 {$0}, $1, $2, 1, 1, 1;" "r,l,l" (%pairs, %da, %db)
        : (vector<2xi32>, i64, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  // The sum wraps, as the instruction does without .satfinite.
  target.mma @wgmma_m64n$nk32_i32_i8 attributes {m = 64, n = 8, k = 32, a = i8, b = i8, acc = i32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_i32, layout_acc = #acc_64x8, wider = #wider_integers, unit = "tensor",
      cycles = 18} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xi32>):
    %da = target.apply @matrix_descriptor(%a) : (!llvm.ptr<3>) -> i64
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.s32.s8.s8 {$0}, $1, $2, 1;" "r,l,l" (%acc, %da, %db)
        : (vector<4xi32>, i64, i64) -> vector<4xi32>
    target.yield %sum : vector<4xi32>
  }
}
