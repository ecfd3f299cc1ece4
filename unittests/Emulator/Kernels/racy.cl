__kernel __attribute__((reqd_work_group_size(256, 1, 1))) void racy(__global unsigned *out) {
  __local unsigned part[256];
  unsigned item = __builtin_amdgcn_workitem_id_x();
  part[item] = item * 3;
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "wavefront");
  out[item] = part[(item + 64) & 255]; // no barrier
}
