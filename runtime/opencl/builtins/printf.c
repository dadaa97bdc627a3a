// Device side of printf: a call's arguments become a record in the output ring; the host formats it. Linked as an
// object, and only where a kernel prints, since the ring is part of the image.
#include <stdint.h>

#include "../include/heddle_opencl_abi.h"
#include "heddle.h"
#include "heddle_stdout.h"

static char text[HD_CL_RING_BYTES];
__attribute__((used)) struct hd_stdout __hd_stdout = {HD_STDOUT_MAGIC, sizeof text, 0, 0, (uint32_t)text};

int __hd_cl_printf(const char* format, const uint32_t* words, uint32_t count);

static char* put_word(char* at, uint32_t word) {
  for (int i = 0; i < 8; i++, word >>= 4) *at++ = (char)('A' + (word & 15));
  return at;
}

// 0 where it was written, -1 where the ring is full: the whole record is dropped then.
int __hd_cl_printf(const char* format, const uint32_t* words, uint32_t count) {
  const uint32_t size = 2 + 8 * (count + 1);
  uint32_t at = __atomic_fetch_add(&__hd_stdout.head, size, __ATOMIC_RELAXED);
  if (at > sizeof text - size) {
    __atomic_fetch_add(&__hd_stdout.dropped, size, __ATOMIC_RELAXED);
    return -1;
  }
  char* to = text + at;
  *to++ = HD_CL_RECORD_BEGIN;
  to = put_word(to, (uint32_t)format);
  for (uint32_t i = 0; i < count; i++) to = put_word(to, words[i]);
  *to = HD_CL_RECORD_END;
  return 0;
}
