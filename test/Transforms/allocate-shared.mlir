// stage-allocate-shared: every buffer gets its address, in units of 1 KiB. Relayouts share one place, since each is between
// barriers of its own.
// REQUIRES: compiler, kiln-opt
// RUN: split-file %s %t
// RUN: cat %inputs/toy-machine.mlir %t/fits.mlir | kiln-opt --stage-allocate-shared | FileCheck %t/fits.mlir
// RUN: cat %inputs/toy-machine.mlir %t/over.mlir | not kiln-opt --stage-allocate-shared 2>&1 | FileCheck %t/over.mlir

//--- fits.mlir
// 2 x (16 * 16 * 2) = 1024 bytes, then 32, then the larger relayout: 16 * (16 + 8) * 2 = 768. 2048 + 768 in all.
// CHECK-LABEL: kernel.func @fits
// CHECK-SAME: kiln.exchange_offset = 2048
// CHECK-SAME: kiln.shared_bytes = 2816
// CHECK: stage.alloc "a" {offset = 0 : i64}
// CHECK: stage.alloc "relayout" {offset = 2048 : i64}
// CHECK: stage.alloc "b" {offset = 1024 : i64}
// CHECK: stage.alloc "relayout" {offset = 2048 : i64}
kernel.func @fits() {
  %a = stage.alloc "a" : !stage.buffer<2 x [16, 16], f16, fastest = 1>
  %p = stage.alloc "relayout" : !stage.buffer<1 x [16, 16], f16, fastest = 1, pad = 8>
  %b = stage.alloc "b" : !stage.buffer<1 x [4, 4], f16, fastest = 1>
  %q = stage.alloc "relayout" : !stage.buffer<1 x [4, 4], f16, fastest = 0, pad = 8>
  kernel.return
}

//--- over.mlir
// 8 x 512 = 4096 bytes fill the machine's 4 KiB; the second buffer does not fit any more. Both are named.
// CHECK: error: 'kernel.func' op needs 5120 bytes of shared memory; toy has 4096
// CHECK: note: 'a': 8 x 512 bytes for '!stage.buffer<8 x [16, 16], f16, fastest = 1>'
// CHECK: note: 'b': 1 x 32 bytes for '!stage.buffer<1 x [4, 4], f16, fastest = 1>'
kernel.func @over() {
  %a = stage.alloc "a" : !stage.buffer<8 x [16, 16], f16, fastest = 1>
  %b = stage.alloc "b" : !stage.buffer<1 x [4, 4], f16, fastest = 1>
  kernel.return
}
