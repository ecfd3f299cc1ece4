// Registers behind accum_offset and inside the allocation are a kernel's; those outside are not (manual 3.6.1).
// RUN: llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx942 -filetype=obj %s -o %t.o && ld.lld -shared %t.o -o %t.co
// RUN: not kiln run %t.co --device emulator --grid 1 --block 64 --arg zeros:u32[64],save=%t.npy | FileCheck %s
// RUN: %python -c "import numpy, sys; assert (numpy.load(sys.argv[1]) == numpy.arange(64) + 5).all()" %t.npy
.amdgcn_target "amdgcn-amd-amdhsa--gfx942"
.text
.p2align 8
.globl kernel
.type kernel,@function
kernel:
  s_load_dwordx2 s[0:1], s[0:1], 0x0
  v_add_u32 v20, 5, v0
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v40, 1       // dropped: there are 32
  s_mov_b32 s16, 9       // dropped: 8, and six that VCC and the like stand in, make 16
  v_cmp_eq_u32 vcc, s18, v1
  v_mov_b32 v22, s13     // the last before VCC
// CHECK: unallocated-register: v40 is written, and the wave has 32 registers v: the instruction is ignored
// CHECK: unallocated-register: s16 is written, and the wave has 16 registers s: the result is dropped
// CHECK: unallocated-register: s18 is read, and the wave has 16 registers s: s0 is read
// CHECK-NOT: unallocated-register
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v20, s[0:1]
  s_endpgm
.size kernel, .-kernel

.rodata
.p2align 6
.amdhsa_kernel kernel
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_kernarg_size 8
  .amdhsa_next_free_vgpr 32
  .amdhsa_next_free_sgpr 8
  .amdhsa_accum_offset 4
.end_amdhsa_kernel

.amdgpu_metadata
amdhsa.version: [1, 2]
amdhsa.kernels:
  - .name: kernel
    .symbol: kernel.kd
    .kernarg_segment_size: 8
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 0
    .private_segment_fixed_size: 0
    .wavefront_size: 64
    .sgpr_count: 8
    .vgpr_count: 32
    .max_flat_workgroup_size: 64
    .args:
      - {.offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
.end_amdgpu_metadata
