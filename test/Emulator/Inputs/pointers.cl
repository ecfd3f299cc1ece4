// Device addresses in a struct that is passed by value, and in a buffer.
typedef struct {
  ulong data;
  int count;
  float factor;
} Input;

__kernel void gather(Input input, __global const ulong *table, __global float *out, uchar shift) {
  int item = __builtin_amdgcn_workgroup_id_x() * 64 + __builtin_amdgcn_workitem_id_x();
  __global const float *data = (__global const float *)input.data;
  __global const float *row = (__global const float *)table[item & 1];
  if (item < input.count)
    out[item] = data[item] * input.factor + row[item >> shift];
}
