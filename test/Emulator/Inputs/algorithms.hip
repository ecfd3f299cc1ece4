// Algorithms as their users write them in HIP C++, without headers or device libraries: test/Emulator/algorithms.py compares each
// with NumPy. Workgroups have 256 items unless said otherwise.
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define INLINE __attribute__((always_inline)) // GlobalISel has no LDS in functions
#define KERNEL extern "C" __global__ __attribute__((amdgpu_flat_work_group_size(256, 256))) void
#define WAVE extern "C" __global__ __attribute__((amdgpu_flat_work_group_size(64, 64))) void
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef unsigned long u64;
typedef unsigned __int128 u128;
typedef _Float16 f16;
typedef __bf16 bf16;

static __device__ u32 item() { return __builtin_amdgcn_workitem_id_x(); }
static __device__ u32 group() { return __builtin_amdgcn_workgroup_id_x(); }
static __device__ u32 lane() { return __builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0)); }
static __device__ void barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
template <class T> static __device__ T add(T *to, T value) {
  return __scoped_atomic_fetch_add(to, value, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
}
template <class T> static __device__ T addShared(T *to, T value) {
  return __scoped_atomic_fetch_add(to, value, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
}
template <class To, class From> static __device__ To bits(From value) { return __builtin_bit_cast(To, value); }
static __device__ float shuffle(float value, u32 from) {
  return bits<float>(__builtin_amdgcn_ds_bpermute(from * 4, bits<int>(value)));
}
static __device__ u32 shuffle(u32 value, u32 from) { return __builtin_amdgcn_ds_bpermute(from * 4, value); }
template <class T, class Operation> static __device__ T waveReduce(T value, Operation combine) {
  for (u32 mask = 32; mask; mask /= 2)
    value = combine(value, shuffle(value, lane() ^ mask));
  return value;
}
static __device__ float waveSum(float value) {
  return waveReduce(value, [](float a, float b) { return a + b; });
}
static __device__ float waveMax(float value) {
  return waveReduce(value, [](float a, float b) { return __builtin_fmaxf(a, b); });
}
static __device__ INLINE float groupSum(float value) {
  static __shared__ float parts[4];
  value = waveSum(value);
  barrier();
  if (lane() == 0)
    parts[item() / 64] = value;
  barrier();
  return parts[0] + parts[1] + parts[2] + parts[3];
}
/// The sum of the items before this one, and of all.
static __device__ INLINE u32 groupScan(u32 value, u32 &total) {
  static __shared__ u32 parts[4];
  u32 sum = value;
  for (u32 step = 1; step < 64; step *= 2) {
    u32 before = shuffle(sum, lane() - step);
    sum += lane() >= step ? before : 0;
  }
  barrier();
  if (lane() == 63)
    parts[item() / 64] = sum;
  barrier();
  total = 0;
  for (u32 wave = 0; wave < 4; ++wave) {
    sum += wave < item() / 64 ? parts[wave] : 0;
    total += parts[wave];
  }
  return sum - value;
}

// ---- Sorting, scanning, selecting ----

// 1024 pairs by key, four bits at a time, stable.
KERNEL radix_sort(u32 *keys, u32 *values) {
  __shared__ u32 key[1024], value[1024];
  for (u32 i = item(); i < 1024; i += 256)
    key[i] = keys[i], value[i] = values[i];
  barrier();
  for (u32 shift = 0; shift < 32; shift += 4) {
    u32 k[4], v[4], place[4], base = 0;
    for (u32 i = 0; i < 4; ++i)
      k[i] = key[item() * 4 + i], v[i] = value[item() * 4 + i];
    for (u32 digit = 0; digit < 16; ++digit) {
      u32 mine = 0, total;
      for (u32 i = 0; i < 4; ++i)
        mine += (k[i] >> shift & 15) == digit;
      u32 at = base + groupScan(mine, total);
      for (u32 i = 0; i < 4; ++i)
        if ((k[i] >> shift & 15) == digit)
          place[i] = at++;
      base += total;
    }
    barrier();
    for (u32 i = 0; i < 4; ++i)
      key[place[i]] = k[i], value[place[i]] = v[i];
    barrier();
  }
  for (u32 i = item(); i < 1024; i += 256)
    keys[i] = key[i], values[i] = value[i];
}

// Sums of everything up to each element in one pass: a workgroup takes a ticket, tells its sum, and looks back at those before it.
// state: bits 62, 63 say whether the low half is a workgroup's sum (1) or that of all up to it (2).
KERNEL lookback_scan(const u32 *in, u32 *out, u32 *ticket, u64 *state) {
  __shared__ u32 number, before;
  if (item() == 0)
    number = add(ticket, 1u);
  barrier();
  u32 at = number * 256 + item(), total;
  u32 value = in[at], sum = groupScan(value, total);
  if (item() == 0) {
    u32 found = 0;
    if (number) {
      __scoped_atomic_store_n(&state[number], 1ul << 62 | total, __ATOMIC_RELEASE, __MEMORY_SCOPE_DEVICE);
      for (u32 other = number - 1;; --other) {
        u64 seen;
        while (!((seen = __scoped_atomic_load_n(&state[other], __ATOMIC_ACQUIRE, __MEMORY_SCOPE_DEVICE)) >> 62))
          ;
        found += u32(seen);
        if (seen >> 62 == 2)
          break;
      }
    }
    __scoped_atomic_store_n(&state[number], 2ul << 62 | u32(found + total), __ATOMIC_RELEASE, __MEMORY_SCOPE_DEVICE);
    before = found;
  }
  barrier();
  out[at] = before + sum + value;
}

// The k largest of a row by radix select over 8 bits at a time, then their places in order. Keys are distinct.
KERNEL select_top(const u32 *in, u32 *places, u32 n, u32 k) {
  __shared__ u32 counts[256], digit, left;
  const u32 *row = in + group() * n;
  u32 prefix = 0, mask = 0, wanted = k;
  for (int shift = 24; shift >= 0; shift -= 8) {
    counts[item()] = 0;
    barrier();
    for (u32 i = item(); i < n; i += 256)
      if ((row[i] & mask) == prefix)
        addShared(&counts[row[i] >> shift & 255], 1u);
    barrier();
    u32 total, mine = counts[255 - item()], above = groupScan(mine, total);
    if (above < wanted && above + mine >= wanted)
      digit = 255 - item(), left = wanted - above;
    barrier();
    prefix |= digit << shift, mask |= 255u << shift, wanted = left;
    barrier();
  }
  u32 done = 0;
  for (u32 start = 0; start < n; start += 256) {
    u32 i = start + item(), total;
    bool chosen = i < n && row[i] >= prefix;
    u32 at = done + groupScan(chosen, total);
    if (chosen)
      places[group() * k + at] = i;
    done += total;
  }
}

// Each item keeps its 8 best of a column in a heap in private memory, and writes them in falling order.
KERNEL heap_top(const float *in, float *out, u32 n) {
  float heap[8];
  u32 size = 0;
  auto sift = [&](u32 at, u32 limit) {
    for (u32 child; (child = 2 * at + 1) < limit; at = child) {
      if (child + 1 < limit && heap[child + 1] < heap[child])
        ++child;
      if (heap[at] <= heap[child])
        return;
      float kept = heap[at];
      heap[at] = heap[child], heap[child] = kept;
    }
  };
  for (u32 i = 0; i < n; ++i) {
    float value = in[i * 256 + item()];
    if (size < 8) {
      u32 at = size++;
      for (heap[at] = value; at && heap[(at - 1) / 2] > heap[at]; at = (at - 1) / 2) {
        float kept = heap[at];
        heap[at] = heap[(at - 1) / 2], heap[(at - 1) / 2] = kept;
      }
    } else if (value > heap[0]) {
      heap[0] = value;
      sift(0, 8);
    }
  }
  for (u32 left = 8; left--;) {
    out[left * 256 + item()] = heap[0];
    heap[0] = heap[left];
    sift(0, left);
  }
}

// Sums of runs of equal, rising segment numbers, by ballots and atomics at the runs' ends.
KERNEL segmented_sum(const u32 *segment, const float *in, float *sums, u32 n) {
  u32 at = group() * 256 + item();
  u32 mine = at < n ? segment[at] : ~0u;
  float sum = at < n ? in[at] : 0;
  for (u32 step = 1; step < 64; step *= 2) {
    float other = shuffle(sum, lane() - step);
    u32 its = shuffle(mine, lane() - step);
    if (lane() >= step && its == mine)
      sum += other;
  }
  u32 next = shuffle(mine, lane() + 1);
  u64 ends = __builtin_amdgcn_ballot_w64(lane() == 63 || next != mine);
  if (mine != ~0u && ends >> lane() & 1)
    add(&sums[mine], sum);
}

// The largest value and where it stands first: one 64-bit atomic maximum.
KERNEL argmax(const float *in, u64 *best, u32 n) {
  u64 mine = 0;
  for (u32 i = group() * 256 + item(); i < n; i += 512) {
    u32 word = bits<u32>(in[i]);
    word = word & 0x80000000 ? ~word : word | 0x80000000; // ordered as integers
    u64 key = u64(word) << 32 | u32(~i);
    mine = key > mine ? key : mine;
  }
  __scoped_atomic_fetch_max(best, mine, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
}

// ---- Normalisation and attention ----

// Residual added, root mean square in f32, scaled, and quantised to fp8 by the row's largest value.
KERNEL rms_norm_fp8(const bf16 *in, bf16 *residual, const bf16 *gain, u32 *out, float *scales, u32 n, float epsilon, float largest) {
  __shared__ float parts[4];
  u32 row = group() * n;
  float values[4], squares = 0, top = 0;
  for (u32 i = 0; i < 4; ++i) {
    u32 at = item() * 4 + i;
    bf16 sum = at < n ? bf16(float(in[row + at]) + float(residual[row + at])) : bf16(0);
    if (at < n)
      residual[row + at] = sum;
    values[i] = float(sum);
    squares += values[i] * values[i];
  }
  float factor = 1 / __builtin_sqrtf(groupSum(squares) / n + epsilon);
  for (u32 i = 0; i < 4; ++i) {
    values[i] *= factor * (item() * 4 + i < n ? float(gain[item() * 4 + i]) : 0);
    top = __builtin_fmaxf(top, __builtin_fabsf(values[i]));
  }
  top = waveMax(top);
  if (lane() == 0)
    parts[item() / 64] = top;
  barrier();
  top = __builtin_fmaxf(__builtin_fmaxf(parts[0], parts[1]), __builtin_fmaxf(parts[2], parts[3]));
  float scale = largest / top;
  int packed = __builtin_amdgcn_cvt_pk_fp8_f32(values[0] * scale, values[1] * scale, 0, false);
  packed = __builtin_amdgcn_cvt_pk_fp8_f32(values[2] * scale, values[3] * scale, packed, true);
  if (item() * 4 < n)
    out[row / 4 + item()] = packed;
  if (item() == 0)
    scales[group()] = 1 / scale;
}

// Attention of one query a wave over a paged cache: online softmax, one key a lane, then values through LDS.
WAVE paged_attention(const f16 *q, const f16 *cache, const u32 *pages, f16 *out, u32 length, float scale) {
  __shared__ float weights[64];
  constexpr u32 D = 64, Page = 16; // cache[page][key or value][16][64]
  float high = -__builtin_inff(), sum = 0, result = 0;
  for (u32 start = 0; start < length; start += 64) {
    u32 at = start + lane();
    float score = -__builtin_inff();
    if (at < length) {
      const f16 *key = cache + (pages[at / Page] * 2 * Page + at % Page) * D;
      score = 0;
      for (u32 d = 0; d < D; ++d)
        score += float(q[group() * D + d]) * float(key[d]);
      score *= scale;
    }
    float now = __builtin_fmaxf(high, waveMax(score));
    float weight = __builtin_amdgcn_exp2f((score - now) * 1.44269504f), shrink = __builtin_amdgcn_exp2f((high - now) * 1.44269504f);
    sum = sum * shrink + waveSum(weight);
    high = now;
    weights[lane()] = weight;
    barrier();
    result *= shrink;
    for (u32 i = 0; i < 64 && start + i < length; ++i)
      result += weights[i] * float(cache[(pages[(start + i) / Page] * 2 * Page + Page + (start + i) % Page) * D + lane()]);
    barrier();
  }
  out[group() * D + lane()] = f16(result / sum);
}

// Pairs of a head turned by angles that fall with the dimension.
KERNEL rotary(f16 *x, const u32 *positions, u32 heads) {
  u32 token = group(), head = item() / 32, d = item() % 32;
  if (head >= heads)
    return;
  float turns = positions[token] * __builtin_amdgcn_exp2f(d * (-13.287712f / 32)) * 0.15915494f; // base 10000, in turns
  turns -= __builtin_floorf(turns);
  float s = __builtin_amdgcn_sinf(turns), c = __builtin_amdgcn_cosf(turns);
  f16 *pair = x + (token * heads + head) * 64 + d;
  float a = pair[0], b = pair[32];
  pair[0] = f16(a * c - b * s);
  pair[32] = f16(a * s + b * c);
}

// ---- Mixture of experts ----

// Two of 16 experts a token by softmax, counted; then slots by expert.
KERNEL route(const float *logits, u32 *chosen, float *weights, u32 *counts, u32 tokens) {
  __shared__ u32 local[16];
  if (item() < 16)
    local[item()] = 0;
  barrier();
  for (u32 token = item(); token < tokens; token += 256) {
    const float *row = logits + token * 16;
    u32 first = 0, second = 1;
    if (row[1] > row[0])
      first = 1, second = 0;
    for (u32 e = 2; e < 16; ++e)
      if (row[e] > row[first])
        second = first, first = e;
      else if (row[e] > row[second])
        second = e;
    float share = 1 / (1 + __builtin_amdgcn_exp2f((row[second] - row[first]) * 1.44269504f));
    chosen[token * 2] = first, chosen[token * 2 + 1] = second;
    weights[token * 2] = share, weights[token * 2 + 1] = 1 - share;
    addShared(&local[first], 1u);
    addShared(&local[second], 1u);
  }
  barrier();
  if (item() < 16)
    counts[item()] = local[item()];
}

// Rows of each expert times its matrix (64 x 32), 16 rows a workgroup: rows are gathered, results added to their tokens.
WAVE grouped_gemm(const f16 *x, const f16 *w, const u32 *rows, const u32 *experts, const float *weights, float *out) {
  typedef f16 f16x4 __attribute__((ext_vector_type(4)));
  typedef float f32x4 __attribute__((ext_vector_type(4)));
  u32 expert = experts[group()], i = lane() % 16, part = lane() / 16;
  u32 slot = rows[group() * 16 + i];
  for (u32 column = 0; column < 32; column += 16) {
    f32x4 sum = {};
    for (u32 k = 0; k < 64; k += 16) {
      f16x4 a = {}, b;
      if (slot != ~0u)
        a = *(const f16x4 *)&x[slot / 2 * 64 + k + part * 4];
      for (u32 e = 0; e < 4; ++e)
        b[e] = w[(expert * 64 + k + part * 4 + e) * 32 + column + i];
      sum = __builtin_amdgcn_mfma_f32_16x16x16f16(a, b, sum, 0, 0, 0);
    }
    for (u32 e = 0; e < 4; ++e) {
      u32 to = rows[group() * 16 + part * 4 + e];
      if (to != ~0u)
        add(&out[to / 2 * 32 + column + i], sum[e] * weights[to]);
    }
  }
}

// ---- Gather, scatter, filters, transforms ----

KERNEL embed(const u32 *ids, const bf16 *table, float *gradient, const float *change, float *out, u32 width) {
  for (u32 d = item(); d < width; d += 256) {
    out[group() * width + d] = float(table[ids[group()] * width + d]);
    add(&gradient[ids[group()] * width + d], change[group() * width + d]);
  }
}

// 3 x 3 filter over one channel, tiles of 16 x 16 with their rims in LDS.
__constant__ int filter[9] = {1, 2, 1, 0, -3, 0, 4, 5, -6};
KERNEL convolve(const int *in, int *out, u32 width, u32 height) {
  __shared__ int tile[18][18];
  u32 tiles = (width + 15) / 16;
  int x0 = group() % tiles * 16, y0 = group() / tiles * 16;
  for (u32 i = item(); i < 324; i += 256) {
    int x = x0 + int(i % 18) - 1, y = y0 + int(i / 18) - 1;
    tile[i / 18][i % 18] = x >= 0 && y >= 0 && x < int(width) && y < int(height) ? in[y * width + x] : 0;
  }
  barrier();
  u32 x = item() % 16, y = item() / 16;
  int sum = 0;
  for (u32 i = 0; i < 9; ++i)
    sum += filter[i] * tile[y + i / 3][x + i % 3];
  if (x0 + x < width && y0 + y < height)
    out[(y0 + y) * width + x0 + x] = sum;
}

// 512 complex numbers, radix 2, in LDS.
KERNEL fft(float *data) {
  __shared__ float re[512], im[512];
  for (u32 i = item(); i < 512; i += 256) {
    u32 from = __builtin_bitreverse32(i) >> 23;
    re[i] = data[2 * from], im[i] = data[2 * from + 1];
  }
  for (u32 half = 1; half < 512; half *= 2) {
    barrier();
    u32 k = item() % half, a = item() / half * 2 * half + k, b = a + half;
    float turns = -0.5f * k / half, c = __builtin_amdgcn_cosf(turns), s = __builtin_amdgcn_sinf(turns);
    float x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
    re[b] = re[a] - x, im[b] = im[a] - y;
    re[a] += x, im[a] += y;
  }
  barrier();
  for (u32 i = item(); i < 512; i += 256)
    data[2 * i] = re[i], data[2 * i + 1] = im[i];
}

// Philox 4x32-10: counter (item, group, 0, 0), key.
KERNEL philox(u32 *out, u32 key0, u32 key1) {
  u32 c[4] = {item(), group(), 0, 0};
  for (u32 round = 0; round < 10; ++round) {
    u64 a = u64(0xD2511F53) * c[0], b = u64(0xCD9E8D57) * c[2];
    u32 next[4] = {u32(b >> 32) ^ c[1] ^ key0, u32(b), u32(a >> 32) ^ c[3] ^ key1, u32(a)};
    for (u32 i = 0; i < 4; ++i)
      c[i] = next[i];
    key0 += 0x9E3779B9, key1 += 0xBB67AE85;
  }
  for (u32 i = 0; i < 4; ++i)
    out[(group() * 256 + item()) * 4 + i] = c[i];
}

// Dynamic LDS: rows reversed.
extern __shared__ u32 dynamic[];
KERNEL reverse_rows(u32 *data, u32 width) {
  for (u32 i = item(); i < width; i += 256)
    dynamic[width - 1 - i] = data[group() * width + i];
  barrier();
  for (u32 i = item(); i < width; i += 256)
    data[group() * width + i] = dynamic[i];
}

// ---- Language: calls, recursion, private memory, wide integers ----

struct Shape {
  __device__ virtual u32 area(u32 x) const { return x; }
};
struct Square : Shape {
  __device__ u32 area(u32 x) const override { return x * x; }
};
struct Ring : Shape {
  u32 hole;
  __device__ explicit Ring(u32 hole) : hole(hole) {}
  __device__ u32 area(u32 x) const override { return x * x - hole * hole; }
};
static __device__ __attribute__((noinline)) u32 ackermann(u32 m, u32 n) {
  return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}
KERNEL calls(u32 *out) {
  Shape plain;
  Square square;
  Ring ring(item() % 5);
  const Shape *shapes[] = {&plain, &square, &ring};
  out[item()] = shapes[item() % 3]->area(item() + 7) + 1000000 * ackermann(2, item() % 4);
}

// An array whose length each item chooses, on the stack: primes below it.
static __device__ __attribute__((noinline)) u32 primes(u32 n) {
  bool composite[n + 1];
  u32 count = 0;
  for (u32 i = 0; i <= n; ++i)
    composite[i] = false;
  for (u32 i = 2; i <= n; ++i) {
    if (composite[i])
      continue;
    ++count;
    for (u32 j = 2 * i; j <= n; j += i)
      composite[j] = true;
  }
  return count;
}
KERNEL variable_array(u32 *out) { out[item()] = primes(item() / 2 + 2); }

KERNEL wide_integers(const u64 *a, const u64 *b, u64 *out) {
  u32 i = item();
  u128 x = u128(a[i]) << 64 | b[i], y = u128(b[255 - i] >> 20) << 32 | 1;
  u128 values[] = {x / y, x % y, x * y, u128(a[i] / b[i]) << 64 | a[i] % b[i], u128(__int128(x) / __int128(long(a[255 - i]) | 1))};
  for (u32 n = 0; n < 5; ++n)
    out[(i * 5 + n) * 2] = u64(values[n]), out[(i * 5 + n) * 2 + 1] = u64(values[n] >> 64);
}

KERNEL doubles(const double *a, const double *b, double *out) {
  u32 i = item();
  out[i] = a[i] / b[i];
  out[256 + i] = __builtin_sqrt(__builtin_fabs(a[i]));
  out[512 + i] = __builtin_fma(a[i], b[i], -1.0);
  out[768 + i] = double(long(a[i] * 1e6)) + double(u64(__builtin_fabs(b[i]) * 1e3)) + __builtin_floor(a[i]) + __builtin_rint(b[i]);
}

// Rows of f32 as e2m1 with one power of two for 32 of them (MX): the largest exponent less 2.
KERNEL quantise_mxfp4(const float *in, u8 *out, u8 *scales) {
  u32 at = (group() * 256 + item()) * 32;
  float top = 0;
  for (u32 i = 0; i < 32; ++i)
    top = __builtin_fmaxf(top, __builtin_fabsf(in[at + i]));
  u32 exponent = bits<u32>(top) >> 23;
  exponent = exponent > 2 ? exponent - 2 : 0;
  scales[at / 32] = u8(exponent);
  float scale = bits<float>(exponent << 23);
  for (u32 i = 0; i < 32; i += 2) {
#if defined(__gfx950__)
    out[(at + i) / 2] = u8(__builtin_amdgcn_cvt_scalef32_pk_fp4_f32(0, in[at + i], in[at + i + 1], scale, 0));
#else
    u8 codes = 0;
    for (u32 half = 0; half < 2; ++half) {
      float x = __builtin_fabsf(in[at + i + half]) / scale;
      // Between 0, .5, 1, 1.5, 2, 3, 4, 6; ties to even codes.
      u8 code = (x > 0.25f) + (x >= 0.75f) + (x > 1.25f) + (x >= 1.75f) + (x > 2.5f) + (x >= 3.5f) + (x > 5.0f);
      codes |= (code | (in[at + i + half] < 0 ? 8 : 0)) << 4 * half;
    }
    out[(at + i) / 2] = codes;
#endif
  }
}
