// Matrix multiplication on Hopper.
//
// Roles: a warpgroup fetches tiles by tensor map, two others multiply 64 x 256 each of a 128 x 256 tile with instructions that
// read shared memory. Steps along K have 128 bytes. Four slots of such a row of a 128 and a 256 row tile are 192 KiB; results
// leave through two slots of 128 rows of 128 bytes, 32 KiB. A thread of 384 has 168 registers at first; the fetching ones keep 40
// and the computing ones take 232, of which 128 are accumulators: (40 + 2 * 232) * 128 = 168 * 384. One workgroup for each of the
// 132 SMs; of the tiles eight rows at a time are walked, so that what 132 of them read is about square.
module attributes {transform.with_named_sequence} {
  // What all of them with roles have in common.
  transform.named_sequence @fetch_and_multiply(%kernel: !transform.any_op {transform.readonly}) {
    schedule.waves %kernel count 8 attributes [["nvvm.minctasm", "1"]] : !transform.any_op
    %loads = schedule.find "kernel.load" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %loads through @tile_load : !transform.any_op
    %stores = schedule.find "kernel.store" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.stage %stores through @tile_store : !transform.any_op
    transform.yield
  }

  // Four slots, registers for 128 accumulators, tiles for all SMs.
  transform.named_sequence @many_tiles(%kernel: !transform.any_op {transform.readonly}) {
    transform.include @fetch_and_multiply failures(propagate) (%kernel) : (!transform.any_op) -> ()
    schedule.roles %kernel producers 4 registers [40, 232] : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 8 persistent 132 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_roles_bf16(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.when = {T = bf16, Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k16_f32_bf16 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_roles_f16(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.when = {T = f16, Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k16_f32_f16 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_roles_f16_f16(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.when = {T = f16, Acc = f16, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 64 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k16_f16_f16 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_roles_i8(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = i8, Acc = i32, Align = 16 : index, TransA = false, TransB = true}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k32_i32_i8 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  // f32 with 10 fraction bits.
  transform.named_sequence @matmul_roles_tf32(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = f32, Acc = f32, Align = 16 : index, TransA = false, TransB = true},
                  schedule.inexact} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 32 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k8_f32_tf32 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  // 8-bit floats, with sums of which about 14 bits are kept (wgmma.mlir).
  transform.named_sequence @matmul_roles_e4m3(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = f8E4M3FN, Acc = f32, Align = 16 : index, TransA = false, TransB = true},
                  schedule.inexact} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k32_f32_e4m3_e4m3 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_roles_e5m2(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = f8E5M2, Acc = f32, Align = 16 : index, TransA = false, TransB = true},
                  schedule.inexact} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n256k32_f32_e5m2_e5m2 waves [8, 1] : !transform.any_op
    transform.include @many_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  // Bytes whose rows in A run along M: only 16-bit floats may be read so from shared memory. A goes through registers, which the next
  // step may take only when its product is done.
  transform.named_sequence @many_tiles_of_rows_along_m(%kernel: !transform.any_op {transform.readonly}) {
    transform.include @fetch_and_multiply failures(propagate) (%kernel) : (!transform.any_op) -> ()
    schedule.roles %kernel producers 4 registers [40, 232] in_flight 0 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel group 8 persistent 132 : !transform.any_op
    schedule.pipeline %loop buffers 4 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_rows_along_m_i8(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = i8, Acc = i32, Align = 16 : index, TransA = true, TransB = true}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_rs_m64n256k32_i32_i8 waves [8, 1] : !transform.any_op
    transform.include @many_tiles_of_rows_along_m failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_rows_along_m_e4m3(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul",
                  schedule.when = {T = f8E4M3FN, Acc = f32, Align = 16 : index, TransA = true, TransB = true},
                  schedule.inexact} {
    schedule.parameters %kernel {BM = 128 : index, BN = 256 : index, BK = 128 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_rs_m64n256k32_f32_e4m3_e4m3 waves [8, 1] : !transform.any_op
    transform.include @many_tiles_of_rows_along_m failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  // While all tiles of 128 x 64 have an SM of their own, smaller ones keep more SMs at work: eight slots of 24 KiB.
  transform.named_sequence @few_tiles(%kernel: !transform.any_op {transform.readonly}) {
    transform.include @fetch_and_multiply failures(propagate) (%kernel) : (!transform.any_op) -> ()
    schedule.roles %kernel producers 4 : !transform.any_op
    %loop = schedule.find "scf.for" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.grid %kernel persistent 132 : !transform.any_op
    schedule.pipeline %loop buffers 8 : !transform.any_op
    transform.yield
  }

  transform.named_sequence @matmul_few_tiles_bf16(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.sizes = "ceildiv(c.0, 128) * ceildiv(c.1, 64) <= 132",
                  schedule.when = {T = bf16, Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 64 : index, BK = 64 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n64k16_f32_bf16 waves [8, 1] : !transform.any_op
    transform.include @few_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  transform.named_sequence @matmul_few_tiles_f16(%kernel: !transform.any_op {transform.readonly})
      attributes {schedule.kernel = "matmul", schedule.sizes = "ceildiv(c.0, 128) * ceildiv(c.1, 64) <= 132",
                  schedule.when = {T = f16, Acc = f32, Align = 16 : index}} {
    schedule.parameters %kernel {BM = 128 : index, BN = 64 : index, BK = 64 : index} : !transform.any_op
    %mma = schedule.find "kernel.mma" in %kernel : (!transform.any_op) -> !transform.any_op
    schedule.atom %mma uses @wgmma_m64n64k16_f32_f16 waves [8, 1] : !transform.any_op
    transform.include @few_tiles failures(propagate) (%kernel) : (!transform.any_op) -> ()
    transform.yield
  }

  // Asynchronous copies in groups and matrix instructions on registers. Three slots of a 128 x 32 and a
  // 64 x 32 tile are 36 KiB, within the 48 KiB of shared memory that need no permission at launch.
  //
  // A row of a tile is 64 bytes, four chunks of 16. Of a fragment, lane l reads four bytes of row l / 4 at column 2 * (l % 4);
  // eight rows would start in two of the 32 banks' halves only. With row bits 1 and 2 XORing 1 and 2 to the chunk (8 and 16
  // to the column) all 32 lanes read from different banks.
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
    schedule.pipeline %loop buffers 3 : !transform.any_op
    transform.yield
  }
}
