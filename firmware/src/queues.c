/* Queues: commands of the host, errors, and what is done next. A queue has one packet in hand, which has been taken out
 * of the ring and checked. It starts when the one before it is complete; so packets of a queue are complete in order,
 * and the header's barrier bit asks for nothing more. While a kernel runs, the next packet is taken and checked, and so
 * is one of each other queue; packets that need no launch are carried out meanwhile. */
#include "queues.h"

#include "platform.h"
#include "queue_state.h"

#define DEVICE_BASE 0x80000000u

struct hd_queue hd_queue_table[HD_QUEUES];
struct hd_context hd_context_table[HD_CONTEXTS];

struct queue hd_queue[HD_QUEUES];
struct queue_sets hd_sets;

void hd_queues_start(void) {
  const struct queue_sets none = {0, 0, 0, 0, 0};
  hd_sets = none;
  hd_log_start();
  hd_take_start();
  hd_launch_start();
  hd_complete_start();
}

/* Nothing more of the queue is carried out. */
static void drop(uint32_t q) {
  const uint32_t others = ~(1u << q);
  hd_sets.open &= others;
  hd_sets.waiting &= others;
  hd_sets.in_hand &= others;
  hd_sets.kernels &= others;
  hd_take_cancel(q);
}

void hd_queue_fail(uint32_t q, uint32_t reason, uint32_t offset) {
  volatile struct hd_queue* entry = hd_entry(q);
  entry->reason = reason;
  entry->offset = offset;
  hd_set64(entry->failed_index, hd_queue[q].complete);
  ++entry->errors;
  entry->state = HD_QUEUE_FAILED;
  hd_log_failure(q);
  drop(q);
  hd_ring_host(1u << q);
  if ((hd_running >> q & 1) != 0) hd_launch_abort(q);
}

static void open_queue(uint32_t q) {
  volatile struct hd_queue* entry = hd_entry(q);
  struct queue* queue = &hd_queue[q];
  const uint32_t packets = entry->packets;
  queue->ring = entry->ring;
  queue->context = entry->context;
  queue->priority = entry->priority;
  queue->time_limit = entry->time_limit;
  entry->packets_before += (uint32_t)queue->complete;
  queue->read = queue->complete = 0;
  queue->shape[0] = HD_PACKET_INVALID; /* which no packet that is looked at begins with */
  queue->written = 0;
  hd_set64(entry->read_index, 0);
  hd_set64(entry->complete_index, 0);
  if (packets == 0 || packets > HD_QUEUE_PACKETS_MAX || (packets & (packets - 1)) != 0 || queue->ring < DEVICE_BASE ||
      queue->ring % HD_PACKET_BYTES != 0 || 0u - queue->ring < packets * HD_PACKET_BYTES) {
    hd_queue_fail(q, HD_QUEUE_BAD_RING, 0);
  } else if (queue->context >= HD_CONTEXTS) {
    hd_queue_fail(q, HD_QUEUE_BAD_CONTEXT, 0);
  } else {
    queue->mask = packets - 1;
    queue->generation = &hd_context_table[queue->context].generation;
    hd_sets.open |= 1u << q;
    entry->reason = HD_PACKET_GOOD;
    entry->state = HD_QUEUE_OPENED;
  }
}

static void carry_out_command(uint32_t q) {
  volatile struct hd_queue* entry = hd_entry(q);
  hd_complete_wait(q);
  drop(q);
  if ((hd_running >> q & 1) != 0) { /* carried out as a closing, when the launch has ended */
    hd_sets.closing |= 1u << q;
    hd_launch_abort(q);
    return;
  }
  entry->state = HD_QUEUE_CLOSED;
  if (entry->command == HD_QUEUE_OPEN) open_queue(q);
  entry->command = HD_QUEUE_NONE;
}

/* Of doorbells that have rung: commands, and packets. */
static __attribute__((noinline)) void serve_doorbells(void) {
  uint32_t rung = hd_doorbells() & ((1u << HD_QUEUES) - 1);
  for (uint32_t q = 0; rung != 0; ++q, rung >>= 1) {
    if ((rung & 1) == 0) continue;
    if (hd_entry(q)->command != HD_QUEUE_NONE) carry_out_command(q);
    if ((hd_sets.open >> q & 1) == 0) continue;
    hd_queue[q].written = hd_entry(q)->write_index;
    if (hd_queue[q].written != (uint32_t)hd_queue[q].read) hd_sets.waiting |= 1u << q;
  }
}

static enum hd_progress more(enum hd_progress a, enum hd_progress b) { return a < b ? a : b; }

/* The end of a kernel and the start of the next one first; the rest is done while that one runs. */
enum hd_progress hd_queues_step(void) {
  const uint32_t events = hd_events();
  enum hd_progress progress = events != 0 ? HD_PROGRESS : HD_IDLE;
  if ((events & HD_EVENT_ENDED) != 0 && hd_running != 0) hd_launch_ended();
  progress = more(progress, hd_take_step());
  hd_launch_complete();
  if ((events & HD_EVENT_DOORBELL) != 0) serve_doorbells();
  if (hd_slots_free != 0 && hd_sets.kernels != 0 && hd_launch_next()) progress = HD_PROGRESS;
  if (hd_completing != HD_NO_QUEUE) {
    hd_complete_step();
    progress = HD_PROGRESS;
  }
  if ((hd_sets.in_hand & ~hd_sets.kernels) != 0) progress = more(progress, hd_carry_step());
  if (hd_limited != 0) {
    hd_launch_limits();
    progress = more(progress, HD_POLL);
  }
  return progress;
}
