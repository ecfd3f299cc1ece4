// Block-scaled matrix multiplication on gfx950, pipelined as matmul is (matmul.mlir).
//
// Scales go to LDS as well, four bytes per lane: a row's scales of one step. Each lane then reads the byte of its row and block into
// a register of its own, which the instruction takes as it is. A tile's scales are fewer than all lanes can copy at once where there
// are 128 rows; the slot then holds them twice.
module attributes {transform.with_named_sequence} {
  // 4-bit floats: 128 of them are 64 bytes, as 32 16-bit numbers. Two products of halves of A a step, so that not all of the next
  // step's operands are in registers beside this one's.
  transform.named_sequence @matmul_mx_nibbles(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = f4E2M1FN, TB = f4E2M1FN, Align = 16 : index, AlignScales = 4 : index}} {
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

  // 8-bit floats: rows of 128 bytes. Three slots of 256 + 128 rows fit.
  transform.named_sequence @matmul_mx_bytes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = [f8E4M3FN, f8E5M2], TB = [f8E4M3FN, f8E5M2], Align = 16 : index, AlignScales = 4 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 128 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "144"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 128] waves [2, 2] : !transform.any_op
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
    schedule.pipeline %loop buffers 3 : !transform.any_op
    transform.yield
  }

  // 8-bit and 4-bit floats: two slots of 32 + 16 KiB, A's rows in halves.
  transform.named_sequence @matmul_mx_bytes_nibbles(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = [f8E4M3FN, f8E5M2], TB = f4E2M1FN, Align = 16 : index, AlignScales = 4 : index}} {
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

  // 4-bit and 8-bit floats. Each wave has all rows of A, which are cheap, and a quarter of B's columns.
  transform.named_sequence @matmul_mx_nibbles_bytes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul_mx",
                  schedule.when = {TA = f4E2M1FN, TB = [f8E4M3FN, f8E5M2], Align = 16 : index, AlignScales = 4 : index}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 4 attributes [["amdgpu-agpr-alloc", "256"], ["amdgpu-waves-per-eu", "1,1"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 128] waves [1, 4] : !transform.any_op
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
}
