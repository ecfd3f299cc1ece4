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
// RUN: kiln-opt --stage-pipeline-loops --canonicalize %t/parts.mlir | FileCheck %t/parts.mlir
// RUN: sed 's/buffers = 2 : i64/&, ping_pong/' %t/parts.mlir | kiln-opt --stage-pipeline-loops --canonicalize | FileCheck %t/parts.mlir --check-prefix=PING
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

//--- parts.mlir
// Two sums, of the upper and the lower half of A times the same B: each product is a phase. B and the upper half are read before
// their product; with two phases for three tiles, two tiles are read in one and one in the other. What has been read in one phase
// is copied anew in the next, but in no earlier step.
//
//   phase 0   wait; barrier; read lower i;                     copy upper, B i+2;  mma upper
//   phase 1   wait; barrier; read upper i+1; read B i+1;        copy lower i+2;     mma lower
// CHECK-LABEL: kernel.func @halves
// CHECK-DAG: %[[UPPER:.*]] = stage.alloc "operand0" : <2 x [4, 4], f16, fastest = 1>
// CHECK-DAG: %[[LOWER:.*]] = stage.alloc "operand1" : <2 x [4, 4], f16, fastest = 1>
// CHECK-DAG: %[[B:.*]] = stage.alloc "operand2" : <2 x [4, 4], f16, fastest = 1>
// CHECK-DAG: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[SECOND:.*]] = arith.constant 1 : index
// All slots are filled; then what the first product needs is read.
// CHECK-COUNT-6: stage.copy
// CHECK-NOT: stage.copy
// CHECK:   stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK-NEXT: %[[UPPER0:.*]] = stage.read %[[UPPER]][%[[FIRST]]]
// CHECK-NEXT: %[[B0:.*]] = stage.read %[[B]][%[[FIRST]]]
// CHECK-NOT: stage.read
// CHECK:   scf.for {{.*}} iter_args(%[[SUM0:.*]] = %{{.*}}, %[[SUM1:.*]] = %{{.*}}, %[[NOWUPPER:.*]] = %[[UPPER0]], %[[NOWB:.*]] = %[[B0]])
// CHECK-NEXT: stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK-NEXT: %[[NOWLOWER:.*]] = stage.read %[[LOWER]][%[[FIRST]]]
// CHECK-NOT: stage.read
// CHECK:     stage.copy %{{.*}}, %[[UPPER]][%[[FIRST]]]
// CHECK:     stage.copy %{{.*}}, %[[B]][%[[FIRST]]]
// CHECK-NOT: stage.copy
// CHECK:     kernel.mma %[[NOWUPPER]], %[[NOWB]], %[[SUM0]]
// CHECK-NEXT: stage.wait{{$}}
// CHECK-NEXT: stage.barrier bare
// CHECK-NEXT: %[[NEXTUPPER:.*]] = stage.read %[[UPPER]][%[[SECOND]]]
// CHECK-NEXT: %[[NEXTB:.*]] = stage.read %[[B]][%[[SECOND]]]
// CHECK:     stage.copy %{{.*}}, %[[LOWER]][%[[FIRST]]]
// CHECK-NOT: stage.copy
// CHECK:     kernel.mma %[[NOWLOWER]], %[[NOWB]], %[[SUM1]]
// CHECK:     %[[NEXTLOWER:.*]] = stage.read %[[LOWER]][%[[SECOND]]]
// CHECK:     kernel.mma %[[NEXTUPPER]], %[[NEXTB]]
// CHECK:     kernel.mma %[[NEXTLOWER]], %[[NEXTB]]
// CHECK:     scf.yield
// The last round copies nothing; its last product needs neither reads nor a wait.
// CHECK-COUNT-6: stage.copy
// CHECK-NOT: stage.copy
// CHECK-COUNT-3: stage.wait
// CHECK-NOT: stage.wait
// CHECK:   kernel.store

// In turns: what a matrix phase multiplies is read in the memory phase before it. As two tiles are read in one phase, the upper half
// is, as before, one phase early; it has been read when the loop begins.
// PING-LABEL: kernel.func @halves
// PING-DAG: %[[UPPER:.*]] = stage.alloc "operand0" : <2 x [4, 4], f16, fastest = 1>
// PING-DAG: %[[LOWER:.*]] = stage.alloc "operand1" : <2 x [4, 4], f16, fastest = 1>
// PING-DAG: %[[B:.*]] = stage.alloc "operand2" : <2 x [4, 4], f16, fastest = 1>
// PING:   stage.barrier bare half 1
// PING:   scf.for
// PING-NEXT: %[[NOWUPPER:.*]] = stage.read %[[UPPER]]
// PING-NEXT: %[[NOWB:.*]] = stage.read %[[B]]
// PING:     stage.copy %{{.*}}, %[[LOWER]]
// PING-NOT: stage.copy
// PING:     stage.wait{{$}}
// PING-NEXT: stage.barrier bare
// PING-NEXT: kernel.mma %[[NOWUPPER]], %[[NOWB]]
// PING-NEXT: stage.barrier bare
// PING-NEXT: %[[NOWLOWER:.*]] = stage.read %[[LOWER]]
// PING:     stage.copy %{{.*}}, %[[UPPER]]
// PING:     stage.copy %{{.*}}, %[[B]]
// PING:     stage.wait{{$}}
// PING-NEXT: stage.barrier bare
// PING-NEXT: kernel.mma %[[NOWLOWER]], %[[NOWB]]
// PING-NEXT: stage.barrier bare
// PING:   stage.barrier bare half 0
kernel.func @halves(%x: !kernel.tensor<[8, ?], f16>, %y: !kernel.tensor<[?, 4], f16>, %z: !kernel.tensor<[8, 4], f32>) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %K = kernel.dim %x, 1 : !kernel.tensor<[8, ?], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum:2 = scf.for %k = %0 to %K step %4 iter_args(%c = %zero, %d = %zero) -> (!kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>) {
    %upper = kernel.load %x[%0, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[4, 4], f16>
    %lower = kernel.load %x[%4, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[4, 4], f16>
    %b = kernel.load %y[%k, %0] {schedule.copy = @to_shared} : !kernel.tensor<[?, 4], f16> -> !kernel.tile<[4, 4], f16>
    %e = kernel.mma %upper, %b, %c : !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f32>
    %f = kernel.mma %lower, %b, %d : !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f32>
    scf.yield %e, %f : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum#0, %z[%0, %0] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[8, 4], f32>
  kernel.store %sum#1, %z[%4, %0] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[8, 4], f32>
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
// CHECK: error: 'scf.for' op cannot be pipelined: expects it to carry sums of products (kernel.mma) of staged tiles, which steps of zeros leave alone
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
