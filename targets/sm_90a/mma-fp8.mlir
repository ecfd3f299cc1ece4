// Matrix instructions on 8-bit floats.
//
// PTX ISA 9.7.14.5 "Matrix multiply-accumulate operation using mma instruction". With g = lane / 4 and t =
// lane % 4, row g of A, column g of B and row g of the accumulator belong to lane group g; t and the
// registers run along k (n).
//
// With sums in f16, and with k = 16, they exist from PTX ISA 8.7 on.
//
// Layouts: 9.7.14.5.9 (m16n8k16 of 8 bits), 9.7.14.5.10 (m16n8k32). Cycles: 1,024 multiply-adds a cycle and SM quarter (NVIDIA H100
// whitepaper, table 1).
#a_16x16 = #layout.linear<2, reg = [[0, 1], [0, 2], [8, 0]], lane = [[0, 4], [0, 8], [1, 0], [2, 0], [4, 0]]>
#b_16x8 = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[4, 0], [8, 0], [0, 1], [0, 2], [0, 4]]>
#a_16x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [8, 0], [0, 16]], lane = [[0, 4], [0, 8], [1, 0], [2, 0],
        [4, 0]]>
#b_32x8 = #layout.linear<2, reg = [[1, 0], [2, 0], [16, 0]], lane = [[4, 0], [8, 0], [0, 1], [0, 2], [0, 4]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>

target.machine @sm_90a {
  target.mma @mma_m16n8k32_f32_e4m3_e4m3 attributes {m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<4xi32>, vector<2xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k32_f32_e4m3_e5m2 attributes {m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<4xi32>, vector<2xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k32_f32_e5m2_e4m3 attributes {m = 16, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e4m3.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<4xi32>, vector<2xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k32_f32_e5m2_e5m2 attributes {m = 16, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f32,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f32.e5m2.e5m2.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<4xi32>, vector<2xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k32_f16_e4m3_e4m3 attributes {m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f16,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f16.e4m3.e4m3.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<4xi32>, vector<2xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k32_f16_e4m3_e5m2 attributes {m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f16,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f16.e4m3.e5m2.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<4xi32>, vector<2xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k32_f16_e5m2_e4m3 attributes {m = 16, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f16,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f16.e5m2.e4m3.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<4xi32>, vector<2xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k32_f16_e5m2_e5m2 attributes {m = 16, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f16,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: vector<8xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %bv = vector.bitcast %b : vector<8xi8> to vector<2xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k32.row.col.f16.e5m2.e5m2.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<4xi32>, vector<2xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k16_f32_e4m3_e4m3 attributes {m = 16, n = 8, k = 16, a = f8E4M3FN, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f32.e4m3.e4m3.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<2xi32>, vector<1xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f32_e4m3_e5m2 attributes {m = 16, n = 8, k = 16, a = f8E4M3FN, b = f8E5M2, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f32.e4m3.e5m2.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<2xi32>, vector<1xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f32_e5m2_e4m3 attributes {m = 16, n = 8, k = 16, a = f8E5M2, b = f8E4M3FN, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f32.e5m2.e4m3.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<2xi32>, vector<1xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f32_e5m2_e5m2 attributes {m = 16, n = 8, k = 16, a = f8E5M2, b = f8E5M2, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f32.e5m2.e5m2.f32 {$0}, {$1}, {$2}, {$0};" "f,r,r" (%c, %av, %bv)
        : (vector<4xf32>, vector<2xi32>, vector<1xi32>) -> vector<4xf32>
    target.yield %d : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f16_e4m3_e4m3 attributes {m = 16, n = 8, k = 16, a = f8E4M3FN, b = f8E4M3FN, acc = f16,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e4m3.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<2xi32>, vector<1xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k16_f16_e4m3_e5m2 attributes {m = 16, n = 8, k = 16, a = f8E4M3FN, b = f8E5M2, acc = f16,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f16.e4m3.e5m2.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<2xi32>, vector<1xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k16_f16_e5m2_e4m3 attributes {m = 16, n = 8, k = 16, a = f8E5M2, b = f8E4M3FN, acc = f16,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f16.e5m2.e4m3.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<2xi32>, vector<1xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @mma_m16n8k16_f16_e5m2_e5m2 attributes {m = 16, n = 8, k = 16, a = f8E5M2, b = f8E5M2, acc = f16,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 2} {
  ^bb0(%a: vector<8xi8>, %b: vector<4xi8>, %c: vector<4xf16>):
    %av = vector.bitcast %a : vector<8xi8> to vector<2xi32>
    %bv = vector.bitcast %b : vector<4xi8> to vector<1xi32>
    %cv = vector.bitcast %c : vector<4xf16> to vector<2xi32>
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f16.e5m2.e5m2.f16 {$0}, {$1}, {$2}, {$0};" "r,r,r" (%cv, %av, %bv)
        : (vector<2xi32>, vector<2xi32>, vector<1xi32>) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }
}
