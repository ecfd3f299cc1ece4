// stage-pipeline-roles: of C = A^T * B rows in shared memory run along M and N. Rows of 16 x f16 of A are two of the instruction's
// rows of 16 bytes, so they lie in two panels of all eight rows; those of B fill one.
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/roles-machine.mlir %s > %t.mlir
// RUN: kiln-opt --stage-pipeline-roles --stage-check-roles --canonicalize %t.mlir | FileCheck %s

// CHECK-LABEL: kernel.func @across
// CHECK:       %[[A:.*]] = stage.alloc "operand0" : <3 x [2, 8, 8], f16, fastest = 2, swizzle = [4]>
// CHECK:       %[[B:.*]] = stage.alloc "operand1" : <3 x [8, 8], f16, fastest = 1, swizzle = [4]>
// CHECK:       stage.expect %{{.*}} bytes 384
// CHECK-NEXT:  stage.fetch %a[%[[K:.*]], %{{.*}}], %[[A]]
// CHECK-NEXT:  stage.fetch %b[%[[K]], %{{.*}}], %[[B]]
// CHECK:       %[[VA:.*]] = stage.view %[[A]][%{{.*}}] transposed : {{.*}} -> <[16, 8], f16, #layout.shared>
// CHECK-NEXT:  %[[VB:.*]] = stage.view %[[B]][%{{.*}}] : {{.*}} -> <[8, 8], f16, #layout.shared>
// CHECK-NEXT:  kernel.mma %[[VA]], %[[VB]]
kernel.func @across(%a: !kernel.tensor<[?, ?], f16, align = 8>, %b: !kernel.tensor<[?, ?], f16, align = 8>,
                    %c: !kernel.tensor<[?, ?], f32, align = 8>)
    attributes {schedule.waves = 4 : i64, schedule.roles = {producers = 2 : i64, in_flight = 1 : i64}} {
  %0 = arith.constant 0 : index
  %2 = arith.constant 2 : index
  %3 = arith.constant 3 : index
  %8 = arith.constant 8 : index
  %16 = arith.constant 16 : index
  %K = kernel.dim %a, 0 : !kernel.tensor<[?, ?], f16, align = 8>
  %i, %j = kernel.program_id grid(%2, %3)
  %m = arith.muli %i, %16 : index
  %n = arith.muli %j, %8 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[16, 8], f32>
  %sum = scf.for %k = %0 to %K step %8 iter_args(%acc = %zero) -> (!kernel.tile<[16, 8], f32>) {
    %x = kernel.load %a[%k, %m] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 16], f16>
    %t = kernel.transpose %x [1, 0] : !kernel.tile<[8, 16], f16> -> !kernel.tile<[16, 8], f16>
    %y = kernel.load %b[%k, %n] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 8], f16>
    %d = kernel.mma %t, %y, %acc {schedule.atom = @product_any, schedule.waves = array<i64: 4, 1>} : !kernel.tile<[16, 8], f16>, !kernel.tile<[8, 8], f16>, !kernel.tile<[16, 8], f32>
    scf.yield %d : !kernel.tile<[16, 8], f32>
  } {schedule.pipeline = {buffers = 3 : i64}}
  kernel.store %sum, %c[%m, %n] : !kernel.tile<[16, 8], f32>, !kernel.tensor<[?, ?], f32, align = 8>
  kernel.return
}
