// Matrix multiplication on gfx950: loops that leave copies in flight.
//
// Both operands go from memory straight to LDS (16 bytes per lane), into slots of 128 KiB in all, of the 160. While one step
// is multiplied, the next is read into registers and the slot just left is refilled, so that copies
// are in flight at every wait. Which bank a chunk goes to is computed (`kiln compile --emit staged` shows it), and so is
// how a tile is read: an operand that is stored along M or N goes through the transposing read.
// A product of this chip has eight dies, each with its own L2 cache; four rows of tiles at a time keep what a die reads
// small.
module attributes {transform.with_named_sequence} {
  // Steps of 32 in four slots: the copies of three steps are in flight at every wait. Two products of halves of A a step, so that not all of
  // the next step's operands are in registers beside this one's.
  // Two waves per SIMD, so 256 registers each: a wave owns 128 x 64 of C in 128 accumulation registers. 16 more are
  // reserved because with a full file LLVM copies accumulators around (it does not tie a result to its addend).
  transform.named_sequence @matmul_8_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [bf16, f16], Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 32] waves [2, 4] : !transform.any_op
    schedule.split %mma parts [2, 1] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  // One wave per SIMD with all 512 registers: a wave owns 128 x 128 of C in all 256 accumulation registers. Steps of 64: rows of
  // 128 bytes, which are whole lines of the caches. Two slots of 64 KiB then fill 128 KiB, so each is read and refilled by parts:
  // while one of four products runs, one half of an operand is read and the one read before it is copied anew. Six
  // of the eight parts are in flight at every wait.
  transform.named_sequence @matmul_4_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [bf16, f16], Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 32] waves [2, 2] : !transform.any_op
    schedule.split %mma parts [2, 2] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 2 : !transform.any_op
    transform.yield
  }

  // Two waves per SIMD, one of each half: while one multiplies, the other reads and copies. Steps and parts are those of
  // @matmul_4_waves. The larger instruction, because LLVM ties its result to its addend, so that 128 accumulation registers are enough
  // for 128 x 64 of C.
  transform.named_sequence @matmul_ping_pong(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [bf16, f16], Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "128"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [32, 32, 16] waves [2, 4] : !transform.any_op
    schedule.split %mma parts [2, 2] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 2 ping_pong : !transform.any_op
    schedule.priority %loop : !transform.any_op
    transform.yield
  }

  // 8-bit floats: steps of 128, whose rows are 128 bytes as well; two slots, read and refilled by halves as in @matmul_4_waves. The
  // larger instruction for the reason of @matmul_ping_pong.
  transform.named_sequence @matmul_bytes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [f8E4M3FN, f8E5M2], Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [32, 32, 64] waves [2, 2] : !transform.any_op
    schedule.split %mma parts [2, 2] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 2 : !transform.any_op
    transform.yield
  }

  // Two waves per SIMD; rows of 64 bytes in four slots.
  transform.named_sequence @matmul_bytes_8_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [f8E4M3FN, f8E5M2], Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [32, 32, 64] waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_integers(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.when = {T = i8, Acc = i32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 64] waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b128 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }
}
