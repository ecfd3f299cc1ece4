// stage-derive-waits: a wait leaves in flight what was started after the last copy that is read behind it.
//
// A slot is 8 x 4 f16 = 64 bytes. Two waves of 4 lanes with 4 bytes each move 32 with one operation, so a copy counts 2.
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/toy-machine.mlir %s | kiln-opt --stage-derive-waits | FileCheck %s
!buffer = !stage.buffer<3 x [8, 4], f16, fastest = 1>
!tile = !kernel.tile<[8, 4], f16>
!tensor = !kernel.tensor<[8, ?], f16, align = 4>

// CHECK-LABEL: kernel.func @straight
kernel.func @straight(%x: !tensor) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %2 = arith.constant 2 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.copy %x[%0, %1], %slots[%1] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.copy %x[%0, %2], %slots[%2] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  // Slot 0 is needed; the copies of slots 1 and 2 stay in flight.
  // CHECK: stage.wait copies 4
  stage.wait
  stage.barrier bare
  %a = stage.read %slots[%0] : !buffer -> !tile
  // Slot 2 is needed, and with it everything before it.
  // CHECK: stage.wait copies 0
  stage.wait
  stage.barrier bare
  %b = stage.read %slots[%2] : !buffer -> !tile
  // Nothing is in flight any more.
  // CHECK: stage.wait copies 0
  stage.wait
  stage.barrier bare
  %c = stage.read %slots[%1] : !buffer -> !tile
  kernel.return
}

// In a loop a number must hold for the first iteration (three copies in flight) and for all later ones (two: slot 0 is refilled
// after the wait).
// CHECK-LABEL: kernel.func @loop
kernel.func @loop(%x: !tensor, %n: index) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %2 = arith.constant 2 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.copy %x[%0, %1], %slots[%1] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.copy %x[%0, %2], %slots[%2] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  scf.for %i = %0 to %n step %1 {
    // First iteration: slots 1 and 2 are younger (4). Later: slot 0 is the youngest copy, nothing may stay.
    // CHECK: stage.wait copies 0
    stage.wait
    stage.barrier bare
    %a = stage.read %slots[%0] : !buffer -> !tile
    stage.wait
    stage.barrier bare
    stage.copy %x[%0, %i], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  }
  kernel.return
}
