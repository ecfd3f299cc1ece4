// For element types without a matrix instruction: multiply-adds on registers in the shape of one. A lane owns
// rows g and g + 8 (g = lane / 4) and columns 2t and 2t + 1 (t = lane % 4) of the accumulator; lanes that
// need the same row of A or column of B hold copies of it, 4 elements along k.
//
// Cycles: 16 f32 or i32 multiply-adds a cycle and SM quarter (CUDA C++ Programming Guide, "Throughput of
// Native Arithmetic Instructions", column 8.0).
#a_16x4 = #layout.linear<2, reg = [[0, 1], [0, 2], [8, 0]], lane = [[0, 0], [0, 0], [1, 0], [2, 0], [4, 0]]>
#b_4x8 = #layout.linear<2, reg = [[1, 0], [2, 0], [0, 1]], lane = [[0, 2], [0, 4], [0, 0], [0, 0], [0, 0]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>

target.machine @sm_80 {
  target.mma @fma_f32 attributes {m = 16, n = 8, k = 4, a = f32, b = f32, acc = f32,
      layout_a = #a_16x4, layout_b = #b_4x8, layout_acc = #acc_16x8, unit = "fma", cycles = 32} {
  ^bb0(%a: vector<8xf32>, %b: vector<8xf32>, %c0: vector<4xf32>):
    %a0 = vector.shuffle %a, %a [0, 0, 4, 4] : vector<8xf32>, vector<8xf32>
    %b0 = vector.shuffle %b, %b [0, 4, 0, 4] : vector<8xf32>, vector<8xf32>
    %c1 = math.fma %a0, %b0, %c0 : vector<4xf32>
    %a1 = vector.shuffle %a, %a [1, 1, 5, 5] : vector<8xf32>, vector<8xf32>
    %b1 = vector.shuffle %b, %b [1, 5, 1, 5] : vector<8xf32>, vector<8xf32>
    %c2 = math.fma %a1, %b1, %c1 : vector<4xf32>
    %a2 = vector.shuffle %a, %a [2, 2, 6, 6] : vector<8xf32>, vector<8xf32>
    %b2 = vector.shuffle %b, %b [2, 6, 2, 6] : vector<8xf32>, vector<8xf32>
    %c3 = math.fma %a2, %b2, %c2 : vector<4xf32>
    %a3 = vector.shuffle %a, %a [3, 3, 7, 7] : vector<8xf32>, vector<8xf32>
    %b3 = vector.shuffle %b, %b [3, 7, 3, 7] : vector<8xf32>, vector<8xf32>
    %c4 = math.fma %a3, %b3, %c3 : vector<4xf32>
    target.yield %c4 : vector<4xf32>
  }

  target.mma @fma_i32 attributes {m = 16, n = 8, k = 4, a = i32, b = i32, acc = i32,
      layout_a = #a_16x4, layout_b = #b_4x8, layout_acc = #acc_16x8, unit = "fma", cycles = 32} {
  ^bb0(%a: vector<8xi32>, %b: vector<8xi32>, %c0: vector<4xi32>):
    %a0 = vector.shuffle %a, %a [0, 0, 4, 4] : vector<8xi32>, vector<8xi32>
    %b0 = vector.shuffle %b, %b [0, 4, 0, 4] : vector<8xi32>, vector<8xi32>
    %p0 = arith.muli %a0, %b0 : vector<4xi32>
    %c1 = arith.addi %c0, %p0 : vector<4xi32>
    %a1 = vector.shuffle %a, %a [1, 1, 5, 5] : vector<8xi32>, vector<8xi32>
    %b1 = vector.shuffle %b, %b [1, 5, 1, 5] : vector<8xi32>, vector<8xi32>
    %p1 = arith.muli %a1, %b1 : vector<4xi32>
    %c2 = arith.addi %c1, %p1 : vector<4xi32>
    %a2 = vector.shuffle %a, %a [2, 2, 6, 6] : vector<8xi32>, vector<8xi32>
    %b2 = vector.shuffle %b, %b [2, 6, 2, 6] : vector<8xi32>, vector<8xi32>
    %p2 = arith.muli %a2, %b2 : vector<4xi32>
    %c3 = arith.addi %c2, %p2 : vector<4xi32>
    %a3 = vector.shuffle %a, %a [3, 3, 7, 7] : vector<8xi32>, vector<8xi32>
    %b3 = vector.shuffle %b, %b [3, 7, 3, 7] : vector<8xi32>, vector<8xi32>
    %p3 = arith.muli %a3, %b3 : vector<4xi32>
    %c4 = arith.addi %c3, %p3 : vector<4xi32>
    target.yield %c4 : vector<4xi32>
  }
}
