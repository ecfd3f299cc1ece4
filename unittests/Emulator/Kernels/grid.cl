// Workgroups that talk to each other.

// Each workgroup adds its number's reciprocal: the sum depends on the order, by rounding.
__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void ordered_sum(__global float *sum) {
  if (__builtin_amdgcn_workitem_id_x() == 0)
    __scoped_atomic_fetch_add(sum, 1.0f / (1 + __builtin_amdgcn_workgroup_id_x()), __ATOMIC_RELAXED,
                              __MEMORY_SCOPE_DEVICE);
}

// The workgroup that comes last adds up what all have left.
__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void last_adds(__global const float *in, __global float *parts,
                                                                       __global float *out, __global unsigned *count,
                                                                       unsigned groups) {
  unsigned item = __builtin_amdgcn_workitem_id_x(), group = __builtin_amdgcn_workgroup_id_x();
  parts[group * 64 + item] = in[group * 64 + item] * 2;
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "agent");
  unsigned before = 0;
  if (item == 0)
    before = __scoped_atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL, __MEMORY_SCOPE_DEVICE);
  before = __builtin_amdgcn_readfirstlane(before);
  if (before + 1 != groups)
    return;
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "agent");
  float sum = 0;
  for (unsigned i = 0; i < groups; ++i)
    sum += parts[i * 64 + item];
  out[item] = sum;
}

// Every workgroup waits for all others, twice.
static void wait_for_all(__global unsigned *count, unsigned wanted) {
  if (__builtin_amdgcn_workitem_id_x() == 0) {
    __scoped_atomic_fetch_add(count, 1, __ATOMIC_RELEASE, __MEMORY_SCOPE_DEVICE);
    while (__scoped_atomic_load_n(count, __ATOMIC_ACQUIRE, __MEMORY_SCOPE_DEVICE) < wanted)
      ;
  }
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "agent");
}

__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void grid_barrier(__global unsigned *data, __global unsigned *out,
                                                                          __global unsigned *count, unsigned groups) {
  unsigned item = __builtin_amdgcn_workitem_id_x(), group = __builtin_amdgcn_workgroup_id_x();
  data[group * 64 + item] = group * 1000 + item;
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "agent");
  wait_for_all(count, groups);
  unsigned next = data[(group + 1) % groups * 64 + item];
  wait_for_all(count, 2 * groups);
  out[group * 64 + item] = next;
}
