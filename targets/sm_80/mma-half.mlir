// Matrix instructions on 16-bit floats.
//
// PTX ISA 9.7.14.5 "Matrix multiply-accumulate operation using mma instruction". With g = lane / 4 and t =
// lane % 4, row g of A, column g of B and row g of the accumulator belong to lane group g; t and the
// registers run along k (n).
//
// Cycles: an SM's quarter does 256 multiply-adds of f16 or bf16 a cycle (NVIDIA A100 whitepaper, table 4:
// 1,024 an SM).
#a_16x16 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#b_16x8 = #layout.linear<2, reg = [[1, 0], [8, 0]], lane = [[2, 0], [4, 0], [0, 1], [0, 2], [0, 4]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#a_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#b_8x8 = #layout.linear<2, reg = [[1, 0]], lane = [[2, 0], [4, 0], [0, 1], [0, 2], [0, 4]]>

!f32x4 = !llvm.struct<(f32, f32, f32, f32)>
!halfx2 = !llvm.struct<(vector<2xf16>, vector<2xf16>)>

target.machine @sm_80 {
  // f16 and bf16: PTX ISA 9.7.14.5.7 (m16n8k8) and 9.7.14.5.8 (m16n8k16).
  target.mma @mma_m16n8k16_f32_bf16 attributes {m = 16, n = 8, k = 16, a = bf16, b = bf16, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<8xbf16>, %b: vector<4xbf16>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<8xbf16> to vector<4xi32>
    %ar:4 = vector.to_elements %av : vector<4xi32>
    %bv = vector.bitcast %b : vector<4xbf16> to vector<2xi32>
    %br:2 = vector.to_elements %bv : vector<2xi32>
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k16.row.col.bf16"(%ar#0, %ar#1, %ar#2, %ar#3, %br#0, %br#1,
        %cr#0, %cr#1, %cr#2, %cr#3)
        : (i32, i32, i32, i32, i32, i32, f32, f32, f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  target.mma @mma_m16n8k8_f32_bf16 attributes {m = 16, n = 8, k = 8, a = bf16, b = bf16, acc = f32,
      layout_a = #a_16x8, layout_b = #b_8x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<4xbf16>, %b: vector<2xbf16>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<4xbf16> to vector<2xi32>
    %ar:2 = vector.to_elements %av : vector<2xi32>
    %bv = vector.bitcast %b : vector<2xbf16> to vector<1xi32>
    %br = vector.extract %bv[0] : i32 from vector<1xi32>
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.bf16"(%ar#0, %ar#1, %br, %cr#0, %cr#1, %cr#2,
        %cr#3)
        : (i32, i32, i32, f32, f32, f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f32_f16 attributes {m = 16, n = 8, k = 16, a = f16, b = f16, acc = f32,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<8xf16>, %b: vector<4xf16>, %c: vector<4xf32>):
    %a0 = vector.shuffle %a, %a [0, 1] : vector<8xf16>, vector<8xf16>
    %a1 = vector.shuffle %a, %a [2, 3] : vector<8xf16>, vector<8xf16>
    %a2 = vector.shuffle %a, %a [4, 5] : vector<8xf16>, vector<8xf16>
    %a3 = vector.shuffle %a, %a [6, 7] : vector<8xf16>, vector<8xf16>
    %b0 = vector.shuffle %b, %b [0, 1] : vector<4xf16>, vector<4xf16>
    %b1 = vector.shuffle %b, %b [2, 3] : vector<4xf16>, vector<4xf16>
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k16.row.col.f32.f32"(%a0, %a1, %a2, %a3, %b0, %b1, %cr#0,
        %cr#1, %cr#2, %cr#3)
        : (vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, f32, f32,
        f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  target.mma @mma_m16n8k8_f32_f16 attributes {m = 16, n = 8, k = 8, a = f16, b = f16, acc = f32,
      layout_a = #a_16x8, layout_b = #b_8x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<2xf16>, %c: vector<4xf32>):
    %a0 = vector.shuffle %a, %a [0, 1] : vector<4xf16>, vector<4xf16>
    %a1 = vector.shuffle %a, %a [2, 3] : vector<4xf16>, vector<4xf16>
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.f32.f32"(%a0, %a1, %b, %cr#0, %cr#1, %cr#2, %cr#3)
        : (vector<2xf16>, vector<2xf16>, vector<2xf16>, f32, f32, f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  target.mma @mma_m16n8k16_f16_f16 attributes {m = 16, n = 8, k = 16, a = f16, b = f16, acc = f16,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<8xf16>, %b: vector<4xf16>, %c: vector<4xf16>):
    %a0 = vector.shuffle %a, %a [0, 1] : vector<8xf16>, vector<8xf16>
    %a1 = vector.shuffle %a, %a [2, 3] : vector<8xf16>, vector<8xf16>
    %a2 = vector.shuffle %a, %a [4, 5] : vector<8xf16>, vector<8xf16>
    %a3 = vector.shuffle %a, %a [6, 7] : vector<8xf16>, vector<8xf16>
    %b0 = vector.shuffle %b, %b [0, 1] : vector<4xf16>, vector<4xf16>
    %b1 = vector.shuffle %b, %b [2, 3] : vector<4xf16>, vector<4xf16>
    %c0 = vector.shuffle %c, %c [0, 1] : vector<4xf16>, vector<4xf16>
    %c1 = vector.shuffle %c, %c [2, 3] : vector<4xf16>, vector<4xf16>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k16.row.col.f16.f16"(%a0, %a1, %a2, %a3, %b0, %b1, %c0, %c1)
        : (vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>,
        vector<2xf16>, vector<2xf16>) -> !halfx2
    %d0 = llvm.extractvalue %d[0] : !halfx2
    %d1 = llvm.extractvalue %d[1] : !halfx2
    %r = vector.shuffle %d0, %d1 [0, 1, 2, 3] : vector<2xf16>, vector<2xf16>
    target.yield %r : vector<4xf16>
  }

  target.mma @mma_m16n8k8_f16_f16 attributes {m = 16, n = 8, k = 8, a = f16, b = f16, acc = f16,
      layout_a = #a_16x8, layout_b = #b_8x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<2xf16>, %c: vector<4xf16>):
    %a0 = vector.shuffle %a, %a [0, 1] : vector<4xf16>, vector<4xf16>
    %a1 = vector.shuffle %a, %a [2, 3] : vector<4xf16>, vector<4xf16>
    %c0 = vector.shuffle %c, %c [0, 1] : vector<4xf16>, vector<4xf16>
    %c1 = vector.shuffle %c, %c [2, 3] : vector<4xf16>, vector<4xf16>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.f16.f16"(%a0, %a1, %b, %c0, %c1)
        : (vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>) -> !halfx2
    %d0 = llvm.extractvalue %d[0] : !halfx2
    %d1 = llvm.extractvalue %d[1] : !halfx2
    %r = vector.shuffle %d0, %d1 [0, 1, 2, 3] : vector<2xf16>, vector<2xf16>
    target.yield %r : vector<4xf16>
  }
}
