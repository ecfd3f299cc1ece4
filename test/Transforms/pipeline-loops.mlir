// stage-pipeline-loops: with two buffers, step i's tiles live in slot i mod 2; while step i is multiplied, step i + 1 is read
// into registers and step i + 2 copied into the slot that step i has left.
//
//   for k: a = load A[k]; b = load B[k]; c = mma a, b, c
//   =>
//   prologue    copy 0; copy 1; wait; r = read 0
//   steady      wait; barrier; r' = read 1; copy 2 -> 0; c = mma r, c;   wait; barrier; r = read 0; copy 3 -> 1; c = mma r', c
//   second last the same, with copies that may leave the tensor
//   last        the last two steps, without copies
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: kiln-opt --stage-pipeline-loops --canonicalize %t/loop.mlir | FileCheck %t/loop.mlir
// RUN: kiln-opt --stage-pipeline-loops --canonicalize %t/divided.mlir | FileCheck %t/divided.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/not-divided.mlir 2>&1 | FileCheck %t/not-divided.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/no-sum.mlir 2>&1 | FileCheck %t/no-sum.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/one-buffer.mlir 2>&1 | FileCheck %t/one-buffer.mlir
// RUN: not kiln-opt --stage-pipeline-loops %t/no-copy.mlir 2>&1 | FileCheck %t/no-copy.mlir

//--- loop.mlir
// CHECK-LABEL: kernel.func @product
// CHECK-DAG: %[[A:.*]] = stage.alloc "operand0" : <2 x [8, 4], f16, fastest = 1>
// CHECK-DAG: %[[B:.*]] = stage.alloc "operand1" : <2 x [4, 4], f16, fastest = 1>
// CHECK-DAG: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[SECOND:.*]] = arith.constant 1 : index
// What a step beyond the end copies is zeros, so the first copies know of no bounds.
// CHECK:   stage.copy %{{.*}}, %[[A]][%[[FIRST]]] {atom = @to_shared, in_bounds = array<i64>}
// CHECK:   stage.copy %{{.*}}, %[[B]][%[[FIRST]]] {atom = @to_shared, in_bounds = array<i64>}
// CHECK:   stage.copy %{{.*}}, %[[A]][%[[SECOND]]] {atom = @to_shared, in_bounds = array<i64>}
// CHECK:   stage.copy %{{.*}}, %[[B]][%[[SECOND]]] {atom = @to_shared, in_bounds = array<i64>}
// CHECK:   stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:   %[[A0:.*]] = stage.read %[[A]][%[[FIRST]]]
// CHECK:   %[[B0:.*]] = stage.read %[[B]][%[[FIRST]]]
// CHECK:   scf.for {{.*}} iter_args(%[[SUM:.*]] = %{{.*}}, %[[NOWA:.*]] = %[[A0]], %[[NOWB:.*]] = %[[B0]])
// CHECK:     stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:     %[[NEXTA:.*]] = stage.read %[[A]][%[[SECOND]]]
// CHECK:     %[[NEXTB:.*]] = stage.read %[[B]][%[[SECOND]]]
// The steady loop's copies stay inside: A along its columns, B along its rows.
// CHECK:     stage.copy %{{.*}}, %[[A]][%[[FIRST]]] {atom = @to_shared, in_bounds = array<i64: 1>}
// CHECK:     stage.copy %{{.*}}, %[[B]][%[[FIRST]]] {atom = @to_shared, in_bounds = array<i64: 0>}
// CHECK:     kernel.mma %[[NOWA]], %[[NOWB]], %[[SUM]]
// CHECK:     stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK:     %[[AGAINA:.*]] = stage.read %[[A]][%[[FIRST]]]
// CHECK:     %[[AGAINB:.*]] = stage.read %[[B]][%[[FIRST]]]
// CHECK:     stage.copy %{{.*}}, %[[A]][%[[SECOND]]]
// CHECK:     stage.copy %{{.*}}, %[[B]][%[[SECOND]]]
// CHECK:     %[[SUMS:.*]] = kernel.mma %[[NEXTA]], %[[NEXTB]]
// CHECK:     scf.yield %[[SUMS]], %[[AGAINA]], %[[AGAINB]]
// CHECK-COUNT-4: stage.copy {{.*}}in_bounds = array<i64>}
// The last two steps read one slot more and copy none.
// CHECK-NOT: stage.copy
// CHECK:   stage.read %[[A]][%[[SECOND]]]
// CHECK:   kernel.mma
// CHECK-NOT: stage.read
// CHECK:   kernel.mma
// CHECK-NOT: scf.for
// CHECK:   kernel.store
kernel.func @product(%x: !kernel.tensor<[8, ?], f16>, %y: !kernel.tensor<[?, 4], f16>, %z: !kernel.tensor<[8, 4], f32>) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %K = kernel.dim %x, 1 : !kernel.tensor<[8, ?], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[8, 4], f32>) {
    %a = kernel.load %x[%0, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %b = kernel.load %y[%k, %0] {schedule.copy = @to_shared} : !kernel.tensor<[?, 4], f16> -> !kernel.tile<[4, 4], f16>
    %d = kernel.mma %a, %b, %c : !kernel.tile<[8, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[8, 4], f32>
    scf.yield %d : !kernel.tile<[8, 4], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[8, 4], f32>, !kernel.tensor<[8, 4], f32>
  kernel.return
}

//--- divided.mlir
// A tensor of which a step takes an eighth as many elements, such as scales: its index is the position divided. An index that follows the
// loop in another way is refused.
// CHECK-LABEL: kernel.func @scaled
// CHECK: scf.for %[[K:[a-z0-9]+]] =
// CHECK:   %[[AT:.*]] = arith.divui %[[K]], %{{.*}} : index
// CHECK:   %[[NEXT:.*]] = arith.addi %[[AT]], %{{.*}} : index
// CHECK:   stage.copy %{{.*}}[%{{.*}}, %[[NEXT]]]
kernel.func @scaled(%x: !kernel.tensor<[8, ?], f16>, %y: !kernel.tensor<[8, ?], f16>, %z: !kernel.tensor<[8, 8], f32>) {
  %0 = arith.constant 0 : index
  %8 = arith.constant 8 : index
  %32 = arith.constant 32 : index
  %K = kernel.dim %x, 1 : !kernel.tensor<[8, ?], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 8], f32>
  %sum = scf.for %k = %0 to %K step %32 iter_args(%c = %zero) -> (!kernel.tile<[8, 8], f32>) {
    %eighth = arith.divui %k, %8 : index
    %a = kernel.load %x[%0, %eighth] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %stored = kernel.load %y[%0, %eighth] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %b = kernel.transpose %stored [1, 0] : !kernel.tile<[8, 4], f16> -> !kernel.tile<[4, 8], f16>
    %d = kernel.mma %a, %b, %c : !kernel.tile<[8, 4], f16>, !kernel.tile<[4, 8], f16>, !kernel.tile<[8, 8], f32>
    scf.yield %d : !kernel.tile<[8, 8], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[8, 8], f32>, !kernel.tensor<[8, 8], f32>
  kernel.return
}

//--- not-divided.mlir
// CHECK: error: 'kernel.load' op cannot be staged: an index follows the loop, and is neither its position nor that divided by a constant which divides the loop's step
kernel.func @k(%x: !kernel.tensor<[8, ?], f16>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  scf.for %k = %0 to %K step %4 {
    %next = arith.addi %k, %4 : index
    %a = kernel.load %x[%0, %next] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.return
}

//--- no-sum.mlir
// Steps of zeros would double the sum.
// CHECK: error: 'scf.for' op cannot be pipelined: expects it to carry one sum of products (kernel.mma) of staged tiles, which steps of zeros leave alone
kernel.func @k(%x: !kernel.tensor<[4, ?], f32>, %K: index, %z: !kernel.tensor<[4, 4], f32>) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %k] {schedule.copy = @to_shared} : !kernel.tensor<[4, ?], f32> -> !kernel.tile<[4, 4], f32>
    %d = kernel.mma %a, %a, %a : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[4, 4], f32>
  kernel.return
}

//--- one-buffer.mlir
// CHECK: error: 'scf.for' op expects 2 to 64 buffers to pipeline, found 1
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
