// stage-choose-swizzles: a buffer that copies fill is ordered so that lanes read from different banks.
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: cat %t/machine.mlir %t/kernel.mlir | kiln-opt --stage-choose-swizzles | FileCheck %t/kernel.mlir

//--- machine.mlir
// Four lanes, read together, and two banks of 4 bytes. A copy moves 4 bytes, a transposing read exchanges two lanes' 16-bit elements.
target.machine @banks attributes {lanes = 4, tracking = "counter"} {
  target.memory @shared {space = 3, bytes = 4096, banks = 2, bank_bytes = 4, phases = {read_4 = [[0, 1], [2, 3]]}}
  target.copy @to_shared attributes {from = "global", to = "shared", bytes = 4} {
  ^bb0(%view: !llvm.ptr<1>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    target.yield
  }
  target.copy @read_transposed attributes {from = "shared", to = "register", bytes = 4, transposes = 16,
      exchange = #layout.linear<2, reg = [[1, 0]], lane = [[0, 1], [2, 0]]>} {
  ^bb0(%source: !llvm.ptr<3>):
    %zero = arith.constant 0 : i32
    target.yield %zero : i32
  }
}

//--- kernel.mlir
// Rows of 8 bytes fill both banks. Lanes 0 and 1 read the first words of rows 0 and 1: one bank, so that odd rows trade their
// two words. What was given stays, and its conflicts are counted: each of the two reads of a row's halves waits once in both phases.
// CHECK-LABEL: kernel.func @rows
// CHECK: stage.alloc "free" {conflicts = 0 : i64} : <1 x [4, 4], f16, fastest = 1, swizzle = [2, 0]>
// CHECK: stage.alloc "given" {conflicts = 4 : i64} : <1 x [4, 4], f16, fastest = 1, swizzle = [0, 2]>
#rows = #layout.linear<2, reg = [[0, 1], [0, 2]], lane = [[1, 0], [2, 0]]>
kernel.func @rows(%x: !kernel.tensor<[4, 4], f16, align = 4>) attributes {schedule.waves = 1 : i64} {
  %0 = arith.constant 0 : index
  %free = stage.alloc "free" : !stage.buffer<1 x [4, 4], f16, fastest = 1>
  %given = stage.alloc "given" : !stage.buffer<1 x [4, 4], f16, fastest = 1, swizzle = [0, 2]>
  stage.copy %x[%0, %0], %free[%0] {atom = @to_shared, in_bounds = array<i64>} : !kernel.tensor<[4, 4], f16, align = 4>, !stage.buffer<1 x [4, 4], f16, fastest = 1>
  stage.copy %x[%0, %0], %given[%0] {atom = @to_shared, in_bounds = array<i64>} : !kernel.tensor<[4, 4], f16, align = 4>, !stage.buffer<1 x [4, 4], f16, fastest = 1, swizzle = [0, 2]>
  %a = stage.read %free[%0] : !stage.buffer<1 x [4, 4], f16, fastest = 1> -> !kernel.tile<[4, 4], f16, #rows>
  %b = stage.read %given[%0] : !stage.buffer<1 x [4, 4], f16, fastest = 1, swizzle = [0, 2]> -> !kernel.tile<[4, 4], f16, #rows>
  kernel.return
}

// Columns in lanes, rows in registers: no lane has neighbours of a row. The transposing read gives lane (n) the rows k and k + 1 from lanes
// that address pairs of columns: lanes 0 and 1 address rows 0 and 1 of columns 0 and 1, again one bank.
// CHECK-LABEL: kernel.func @columns
// CHECK: stage.alloc "free" {conflicts = 0 : i64} : <1 x [4, 4], f16, fastest = 1, swizzle = [2, 0]>
#columns = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>
kernel.func @columns(%x: !kernel.tensor<[4, 4], f16, align = 4>) attributes {schedule.waves = 1 : i64} {
  %0 = arith.constant 0 : index
  %free = stage.alloc "free" : !stage.buffer<1 x [4, 4], f16, fastest = 1>
  stage.copy %x[%0, %0], %free[%0] {atom = @to_shared, in_bounds = array<i64>} : !kernel.tensor<[4, 4], f16, align = 4>, !stage.buffer<1 x [4, 4], f16, fastest = 1>
  %a = stage.read %free[%0] : !stage.buffer<1 x [4, 4], f16, fastest = 1> -> !kernel.tile<[4, 4], f16, #columns>
  kernel.return
}
