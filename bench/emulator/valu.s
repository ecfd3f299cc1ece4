// One wave in a loop of 32 vector instructions.
.text
.globl valu
.p2align 8
.type valu,@function
valu:
.set reg, 1
.rept 31
  v_mov_b32 v[reg], v0
.set reg, reg + 1
.endr
  s_mov_b32 s4, 0x10000
loop:
.set reg, 0
.rept 16
  v_fma_f32 v[1 + reg % 8], v[9 + reg % 4], v[13 + reg % 3], v[1 + reg % 8]
  v_add_u32 v[17 + reg % 8], v[17 + reg % 8], v[9 + reg % 4]
.set reg, reg + 1
.endr
  s_sub_u32 s4, s4, 1
  s_cmp_lg_u32 s4, 0
  s_cbranch_scc1 loop
  s_endpgm

// What a process costs that hardly executes anything.
.globl empty
.p2align 8
.type empty,@function
empty:
  s_endpgm

// Ten thousand instructions, each executed once: what decoding costs.
.globl straight
.p2align 8
.type straight,@function
straight:
.set reg, 1
.rept 31
  v_mov_b32 v[reg], v0
.set reg, reg + 1
.endr
.set reg, 0
.rept 1000
  v_fma_f32 v[1 + reg % 29], v[1 + reg % 23], v[1 + reg % 19], v[1 + reg % 17]
  v_add_u32 v[1 + reg % 28], v[1 + reg % 23], v[1 + reg % 19]
  v_lshlrev_b32 v[1 + reg % 27], 3, v[1 + reg % 23]
  v_mul_f32 v[1 + reg % 26], v[1 + reg % 23], v[1 + reg % 19]
  v_xor_b32 v[1 + reg % 25], v[1 + reg % 23], v[1 + reg % 19]
  s_add_u32 s4, s2, 1
  v_cvt_f32_u32 v[1 + reg % 24], v[1 + reg % 23]
  v_max_f32 v[1 + reg % 22], v[1 + reg % 23], v[1 + reg % 19]
  v_pk_add_f16 v[1 + reg % 21], v[1 + reg % 23], v[1 + reg % 19]
  v_mad_u32_u24 v[1 + reg % 20], v[1 + reg % 23], v[1 + reg % 19], v[1 + reg % 17]
.set reg, reg + 1
.endr
  s_endpgm

.rodata
.macro descriptor name
.p2align 6
.amdhsa_kernel \name
  .amdhsa_next_free_vgpr 32
  .amdhsa_next_free_sgpr 16
  .amdhsa_accum_offset 32
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_user_sgpr_count 2
  .amdhsa_system_sgpr_workgroup_id_x 1
.end_amdhsa_kernel
.endm
descriptor valu
descriptor empty
descriptor straight
