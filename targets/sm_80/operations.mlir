// What every machine must have (targets/README.md).
target.machine @sm_80 {
  target.operation @workgroup_id {
    %id = llvm.call_intrinsic "llvm.nvvm.read.ptx.sreg.ctaid.x"() : () -> i32
    target.yield %id : i32
  }

  target.operation @thread_id {
    %id = llvm.call_intrinsic "llvm.nvvm.read.ptx.sreg.tid.x"() : () -> i32
    target.yield %id : i32
  }

  // PTX ISA "barrier": bar.sync 0 also orders the memory accesses of the block's threads.
  target.operation @barrier {
    %zero = arith.constant 0 : i32
    llvm.call_intrinsic "llvm.nvvm.barrier.cta.sync.aligned.all"(%zero) : (i32) -> ()
    target.yield
  }

  // PTX ISA "shfl.sync". The last operand, 31, makes the whole warp one segment.
  target.operation @shuffle_xor {
  ^bb0(%value: i32, %mask: i32):
    %all = arith.constant -1 : i32
    %segment = arith.constant 31 : i32
    %r = llvm.call_intrinsic "llvm.nvvm.shfl.sync.bfly.i32"(%all, %value, %mask, %segment)
        : (i32, i32, i32, i32) -> i32
    target.yield %r : i32
  }

  // The copies' bounds come with each access, so that a view is the pointer.
  target.operation @view {
  ^bb0(%pointer: !llvm.ptr<1>, %bytes: i64):
    target.yield %pointer : !llvm.ptr<1>
  }

  // A value that all lanes share, taken from lane 0; the assembler may then keep it in a uniform register.
  target.operation @uniform {
  ^bb0(%value: i32):
    %all = arith.constant -1 : i32
    %zero = arith.constant 0 : i32
    %segment = arith.constant 31 : i32
    %r = llvm.call_intrinsic "llvm.nvvm.shfl.sync.idx.i32"(%all, %value, %zero, %segment)
        : (i32, i32, i32, i32) -> i32
    target.yield %r : i32
  }
}
