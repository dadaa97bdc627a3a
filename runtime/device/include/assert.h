/* assert() of kernels: prints what failed, then stops the launch with a breakpoint fault on the assert's line. */
#include <sys/cdefs.h>

#undef assert

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition)                                         \
  ((condition) ? (void)0 : __extension__({                        \
    __hd_assert_failed(__FILE__, __LINE__, __func__, #condition); \
    __asm__ volatile("ebreak" ::: "memory");                      \
    __builtin_unreachable();                                      \
  }))
#endif

#ifndef HEDDLE_ASSERT_H
#define HEDDLE_ASSERT_H
#ifdef __cplusplus
extern "C" {
#endif
/* Prints one line. */
void __hd_assert_failed(const char* file, int line, const char* function, const char* condition);
#ifdef __cplusplus
}
#endif
#endif

#if !defined(__cplusplus) && !defined(static_assert)
#define static_assert _Static_assert
#endif
