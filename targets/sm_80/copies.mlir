// Copies between global memory, registers and shared memory. An address is view + uniform + offset, both
// unsigned 32 bit.
#rows = #layout.linear<2, reg = [[0, 1], [8, 0], [16, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>
#columns = #layout.linear<2, reg = [[1, 0], [8, 0], [16, 0]], lane = [[2, 0], [4, 0], [0, 1], [0, 2], [0, 4]]>

target.machine @sm_80 {
  // PTX ISA "ld", "st". Out of bounds the instruction is predicated off and the preset zero
  // remains.
  target.copy @load_1 attributes {from = "global", to = "register", bytes = 1} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %r = llvm.inline_asm has_side_effects "@$2 ld.global.u8 $0, [$1];", "=r,l,b,0" %address, %in_bounds, %zero
        : (!llvm.ptr<1>, i1, i32) -> i32
    %v = arith.trunci %r : i32 to i8
    target.yield %v : i8
  }

  target.copy @load_2 attributes {from = "global", to = "register", bytes = 2} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %r = llvm.inline_asm has_side_effects "@$2 ld.global.u16 $0, [$1];", "=r,l,b,0" %address, %in_bounds,
        %zero
        : (!llvm.ptr<1>, i1, i32) -> i32
    %v = arith.trunci %r : i32 to i16
    target.yield %v : i16
  }

  target.copy @load_4 attributes {from = "global", to = "register", bytes = 4} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %r = llvm.inline_asm has_side_effects "@$2 ld.global.b32 $0, [$1];", "=r,l,b,0" %address, %in_bounds,
        %zero
        : (!llvm.ptr<1>, i1, i32) -> i32
    target.yield %r : i32
  }

  target.copy @load_8 attributes {from = "global", to = "register", bytes = 8} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %r = llvm.inline_asm has_side_effects "@$3 ld.global.v2.b32 {$0, $1}, [$2];", "=r,=r,l,b,0,1" %address,
        %in_bounds, %zero, %zero
        : (!llvm.ptr<1>, i1, i32, i32) -> !llvm.struct<(i32, i32)>
    %r0 = llvm.extractvalue %r[0] : !llvm.struct<(i32, i32)>
    %r1 = llvm.extractvalue %r[1] : !llvm.struct<(i32, i32)>
    %v = vector.from_elements %r0, %r1 : vector<2xi32>
    target.yield %v : vector<2xi32>
  }

  target.copy @load_16 attributes {from = "global", to = "register", bytes = 16} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %r = llvm.inline_asm has_side_effects "@$5 ld.global.v4.b32 {$0, $1, $2, $3}, [$4];",
        "=r,=r,=r,=r,l,b,0,1,2,3" %address, %in_bounds, %zero, %zero, %zero, %zero
        : (!llvm.ptr<1>, i1, i32, i32, i32, i32) -> !llvm.struct<(i32, i32, i32, i32)>
    %r0 = llvm.extractvalue %r[0] : !llvm.struct<(i32, i32, i32, i32)>
    %r1 = llvm.extractvalue %r[1] : !llvm.struct<(i32, i32, i32, i32)>
    %r2 = llvm.extractvalue %r[2] : !llvm.struct<(i32, i32, i32, i32)>
    %r3 = llvm.extractvalue %r[3] : !llvm.struct<(i32, i32, i32, i32)>
    %v = vector.from_elements %r0, %r1, %r2, %r3 : vector<4xi32>
    target.yield %v : vector<4xi32>
  }

  target.copy @store_1 attributes {from = "register", to = "global", bytes = 1} {
  ^bb0(%value: i8, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %r = arith.extui %value : i8 to i32
    llvm.inline_asm has_side_effects "@$1 st.global.u8 [$0], $2;", "l,b,r" %address, %in_bounds, %r
        : (!llvm.ptr<1>, i1, i32) -> ()
    target.yield
  }

  target.copy @store_2 attributes {from = "register", to = "global", bytes = 2} {
  ^bb0(%value: i16, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %r = arith.extui %value : i16 to i32
    llvm.inline_asm has_side_effects "@$1 st.global.u16 [$0], $2;", "l,b,r" %address, %in_bounds, %r
        : (!llvm.ptr<1>, i1, i32) -> ()
    target.yield
  }

  target.copy @store_4 attributes {from = "register", to = "global", bytes = 4} {
  ^bb0(%value: i32, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    llvm.inline_asm has_side_effects "@$1 st.global.b32 [$0], $2;", "l,b,r" %address, %in_bounds, %value
        : (!llvm.ptr<1>, i1, i32) -> ()
    target.yield
  }

  target.copy @store_8 attributes {from = "register", to = "global", bytes = 8} {
  ^bb0(%value: vector<2xi32>, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %r:2 = vector.to_elements %value : vector<2xi32>
    llvm.inline_asm has_side_effects "@$1 st.global.v2.b32 [$0], {$2, $3};", "l,b,r,r" %address, %in_bounds,
        %r#0, %r#1
        : (!llvm.ptr<1>, i1, i32, i32) -> ()
    target.yield
  }

  target.copy @store_16 attributes {from = "register", to = "global", bytes = 16} {
  ^bb0(%value: vector<4xi32>, %view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %r:4 = vector.to_elements %value : vector<4xi32>
    llvm.inline_asm has_side_effects "@$1 st.global.v4.b32 [$0], {$2, $3, $4, $5};", "l,b,r,r,r,r" %address,
        %in_bounds, %r#0, %r#1, %r#2, %r#3
        : (!llvm.ptr<1>, i1, i32, i32, i32, i32) -> ()
    target.yield
  }

  // PTX ISA "cp.async": bytes beyond the source size are written as zeros. 16 bytes bypass L1
  // (.cg). Groups complete in order; a wait names how many of the last ones may still be in flight.
  target.counter @cp_async {max = 7, in_order = true}

  target.copy @cp_async_4 attributes {from = "global", to = "shared", bytes = 4, per_lane,
        tracked_by = @cp_async} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %bytes = arith.constant 4 : i32
    %size = arith.select %in_bounds, %bytes, %zero : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.ca.shared.global.4.s"(%destination, %address, %size)
        : (!llvm.ptr<3>, !llvm.ptr<1>, i32) -> ()
    target.yield
  }

  target.copy @cp_async_8 attributes {from = "global", to = "shared", bytes = 8, per_lane,
        tracked_by = @cp_async} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %bytes = arith.constant 8 : i32
    %size = arith.select %in_bounds, %bytes, %zero : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.ca.shared.global.8.s"(%destination, %address, %size)
        : (!llvm.ptr<3>, !llvm.ptr<1>, i32) -> ()
    target.yield
  }

  target.copy @cp_async_16 attributes {from = "global", to = "shared", bytes = 16, per_lane,
        tracked_by = @cp_async} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    %o = arith.extui %offset : i32 to i64
    %u = arith.extui %uniform : i32 to i64
    %base = llvm.getelementptr %view[%u] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %address = llvm.getelementptr %base[%o] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i8
    %zero = arith.constant 0 : i32
    %bytes = arith.constant 16 : i32
    %size = arith.select %in_bounds, %bytes, %zero : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.cg.shared.global.16.s"(%destination, %address, %size)
        : (!llvm.ptr<3>, !llvm.ptr<1>, i32) -> ()
    target.yield
  }

  target.operation @commit_group {
    llvm.call_intrinsic "llvm.nvvm.cp.async.commit.group"() : () -> ()
    target.yield
  }

  target.operation @wait_group_0 {
    %n = llvm.mlir.constant(0 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_1 {
    %n = llvm.mlir.constant(1 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_2 {
    %n = llvm.mlir.constant(2 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_3 {
    %n = llvm.mlir.constant(3 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_4 {
    %n = llvm.mlir.constant(4 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_5 {
    %n = llvm.mlir.constant(5 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_6 {
    %n = llvm.mlir.constant(6 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  target.operation @wait_group_7 {
    %n = llvm.mlir.constant(7 : i32) : i32
    llvm.call_intrinsic "llvm.nvvm.cp.async.wait.group"(%n) : (i32) -> ()
    target.yield
  }

  // PTX ISA 9.7.14.5.15 "ldmatrix". Lanes 8q to 8q + 7 address the rows of matrix q, 8 elements of 16 bits
  // each. Lane l gets elements 2 (l % 4) and the next of row l / 4 of each matrix; with .trans, of column l /
  // 4.
  target.copy @read_matrix_b16 attributes {from = "shared", to = "register", bytes = 16, transposes = 16,
      exchange = #rows} {
  ^bb0(%pointer: !llvm.ptr<3>):
    %r = llvm.call_intrinsic "llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16.p3"(%pointer)
        : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
    %r0 = llvm.extractvalue %r[0] : !llvm.struct<(i32, i32, i32, i32)>
    %r1 = llvm.extractvalue %r[1] : !llvm.struct<(i32, i32, i32, i32)>
    %r2 = llvm.extractvalue %r[2] : !llvm.struct<(i32, i32, i32, i32)>
    %r3 = llvm.extractvalue %r[3] : !llvm.struct<(i32, i32, i32, i32)>
    %v = vector.from_elements %r0, %r1, %r2, %r3 : vector<4xi32>
    target.yield %v : vector<4xi32>
  }

  target.copy @read_transposed_b16 attributes {from = "shared", to = "register", bytes = 16, transposes = 16,
      exchange = #columns} {
  ^bb0(%pointer: !llvm.ptr<3>):
    %r = llvm.call_intrinsic "llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.trans.b16.p3"(%pointer)
        : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
    %r0 = llvm.extractvalue %r[0] : !llvm.struct<(i32, i32, i32, i32)>
    %r1 = llvm.extractvalue %r[1] : !llvm.struct<(i32, i32, i32, i32)>
    %r2 = llvm.extractvalue %r[2] : !llvm.struct<(i32, i32, i32, i32)>
    %r3 = llvm.extractvalue %r[3] : !llvm.struct<(i32, i32, i32, i32)>
    %v = vector.from_elements %r0, %r1, %r2, %r3 : vector<4xi32>
    target.yield %v : vector<4xi32>
  }
}
