// stage-pipeline-roles: of C = A * B^T, one role fetches steps of A and B into a ring of three slots and the other multiplies
// them; both go through the same programs. stage-stores: C leaves by parts of one row's width, through two slots.
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/roles-machine.mlir %s > %t.mlir
// RUN: kiln-opt --stage-pipeline-roles --stage-stores --canonicalize %t.mlir | FileCheck %s

// CHECK-LABEL: kernel.func @product
// CHECK-NOT:   schedule.roles
// CHECK-DAG:   %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:   %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:   %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:   %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:   %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:   %[[COUNT:.*]] = arith.constant 6 : index
// CHECK:       %[[A:.*]] = stage.alloc "operand0" : <3 x [8, 8], f16, fastest = 1, swizzle = [4]>
// CHECK:       %[[B:.*]] = stage.alloc "operand1" : <3 x [8, 8], f16, fastest = 1, swizzle = [4]>
// One lane announces a step; each of the four waves that multiply gives a slot back.
// CHECK:       %[[FULL:.*]] = stage.barriers "full" arrivals 1 : <3>
// CHECK:       %[[EMPTY:.*]] = stage.barriers "empty" arrivals 4 : <3>
// CHECK:       %[[MINE:.*]], %[[ALL:.*]] = stage.workgroup
// CHECK:       %[[RESULT:.*]] = stage.alloc "result" : <2 x [8, 4], f32, fastest = 1, swizzle = [2]>
// CHECK:       stage.roles producers 2 registers [40, 232] produce {
// At first all slots count as given back, so that the phase before the first is waited for.
// CHECK:         scf.for %[[P:.*]] = %[[MINE]] to %[[COUNT]] step %[[ALL]] iter_args(%[[S:.*]] = %[[C0]], %[[PARITY:.*]] = %[[C1]])
// CHECK:           %[[IDS:.*]]:2 = stage.program %[[P]] grid(%[[C2]], %[[C3]])
// CHECK:           %[[M:.*]] = arith.muli %[[IDS]]#0, %[[C8]]
// CHECK:           %[[N:.*]] = arith.muli %[[IDS]]#1, %[[C8]]
// CHECK:           scf.for %[[K:.*]] = %[[C0]] to %{{.*}} step %[[C8]] iter_args(%[[SLOT:.*]] = %[[S]], %[[PH:.*]] = %[[PARITY]])
// CHECK-NEXT:        stage.await %[[EMPTY]][%[[SLOT]]] parity %[[PH]]
// 8 rows of 16 bytes of A and as many of B.
// CHECK-NEXT:        stage.expect %[[FULL]][%[[SLOT]]] bytes 256
// CHECK-NEXT:        stage.fetch %a[%[[M]], %[[K]]], %[[A]][%[[SLOT]]], %[[FULL]] {atom = @tile_in}
// CHECK-NEXT:        stage.fetch %b[%[[N]], %[[K]]], %[[B]][%[[SLOT]]], %[[FULL]] {atom = @tile_in}
// CHECK-NEXT:        %[[NEXT:.*]] = arith.addi %[[SLOT]], %[[C1]]
// CHECK-NEXT:        %[[WRAPS:.*]] = arith.cmpi eq, %[[NEXT]], %[[C3]]
// CHECK-NEXT:        %[[FLIP:.*]] = arith.subi %[[C1]], %[[PH]]
// CHECK-NEXT:        %[[TO:.*]] = arith.select %[[WRAPS]], %[[C0]], %[[NEXT]]
// CHECK-NEXT:        %[[PHASE:.*]] = arith.select %[[WRAPS]], %[[FLIP]], %[[PH]]
// CHECK-NEXT:        scf.yield %[[TO]], %[[PHASE]]
// CHECK:       } compute {
// CHECK:         scf.for {{.*}} iter_args(%[[S:.*]] = %[[C0]], %[[PARITY:.*]] = %[[C0]])
// CHECK:           scf.for {{.*}} iter_args(%[[ACC:.*]] = %{{.*}}, %[[SLOT:.*]] = %[[S]], %[[PH:.*]] = %[[PARITY]], %[[DONE:.*]] = %[[C0]])
// CHECK-NEXT:        stage.await %[[FULL]][%[[SLOT]]] parity %[[PH]]
// CHECK-NEXT:        %[[VA:.*]] = stage.view %[[A]][%[[SLOT]]] : {{.*}} -> <[8, 8], f16, #layout.shared>
// CHECK-NEXT:        %[[VB:.*]] = stage.view %[[B]][%[[SLOT]]] transposed : {{.*}} -> <[8, 8], f16, #layout.shared>
// CHECK-NEXT:        kernel.mma %[[VA]], %[[VB]], %[[ACC]]
// With one product in flight, the slot of the step before is free, unless this is the first.
// CHECK-NEXT:        stage.retire leaving 1
// CHECK:             %[[STARTED:.*]] = arith.cmpi uge, %[[DONE]], %[[C1]]
// CHECK:             stage.arrive %[[EMPTY]][%{{.*}}] when %[[STARTED]]
// CHECK:           %[[SUM:.*]] = stage.settle %{{.*}}#0 {atom = @product}
// CHECK:           stage.arrive %[[EMPTY]]
// Rows of 8 x f32 are 32 bytes, twice what the copy takes at once.
// CHECK:           %[[LEFT:.*]] = stage.slice %[[SUM]] at [0, 0]
// CHECK-NEXT:      stage.reclaim leaving 1
// CHECK-NEXT:      stage.barrier
// CHECK-NEXT:      stage.write %[[LEFT]], %[[RESULT]][%[[C0]]]
// CHECK-NEXT:      stage.publish
// CHECK-NEXT:      stage.barrier
// CHECK-NEXT:      stage.put %[[RESULT]][%[[C0]]], %c[%[[M:.*]], %[[N:.*]]] {atom = @tile_out}
// CHECK:           stage.slice %[[SUM]] at [0, 4]
// CHECK:           stage.write %{{.*}}, %[[RESULT]][%[[C1]]]
// CHECK:           stage.put %[[RESULT]][%[[C1]]], %c[%[[M]], %{{.*}}]
// CHECK:         stage.reclaim leaving 0
// CHECK:       kernel.return
kernel.func @product(%a: !kernel.tensor<[?, ?], f16, align = 8>, %b: !kernel.tensor<[?, ?], f16, align = 8>,
                     %c: !kernel.tensor<[?, ?], f32, align = 8>)
    attributes {schedule.waves = 4 : i64, schedule.roles = {producers = 2 : i64, in_flight = 1 : i64, registers = array<i64: 40, 232>}} {
  %0 = arith.constant 0 : index
  %2 = arith.constant 2 : index
  %3 = arith.constant 3 : index
  %8 = arith.constant 8 : index
  %K = kernel.dim %a, 1 : !kernel.tensor<[?, ?], f16, align = 8>
  %i, %j = kernel.program_id grid(%2, %3)
  %m = arith.muli %i, %8 : index
  %n = arith.muli %j, %8 : index
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 8], f32>
  %sum = scf.for %k = %0 to %K step %8 iter_args(%acc = %zero) -> (!kernel.tile<[8, 8], f32>) {
    %x = kernel.load %a[%m, %k] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 8], f16>
    %y = kernel.load %b[%n, %k] {schedule.copy = @tile_in} : !kernel.tensor<[?, ?], f16, align = 8> -> !kernel.tile<[8, 8], f16>
    %t = kernel.transpose %y [1, 0] : !kernel.tile<[8, 8], f16> -> !kernel.tile<[8, 8], f16>
    %d = kernel.mma %x, %t, %acc {schedule.atom = @product, schedule.waves = array<i64: 4, 1>} : !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f32>
    scf.yield %d : !kernel.tile<[8, 8], f32>
  } {schedule.pipeline = {buffers = 3 : i64}}
  kernel.store %sum, %c[%m, %n] {schedule.copy = @tile_out} : !kernel.tile<[8, 8], f32>, !kernel.tensor<[?, ?], f32, align = 8>
  kernel.return
}
