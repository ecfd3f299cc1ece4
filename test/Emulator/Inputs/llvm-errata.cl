// Programs that LLVM 22 compiles to something else (docs/emulator/errata.md).
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define ITEM __builtin_amdgcn_workitem_id_x()

kernel void half_product(global ushort *out, global const float *a, global const float *b) {
  out[ITEM] = __builtin_astype((half)(a[ITEM] * b[ITEM]), ushort);
}
kernel void negated(global float *out, global const float *a, global const float *b) { out[ITEM] = (0.0f - a[ITEM]) * b[ITEM]; }
// Odd items take the number of item 0, which does not take part.
kernel void permuted(global int *out, global const int *a) {
  int value = a[ITEM], taken = -1;
  if (ITEM & 1)
    taken = __builtin_amdgcn_ds_bpermute(0, value);
  out[ITEM] = taken - value;
}
// 15101600 / 3 is 5033866 and two thirds; 15101600 times the float next to 1/3 rounds to 5033867.
kernel void remainder(global uint *out) { out[ITEM] = 15101600 % (int)(ITEM | 1); }
// Item 0 reads the cell by an atomic without effect while the second wave adds: nothing but the machine code is looked at.
kernel void idle(global uint *out) {
  local uint cell;
  if (ITEM == 0)
    out[0] = __scoped_atomic_fetch_xor(&cell, 0u, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
  else if (ITEM >= 64)
    __scoped_atomic_fetch_add(&cell, ITEM, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
}
