# A kernel written by hand: a loop with one matrix instruction, one load into LDS that a wait leaves in flight.
# REQUIRES: compiler
# RUN: llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -filetype=obj %s -o %t.o
# RUN: kiln inspect %t.o --target-dir %targets --listing steady | FileCheck %s
# RUN: kiln inspect %t.o --target-dir %targets --format json | %python -m json.tool > /dev/null
# RUN: not kiln inspect %t.o --kernel nowhere 2>&1 | FileCheck %s --check-prefix=NOWHERE
# The text itself is assembled first.
# RUN: kiln inspect %s --target-dir %targets --listing steady | FileCheck %s
# RUN: not kiln inspect %s --target gfx942 2>&1 | FileCheck %s --check-prefix=OTHER
# RUN: cp %s %t.txt && not kiln inspect %t.txt 2>&1 | FileCheck %s --check-prefix=FOREIGN

# CHECK: Kernel byhand, gfx950
# CHECK: VGPRs{{ +}}132 (4 of them AGPRs)
# CHECK: LDS{{ +}}1024 bytes
# CHECK: scratch{{ +}}0 bytes a lane, 0 scratch instructions
# 136 registers of 512: three waves on each SIMD. Four need 128.
# CHECK: Occupancy    3 waves per SIMD: 3 workgroups of 4 waves in a compute unit of gfx950
# CHECK: vgpr         132, allocated 136      allows 3 workgroups   <- limits
# CHECK: One more workgroup (4 waves per SIMD) takes vgpr <= 128 (4 fewer, 1 granule).
# CHECK: Loop 0, {{.*}} 1 block, 8 instructions   <- steady loop
# CHECK-NEXT: matrix 1, salu 2, lds 1, lds_dma 1, wait 1, barrier 1, branch 1
# CHECK-NEXT: bf16: 16384 FLOPs of a wave
# CHECK-NEXT: SALU per 4 matrix instructions: 8
# CHECK-NEXT: LDS: 1024 bytes loaded, 1024 stored by a wave
# CHECK-NEXT: global memory: 1024 bytes loaded, 0 stored by a wave
# A ds_read_b128 takes 4 phases, a write of 16 bytes a lane into LDS 8.
# CHECK-NEXT: cycles at least: matrix 16, VALU 0, LDS 12, issue 24; VMEM unknown
# CHECK-NEXT: runs 16 times (s8 from 16 by -1 while != 0)
# CHECK-NEXT: bound of a workgroup's iteration: lds, 48 cycles (matrix 16, VALU 0, LDS 48, issue 24; unknown: vmem)
# CHECK-NEXT: before a barrier: vmcnt leaves 1 in flight of 2, for 0x{{.*}}; lgkmcnt leaves 0 in flight of 1
# CHECK: Listing
# CHECK: v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
# CHECK-NOT: s_endpgm
# NOWHERE: the object has no kernel 'nowhere'
# OTHER: error: {{.*}}inspect.s: the text is for gfx950, not for gfx942
# FOREIGN: error: {{.*}}neither a code object nor PTX

.amdgcn_target "amdgcn-amd-amdhsa--gfx950"
.text
.globl byhand
.p2align 8
.type byhand,@function
byhand:
  s_mov_b32 s8, 16
loop:
  buffer_load_dwordx4 v8, s[4:7], 0 offen lds
  ds_read_b128 v[0:3], v9
  s_waitcnt vmcnt(1) lgkmcnt(0)
  s_barrier
  v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
  s_sub_u32 s8, s8, 1
  s_cmp_lg_u32 s8, 0
  s_cbranch_scc1 loop
  s_endpgm
.Lend:
.size byhand, .Lend-byhand

.amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.target: amdgcn-amd-amdhsa--gfx950
amdhsa.kernels:
  - .name: byhand
    .symbol: byhand.kd
    .kernarg_segment_size: 0
    .kernarg_segment_align: 4
    .group_segment_fixed_size: 1024
    .private_segment_fixed_size: 0
    .max_flat_workgroup_size: 256
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 132
    .agpr_count: 4
    .sgpr_spill_count: 0
    .vgpr_spill_count: 0
...
.end_amdgpu_metadata
