// lanes-interleave: after a barrier, reads and then copies are spread among the matrix instructions.
//
//   barrier; read; read; copy; mma; mma; mma; mma   =>   barrier; mma; read; mma; read; mma; copy; mma
// REQUIRES: compiler, kiln-opt
// RUN: cat %inputs/toy-machine.mlir %s | kiln-opt --lanes-interleave | FileCheck %s

// CHECK-LABEL: llvm.func @step
// CHECK: target.apply @raw_barrier
// Products keep their order, memory operations too, and neither side goes all at once.
// CHECK: target.apply @multiply(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK: llvm.load
// CHECK: target.apply @multiply
// CHECK: llvm.load
// CHECK: target.apply @multiply
// CHECK: target.apply @to_shared
// CHECK: target.apply @multiply
// CHECK-NOT: target.apply @multiply
// CHECK: target.apply @wait
llvm.func @step(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<4xf32>, %x: !llvm.ptr<1>, %s: !llvm.ptr<3>) {
  %0 = arith.constant 0 : i32
  %true = arith.constant true
  target.apply @raw_barrier() : () -> ()
  %r0 = llvm.load %s : !llvm.ptr<3> -> vector<4xf16>
  %r1 = llvm.load %s : !llvm.ptr<3> -> vector<4xf16>
  target.apply @to_shared(%x, %0, %0, %true, %s) : (!llvm.ptr<1>, i32, i32, i1, !llvm.ptr<3>) -> ()
  %c0 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c1 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c2 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c3 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  target.apply @wait(%0, %0) : (i32, i32) -> ()
  target.apply @raw_barrier() : () -> ()
  llvm.return
}

// What a product needs is read before it, however late its turn for a read would be.
// CHECK-LABEL: llvm.func @needed
// CHECK: target.apply @raw_barrier
// CHECK: %[[R:.*]] = llvm.load
// CHECK: target.apply @multiply(%[[R]],
// CHECK: target.apply @wait
llvm.func @needed(%b: vector<4xf16>, %c: vector<4xf32>, %s: !llvm.ptr<3>) {
  %0 = arith.constant 0 : i32
  target.apply @raw_barrier() : () -> ()
  %r0 = llvm.load %s : !llvm.ptr<3> -> vector<4xf16>
  %c0 = target.apply @multiply(%r0, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  target.apply @wait(%0, %0) : (i32, i32) -> ()
  llvm.return
}

// As a schedule asks: copies first, within half of the products.
// CHECK-LABEL: llvm.func @asked
// CHECK: target.apply @raw_barrier
// CHECK: target.apply @multiply
// CHECK: target.apply @to_shared
// CHECK: target.apply @multiply
// CHECK: llvm.load
// CHECK: target.apply @multiply
// CHECK-NOT: llvm.load
// CHECK: target.apply @multiply
// CHECK: target.apply @wait
llvm.func @asked(%a: vector<4xf16>, %b: vector<4xf16>, %c: vector<4xf32>, %x: !llvm.ptr<1>, %s: !llvm.ptr<3>)
    attributes {kiln.interleave = {first = "copies", within = 50 : i64}} {
  %0 = arith.constant 0 : i32
  %true = arith.constant true
  target.apply @raw_barrier() : () -> ()
  %r0 = llvm.load %s : !llvm.ptr<3> -> vector<4xf16>
  target.apply @to_shared(%x, %0, %0, %true, %s) : (!llvm.ptr<1>, i32, i32, i1, !llvm.ptr<3>) -> ()
  %c0 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c1 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c2 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  %c3 = target.apply @multiply(%a, %b, %c) : (vector<4xf16>, vector<4xf16>, vector<4xf32>) -> vector<4xf32>
  target.apply @wait(%0, %0) : (i32, i32) -> ()
  llvm.return
}
