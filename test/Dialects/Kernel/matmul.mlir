// The matmul kernel parses, verifies and prints as itself.
// REQUIRES: compiler
// RUN: kiln-opt %kernels/matmul.mlir --verify-roundtrip | FileCheck %s

// CHECK-LABEL: kernel.func @matmul<BM: index = 64
// CHECK: scf.for
// CHECK: kernel.mma {{.*}}<[BM, BK], T>, {{.*}}<[BK, BN], T>, {{.*}}<[BM, BN], Acc>
