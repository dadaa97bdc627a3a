// Conversions with a rounding mode of their own. Halves cross over to the OpenCL C part of the library as their bits.
#include <stdint.h>

#define API __attribute__((always_inline))

#define TO_SINGLE(name, instruction, mode, type)               \
  API float name(type x) {                                     \
    float r;                                                   \
    __asm__(instruction " %0, %1, " #mode : "=f"(r) : "r"(x)); \
    return r;                                                  \
  }

#define TO_HALF(name, instruction, mode, type, place)            \
  API uint32_t name(type x) {                                    \
    _Float16 r;                                                  \
    uint16_t bits;                                               \
    __asm__(instruction " %0, %1, " #mode : "=f"(r) : place(x)); \
    __builtin_memcpy(&bits, &r, sizeof bits);                    \
    return bits;                                                 \
  }

#define CONVERSIONS(suffix, mode)                                    \
  TO_SINGLE(__hd_cl_int2f_##suffix, "fcvt.s.w", mode, int32_t)       \
  TO_SINGLE(__hd_cl_uint2f_##suffix, "fcvt.s.wu", mode, uint32_t)    \
  TO_HALF(__hd_cl_int2h_##suffix, "fcvt.h.w", mode, int32_t, "r")    \
  TO_HALF(__hd_cl_uint2h_##suffix, "fcvt.h.wu", mode, uint32_t, "r") \
  TO_HALF(__hd_cl_f2h_##suffix, "fcvt.h.s", mode, float, "f")

CONVERSIONS(rte, rne)
CONVERSIONS(rtz, rtz)
CONVERSIONS(rtp, rup)
CONVERSIONS(rtn, rdn)
