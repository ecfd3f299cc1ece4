// The functions of ROCm's device library that HIP's index variables and __syncthreads call, for machines without its bitcode
// (Debian: rocm-device-libs). The program under test is compiled with this in front and is otherwise unchanged.
#ifdef __HIP_DEVICE_COMPILE__
#define KILN_OCKL(name, x, y, z)                                                                                               \
  extern "C" __attribute__((device, const)) __SIZE_TYPE__ name(unsigned axis) {                                                \
    return axis == 0 ? x : axis == 1 ? y : z;                                                                                  \
  }
KILN_OCKL(__ockl_get_local_id, __builtin_amdgcn_workitem_id_x(), __builtin_amdgcn_workitem_id_y(),
          __builtin_amdgcn_workitem_id_z())
KILN_OCKL(__ockl_get_group_id, __builtin_amdgcn_workgroup_id_x(), __builtin_amdgcn_workgroup_id_y(),
          __builtin_amdgcn_workgroup_id_z())
KILN_OCKL(__ockl_get_local_size, __builtin_amdgcn_workgroup_size_x(), __builtin_amdgcn_workgroup_size_y(),
          __builtin_amdgcn_workgroup_size_z())
KILN_OCKL(__ockl_get_num_groups, __builtin_amdgcn_grid_size_x() / __builtin_amdgcn_workgroup_size_x(),
          __builtin_amdgcn_grid_size_y() / __builtin_amdgcn_workgroup_size_y(),
          __builtin_amdgcn_grid_size_z() / __builtin_amdgcn_workgroup_size_z())

// __syncthreads asks for a fence of the workgroup; its order is covered by the strongest.
extern "C" __attribute__((device)) void __atomic_work_item_fence(unsigned, int, int) {
  __builtin_amdgcn_fence(__ATOMIC_SEQ_CST, "workgroup");
}
#endif
