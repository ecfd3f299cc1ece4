// Warpgroup matrix instructions on 16-bit floats. Four waves multiply; both operands are read from shared memory.
//
// PTX ISA 9.7.15.5 "Asynchronous multiply-and-accumulate operations": accumulator D of m64nNkK has row 16 * (warp % 4) + lane / 4
// (+ 8 for every second pair of registers), column 8 * (register / 4) + 2 * (lane % 4) + register % 2.
//
// Descriptor ("Matrix descriptor format"), K along rows of 128 bytes with the 128-byte swizzle: address / 16 in bits 0-13,
// leading dimension 1 (not used) in bits 16-29, 1024 bytes between groups of eight rows (64 * 16) in bits 32-45, swizzle
// mode 1 in bits 62-63. A step along K is an address within the row.
//
// Cycles: 2,048 multiply-adds of 16-bit floats a cycle and SM, twice as many of 8-bit types (NVIDIA H100 whitepaper, table
// 1).
#acc_64x32 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8], [0, 16]],
        lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#acc_64x64 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32]],
        lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#acc_64x128 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64]],
        lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
#acc_64x256 = #layout.linear<2, reg = [[0, 1], [8, 0], [0, 8], [0, 16], [0, 32], [0, 64], [0, 128]],
        lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>

target.machine @sm_90a {
  target.mma @wgmma_m64n32k16_f32_bf16 attributes {m = 64, n = 32, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_16, layout_acc = #acc_64x32, unit = "tensor",
      cycles = 16} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<16xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<16xf32>, i64, i64) -> vector<16xf32>
    target.yield %sum : vector<16xf32>
  }

  target.mma @wgmma_m64n64k16_f32_bf16 attributes {m = 64, n = 64, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_32, layout_acc = #acc_64x64, unit = "tensor",
      cycles = 32} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<32xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<32xf32>, i64, i64) -> vector<32xf32>
    target.yield %sum : vector<32xf32>
  }

  target.mma @wgmma_m64n128k16_f32_bf16 attributes {m = 64, n = 128, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_64, layout_acc = #acc_64x128, unit = "tensor",
      cycles = 64} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<64xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<64xf32>, i64, i64) -> vector<64xf32>
    target.yield %sum : vector<64xf32>
  }

  target.mma @wgmma_m64n256k16_f32_bf16 attributes {m = 64, n = 256, k = 16, a = bf16, b = bf16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_128, layout_acc = #acc_64x256, unit = "tensor",
      cycles = 128} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<128xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<128xf32>, i64, i64) -> vector<128xf32>
    target.yield %sum : vector<128xf32>
  }

  target.mma @wgmma_m64n32k16_f32_f16 attributes {m = 64, n = 32, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_16, layout_acc = #acc_64x32, unit = "tensor",
      cycles = 16} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<16xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n32k16.f32.f16.f16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<16xf32>, i64, i64) -> vector<16xf32>
    target.yield %sum : vector<16xf32>
  }

  target.mma @wgmma_m64n64k16_f32_f16 attributes {m = 64, n = 64, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_32, layout_acc = #acc_64x64, unit = "tensor",
      cycles = 32} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<32xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<32xf32>, i64, i64) -> vector<32xf32>
    target.yield %sum : vector<32xf32>
  }

  target.mma @wgmma_m64n128k16_f32_f16 attributes {m = 64, n = 128, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_64, layout_acc = #acc_64x128, unit = "tensor",
      cycles = 64} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<64xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<64xf32>, i64, i64) -> vector<64xf32>
    target.yield %sum : vector<64xf32>
  }

  target.mma @wgmma_m64n256k16_f32_f16 attributes {m = 64, n = 256, k = 16, a = f16, b = f16, acc = f32, waves = 4,
      shared_swizzle = [16, 32, 64], settle = @settle_f32_128, layout_acc = #acc_64x256, unit = "tensor",
      cycles = 128} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<128xf32>):
    %from_a = llvm.ptrtoint %a : !llvm.ptr<3> to i32
    %from_b = llvm.ptrtoint %b : !llvm.ptr<3> to i32
    %four = arith.constant 4 : i32
    %at_a = arith.shrui %from_a, %four : i32
    %at_b = arith.shrui %from_b, %four : i32
    %wide_a = arith.extui %at_a : i32 to i64
    %wide_b = arith.extui %at_b : i32 to i64
    %form = arith.constant 0x4000004000010000 : i64
    %da = arith.ori %wide_a, %form : i64
    %db = arith.ori %wide_b, %form : i64
    %sum = target.asm "wgmma.mma_async.sync.aligned.m64n256k16.f32.f16.f16 {$0}, $1, $2, 1, 1, 1, 0, 0;" "f,l,l" (%acc, %da, %db)
        : (vector<128xf32>, i64, i64) -> vector<128xf32>
    target.yield %sum : vector<128xf32>
  }
}
