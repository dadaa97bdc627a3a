/* A queue has one packet in hand, which has been taken out of the ring and checked. It starts when the one before it is
 * complete; so packets of a queue are complete in order, and the header's barrier bit asks for nothing more. While a
 * kernel runs, the next packet is taken and checked, and so is one of each other queue; packets that need no launch are
 * carried out meanwhile. */
#include "queues.h"

#include "heddle/heddle_isa.h"
#include "heddle/heddle_registers.h"
#include "platform.h"

enum {
  PACKET_WORDS = HD_PACKET_BYTES / 4,
  STEP_WORDS = 64, /* of a copy or fill, in one step */
  NO_QUEUE = HD_QUEUES
};
#define DEVICE_BASE 0x80000000u

struct hd_queue hd_queue_table[HD_QUEUES];
struct hd_context hd_context_table[HD_CONTEXTS];

/* What the firmware knows of a queue; the host cannot change it. */
struct queue {
  uint32_t ring, mask, context, priority, time_limit;
  uint64_t read, complete;
  union hd_packet packet;
  struct hd_kernel_object object; /* of a dispatch */
  uint8_t open, closing, in_hand, started;
  uint32_t reason, offset; /* what is wrong with the packet in hand */
  uint32_t done;           /* bytes of a copy or fill that are done */
  uint64_t begin;          /* of the packet in hand, or that runs */
};

static struct queue queues[HD_QUEUES];
static struct hd_packet_limits limits;
static uint32_t device_threads, regions;
static uint32_t running = NO_QUEUE; /* whose kernel runs */
static uint32_t last_served;
static int aborting; /* the running kernel has been told to stop */
static uint32_t loaded_context = HD_CONTEXTS, loaded_generation;

/* A completion whose signal is written while the next kernel already runs. */
static struct {
  uint32_t signal, queue;
  uint64_t begin, end;
} late;

static void set64(volatile uint32_t words[2], uint64_t value) {
  words[0] = (uint32_t)value;
  words[1] = (uint32_t)(value >> 32);
}

static uint32_t field(uint32_t value, uint32_t mask) { return (value & mask) / (mask & (0u - mask)); }

static volatile struct hd_queue* table(uint32_t q) { return &hd_queue_table[q]; }

void hd_queues_start(void) {
  const uint32_t shape = hd_register_read(HEDDLE_REGISTER_SHAPE);
  regions = field(shape, HEDDLE_REGISTER_SHAPE_REGIONS);
  limits.threads = field(shape, HEDDLE_REGISTER_SHAPE_WARPS) * field(shape, HEDDLE_REGISTER_SHAPE_LANES);
  limits.scratchpad_bytes = hd_register_read(HEDDLE_REGISTER_SCRATCHPAD_BYTES);
  limits.private_bytes = HEDDLE_PRIVATE_SIZE;
  device_threads = field(shape, HEDDLE_REGISTER_SHAPE_CORES) * limits.threads;
  late.queue = NO_QUEUE;
}

static void abort_launch(void) {
  if (aborting) return;
  aborting = 1;
  hd_register_write(HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_ABORT);
}

/* The queue stops at the first packet that is not complete. */
static void fail(uint32_t q, uint32_t reason, uint32_t offset) {
  volatile struct hd_queue* entry = table(q);
  entry->reason = reason;
  entry->offset = offset;
  set64(entry->failed_index, queues[q].complete);
  entry->state = HD_QUEUE_FAILED;
  queues[q].open = queues[q].in_hand = 0;
  hd_ring_host(1u << q);
  if (running == q) abort_launch();
}

static void open_queue(uint32_t q) {
  volatile struct hd_queue* entry = table(q);
  struct queue* queue = &queues[q];
  const uint32_t packets = entry->packets;
  queue->ring = entry->ring;
  queue->context = entry->context;
  queue->priority = entry->priority;
  queue->time_limit = entry->time_limit;
  queue->read = queue->complete = 0;
  queue->closing = queue->in_hand = 0;
  set64(entry->read_index, 0);
  set64(entry->complete_index, 0);
  if (packets == 0 || packets > HD_QUEUE_PACKETS_MAX || (packets & (packets - 1)) != 0 || queue->ring < DEVICE_BASE ||
      queue->ring % HD_PACKET_BYTES != 0 || 0u - queue->ring < packets * HD_PACKET_BYTES) {
    fail(q, HD_QUEUE_BAD_RING, 0);
  } else if (queue->context >= HD_CONTEXTS) {
    fail(q, HD_QUEUE_BAD_CONTEXT, 0);
  } else {
    queue->mask = packets - 1;
    queue->open = 1;
    entry->reason = HD_PACKET_GOOD;
    entry->state = HD_QUEUE_OPENED;
  }
}

/* ---- completion ---- */

static void count_complete(uint32_t q) {
  struct queue* queue = &queues[q];
  queue->complete++;
  set64(table(q)->complete_index, queue->complete);
  hd_ring_host(1u << q);
}

/* 0: memory refuses. */
static int write_signal(uint32_t signal, uint64_t begin, uint64_t end) {
  const uint32_t times[4] = {(uint32_t)begin, (uint32_t)(begin >> 32), (uint32_t)end, (uint32_t)(end >> 32)};
  uint32_t words[2];
  if (signal == 0) return 1;
  if (!hd_memory_write(signal + offsetof(struct hd_signal, start), times, 4)) return 0;
  if (!hd_memory_read(signal + offsetof(struct hd_signal, value), words, 2)) return 0;
  set64(words, ((uint64_t)words[1] << 32 | words[0]) - 1);
  return hd_memory_write(signal + offsetof(struct hd_signal, value), words, 2);
}

static void write_late_signal(void) {
  const uint32_t q = late.queue;
  if (late.queue == NO_QUEUE) return;
  late.queue = NO_QUEUE;
  if (write_signal(late.signal, late.begin, late.end)) {
    count_complete(q);
  } else {
    fail(q, HD_QUEUE_MEMORY, offsetof(struct hd_dispatch_packet, completion_signal));
  }
}

/* A packet that needed no launch. */
static void finish_packet(uint32_t q) {
  struct queue* queue = &queues[q];
  const uint32_t signal = (uint32_t)queue->packet.dispatch.completion_signal;
  queue->in_hand = 0;
  if (write_signal(signal, queue->begin, hd_time())) {
    count_complete(q);
  } else {
    fail(q, HD_QUEUE_MEMORY, offsetof(struct hd_dispatch_packet, completion_signal));
  }
}

static void copy_fault(volatile struct hd_queue* entry) {
  entry->fault.cause = hd_register_read(HEDDLE_REGISTER_FAULT_CAUSE);
  entry->fault.pc = hd_register_read(HEDDLE_REGISTER_FAULT_PC);
  entry->fault.value = hd_register_read(HEDDLE_REGISTER_FAULT_VALUE);
  for (uint32_t i = 0; i < 3; ++i) entry->fault.group[i] = hd_register_read(HEDDLE_REGISTER_FAULT_GROUP + 4 * i);
  entry->fault.local = hd_register_read(HEDDLE_REGISTER_FAULT_LOCAL);
  entry->fault.place = hd_register_read(HEDDLE_REGISTER_FAULT_PLACE);
}

/* 1: the running launch has ended, and its queue knows. */
static int finish_launch(void) {
  const uint32_t status = hd_register_read(HEDDLE_REGISTER_STATUS);
  const uint32_t q = running;
  volatile struct hd_queue* entry;
  const uint64_t now = hd_time();
  if ((status & HEDDLE_REGISTER_STATUS_DONE) == 0) {
    if (queues[q].time_limit != 0 && now - queues[q].begin > queues[q].time_limit) {
      abort_launch();
    }
    return 0;
  }
  hd_register_write(HEDDLE_REGISTER_INTERRUPT_CLEAR, HEDDLE_REGISTER_INTERRUPT_CLEAR_DONE);
  entry = table(q);
  running = NO_QUEUE;
  if (queues[q].closing) {
    queues[q].closing = 0;
    entry->state = HD_QUEUE_CLOSED;
    entry->command = HD_QUEUE_NONE;
    hd_ring_host(1u << q);
  } else if (!queues[q].open) {
    return 1; /* it has failed already */
  } else if ((status & HEDDLE_REGISTER_STATUS_FAULT) != 0) {
    copy_fault(entry);
    fail(q, HD_QUEUE_FAULT, 0);
  } else if ((status & HEDDLE_REGISTER_STATUS_REJECTED) != 0) {
    entry->detail = field(status, HEDDLE_REGISTER_STATUS_REASON);
    fail(q, HD_QUEUE_REJECTED, 0);
  } else if ((status & HEDDLE_REGISTER_STATUS_ABORTED) != 0) {
    fail(q, HD_QUEUE_TIME_LIMIT, 0);
  } else {
    late.queue = q;
    late.end = now;
  }
  return 1;
}

/* ---- packets ---- */

/* The packet is in hand; what is wrong with it is the queue's error once all packets before are complete. */
static enum hd_progress hold_packet(struct queue* queue, uint32_t reason, uint32_t offset) {
  queue->reason = reason;
  queue->offset = offset;
  queue->in_hand = 1;
  return HD_PROGRESS;
}

/* The kernel that a dispatch names. */
static enum hd_progress take_object(struct queue* queue) {
  const struct hd_dispatch_packet* packet = &queue->packet.dispatch;
  const volatile struct hd_context* context = &hd_context_table[queue->context];
  const uint32_t object_field = offsetof(struct hd_dispatch_packet, kernel_object);
  if (!hd_memory_read((uint32_t)packet->kernel_object, (uint32_t*)&queue->object, sizeof queue->object / 4)) {
    return hold_packet(queue, HD_QUEUE_MEMORY, object_field);
  }
  if (queue->object.magic != HD_KERNEL_MAGIC || queue->object.reserved != 0) {
    return hold_packet(queue, HD_QUEUE_BAD_OBJECT, object_field);
  }
  if ((uint64_t)packet->private_segment_size * device_threads > context->private_bytes) {
    return hold_packet(queue, HD_QUEUE_BAD_PRIVATE, offsetof(struct hd_dispatch_packet, private_segment_size));
  }
  return hold_packet(queue, HD_PACKET_GOOD, 0);
}

/* Takes the queue's next packet out of the ring, if there is one. */
static enum hd_progress take_packet(uint32_t q) {
  struct queue* queue = &queues[q];
  const uint32_t written = table(q)->write_index - (uint32_t)queue->read;
  const uint32_t slot = queue->ring + ((uint32_t)queue->read & queue->mask) * HD_PACKET_BYTES;
  struct hd_packet_error error;
  if (written == 0) return HD_IDLE;
  queue->started = 0;
  if (written > queue->mask + 1) return hold_packet(queue, HD_QUEUE_BAD_INDEX, 0);
  if (!hd_memory_read(slot, (uint32_t*)&queue->packet, PACKET_WORDS)) return hold_packet(queue, HD_QUEUE_MEMORY, 0);
  if ((queue->packet.header & 0xFF) == HD_PACKET_INVALID) return HD_POLL;
  queue->read++;
  set64(table(q)->read_index, queue->read);
  error = hd_packet_check(&queue->packet, &limits);
  if (error.reason != HD_PACKET_GOOD) return hold_packet(queue, error.reason, error.offset);
  if ((queue->packet.header & 0xFF) == HD_PACKET_DISPATCH) return take_object(queue);
  return hold_packet(queue, HD_PACKET_GOOD, 0);
}

static void load_context(uint32_t index) {
  const volatile struct hd_context* context = &hd_context_table[index];
  if (loaded_context == index && loaded_generation == context->generation) return;
  loaded_context = index;
  loaded_generation = context->generation;
  hd_register_write(HEDDLE_REGISTER_PRIVATE_BASE, context->private_base);
  for (uint32_t i = 0; i < regions; ++i) {
    hd_register_write(HEDDLE_REGISTER_REGION_BASE + i * HEDDLE_REGISTER_REGION_BASE_STRIDE, context->region[i].base);
    hd_register_write(HEDDLE_REGISTER_REGION_LAST + i * HEDDLE_REGISTER_REGION_LAST_STRIDE, context->region[i].last);
    hd_register_write(HEDDLE_REGISTER_REGION_ATTR + i * HEDDLE_REGISTER_REGION_ATTR_STRIDE, context->region[i].rights);
  }
}

/* No launch runs. Only whole workgroups: hd_packet_check has seen to that. */
static void launch(uint32_t q) {
  struct queue* queue = &queues[q];
  const struct hd_dispatch_packet* packet = &queue->packet.dispatch;
  load_context(queue->context);
  hd_register_write(HEDDLE_REGISTER_ENTRY, queue->object.entry);
  hd_register_write(HEDDLE_REGISTER_KERNEL, queue->object.kernel);
  hd_register_write(HEDDLE_REGISTER_ARGS, (uint32_t)packet->kernarg_address);
  hd_register_write(HEDDLE_REGISTER_PRIVATE_SIZE, packet->private_segment_size);
  hd_register_write(HEDDLE_REGISTER_SCRATCH_SIZE, packet->group_segment_size);
  for (uint32_t i = 0; i < 3; ++i) {
    const uint32_t local = packet->workgroup_size[i];
    hd_register_write(HEDDLE_REGISTER_LOCAL_SIZE + 4 * i, local);
    hd_register_write(HEDDLE_REGISTER_NUM_GROUPS + 4 * i,
                      local == 1 ? packet->grid_size[i] : packet->grid_size[i] / local);
  }
  aborting = 0;
  running = q;
  queue->begin = hd_time();
  hd_register_write(HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_START);
  write_late_signal();
  late.signal = (uint32_t)packet->completion_signal;
  late.begin = queue->begin;
  queue->in_hand = 0;
}

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
    default: set64(words, hd_time()); return hd_memory_write((uint32_t)packet->destination, words, 2) ? 1 : -1;
  }
}

/* Carries on with the packet in hand, one that needs no launch. */
static enum hd_progress carry_on(uint32_t q) {
  struct queue* queue = &queues[q];
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
    fail(q, HD_QUEUE_MEMORY, offset);
  } else if (result > 0) {
    finish_packet(q);
  } else if (type != HD_PACKET_VENDOR || queue->packet.vendor.format == HD_VENDOR_WAIT) {
    return HD_POLL;
  }
  return HD_PROGRESS;
}

static enum hd_progress serve(uint32_t q) {
  struct queue* queue = &queues[q];
  if (!queue->open) return HD_IDLE;
  if (!queue->in_hand) return take_packet(q);
  if (running == q) return HD_IDLE; /* its predecessor */
  if (queue->reason != HD_PACKET_GOOD) {
    write_late_signal();
    if (queue->open) fail(q, queue->reason, queue->offset);
    return HD_PROGRESS;
  }
  if ((queue->packet.header & 0xFF) == HD_PACKET_DISPATCH) {
    if (running != NO_QUEUE) return HD_IDLE;
    launch(q);
    return HD_PROGRESS;
  }
  write_late_signal();
  return queue->open ? carry_on(q) : HD_PROGRESS;
}

/* Of doorbells that have rung: commands. (That there are packets, the indices say.) */
static void serve_commands(uint32_t rung) {
  for (uint32_t q = 0; q < HD_QUEUES; ++q) {
    volatile struct hd_queue* entry = table(q);
    if ((rung >> q & 1) == 0 || entry->command == HD_QUEUE_NONE) continue;
    write_late_signal();
    queues[q].open = queues[q].in_hand = 0;
    if (running == q) { /* carried out as a closing, when the launch has ended */
      queues[q].closing = 1;
      abort_launch();
      continue;
    }
    entry->state = HD_QUEUE_CLOSED;
    if (entry->command == HD_QUEUE_OPEN) open_queue(q);
    entry->command = HD_QUEUE_NONE;
  }
}

/* Queues in turn, those of the greatest priority with something to do first. */
enum hd_progress hd_queues_step(void) {
  enum hd_progress result = HD_IDLE;
  uint32_t tried = 0;
  const uint32_t rung = hd_doorbells();
  if (rung != 0) serve_commands(rung);
  if (running != NO_QUEUE && !finish_launch() && queues[running].time_limit != 0) result = HD_POLL;
  for (uint32_t n = 0; n < HD_QUEUES; ++n) {
    uint32_t best = NO_QUEUE;
    enum hd_progress served;
    for (uint32_t i = 1; i <= HD_QUEUES; ++i) {
      const uint32_t q = (last_served + i) % HD_QUEUES;
      if ((tried >> q & 1) != 0 || !queues[q].open) continue;
      if (best == NO_QUEUE || queues[q].priority > queues[best].priority) best = q;
    }
    if (best == NO_QUEUE) break;
    tried |= 1u << best;
    served = serve(best);
    if (served == HD_PROGRESS) {
      if (running == best || !queues[best].in_hand) last_served = best;
      return HD_PROGRESS;
    }
    if (served == HD_POLL) result = HD_POLL;
  }
  if (running == NO_QUEUE && late.queue != NO_QUEUE) {
    write_late_signal();
    return HD_PROGRESS;
  }
  return result;
}
