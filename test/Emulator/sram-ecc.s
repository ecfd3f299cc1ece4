// A load of 16 bits clears the other half of its register on a chip with SRAM ECC, and keeps it for code that asks for
// none (LLVM, d16PreservesUnusedBits).
// RUN: sed 's/ECC/sramecc-/' %s | llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -mattr=-sramecc -filetype=obj -o %t.o && ld.lld -shared %t.o -o %t-off.co
// RUN: sed 's/ECC/sramecc+/' %s | llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -mattr=+sramecc -filetype=obj -o %t.o && ld.lld -shared %t.o -o %t-on.co
// RUN: sed 's/:ECC//' %s | llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -filetype=obj -o %t.o && ld.lld -shared %t.o -o %t-any.co
// RUN: kiln run %t-off.co --device emulator --grid 1 --block 64 --arg zeros:u32[64],save=%t-off.npy
// RUN: kiln run %t-on.co --device emulator --grid 1 --block 64 --arg zeros:u32[64],save=%t-on.npy
// RUN: kiln run %t-any.co --device emulator --grid 1 --block 64 --arg zeros:u32[64],save=%t-any.npy
// RUN: %python -c "import numpy, sys; assert (numpy.load(sys.argv[1]) == (7 << 16 | numpy.arange(64))).all()" %t-off.npy
// RUN: %python -c "import numpy, sys; assert (numpy.load(sys.argv[1]) == 7 << 16).all()" %t-on.npy
// RUN: %python -c "import numpy, sys; assert (numpy.load(sys.argv[1]) == 7 << 16).all()" %t-any.npy
.amdgcn_target "amdgcn-amd-amdhsa--gfx950:ECC"
.text
.p2align 8
.globl kernel
.type kernel,@function
kernel:
  s_load_dwordx2 s[2:3], s[0:1], 0x0
  v_lshlrev_b32 v1, 2, v0
  v_mov_b32 v2, 7
  s_waitcnt lgkmcnt(0)
  global_store_dword v1, v2, s[2:3]
  s_waitcnt vmcnt(0)
  global_load_short_d16_hi v0, v1, s[2:3]
  s_waitcnt vmcnt(0)
  global_store_dword v1, v0, s[2:3]
  s_endpgm
.size kernel, .-kernel

.rodata
.p2align 6
.amdhsa_kernel kernel
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
  .amdhsa_kernarg_size 8
  .amdhsa_next_free_vgpr 8
  .amdhsa_next_free_sgpr 8
  .amdhsa_accum_offset 8
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
    .vgpr_count: 8
    .max_flat_workgroup_size: 64
    .args:
      - {.offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
.end_amdgpu_metadata
