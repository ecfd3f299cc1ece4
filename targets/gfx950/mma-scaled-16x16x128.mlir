// Written by utils/generate-mfma-atoms. Do not edit: change that script.
// Matrix instructions of AMD CDNA4 for every pair of 8-, 6- and 4-bit formats, block-scaled.
// Formats and registers per operand: AMD CDNA4 ISA 7.1.5. A lane's 8-bit elements are two
// chunks of 16 consecutive k (ROCm/rocm-systems emulation/rocjitsu, mma/layout.h), the
// narrower ones 32 consecutive k. An 8-bit operand doubles the passes (LLVM's
// GCNHazardRecognizer.cpp).
// A scale is E8M0 and belongs to 32 consecutive k (CDNA4 ISA 7.2). LLVM takes the literal
// scales 0, 0 for "unscaled": constant scales must come from a register that it cannot
// see through.

#a_16x128_bytes = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 64]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 16], [0, 32]]>
#b_128x16_bytes = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0], [64, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [16, 0], [32, 0]]>
#acc_16x16 = #layout.linear<2, reg = [[1, 0], [2, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [4, 0], [8, 0]]>
#scale_a_16x4 = #layout.linear<2, reg = [],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1], [0, 2]]>
#scale_b_4x16 = #layout.linear<2, reg = [],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]>
#b_128x16 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [8, 0], [16, 0]],
    lane = [[0, 1], [0, 2], [0, 4], [0, 8], [32, 0], [64, 0]]>
#a_16x128 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]],
    lane = [[1, 0], [2, 0], [4, 0], [8, 0], [0, 32], [0, 64]]>

target.machine @gfx950 {
  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp8_fp8 attributes {
      m = 16, n = 16, k = 128, a = f8E4M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(0 : i32) : i32
    %format_b = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp8_bf8 attributes {
      m = 16, n = 16, k = 128, a = f8E4M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(0 : i32) : i32
    %format_b = llvm.mlir.constant(1 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp8_fp6 attributes {
      m = 16, n = 16, k = 128, a = f8E4M3FN, b = f6E2M3FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(0 : i32) : i32
    %format_b = llvm.mlir.constant(2 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp8_bf6 attributes {
      m = 16, n = 16, k = 128, a = f8E4M3FN, b = f6E3M2FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(0 : i32) : i32
    %format_b = llvm.mlir.constant(3 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp8_fp4 attributes {
      m = 16, n = 16, k = 128, a = f8E4M3FN, b = f4E2M1FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi4>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi4> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(0 : i32) : i32
    %format_b = llvm.mlir.constant(4 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<4xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf8_fp8 attributes {
      m = 16, n = 16, k = 128, a = f8E5M2, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(1 : i32) : i32
    %format_b = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf8_bf8 attributes {
      m = 16, n = 16, k = 128, a = f8E5M2, b = f8E5M2, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(1 : i32) : i32
    %format_b = llvm.mlir.constant(1 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf8_fp6 attributes {
      m = 16, n = 16, k = 128, a = f8E5M2, b = f6E2M3FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(1 : i32) : i32
    %format_b = llvm.mlir.constant(2 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf8_bf6 attributes {
      m = 16, n = 16, k = 128, a = f8E5M2, b = f6E3M2FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(1 : i32) : i32
    %format_b = llvm.mlir.constant(3 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf8_fp4 attributes {
      m = 16, n = 16, k = 128, a = f8E5M2, b = f4E2M1FN, acc = f32,
      layout_a = #a_16x128_bytes, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi8>, %b: vector<32xi4>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi8> to vector<8xi32>
    %b_bits = llvm.bitcast %b : vector<32xi4> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(1 : i32) : i32
    %format_b = llvm.mlir.constant(4 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<8xi32>, vector<4xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp6_fp8 attributes {
      m = 16, n = 16, k = 128, a = f6E2M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(2 : i32) : i32
    %format_b = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp6_bf8 attributes {
      m = 16, n = 16, k = 128, a = f6E2M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(2 : i32) : i32
    %format_b = llvm.mlir.constant(1 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp6_fp6 attributes {
      m = 16, n = 16, k = 128, a = f6E2M3FN, b = f6E2M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(2 : i32) : i32
    %format_b = llvm.mlir.constant(2 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp6_bf6 attributes {
      m = 16, n = 16, k = 128, a = f6E2M3FN, b = f6E3M2FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(2 : i32) : i32
    %format_b = llvm.mlir.constant(3 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp6_fp4 attributes {
      m = 16, n = 16, k = 128, a = f6E2M3FN, b = f4E2M1FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi4>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi4> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(2 : i32) : i32
    %format_b = llvm.mlir.constant(4 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<4xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf6_fp8 attributes {
      m = 16, n = 16, k = 128, a = f6E3M2FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(3 : i32) : i32
    %format_b = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf6_bf8 attributes {
      m = 16, n = 16, k = 128, a = f6E3M2FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(3 : i32) : i32
    %format_b = llvm.mlir.constant(1 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf6_fp6 attributes {
      m = 16, n = 16, k = 128, a = f6E3M2FN, b = f6E2M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(3 : i32) : i32
    %format_b = llvm.mlir.constant(2 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf6_bf6 attributes {
      m = 16, n = 16, k = 128, a = f6E3M2FN, b = f6E3M2FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(3 : i32) : i32
    %format_b = llvm.mlir.constant(3 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_bf6_fp4 attributes {
      m = 16, n = 16, k = 128, a = f6E3M2FN, b = f4E2M1FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi6>, %b: vector<32xi4>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi6> to vector<6xi32>
    %b_bits = llvm.bitcast %b : vector<32xi4> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(3 : i32) : i32
    %format_b = llvm.mlir.constant(4 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<6xi32>, vector<4xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp4_fp8 attributes {
      m = 16, n = 16, k = 128, a = f4E2M1FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi4>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi4> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(4 : i32) : i32
    %format_b = llvm.mlir.constant(0 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<4xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp4_bf8 attributes {
      m = 16, n = 16, k = 128, a = f4E2M1FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16_bytes, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 32} {
  ^bb0(%a: vector<32xi4>, %b: vector<32xi8>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi4> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<32xi8> to vector<8xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(4 : i32) : i32
    %format_b = llvm.mlir.constant(1 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<4xi32>, vector<8xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp4_fp6 attributes {
      m = 16, n = 16, k = 128, a = f4E2M1FN, b = f6E2M3FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi4>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi4> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(4 : i32) : i32
    %format_b = llvm.mlir.constant(2 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<4xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp4_bf6 attributes {
      m = 16, n = 16, k = 128, a = f4E2M1FN, b = f6E3M2FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi4>, %b: vector<32xi6>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi4> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<32xi6> to vector<6xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(4 : i32) : i32
    %format_b = llvm.mlir.constant(3 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<4xi32>, vector<6xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mfma_scale_f32_16x16x128_f8f6f4_fp4_fp4 attributes {
      m = 16, n = 16, k = 128, a = f4E2M1FN, b = f4E2M1FN, acc = f32,
      layout_a = #a_16x128, layout_b = #b_128x16, layout_acc = #acc_16x16,
      scale_block = 32, layout_scale_a = #scale_a_16x4, layout_scale_b = #scale_b_4x16,
      unit = "matrix", cycles = 16} {
  ^bb0(%a: vector<32xi4>, %b: vector<32xi4>, %acc: vector<4xf32>, %scale_a: i32, %scale_b: i32):
    %a_bits = llvm.bitcast %a : vector<32xi4> to vector<4xi32>
    %b_bits = llvm.bitcast %b : vector<32xi4> to vector<4xi32>
    %zero = llvm.mlir.constant(0 : i32) : i32
    %format_a = llvm.mlir.constant(4 : i32) : i32
    %format_b = llvm.mlir.constant(4 : i32) : i32
    %d = rocdl.mfma.scale.f32.16x16x128.f8f6f4 %a_bits, %b_bits, %acc,
        %format_a, %format_b, %zero, %scale_a, %zero, %scale_b
        : (vector<4xi32>, vector<4xi32>, vector<4xf32>, i32, i32, i32, i32, i32, i32) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }
}
