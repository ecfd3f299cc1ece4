// Kernels whose waits, barriers and distances all matter: the mutation tests take them out one by one.
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
typedef half half4 __attribute__((ext_vector_type(4)));
typedef float float4 __attribute__((ext_vector_type(4)));

static void barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}

// Every step reads what another wave has written.
__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void rotate_sum(__global const float *in,
                                                                       __global float *out) {
  __local float part[256];
  int item = __builtin_amdgcn_workitem_id_x();
  int at = __builtin_amdgcn_workgroup_id_x() * 256 + item;
  float sum = in[at];
  for (int step = 0; step < 3; ++step) {
    if (step)
      barrier();
    part[item] = sum;
    barrier();
    sum += part[(item + 64) & 255];
  }
  out[at] = sum;
}

// Each wave multiplies two pairs of 16x16 tiles and scales the sum.
__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void multiply(__global const half4 *a, __global const half4 *b,
                                                                      __global float4 *c) {
  int item = __builtin_amdgcn_workgroup_id_x() * 64 + __builtin_amdgcn_workitem_id_x();
  float4 sum = {0, 0, 0, 0};
  sum = __builtin_amdgcn_mfma_f32_16x16x16f16(a[item], b[item], sum, 0, 0, 0);
  sum = __builtin_amdgcn_mfma_f32_16x16x16f16(a[item + 128], b[item + 128], sum, 0, 0, 0);
  c[item] = sum * 2.0f;
}
