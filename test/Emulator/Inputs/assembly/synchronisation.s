// Waves and workgroups that wait for each other by memory: semaphores, flags, locks, barriers of the whole grid.
.include "kernel.inc"

// Split K: each workgroup adds its part to the sums; the last one that arrives halves them. The semaphore wraps to zero.
begin split_k
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // parts[w][64], sums[64], semaphore, out[64]
  s_load_dword s12, s[0:1], 0x20                // workgroups - 1
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v5, 0
  s_lshl_b32 s13, s2, 8
  s_waitcnt lgkmcnt(0)
  s_add_u32 s4, s4, s13
  s_addc_u32 s5, s5, 0
  global_load_dword v2, v1, s[4:5]
  s_waitcnt vmcnt(0)
  global_atomic_add_f32 v1, v2, s[6:7]
  s_waitcnt vmcnt(0)
  v_mov_b32 v3, s12
  s_mov_b64 exec, 1
  global_atomic_inc v4, v5, v3, s[8:9] sc0
  s_waitcnt vmcnt(0)
  v_readfirstlane_b32 s16, v4
  s_mov_b64 exec, -1
  s_cmp_lg_u32 s16, s12
  s_cbranch_scc1 1f
  buffer_inv sc1
  global_load_dword v2, v1, s[6:7] sc1
  s_waitcnt vmcnt(0)
  v_mul_f32 v2, 0.5, v2
  global_store_dword v1, v2, s[10:11]
1:
end split_k

// Stream K: a workgroup leaves its part and raises its flag; every fourth one waits for the three behind it, which may not
// have begun, and adds their parts. Flags are polled by scalar loads past the cache.
begin stream_k
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // in[w][64], parts[w][64], flags[w], out[w / 4][64]
  v_lshlrev_b32 v1, 2, v0
  s_lshl_b32 s12, s2, 8
  s_lshl_b32 s13, s2, 2
  s_waitcnt lgkmcnt(0)
  s_add_u32 s4, s4, s12
  s_addc_u32 s5, s5, 0
  s_add_u32 s6, s6, s12
  s_addc_u32 s7, s7, 0
  s_add_u32 s8, s8, s13
  s_addc_u32 s9, s9, 0
  global_load_dword v2, v1, s[4:5]
  s_and_b32 s14, s2, 3
  s_cbranch_scc0 owner
  s_waitcnt vmcnt(0)
  global_store_dword v1, v2, s[6:7] sc0 sc1
  s_mov_b32 s15, 1
  s_waitcnt vmcnt(0)
  s_store_dword s15, s[8:9], 0x0 glc
  s_waitcnt lgkmcnt(0)
  s_dcache_wb
  s_endpgm
owner:
  s_mov_b32 s16, 3
  s_waitcnt vmcnt(0)
1:
  s_add_u32 s8, s8, 4
  s_addc_u32 s9, s9, 0
  s_add_u32 s6, s6, 256
  s_addc_u32 s7, s7, 0
2:
  s_sleep 1
  s_load_dword s15, s[8:9], 0x0 glc
  s_waitcnt lgkmcnt(0)
  s_cmp_eq_u32 s15, 0
  s_cbranch_scc1 2b
  global_load_dword v3, v1, s[6:7] sc0 sc1
  s_waitcnt vmcnt(0)
  v_add_u32 v2, v2, v3
  s_sub_u32 s16, s16, 1
  s_cmp_lg_u32 s16, 0
  s_cbranch_scc1 1b
  s_lshr_b32 s12, s12, 2
  s_add_u32 s10, s10, s12
  s_addc_u32 s11, s11, 0
  global_store_dword v1, v2, s[10:11]
end stream_k

// The whole grid of four waves each does `rounds` steps x[i] = x[i - 1] + x[i + 1] of a ring, with a barrier of all between.
begin rounds
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // x, y
  s_load_dwordx2 s[8:9], s[0:1], 0x10           // counter
  s_load_dwordx2 s[10:11], s[0:1], 0x18         // rounds, workgroups
  v_lshl_add_u32 v1, s2, 8, v0
  v_mov_b32 v8, 1
  v_mov_b32 v9, 0
  s_mov_b32 s12, 0                              // arrivals to wait for
  s_waitcnt lgkmcnt(0)
  s_lshl_b32 s13, s11, 8
  s_sub_u32 s13, s13, 1                         // mask of the ring
  v_add_u32 v2, 1, v1
  v_and_b32 v2, s13, v2
  v_subrev_u32 v3, 1, v1
  v_and_b32 v3, s13, v3
  v_lshlrev_b32 v1, 2, v1
  v_lshlrev_b32 v2, 2, v2
  v_lshlrev_b32 v3, 2, v3
1:
  global_load_dword v4, v2, s[4:5] sc1
  global_load_dword v5, v3, s[4:5] sc1
  s_waitcnt vmcnt(0)
  v_add_u32 v4, v4, v5
  global_store_dword v1, v4, s[6:7] sc1
  s_mov_b64 s[14:15], s[4:5]
  s_mov_b64 s[4:5], s[6:7]
  s_mov_b64 s[6:7], s[14:15]
  s_add_u32 s12, s12, s11
  s_waitcnt vmcnt(0)
  s_barrier
  v_cmp_eq_u32 vcc, 0, v0
  s_and_saveexec_b64 s[16:17], vcc
  s_cbranch_execz 3f
  global_atomic_add v9, v8, s[8:9] sc1
2:
  global_load_dword v6, v9, s[8:9] sc1
  s_waitcnt vmcnt(0)
  v_cmp_gt_u32 vcc, s12, v6
  s_cbranch_vccnz 2b
3:
  s_mov_b64 exec, s[16:17]
  s_barrier
  buffer_inv sc1
  s_sub_u32 s10, s10, 1
  s_cmp_lg_u32 s10, 0
  s_cbranch_scc1 1b
end rounds

// A lock in LDS, taken by one lane of each of eight waves; under it, the wave adds its number to a log and to a sum.
begin lock
  s_load_dwordx2 s[4:5], s[0:1], 0x0            // out[9]: the sum, then waves in the order they came
  v_lshrrev_b32 v1, 6, v0
  v_mov_b32 v2, 0
  v_mov_b32 v3, 1
  v_mov_b32 v8, 0
  v_cmp_gt_u32 vcc, 64, v0
  s_and_saveexec_b64 s[6:7], vcc
  v_mov_b32 v5, 0
  ds_write2_b32 v8, v5, v5 offset1:1
  ds_write_b32 v8, v5 offset:8
  s_mov_b64 exec, s[6:7]
  s_waitcnt lgkmcnt(0)
  s_barrier
  s_mov_b64 exec, 1
1:
  ds_cmpst_rtn_b32 v4, v8, v2, v3               // 0 -> 1
  s_waitcnt lgkmcnt(0)
  v_cmp_ne_u32 vcc, 0, v4
  s_cbranch_vccnz 1b
  ds_inc_rtn_u32 v5, v8, v1 offset:4
  ds_add_rtn_u32 v6, v8, v1 offset:8
  s_waitcnt lgkmcnt(0)
  ds_wrxchg_rtn_b32 v4, v8, v2
  s_waitcnt lgkmcnt(0)
  global_atomic_add v8, v1, s[4:5]
end lock, lds=16

// Wave 0 makes tiles of 64 words and waves 1 to 3 consume them, by flags in LDS: no barrier but the first.
begin producer
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in[tiles][64], out[3][64]
  s_load_dword s8, s[0:1], 0x10                 // tiles
  v_and_b32 v1, 63, v0
  v_lshlrev_b32 v1, 2, v1
  v_lshrrev_b32 v2, 6, v0
  v_mov_b32 v8, 0
  v_mov_b32 v9, 1
  v_readfirstlane_b32 s9, v2
  v_mov_b32 v10, 0                              // the sum
  s_mov_b32 s10, 0                              // the tile
  s_cmp_lg_u32 s9, 0
  s_cbranch_scc1 1f
  ds_write2_b32 v8, v8, v8 offset0:64 offset1:65
1:
  s_waitcnt lgkmcnt(0)
  s_barrier
  s_cmp_lg_u32 s9, 0
  s_cbranch_scc1 consumer
make:                                           // [256]: tiles made; [260]: times consumed
  global_load_dword v3, v1, s[4:5]
  s_mul_i32 s11, s10, 3
2:
  v_mov_b32 v4, 0
  ds_add_rtn_u32 v4, v8, v4 offset:260
  s_waitcnt lgkmcnt(0)
  v_readfirstlane_b32 s12, v4
  s_cmp_lt_u32 s12, s11
  s_cbranch_scc1 2b
  s_waitcnt vmcnt(0)
  ds_write_b32 v1, v3
  s_waitcnt lgkmcnt(0)
  s_mov_b64 exec, 1
  ds_add_u32 v8, v9 offset:256
  s_mov_b64 exec, -1
  s_add_u32 s4, s4, 256
  s_addc_u32 s5, s5, 0
  s_addk_i32 s10, 1
  s_cmp_lt_u32 s10, s8
  s_cbranch_scc1 make
  s_endpgm
consumer:
  v_mov_b32 v4, 0
  ds_add_rtn_u32 v4, v8, v4 offset:256
  s_waitcnt lgkmcnt(0)
  v_readfirstlane_b32 s12, v4
  s_cmp_le_u32 s12, s10
  s_cbranch_scc1 consumer
  ds_read_b32 v3, v1
  s_waitcnt lgkmcnt(0)
  s_mov_b64 exec, 1
  ds_add_u32 v8, v9 offset:260
  s_mov_b64 exec, -1
  v_mul_lo_u32 v10, v10, s9
  v_add_u32 v10, v10, v3
  s_addk_i32 s10, 1
  s_cmp_lt_u32 s10, s8
  s_cbranch_scc1 consumer
  v_lshl_add_u32 v1, v2, 8, v1
  global_store_dword v1, v10, s[6:7] offset:-256
end producer, lds=264

// Waves that take different times to each barrier: wave w spins 50 * w rounds, and ends after w + 4 steps. Each step hands
// a word on to the next wave that is still there.
begin uneven
  s_load_dwordx2 s[4:5], s[0:1], 0x0            // out[4]
  v_lshrrev_b32 v1, 6, v0
  v_mov_b32 v3, 0
  s_nop 0
  v_readfirstlane_b32 s6, v1
  s_mov_b32 s7, 0
  v_lshlrev_b32 v1, 2, v1
  s_add_u32 s9, s6, 4
1:
  v_add_u32 v2, s7, v1
  ds_write_b32 v1, v2
  s_mul_i32 s8, s6, 50
2:
  s_sub_u32 s8, s8, 1
  s_cmp_gt_i32 s8, 0
  s_cbranch_scc1 2b
  s_waitcnt lgkmcnt(0)
  s_barrier
  v_mov_b32 v4, 12                              // wave 3 is there to the end
  ds_read_b32 v4, v4
  s_waitcnt lgkmcnt(0)
  v_add_u32 v3, v3, v4
  s_barrier
  s_addk_i32 s7, 1
  s_cmp_lt_u32 s7, s9
  s_cbranch_scc1 1b
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v3, s[4:5]
end uneven, lds=16
