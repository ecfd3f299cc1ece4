// stage-pipeline-roles: of an instruction whose A is in registers each step reads A from its slot, also one whose rows run along M, and
// waits for the product before it gives the slots back. B stays in shared memory.
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/roles-machine.mlir %s > %t.mlir
// RUN: kiln-opt --stage-pipeline-roles --stage-check-roles --canonicalize %t.mlir | FileCheck %s

// CHECK-LABEL: kernel.func @rows_along_m
// CHECK:       %[[A:.*]] = stage.alloc "operand0" : <3 x [8, 8], f16, fastest = 1, swizzle = [4]>
// CHECK:       %[[B:.*]] = stage.alloc "operand1" : <3 x [8, 8], f16, fastest = 1, swizzle = [4]>
// CHECK:       } compute {
// CHECK:       stage.await %[[FULL:.*]][%[[SLOT:.*]]] parity
// CHECK-NEXT:  %[[READ:.*]] = stage.read %[[A]][%[[SLOT]]] : {{.*}} -> <[8, 8], f16>
// CHECK-NEXT:  %[[T:.*]] = kernel.transpose %[[READ]] [1, 0]
// CHECK-NEXT:  %[[VB:.*]] = stage.view %[[B]][%[[SLOT]]] transposed : {{.*}} -> <[8, 8], f16, #layout.shared>
// CHECK-NEXT:  kernel.mma %[[T]], %[[VB]]
// CHECK-NEXT:  stage.retire leaving 0
// CHECK:       stage.arrive %{{.*}}[%[[SLOT]]]
kernel.func @rows_along_m(%a: !kernel.tensor<[?, ?], f16, align = 8>, %b: !kernel.tensor<[?, ?], f16, align = 8>,
                          %c: !kernel.tensor<[?, ?], f32, align = 8>)
    attributes {schedule.waves = 4 : i64, schedule.roles = {producers = 2 : i64, in_flight = 0 : i64}} {
  %0 = arith.constant 0 : index
  %2 = arith.constant 2 : index
  %3 = arith.constant 3 : index
  %8 = arith.constant 8 : index
  %K = kernel.dim %a, 0 : !kernel.tensor<[?, ?], f16, align = 8>
  %i, %j = kernel.program_id grid(%2, %3)
  %m = arith.muli %i, %8 : index
  %n = arith.muli %j, %8 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 8], f32>
  %sum = scf.for %k = %0 to %K step %8 iter_args(%acc = %zero) -> (!kernel.tile<[8, 8], f32>) {
    %x = kernel.load %a[%k, %m] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 8], f16>
    %xt = kernel.transpose %x [1, 0] : !kernel.tile<[8, 8], f16> -> !kernel.tile<[8, 8], f16>
    %y = kernel.load %b[%n, %k] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 8], f16>
    %yt = kernel.transpose %y [1, 0] : !kernel.tile<[8, 8], f16> -> !kernel.tile<[8, 8], f16>
    %d = kernel.mma %xt, %yt, %acc {schedule.atom = @product_rs, schedule.waves = array<i64: 4, 1>} : !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f32>
    scf.yield %d : !kernel.tile<[8, 8], f32>
  } {schedule.pipeline = {buffers = 3 : i64}}
  kernel.store %sum, %c[%m, %n] : !kernel.tile<[8, 8], f32>, !kernel.tensor<[?, ?], f32, align = 8>
  kernel.return
}
