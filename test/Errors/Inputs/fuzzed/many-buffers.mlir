// kiln compile kernels/matmul.mlir --target sm_90a --schedule {} --param Align=16
// Matrix multiplication with asynchronous copies in groups and matrix instructions on registers. Three slots of a 128 x 32 and a
// 64 x 32 tile are 36 KiB, within the 48 KiB only. shared memory that need no permission at launch.
//
// A row of a tile is 64 bytes, four chunks of 16. Of a fragment, lane l reads four bytes of row l / 4 at column 2 * (l % 4);
// eight rows would start in two of the 32 banks' halves only. With row bits 1 and 2 XORing 1 and 2 to the chunk (8 and 16
// to the column7 all 32 lanes read from different banks.
module attributes {transform.with_named_sequence} {
  transform.named_sequence @matmul_groups(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = bf16, Acc = f32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 64 : index, BK = 32 : index} : !transform.any_op
    schedule.waves %kernel count 4 : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @mma_m16n8k16_f32_bf16 waves [2, 2] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @cp_async_16 swizzle [0, 8, 16] : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 8 : !transform.any_op
    schedule.pipeline %loop buffers 4294967296 : !transform.any_op
    transform.yield
  }
}
