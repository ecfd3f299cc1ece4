// Warpgroup matrix instructions with A in registers; B is read from shared memory as in wgmma.mlir.
//
// PTX ISA 9.7.15.5, the figures of A for m64k8, m64k16 and m64k32: row 16 * (warp % 4) + lane / 4, 8 more for every second register.
// A register has 4 bytes along k, from byte 4 * (lane % 4) on; those of the last two registers are 16 bytes further. What is in
// the registers may change only after "wgmma.wait_group". They are for an A that is computed, or that lies in memory as no instruction
// reads it there: with rows along M, of other types than 16-bit floats.
//
// Cycles: multiply-adds, n / 2 as in wgmma.mlir; reading B takes n / 4.
#a_64x8 = #layout.linear<2, reg = [[8, 0], [0, 4]], lane = [[0, 1], [0, 2], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#a_64x16 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#a_64x32 = #layout.linear<2, reg = [[0, 1], [0, 2], [8, 0], [0, 16]], lane = [[0, 4], [0, 8], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#acc_64x8 = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#wider = [[16, 8], [24, 12], [32, 16], [40, 20], [48, 24], [56, 28], [64, 32], [72, 36], [80, 40], [88, 44], [96, 48],
    [104, 52], [112, 56], [120, 60], [128, 64], [136, 68], [144, 72], [152, 76], [160, 80], [168, 84], [176, 88], [184, 92],
    [192, 96], [200, 100], [208, 104], [216, 108], [224, 112], [232, 116], [240, 120], [248, 124], [256, 128]]
#wider_integers = [[16, 8], [24, 12], [32, 16], [48, 24], [64, 32], [80, 40], [96, 48], [112, 56], [128, 64], [144, 72],
    [160, 80], [176, 88], [192, 96], [208, 104], [224, 112], [240, 120], [256, 128]]

target.machine @sm_90a {
  // A's registers have their values before "wgmma.fence": LLVM does not know that it must not move their computation behind.
  target.operation @matrix_hold {
  ^bb0(%words: vector<4xi32>):
    %held = target.asm "" "r" (%words) : (vector<4xi32>) -> vector<4xi32>
    target.yield %held : vector<4xi32>
  }

  target.mma @wgmma_rs_m64n$nk16_f32_bf16 attributes {m = 64, n = 8, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f32, layout_a = #a_64x16, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<8xbf16>, %b: !llvm.ptr<3>, %acc: vector<4xf32>, %panel_b: i32):
    %words = vector.bitcast %a : vector<8xbf16> to vector<4xi32>
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f32.bf16.bf16 {$0}, {$1}, $2, 1, 1, 1, $3;" "f,r,l,n" (%acc, %words, %db, %tb)
        : (vector<4xf32>, vector<4xi32>, i64, i32) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk16_f32_f16 attributes {m = 64, n = 8, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f32, layout_a = #a_64x16, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<8xf16>, %b: !llvm.ptr<3>, %acc: vector<4xf32>, %panel_b: i32):
    %words = vector.bitcast %a : vector<8xf16> to vector<4xi32>
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f32.f16.f16 {$0}, {$1}, $2, 1, 1, 1, $3;" "f,r,l,n" (%acc, %words, %db, %tb)
        : (vector<4xf32>, vector<4xi32>, i64, i32) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk16_f16_f16 attributes {m = 64, n = 8, k = 16, a = f16, b = f16, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], transposable, settle = @settle_f16, layout_a = #a_64x16, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<8xf16>, %b: !llvm.ptr<3>, %acc: vector<4xf16>, %panel_b: i32):
    %words = vector.bitcast %a : vector<8xf16> to vector<4xi32>
    %db, %tb = target.apply @matrix_operand(%b, %panel_b) : (!llvm.ptr<3>, i32) -> (i64, i32)
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk16.f16.f16.f16 {$0}, {$1}, $2, 1, 1, 1, $3;" "r,r,l,n" (%pairs, %words, %db, %tb)
        : (vector<2xi32>, vector<4xi32>, i64, i32) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_rs_m64n$nk8_f32_tf32 attributes {m = 64, n = 8, k = 8, a = f32, b = f32, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_a = #a_64x8, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<4xf32>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %words = vector.bitcast %a : vector<4xf32> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk8.f32.tf32.tf32 {$0}, {$1}, $2, 1, 1, 1;" "f,r,l" (%acc, %words, %db)
        : (vector<4xf32>, vector<4xi32>, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk32_f32_e4m3_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e4m3.e4m3 {$0}, {$1}, $2, 1, 1, 1;" "f,r,l" (%acc, %words, %db)
        : (vector<4xf32>, vector<4xi32>, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk32_f32_e4m3_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e4m3.e5m2 {$0}, {$1}, $2, 1, 1, 1;" "f,r,l" (%acc, %words, %db)
        : (vector<4xf32>, vector<4xi32>, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk32_f32_e5m2_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e5m2.e4m3 {$0}, {$1}, $2, 1, 1, 1;" "f,r,l" (%acc, %words, %db)
        : (vector<4xf32>, vector<4xi32>, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk32_f32_e5m2_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4, inexact} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f32.e5m2.e5m2 {$0}, {$1}, $2, 1, 1, 1;" "f,r,l" (%acc, %words, %db)
        : (vector<4xf32>, vector<4xi32>, i64) -> vector<4xf32>
    target.yield %sum : vector<4xf32>
  }

  target.mma @wgmma_rs_m64n$nk32_f16_e4m3_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e4m3.e4m3 {$0}, {$1}, $2, 1, 1, 1;" "r,r,l" (%pairs, %words, %db)
        : (vector<2xi32>, vector<4xi32>, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_rs_m64n$nk32_f16_e4m3_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E5M2, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e4m3.e5m2 {$0}, {$1}, $2, 1, 1, 1;" "r,r,l" (%pairs, %words, %db)
        : (vector<2xi32>, vector<4xi32>, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_rs_m64n$nk32_f16_e5m2_e4m3 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E4M3FN, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e5m2.e4m3 {$0}, {$1}, $2, 1, 1, 1;" "r,r,l" (%pairs, %words, %db)
        : (vector<2xi32>, vector<4xi32>, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_rs_m64n$nk32_f16_e5m2_e5m2 attributes {m = 64, n = 8, k = 32, a = f8E5M2, b = f8E5M2, acc = f16, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f16, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xf16>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %pairs = vector.bitcast %acc : vector<4xf16> to vector<2xi32>
    %d = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.f16.e5m2.e5m2 {$0}, {$1}, $2, 1, 1, 1;" "r,r,l" (%pairs, %words, %db)
        : (vector<2xi32>, vector<4xi32>, i64) -> vector<2xi32>
    %sum = vector.bitcast %d : vector<2xi32> to vector<4xf16>
    target.yield %sum : vector<4xf16>
  }

  target.mma @wgmma_rs_m64n$nk32_i32_i8 attributes {m = 64, n = 8, k = 32, a = i8, b = i8, acc = i32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_i32, layout_a = #a_64x32, layout_acc = #acc_64x8,
      wider = #wider_integers, unit = "tensor", cycles = 4} {
  ^bb0(%a: vector<16xi8>, %b: !llvm.ptr<3>, %acc: vector<4xi32>):
    %words = vector.bitcast %a : vector<16xi8> to vector<4xi32>
    %db = target.apply @matrix_descriptor(%b) : (!llvm.ptr<3>) -> i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n$nk32.s32.s8.s8 {$0}, {$1}, $2, 1;" "r,r,l" (%acc, %words, %db)
        : (vector<4xi32>, vector<4xi32>, i64) -> vector<4xi32>
    target.yield %sum : vector<4xi32>
  }
}
