// Matrix instructions on f32 (as TF32) and f64.
//
// PTX ISA 9.7.14.5 "Matrix multiply-accumulate operation using mma instruction". With g = lane / 4 and t =
// lane % 4, row g of A, column g of B and row g of the accumulator belong to lane group g; t and the
// registers run along k (n).
#a_16x8 = #layout.linear<2, reg = [[8, 0], [0, 4]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#b_8x8 = #layout.linear<2, reg = [[4, 0]], lane = [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#a_16x4 = #layout.linear<2, reg = [[8, 0]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#b_4x8 = #layout.linear<2, reg = [], lane = [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]]>
#a_8x4 = #layout.linear<2, reg = [], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#acc_8x8 = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>

!f32x4 = !llvm.struct<(f32, f32, f32, f32)>
!f64x2 = !llvm.struct<(f64, f64)>

target.machine @sm_80 {
  // TF32: f32 operands of which the instruction reads 10 fraction bits. PTX ISA 9.7.14.5.6 (m16n8k4),
  // 9.7.14.5.7 (m16n8k8). 128 multiply-adds a cycle.
  target.mma @mma_m16n8k8_f32_tf32 attributes {m = 16, n = 8, k = 8, a = f32, b = f32, acc = f32,
      layout_a = #a_16x8, layout_b = #b_8x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 8, inexact} {
  ^bb0(%a: vector<4xf32>, %b: vector<2xf32>, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<4xf32> to vector<4xi32>
    %ar:4 = vector.to_elements %av : vector<4xi32>
    %bv = vector.bitcast %b : vector<2xf32> to vector<2xi32>
    %br:2 = vector.to_elements %bv : vector<2xi32>
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k8.row.col.tf32"(%ar#0, %ar#1, %ar#2, %ar#3, %br#0, %br#1,
        %cr#0, %cr#1, %cr#2, %cr#3)
        : (i32, i32, i32, i32, i32, i32, f32, f32, f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  target.mma @mma_m16n8k4_f32_tf32 attributes {m = 16, n = 8, k = 4, a = f32, b = f32, acc = f32,
      layout_a = #a_16x4, layout_b = #b_4x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<2xf32>, %b: f32, %c: vector<4xf32>):
    %av = vector.bitcast %a : vector<2xf32> to vector<2xi32>
    %ar:2 = vector.to_elements %av : vector<2xi32>
    %br = arith.bitcast %b : f32 to i32
    %cr:4 = vector.to_elements %c : vector<4xf32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k4.row.col.tf32"(%ar#0, %ar#1, %br, %cr#0, %cr#1, %cr#2,
        %cr#3)
        : (i32, i32, i32, f32, f32, f32, f32) -> !f32x4
    %d0 = llvm.extractvalue %d[0] : !f32x4
    %d1 = llvm.extractvalue %d[1] : !f32x4
    %d2 = llvm.extractvalue %d[2] : !f32x4
    %d3 = llvm.extractvalue %d[3] : !f32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xf32>
    target.yield %r : vector<4xf32>
  }

  // PTX ISA 9.7.14.5.2 (m8n8k4 with .f64). 16 multiply-adds a cycle.
  target.mma @mma_m8n8k4_f64_f64 attributes {m = 8, n = 8, k = 4, a = f64, b = f64, acc = f64,
      layout_a = #a_8x4, layout_b = #b_4x8, layout_acc = #acc_8x8, unit = "tensor", cycles = 16} {
  ^bb0(%a: f64, %b: f64, %c: vector<2xf64>):
    %cr:2 = vector.to_elements %c : vector<2xf64>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m8n8k4.row.col.f64"(%a, %b, %cr#0, %cr#1)
        : (f64, f64, f64, f64) -> !f64x2
    %d0 = llvm.extractvalue %d[0] : !f64x2
    %d1 = llvm.extractvalue %d[1] : !f64x2
    %r = vector.from_elements %d0, %d1 : vector<2xf64>
    target.yield %r : vector<2xf64>
  }
}
