/* stdin, stdout and stderr of picolibc's stdio. A lane collects a line in a buffer of its own and appends it whole, so
   that lines of different lanes never mix; lines longer than the buffer are cut into pieces. There is no input. */
#include <stdio.h>

#include "heddle.h"
#include "heddle_stdout.h"

enum { kCapacity = 1 << 16, kLine = 192 };

static char text[kCapacity];
__attribute__((used)) struct hd_stdout __hd_stdout = {HD_STDOUT_MAGIC, kCapacity, 0, 0, (uint32_t)text};

static _Thread_local uint32_t length;
static _Thread_local char line[kLine] __attribute__((section(".tbss.0noinit")));

void __hd_stdout_finish(void);

static void append(void) {
  uint32_t n = length;
  length = 0;
  if (n == 0) return;
  uint32_t at = __atomic_fetch_add(&__hd_stdout.head, n, __ATOMIC_RELAXED);
  uint32_t room = at < kCapacity ? kCapacity - at : 0;
  if (n > room) {
    __atomic_fetch_add(&__hd_stdout.dropped, n - room, __ATOMIC_RELAXED);
    n = room;
  }
  for (uint32_t i = 0; i < n; i++) text[at + i] = line[i];
}

static int put(char c, FILE* file) {
  (void)file;
  line[length++] = c;
  if (c == '\n' || length == kLine) append();
  return (unsigned char)c;
}

static int flush(FILE* file) {
  (void)file;
  append();
  return 0;
}

/* Called by the start code when the kernel has returned. */
void __hd_stdout_finish(void) { append(); }

static FILE output = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);
static FILE input = FDEV_SETUP_STREAM(NULL, NULL, NULL, 0);

FILE* const stdin = &input;
FILE* const stdout = &output;
FILE* const stderr = &output;
