// Every pass has its flag, and run one after the other they are what `kiln compile` does.
// REQUIRES: compiler
// RUN: kiln-opt %s --kernel-specialize=params=N=64 | FileCheck %s --check-prefix=SPECIALISED
// RUN: kiln-opt %s --load-target=name=gfx950 --kernel-specialize --schedule-complete --stage-pipeline-loops --kernel-place-tiles \
// RUN:   --stage-relayouts --stage-derive-waits --stage-check-waits --stage-allocate-shared --convert-kernel-to-lanes \
// RUN:   --lanes-interleave --convert-atoms-to-bodies --convert-lanes-to-llvm | FileCheck %s --check-prefix=LLVM
// RUN: not kiln-opt %s --load-target=name=gfx900 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// SPECIALISED: arith.addf {{.*}} : !kernel.tile<[64], f32>
// LLVM-NOT: kernel.func
// LLVM: llvm.func {{.*}}@double(
// LLVM-NOT: target.{{(apply|machine)}}
// UNKNOWN: gfx900
kernel.func @double<N: index = 256>(%a: !kernel.tensor<[?], f32>) {
  %n = kernel.param "N" : index
  %length = kernel.dim %a, 0 : !kernel.tensor<[?], f32>
  %count = arith.ceildivui %length, %n : index
  %tile = kernel.program_id grid(%count)
  %at = arith.muli %tile, %n : index
  %x = kernel.load %a[%at] : !kernel.tensor<[?], f32> -> !kernel.tile<[N], f32>
  %y = arith.addf %x, %x : !kernel.tile<[N], f32>
  kernel.store %y, %a[%at] : !kernel.tile<[N], f32>, !kernel.tensor<[?], f32>
  kernel.return
}
