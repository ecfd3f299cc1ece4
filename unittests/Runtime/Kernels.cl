// The conformance suite's kernels for AMD's machines (OpenCL C without its library); Kernels.ptx holds the same for NVIDIA's.
#define THREAD __builtin_amdgcn_workitem_id_x()
#define GROUP __builtin_amdgcn_workgroup_id_x()

enum { BLOCK = 64 };

// out[i] = in[i * stride] * factor + bias.
kernel void affine(global const float *in, global float *out, int count, long stride, float factor, int bias) {
  int i = (int)(GROUP * BLOCK + THREAD);
  if (i < count)
    out[i] = in[i * stride] * factor + (float)bias;
}

// Stores each argument as it arrived: offsets 0, 8, ... of out.
kernel void scalars(global ulong *out, uchar a, ushort b, uint c, ulong d, char e, short f, int g, long h, float i, double j) {
  if (GROUP == 0 && THREAD == 0) {
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
    out[4] = (ulong)(long)e;
    out[5] = (ulong)(long)f;
    out[6] = (ulong)(long)g;
    out[7] = (ulong)h;
    out[8] = as_uint(i);
    out[9] = as_ulong(j);
  }
}

// Reverses each block of 64 through dynamic shared memory that starts `skip` floats in.
kernel void reverse(global const float *in, global float *out, int skip, local float *scratch) {
  uint t = THREAD, i = GROUP * BLOCK + t;
  scratch[skip + t] = in[i];
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
  out[i] = scratch[skip + BLOCK - 1 - t];
}

// Adds 1 to every element.
kernel void increment(global uint *data) { data[GROUP * BLOCK + THREAD] += 1; }

// Reads where nothing is.
kernel void fault(global uint *out) { out[0] = *(volatile global uint *)64; }

// Every workgroup writes its own number to the same place.
kernel void race(global uint *out) { out[THREAD] = GROUP; }
