/* Memory functions. Debian's copy byte by byte; these go by words where the operands allow it.
   No access lies outside the operands. */
#include <stddef.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) word;

static inline int same_phase(const void* a, const void* b) { return (((uintptr_t)a ^ (uintptr_t)b) & 3) == 0; }

void* memcpy(void* restrict to, const void* restrict from, size_t n);
void* memmove(void* to, const void* from, size_t n);
void* memset(void* to, int value, size_t n);
int memcmp(const void* a, const void* b, size_t n);

static inline void copy_up(unsigned char* d, const unsigned char* s, size_t n) {
  if (same_phase(d, s)) {
    for (; n != 0 && ((uintptr_t)d & 3) != 0; n--) *d++ = *s++;
    for (; n >= 4; n -= 4, d += 4, s += 4) *(word*)d = *(const word*)s;
  }
  for (; n != 0; n--) *d++ = *s++;
}

void* memcpy(void* restrict to, const void* restrict from, size_t n) {
  copy_up(to, from, n);
  return to;
}

void* memmove(void* to, const void* from, size_t n) {
  unsigned char* d = to;
  const unsigned char* s = from;
  if ((uintptr_t)d - (uintptr_t)s >= n) {
    copy_up(d, s, n); /* the target does not begin inside the source */
    return to;
  }
  if (same_phase(d, s)) {
    for (; n != 0 && ((uintptr_t)(d + n) & 3) != 0; n--) d[n - 1] = s[n - 1];
    for (; n >= 4; n -= 4) *(word*)(d + n - 4) = *(const word*)(s + n - 4);
  }
  for (; n != 0; n--) d[n - 1] = s[n - 1];
  return to;
}

void* memset(void* to, int value, size_t n) {
  unsigned char* d = to;
  uint32_t pattern = (unsigned char)value * 0x01010101u;
  for (; n != 0 && ((uintptr_t)d & 3) != 0; n--) *d++ = (unsigned char)value;
  for (; n >= 4; n -= 4, d += 4) *(word*)d = pattern;
  for (; n != 0; n--) *d++ = (unsigned char)value;
  return to;
}

int memcmp(const void* a, const void* b, size_t n) {
  const unsigned char *x = a, *y = b;
  for (; n != 0; n--, x++, y++) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}
