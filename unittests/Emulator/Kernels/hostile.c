// Kernels that write to their own code object, or execute what is no code.
#define KERNEL __attribute__((device_kernel, visibility("protected")))
typedef int __attribute__((address_space(1))) *global_int;
typedef long __attribute__((address_space(1))) *global_long;

static const int table[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static const int *const pointers[2] = {table, table + 4}; // relocated, then read-only
__attribute__((used, visibility("protected"))) int counters[4] = {10, 20, 30, 40};

KERNEL void write_code(global_int out) {
  global_int code = (global_int)__builtin_amdgcn_s_getpc();
  for (int i = 0; i < 32; ++i)
    code[i] = 0xBF810000; // s_endpgm
  out[0] = 1;
}
KERNEL void write_constant(global_int out) {
  *(volatile int *)&table[out[0] & 1] = 99;
  out[0] = 1;
}
KERNEL void write_relocated(global_int out) {
  *(const int *volatile *)&pointers[out[0] & 1] = 0;
  out[0] = 1;
}
// Not by a function pointer: LLVM 22 crashes on a call of data.
KERNEL void run_data(global_int out) {
  __asm__ volatile("s_setpc_b64 %0" ::"s"(counters));
  out[0] = 1;
}
// Where the code is.
KERNEL void where(global_long out) { *out = __builtin_amdgcn_s_getpc(); }
// Constants can be read, globals be written.
KERNEL void use(global_int out) {
  counters[out[0] & 1] += 5;
  out[0] = *pointers[(out[0] & 1) + 1] + table[(out[0] & 1) + 2] + counters[out[0] & 1];
}
