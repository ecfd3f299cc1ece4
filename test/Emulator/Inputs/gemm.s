// C[64 x 64] = A[64 x k] * B[64 x k], f16 to f32, as written by hand: four waves, two buffers in LDS, tiles of 16 along k.
// Wave w copies the half w % 2 of the tile's columns of A (w < 2) or B, and computes the block (w / 2, w % 2) of C.
// On gfx950 the copies go straight into LDS; on gfx942 (symbol `gfx942` defined) through registers.
.text
.globl gemm
.p2align 8
.type gemm,@function
gemm:
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // A, B
  s_load_dwordx2 s[8:9], s[0:1], 0x10           // C
  s_load_dword s10, s[0:1], 0x18                // k
  v_lshrrev_b32 v1, 6, v0
  v_and_b32 v2, 63, v0                          // (one wait state before a lane is read)
  v_readfirstlane_b32 s11, v1                   // wave
  s_waitcnt lgkmcnt(0)
  s_cmp_lt_u32 s11, 2
  s_cselect_b32 s12, s4, s6
  s_cselect_b32 s13, s5, s7
  s_lshl_b32 s16, s10, 1                        // bytes of a row
  s_lshl_b32 s14, s16, 6
  s_mov_b32 s15, 0x20000
  s_and_b32 s17, s11, 1
  s_lshl_b32 s18, s17, 4
  v_mul_lo_u32 v3, v2, s16
  v_add_u32 v3, s18, v3                         // of this lane's 16 bytes in memory
  s_lshl_b32 s19, s11, 10                       // of this wave's 64 x 16 bytes in LDS
  v_and_b32 v4, 31, v2
  v_lshrrev_b32 v5, 5, v2
.ifdef gfx942
  v_lshlrev_b32 v6, 3, v5                       // 32x32x8: lanes 32.. have columns 4..7 of a half
.else
  v_lshlrev_b32 v6, 10, v5                      // 32x32x16: lanes 32.. have the other half
.endif
  v_lshl_add_u32 v6, v4, 4, v6
  s_lshr_b32 s20, s11, 1
  s_lshl_b32 s21, s20, 9
  v_add_u32 v7, s21, v6                         // of this lane's operands in LDS
  s_lshl_b32 s22, s17, 9
  v_add_u32 v8, s22, v6
  v_add_u32 v8, 0x800, v8
  v_lshl_add_u32 v11, s20, 3, v5                // of this lane's results in C: row 32 * (w / 2) + 4 * (lane / 32)
  v_lshlrev_b32 v11, 10, v11
  s_lshl_b32 s22, s17, 7
  v_lshl_add_u32 v11, v4, 2, v11
  v_add_u32 v11, s22, v11
  v_add_u32 v12, 0x1000, v11
.set reg, 16
.rept 16
  v_mov_b32 v[reg], 0
.set reg, reg + 1
.endr
  s_mov_b32 s23, 0                              // the tile's first column, in bytes
  s_mov_b32 s24, 0                              // the buffer that is filled
  s_lshr_b32 s25, s10, 4                        // tiles to come
.ifdef gfx942
  v_lshlrev_b32 v13, 4, v2
  v_add_u32 v13, s19, v13
  buffer_load_dwordx4 v[40:43], v3, s[12:15], s23 offen
.else
  s_mov_b32 m0, s19
  s_nop 0
  buffer_load_dwordx4 v3, s[12:15], s23 offen lds
.endif
loop:
  s_sub_u32 s25, s25, 1
  s_add_u32 s23, s23, 32
  s_mov_b32 s27, s24                            // the buffer that is used
  s_xor_b32 s24, s24, 0x1000
.ifdef gfx942
  v_add_u32 v14, s27, v13
  s_waitcnt vmcnt(0)
  ds_write_b128 v14, v[40:43]
  s_cmp_eq_u32 s25, 0
  s_cbranch_scc1 last
  buffer_load_dwordx4 v[40:43], v3, s[12:15], s23 offen
last:
  s_waitcnt lgkmcnt(0)
  s_barrier
.else
  s_add_u32 s26, s19, s24
  s_mov_b32 m0, s26
  s_cmp_eq_u32 s25, 0
  s_cbranch_scc1 last
  buffer_load_dwordx4 v3, s[12:15], s23 offen lds
  s_waitcnt vmcnt(1)
  s_barrier
  s_branch compute
last:
  s_waitcnt vmcnt(0)
  s_barrier
compute:
.endif
  v_add_u32 v9, s27, v7
  v_add_u32 v10, s27, v8
.ifdef gfx942
  ds_read_b64 v[32:33], v9
  ds_read_b64 v[36:37], v10
  ds_read_b64 v[34:35], v9 offset:1024
  ds_read_b64 v[38:39], v10 offset:1024
  s_waitcnt lgkmcnt(2)
  v_mfma_f32_32x32x8_f16 v[16:31], v[32:33], v[36:37], v[16:31]
  s_waitcnt lgkmcnt(0)
  v_mfma_f32_32x32x8_f16 v[16:31], v[34:35], v[38:39], v[16:31]
.else
  ds_read_b128 v[32:35], v9
  ds_read_b128 v[36:39], v10
  s_waitcnt lgkmcnt(0)
  s_barrier                                     // the buffer may be filled again
  v_mfma_f32_32x32x16_f16 v[16:31], v[32:35], v[36:39], v[16:31]
.endif
  s_cmp_lg_u32 s25, 0
  s_cbranch_scc1 loop
  s_nop 7                                       // 8 passes: 12 wait states (gfx942: 11), two of them above
.ifdef gfx942
  s_nop 0
.else
  s_nop 1
.endif
.set reg, 0
.rept 8
  global_store_dword v11, v[16 + reg], s[8:9] offset:(reg / 4 * 8 + reg % 4) * 256
.set reg, reg + 1
.endr
.set reg, 0
.rept 8
  global_store_dword v12, v[24 + reg], s[8:9] offset:(reg / 4 * 8 + reg % 4) * 256
.set reg, reg + 1
.endr
  s_endpgm

.rodata
.p2align 6
.amdhsa_kernel gemm
  .amdhsa_group_segment_fixed_size 8192
  .amdhsa_kernarg_size 28
  .amdhsa_next_free_vgpr 64
  .amdhsa_next_free_sgpr 32
  .amdhsa_accum_offset 64
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_user_sgpr_count 2
  .amdhsa_system_sgpr_workgroup_id_x 1
.end_amdhsa_kernel
