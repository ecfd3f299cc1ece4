// Kernels of the kinds that the inspector has to follow: loops, branches by lane, LDS, scratch. N makes names differ.
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define NAME(name) JOIN(name, N)

#define BARRIER()                                                                                                  \
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");                                                           \
  __builtin_amdgcn_s_barrier();                                                                                    \
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup")

kernel __attribute__((reqd_work_group_size(256, 1, 1))) void NAME(reduce)(global float *out, global const float *x, int n) {
  local float s[256];
  uint t = __builtin_amdgcn_workitem_id_x();
  float sum = 0;
  for (int i = t; i < n; i += 256)
    sum += x[i] * x[i];
  s[t] = sum;
  BARRIER();
  for (int d = 128; d > 0; d >>= 1) {
    if (t < d)
      s[t] += s[t + d];
    BARRIER();
  }
  if (t == 0)
    *out = s[0];
}

kernel __attribute__((reqd_work_group_size(256, 1, 1))) void NAME(matmul)(global float *c, global const float *a,
                                                                      global const float *b, int K) {
  local float as[16][UNROLL], bs[UNROLL][17];
  uint t = __builtin_amdgcn_workitem_id_x(), x = t & 15, y = t >> 4;
  float sum = 0;
  for (int k = 0; k < K; k += UNROLL) {
    for (int i = 0; i < UNROLL; i += 16)
      as[y][x + i] = a[y * K + k + x + i], bs[y + i][x] = b[(k + y + i) * 16 + x];
    BARRIER();
#pragma unroll
    for (int i = 0; i < UNROLL; ++i)
      sum += as[y][i] * bs[i][x];
    BARRIER();
  }
  c[t] = sum;
}

kernel void NAME(diverge)(global int *a) {
  int v = a[__builtin_amdgcn_workitem_id_x()], r = 0;
  while (v != 1) {
    v = v & 1 ? 3 * v + 1 : v >> 1;
    switch (r & 7) {
    case 1:
      r += 3;
      break;
    case 3:
      v += 2;
      break;
    case 5:
      r ^= v;
      break;
    default:
      ++r;
    }
  }
  a[__builtin_amdgcn_workitem_id_x()] = r;
}

kernel void NAME(scratch)(global float *a, int n) {
  float v[4 * UNROLL];
#pragma unroll
  for (int i = 0; i < 4 * UNROLL; ++i)
    v[i] = a[i * n];
  for (int j = 0; j < n; ++j)
#pragma unroll
    for (int i = 0; i < 4 * UNROLL; ++i)
      v[i] = v[i] * v[(i * 7 + 3) % (4 * UNROLL)] + a[j];
  float sum = 0;
#pragma unroll
  for (int i = 0; i < 4 * UNROLL; ++i)
    sum += v[i] * v[(i + n) & 31];
  a[0] = sum;
}
