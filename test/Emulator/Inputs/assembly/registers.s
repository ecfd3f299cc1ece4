// Control of the scalar unit as it is written by hand: skipped vector code, indexed registers, scalar stores and atomics,
// subroutines, preloaded arguments.
.include "kernel.inc"

// Steps are skipped with VSKIP instead of branches: bit i of the mask (of workgroup w: the mask's w-th byte) lets step i
// add 1 << 4 * i and store the sum as row i.
begin skipped_steps
  s_load_dwordx2 s[4:5], s[0:1], 0x0            // out[w][8][64]
  s_load_dwordx2 s[6:7], s[0:1], 0x8            // masks
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v2, v0
  s_lshl_b32 s8, s2, 11
  s_waitcnt lgkmcnt(0)
  s_add_u32 s4, s4, s8
  s_addc_u32 s5, s5, 0
  s_lshl_b32 s8, s2, 3
  s_lshr_b64 s[6:7], s[6:7], s8
  s_not_b32 s6, s6
  s_mov_b32 s9, 0
  s_mov_b32 s10, 1
1:
  s_setvskip s6, s9
  v_add_u32 v2, s10, v2
  global_store_dword v1, v2, s[4:5]
  s_lshl_b32 s10, s10, 4                        // scalar code goes on
  s_add_u32 s4, s4, 256
  s_addc_u32 s5, s5, 0
  s_setvskip 0, 0
  s_addk_i32 s9, 1
  s_cmp_lt_u32 s9, 8
  s_cbranch_scc1 1b
end skipped_steps

// An array of 16 words a lane in v[32:47], element by element turned by `turn`: the destination moves, then the source.
begin indexed_registers
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in[16][64], out[16][64]
  s_load_dword s8, s[0:1], 0x10                 // turn
  v_lshlrev_b32 v1, 2, v0
  s_mov_b32 s9, 0
  s_waitcnt lgkmcnt(0)
1:
  global_load_dword v2, v1, s[4:5]
  s_add_u32 s10, s9, s8
  s_and_b32 s10, s10, 15
  s_add_u32 s4, s4, 256
  s_addc_u32 s5, s5, 0
  s_waitcnt vmcnt(0)
  s_set_gpr_idx_on s10, gpr_idx(DST)
  v_mov_b32 v32, v2
  s_set_gpr_idx_off
  s_addk_i32 s9, 1
  s_cmp_lt_u32 s9, 16
  s_cbranch_scc1 1b
  s_mov_b32 s9, 0
  s_set_gpr_idx_on s9, gpr_idx(SRC0)
2:
  s_set_gpr_idx_idx s9                          // out[i] = array[i] + i * array[15 - i]
  v_mov_b32 v3, v32
  s_set_gpr_idx_mode gpr_idx(SRC1)
  s_sub_u32 s10, 15, s9
  s_set_gpr_idx_idx s10
  v_mul_lo_u32 v4, s9, v32
  s_set_gpr_idx_mode gpr_idx(SRC0)
  s_set_gpr_idx_off
  v_add_u32 v3, v3, v4
  global_store_dword v1, v3, s[6:7]
  s_add_u32 s6, s6, 256
  s_addc_u32 s7, s7, 0
  s_addk_i32 s9, 1
  s_set_gpr_idx_on s9, gpr_idx(SRC0)
  s_cmp_lt_u32 s9, 16
  s_cbranch_scc1 2b
  s_set_gpr_idx_off
end indexed_registers

// The element that each lane names, by a loop over the values that lanes have (a waterfall): array[lane's index] * 3.
begin waterfall
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // indices, out
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[4:5]
.set n, 0
.rept 8
  v_mov_b32 v[32 + n], 100 + n
.set n, n + 1
.endr
  s_waitcnt vmcnt(0)
1:
  v_readfirstlane_b32 s8, v2
  s_nop 1
  v_cmp_eq_u32 vcc, s8, v2
  s_and_saveexec_b64 s[10:11], vcc
  s_set_gpr_idx_on s8, gpr_idx(SRC0)
  v_mul_u32_u24 v3, v32, 3
  s_set_gpr_idx_off
  s_xor_b64 exec, exec, s[10:11]
  s_cbranch_execnz 1b
  s_mov_b64 exec, -1
  global_store_dword v1, v3, s[6:7]
end waterfall

// A table in scalar registers, read and written relative to M0: prefix sums of 8 words, out by scalar stores.
begin scalar_table
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in[8], out[8]
  s_waitcnt lgkmcnt(0)
  s_load_dwordx8 s[16:23], s[4:5], 0x0
  s_mov_b32 s8, 0
  s_mov_b32 m0, 0
  s_waitcnt lgkmcnt(0)
1:
  s_movrels_b32 s9, s16
  s_add_u32 s8, s8, s9
  s_movreld_b32 s16, s8
  s_add_u32 m0, m0, 1
  s_cmp_lt_u32 m0, 8
  s_cbranch_scc1 1b
  s_store_dwordx4 s[16:19], s[6:7], 0x0 glc
  s_store_dwordx2 s[20:21], s[6:7], 0x10 glc
  s_store_dword s22, s[6:7], 0x18 glc
  s_store_dword s23, s[6:7], 0x1c glc
  s_waitcnt lgkmcnt(0)
  s_dcache_wb
end scalar_table

// Every workgroup draws a ticket with a scalar atomic and leaves its number and a count of what is left.
begin scalar_tickets
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // counters[2], out
  s_mov_b32 s8, 1
  s_mov_b32 s9, 7
  s_waitcnt lgkmcnt(0)
  s_atomic_add s8, s[4:5], 0x0 glc
  s_atomic_dec s9, s[4:5], 0x4 glc
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s8, s8, 3
  s_add_u32 s6, s6, s8
  s_addc_u32 s7, s7, 0
  s_store_dword s2, s[6:7], 0x0
  s_store_dword s9, s[6:7], 0x4
  s_waitcnt lgkmcnt(0)
  s_dcache_wb
end scalar_tickets

// Subroutines: called by s_call_b64 and through an address, one inside the other, and a jump into a table of branches.
begin subroutines
  s_load_dwordx2 s[4:5], s[0:1], 0x0            // out[4][64]
  v_mov_b32 v1, v0
  s_call_b64 s[10:11], square_and_add           // v1 = v1 * v1 + 3
  v_mov_b32 v4, v1
  s_getpc_b64 s[12:13]
  s_add_u32 s12, s12, add_three-.
  s_addc_u32 s13, s13, 0
  s_swappc_b64 s[14:15], s[12:13]
  v_mov_b32 v5, v1
  s_and_b32 s6, s2, 3
  s_lshl_b32 s6, s6, 3                          // two instructions of four bytes an entry
  s_getpc_b64 s[12:13]
2:
  s_add_u32 s12, s12, s6
  s_addc_u32 s13, s13, 0
  s_add_u32 s12, s12, 3f-2b
  s_addc_u32 s13, s13, 0
  s_setpc_b64 s[12:13]
3:
  v_mov_b32 v6, 10
  s_branch 4f
  v_mov_b32 v6, 20
  s_branch 4f
  v_mov_b32 v6, 30
  s_branch 4f
  v_mov_b32 v6, 40
4:
  v_mul_u32_u24 v1, 12, v0
  s_mul_i32 s6, s2, 768
  v_add_u32 v1, s6, v1
  s_waitcnt lgkmcnt(0)
  global_store_dwordx3 v1, v[4:6], s[4:5]
  s_endpgm
square_and_add:
  v_mul_lo_u32 v1, v1, v1
  s_mov_b64 s[16:17], s[10:11]
  s_getpc_b64 s[12:13]
5:
  s_add_u32 s12, s12, add_three-5b
  s_addc_u32 s13, s13, 0
  s_swappc_b64 s[14:15], s[12:13]
  s_setpc_b64 s[16:17]
add_three:
  v_add_u32 v1, 3, v1
  s_setpc_b64 s[14:15]
end subroutines

// Time, priority, messages, caches, and a trap for a debugger that is not there: nothing that is computed depends on them.
begin without_effect
  s_load_dwordx2 s[4:5], s[0:1], 0x0
  v_lshlrev_b32 v1, 2, v0
  s_setprio 3
  s_sleep 2
  s_sethalt 0
  s_ttracedata
  s_icache_inv
  s_dcache_inv
  s_sendmsg sendmsg(MSG_INTERRUPT)
  s_incperflevel 1
  s_decperflevel 1
  s_trap 3
  buffer_wbl2 sc1
  buffer_inv sc1
  s_memtime s[8:9]
  s_waitcnt lgkmcnt(0)
  s_memtime s[10:11]
  s_waitcnt lgkmcnt(0)
  s_sub_u32 s8, s10, s8
  s_subb_u32 s9, s11, s9
  s_cmp_lt_i32 s9, 0
  s_cselect_b32 s8, 1, 0                        // 1: time runs backwards
  s_wakeup
  s_setprio 0
  v_mov_b32 v2, s8
  global_store_dword v1, v2, s[4:5]
end without_effect

// Arguments come in s[2:7]; an entry 256 bytes before is for firmware that cannot preload, and traps.
.text
.globl preloaded
.p2align 8
.type preloaded,@function
preloaded:
  s_trap 2
  s_endpgm
.p2align 8, 0
  v_lshlrev_b32 v1, 2, v0
  v_mul_lo_u32 v2, v0, s4
  v_add_u32 v2, s5, v2
  s_lshl_b32 s8, s8, 8                          // the workgroup comes behind the arguments
  v_add_u32 v1, s8, v1
  global_store_dword v1, v2, s[2:3]
  s_endpgm
.rodata
.p2align 6
.amdhsa_kernel preloaded
  .amdhsa_kernarg_size 24
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_user_sgpr_kernarg_preload_length 6
  .amdhsa_user_sgpr_kernarg_preload_offset 0
  .amdhsa_user_sgpr_count 8
  .amdhsa_next_free_vgpr 8
  .amdhsa_next_free_sgpr 16
  .amdhsa_accum_offset 8
.end_amdhsa_kernel
