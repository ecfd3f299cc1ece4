// What code objects may hold besides code: globals, constants, tables of pointers to data and functions, several kernels, LDS of two
// kinds, private memory, arguments that nobody passes.
typedef unsigned u32;
typedef unsigned long u64;
#define GLOBAL __attribute__((address_space(1)))
#define LOCAL __attribute__((address_space(3)))
#define CONSTANT __attribute__((address_space(4)))
#define KERNEL __attribute__((device_kernel, visibility("protected")))

GLOBAL u32 values[4] = {10, 20, 30, 40};
GLOBAL u32 zeros[8];
static CONSTANT const u32 steps[3] = {1, 100, 10000};
GLOBAL u32 *CONSTANT const table[3] = {&values[1], &values[3], &values[0]};

static __attribute__((noinline)) u32 twice(u32 x) { return x * 2; }
static __attribute__((noinline)) u32 square(u32 x) { return x * x; }
static u32 (*const functions[2])(u32) = {twice, square};

static u32 item() { return __builtin_amdgcn_workitem_id_x(); }

KERNEL void pointers(GLOBAL u32 *out) { out[item()] = *table[item() % 3] + steps[item() % 3] + zeros[item() % 8]; }

KERNEL void indirect_calls(GLOBAL u32 *out) { out[item()] = functions[item() & 1](item() + 3); }

static __attribute__((noinline)) u32 fibonacci(u32 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
KERNEL void recursion(GLOBAL u32 *out) { out[item()] = fibonacci(item() % 10); }

static LOCAL u32 fixed[64] __attribute__((loader_uninitialized));
extern LOCAL u32 dynamic[];
KERNEL void shared(GLOBAL u32 *out) {
  fixed[item()] = item() * 5;
  dynamic[item() ^ 1] = item() * 7;
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
  out[item()] = fixed[63 - item()] + dynamic[item()];
}

KERNEL void private_memory(GLOBAL u32 *out) {
  volatile u32 array[40];
  for (u32 i = 0; i < 40; ++i)
    array[(i * 7 + item()) % 40] = i;
  out[item()] = array[item() % 40];
}

// The hidden arguments (code object version 5): grid and block as the launch has them.
KERNEL void hidden(GLOBAL u32 *out) {
  CONSTANT const char *implicit = (CONSTANT const char *)__builtin_amdgcn_implicitarg_ptr();
  GLOBAL u32 *to = out + 8 * __builtin_amdgcn_workgroup_id_x();
  to[0] = *(CONSTANT const u32 *)(implicit + 0);
  to[1] = *(CONSTANT const unsigned short *)(implicit + 12);
  to[2] = *(CONSTANT const unsigned short *)(implicit + 18);
  to[3] = *(CONSTANT const unsigned short *)(implicit + 64);
  to[4] = *(CONSTANT const u32 *)(implicit + 4);
  CONSTANT const char *packet = (CONSTANT const char *)__builtin_amdgcn_dispatch_ptr();
  to[5] = *(CONSTANT const unsigned short *)(packet + 4);
  to[6] = *(CONSTANT const u32 *)(packet + 12);
}

KERNEL void scalars(GLOBAL u32 *out, u32 a, u64 b, unsigned short c, float d) {
  out[item()] = a + (u32)(b >> 32) * 3 + c * 5 + (u32)d * 7 + item();
}
