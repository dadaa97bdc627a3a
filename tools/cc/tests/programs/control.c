/* Control flow of every kind, for the layout pass. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int outside(int x);
extern volatile int flag;

static inline int clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

int nested(const int* a, int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) {
    if (a[i] < 0) continue;
    for (int j = i; j < n; j++) {
      if (a[j] == 7) goto next;
      if (a[j] == 9) return sum;
      while (flag) {
        sum += outside(j);
        if (sum > 1000) break;
      }
    }
    sum += clamp(a[i], 3, 99);
  next:
    sum ^= i;
  }
  return sum;
}

int switches(int op, int x) {
  for (int i = 0; i < 20; i++) {
    switch (op & 15) {
      case 0: x += 3; break;
      case 1: x ^= 7; /* falls through */
      case 2: x *= 5; break;
      case 3:
        if (x & 1) continue;
        x--;
        break;
      case 4: return x;
      case 5: op >>= 1; continue;
      case 6: x = outside(x); break;
      case 7: abort();
      case 8:
      case 9: x = ~x; break;
      default: x += op;
    }
    op += x;
  }
  return x;
}

int interpreter(const unsigned char* code, int x) {
  static const void* const table[] = {&&add, &&sub, &&loop, &&end};
  const unsigned char* p = code;
  goto* table[*p & 3];
add:
  x += *++p;
  goto* table[*p & 3];
sub:
  x -= *++p;
  goto* table[*p & 3];
loop:
  if (x > 100)
    p = code;
  else
    p++;
  goto* table[*p & 3];
end:
  return x;
}

int search(const int* a, int n, int key) {
  int low = 0, high = n - 1;
  while (low <= high) {
    int middle = (low + high) / 2;
    if (a[middle] == key) return middle;
    if (a[middle] < key)
      low = middle + 1;
    else
      high = middle - 1;
  }
  return -1;
}

int shorts(int a, int b, int c) { return (a && b) || (c && outside(a)) ? outside(b) : (a || c) && b ? 3 : outside(c); }

int irreducible(int x) {
  if (x & 1) goto middle;
top:
  x = x * 3 + 1;
  if (x > 500) return x;
middle:
  x >>= 1;
  if (x & 2) goto top;
  if (outside(x)) goto middle;
  return -x;
}

int (*indirect(int x))(int) { return x ? outside : (int (*)(int))abs; }
int tail(int (*f)(int), int x) { return x ? f(x) : outside(x); }

int lock(int* word, int x) {
  while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE)) {
    while (*(volatile int*)word) __asm__ volatile("pause");
  }
  int old = __sync_val_compare_and_swap(word + 1, x, 5);
  short* half = (short*)(word + 2);
  __atomic_fetch_add(half, 3, __ATOMIC_RELAXED);
  __atomic_store_n(word, 0, __ATOMIC_RELEASE);
  return old;
}

int jump_in_assembly(int x) {
  __asm__ goto("beqz %0, %l1" : : "r"(x) : : zero);
  return outside(x);
zero:
  return 3;
}

int loop_in_assembly(int x) {
  int r = 0;
  __asm__ volatile("1: addi %0, %0, 1\n blt %0, %1, 1b\n beqz %1, 2f\n nop\n2:" : "+r"(r) : "r"(x));
  return r + (x > 3 ? outside(x) : 0);
}

void copy(char* to, const char* from, unsigned n) {
  char buffer[64];
  memcpy(buffer, from, sizeof buffer);
  for (unsigned i = 0; i < n; i++) to[i] = buffer[i & 63];
  if (n > 100) memset(to, 0, n);
}

double soft(double a, double b, int n) {
  double s = 0;
  for (int i = 0; i < n; i++) {
    if (a < b)
      s += a / b;
    else if (a > 2 * b)
      break;
    a = a * 1.5 + s;
  }
  return s;
}

uint64_t wide(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

int recursion(int all, int columns, int left, int right) {
  if (columns == all) return 1;
  int free = all & ~(columns | left | right), count = 0;
  while (free) {
    int bit = free & -free;
    free ^= bit;
    count += recursion(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

int variadic(int count, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, count);
  int sum = 0;
  while (count-- > 0) sum += __builtin_va_arg(list, int);
  __builtin_va_end(list);
  return sum;
}
