// A machine with roles that can be followed by hand: a 4 x 4 x 4 product of two waves that reads rows of 16 bytes in shared memory, whose
// halves are exchanged in odd rows, one that reads them in any transposition, and one whose A is in registers; copies of whole
// tiles. Bodies do nothing.
#halves = #layout.linear<2, reg = [[0, 1]], lane = [[0, 2], [1, 0]], wave = [[2, 0]]>
target.machine @toy attributes {triple = "toy", cpu = "toy", lanes = 4, max_threads = 32, default_waves = 2,
                     formats = [f16, f32], tracking = "group"} {
  target.memory @shared {space = 3, bytes = 4096}
  target.mma @product attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8],
      settle = @settle, layout_acc = #halves, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
  target.mma @product_any attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8],
      transposable, settle = @settle, layout_acc = #halves, unit = "matrix", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %c: vector<2xf32>, %panel_a: i32, %panel_b: i32):
    target.yield %c : vector<2xf32>
  }
  target.mma @product_rs attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, waves = 2, shared_swizzle = [8],
      settle = @settle, layout_a = #halves, layout_acc = #halves, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<2xf16>, %b: !llvm.ptr<3>, %c: vector<2xf32>):
    target.yield %c : vector<2xf32>
  }
  target.mma @in_registers attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32,
      layout_a = #layout.linear<2, reg = [[0, 1], [0, 2]], lane = [[1, 0], [2, 0]]>,
      layout_b = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>,
      layout_acc = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<4xf32>):
    target.yield %c : vector<4xf32>
  }
  target.operation @settle {
  ^bb0(%acc: vector<2xf32>):
    target.yield %acc : vector<2xf32>
  }
  target.copy @tile_in attributes {from = "global", to = "shared", bytes = 8, tracking = "barrier", tile_swizzles = [[8]],
      tile_limit = 8} {
  ^bb0(%map: !llvm.ptr, %column: i32, %row: i32, %to: !llvm.ptr<3>, %barrier: !llvm.ptr<3>):
    target.yield
  }
  target.copy @tile_out attributes {from = "shared", to = "global", bytes = 8, tracking = "group", tile_swizzles = [[8], [4]],
      tile_limit = 8} {
  ^bb0(%map: !llvm.ptr, %column: i32, %row: i32, %from: !llvm.ptr<3>):
    target.yield
  }
}
