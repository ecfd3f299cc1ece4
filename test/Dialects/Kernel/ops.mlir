// Every op and type of the kernel dialect survives being printed and parsed.
// REQUIRES: compiler
// RUN: kiln-opt %s --verify-roundtrip | FileCheck %s
// RUN: kiln-opt %s --mlir-print-op-generic | kiln-opt | FileCheck %s
// RUN: kiln-opt %s --emit-bytecode | kiln-opt | FileCheck %s

// CHECK-LABEL: kernel.func @parameters<B: index = 16, T: type, U: type = bf16, F: bool = true, G: bool = false, N: index>()
kernel.func @parameters<B: index = 16, T: type, U: type = bf16, F: bool = true, G: bool = false, N: index>() {
  // CHECK: kernel.param "B" : index
  %b = kernel.param "B" : index
  // CHECK: kernel.param "F" : i1
  %f = kernel.param "F" : i1
  // CHECK: kernel.constant -1.500000e+00 : <[B, 2 * B, B / 4], T>
  %c = kernel.constant -1.5 : !kernel.tile<[B, 2 * B, B / 4], T>
  // CHECK: kernel.return
  kernel.return
}

// CHECK-LABEL: kernel.func @types
// CHECK-SAME: !kernel.tensor<[?, 8, D], f16>
// CHECK-SAME: !kernel.tensor<[?, D / 2], T, strides = [?, 1], align = 16>
// CHECK-SAME: !kernel.tensor<[?], f4E2M1FN, align = A>
// CHECK-SAME: !kernel.param<T>
// CHECK-SAME: i8
// CHECK-SAME: {kernel.note = "attribute"}
kernel.func @types<D: index, A: index, T: type>(
    %a: !kernel.tensor<[?, 8, D], f16>, %b: !kernel.tensor<[?, D / 2], T, strides = [?, 1], align = 16>,
    %c: !kernel.tensor<[?], f4E2M1FN, align = A>, %d: !kernel.param<T>, %e: i8 {kernel.note = "attribute"}) {
  kernel.return
}

// CHECK-LABEL: kernel.func @memory
kernel.func @memory(%x: !kernel.tensor<[?, ?, ?], f32>, %i: index) attributes {note = 1 : i64} {
  // CHECK: kernel.dim %{{.*}}, 2 : <[?, ?, ?], f32>
  %n = kernel.dim %x, 2 : !kernel.tensor<[?, ?, ?], f32>
  // CHECK: kernel.program_id grid(%{{.*}}, %{{.*}}, %{{.*}})
  %p, %q, %r = kernel.program_id grid(%n, %i, %n)
  // CHECK: kernel.load %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}] : <[?, ?, ?], f32> -> <[16], f32>
  %a = kernel.load %x[%p, %q, %r] : !kernel.tensor<[?, ?, ?], f32> -> !kernel.tile<[16], f32>
  // CHECK: kernel.load %{{.*}}[%{{.*}}] dims [0, 2] other(1.000000e+00 : f32) : <[?, ?, ?], f32> -> <[16, 4], f32>
  %b = kernel.load %x[%p, %q, %r] dims [0, 2] other(1.0 : f32) : !kernel.tensor<[?, ?, ?], f32> -> !kernel.tile<[16, 4], f32>
  // CHECK: kernel.store %{{.*}}, %{{.*}}[%{{.*}}] dims [0, 1] : <[16, 4], f32>, <[?, ?, ?], f32>
  kernel.store %b, %x[%p, %q, %r] dims [0, 1] : !kernel.tile<[16, 4], f32>, !kernel.tensor<[?, ?, ?], f32>
  kernel.return
}

// CHECK-LABEL: kernel.func @tiles
kernel.func @tiles(%s: f32, %flag: i1) {
  // CHECK: kernel.splat %{{.*}} : f32 -> <[16, 32], f32>
  %a = kernel.splat %s : f32 -> !kernel.tile<[16, 32], f32>
  // CHECK: kernel.iota 1 : <[16, 32], i32>
  %i = kernel.iota 1 : !kernel.tile<[16, 32], i32>
  // CHECK: kernel.reduce "min" %{{.*}} along 0 : <[16, 32], f32> -> !kernel.tile<[32], f32>
  %r = kernel.reduce "min" %a along 0 : !kernel.tile<[16, 32], f32> -> !kernel.tile<[32], f32>
  // CHECK: kernel.reduce "prod" %{{.*}} along 0 : <[32], f32> -> f32
  %p = kernel.reduce "prod" %r along 0 : !kernel.tile<[32], f32> -> f32
  // CHECK: kernel.broadcast %{{.*}} along 0 : <[32], f32> -> <[16, 32], f32>
  %b = kernel.broadcast %r along 0 : !kernel.tile<[32], f32> -> !kernel.tile<[16, 32], f32>
  // CHECK: kernel.transpose %{{.*}} [1, 0] : <[16, 32], f32> -> <[32, 16], f32>
  %t = kernel.transpose %b [1, 0] : !kernel.tile<[16, 32], f32> -> !kernel.tile<[32, 16], f32>
  // CHECK: kernel.convert %{{.*}} : !kernel.tile<[32, 16], f32> -> !kernel.tile<[32, 16], f8E5M2>
  %c = kernel.convert %t : !kernel.tile<[32, 16], f32> -> !kernel.tile<[32, 16], f8E5M2>
  // CHECK: kernel.convert %{{.*}} : f32 -> i32
  %n = kernel.convert %s : f32 -> i32
  // CHECK: arith.cmpf olt, %{{.*}}, %{{.*}} : !kernel.tile<[16, 32], f32>
  %m = arith.cmpf olt, %a, %b : !kernel.tile<[16, 32], f32>
  // CHECK: kernel.select %{{.*}}, %{{.*}}, %{{.*}} : <[16, 32], i1>, <[16, 32], f32>
  %x = kernel.select %m, %a, %b : !kernel.tile<[16, 32], i1>, !kernel.tile<[16, 32], f32>
  // CHECK: math.exp2 %{{.*}} : !kernel.tile<[16, 32], f32>
  %e = math.exp2 %x : !kernel.tile<[16, 32], f32>
  kernel.return
}

// CHECK-LABEL: kernel.func @products
kernel.func @products(%a: f16, %b: f4E2M1FN, %s: f8E8M0FNU) {
  %x = kernel.splat %a : f16 -> !kernel.tile<[16, 32], f16>
  %y = kernel.splat %a : f16 -> !kernel.tile<[32, 8], f16>
  %acc = kernel.constant 0.0 : !kernel.tile<[16, 8], f32>
  // CHECK: kernel.mma %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}} : <[16, 32], f16>, <[32, 8], f16>, <[16, 8], f32>
  %d = kernel.mma %x, %y, %acc : !kernel.tile<[16, 32], f16>, !kernel.tile<[32, 8], f16>, !kernel.tile<[16, 8], f32>
  %p = kernel.splat %b : f4E2M1FN -> !kernel.tile<[16, 64], f4E2M1FN>
  %q = kernel.splat %b : f4E2M1FN -> !kernel.tile<[64, 8], f4E2M1FN>
  %sp = kernel.splat %s : f8E8M0FNU -> !kernel.tile<[16, 2], f8E8M0FNU>
  %sq = kernel.splat %s : f8E8M0FNU -> !kernel.tile<[2, 8], f8E8M0FNU>
  // CHECK: kernel.mma {{.*}} scale %{{[0-9]+}}, %{{[0-9]+}} : <[16, 64], f4E2M1FN>, <[64, 8], f4E2M1FN>, <[16, 8], f32>, !kernel.tile<[16, 2], f8E8M0FNU>, !kernel.tile<[2, 8], f8E8M0FNU>
  %e = kernel.mma %p, %q, %d scale %sp, %sq : !kernel.tile<[16, 64], f4E2M1FN>, !kernel.tile<[64, 8], f4E2M1FN>, !kernel.tile<[16, 8], f32>, !kernel.tile<[16, 2], f8E8M0FNU>, !kernel.tile<[2, 8], f8E8M0FNU>
  kernel.return
}

// CHECK-LABEL: kernel.func @placed
kernel.func @placed(%s: f32) {
  %a = kernel.splat %s : f32 -> !kernel.tile<[4], f32, #layout.linear<1, reg = [], lane = [[1], [2]]>>
  // CHECK: kernel.relayout %{{.*}} : <[4], f32, {{.*}}> -> <[4], f32, {{.*}}>
  %b = kernel.relayout %a : !kernel.tile<[4], f32, #layout.linear<1, reg = [], lane = [[1], [2]]>> -> !kernel.tile<[4], f32, #layout.linear<1, reg = [[1]], lane = [[2], [0]]>>
  kernel.return
}
