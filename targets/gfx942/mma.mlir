// Written by utils/generate-mfma-atoms. Do not edit: change that script.
// Dense matrix instructions of AMD CDNA3. Shapes and layouts: AMD CDNA3 ISA 7.1 and AMD's matrix
// instruction calculator. Cycles: four times the passes, which that and LLVM's SISchedule.td give.
// 8-bit floats are FNUZ (CDNA3 ISA 7.1.2).

#a_32x2 = #layout.linear<2, reg = [],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 1]]>
#b_2x32 = #layout.linear<2, reg = [],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [1, 0]]>
#acc_32x32 = #layout.linear<2, reg = [[1, 0], [2, 0], [8, 0], [16, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [4, 0]]>
#a_16x4 = #layout.linear<2, reg = [],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1], [0, 2]]>
#b_4x16 = #layout.linear<2, reg = [],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]>
#acc_16x16 = #layout.linear<2, reg = [[1, 0], [2, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [4, 0], [8, 0]]>
#a_2b_32x1 = #layout.linear<3, reg = [],
    lane = [[0, 1, 0], [0, 2, 0], [0, 4, 0], [0, 8, 0], [0, 16, 0], [1, 0, 0]]>
#b_2b_1x32 = #layout.linear<3, reg = [],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [0, 0, 16], [1, 0, 0]]>
#acc_2b_32x32 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0], [0, 8, 0], [0, 16, 0], [1, 0, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [0, 0, 16], [0, 4, 0]]>
#a_4b_16x1 = #layout.linear<3, reg = [],
    lane = [[0, 1, 0], [0, 2, 0], [0, 4, 0], [0, 8, 0], [1, 0, 0], [2, 0, 0]]>
#b_4b_1x16 = #layout.linear<3, reg = [],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [1, 0, 0], [2, 0, 0]]>
#acc_4b_16x16 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0], [1, 0, 0], [2, 0, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [0, 4, 0], [0, 8, 0]]>
#a_16b_4x1 = #layout.linear<3, reg = [],
    lane = [[0, 1, 0], [0, 2, 0], [1, 0, 0], [2, 0, 0], [4, 0, 0], [8, 0, 0]]>
#b_16b_1x4 = #layout.linear<3, reg = [],
    lane = [[0, 0, 1], [0, 0, 2], [1, 0, 0], [2, 0, 0], [4, 0, 0], [8, 0, 0]]>
#acc_16b_4x4 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [1, 0, 0], [2, 0, 0], [4, 0, 0], [8, 0, 0]]>
#a_16x8 = #layout.linear<2, reg = [[0, 1]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 2], [0, 4]]>
#b_8x16 = #layout.linear<2, reg = [[1, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [2, 0], [4, 0]]>
#a_32x4 = #layout.linear<2, reg = [[0, 1]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 2]]>
#b_4x32 = #layout.linear<2, reg = [[1, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [2, 0]]>
#a_32x8 = #layout.linear<2, reg = [[0, 1], [0, 2]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 4]]>
#b_8x32 = #layout.linear<2, reg = [[1, 0], [2, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [4, 0]]>
#a_16x16 = #layout.linear<2, reg = [[0, 1], [0, 2]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 4], [0, 8]]>
#b_16x16 = #layout.linear<2, reg = [[1, 0], [2, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [4, 0], [8, 0]]>
#a_2b_32x4 = #layout.linear<3, reg = [[0, 0, 1], [0, 0, 2]],
    lane = [[0, 1, 0], [0, 2, 0], [0, 4, 0], [0, 8, 0], [0, 16, 0], [1, 0, 0]]>
#b_2b_4x32 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [0, 0, 16], [1, 0, 0]]>
#a_4b_16x4 = #layout.linear<3, reg = [[0, 0, 1], [0, 0, 2]],
    lane = [[0, 1, 0], [0, 2, 0], [0, 4, 0], [0, 8, 0], [1, 0, 0], [2, 0, 0]]>
#b_4b_4x16 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [0, 0, 4], [0, 0, 8], [1, 0, 0], [2, 0, 0]]>
#a_16b_4x4 = #layout.linear<3, reg = [[0, 0, 1], [0, 0, 2]],
    lane = [[0, 1, 0], [0, 2, 0], [1, 0, 0], [2, 0, 0], [4, 0, 0], [8, 0, 0]]>
#b_16b_4x4 = #layout.linear<3, reg = [[0, 1, 0], [0, 2, 0]],
    lane = [[0, 0, 1], [0, 0, 2], [1, 0, 0], [2, 0, 0], [4, 0, 0], [8, 0, 0]]>
#a_32x16 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0], [0, 8]]>
#b_16x32 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [8, 0]]>
#a_16x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 8], [0, 16]]>
#b_32x16 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [8, 0], [16, 0]]>
#acc_16x16_f64 = #layout.linear<2, reg = [[4, 0], [8, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]>
#a_4b_4x4 = #layout.linear<3, reg = [],
    lane = [[0, 1, 0], [0, 2, 0], [1, 0, 0], [2, 0, 0], [0, 0, 1], [0, 0, 2]]>
#b_4b_4x4 = #layout.linear<3, reg = [],
    lane = [[0, 0, 1], [0, 0, 2], [1, 0, 0], [2, 0, 0], [0, 1, 0], [0, 2, 0]]>
#acc_4b_4x4_f64 = #layout.linear<3, reg = [],
    lane = [[0, 0, 1], [0, 0, 2], [1, 0, 0], [2, 0, 0], [0, 1, 0], [0, 2, 0]]>

target.machine @gfx942 {
  target.mma @mfma_f32_32x32x2_f32 attributes {
      m = 32, n = 32, k = 2, a = f32, b = f32, acc = f32,
      layout_a = #a_32x2, layout_b = #b_2x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: f32, %b: f32, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x2f32 %a, %b, %acc,
        %zero, %zero, %zero
        : (f32, f32, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_16x16x4_f32 attributes {
      m = 16, n = 16, k = 4, a = f32, b = f32, acc = f32,
      layout_a = #a_16x4, layout_b = #b_4x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: f32, %b: f32, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x4f32 %a, %b, %acc,
        %zero, %zero, %zero
        : (f32, f32, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x1_2b_f32 attributes {
      m = 32, n = 32, k = 1, blocks = 2, a = f32, b = f32, acc = f32,
      layout_a = #a_2b_32x1, layout_b = #b_2b_1x32, layout_acc = #acc_2b_32x32,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: f32, %b: f32, %acc: vector<32xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x1f32 %a, %b, %acc,
        %zero, %zero, %zero
        : (f32, f32, vector<32xf32>, i32, i32, i32) -> vector<32xf32>
    target.yield %d : vector<32xf32>
  }

  target.mma @mfma_f32_16x16x1_4b_f32 attributes {
      m = 16, n = 16, k = 1, blocks = 4, a = f32, b = f32, acc = f32,
      layout_a = #a_4b_16x1, layout_b = #b_4b_1x16, layout_acc = #acc_4b_16x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: f32, %b: f32, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x1f32 %a, %b, %acc,
        %zero, %zero, %zero
        : (f32, f32, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_4x4x1_16b_f32 attributes {
      m = 4, n = 4, k = 1, blocks = 16, a = f32, b = f32, acc = f32,
      layout_a = #a_16b_4x1, layout_b = #b_16b_1x4, layout_acc = #acc_16b_4x4,
      unit = "matrix", cycles = 8} {
  ^bb0(%a: f32, %b: f32, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.4x4x1f32 %a, %b, %acc,
        %zero, %zero, %zero
        : (f32, f32, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_16x16x8_xf32 attributes {
      m = 16, n = 16, k = 8, a = f32, b = f32, acc = f32, inexact,
      layout_a = #a_16x8, layout_b = #b_8x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<2xf32>, %b: vector<2xf32>, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x8.xf32 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<2xf32>, vector<2xf32>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x4_xf32 attributes {
      m = 32, n = 32, k = 4, a = f32, b = f32, acc = f32, inexact,
      layout_a = #a_32x4, layout_b = #b_4x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<2xf32>, %b: vector<2xf32>, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x4.xf32 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<2xf32>, vector<2xf32>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_32x32x8_f16 attributes {
      m = 32, n = 32, k = 8, a = f16, b = f16, acc = f32,
      layout_a = #a_32x8, layout_b = #b_8x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x8f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<4xf16>, vector<4xf16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_16x16x16_f16 attributes {
      m = 16, n = 16, k = 16, a = f16, b = f16, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x16f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<4xf16>, vector<4xf16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x4_2b_f16 attributes {
      m = 32, n = 32, k = 4, blocks = 2, a = f16, b = f16, acc = f32,
      layout_a = #a_2b_32x4, layout_b = #b_2b_4x32, layout_acc = #acc_2b_32x32,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %acc: vector<32xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x4f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<4xf16>, vector<4xf16>, vector<32xf32>, i32, i32, i32) -> vector<32xf32>
    target.yield %d : vector<32xf32>
  }

  target.mma @mfma_f32_16x16x4_4b_f16 attributes {
      m = 16, n = 16, k = 4, blocks = 4, a = f16, b = f16, acc = f32,
      layout_a = #a_4b_16x4, layout_b = #b_4b_4x16, layout_acc = #acc_4b_16x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %acc: vector<16xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x4f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<4xf16>, vector<4xf16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_4x4x4_16b_f16 attributes {
      m = 4, n = 4, k = 4, blocks = 16, a = f16, b = f16, acc = f32,
      layout_a = #a_16b_4x4, layout_b = #b_16b_4x4, layout_acc = #acc_16b_4x4,
      unit = "matrix", cycles = 8} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %acc: vector<4xf32>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.4x4x4f16 %a, %b, %acc,
        %zero, %zero, %zero
        : (vector<4xf16>, vector<4xf16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x8_bf16 attributes {
      m = 32, n = 32, k = 8, a = bf16, b = bf16, acc = f32,
      layout_a = #a_32x8, layout_b = #b_8x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<4xbf16>, %b: vector<4xbf16>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<4xbf16> to vector<4xi16>
    %b_bits = llvm.bitcast %b : vector<4xbf16> to vector<4xi16>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x8bf16.1k %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi16>, vector<4xi16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_16x16x16_bf16 attributes {
      m = 16, n = 16, k = 16, a = bf16, b = bf16, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<4xbf16>, %b: vector<4xbf16>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<4xbf16> to vector<4xi16>
    %b_bits = llvm.bitcast %b : vector<4xbf16> to vector<4xi16>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x16bf16.1k %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi16>, vector<4xi16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_f32_32x32x4_2b_bf16 attributes {
      m = 32, n = 32, k = 4, blocks = 2, a = bf16, b = bf16, acc = f32,
      layout_a = #a_2b_32x4, layout_b = #b_2b_4x32, layout_acc = #acc_2b_32x32,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: vector<4xbf16>, %b: vector<4xbf16>, %acc: vector<32xf32>):
    %a_bits = llvm.bitcast %a : vector<4xbf16> to vector<4xi16>
    %b_bits = llvm.bitcast %b : vector<4xbf16> to vector<4xi16>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.32x32x4bf16.1k %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi16>, vector<4xi16>, vector<32xf32>, i32, i32, i32) -> vector<32xf32>
    target.yield %d : vector<32xf32>
  }

  target.mma @mfma_f32_16x16x4_4b_bf16 attributes {
      m = 16, n = 16, k = 4, blocks = 4, a = bf16, b = bf16, acc = f32,
      layout_a = #a_4b_16x4, layout_b = #b_4b_4x16, layout_acc = #acc_4b_16x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<4xbf16>, %b: vector<4xbf16>, %acc: vector<16xf32>):
    %a_bits = llvm.bitcast %a : vector<4xbf16> to vector<4xi16>
    %b_bits = llvm.bitcast %b : vector<4xbf16> to vector<4xi16>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.16x16x4bf16.1k %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi16>, vector<4xi16>, vector<16xf32>, i32, i32, i32) -> vector<16xf32>
    target.yield %d : vector<16xf32>
  }

  target.mma @mfma_f32_4x4x4_16b_bf16 attributes {
      m = 4, n = 4, k = 4, blocks = 16, a = bf16, b = bf16, acc = f32,
      layout_a = #a_16b_4x4, layout_b = #b_16b_4x4, layout_acc = #acc_16b_4x4,
      unit = "matrix", cycles = 8} {
  ^bb0(%a: vector<4xbf16>, %b: vector<4xbf16>, %acc: vector<4xf32>):
    %a_bits = llvm.bitcast %a : vector<4xbf16> to vector<4xi16>
    %b_bits = llvm.bitcast %b : vector<4xbf16> to vector<4xi16>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f32.4x4x4bf16.1k %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (vector<4xi16>, vector<4xi16>, vector<4xf32>, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_i32_32x32x16_i8 attributes {
      m = 32, n = 32, k = 16, a = i8, b = i8, acc = i32,
      layout_a = #a_32x16, layout_b = #b_16x32, layout_acc = #acc_32x32,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<16xi32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.32x32x16.i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<16xi32>, i32, i32, i32) -> vector<16xi32>
    target.yield %d : vector<16xi32>
  }

  target.mma @mfma_i32_16x16x32_i8 attributes {
      m = 16, n = 16, k = 32, a = i8, b = i8, acc = i32,
      layout_a = #a_16x32, layout_b = #b_32x16, layout_acc = #acc_16x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<8xi8>, %b: vector<8xi8>, %acc: vector<4xi32>):
    %a_bits = llvm.bitcast %a : vector<8xi8> to i64
    %b_bits = llvm.bitcast %b : vector<8xi8> to i64
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.16x16x32.i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i64, i64, vector<4xi32>, i32, i32, i32) -> vector<4xi32>
    target.yield %d : vector<4xi32>
  }

  target.mma @mfma_i32_32x32x4_2b_i8 attributes {
      m = 32, n = 32, k = 4, blocks = 2, a = i8, b = i8, acc = i32,
      layout_a = #a_2b_32x4, layout_b = #b_2b_4x32, layout_acc = #acc_2b_32x32,
      unit = "matrix", cycles = 64} {
  ^bb0(%a: vector<4xi8>, %b: vector<4xi8>, %acc: vector<32xi32>):
    %a_bits = llvm.bitcast %a : vector<4xi8> to i32
    %b_bits = llvm.bitcast %b : vector<4xi8> to i32
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.32x32x4i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i32, i32, vector<32xi32>, i32, i32, i32) -> vector<32xi32>
    target.yield %d : vector<32xi32>
  }

  target.mma @mfma_i32_16x16x4_4b_i8 attributes {
      m = 16, n = 16, k = 4, blocks = 4, a = i8, b = i8, acc = i32,
      layout_a = #a_4b_16x4, layout_b = #b_4b_4x16, layout_acc = #acc_4b_16x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<4xi8>, %b: vector<4xi8>, %acc: vector<16xi32>):
    %a_bits = llvm.bitcast %a : vector<4xi8> to i32
    %b_bits = llvm.bitcast %b : vector<4xi8> to i32
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.16x16x4i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i32, i32, vector<16xi32>, i32, i32, i32) -> vector<16xi32>
    target.yield %d : vector<16xi32>
  }

  target.mma @mfma_i32_4x4x4_16b_i8 attributes {
      m = 4, n = 4, k = 4, blocks = 16, a = i8, b = i8, acc = i32,
      layout_a = #a_16b_4x4, layout_b = #b_16b_4x4, layout_acc = #acc_16b_4x4,
      unit = "matrix", cycles = 8} {
  ^bb0(%a: vector<4xi8>, %b: vector<4xi8>, %acc: vector<4xi32>):
    %a_bits = llvm.bitcast %a : vector<4xi8> to i32
    %b_bits = llvm.bitcast %b : vector<4xi8> to i32
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.i32.4x4x4i8 %a_bits, %b_bits, %acc,
        %zero, %zero, %zero
        : (i32, i32, vector<4xi32>, i32, i32, i32) -> vector<4xi32>
    target.yield %d : vector<4xi32>
  }

  target.mma @mfma_f64_16x16x4_f64 attributes {
      m = 16, n = 16, k = 4, a = f64, b = f64, acc = f64,
      layout_a = #a_16x4, layout_b = #b_4x16, layout_acc = #acc_16x16_f64,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: f64, %b: f64, %acc: vector<4xf64>):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f64.16x16x4f64 %a, %b, %acc,
        %zero, %zero, %zero
        : (f64, f64, vector<4xf64>, i32, i32, i32) -> vector<4xf64>
    target.yield %d : vector<4xf64>
  }

  target.mma @mfma_f64_4x4x4_4b_f64 attributes {
      m = 4, n = 4, k = 4, blocks = 4, a = f64, b = f64, acc = f64,
      layout_a = #a_4b_4x4, layout_b = #b_4b_4x4, layout_acc = #acc_4b_4x4_f64,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: f64, %b: f64, %acc: f64):
    %zero = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.f64.4x4x4f64 %a, %b, %acc,
        %zero, %zero, %zero
        : (f64, f64, f64, i32, i32, i32) -> f64
    target.yield %d : f64
  }

  target.mma @mfma_f32_16x16x32_fp8_fp8 attributes {
      m = 16, n = 16, k = 32, a = f8E4M3FNUZ, b = f8E4M3FNUZ, acc = f32,
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
      m = 16, n = 16, k = 32, a = f8E4M3FNUZ, b = f8E5M2FNUZ, acc = f32,
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
      m = 16, n = 16, k = 32, a = f8E5M2FNUZ, b = f8E4M3FNUZ, acc = f32,
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
      m = 16, n = 16, k = 32, a = f8E5M2FNUZ, b = f8E5M2FNUZ, acc = f32,
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
      m = 32, n = 32, k = 16, a = f8E4M3FNUZ, b = f8E4M3FNUZ, acc = f32,
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
      m = 32, n = 32, k = 16, a = f8E4M3FNUZ, b = f8E5M2FNUZ, acc = f32,
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
      m = 32, n = 32, k = 16, a = f8E5M2FNUZ, b = f8E4M3FNUZ, acc = f32,
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
      m = 32, n = 32, k = 16, a = f8E5M2FNUZ, b = f8E5M2FNUZ, acc = f32,
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
