// Operations for schedules in which some warps fetch and others compute: transaction barriers in shared
// memory, copies of whole tiles by tensor maps, the order of warpgroup matrix instructions, registers moved
// between roles.
//
// Each is one instruction of the PTX ISA, named in its comment. A barrier is 8 bytes of shared memory, 8-byte
// aligned.
target.machine @sm_90a {
  // ---- Transaction barriers: a phase completes when `count` arrivals and all expected bytes have come.

  // "mbarrier.init"
  target.operation @barrier_init {
  ^bb0(%barrier: !llvm.ptr<3>, %count: i32):
    llvm.call_intrinsic "llvm.nvvm.mbarrier.init.shared"(%barrier, %count) : (!llvm.ptr<3>, i32) -> ()
    target.yield
  }

  // "fence.mbarrier_init": after the inits, before the workgroup's barrier.
  target.operation @barrier_init_fence {
    llvm.call_intrinsic "llvm.nvvm.fence.mbarrier_init.release.cluster"() : () -> ()
    target.yield
  }

  // "mbarrier.arrive.expect_tx": one arrival that announces bytes.
  target.operation @barrier_expect {
  ^bb0(%barrier: !llvm.ptr<3>, %bytes: i32):
    %state = llvm.call_intrinsic "llvm.nvvm.mbarrier.arrive.expect.tx.scope.cta.space.cta"(%barrier, %bytes)
        : (!llvm.ptr<3>, i32) -> i64
    target.yield
  }

  // "mbarrier.arrive"
  target.operation @barrier_arrive {
  ^bb0(%barrier: !llvm.ptr<3>):
    %one = arith.constant 1 : i32
    %state = llvm.call_intrinsic "llvm.nvvm.mbarrier.arrive.scope.cta.space.cta"(%barrier, %one)
        : (!llvm.ptr<3>, i32) -> i64
    target.yield
  }

  // "mbarrier.try_wait.parity": true once the phase of that parity has completed; waits a while by itself.
  target.operation @barrier_try_wait {
  ^bb0(%barrier: !llvm.ptr<3>, %parity: i32):
    %done = llvm.call_intrinsic "llvm.nvvm.mbarrier.try.wait.parity.scope.cta.space.cta"(%barrier, %parity)
        : (!llvm.ptr<3>, i32) -> i1
    target.yield %done : i1
  }

  // "barrier.sync" with a number from 1 to 15: some of the warps meet.
  target.operation @named_barrier {
  ^bb0(%number: i32, %threads: i32):
    llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.count"(%number, %threads) : (i32, i32) -> ()
    target.yield
  }

  // ---- Tiles by tensor map. One lane issues them.

  // "prefetch.tensormap". LLVM's intrinsic makes a second, wrong one of a kernel's argument.
  target.operation @tensor_prefetch {
  ^bb0(%map: !llvm.ptr):
    llvm.inline_asm has_side_effects "prefetch.tensormap [$0];", "l" %map : (!llvm.ptr) -> ()
    target.yield
  }

  // "cp.async.bulk.tensor", global to shared: completes on the barrier with the bytes of the whole box.
  target.operation @tensor_load_2d {
  ^bb0(%destination: !llvm.ptr<3>, %barrier: !llvm.ptr<3>, %map: !llvm.ptr, %column: i32, %row: i32):
    %hint = arith.constant 0 : i64
    %no = arith.constant false
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.tensor.g2s.cta.tile.2d"(
        %destination, %barrier, %map, %column, %row, %hint, %no)
        : (!llvm.ptr<3>, !llvm.ptr<3>, !llvm.ptr, i32, i32, i64, i1) -> ()
    target.yield
  }

  // The same, shared to global; what lies outside the tensor is not written.
  target.operation @tensor_store_2d {
  ^bb0(%source: !llvm.ptr<3>, %map: !llvm.ptr, %column: i32, %row: i32):
    %hint = arith.constant 0 : i64
    %no = arith.constant false
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.tensor.s2g.tile.2d"(%source, %map, %column, %row, %hint, %no)
        : (!llvm.ptr<3>, !llvm.ptr, i32, i32, i64, i1) -> ()
    target.yield
  }

  // "fence.proxy.async": ordinary writes to shared memory before it are seen by tensor stores and matrix
  // instructions.
  target.operation @shared_fence {
    llvm.call_intrinsic "llvm.nvvm.fence.proxy.async.shared_cta"() : () -> ()
    target.yield
  }

  // "cp.async.bulk.commit_group"
  target.operation @tensor_commit {
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.commit.group"() : () -> ()
    target.yield
  }

  // "cp.async.bulk.wait_group 0": the stores are done, shared memory may go.
  target.operation @tensor_wait_0 {
    %zero = llvm.mlir.constant(0 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.wait.group"(%zero) : (i32) -> ()
    target.yield
  }

  // "cp.async.bulk.wait_group.read": the source of all but the last one or none may be overwritten.
  target.operation @tensor_wait_read_0 {
    %zero = llvm.mlir.constant(0 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.wait.group.read"(%zero) : (i32) -> ()
    target.yield
  }

  target.operation @tensor_wait_read_1 {
    %one = llvm.mlir.constant(1 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.wait.group.read"(%one) : (i32) -> ()
    target.yield
  }

  // "stmatrix": lane 8q + i addresses row i of matrix q; lane l writes elements 2 (l % 4) and the next of row
  // l / 4.
  target.operation @write_matrix_b16 {
  ^bb0(%pointer: !llvm.ptr<3>, %value: vector<4xi32>):
    %r:4 = vector.to_elements %value : vector<4xi32>
    llvm.call_intrinsic "llvm.nvvm.stmatrix.sync.aligned.m8n8.x4.b16.p3"(%pointer, %r#0, %r#1, %r#2, %r#3)
        : (!llvm.ptr<3>, i32, i32, i32, i32) -> ()
    target.yield
  }

  // ---- Warpgroup matrix instructions run behind the program: their order and their end.

  // "wgmma.fence": before the first one, and after any other access to its registers.
  target.operation @warpgroup_fence {
    llvm.call_intrinsic "llvm.nvvm.wgmma.fence.sync.aligned"() : () -> ()
    target.yield
  }

  // "wgmma.commit_group"
  target.operation @warpgroup_commit {
    llvm.call_intrinsic "llvm.nvvm.wgmma.commit_group.sync.aligned"() : () -> ()
    target.yield
  }

  // "wgmma.wait_group": all but the last one or none are done.
  target.operation @warpgroup_wait_0 {
    %zero = llvm.mlir.constant(0 : i64) : i64
    llvm.call_intrinsic "llvm.nvvm.wgmma.wait_group.sync.aligned"(%zero) : (i64) -> ()
    target.yield
  }

  target.operation @warpgroup_wait_1 {
    %one = llvm.mlir.constant(1 : i64) : i64
    llvm.call_intrinsic "llvm.nvvm.wgmma.wait_group.sync.aligned"(%one) : (i64) -> ()
    target.yield
  }

  // ---- Roles.

  // "setmaxnreg": of 168 registers a thread, which 384 threads have, a fetching warpgroup keeps 40 and two
  // computing ones take 232: (40 + 2 * 232) * 128 = 168 * 384.
  target.operation @registers_40 {
    %count = llvm.mlir.constant(40 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.setmaxnreg.dec.sync.aligned.u32"(%count) : (i32) -> ()
    target.yield
  }

  target.operation @registers_232 {
    %count = llvm.mlir.constant(232 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.setmaxnreg.inc.sync.aligned.u32"(%count) : (i32) -> ()
    target.yield
  }

  // "elect.sync": true for one lane of the warp.
  target.operation @elect {
    %all = arith.constant -1 : i32
    %r = llvm.call_intrinsic "llvm.nvvm.elect.sync"(%all) : (i32) -> !llvm.struct<(i32, i1)>
    %mine = llvm.extractvalue %r[1] : !llvm.struct<(i32, i1)>
    target.yield %mine : i1
  }
}
