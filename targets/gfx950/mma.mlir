// Written by utils/generate-mfma-atoms. Do not edit: change that script.
// Dense matrix instructions that AMD CDNA4 adds to CDNA3 or changes. Shapes and layouts: AMD CDNA4
// ISA 7.1. Cycles: four times the passes, which LLVM's SISchedule.td gives. 8-bit floats are OCP's
// (CDNA4 ISA 7.1.2); the f64 instruction takes twice CDNA3's time.

#a_32x16 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 8]]>
#b_16x32 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [8, 0]]>
#acc_32x32 = #layout.linear<2, reg = [[1, 0], [2, 0], [8, 0], [16, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [4, 0]]>
#a_16x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 8], [0, 16]]>
#b_32x16 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [8, 0], [16, 0]]>
#acc_16x16 = #layout.linear<2, reg = [[1, 0], [2, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [4, 0], [8, 0]]>
#a_32x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [0, 8]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 16]]>
#b_32x32 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [16, 0]]>
#a_16x64 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [0, 8]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 16], [0, 32]]>
#b_64x16 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [16, 0], [32, 0]]>
#a_16x4 = #layout.linear<2, reg = [],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1], [0, 2]]>
#b_4x16 = #layout.linear<2, reg = [],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]>
#acc_16x16_f64 = #layout.linear<2, reg = [[4, 0], [8, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]>

target.machine @gfx950 {
  target.mma @mfma_f32_32x32x16_f16 attributes {
      m = 32, n = 32, k = 16, a = f16, b = f16, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xf16>, %b: vector<8xf16>, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<8xf16>, vector<8xf16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_16x16x32_f16 attributes {
      m = 16, n = 16, k = 32, a = f16, b = f16, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xf16>, %b: vector<8xf16>, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<8xf16>, vector<8xf16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x16_bf16 attributes {
      m = 32, n = 32, k = 16, a = bf16, b = bf16, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xbf16>, %b: vector<8xbf16>, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.bf16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<8xbf16>, vector<8xbf16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_16x16x32_bf16 attributes {
      m = 16, n = 16, k = 32, a = bf16, b = bf16, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xbf16>, %b: vector<8xbf16>, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.bf16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<8xbf16>, vector<8xbf16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_i32_32x32x32_i8 attributes {
      m = 32, n = 32, k = 32, a = i8, b = i8, acc = i32,
      layout_a = #a_32x32, layout_b = #b_32x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<16xi8>, %b: vector<16xi8>, %acc: vector<16xi32>):
    %a_bits = llvm.bitcast %a : vector<16xi8> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<16xi8> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.32x32x32.i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi32>, vector<4xi32>, vector<16xi32>, i32, i32, i32) -> vector<16xi32>
    target.yield %d : vector<16xi32>
  }

  target.mma @mfma_i32_16x16x64_i8 attributes {
      m = 16, n = 16, k = 64, a = i8, b = i8, acc = i32,
      layout_a = #a_16x64, layout_b = #b_64x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<16xi8>, %b: vector<16xi8>, %acc: vector<4xi32>):
    %a_bits = llvm.bitcast %a : vector<16xi8> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<16xi8> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.16x16x64.i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi32>, vector<4xi32>, vector<4xi32>, i32, i32, i32) -> vector<4xi32>
    target.yield %d : vector<4xi32>
  }

  target.mma @mfma_f64_16x16x4_f64 attributes {
      m = 16, n = 16, k = 4, a = f64, b = f64, acc = f64,
      layout_a = #a_16x4, layout_b = #b_4x16, layout_acc = #acc_16x16_f64,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: f64, %b: f64, %acc: vector<4xf64>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f64.16x16x4f64 %a, %b, %acc,
        %zero, %zero, %zero
        : (f64, f64, vector<4xf64>, i32, i32, i32) -> vector<4xf64>
    target.yield %d : vector<4xf64>
  }

  target.mma @mfma_f32_16x16x32_fp8_fp8 attributes {
      m = 16, n = 16, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.fp8.fp8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_16x16x32_fp8_bf8 attributes {
      m = 16, n = 16, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.fp8.bf8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_16x16x32_bf8_fp8 attributes {
      m = 16, n = 16, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.bf8.fp8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_16x16x32_bf8_bf8 attributes {
      m = 16, n = 16, k = 32, a = f8E5M2, b = f8E5M2, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x32.bf8.bf8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x16_fp8_fp8 attributes {
      m = 32, n = 32, k = 16, a = f8E4M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.fp8.fp8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_32x32x16_fp8_bf8 attributes {
      m = 32, n = 32, k = 16, a = f8E4M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.fp8.bf8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_32x32x16_bf8_fp8 attributes {
      m = 32, n = 32, k = 16, a = f8E5M2, b = f8E4M3FN, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.bf8.fp8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_32x32x16_bf8_bf8 attributes {
      m = 32, n = 32, k = 16, a = f8E5M2, b = f8E5M2, acc = f32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x16.bf8.bf8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }
}
