// Copies of AMD CDNA3. Section numbers are those of AMD's "CDNA3 Instruction Set Architecture" manual.
//
// A lane that is out of bounds takes the offset 2^31, which is beyond the end of every view: the access reads
// zero or writes nothing (9.1.5, range checking). The uniform offset goes into SOFFSET; whether it takes part in
// the check does not matter, since no sum of offsets wraps.

target.machine @gfx942 {
  target.copy @load_b8 attributes {from = "global", to = "register", bytes = 1} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    %value = rocdl.raw.ptr.buffer.load %view, %checked, %uniform, %cached : i8
    target.yield %value : i8
  }

  target.copy @load_b16 attributes {from = "global", to = "register", bytes = 2} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    %value = rocdl.raw.ptr.buffer.load %view, %checked, %uniform, %cached : i16
    target.yield %value : i16
  }

  target.copy @load_b32 attributes {from = "global", to = "register", bytes = 4} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    %value = rocdl.raw.ptr.buffer.load %view, %checked, %uniform, %cached : i32
    target.yield %value : i32
  }

  target.copy @load_b64 attributes {from = "global", to = "register", bytes = 8} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    %value = rocdl.raw.ptr.buffer.load %view, %checked, %uniform, %cached : vector<2xi32>
    target.yield %value : vector<2xi32>
  }

  target.copy @load_b128 attributes {from = "global", to = "register", bytes = 16} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    %value = rocdl.raw.ptr.buffer.load %view, %checked, %uniform, %cached : vector<4xi32>
    target.yield %value : vector<4xi32>
  }

  target.copy @store_b8 attributes {from = "register", to = "global", bytes = 1} {
  ^bb0(%value: i8, %view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.store %value, %view, %checked, %uniform, %cached : i8
    target.yield
  }

  target.copy @store_b16 attributes {from = "register", to = "global", bytes = 2} {
  ^bb0(%value: i16, %view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.store %value, %view, %checked, %uniform, %cached : i16
    target.yield
  }

  target.copy @store_b32 attributes {from = "register", to = "global", bytes = 4} {
  ^bb0(%value: i32, %view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.store %value, %view, %checked, %uniform, %cached : i32
    target.yield
  }

  target.copy @store_b64 attributes {from = "register", to = "global", bytes = 8} {
  ^bb0(%value: vector<2xi32>, %view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.store %value, %view, %checked, %uniform, %cached : vector<2xi32>
    target.yield
  }

  target.copy @store_b128 attributes {from = "register", to = "global", bytes = 16} {
  ^bb0(%value: vector<4xi32>, %view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %cached = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.store %value, %view, %checked, %uniform, %cached : vector<4xi32>
    target.yield
  }

  // Memory to LDS past the registers (9.1.9): lane l writes its bytes to `destination` + l * bytes, zeros if
  // it is out of bounds. The instruction's offset (12 bits) counts on both sides, and in the check of bounds.
  target.copy @load_to_shared_b32 attributes {
      from = "global", to = "shared", bytes = 4, max_step = 4095, tracked_by = @vmcnt} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>,
       %step: i32):
    %outside = arith.constant -2147483648 : i32
    %checked = arith.select %in_bounds, %offset, %outside : i32
    %bytes = llvm.mlir.constant(4 : i32) : i32
    %none = llvm.mlir.constant(0 : i32) : i32
    rocdl.raw.ptr.buffer.load.lds %view, %destination, %bytes, %checked, %uniform, %step, %none
    target.yield
  }
}
