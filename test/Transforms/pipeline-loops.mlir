// stage-pipeline-loops: with two buffers, step i's tiles live in slot i mod 2; while step i is multiplied, step i + 1 is read
// into registers and step i + 2 copied into the slot that step i has left.
//
//   for k: a = load A[k]; c = mma a, b, c
//   =>
//   prologue   copy 0; copy 1; wait; r = read 0
//   steady     wait; barrier; r' = read 1; copy 2 -> 0; c = mma r, c;   wait; barrier; r = read 0; copy 3 -> 1; c = mma r', c
//   epilogue   the last two steps, without copies
//   rest       the loop as it was
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: kiln-opt --stage-pipeline-loops --canonicalize %t/loop.mlir | FileCheck %t/loop.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/one-buffer.mlir 2>&1 | FileCheck %t/one-buffer.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/no-copy.mlir 2>&1 | FileCheck %t/no-copy.mlir

//--- loop.mlir
// CHECK-LABEL: kernel.func @product
// CHECK-DAG: %[[SLOTS:.*]] = stage.alloc "operand0" : <2 x [8, 4], f16, fastest = 1>
// CHECK-DAG: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[SECOND:.*]] = arith.constant 1 : index
// CHECK: scf.if
// CHECK:   stage.copy %{{.*}}, %[[SLOTS]][%[[FIRST]]] {atom = @to_shared, in_bounds = array<i64: 1>}
// CHECK:   stage.copy %{{.*}}, %[[SLOTS]][%[[SECOND]]] {atom = @to_shared, in_bounds = array<i64: 1>}
// CHECK:   stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:   %[[R0:.*]] = stage.read %[[SLOTS]][%[[FIRST]]]
// CHECK:   scf.for {{.*}} iter_args(%[[SUM:.*]] = %{{.*}}, %[[NOW:.*]] = %[[R0]])
// CHECK:     stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:     %[[NEXT:.*]] = stage.read %[[SLOTS]][%[[SECOND]]]
// CHECK:     stage.copy %{{.*}}, %[[SLOTS]][%[[FIRST]]]
// CHECK:     kernel.mma %[[NOW]], %{{.*}}, %[[SUM]]
// CHECK:     stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:     %[[AGAIN:.*]] = stage.read %[[SLOTS]][%[[FIRST]]]
// CHECK:     stage.copy %{{.*}}, %[[SLOTS]][%[[SECOND]]]
// CHECK:     %[[SUMS:.*]] = kernel.mma %[[NEXT]]
// CHECK:     scf.yield %[[SUMS]], %[[AGAIN]]
// The last two steps read one slot more and copy none.
// CHECK-NOT: stage.copy
// CHECK:   stage.read %[[SLOTS]][%[[SECOND]]]
// CHECK:   kernel.mma
// CHECK-NOT: stage.read
// CHECK:   kernel.mma
// What makes no full round is done by the loop as it was.
// CHECK: scf.for
// CHECK:   kernel.load
// CHECK:   kernel.mma
kernel.func @product(%x: !kernel.tensor<[8, ?], f16>, %b: f16, %z: !kernel.tensor<[8, 4], f32>) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %K = kernel.dim %x, 1 : !kernel.tensor<[8, ?], f16>
  %bs = kernel.splat %b : f16 -> !kernel.tile<[4, 4], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[8, 4], f32>) {
    %a = kernel.load %x[%0, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %d = kernel.mma %a, %bs, %c : !kernel.tile<[8, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[8, 4], f32>
    scf.yield %d : !kernel.tile<[8, 4], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[8, 4], f32>, !kernel.tensor<[8, 4], f32>
  kernel.return
}

//--- one-buffer.mlir
// CHECK: error: 'scf.for' op expects 2 buffers or more to pipeline, found 1
kernel.func @k(%n: index) {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  scf.for %i = %0 to %n step %1 {
  } {schedule.pipeline = {buffers = 1 : i64}}
  kernel.return
}

//--- no-copy.mlir
// CHECK: error: 'scf.for' op is to be pipelined, but no load in it has a copy
kernel.func @k(%n: index) {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  scf.for %i = %0 to %n step %1 {
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.return
}
