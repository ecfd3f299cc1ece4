// The system register TG_SIZE (CDNA4 manual 3.13): first wave 31, wave [24:20], waves [5:0]. TTMP registers read as zero.
// RUN: llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -filetype=obj %s -o %t.o && ld.lld -shared %t.o -o %t.co
// RUN: kiln run %t.co --device emulator --no-observers --grid 1 --block 192 --arg zeros:u32[192],save=%t.npy
// RUN: %python -c "import numpy, sys; assert (numpy.load(sys.argv[1]) == [(w == 0) << 31 | w << 20 | 3 for w in range(3) for _ in range(64)]).all()" %t.npy
.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.p2align 8
.globl kernel
.type kernel,@function
kernel:
  s_load_dwordx2 s[0:1], s[0:1], 0x0
  s_or_b32 s3, s3, ttmp9
  v_mov_b32 v2, s3
  v_lshlrev_b32 v1, 2, v0
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v2, s[0:1]
  s_endpgm
.size kernel, .-kernel

.rodata
.p2align 6
.amdhsa_kernel kernel
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_system_sgpr_workgroup_info 1
  .amdhsa_kernarg_size 8
  .amdhsa_next_free_vgpr 8
  .amdhsa_next_free_sgpr 8
  .amdhsa_accum_offset 8
.end_amdhsa_kernel
