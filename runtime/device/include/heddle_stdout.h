/* What kernels print, as the host finds it: the symbol `__hd_stdout` in the image is a struct hd_stdout.
   Shared by the device library (which appends) and the driver (which prints and resets after a launch).

   Text is at data[0 .. min(head, capacity)). A launch that was stopped may have reserved bytes it never wrote: they are
   0, because the host clears what it has printed; skip them. To reset: clear data, then head = dropped = 0. */
#ifndef HEDDLE_STDOUT_H
#define HEDDLE_STDOUT_H

#include <stdint.h>

#define HD_STDOUT_MAGIC 0x54554F48u /* "HOUT" */

struct hd_stdout {
  uint32_t magic;
  uint32_t capacity; /* bytes at data */
  uint32_t head;     /* bytes reserved since the last reset, which may be more than capacity */
  uint32_t dropped;  /* bytes of text that found no room */
  uint32_t data;     /* device address of the text */
};

#endif
