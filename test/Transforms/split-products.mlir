// stage-split-products: one sum of products becomes a sum for each part of the rows and of the columns.
//
//   for k: c = mma (load A[k]), (load B[k]), c
//   =>
//   for k: c00 = mma a0, b0, c00;  c01 = mma a0, b1, c01;  c11 = mma a1, b1, c11;  c10 = mma a1, b0, c10
//   c = join c00, c01, c10, c11
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: kiln-opt --stage-split-products --canonicalize %t/four.mlir | FileCheck %t/four.mlir
// RUN: kiln-opt --stage-split-products --canonicalize %t/square.mlir | FileCheck %t/square.mlir
// RUN: cat %inputs/toy-machine.mlir %t/placed.mlir | kiln-opt --stage-split-products --kernel-place-tiles | FileCheck %t/placed.mlir
// RUN: not kiln-opt --stage-split-products %t/indivisible.mlir 2>&1 | FileCheck %t/indivisible.mlir
// RUN: not kiln-opt --stage-split-products %t/computed.mlir 2>&1 | FileCheck %t/computed.mlir
// RUN: not kiln-opt --stage-split-products %t/walks.mlir 2>&1 | FileCheck %t/walks.mlir
// RUN: not kiln-opt --stage-split-products %t/two-sums.mlir 2>&1 | FileCheck %t/two-sums.mlir
// RUN: not kiln-opt --stage-split-products %t/stores.mlir 2>&1 | FileCheck %t/stores.mlir
// RUN: not kiln-opt --stage-split-products %t/no-loop.mlir 2>&1 | FileCheck %t/no-loop.mlir
// RUN: not kiln-opt %t/join.mlir 2>&1 | FileCheck %t/join.mlir

//--- four.mlir
// B is stored N x K: its columns are cut where it is loaded, along the stored rows. What was decided about the loads and the
// product holds for the parts.
// CHECK-LABEL: kernel.func @product
// CHECK-DAG: %[[N1:.*]] = arith.addi %n, %c4
// CHECK:      %[[C:.*]]:4 = scf.for %[[K:.*]] = {{.*}} iter_args(%[[C00:.*]] = %{{.*}}, %[[C01:.*]] = %{{.*}}, %[[C10:.*]] = %{{.*}}, %[[C11:.*]] = %{{.*}})
// CHECK:        %[[A0:.*]] = kernel.load %x[%c0, %[[K]]] {schedule.copy = @to_shared} {{.*}} -> <[4, 4], f16>
// CHECK:        %[[STORED0:.*]] = kernel.load %y[%n, %[[K]]] {schedule.copy = @to_shared} {{.*}} -> <[4, 4], f16>
// CHECK:        %[[B0:.*]] = kernel.transpose %[[STORED0]] [1, 0]
// CHECK:        %[[D00:.*]] = kernel.mma %[[A0]], %[[B0]], %[[C00]] {schedule.atom = @multiply}
// CHECK:        %[[STORED1:.*]] = kernel.load %y[%[[N1]], %[[K]]]
// CHECK:        %[[B1:.*]] = kernel.transpose %[[STORED1]] [1, 0]
// CHECK:        %[[D01:.*]] = kernel.mma %[[A0]], %[[B1]], %[[C01]]
// CHECK:        %[[A1:.*]] = kernel.load %x[%c4, %[[K]]]
// CHECK:        %[[D11:.*]] = kernel.mma %[[A1]], %[[B1]], %[[C11]]
// CHECK:        %[[D10:.*]] = kernel.mma %[[A1]], %[[B0]], %[[C10]]
// CHECK:        scf.yield %[[D00]], %[[D01]], %[[D10]], %[[D11]]
// CHECK:      } {schedule.pipeline = {buffers = 2 : i64}}
// CHECK:      %[[SUM:.*]] = stage.join %[[C]]#0, %[[C]]#1, %[[C]]#2, %[[C]]#3 : {{.*}} -> <[8, 8], f32>
// CHECK:      kernel.store %[[SUM]]
kernel.func @product(%x: !kernel.tensor<[8, ?], f16>, %y: !kernel.tensor<[8, ?], f16>, %z: !kernel.tensor<[8, 8], f32>, %n: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %K = kernel.dim %x, 1 : !kernel.tensor<[8, ?], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 8], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[8, 8], f32>) {
    %a = kernel.load %x[%0, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %s = kernel.load %y[%n, %k] {schedule.copy = @to_shared} : !kernel.tensor<[8, ?], f16> -> !kernel.tile<[8, 4], f16>
    %b = kernel.transpose %s [1, 0] : !kernel.tile<[8, 4], f16> -> !kernel.tile<[4, 8], f16>
    %d = kernel.mma %a, %b, %c {schedule.atom = @multiply, schedule.split = array<i64: 2, 2>} : !kernel.tile<[8, 4], f16>, !kernel.tile<[4, 8], f16>, !kernel.tile<[8, 8], f32>
    scf.yield %d : !kernel.tile<[8, 8], f32>
  } {schedule.pipeline = {buffers = 2 : i64}}
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[8, 8], f32>, !kernel.tensor<[8, 8], f32>
  kernel.return
}

//--- square.mlir
// A tile that is both operands is cut along rows for one and along columns for the other.
// CHECK-LABEL: kernel.func @square
// CHECK:      scf.for
// CHECK:        %[[UPPER:.*]] = kernel.load %x[%c0, %c0] {{.*}} -> <[2, 4], f32>
// CHECK:        %[[LEFT:.*]] = kernel.load %x[%c0, %c0] {{.*}} -> <[4, 2], f32>
// CHECK:        kernel.mma %[[UPPER]], %[[LEFT]]
// CHECK:        %[[RIGHT:.*]] = kernel.load %x[%c0, %c2] {{.*}} -> <[4, 2], f32>
// CHECK:        kernel.mma %[[UPPER]], %[[RIGHT]]
// CHECK:        %[[LOWER:.*]] = kernel.load %x[%c2, %c0] {{.*}} -> <[2, 4], f32>
// CHECK:        kernel.mma %[[LOWER]], %[[RIGHT]]
// CHECK:        kernel.mma %[[LOWER]], %[[LEFT]]
kernel.func @square(%x: !kernel.tensor<[4, 4], f32>, %z: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %0] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    %d = kernel.mma %a, %a, %c {schedule.split = array<i64: 2, 2>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  }
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[4, 4], f32>
  kernel.return
}

//--- placed.mlir
// A joined tile has the registers of its parts, those of one part after the other: here two rows a lane of the upper half, then as
// many of the lower one. It follows its parts, so the store takes it as it is.
// CHECK-LABEL: kernel.func @halves
// CHECK: stage.join %{{.*}} : !kernel.tile<[8, 4], f32, #layout.linear<2, reg = {{\[\[}}1, 0], [2, 0]], lane = {{\[\[}}0, 1], [0, 2]], wave = {{\[\[}}4, 0]]>>, {{.*}} -> <[16, 4], f32, #layout.linear<2, reg = {{\[\[}}1, 0], [2, 0], [8, 0]], lane = {{\[\[}}0, 1], [0, 2]], wave = {{\[\[}}4, 0]]>>
// CHECK-NOT: kernel.relayout
// CHECK: kernel.store
kernel.func @halves(%x: !kernel.tensor<[16, 4], f16>, %y: !kernel.tensor<[4, 4], f16>, %z: !kernel.tensor<[16, 4], f32>)
    attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[16, 4], f32>
  %sum = scf.for %k = %0 to %4 step %4 iter_args(%c = %zero) -> (!kernel.tile<[16, 4], f32>) {
    %a = kernel.load %x[%0, %k] : !kernel.tensor<[16, 4], f16> -> !kernel.tile<[16, 4], f16>
    %b = kernel.load %y[%k, %0] : !kernel.tensor<[4, 4], f16> -> !kernel.tile<[4, 4], f16>
    %d = kernel.mma %a, %b, %c {schedule.atom = @multiply, schedule.waves = array<i64: 2, 1>, schedule.split = array<i64: 2, 1>} : !kernel.tile<[16, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[16, 4], f32>
    scf.yield %d : !kernel.tile<[16, 4], f32>
  }
  kernel.store %sum, %z[%0, %0] : !kernel.tile<[16, 4], f32>, !kernel.tensor<[16, 4], f32>
  kernel.return
}

//--- indivisible.mlir
// CHECK: error: 'kernel.mma' op cannot be split: 4 columns do not divide into 8 parts
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %k] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    %d = kernel.mma %a, %a, %c {schedule.split = array<i64: 1, 8>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  }
  kernel.return
}

//--- computed.mlir
// CHECK: error: 'kernel.mma' op cannot be split: expects its operands to be loaded, maybe transposed, and the loop not to walk along their rows or columns that are cut
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %k] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    %b = arith.addf %a, %a : !kernel.tile<[4, 4], f32>
    %d = kernel.mma %b, %a, %c {schedule.split = array<i64: 2, 1>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  }
  kernel.return
}

//--- walks.mlir
// CHECK: error: 'kernel.mma' op cannot be split: expects its operands to be loaded, maybe transposed, and the loop not to walk along their rows or columns that are cut
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%k, %0] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    %d = kernel.mma %a, %a, %c {schedule.split = array<i64: 2, 1>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  }
  kernel.return
}

//--- two-sums.mlir
// CHECK: error: 'kernel.mma' op cannot be split: expects a loop that carries its sum alone, from a kernel.constant on
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum:2 = scf.for %k = %0 to %K step %4 iter_args(%c = %zero, %e = %zero) -> (!kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %k] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    %d = kernel.mma %a, %a, %c {schedule.split = array<i64: 2, 1>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d, %e : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
  }
  kernel.return
}

//--- stores.mlir
// CHECK: error: 'kernel.store' op stands in a loop whose product is to be split, which expects no effects
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>, %K: index) {
  %0 = arith.constant 0 : index
  %4 = arith.constant 4 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %sum = scf.for %k = %0 to %K step %4 iter_args(%c = %zero) -> (!kernel.tile<[4, 4], f32>) {
    %a = kernel.load %x[%0, %k] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
    kernel.store %a, %x[%0, %k] : !kernel.tile<[4, 4], f32>, !kernel.tensor<[4, 4], f32>
    %d = kernel.mma %a, %a, %c {schedule.split = array<i64: 2, 1>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
    scf.yield %d : !kernel.tile<[4, 4], f32>
  }
  kernel.return
}

//--- no-loop.mlir
// CHECK: error: 'kernel.mma' op cannot be split: expects a loop that carries its sum alone
kernel.func @k(%x: !kernel.tensor<[4, 4], f32>) {
  %0 = arith.constant 0 : index
  %a = kernel.load %x[%0, %0] : !kernel.tensor<[4, 4], f32> -> !kernel.tile<[4, 4], f32>
  %d = kernel.mma %a, %a, %a {schedule.split = array<i64: 2, 1>} : !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>, !kernel.tile<[4, 4], f32>
  kernel.return
}

//--- join.mlir
// CHECK: error: 'stage.join' op expects the parts of '!kernel.tile<[8, 4], f32>', found 1 of '!kernel.tile<[4, 4], f32>'
kernel.func @k() {
  %a = kernel.constant 0.0 : !kernel.tile<[4, 4], f32>
  %b = stage.join %a : !kernel.tile<[4, 4], f32> -> !kernel.tile<[8, 4], f32>
  kernel.return
}
