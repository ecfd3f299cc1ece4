// Matrix multiplication on gfx950: interleaved loops that leave copies in flight.
//
// Both operands go from memory straight to LDS (16 bytes per lane), four slots of a 256 x 32 tile each: 128 KiB of the
// 160. While one slot is multiplied, the next is read into registers and the one just left is refilled, so two
// steps of copies are in flight at every wait.
//
// A row of a tile is 64 bytes, four chunks of 16. A 128-bit LDS read serves 16 lanes at a time from 64 banks of 4
// bytes: lanes 0-3, 12-15 and 20-27, then 4-11, 16-19 and 28-31, and the same for the upper half. Lane l reads chunk
// l / 16 of row l % 16. With row bits 2 and 3 XORing 2 and 3 to the chunk (16 and 24 to the column), each such group touches
// every bank once.
// A product of this chip has eight dies, each with its own L2 cache; four rows of tiles at a time keep what a die reads
// small.
module attributes {transform.with_named_sequence} {
  // Two waves per SIMD, so 256 registers each: a wave owns 128 x 64 of C in 128 accumulation registers. 16 more are
  // reserved because with a full file LLVM copies accumulators around (it does not tie a result to its addend).
  transform.named_sequence @matmul_8_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = bf16, Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @mfma_f32_16x16x32_bf16 waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 swizzle [0, 0, 16, 24] : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  // One wave per SIMD with all 512 registers: a wave owns 128 x 128 of C in all 256 accumulation registers.
  transform.named_sequence @matmul_4_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = bf16, Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @mfma_f32_16x16x32_bf16 waves [2, 2] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 swizzle [0, 0, 16, 24] : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  // Two waves per SIMD, one of each half: while one multiplies, the other reads and copies. Operands live for one phase
  // only, so accumulators can stay in ordinary registers.
  transform.named_sequence @matmul_ping_pong(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = bf16, Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "0"]] : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @mfma_f32_16x16x32_bf16 waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 swizzle [0, 0, 16, 24] : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 ping_pong : !transform.any_op
    transform.yield
  }
}
