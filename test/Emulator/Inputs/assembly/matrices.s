// Matrix products with what compilers seldom choose: operands and sums in AGPRs from and to memory, sparse operands,
// operands transposed by LDS, mixed small formats with scales.
.include "kernel.inc"

// C[32 x 32] = A[32 x k] * B[32 x k], A and C in AGPRs throughout. For a step, lane l has 8 bytes of row l % 32 at 8 * (l / 32).
.macro gemm_32x32 name, multiply
begin \name
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // A, B
  s_load_dwordx2 s[8:9], s[0:1], 0x10           // C
  s_load_dword s10, s[0:1], 0x18                // bytes of a row
  v_and_b32 v1, 31, v0
  v_lshrrev_b32 v2, 5, v0
  s_waitcnt lgkmcnt(0)
  v_mul_lo_u32 v3, v1, s10
  v_lshl_add_u32 v3, v2, 3, v3
.set n, 0
.rept 16
  v_accvgpr_write_b32 a[n], 0
.set n, n + 1
.endr
1:
  global_load_dwordx2 a[16:17], v3, s[4:5]
  global_load_dwordx2 v[4:5], v3, s[6:7]
  v_add_u32 v3, 16, v3
  s_waitcnt vmcnt(0)
  \multiply a[0:15], a[16:17], v[4:5], a[0:15]
  s_sub_u32 s10, s10, 16
  s_cmp_lg_u32 s10, 0
  s_cbranch_scc1 1b
  v_lshlrev_b32 v2, 9, v2                       // row 4 * (l / 32)
  v_lshl_add_u32 v2, v1, 2, v2
  v_accvgpr_mov_b32 a20, a16
  s_nop 15
  s_nop 2
  v_accvgpr_read_b32 v6, a0
.set n, 0
.rept 16
.if n == 0
  global_store_dword v2, v6, s[8:9]
.else
  global_store_dword v2, a[n], s[8:9] offset:(n & 3) * 128 + (n >> 2 & 1) * 1024
.endif
.if n == 7
  v_add_u32 v2, 2048, v2
.endif
.set n, n + 1
.endr
end \name
.endm

gemm_32x32 agpr_f16, v_mfma_f32_32x32x8_f16
gemm_32x32 agpr_i8, v_mfma_i32_32x32x16_i8

// C[16 x 16] += A[16 x 32] * B[32 x 16], of every four elements of a row of A two. Lane l has the four of A's row l % 16 that
// are kept of k = 8 * (l / 16) and on, and their places in the second byte of its index.
begin sparse
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // A[16][16], places[16][4] (a byte each), B^T[16][32], C
  v_and_b32 v1, 15, v0
  v_lshrrev_b32 v2, 4, v0
  v_lshlrev_b32 v3, 5, v1
  v_lshl_add_u32 v4, v2, 3, v3                  // A
  v_lshl_add_u32 v5, v1, 2, v2                  // places
  v_lshlrev_b32 v6, 6, v1
  v_lshl_add_u32 v6, v2, 4, v6                  // B
  v_lshlrev_b32 v7, 8, v2
  v_lshl_add_u32 v7, v1, 2, v7                  // C
  s_waitcnt lgkmcnt(0)
  global_load_dwordx2 v[10:11], v4, s[4:5]
  global_load_ubyte v12, v5, s[6:7]
  global_load_dwordx4 v[16:19], v6, s[8:9]
.set n, 0
.rept 4
  global_load_dword v[20 + n], v7, s[10:11] offset:n * 64
.set n, n + 1
.endr
  s_waitcnt vmcnt(0)
  v_lshlrev_b32 v12, 8, v12
  s_nop 1
  v_smfmac_f32_16x16x32_f16 v[20:23], v[10:11], v[16:19], v12 abid:1
  s_nop 15
.set n, 0
.rept 4
  global_store_dword v7, v[20 + n], s[10:11] offset:n * 64
.set n, n + 1
.endr
end sparse

.ifdef gfx950
// Stores v[0:3] of `from` as the 16 x 16 block at s[10:11].
.macro store_block from
  v_lshrrev_b32 v1, 4, v0
  v_and_b32 v2, 15, v0
  v_lshlrev_b32 v1, 8, v1
  v_lshl_add_u32 v1, v2, 2, v1
  s_nop 15
.set n, 0
.rept 4
  global_store_dword v1, v[\from + n], s[10:11] offset:n * 64
.set n, n + 1
.endr
.endm

// Fills LDS from address `to` with `bytes` (a multiple of 1024) bytes from `from`.
.macro fill to, bytes, from
.set done, 0
.rept \bytes / 1024
  global_load_dwordx4 v[4:7], v3, \from offset:done
  s_waitcnt vmcnt(0)
  ds_write_b128 v3, v[4:7] offset:\to + done
.set done, done + 1024
.endr
.endm

// C[16 x 16] = A[32 x 16]^T * B[32 x 16], bf16, both k by k in LDS. Of a lane's 8 k, four come from each transposing read:
// lane l names row k = 8 * (l / 16) + l % 16 / 4 and its part l % 4.
begin transposed_bf16
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // A, B
  s_load_dwordx2 s[10:11], s[0:1], 0x10         // C
  v_lshlrev_b32 v3, 4, v0
  s_waitcnt lgkmcnt(0)
  fill 0, 1024, s[4:5]
  fill 1024, 1024, s[6:7]
  v_lshrrev_b32 v1, 4, v0
  v_lshlrev_b32 v1, 8, v1                       // 8 rows of 32 bytes
  v_and_b32 v2, 15, v0
  v_lshl_add_u32 v1, v2, 3, v1                  // the parts of four rows lie one behind the other
  s_waitcnt lgkmcnt(0)
  ds_read_b64_tr_b16 v[10:11], v1
  ds_read_b64_tr_b16 v[12:13], v1 offset:128
  ds_read_b64_tr_b16 v[14:15], v1 offset:1024
  ds_read_b64_tr_b16 v[16:17], v1 offset:1152
  s_waitcnt lgkmcnt(0)
  v_mfma_f32_16x16x32_bf16 v[20:23], v[10:13], v[14:17], 0
  store_block 20
end transposed_bf16, lds=2048

// C[16 x 16] = A[128 x 16]^T * B[128 x 16] with scales of 32 k: A is fp8 and comes by rows of 16 bytes, B fp4 by rows of 8.
// Lane l's 32 k are, of 8 bits, 16 * (l / 16) and on and the same plus 64; of 4 bits, 32 * (l / 16) and on.
begin transposed_fp8_fp4
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // A, B, scales (A[16][4], B[16][4]), C
  v_lshlrev_b32 v3, 4, v0
  v_lshrrev_b32 v8, 4, v0
  v_and_b32 v9, 15, v0
  v_lshl_add_u32 v2, v9, 2, v8
  s_waitcnt lgkmcnt(0)
  global_load_ubyte v30, v2, s[8:9]
  global_load_ubyte v31, v2, s[8:9] offset:64
  fill 0, 2048, s[4:5]
  fill 2048, 1024, s[6:7]
  v_lshlrev_b32 v1, 8, v8
  v_lshl_add_u32 v1, v9, 3, v1                  // A: 16 rows of 16 bytes a lane group
  v_lshlrev_b32 v2, 8, v8
  v_lshl_add_u32 v2, v9, 3, v2                  // B: 32 rows of 8 bytes
  s_waitcnt lgkmcnt(0)
  ds_read_b64_tr_b8 v[10:11], v1
  ds_read_b64_tr_b8 v[12:13], v1 offset:128
  ds_read_b64_tr_b8 v[14:15], v1 offset:1024
  ds_read_b64_tr_b8 v[16:17], v1 offset:1152
  ds_read_b64_tr_b4 v[18:19], v2 offset:2048
  ds_read_b64_tr_b4 v[20:21], v2 offset:2176
  s_waitcnt vmcnt(0) lgkmcnt(0)
  v_lshlrev_b32 v30, 8, v30                     // A's scale is byte 1, B's byte 2
  v_lshlrev_b32 v31, 16, v31
  s_nop 1
  v_mfma_scale_f32_16x16x128_f8f6f4 v[24:27], v[10:17], v[18:21], 0, v30, v31 op_sel:[1,0,0] op_sel_hi:[0,1,0] cbsz:0 blgp:4
  s_nop 3
  store_block 24
end transposed_fp8_fp4, lds=3072

// The same of two formats of 6 bits: A bf6, B fp6, by rows of 12 bytes, no scales.
begin transposed_bf6_fp6
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // A, B (1536 bytes each, in 2048)
  s_load_dwordx2 s[10:11], s[0:1], 0x10         // C
  v_lshlrev_b32 v3, 4, v0
  s_waitcnt lgkmcnt(0)
  fill 0, 2048, s[4:5]
  fill 2048, 2048, s[6:7]
  v_lshrrev_b32 v1, 4, v0
  v_mul_u32_u24 v1, 384, v1                     // 32 rows
  v_and_b32 v2, 15, v0
  v_mul_u32_u24 v2, 12, v2
  v_add_u32 v1, v1, v2
  s_waitcnt lgkmcnt(0)
  ds_read_b96_tr_b6 v[10:12], v1
  ds_read_b96_tr_b6 v[13:15], v1 offset:192
  ds_read_b96_tr_b6 v[16:18], v1 offset:2048
  ds_read_b96_tr_b6 v[19:21], v1 offset:2240
  s_waitcnt lgkmcnt(0)
  v_mfma_f32_16x16x128_f8f6f4 v[24:27], v[10:15], v[16:21], 0 cbsz:3 blgp:2
  store_block 24
end transposed_bf6_fp6, lds=4096
.endif
