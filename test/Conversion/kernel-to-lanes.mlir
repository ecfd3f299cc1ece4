// convert-kernel-to-lanes: from tiles to what one lane does. A tile becomes vectors, an access a copy atom, a product
// one use of the matrix atom per instruction's tile.
//
//   %v = load x : tile<[32], f32>            %r = target.apply @load_16(...)
//   %w = mulf v, v                     =>    %w = arith.mulf : vector<4xf32>
//   store w, x                               target.apply @store_16(...)
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/toy-machine.mlir %s | kiln-opt --kernel-place-tiles --stage-relayouts --stage-allocate-shared --convert-kernel-to-lanes | FileCheck %s

// 32 elements on 4 lanes: 8 each, as two accesses of 16 bytes (the tensor promises that alignment).
// CHECK-LABEL: llvm.func @square
// An address, and no sizes: the shape is static.
// CHECK-SAME: (%{{[^,]*}}: !llvm.ptr<1>)
// CHECK-SAME: kiln.threads = 4
// CHECK-COUNT-2: target.apply @load_16
// CHECK-NOT: target.apply @load_
// CHECK-COUNT-2: arith.mulf %{{.*}} : vector<4xf32>
// CHECK-NOT: arith.mulf
// CHECK-COUNT-2: target.apply @store_16
// CHECK-NOT: target.apply @store_
// CHECK: llvm.return
kernel.func @square(%x: !kernel.tensor<[32], f32, align = 16>) attributes {schedule.waves = 1 : i64} {
  %0 = arith.constant 0 : index
  %a = kernel.load %x[%0] : !kernel.tensor<[32], f32, align = 16> -> !kernel.tile<[32], f32>
  %b = arith.mulf %a, %a : !kernel.tile<[32], f32>
  kernel.store %b, %x[%0] : !kernel.tile<[32], f32>, !kernel.tensor<[32], f32, align = 16>
  kernel.return
}

// A wave owns 4 x 8 of the product (two tiles of 4 x 4 along N), and 8 along K is two deep: four multiplications, the second half
// adding to the first.
// CHECK-LABEL: llvm.func @product
// CHECK-SAME: kiln.threads = 8
// CHECK: %[[LEFT:.*]] = target.apply @multiply(%{{.*}}, %{{.*}}, %{{.*}}) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
// CHECK: %[[RIGHT:.*]] = target.apply @multiply(
// CHECK: target.apply @multiply(%{{.*}}, %{{.*}}, %[[LEFT]])
// CHECK: target.apply @multiply(%{{.*}}, %{{.*}}, %[[RIGHT]])
// CHECK-NOT: target.apply @multiply
// CHECK: llvm.return
kernel.func @product(%s: f16) attributes {schedule.waves = 2 : i64} {
  %a = kernel.splat %s : f16 -> !kernel.tile<[8, 8], f16>
  %zero = kernel.constant 0.0 : !kernel.tile<[8, 8], f32>
  %c = kernel.mma %a, %a, %zero {schedule.atom = @multiply, schedule.waves = array<i64: 2, 1>}
      : !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f16>, !kernel.tile<[8, 8], f32>
  kernel.return
}

// Sizes and strides that are passed at launch follow the address, in the order of the dimensions.
// CHECK-LABEL: llvm.func @arguments
// CHECK-SAME: (%{{[^,]*}}: !llvm.ptr<1>, %{{[^,]*}}: i32, %{{[^,]*}}: i32, %{{[^,]*}}: f32)
kernel.func @arguments(%x: !kernel.tensor<[?, 8], f32, strides = [?, 1]>, %s: f32) attributes {schedule.waves = 1 : i64} {
  kernel.return
}
