// kernel-place-tiles: from tiles to tiles with layouts. The matrix instruction fixes three of them, loads take the widest
// accesses, and a relayout stands between what is loaded and what is multiplied.
//
//   a = load        : tile<[8, 4]>            a  = load       : tile<[8, 4], two neighbours a lane>
//   c = mma a, ...  : tile<[8, 4]>     =>     a' = relayout a : tile<[8, 4], a row a lane>
//                                             c  = mma a', ...: tile<[8, 4], a column a lane>
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/toy-machine.mlir %s | kiln-opt --kernel-place-tiles | FileCheck %s

// Two waves share M. A load without a promise takes 4 bytes: two f16 of a row; then lanes walk along the row (2) and down the
// rows (2), then waves, then registers again.
// CHECK-LABEL: kernel.func @product
// CHECK: %[[A:.*]] = kernel.load %{{.*}} -> <[8, 4], f16, #layout.linear<2, reg = {{\[\[}}0, 1], [4, 0]], lane = {{\[\[}}0, 2], [1, 0]], wave = {{\[\[}}2, 0]]>>
// The instruction's rows: lane l has row l, all four elements of it; wave 1 has the rows from 4 on.
// CHECK-NEXT: %[[ROWS:.*]] = kernel.relayout %[[A]] : {{.*}} -> <[8, 4], f16, #layout.linear<2, reg = {{\[\[}}0, 1], [0, 2]], lane = {{\[\[}}1, 0], [2, 0]], wave = {{\[\[}}4, 0]]>>
// Both waves need all of B, so each holds a copy: the wave bit moves nothing.
// CHECK: %[[COLUMNS:.*]] = kernel.relayout {{.*}} -> <[4, 4], f16, #layout.linear<2, reg = {{\[\[}}1, 0], [2, 0]], lane = {{\[\[}}0, 1], [0, 2]], wave = {{\[\[}}0, 0]]>>
// The accumulator starts in the layout it is needed in: no relayout.
// CHECK: %[[ZERO:.*]] = kernel.constant 0.0{{.*}} : <[8, 4], f32, #layout.linear<2, reg = {{\[\[}}1, 0], [2, 0]], lane = {{\[\[}}0, 1], [0, 2]], wave = {{\[\[}}4, 0]]>>
// CHECK-NOT: kernel.relayout
// CHECK: kernel.mma %[[ROWS]], %[[COLUMNS]], %[[ZERO]]
kernel.func @product(%x: !kernel.tensor<[8, 4], f16>, %y: !kernel.tensor<[4, 4], f16>, %z: !kernel.tensor<[8, 4], f32>)
    attributes {schedule.waves = 2 : i64} {
  %0 = arith.constant 0 : index
  %a = kernel.load %x[%0, %0] : !kernel.tensor<[8, 4], f16> -> !kernel.tile<[8, 4], f16>
  %b = kernel.load %y[%0, %0] : !kernel.tensor<[4, 4], f16> -> !kernel.tile<[4, 4], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 4], f32>
  %c = kernel.mma %a, %b, %zero {schedule.atom = @multiply, schedule.waves = array<i64: 2, 1>}
      : !kernel.tile<[8, 4], f16>, !kernel.tile<[4, 4], f16>, !kernel.tile<[8, 4], f32>
  kernel.store %c, %z[%0, %0] : !kernel.tile<[8, 4], f32>, !kernel.tensor<[8, 4], f32>
  kernel.return
}

// Elementwise operations follow their operands, and what the tensor promises makes accesses wider: 16 bytes are 4 f32.
// CHECK-LABEL: kernel.func @square
// CHECK: kernel.load %{{.*}} -> <[32], f32, #[[WIDE:layout.linear<1, reg = \[\[1\], \[2\], \[16\]\], lane = \[\[4\], \[8\]\]>]]>
// CHECK-NEXT: arith.mulf %{{.*}} : !kernel.tile<[32], f32, #[[WIDE]]>
kernel.func @square(%x: !kernel.tensor<[32], f32, align = 16>) attributes {schedule.waves = 1 : i64} {
  %0 = arith.constant 0 : index
  %a = kernel.load %x[%0] : !kernel.tensor<[32], f32, align = 16> -> !kernel.tile<[32], f32>
  %b = arith.mulf %a, %a : !kernel.tile<[32], f32>
  kernel.store %b, %x[%0] : !kernel.tile<[32], f32>, !kernel.tensor<[32], f32, align = 16>
  kernel.return
}
