// Matrix instructions on f64 in the larger shapes of this machine.
//
// PTX ISA 9.7.14.5 "Matrix multiply-accumulate operation using mma instruction". With g = lane / 4 and t =
// lane % 4, row g of A, column g of B and row g of the accumulator belong to lane group g; t and the
// registers run along k (n).
//
// Layouts: 9.7.14.5.6, .7 and .8. Cycles: 32 multiply-adds a cycle and SM quarter (H100 whitepaper, table 1:
// 66.9 TFLOP/s).
#a_16x16 = #layout.linear<2, reg = [[8, 0], [0, 4], [0, 8]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#b_16x8 = #layout.linear<2, reg = [[4, 0], [8, 0]], lane = [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]]>
#acc_16x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#a_16x8 = #layout.linear<2, reg = [[8, 0], [0, 4]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#b_8x8 = #layout.linear<2, reg = [[4, 0]], lane = [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]]>
#a_16x4 = #layout.linear<2, reg = [[8, 0]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]]>
#b_4x8 = #layout.linear<2, reg = [], lane = [[1, 0], [2, 0], [0, 1], [0, 2], [0, 4]]>

target.machine @sm_90a {
  target.mma @mma_m16n8k16_f64_f64 attributes {m = 16, n = 8, k = 16, a = f64, b = f64, acc = f64,
      layout_a = #a_16x16, layout_b = #b_16x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 64} {
  ^bb0(%a: vector<8xf64>, %b: vector<4xf64>, %c: vector<4xf64>):
    %d = target.asm "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 {$0}, {$1}, {$2}, {$0};" "d,d,d" (%c, %a, %b)
        : (vector<4xf64>, vector<8xf64>, vector<4xf64>) -> vector<4xf64>
    target.yield %d : vector<4xf64>
  }

  target.mma @mma_m16n8k8_f64_f64 attributes {m = 16, n = 8, k = 8, a = f64, b = f64, acc = f64,
      layout_a = #a_16x8, layout_b = #b_8x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 32} {
  ^bb0(%a: vector<4xf64>, %b: vector<2xf64>, %c: vector<4xf64>):
    %d = target.asm "mma.sync.aligned.m16n8k8.row.col.f64.f64.f64.f64 {$0}, {$1}, {$2}, {$0};" "d,d,d" (%c, %a, %b)
        : (vector<4xf64>, vector<4xf64>, vector<2xf64>) -> vector<4xf64>
    target.yield %d : vector<4xf64>
  }

  target.mma @mma_m16n8k4_f64_f64 attributes {m = 16, n = 8, k = 4, a = f64, b = f64, acc = f64,
      layout_a = #a_16x4, layout_b = #b_4x8, layout_acc = #acc_16x8, unit = "tensor", cycles = 16} {
  ^bb0(%a: vector<2xf64>, %b: f64, %c: vector<4xf64>):
    %d = target.asm "mma.sync.aligned.m16n8k4.row.col.f64.f64.f64.f64 {$0}, {$1}, {$2}, {$0};" "d,d,d" (%c, %a, %b)
        : (vector<4xf64>, vector<2xf64>, f64) -> vector<4xf64>
    target.yield %d : vector<4xf64>
  }
}
