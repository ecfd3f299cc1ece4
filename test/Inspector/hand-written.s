// Hand-written kernels leave things out: "first" has no .size and ends where "other" begins; of "other" only the
// descriptor tells. Padding belongs to neither.
// RUN: llvm-mc -triple=amdgcn-amd-amdhsa -mcpu=gfx950 -filetype=obj %s -o %t.o && ld.lld -shared %t.o -o %t.co
// RUN: kiln inspect %t.co --format json > %t.json
// RUN: %python -c "import json, sys; k = {k['name']: k for k in json.load(open(sys.argv[1]))['objects'][0]['kernels']}; print({n: k[n]['whole']['mnemonics'] for n in sorted(k)})" %t.json | FileCheck %s
// CHECK: {'first': {'s_add_u32': 1, 's_endpgm': 1, 's_mov_b32': 1}, 'other': {'s_endpgm': 1, 's_mul_i32': 1}}
.text
.globl first
.type first,@function
first:
  s_mov_b32 s0, 1
  s_add_u32 s0, s0, 1
  s_endpgm
  s_nop 0
.p2align 8
other:
  s_mul_i32 s0, s0, s0
  s_endpgm
.fill 16, 4, 0xbf9f0000

.rodata
.p2align 6
.amdhsa_kernel other
  .amdhsa_next_free_vgpr 4
  .amdhsa_next_free_sgpr 8
  .amdhsa_accum_offset 4
.end_amdhsa_kernel
