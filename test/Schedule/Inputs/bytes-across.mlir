// 8-bit instructions that read shared memory, whatever the transposition.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @bytes(%kernel: !transform.any_op {transform.readonly}) attributes {schedule.kernel = "matmul"} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    schedule.waves %kernel count 8 : !transform.any_op
    schedule.roles %kernel producers 4 : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k32_i32_i8 waves [8, 1] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @tile_load : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.pipeline %loop buffers 3 : !transform.any_op
    transform.yield
  }
}
