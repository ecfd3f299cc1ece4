// stage-check-waits objects to each way in which a slot can be read too early or refilled too early.
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/right.mlir | kiln-opt --stage-check-waits -o /dev/null
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/early.mlir | not kiln-opt --stage-check-waits 2>&1 | FileCheck %t/early.mlir
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/unseen.mlir | not kiln-opt --stage-check-waits 2>&1 | FileCheck %t/unseen.mlir
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/refill.mlir | not kiln-opt --stage-check-waits 2>&1 | FileCheck %t/refill.mlir
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/branch.mlir | not kiln-opt --stage-check-waits 2>&1 | FileCheck %t/branch.mlir
// RUN: cat %inputs/toy-machine.mlir %t/prefix.mlir %t/relayout.mlir | not kiln-opt --stage-check-waits 2>&1 | FileCheck %t/relayout.mlir

//--- prefix.mlir
!buffer = !stage.buffer<2 x [8, 4], f16, fastest = 1>
!tile = !kernel.tile<[8, 4], f16>
!tensor = !kernel.tensor<[8, ?], f16, align = 4>

//--- right.mlir
kernel.func @right(%x: !tensor) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.wait copies 0
  stage.barrier bare
  %a = stage.read %slots[%0] : !buffer -> !tile
  stage.wait copies 0
  stage.barrier bare
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  kernel.return
}

//--- early.mlir
// The copy is 2 operations; leaving 1 in flight does not cover it.
// CHECK: error: 'stage.read' op reads a slot that may still be copied: no wait covers it
kernel.func @early(%x: !tensor) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.wait copies 1
  stage.barrier bare
  %a = stage.read %slots[%0] : !buffer -> !tile
  kernel.return
}

//--- unseen.mlir
// This wave's part has landed, the others' perhaps not.
// CHECK: error: 'stage.read' op reads a slot that other waves may not have filled: no barrier follows the wait
kernel.func @unseen(%x: !tensor) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.wait copies 0
  %a = stage.read %slots[%0] : !buffer -> !tile
  kernel.return
}

//--- refill.mlir
// This wave has read, the others perhaps not.
// CHECK: error: 'stage.copy' op refills a slot that may still be read: no barrier after them comes before it
kernel.func @refill(%x: !tensor) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  stage.wait copies 0
  stage.barrier bare
  %a = stage.read %slots[%0] : !buffer -> !tile
  stage.wait copies 0
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  kernel.return
}

//--- branch.mlir
// One way through the branch waits, the other does not: what follows must hold for both.
// CHECK: error: 'stage.read' op reads a slot that may still be copied: no wait covers it
kernel.func @branch(%x: !tensor, %flag: i1) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %slots = stage.alloc "a" : !buffer
  stage.copy %x[%0, %0], %slots[%0] {atom = @to_shared, in_bounds = array<i64>} : !tensor, !buffer
  scf.if %flag {
    stage.wait copies 0
    stage.barrier bare
  }
  %a = stage.read %slots[%0] : !buffer -> !tile
  kernel.return
}

//--- relayout.mlir
// Two relayouts share one place: the second writes while other waves may still read the first.
// CHECK: error: 'stage.write' op refills a slot that may still be read
kernel.func @relayout(%s: f16) attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %tile = kernel.splat %s : f16 -> !tile
  %first = stage.alloc "relayout" : !buffer
  %second = stage.alloc "relayout" : !buffer
  stage.write %tile, %first[%0] : !tile, !buffer
  stage.barrier
  %a = stage.read %first[%0] : !buffer -> !tile
  stage.write %tile, %second[%0] : !tile, !buffer
  kernel.return
}
