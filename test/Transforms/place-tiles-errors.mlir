// kernel-place-tiles refuses what was not scheduled, and tiles that the instruction does not divide.
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: cat %inputs/toy-machine.mlir %t/divide.mlir | not kiln-opt --kernel-place-tiles 2>&1 | FileCheck %s --check-prefix=DIVIDE
// DIVIDE: error: 'kernel.mma' op has M = 4, which does not divide into 8 (multiply is 4x4x4, waves are 2x1)
// RUN: cat %inputs/toy-machine.mlir %t/unscheduled.mlir | not kiln-opt --kernel-place-tiles 2>&1 | FileCheck %s --check-prefix=UNSCHEDULED
// UNSCHEDULED: error: 'kernel.func' op expects a specialised and scheduled kernel ('schedule.waves' is missing)

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
