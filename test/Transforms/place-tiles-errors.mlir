// kernel-place-tiles refuses what was not scheduled, and tiles that the instruction does not divide.
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: cat %inputs/toy-machine.mlir %t/divide.mlir | not kiln-opt --kernel-place-tiles 2>&1 | FileCheck %s --check-prefix=DIVIDE
// DIVIDE: error: 'kernel.mma' op has M = 4, which does not divide into 8 (multiply is 4x4x4, waves are 2x1)
// RUN: cat %inputs/toy-machine.mlir %t/unscheduled.mlir | not kiln-opt --kernel-place-tiles 2>&1 | FileCheck %s --check-prefix=UNSCHEDULED
// UNSCHEDULED: error: 'kernel.func' op expects a specialised and scheduled kernel ('schedule.waves' is missing)
// RUN: cat %inputs/toy-machine.mlir %t/blocks.mlir | not kiln-opt --kernel-place-tiles 2>&1 | FileCheck %s --check-prefix=BLOCKS
// BLOCKS: error: 'stage.read' op reads 'f6E2M3FN' that stand in blocks of 32 along a row, of which a lane needs 4 neighbours; stage operands whose rows go along K
// RUN: not kiln-opt %t/bytes.mlir 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: error: expected blocks to be of 6-bit elements in rows of a multiple of 32, found 'f8E4M3FN' in rows of 32

//--- blocks.mlir
kernel.func @k() attributes {schedule.waves = 1 : i64} {
  %0 = arith.constant 0 : index
  %a = stage.alloc "a" : !stage.buffer<1 x [4, 32], f6E2M3FN, fastest = 1, blocks>
  %t = stage.read %a[%0] : !stage.buffer<1 x [4, 32], f6E2M3FN, fastest = 1, blocks> -> !kernel.tile<[4, 32], f6E2M3FN>
  kernel.return
}
//--- bytes.mlir
kernel.func @k() {
  %a = stage.alloc "a" : !stage.buffer<1 x [4, 32], f8E4M3FN, fastest = 1, blocks>
  kernel.return
}
//--- divide.mlir
kernel.func @k(%s: f16, %t: f32) attributes {schedule.waves = 2 : i64} {
  %a = kernel.splat %s : f16 -> !kernel.tile<[4, 4], f16>
  %zero = kernel.splat %t : f32 -> !kernel.tile<[4, 4], f32>
  %c = kernel.mma %a, %a, %zero {schedule.atom = @multiply, schedule.waves = array<i64: 2, 1>}
      : !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[4, 4], f32>
  kernel.return
}
//--- unscheduled.mlir
kernel.func @k() {
  kernel.return
}
