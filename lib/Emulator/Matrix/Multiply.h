// The inner loops of the matrix unit, on small dense matrices.
#pragma once

#include <cstdint>

namespace kiln::emulator::matrix {

/// c (m x n, row-major) += a (k x m) * b (k x n), one fused chain per output, k ascending. m and n: multiples
/// of 4.
void multiplyAdd(const float *a, const float *b, float *c, unsigned m, unsigned n, unsigned k);
void multiplyAdd(const double *a, const double *b, double *c, unsigned m, unsigned n, unsigned k);

/// SMFMAC: row i of a holds `kept` elements, element t (a[t * m + i]) meets row select[t * m + i] of b.
void multiplyAddSparse(const float *a, const uint8_t *select, const float *b, float *c, unsigned m,
                       unsigned n, unsigned kept);

/// c += part * rowScale[i] * columnScale[j] with one rounding; the scales' exponents are given, bias removed.
void addScaled(const float *part, const int16_t *rowScale, const int16_t *columnScale, float *c, unsigned m,
               unsigned n);

} // namespace kiln::emulator::matrix
