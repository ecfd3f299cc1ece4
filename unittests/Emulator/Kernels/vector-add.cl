// c = a + b over n elements, through LDS so that a barrier is in the way.
__kernel void vector_add(__global const float *a, __global const float *b, __global float *c, int n) {
  __local float staged[256];
  int item = __builtin_amdgcn_workitem_id_x();
  int i = __builtin_amdgcn_workgroup_id_x() * 256 + item;
  if (i < n)
    staged[255 - item] = a[i];
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
  int other = __builtin_amdgcn_workgroup_id_x() * 256 + 255 - item;
  if (other < n)
    c[other] = staged[item] + b[other];
}
