/* Completions: the signal's block is read and written through a block buffer of its own, while the next kernel runs.
 * One at a time. */
#include <stddef.h>

#include "platform.h"
#include "queue_state.h"

enum {
  VALUE = offsetof(struct hd_signal, value) / 4,
  START = offsetof(struct hd_signal, start) / 4,
  END = offsetof(struct hd_signal, end) / 4,
  WRITTEN = 3 << VALUE | 3 << START | 3 << END
};
_Static_assert(sizeof(struct hd_signal) == 4 * HD_BLOCK_WORDS, "a signal is a block");
/* What is at lower addresses is seen last: who sees the value sees the times. */
_Static_assert((int)VALUE < (int)START && (int)VALUE < (int)END, "the value is written last");

uint32_t hd_completing;
static int writing;
static uint32_t signal_address;
static uint64_t begin_time, end_time;

void hd_complete_start(void) { hd_completing = HD_NO_QUEUE; }

static void count(uint32_t q) {
  hd_completing = HD_NO_QUEUE;
  hd_set64(hd_entry(q)->complete_index, ++hd_queue[q].complete);
  hd_ring_host(1u << q);
}

static void set_double(uint32_t word, uint64_t value) {
  hd_block_set_word(HD_BUFFER_SIGNAL, word, (uint32_t)value);
  hd_block_set_word(HD_BUFFER_SIGNAL, word + 1, (uint32_t)(value >> 32));
}

static void write_signal(void) {
  const volatile uint32_t* words = hd_block_words(HD_BUFFER_SIGNAL);
  const uint32_t low = words[VALUE], high = words[VALUE + 1];
  set_double(VALUE, ((uint64_t)high << 32 | low) - 1);
  set_double(START, begin_time);
  set_double(END, end_time);
  hd_block_write(HD_BUFFER_SIGNAL, signal_address, WRITTEN);
  writing = 1;
}

enum hd_progress hd_complete_step(void) {
  const uint32_t q = hd_completing;
  if (q == HD_NO_QUEUE) return HD_IDLE;
  if (hd_block_busy(HD_BUFFER_SIGNAL)) return HD_PROGRESS;
  if (hd_block_failed(HD_BUFFER_SIGNAL)) {
    hd_completing = HD_NO_QUEUE;
    hd_queue_fail(q, HD_QUEUE_MEMORY, offsetof(struct hd_dispatch_packet, completion_signal));
  } else if (writing) {
    count(q);
  } else {
    write_signal();
  }
  return HD_PROGRESS;
}

void hd_complete_wait(uint32_t q) {
  while (hd_completing == q) hd_complete_step();
}

void hd_complete(uint32_t q, uint32_t signal, uint64_t begin, uint64_t end) {
  while (hd_completing != HD_NO_QUEUE) hd_complete_step();
  if ((hd_sets.open >> q & 1) == 0) return; /* the one before has failed */
  if (signal == 0) {
    count(q);
    return;
  }
  hd_completing = q;
  signal_address = signal;
  begin_time = begin;
  end_time = end;
  writing = 0;
  hd_block_read(HD_BUFFER_SIGNAL, signal);
}
