// Exchange between lanes as it is written by hand: DPP with its masks, SDWA, swizzles, permutes, ordered counts in LDS.
.include "kernel.inc"

// Sums of all lanes up to each (the scan of six DPP steps), and the wave's sum by readlane.
begin dpp_scan
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out[2][64]
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  s_waitcnt vmcnt(0)
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_shr:1 row_mask:0xf bank_mask:0xf bound_ctrl:0
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_shr:2 row_mask:0xf bank_mask:0xf bound_ctrl:0
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_shr:4 row_mask:0xf bank_mask:0xe
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_shr:8 row_mask:0xf bank_mask:0xc
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_bcast:15 row_mask:0xa bank_mask:0xf
  s_nop 1
  v_add_u32_dpp v2, v2, v2 row_bcast:31 row_mask:0xc bank_mask:0xf
  s_nop 1
  v_readlane_b32 s8, v2, 63
  s_nop 3
  v_mov_b32 v3, s8
  global_store_dword v1, v2, s[6:7]
  global_store_dword v1, v3, s[6:7] offset:256
end dpp_scan

// Maximum over each row of 16, by mirrors and turns; in odd lanes the old value stays where bank masks say so.
begin dpp_rows
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out[4][64]
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  s_waitcnt vmcnt(0)
  v_mov_b32 v3, v2
  s_nop 1
  v_max_u32_dpp v3, v3, v3 quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf
  s_nop 1
  v_max_u32_dpp v3, v3, v3 quad_perm:[2,3,0,1] row_mask:0xf bank_mask:0xf
  s_nop 1
  v_max_u32_dpp v3, v3, v3 row_half_mirror row_mask:0xf bank_mask:0xf
  s_nop 1
  v_max_u32_dpp v3, v3, v3 row_mirror row_mask:0xf bank_mask:0xf
  v_mov_b32 v4, 9
  v_mov_b32 v5, 9
  v_mov_b32 v6, 9
  v_mov_b32_dpp v4, v2 row_ror:3 row_mask:0x5 bank_mask:0xf
  v_mov_b32_dpp v5, v2 row_shl:5 row_mask:0xf bank_mask:0x9
  v_mov_b32_dpp v6, v2 row_newbcast:6 row_mask:0xf bank_mask:0xf
  global_store_dword v1, v3, s[6:7]
  global_store_dword v1, v4, s[6:7] offset:256
  global_store_dword v1, v5, s[6:7] offset:512
  global_store_dword v1, v6, s[6:7] offset:768
end dpp_rows

// The whole wave turned by one lane, both ways and with zeros at the end; under EXEC, lanes that are off give nothing.
begin dpp_wave
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out[4][64]
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  v_mov_b32 v6, 5
  v_mov_b32 v3, 5
  s_waitcnt vmcnt(0)
  s_nop 1
  v_mov_b32_dpp v3, v2 wave_shr:1 row_mask:0xf bank_mask:0xf
  v_mov_b32_dpp v4, v2 wave_rol:1 row_mask:0xf bank_mask:0xf
  v_mov_b32_dpp v5, v2 wave_shl:1 row_mask:0xf bank_mask:0xf bound_ctrl:0
  s_mov_b32 exec_lo, 0x55555555
  s_nop 4
  v_add_u32_dpp v6, v2, v2 quad_perm:[1,2,0,0] row_mask:0xf bank_mask:0xf
  s_mov_b64 exec, -1
  global_store_dword v1, v3, s[6:7]
  global_store_dword v1, v4, s[6:7] offset:256
  global_store_dword v1, v5, s[6:7] offset:512
  global_store_dword v1, v6, s[6:7] offset:768
end dpp_wave

// Four pixels of bytes, alpha-blended in place: a + (b - a) * alpha / 256 by bytes, written into the bytes of one register;
// and signed words picked out of halves.
begin sdwa_pixels
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // a, b, alpha, out[2][64]
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  global_load_dword v3, v1, s[6:7]
  global_load_dword v4, v1, s[8:9]
  v_mov_b32 v7, 0
  s_waitcnt vmcnt(0)
.macro blend byte, to
  v_sub_u16_sdwa v5, v3, v2 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:\byte src1_sel:\byte
  s_nop 0
  v_mul_i32_i24_sdwa v5, sext(v5), v4 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:WORD_0 src1_sel:\byte
  s_nop 0
  v_ashrrev_i32 v5, 8, v5
  v_add_u32_sdwa v7, v5, v2 dst_sel:\byte dst_unused:UNUSED_PRESERVE src0_sel:DWORD src1_sel:\byte
  s_nop 0
.endm
  blend BYTE_0
  blend BYTE_1
  blend BYTE_2
  blend BYTE_3
  v_mov_b32_sdwa v8, sext(v2) dst_sel:WORD_1 dst_unused:UNUSED_SEXT src0_sel:BYTE_2
  s_nop 0
  global_store_dword v1, v7, s[10:11]
  global_store_dword v1, v8, s[10:11] offset:256
end sdwa_pixels

// Butterflies by ds_swizzle (xor within 32 lanes), then lanes bit-reversed by a scatter and fetched back by a gather.
begin swizzles
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out[3][64]
  v_lshlrev_b32 v1, 2, v0
  v_bfrev_b32 v9, v0
  v_lshrrev_b32 v9, 24, v9                      // 4 * the six bits of the lane reversed
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  s_waitcnt vmcnt(0)
  v_mov_b32 v3, v2
.irp by, 1, 2, 4, 8, 16
  ds_swizzle_b32 v4, v3 offset:swizzle(SWAP,\by)
  s_waitcnt lgkmcnt(0)
  v_add_u32 v3, v3, v4
.endr
  ds_permute_b32 v5, v9, v2
  ds_bpermute_b32 v6, v1, v2 offset:12
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v3, s[6:7]
  global_store_dword v1, v5, s[6:7] offset:256
  global_store_dword v1, v6, s[6:7] offset:512
end swizzles

// Words above a limit, packed: each wave draws its places from a counter in LDS (ds_append) and its lanes count themselves.
// What is not above takes places from the end of a list (ds_consume).
begin append
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in[256], above[256]
  s_load_dwordx4 s[8:11], s[0:1], 0x10          // below[256], counts[2]
  s_load_dword s12, s[0:1], 0x20
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v10, 0x100
  v_mov_b32 v11, 0
  v_mov_b32 v12, 256
  ds_write2_b32 v10, v11, v12 offset1:1
  s_waitcnt lgkmcnt(0)
  s_barrier
  global_load_dword v2, v1, s[4:5]
  s_movk_i32 m0, 0xC0
  s_waitcnt vmcnt(0)
  v_cmp_lt_u32 vcc, s12, v2
  s_and_saveexec_b64 s[14:15], vcc
  s_cbranch_execz 1f
  v_mbcnt_lo_u32_b32 v4, exec_lo, 0
  v_mbcnt_hi_u32_b32 v4, exec_hi, v4
  ds_append v3 offset:0x40
  s_waitcnt lgkmcnt(0)
  v_add_lshl_u32 v3, v3, v4, 2
  global_store_dword v3, v2, s[6:7]
1:
  s_andn2_b64 exec, s[14:15], exec
  s_cbranch_execz 2f
  v_mbcnt_lo_u32_b32 v4, exec_lo, 0
  v_mbcnt_hi_u32_b32 v4, exec_hi, v4
  ds_consume v3 offset:0x44
  s_waitcnt lgkmcnt(0)
  v_sub_u32 v3, v3, v4
  v_lshlrev_b32 v3, 2, v3
  global_store_dword v3, v2, s[8:9] offset:-4
2:
  s_mov_b64 exec, -1
  s_barrier
  ds_read2_b32 v[2:3], v10 offset1:1
  v_mov_b32 v4, 0
  s_waitcnt lgkmcnt(0)
  v_cmp_eq_u32 vcc, 0, v0
  s_and_b64 exec, exec, vcc
  global_store_dwordx2 v4, v[2:3], s[10:11]
end append, lds=512

.ifdef gfx950
// Halves and quarters of two registers exchanged: the steps of a transpose of 16 by 4 blocks.
begin permlane_swaps
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in[2][64], out[2][64]
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
  global_load_dword v3, v1, s[4:5] offset:256
  s_waitcnt vmcnt(0)
  s_nop 1
  v_permlane32_swap_b32 v2, v3
  s_nop 1
  v_permlane16_swap_b32 v2, v3
  s_nop 1
  global_store_dword v1, v2, s[6:7]
  global_store_dword v1, v3, s[6:7] offset:256
end permlane_swaps
.endif
