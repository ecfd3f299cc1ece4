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

  // "mbarrier.try_wait.parity": true once the phase of that parity has completed; waits a while by itself, so that
  // nothing else need be done between two tries.
  target.operation @barrier_wait {
  ^bb0(%barrier: !llvm.ptr<3>, %parity: i32):
    scf.while : () -> () {
      %done = llvm.call_intrinsic "llvm.nvvm.mbarrier.try.wait.parity.scope.cta.space.cta"(%barrier, %parity)
          : (!llvm.ptr<3>, i32) -> i1
      %true = arith.constant true
      %again = arith.xori %done, %true : i1
      scf.condition(%again)
    } do {
      scf.yield
    }
    target.yield
  }

  // "barrier.sync" with a number from 1 to 15: some of the warps meet.
  target.operation @named_barrier {
  ^bb0(%number: i32, %threads: i32):
    llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.count"(%number, %threads) : (i32, i32) -> ()
    target.yield
  }

  // ---- Tiles by tensor map. One lane issues them. A box has at most 256 elements a dimension; with a swizzle of 128, 64 or 32
  // bytes ("Tensor swizzling modes") the 16-byte chunks of a row as long trade places by the row's number, its
  // multiple of 128 bytes counted: by the row itself, every second or every fourth.

  // "cp.async.bulk.tensor", global to shared: completes on the barrier with the bytes of the whole box.
  target.copy @tile_load attributes {from = "global", to = "shared", bytes = 16, tracking = "barrier",
      tile_swizzles = [[16, 32, 64], [0, 16, 32], [0, 0, 16]], tile_limit = 256} {
  ^bb0(%map: !llvm.ptr, %column: i32, %row: i32, %destination: !llvm.ptr<3>, %barrier: !llvm.ptr<3>):
    %hint = arith.constant 0 : i64
    %no = arith.constant false
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.tensor.g2s.cta.tile.2d"(
        %destination, %barrier, %map, %column, %row, %hint, %no)
        : (!llvm.ptr<3>, !llvm.ptr<3>, !llvm.ptr, i32, i32, i64, i1) -> ()
    target.yield
  }

  // The same, shared to global; what lies outside the tensor is not written.
  target.copy @tile_store attributes {from = "shared", to = "global", bytes = 16, tracking = "group",
      tile_swizzles = [[16, 32, 64], [0, 16, 32], [0, 0, 16]], tile_limit = 256} {
  ^bb0(%map: !llvm.ptr, %column: i32, %row: i32, %source: !llvm.ptr<3>):
    %hint = arith.constant 0 : i64
    %no = arith.constant false
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.tensor.s2g.tile.2d"(%source, %map, %column, %row, %hint, %no)
        : (!llvm.ptr<3>, !llvm.ptr, i32, i32, i64, i1) -> ()
    target.yield
  }

  // "fence.proxy.async": ordinary writes to shared memory before it are seen by tile stores and matrix instructions.
  target.operation @shared_fence {
    llvm.call_intrinsic "llvm.nvvm.fence.proxy.async.shared_cta"() : () -> ()
    target.yield
  }

  // "cp.async.bulk.commit_group"
  target.operation @tile_commit {
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.commit.group"() : () -> ()
    target.yield
  }

  // "cp.async.bulk.wait_group.read": the source of all but the last one or none may be overwritten.
  target.operation @tile_wait_read_0 {
    %zero = llvm.mlir.constant(0 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.wait.group.read"(%zero) : (i32) -> ()
    target.yield
  }

  target.operation @tile_wait_read_1 {
    %one = llvm.mlir.constant(1 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.bulk.wait.group.read"(%one) : (i32) -> ()
    target.yield
  }

  // ---- Warpgroup matrix instructions run behind the program: their order and their end.

  // "wgmma.fence": before the first one, and after any other access to its registers.
  target.operation @matrix_fence {
    llvm.call_intrinsic "llvm.nvvm.wgmma.fence.sync.aligned"() : () -> ()
    target.yield
  }

  // "wgmma.commit_group"
  target.operation @matrix_commit {
    llvm.call_intrinsic "llvm.nvvm.wgmma.commit_group.sync.aligned"() : () -> ()
    target.yield
  }

  // "wgmma.wait_group": all but the last one or none are done.
  target.operation @matrix_wait_0 {
    %zero = llvm.mlir.constant(0 : i64) : i64
    llvm.call_intrinsic "llvm.nvvm.wgmma.wait_group.sync.aligned"(%zero) : (i64) -> ()
    target.yield
  }

  target.operation @matrix_wait_1 {
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

  // How many workgroups were launched.
  target.operation @workgroup_count {
    %count = llvm.call_intrinsic "llvm.nvvm.read.ptx.sreg.nctaid.x"() : () -> i32
    target.yield %count : i32
  }
}
