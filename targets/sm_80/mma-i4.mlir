// Matrix instructions on 4-bit integers.
//
// PTX ISA 9.7.14.5 "Matrix multiply-accumulate operation using mma instruction". With g = lane / 4 and t =
// lane % 4, row g of A, column g of B and row g of the accumulator belong to lane group g; t and the
// registers run along k (n).
#a_16x64 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [8, 0], [0, 32]], lane = [[0, 8], [0, 16], [1, 0],
        [2, 0], [4, 0]]>
#b_64x8 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0], [32, 0]], lane = [[8, 0], [16, 0], [0, 1], [0, 2],
        [0, 4]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#a_16x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4], [8, 0]], lane = [[0, 8], [0, 16], [1, 0], [2, 0],
        [4, 0]]>
#b_32x8 = #layout.linear<2, reg = [[1, 0], [2, 0], [4, 0]], lane = [[8, 0], [16, 0], [0, 1], [0, 2], [0, 4]]>
#a_8x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [0, 4]], lane = [[0, 8], [0, 16], [1, 0], [2, 0], [4, 0]]>
#acc_8x8 = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>

!i32x4 = !llvm.struct<(i32, i32, i32, i32)>
!i32x2 = !llvm.struct<(i32, i32)>

target.machine @sm_80 {
  // PTX ISA 9.7.14.5.4 (m8n8k32), 9.7.14.5.10 (m16n8k32), 9.7.14.5.11 (m16n8k64). 1,024 multiply-adds a
  // cycle.
  target.mma @mma_m16n8k64_i32_i4 attributes {m = 16, n = 8, k = 64, a = i4, b = i4, acc = i32,
      layout_a = #a_16x64, layout_b = #b_64x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<32xi4>, %b: vector<16xi4>, %c: vector<4xi32>):
    %av = vector.bitcast %a : vector<32xi4> to vector<4xi32>
    %ar:4 = vector.to_elements %av : vector<4xi32>
    %bv = vector.bitcast %b : vector<16xi4> to vector<2xi32>
    %br:2 = vector.to_elements %bv : vector<2xi32>
    %cr:4 = vector.to_elements %c : vector<4xi32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k64.row.col.s4"(%ar#0, %ar#1, %ar#2, %ar#3, %br#0, %br#1,
        %cr#0, %cr#1, %cr#2, %cr#3)
        : (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> !i32x4
    %d0 = llvm.extractvalue %d[0] : !i32x4
    %d1 = llvm.extractvalue %d[1] : !i32x4
    %d2 = llvm.extractvalue %d[2] : !i32x4
    %d3 = llvm.extractvalue %d[3] : !i32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xi32>
    target.yield %r : vector<4xi32>
  }

  target.mma @mma_m16n8k32_i32_i4 attributes {m = 16, n = 8, k = 32, a = i4, b = i4, acc = i32,
      layout_a = #a_16x32, layout_b = #b_32x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi4>, %b: vector<8xi4>, %c: vector<4xi32>):
    %av = vector.bitcast %a : vector<16xi4> to vector<2xi32>
    %ar:2 = vector.to_elements %av : vector<2xi32>
    %bv = vector.bitcast %b : vector<8xi4> to vector<1xi32>
    %br = vector.extract %bv[0] : i32 from vector<1xi32>
    %cr:4 = vector.to_elements %c : vector<4xi32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m16n8k32.row.col.s4"(%ar#0, %ar#1, %br, %cr#0, %cr#1, %cr#2,
        %cr#3)
        : (i32, i32, i32, i32, i32, i32, i32) -> !i32x4
    %d0 = llvm.extractvalue %d[0] : !i32x4
    %d1 = llvm.extractvalue %d[1] : !i32x4
    %d2 = llvm.extractvalue %d[2] : !i32x4
    %d3 = llvm.extractvalue %d[3] : !i32x4
    %r = vector.from_elements %d0, %d1, %d2, %d3 : vector<4xi32>
    target.yield %r : vector<4xi32>
  }

  // With 8 rows it takes as long as with 16: half the rate (inferred from the width of the unit, not published).
  target.mma @mma_m8n8k32_i32_i4 attributes {m = 8, n = 8, k = 32, a = i4, b = i4, acc = i32,
      layout_a = #a_8x32, layout_b = #b_32x8, layout_acc = #acc_8x8, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<8xi4>, %b: vector<8xi4>, %c: vector<2xi32>):
    %av = vector.bitcast %a : vector<8xi4> to vector<1xi32>
    %ar = vector.extract %av[0] : i32 from vector<1xi32>
    %bv = vector.bitcast %b : vector<8xi4> to vector<1xi32>
    %br = vector.extract %bv[0] : i32 from vector<1xi32>
    %cr:2 = vector.to_elements %c : vector<2xi32>
    %d = llvm.call_intrinsic "llvm.nvvm.mma.m8n8k32.row.col.s4"(%ar, %br, %cr#0, %cr#1)
        : (i32, i32, i32, i32) -> !i32x2
    %d0 = llvm.extractvalue %d[0] : !i32x2
    %d1 = llvm.extractvalue %d[1] : !i32x2
    %r = vector.from_elements %d0, %d1 : vector<2xi32>
    target.yield %r : vector<2xi32>
  }
}
