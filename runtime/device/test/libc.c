// Stock libc, libgcc and the device library in divergent lanes.
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_args.h"

#define KERNEL(name)    \
  struct name##_args {  \
    struct test_args t; \
  };                    \
  HD_KERNEL(name)

static uint32_t* mine(const struct test_args* t) { return t->out + WORDS * hd_global_id(0); }

_Thread_local uint32_t local_count = 41;
_Thread_local uint32_t local_zero;
_Thread_local char local_text[8] = "abc";
_Thread_local __attribute__((aligned(16))) uint64_t local_wide = 0x100000002ull;

static __attribute__((noinline)) uint32_t bump(void) { return ++local_count + local_zero++; }

KERNEL(thread_local_variables) {
  uint32_t* out = mine(&args->t);
  for (uint32_t i = 0; i < hd_lane_id() % 5; i++) bump();
  errno = 0;
  if (hd_lane_id() & 1) strtol("99999999999999", NULL, 10);  // out of range: errno
  out[0] = local_count;
  out[1] = local_zero;
  out[2] = errno;
  out[3] = (uint32_t)local_text[1];
  out[4] = (uint32_t)local_wide;
  out[5] = (uintptr_t)&local_wide % 16;
}

KERNEL(prints) {
  const uint32_t id = hd_global_id(0);
  printf("item %lu of %s: %05.2f %lld\n", (unsigned long)id, "test", id * 0.25, (long long)id * 10000000000ll);
  if (id == 2) fputs("no newline", stdout);
  if (id == 3) putchar('!');
}

KERNEL(print_much) {
  char line[100];
  memset(line, 'a' + hd_global_id(0) % 26, sizeof line - 1);
  line[sizeof line - 1] = 0;
  for (int i = 0; i < 40; i++) puts(line);
  mine(&args->t)[0] = 1;
}

KERNEL(allocates) {
  uint32_t* out = mine(&args->t);
  const uint32_t id = hd_global_id(0);
  uint32_t bad = 0;
  for (uint32_t round = 1; round < 4; round++) {
    const uint32_t bytes = 8 + 4 * ((id * 7 + round) % 9);
    unsigned char* p = malloc(bytes);
    if (!p) hd_trap();
    memset(p, (int)id, bytes);
    unsigned char* q = calloc(1, 12);
    for (uint32_t i = 0; i < 12; i++) bad += q[i] != 0;
    p = realloc(p, 2 * bytes);
    for (uint32_t i = 0; i < bytes; i++) bad += p[i] != (unsigned char)id;
    free(q);
    free(p);
  }
  out[0] = bad + 1;
}

static int compare(const void* a, const void* b) {
  const int32_t x = *(const int32_t*)a, y = *(const int32_t*)b;
  return (x > y) - (x < y);
}

KERNEL(sorts) {
  uint32_t* out = mine(&args->t);
  int32_t values[40];
  uint32_t seed = hd_global_id(0) * 2654435761u + 1, sum = 0;
  const uint32_t n = 10 + hd_global_id(0) % 30;
  for (uint32_t i = 0; i < n; i++) {
    seed = seed * 1664525 + 1013904223;
    values[i] = (int32_t)seed >> 8;
    sum += (uint32_t)values[i];
  }
  qsort(values, n, sizeof values[0], compare);
  uint32_t bad = 0;
  for (uint32_t i = 0; i < n; i++) {
    sum -= (uint32_t)values[i];
    bad += i > 0 && values[i - 1] > values[i];
  }
  out[0] = sum == 0 && bad == 0;
}

static const struct test_args* copy_args;

// out[0..]: quotients and remainders of a and b, which the host checks.
KERNEL(divides) {
  uint32_t* out = mine(&args->t);
  uint64_t a = ((uint64_t)out[0] << 32) | out[1], b = ((uint64_t)out[2] << 32) | out[3];
  const uint64_t result[4] = {a / b, a % b, (uint64_t)((int64_t)a / (int64_t)b), (uint64_t)((int64_t)a % (int64_t)b)};
  memcpy(out + 4, result, sizeof result);
}

KERNEL(memory) {
  const uint32_t id = hd_global_id(0);
  unsigned char from[96], to[96], want[96];
  uint32_t bad = 0;
  for (uint32_t i = 0; i < 96; i++) from[i] = (unsigned char)(i * 5 + id);
  const uint32_t a = id % 7, b = (id / 7) % 5, n = (id * 3) % 60;
  memset(to, 9, sizeof to);
  for (uint32_t i = 0; i < 96; i++) want[i] = i >= b && i < b + n ? from[a + i - b] : 9;
  memcpy(to + b, from + a, n);
  bad |= memcmp(to, want, 96) != 0;
  // Overlapping, both ways.
  for (uint32_t i = 0; i < n; i++) want[i] = from[a + i];
  memmove(from + b, from + a, n);
  bad |= (memcmp(from + b, want, n) != 0) * 2;
  memset(to + a, 0x1C3, n);
  for (uint32_t i = 0; i < 96; i++) bad |= (i >= a && i < a + n && to[i] != 0xC3) * 4;
  const char* text[2] = {"same", "samf"};
  bad |= (strcmp(text[0], text[id & 1]) != -(int)(id & 1)) * 8 | (strlen(text[id & 1]) != 4) * 16;
  mine(&args->t)[0] = bad + 1;
}

KERNEL(floats) {
  uint32_t* out = mine(&args->t);
  const uint32_t id = hd_global_id(0);
  const double x = (double)id * 0.37 + 1.0, y = sqrt(x) * sin(x) + pow(x, 1.5);
  const float f = sinf((float)id) + logf((float)id + 1.0f);
  memcpy(out, &y, 8);
  memcpy(out + 2, &f, 4);
}

static __attribute__((noinline)) void jump(jmp_buf* to, uint32_t depth) {
  if (depth == 0) longjmp(*to, 1 + (int)(hd_lane_id() % 3));
  jump(to, depth - 1);
}

KERNEL(jumps) {
  jmp_buf place;
  const int result = setjmp(place);
  if (result == 0) jump(&place, hd_lane_id() % 7);
  mine(&args->t)[0] = (uint32_t)result;
}

KERNEL(asserts) {
  copy_args = &args->t;
  assert(hd_global_id(0) != args->t.n);
}

KERNEL(aborts) {
  if (hd_global_id(0) == args->t.n) abort();
}
