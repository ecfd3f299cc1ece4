// Words on which LLVM's disassembler crashes are data. (0xff and 0 behind each read as v_cndmask with a literal.)
// RUN: llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx942 -filetype=obj %s -o %t.o
// RUN: ld.lld -shared %t.o -o %t.co
// RUN: kiln inspect %t.co --listing all | FileCheck %s
// CHECK: s_branch
// CHECK: .long 0x497bdbcf
// CHECK: .long 0xd1ff0000
// CHECK: s_endpgm
.amdgcn_target "amdgcn-amd-amdhsa--gfx942"
.text
.globl k
.type k,@function
k:
  s_branch end
  .long 0x497bdbcf, 0xff, 0
  .long 0xd1ff0000, 0xff, 0
end:
  s_endpgm
.size k, .-k
.rodata
.p2align 6
.amdhsa_kernel k
  .amdhsa_next_free_vgpr 4
  .amdhsa_next_free_sgpr 8
  .amdhsa_accum_offset 4
.end_amdhsa_kernel
