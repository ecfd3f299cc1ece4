// Block-scaled matrix multiplication on gfx950, pipelined as matmul is (matmul.mlir).
//
// A wave's 128 x 128 of C take all 256 accumulation registers, so A is cut into parts, whose products follow one another: the operands of a
// step are then not all in registers beside those of the step before. As many parts as that takes, and no more: each has copies of its
// own, and an address for them.
//
// Scales go to LDS as well, four bytes per lane: a row's scales of one step. Each lane then reads the byte of its row and block into
// a register of its own, which the instruction takes as it is. A part's scales are fewer than all lanes can copy at once where there
// are 128 rows or less; the slot then holds them several times.
module attributes {transform.with_named_sequence} {
  // 4-bit floats: 128 of them are 64 bytes, as 32 16-bit numbers. Four slots.
  transform.named_sequence @matmul_mx_nibbles(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = f4E2M1FN, TB = f4E2M1FN, Align = 16 : index,
                                   AlignScales = 4 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 128] waves [2, 2] : !transform.any_op
    schedule.split %mma parts [2, 1] : !transform.any_op
    %a = schedule.find "kernel.load" number 0 in %kernel : (!transform.any_op) -> !transform.any_op
    %b = schedule.find "kernel.load" number 1 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleA = schedule.find "kernel.load" number 2 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleB = schedule.find "kernel.load" number 3 in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %a through @load_to_shared_b128 : !transform.any_op
    schedule.stage %b through @load_to_shared_b128 : !transform.any_op
    schedule.stage %scaleA through @load_to_shared_b32 : !transform.any_op
    schedule.stage %scaleB through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  // 6-bit floats, with each other and with 4-bit ones. In LDS 24 bytes take 32 (`blocks`), so rows are as long as those of 8-bit
  // floats. Two slots.
  transform.named_sequence @matmul_mx_sixes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = [f6E2M3FN, f6E3M2FN, f4E2M1FN], TB = [f6E2M3FN, f6E3M2FN, f4E2M1FN], Align = 16 : index,
                                   AlignScales = 4 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 128] waves [2, 2] : !transform.any_op
    schedule.split %mma parts [2, 1] : !transform.any_op
    %a = schedule.find "kernel.load" number 0 in %kernel : (!transform.any_op) -> !transform.any_op
    %b = schedule.find "kernel.load" number 1 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleA = schedule.find "kernel.load" number 2 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleB = schedule.find "kernel.load" number 3 in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %a through @load_to_shared_b128 : !transform.any_op
    schedule.stage %b through @load_to_shared_b128 : !transform.any_op
    schedule.stage %scaleA through @load_to_shared_b32 : !transform.any_op
    schedule.stage %scaleB through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 2 : !transform.any_op
    transform.yield
  }

  // 8-bit floats on one side or on both. Their operands take the most registers.
  transform.named_sequence @matmul_mx_bytes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = [f8E4M3FN, f8E5M2, f6E2M3FN, f6E3M2FN, f4E2M1FN], TB = [f8E4M3FN, f8E5M2, f6E2M3FN, f6E3M2FN, f4E2M1FN], Align = 16 : index,
                                   AlignScales = 4 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 128] waves [2, 2] : !transform.any_op
    schedule.split %mma parts [4, 1] : !transform.any_op
    %a = schedule.find "kernel.load" number 0 in %kernel : (!transform.any_op) -> !transform.any_op
    %b = schedule.find "kernel.load" number 1 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleA = schedule.find "kernel.load" number 2 in %kernel : (!transform.any_op) -> !transform.any_op
    %scaleB = schedule.find "kernel.load" number 3 in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %a through @load_to_shared_b128 : !transform.any_op
    schedule.stage %b through @load_to_shared_b128 : !transform.any_op
    schedule.stage %scaleA through @load_to_shared_b32 : !transform.any_op
    schedule.stage %scaleB through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 2 : !transform.any_op
    transform.yield
  }
}
