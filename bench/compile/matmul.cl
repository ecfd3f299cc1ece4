// The matmul of kernels/matmul.mlir with its default tiles for gfx950, by hand: C (M x N, f32) = A (M x K, bf16) times the
// transpose of B (N x K, bf16). A workgroup of 256 computes 64 x 64 of C; each of its four waves 32 x 32, as 2 x 2 products of
// 16 x 16 x 32 per step of K. Reads beyond the edges give zero, writes there are dropped.
typedef __bf16 bf16x8 __attribute__((ext_vector_type(8)));

// Eight consecutive k of one row.
static bf16x8 fragment(__global const ushort *matrix, int row, int rows, int k, int depth, long stride) {
  union { bf16x8 floats; ushort bits[8]; } result;
  for (int i = 0; i < 8; ++i)
    result.bits[i] = row < rows && k + i < depth ? matrix[row * stride + k + i] : 0;
  return result.floats;
}

__attribute__((reqd_work_group_size(256, 1, 1)))
__kernel void matmul(__global const ushort *a, __global const ushort *b, __global float *c, int m, int n, int k,
                     long strideA, long strideB, long strideC) {
  int thread = __builtin_amdgcn_workitem_id_x(), lane = thread % 64, wave = thread / 64;
  int row = __builtin_amdgcn_workgroup_id_y() * 64 + wave / 2 * 32, column = __builtin_amdgcn_workgroup_id_x() * 64 + wave % 2 * 32;
  float4 sums[2][2] = {{0, 0}, {0, 0}};
  for (int at = 0; at < k; at += 32) {
    bf16x8 as[2], bs[2];
    for (int i = 0; i < 2; ++i) {
      as[i] = fragment(a, row + i * 16 + lane % 16, m, at + lane / 16 * 8, k, strideA);
      bs[i] = fragment(b, column + i * 16 + lane % 16, n, at + lane / 16 * 8, k, strideB);
    }
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j)
        sums[i][j] = __builtin_amdgcn_mfma_f32_16x16x32_bf16(as[i], bs[j], sums[i][j], 0, 0, 0);
  }
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 2; ++j)
      for (int e = 0; e < 4; ++e) {
        int y = row + i * 16 + lane / 16 * 4 + e, x = column + j * 16 + lane % 16;
        if (y < m && x < n)
          c[y * strideC + x] = sums[i][j][e];
      }
}
