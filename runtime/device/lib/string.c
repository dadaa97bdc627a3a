/* String functions that read no byte behind the end of a string. Debian's strcmp reads whole words, which faults where
   a string ends in the last, partial word of an allocation. */
#include <stddef.h>

size_t strlen(const char* text);
int strcmp(const char* a, const char* b);

size_t strlen(const char* text) {
  const char* end = text;
  while (*end) end++;
  return (size_t)(end - text);
}

int strcmp(const char* a, const char* b) {
  while (*a && *a == *b) {
    a++;
    b++;
  }
  return (unsigned char)*a - (unsigned char)*b;
}
