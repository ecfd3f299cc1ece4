#include "Multiply.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace kiln::emulator::matrix {

namespace {

using Vector = float __attribute__((vector_size(32), aligned(4)));

/// A tile of Rows x 16 outputs, kept in vector registers over all of k.
template <unsigned Rows>
[[gnu::always_inline]] inline void tile(const float *a, const float *b, float *c, unsigned m, unsigned n,
                                        unsigned k) {
  Vector sums[Rows][2];
  for (unsigned i = 0; i < Rows; ++i)
    std::memcpy(sums[i], c + i * n, sizeof(sums[i]));
  for (unsigned p = 0; p < k; ++p) {
    Vector row[2];
    std::memcpy(row, b + p * n, sizeof(row));
    for (unsigned i = 0; i < Rows; ++i) {
      float x = a[p * m + i];
      Vector left = {x, x, x, x, x, x, x, x};
      sums[i][0] = __builtin_elementwise_fma(left, row[0], sums[i][0]);
      sums[i][1] = __builtin_elementwise_fma(left, row[1], sums[i][1]);
    }
  }
  for (unsigned i = 0; i < Rows; ++i)
    std::memcpy(c + i * n, sums[i], sizeof(sums[i]));
}

} // namespace

void multiplyAdd(const float *a, const float *b, float *c, unsigned m, unsigned n, unsigned k) {
  if (n % 16 == 0) {
    for (unsigned i = 0; i < m; i += 4)
      for (unsigned j = 0; j < n; j += 16)
        tile<4>(a + i, b + j, c + i * n + j, m, n, k);
    return;
  }
  for (unsigned p = 0; p < k; ++p)
    for (unsigned i = 0; i < m; ++i)
      for (unsigned j = 0; j < n; ++j)
        c[i * n + j] = __builtin_fmaf(a[p * m + i], b[p * n + j], c[i * n + j]);
}

void multiplyAdd(const double *a, const double *b, double *c, unsigned m, unsigned n, unsigned k) {
  for (unsigned i = 0; i < m; ++i)
    for (unsigned p = 0; p < k; ++p)
      for (unsigned j = 0; j < n; ++j)
        c[i * n + j] = __builtin_fma(a[p * m + i], b[p * n + j], c[i * n + j]);
}

void multiplyAddSparse(const float *a, const uint8_t *select, const float *b, float *c, unsigned m,
                       unsigned n, unsigned kept) {
  for (unsigned i = 0; i < m; ++i)
    for (unsigned j = 0; j < n; j += 16) {
      Vector sums[2];
      std::memcpy(sums, c + i * n + j, sizeof(sums));
      for (unsigned t = 0; t < kept; ++t) {
        float x = a[t * m + i];
        Vector left = {x, x, x, x, x, x, x, x}, row[2];
        std::memcpy(row, b + select[t * m + i] * n + j, sizeof(row));
        sums[0] = __builtin_elementwise_fma(left, row[0], sums[0]);
        sums[1] = __builtin_elementwise_fma(left, row[1], sums[1]);
      }
      std::memcpy(c + i * n + j, sums, sizeof(sums));
    }
}

static void addNormallyScaled(const float *part, const int16_t *rowScale, const int16_t *columnScale,
                              float *c, unsigned m, unsigned n) {
  uint32_t columns[32];
  for (unsigned j = 0; j < n; ++j)
    columns[j] = uint32_t(columnScale[j] + 127) << 23;
  for (unsigned i = 0; i < m; ++i)
    for (unsigned j = 0; j < n; ++j) {
      uint32_t bits = columns[j] + (uint32_t(rowScale[i]) << 23);
      float scale;
      std::memcpy(&scale, &bits, sizeof(scale));
      c[i * n + j] = __builtin_fmaf(part[i * n + j], scale, c[i * n + j]);
    }
}

void addScaled(const float *part, const int16_t *rowScale, const int16_t *columnScale, float *c, unsigned m,
               unsigned n) {
  auto rows = std::minmax_element(rowScale, rowScale + m);
  auto columns = std::minmax_element(columnScale, columnScale + n);
  // The product of two scales is a normal float in all but contrived cases.
  if (*rows.first + *columns.first >= -126 && *rows.second + *columns.second <= 127)
    return addNormallyScaled(part, rowScale, columnScale, c, m, n);
  for (unsigned i = 0; i < m; ++i)
    for (unsigned j = 0; j < n; ++j) {
      // A double holds part * 2^+-254; rounding the sum twice matters only on a tie to 2^-29.
      double scaled = std::ldexp(double(part[i * n + j]), rowScale[i] + columnScale[j]);
      c[i * n + j] = float(scaled + c[i * n + j]);
    }
}

} // namespace kiln::emulator::matrix
