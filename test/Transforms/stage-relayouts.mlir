// stage-relayouts: a tile that other lanes need goes through shared memory.
//
//   y = relayout x   =>   barrier; write x, buffer; barrier; y = read buffer
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: kiln-opt --stage-relayouts %t/exchange.mlir | FileCheck %t/exchange.mlir
// RUN: not kiln-opt --stage-relayouts %t/narrow.mlir 2>&1 | FileCheck %t/narrow.mlir

//--- exchange.mlir
#rows = #layout.linear<2, reg = [[0, 1], [0, 2]], lane = [[1, 0], [2, 0]]>
#columns = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>
#otherOrder = #layout.linear<2, reg = [[0, 2], [0, 1]], lane = [[1, 0], [2, 0]]>

// Either order moves four elements at once on one side only; the read counts more, so columns are contiguous. 16 bytes
// of padding (8 f16) put neighbouring columns into different banks.
// CHECK-LABEL: kernel.func @exchange
// CHECK: %[[BUFFER:.*]] = stage.alloc "relayout" : <1 x [4, 4], f16, fastest = 0, pad = 8>
// CHECK: %[[X:.*]] = kernel.splat
// The first barrier: nobody still reads what was there before.
// CHECK-NEXT: stage.barrier
// CHECK-NEXT: stage.write %[[X]], %[[BUFFER]]
// CHECK-NEXT: stage.barrier
// CHECK-NEXT: %[[Y:.*]] = stage.read %[[BUFFER]]{{.*}} -> <[4, 4], f16, #layout.linear<2, reg = {{\[\[}}1, 0], [2, 0]], lane = {{\[\[}}0, 1], [0, 2]]>>
// CHECK-NEXT: arith.addf %[[Y]], %[[Y]]
kernel.func @exchange(%s: f16) {
  %x = kernel.splat %s : f16 -> !kernel.tile<[4, 4], f16, #rows>
  %y = kernel.relayout %x : !kernel.tile<[4, 4], f16, #rows> -> !kernel.tile<[4, 4], f16, #columns>
  %z = arith.addf %y, %y : !kernel.tile<[4, 4], f16, #columns>
  kernel.return
}

// The same lane holds the same elements in another order: a matter of naming registers.
// CHECK-LABEL: kernel.func @within_a_lane
// CHECK-NOT: stage.
// CHECK: kernel.relayout
// CHECK: kernel.return
kernel.func @within_a_lane(%s: f16) {
  %x = kernel.splat %s : f16 -> !kernel.tile<[4, 4], f16, #rows>
  %y = kernel.relayout %x : !kernel.tile<[4, 4], f16, #rows> -> !kernel.tile<[4, 4], f16, #otherOrder>
  %z = arith.addf %y, %y : !kernel.tile<[4, 4], f16, #otherOrder>
  kernel.return
}

//--- narrow.mlir
// Elements of 4 bits: whichever dimension is contiguous, one side would write or read half bytes.
// CHECK: narrow.mlir:8:8: error: this tile of 'f4E2M1FN' is needed along another dimension than it is loaded along
#rows = #layout.linear<2, reg = [[0, 1], [0, 2]], lane = [[1, 0], [2, 0]]>
#columns = #layout.linear<2, reg = [[1, 0], [2, 0]], lane = [[0, 1], [0, 2]]>
kernel.func @narrow(%x: !kernel.tensor<[4, 4], f4E2M1FN>) {
  %0 = arith.constant 0 : index
  %a = kernel.load %x[%0, %0] : !kernel.tensor<[4, 4], f4E2M1FN> -> !kernel.tile<[4, 4], f4E2M1FN, #rows>
  %b = kernel.relayout %a : !kernel.tile<[4, 4], f4E2M1FN, #rows> -> !kernel.tile<[4, 4], f4E2M1FN, #columns>
  kernel.return
}
