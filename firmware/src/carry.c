/* Packets that need no launch: barriers, waits, copies, fills, timestamps. */
#include <stddef.h>

#include "platform.h"
#include "queue_state.h"

enum { STEP_WORDS = 64 /* of a copy or fill, in one step */ };

static uint32_t last_carried;

/* -1: memory refuses. */
static int signal_value(uint32_t signal, int64_t* value) {
  uint32_t words[2];
  if (!hd_memory_read(signal + offsetof(struct hd_signal, value), words, 2)) return -1;
  *value = (int64_t)((uint64_t)words[1] << 32 | words[0]);
  return 0;
}

/* 1: the packet may be complete; 0: it waits; -1: memory refuses, *offset is the field. */
static int barrier_passes(const struct hd_barrier_packet* packet, int all, uint32_t* offset) {
  int any = 0, none = 1;
  for (uint32_t i = 0; i < HD_PACKET_SIGNALS; ++i) {
    int64_t value;
    if (packet->signal[i] == 0) continue;
    none = 0;
    *offset = (uint32_t)(offsetof(struct hd_barrier_packet, signal) + i * sizeof packet->signal[0]);
    if (signal_value((uint32_t)packet->signal[i], &value) != 0) return -1;
    if (value == 0) any = 1;
    if (value != 0 && all) return 0;
  }
  return all || any || none;
}

static int wait_passes(const struct hd_vendor_packet* packet, uint32_t* offset) {
  int64_t value;
  *offset = offsetof(struct hd_vendor_packet, destination);
  if (signal_value((uint32_t)packet->destination, &value) != 0) return -1;
  switch (packet->condition) {
    case HD_WAIT_EQUAL: return value == packet->operand;
    case HD_WAIT_NOT_EQUAL: return value != packet->operand;
    case HD_WAIT_LESS: return value < packet->operand;
    default: return value >= packet->operand;
  }
}

/* Copies and fills in steps. 1: all is done; 0: not yet; -1: memory refuses. */
static int fill_step(struct queue* queue, const struct hd_vendor_packet* packet) {
  uint32_t words[STEP_WORDS];
  const uint32_t left = (uint32_t)packet->bytes - queue->done;
  const uint32_t count = left / 4 < STEP_WORDS ? left / 4 : STEP_WORDS;
  for (uint32_t i = 0; i < count; ++i) words[i] = packet->value;
  if (!hd_memory_write((uint32_t)packet->destination + queue->done, words, count)) return -1;
  queue->done += 4 * count;
  return queue->done == (uint32_t)packet->bytes;
}

static int copy_step(struct queue* queue, const struct hd_vendor_packet* packet) {
  uint32_t words[STEP_WORDS];
  const uint32_t left = (uint32_t)packet->bytes - queue->done;
  const uint32_t from = (uint32_t)packet->source + queue->done, to = (uint32_t)packet->destination + queue->done;
  if (left >= 4 && ((from | to) & 3) == 0) {
    const uint32_t count = left / 4 < STEP_WORDS ? left / 4 : STEP_WORDS;
    if (!hd_memory_read(from, words, count) || !hd_memory_write(to, words, count)) return -1;
    queue->done += 4 * count;
  } else {
    /* Bytes; up to where words begin, if both begin there together. */
    const uint32_t limit = ((from ^ to) & 3) == 0 && left >= 4 ? 4 - (from & 3) : STEP_WORDS;
    const uint32_t count = left < limit ? left : limit;
    for (uint32_t i = 0; i < count; ++i) {
      uint8_t byte;
      if (!hd_memory_read_byte(from + i, &byte) || !hd_memory_write_byte(to + i, byte)) return -1;
    }
    queue->done += count;
  }
  return queue->done == (uint32_t)packet->bytes;
}

static int vendor_step(struct queue* queue, uint32_t* offset) {
  const struct hd_vendor_packet* packet = &queue->packet.vendor;
  uint32_t words[2];
  *offset = offsetof(struct hd_vendor_packet, destination);
  switch (packet->format) {
    case HD_VENDOR_FILL: return fill_step(queue, packet);
    case HD_VENDOR_COPY: return copy_step(queue, packet);
    case HD_VENDOR_WAIT: return wait_passes(packet, offset);
    default: hd_set64(words, hd_time()); return hd_memory_write((uint32_t)packet->destination, words, 2) ? 1 : -1;
  }
}

/* Carries on with the packet in hand. */
static enum hd_progress carry_on(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const unsigned type = queue->packet.header & 0xFF;
  uint32_t offset = 0;
  int result;
  if (!queue->started) {
    queue->started = 1;
    queue->done = 0;
    queue->begin = hd_time();
  }
  result = type == HD_PACKET_VENDOR ? vendor_step(queue, &offset)
                                    : barrier_passes(&queue->packet.barrier, type == HD_PACKET_BARRIER_AND, &offset);
  if (result < 0) {
    hd_queue_fail(q, HD_QUEUE_MEMORY, offset);
  } else if (result > 0) {
    hd_sets.in_hand &= ~(1u << q);
    hd_complete(q, queue->signal, queue->begin, hd_time());
  } else if (type != HD_PACKET_VENDOR || queue->packet.vendor.format == HD_VENDOR_WAIT) {
    return HD_POLL;
  }
  return HD_PROGRESS;
}

/* A step of the first queue in turn that can make one: its packet is no kernel, and the one before it is complete. */
__attribute__((noinline)) enum hd_progress hd_carry_step(void) {
  uint32_t left = hd_sets.in_hand & ~hd_sets.kernels;
  enum hd_progress result = HD_IDLE;
  left &= ~hd_running;
  if (hd_completing != HD_NO_QUEUE) left &= ~(1u << hd_completing);
  for (uint32_t q = last_carried; left != 0; left &= ~(1u << q)) {
    enum hd_progress progress = HD_PROGRESS;
    q = hd_next(left, q);
    if (hd_queue[q].reason != HD_PACKET_GOOD) {
      hd_queue_fail(q, hd_queue[q].reason, hd_queue[q].offset);
    } else {
      progress = carry_on(q);
    }
    if (progress == HD_PROGRESS) {
      last_carried = q;
      return HD_PROGRESS;
    }
    result = HD_POLL;
  }
  return result;
}
