// Buffer descriptors as they are written by hand: strides, swizzles, lanes as indices, ranges, and loads into LDS.
.include "kernel.inc"

// Out[index] gets the dwords 0 and 3 of record `lane + 5` of a buffer of 96-byte records, swizzled by 16 records: element
// e of record i is the dword (i / 16 * 24 + e) * 16 + i % 16.
begin swizzled
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  v_add_u32 v1, 5, v0
  v_lshlrev_b32 v2, 4, v0
  s_waitcnt lgkmcnt(0)
  s_mov_b32 s8, s4
  s_mov_b32 s9, s5
  describe 8, 66, 96, 0x220000                  // 66 records: the last three lanes are out of range
  s_or_b32 s9, s9, 0x80000000
  buffer_load_dwordx4 v[4:7], v1, s[8:11], 0 idxen offset:8
  s_waitcnt vmcnt(0)
  global_store_dwordx4 v2, v[4:7], s[6:7]
end swizzled

// The lane is the index (add_tid): records of 12 bytes; a buffer of private memory as gfx9's scratch had it.
begin lane_index
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  v_mov_b32 v3, 4
  v_lshlrev_b32 v2, 3, v0
  s_waitcnt lgkmcnt(0)
  s_mov_b32 s8, s4
  s_mov_b32 s9, s5
  describe 8, 60, 12, 0x800000                  // 60 records; the format's bits are the stride's
  buffer_load_dword v4, off, s[8:11], 0 offset:8
  buffer_load_dword v5, v3, s[8:11], 0 offen
  s_waitcnt vmcnt(0)
  global_store_dwordx2 v2, v[4:5], s[6:7]
end lane_index

// Raw ranges: dword by dword, soffset included; stores of four dwords at 12 * lane to a buffer of 200 bytes that holds more.
begin raw_range
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  v_mul_u32_u24 v1, 12, v0
  s_movk_i32 s12, 0x8
  s_waitcnt lgkmcnt(0)
  s_mov_b32 s8, s4
  s_mov_b32 s9, s5
  describe 8, 500
  buffer_load_dwordx4 v[4:7], v1, s[8:11], s12 offen offset:4
  s_mov_b32 s8, s6
  s_mov_b32 s9, s7
  describe 8, 204
  s_waitcnt vmcnt(0)
  v_lshlrev_b32 v1, 4, v0
  buffer_store_dwordx4 v[4:7], v1, s[8:11], 0 offen offset:4
end raw_range

// A table of records of 16 bytes with an index and an offset of each lane's own; scalar loads through the same descriptor.
begin structured
  s_load_dwordx8 s[4:11], s[0:1], 0x0           // table, indices, offsets, out
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_load_dword v2, v1, s[6:7]
  global_load_dword v3, v1, s[8:9]
  describe 4, 50, 16
  s_buffer_load_dwordx2 s[12:13], s[4:7], 0x1c
  s_movk_i32 s14, 0x318                         // of 800 bytes: the second dword pair is out of range
  s_buffer_load_dwordx4 s[16:19], s[4:7], s14
  v_lshlrev_b32 v5, 4, v0
  s_waitcnt vmcnt(0) lgkmcnt(0)
  buffer_load_dword v6, v[2:3], s[4:7], 0 idxen offen
  s_add_u32 s16, s16, s17
  s_add_u32 s16, s16, s18
  s_add_u32 s16, s16, s19
  v_mov_b32 v7, s12
  v_mov_b32 v8, s13
  v_mov_b32 v9, s16
  s_waitcnt vmcnt(0)
  global_store_dwordx4 v5, v[6:9], s[10:11]
end structured

// A matrix of 64 x 64 words transposed on its way through LDS, which loads fill without registers: each load takes 64 words
// to M0 and on; the rows stand 65 words apart. Rows from `rows` on read as zero: the descriptor ends.
begin transpose_by_dma
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  s_load_dword s12, s[0:1], 0x10                // rows
  v_lshlrev_b32 v1, 2, v0
  v_mul_u32_u24 v2, 260, v0
  s_waitcnt lgkmcnt(0)
  s_mov_b32 s8, s4
  s_mov_b32 s9, s5
  s_lshl_b32 s12, s12, 8
  describe 8, s12
  s_mov_b32 m0, 0x100                           // in front of the tile stand 256 bytes that stay
  s_mov_b32 s13, 0
1:
  buffer_load_dword v1, s[8:11], s13 offen lds
  s_addk_i32 m0, 260
  s_addk_i32 s13, 256
  s_cmp_lt_u32 s13, 0x4000
  s_cbranch_scc1 1b
  s_waitcnt vmcnt(0)
  s_mov_b32 s13, 0
2:
  ds_read_b32 v3, v2 offset:0x100
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v3, s[6:7]
  v_add_u32 v2, 4, v2
  v_add_u32 v1, 256, v1
  s_addk_i32 s13, 1
  s_cmp_lt_u32 s13, 64
  s_cbranch_scc1 2b
end transpose_by_dma, lds=17152

// Bytes widened on their way into LDS, with the instruction's offset on both sides; lanes that are off leave their slots.
begin bytes_by_dma
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v2, -1
  s_mov_b32 m0, 0x40
  s_waitcnt lgkmcnt(0)
  ds_write_b32 v1, v2 offset:0x60
  s_mov_b32 exec_hi, 0xFFFF
  s_waitcnt lgkmcnt(0)
  global_load_lds_sbyte v0, s[4:5] offset:32
  s_mov_b64 exec, -1
  s_waitcnt vmcnt(0)
  ds_read_b32 v3, v1 offset:0x60
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v3, s[6:7]
end bytes_by_dma, lds=512

.ifdef gfx950
// 16 bytes a lane into LDS, by descriptor and by address; 12 bytes in slots of 16.
begin wide_dma
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, out
  v_lshlrev_b32 v1, 4, v0
  v_xor_b32 v2, 0x30, v1                        // the lanes of four in reverse
  s_waitcnt lgkmcnt(0)
  s_mov_b32 s8, s4
  s_mov_b32 s9, s5
  describe 8, 1000                              // dwords 250 and on are zero
  s_mov_b32 m0, 0
  s_nop 0
  buffer_load_dwordx4 v2, s[8:11], 0 offen lds
  s_movk_i32 m0, 0x400
  s_nop 0
  global_load_lds_dwordx4 v1, s[4:5] offset:16
  s_waitcnt vmcnt(0)
  ds_read_b128 v[4:7], v1
  ds_read_b128 v[8:11], v1 offset:0x410
  s_waitcnt lgkmcnt(0)
  global_store_dwordx4 v1, v[4:7], s[6:7]
  global_store_dwordx4 v1, v[8:11], s[6:7] offset:1024
end wide_dma, lds=2304

// Pairs of bf16 added in memory, eight lanes to a pair; the last two pairs are out of the descriptor's range.
begin add_bf16
  s_load_dwordx4 s[4:7], s[0:1], 0x0            // in, sums
  v_lshlrev_b32 v1, 2, v0
  v_and_b32 v2, 7, v0
  v_lshlrev_b32 v2, 2, v2
  s_waitcnt lgkmcnt(0)
  global_load_dword v3, v1, s[4:5]
  s_mov_b32 s8, s6
  s_mov_b32 s9, s7
  describe 8, 24
  s_waitcnt vmcnt(0)
  buffer_atomic_pk_add_bf16 v3, v2, s[8:11], 0 offen
end add_bf16
.endif
