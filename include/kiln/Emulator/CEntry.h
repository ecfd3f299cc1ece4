/* The emulator for programs without C++ or LLVM in them: libkiln-emulator.so, loaded by the runtime's driver
 * at run time. Calls return a kiln_emulator_status and, on failure, a sentence in `error` (of `errorSize`
 * bytes, may be NULL). One emulator may be used from several threads; its calls take turns. Launches run to
 * their end before they return. */
#ifndef KILN_EMULATOR_CENTRY_H
#define KILN_EMULATOR_CENTRY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a signature or structure below changes. */
enum { KILN_EMULATOR_ABI = 3 };

typedef enum kiln_emulator_status {
  KILN_EMULATOR_OK,
  KILN_EMULATOR_INVALID,   /* an argument: unknown target, damaged code object, address outside memory */
  KILN_EMULATOR_NOT_FOUND, /* no such kernel; no code for this target */
  KILN_EMULATOR_OUT_OF_MEMORY,
  KILN_EMULATOR_FAULT /* the kernel did something that a device would punish, or that the emulator cannot do
                       */
} kiln_emulator_status;

typedef struct kiln_emulator kiln_emulator;
typedef struct kiln_emulator_program kiln_emulator_program;

typedef struct kiln_emulator_kernel {
  uint32_t kernarg_bytes; /* explicit arguments; hidden ones are filled in by the emulator */
  uint32_t static_lds, max_block_threads;
  uint32_t vector_registers; /* that a wave takes of a SIMD's 512: both kinds, rounded up as allocated */
  uint32_t scratch_bytes;    /* of a work-item */
} kiln_emulator_kernel;

/* What an observer found: a race, a missing wait. Strings live until the callback returns. */
typedef struct kiln_emulator_finding {
  const char *text;        /* all of it as one line, as `kiln run` prints it */
  const char *kind;        /* "missing-wait", "lds-race", ... (docs/emulator/observers.md) */
  const char *message;     /* what is wrong */
  const char *disassembly; /* of the instruction */
  const char *source;      /* "file:line", or "" where the code has no line table */
  uint64_t pc;             /* in the code object */
  uint64_t address;        /* of the memory accessed; 0 where it is not about memory */
  uint64_t count;          /* how often it was seen */
  uint32_t workgroup[3], wave;
  int32_t lane; /* -1: the whole wave */
} kiln_emulator_finding;

typedef struct kiln_emulator_launch {
  const char *kernel;
  uint32_t grid[3], block[3]; /* workgroups, work-items */
  uint32_t items[3];          /* of the whole grid where its last workgroups are partial; 0: grid * block */
  uint32_t dynamic_lds;
  const void *kernargs;
  uint64_t kernarg_bytes;
  /* Gets each finding, once, before the launch returns, also where it ends in a fault. NULL: nobody watches,
   * which is several times faster. */
  void (*report)(void *context, const kiln_emulator_finding *finding);
  void *context;
  const char *observers; /* who watches: names with commas between; NULL: all */
} kiln_emulator_launch;

typedef struct kiln_emulator_result {
  uint64_t instructions, findings;
  double seconds; /* of the host */
} kiln_emulator_result;

uint32_t kiln_emulator_abi(void);
/* Names of what can be emulated ("gfx950"), by index; NULL behind the last. */
const char *kiln_emulator_target(uint32_t index);

kiln_emulator_status kiln_emulator_open(const char *target, kiln_emulator **result, char *error,
                                        size_t errorSize);
void kiln_emulator_close(kiln_emulator *emulator);

kiln_emulator_status kiln_emulator_allocate(kiln_emulator *emulator, uint64_t size, uint64_t *address,
                                            char *error, size_t errorSize);
kiln_emulator_status kiln_emulator_free(kiln_emulator *emulator, uint64_t address, char *error,
                                        size_t errorSize);
kiln_emulator_status kiln_emulator_write(kiln_emulator *emulator, uint64_t address, const void *from,
                                         uint64_t size, char *error, size_t errorSize);
kiln_emulator_status kiln_emulator_read(kiln_emulator *emulator, uint64_t address, void *to, uint64_t size,
                                        char *error, size_t errorSize);

/* `code` is a code object, or an offload bundle of clang's with one for this target. Programs are closed before
 * their emulator. */
kiln_emulator_status kiln_emulator_load(kiln_emulator *emulator, const void *code, uint64_t size,
                                        kiln_emulator_program **result, char *error, size_t errorSize);
void kiln_emulator_unload(kiln_emulator_program *program);
kiln_emulator_status kiln_emulator_find(kiln_emulator_program *program, const char *kernel,
                                        kiln_emulator_kernel *result, char *error, size_t errorSize);
/* Where the kernel's explicit argument `index` lies among its arguments; NOT_FOUND behind the last. */
kiln_emulator_status kiln_emulator_argument(kiln_emulator_program *program, const char *kernel,
                                            uint32_t index, uint32_t *offset, uint32_t *size, char *error,
                                            size_t errorSize);
/* Where a variable of the program stands in device memory. */
kiln_emulator_status kiln_emulator_variable(kiln_emulator_program *program, const char *name,
                                            uint64_t *address, uint64_t *size, char *error, size_t errorSize);
/* `result` may be NULL. Findings do not fail a launch. */
kiln_emulator_status kiln_emulator_run(kiln_emulator_program *program, const kiln_emulator_launch *launch,
                                       kiln_emulator_result *result, char *error, size_t errorSize);

#ifdef __cplusplus
}
#endif
#endif
