// A machine that can be followed by hand: waves of 4 lanes, a 4x4x4 matrix instruction, 4 KiB of shared memory. Tests of single passes
// put it before their kernels. Bodies do nothing: these tests end before they are inlined.
#rows = #layout.linear<2, reg = [[0, 1], [0, 2]], lane = [[1, 0], [2, 0]]>
#columns = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>
target.machine @toy attributes {triple = "toy", cpu = "toy", lanes = 4, max_threads = 16, default_waves = 2,
                     formats = [f16, f32], tracking = "counter"} {
  target.memory @shared {space = 3, bytes = 4096}
  target.counter @copies {max = 63}
  target.operation @workgroup_id {
    %id = arith.constant 0 : i32
    target.yield %id : i32
  }
  target.operation @thread_id {
    %id = arith.constant 0 : i32
    target.yield %id : i32
  }
  target.operation @barrier {
    target.yield
  }
  target.operation @raw_barrier {
    target.yield
  }
  target.operation @wait {
  ^bb0(%copies: i32, %reads: i32):
    target.yield
  }
  target.operation @pin {
    target.yield
  }
  target.operation @shuffle_xor {
  ^bb0(%value: i32, %mask: i32):
    target.yield %value : i32
  }
  target.operation @view {
  ^bb0(%base: !llvm.ptr<1>, %bytes: i64):
    target.yield %base : !llvm.ptr<1>
  }
  target.mma @multiply attributes {m = 4, n = 4, k = 4, a = f16, b = f16, acc = f32, layout_a = #rows, layout_b = #columns,
                           layout_acc = #columns, unit = "matrix", cycles = 4} {
  ^bb0(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<4xf32>):
    target.yield %c : vector<4xf32>
  }
  target.copy @load_4 attributes {from = "global", to = "register", bytes = 4} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    target.yield %offset : i32
  }
  target.copy @load_16 attributes {from = "global", to = "register", bytes = 16} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %value = vector.broadcast %offset : i32 to vector<4xi32>
    target.yield %value : vector<4xi32>
  }
  target.copy @store_16 attributes {from = "register", to = "global", bytes = 16} {
  ^bb0(%value: vector<4xi32>, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    target.yield
  }
  target.copy @to_shared attributes {from = "global", to = "shared", bytes = 4, tracked_by = @copies} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    target.yield
  }
}
