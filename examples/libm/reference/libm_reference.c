// The reference: the same calls of the same prebuilt library in one thread, as a Linux program for qemu-riscv32.
//   libm_reference N FUNCTION
// writes to its standard output the libm_results of calls 0 to N - 1 of a function, given by its number.
#include <stddef.h>
#include <stdint.h>

#include "libm_call.h"

enum { SYS_WRITE = 64, SYS_EXIT = 93, BATCH = 1024 };

// The library's thread-local variable, errno, starts as zero; tp points to it.
uint32_t thread_local_block[64] __attribute__((aligned(16)));

static long system_call(long number, long a, long b, long c) {
  register long a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c, a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

static void __attribute__((noreturn)) leave(long status) {
  for (;;) system_call(SYS_EXIT, status, 0, 0);
}

static void put(const void* data, size_t size) {
  const char* from = data;
  while (size > 0) {
    const long written = system_call(SYS_WRITE, 1, (long)from, (long)size);
    if (written <= 0) leave(1);
    from += written;
    size -= (size_t)written;
  }
}

static uint32_t number(const char* text) {
  uint32_t value = 0;
  for (; *text; text++) value = value * 10 + (uint32_t)(*text - '0');
  return value;
}

// The stack of a new process: the number of arguments, then the arguments, the program's name first.
__attribute__((noreturn, used)) void reference_main(const long* stack) {
  if (stack[0] != 3) leave(2);
  const uint32_t n = number((const char*)stack[2]), function = number((const char*)stack[3]);
  if (function >= LIBM_FUNCTIONS) leave(2);
  static struct libm_result results[BATCH];
  for (uint32_t start = 0; start < n; start += BATCH) {
    const uint32_t count = n - start < BATCH ? n - start : BATCH;
    for (uint32_t i = 0; i < count; i++) results[i] = libm_call(function, start + i);
    put(results, count * sizeof results[0]);
  }
  leave(0);
}

__attribute__((naked, noreturn, used)) void _start(void) {
  __asm__("mv a0, sp\n la tp, thread_local_block\n andi sp, sp, -16\n call reference_main");
}
