// Matrix multiplication on gfx942: a loop that leaves copies in flight.
//
// LDS has 64 KiB: four slots of 256 x 32 bytes for each operand fill it. Copies that pass no registers are 4 bytes per lane here, so a
// step takes four times as many as on a machine with wide ones; sixteen share one address register. A step is one matrix instruction
// deep, so lanes read 8 bytes at a time. There is no transposing read: operands must be stored along K.
// A product of this chip has eight dies, each with its own L2 cache; four rows of tiles at a time keep what a die reads
// small.
module attributes {transform.with_named_sequence} {
  // Two waves per SIMD, so 256 registers each: a wave owns 128 x 64 of C in 128 accumulation registers. 16 more are
  // reserved because with a full file LLVM copies accumulators around (it does not tie a result to its addend).
  transform.named_sequence @matmul_8_waves(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [bf16, f16], Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 16 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 16] waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_bytes(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = [f8E4M3FNUZ, f8E5M2FNUZ], Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 32] waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_integers(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = i8, Acc = i32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 256 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 8 attributes [["amdgpu-agpr-alloc", "144"]] hold_accumulators : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma shape [16, 16, 32] waves [2, 4] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @load_to_shared_b32 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 4 dies 8 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }
}
