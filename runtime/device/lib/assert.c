#include <assert.h>
#include <stdio.h>

#include "heddle.h"

void __hd_assert_failed(const char* file, int line, const char* function, const char* condition) {
  printf("%s:%d: %s: assertion failed: %s (group %lu,%lu,%lu, work-item %lu)\n", file, line, function, condition,
         (unsigned long)hd_group_id(0), (unsigned long)hd_group_id(1), (unsigned long)hd_group_id(2),
         (unsigned long)hd_local_linear_id());
}

/* For objects that were compiled with picolibc's own assert.h. */
__attribute__((noreturn)) void __assert_func(const char* file, int line, const char* function, const char* condition);
void __assert_func(const char* file, int line, const char* function, const char* condition) {
  __hd_assert_failed(file, line, function, condition);
  hd_trap();
}
