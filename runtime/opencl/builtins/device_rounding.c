// Conversions with a rounding mode of their own. Halves cross over to the OpenCL C part of the library as their bits.
#include <stdint.h>

#define API __attribute__((always_inline))

#define CONVERSIONS(suffix, mode)                           \
  API float __hd_cl_int2f_##suffix(int32_t x) {             \
    float r;                                                \
    __asm__("fcvt.s.w %0, %1, " #mode : "=f"(r) : "r"(x));  \
    return r;                                               \
  }                                                         \
  API float __hd_cl_uint2f_##suffix(uint32_t x) {           \
    float r;                                                \
    __asm__("fcvt.s.wu %0, %1, " #mode : "=f"(r) : "r"(x)); \
    return r;                                               \
  }                                                         \
  API uint32_t __hd_cl_int2h_##suffix(int32_t x) {          \
    _Float16 r;                                             \
    __asm__("fcvt.h.w %0, %1, " #mode : "=f"(r) : "r"(x));  \
    uint16_t bits;                                          \
    __builtin_memcpy(&bits, &r, sizeof bits);               \
    return bits;                                            \
  }                                                         \
  API uint32_t __hd_cl_uint2h_##suffix(uint32_t x) {        \
    _Float16 r;                                             \
    __asm__("fcvt.h.wu %0, %1, " #mode : "=f"(r) : "r"(x)); \
    uint16_t bits;                                          \
    __builtin_memcpy(&bits, &r, sizeof bits);               \
    return bits;                                            \
  }                                                         \
  API uint32_t __hd_cl_f2h_##suffix(float x) {              \
    _Float16 r;                                             \
    __asm__("fcvt.h.s %0, %1, " #mode : "=f"(r) : "f"(x));  \
    uint16_t bits;                                          \
    __builtin_memcpy(&bits, &r, sizeof bits);               \
    return bits;                                            \
  }

CONVERSIONS(rte, rne)
CONVERSIONS(rtz, rtz)
CONVERSIONS(rtp, rup)
CONVERSIONS(rtn, rdn)
