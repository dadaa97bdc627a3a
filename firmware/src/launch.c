/* Kernels: contexts, launches, their ends. A launch slot of the device runs one kernel; the next one is started there
 * as soon as it has ended, and everything else about the end is done then. */
#include "heddle/heddle_registers.h"
#include "platform.h"
#include "queue_state.h"

enum { SLOTS = 4 };

/* A launch slot. Its size is a power of two. */
struct slot {
  uint32_t block;                /* offset of its registers */
  uint32_t bit;                  /* of it in a set of slots */
  uint32_t queue;                /* whose kernel runs there */
  uint32_t context, generation;  /* what is in the registers: of which context, */
  uint32_t shape;                /* ... and of which queue's launch */
  uint32_t private_size, signal; /* of the kernel */
};

uint32_t hd_running, hd_limited, hd_slots_free;
static struct slot slots[SLOTS];
static uint32_t launches, last_started, regions;
static struct {
  uint32_t queue, signal;
  uint64_t begin, end;
} ended; /* as it should; its completion has not begun yet */

static uint32_t field(uint32_t value, uint32_t mask) { return (value & mask) / (mask & (0u - mask)); }

void hd_launch_start(void) {
  const uint32_t has = hd_register_read(HEDDLE_REGISTER_LAUNCHES);
  const uint32_t count = field(has, HEDDLE_REGISTER_LAUNCHES_COUNT);
  uint32_t block = 0;
  regions = field(hd_register_read(HEDDLE_REGISTER_SHAPE), HEDDLE_REGISTER_SHAPE_REGIONS);
  launches = count < 1 || count > SLOTS ? 1 : count;
  for (uint32_t i = 0; i < launches; ++i) {
    const struct slot slot = {block, 1u << i, HD_NO_QUEUE, HD_CONTEXTS, 0, HD_NO_QUEUE, 0, 0};
    slots[i] = slot;
    block += field(has, HEDDLE_REGISTER_LAUNCHES_STRIDE);
  }
  hd_slots_free = (1u << launches) - 1;
  hd_running = hd_limited = 0;
  ended.queue = HD_NO_QUEUE;
  last_started = 0;
}

static __attribute__((noinline)) void load_context(struct slot* slot, uint32_t index) {
  const volatile struct hd_context* context = &hd_context_table[index];
  const uint32_t count = regions;
  uint32_t to = slot->block;
  slot->context = index;
  slot->generation = context->generation;
  hd_register_write(slot->block + HEDDLE_REGISTER_PRIVATE_BASE, context->private_base);
#ifdef __clang__ /* the compiler of the firmware; the library for the model on the host does not know this pragma */
#pragma clang loop unroll_count(4)
#endif
  for (uint32_t i = 0; i < count; ++i, to += HEDDLE_REGISTER_REGION_BASE_STRIDE) {
    hd_register_write(to + HEDDLE_REGISTER_REGION_BASE, context->region[i].base);
    hd_register_write(to + HEDDLE_REGISTER_REGION_LAST, context->region[i].last);
    hd_register_write(to + HEDDLE_REGISTER_REGION_ATTR, context->region[i].rights);
  }
}

static __attribute__((noinline)) void load_shape(struct slot* slot, uint32_t q) {
  const struct launch* launch = &hd_queue[q].launch;
  const uint32_t block = slot->block;
  slot->shape = q;
  slot->private_size = launch->private_size;
  hd_register_write(block + HEDDLE_REGISTER_PRIVATE_SIZE, launch->private_size);
  hd_register_write(block + HEDDLE_REGISTER_SCRATCH_SIZE, launch->scratch_size);
  hd_register_write(block + HEDDLE_REGISTER_ACCUMULATORS, launch->accumulators);
  for (uint32_t i = 0; i < 3; ++i) {
    hd_register_write(block + HEDDLE_REGISTER_NUM_GROUPS + 4 * i, launch->groups[i]);
    hd_register_write(block + HEDDLE_REGISTER_LOCAL_SIZE + 4 * i, launch->local[i]);
  }
}

__attribute__((noinline)) void hd_launch_shape(uint32_t q) {
  for (uint32_t i = 0; i < launches; ++i) {
    if (slots[i].shape == q) slots[i].shape = HD_NO_QUEUE;
  }
}

static void start(struct slot* slot, uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const uint32_t block = slot->block;
  const uint32_t entry = queue->launch.entry, kernel = queue->launch.kernel, args = queue->launch.args;
  if (slot->context != queue->context || slot->generation != *queue->generation) load_context(slot, queue->context);
  if (slot->shape != q) load_shape(slot, q);
  hd_register_write(block + HEDDLE_REGISTER_ENTRY, entry);
  hd_register_write(block + HEDDLE_REGISTER_KERNEL, kernel);
  hd_register_write(block + HEDDLE_REGISTER_ARGS, args);
  queue->begin = hd_time();
  hd_register_write(block + HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_START);
  slot->signal = queue->signal;
  slot->queue = last_started = q;
  hd_running |= 1u << q;
  if (queue->time_limit != 0) hd_limited |= 1u << q;
  hd_sets.in_hand &= ~(1u << q);
  hd_sets.kernels &= ~(1u << q);
}

/* Kernels of one context have its backing store in common, which goes well if their private windows are of one size. */
static int clash(const struct slot* slot, uint32_t q) {
  const uint32_t size = hd_queue[q].launch.private_size;
  return hd_queue[slot->queue].context == hd_queue[q].context && slot->private_size != 0 && size != 0 &&
         slot->private_size != size;
}

/* Of the kernels those that may start while the others run. */
static __attribute__((noinline, cold)) uint32_t beside(uint32_t kernels) {
  uint32_t left = kernels & ~hd_running;
  for (uint32_t q = 0; q < HD_QUEUES; ++q) {
    if ((left >> q & 1) == 0) continue;
    for (uint32_t i = 0; i < launches; ++i) {
      if ((hd_slots_free >> i & 1) == 0 && clash(&slots[i], q)) left &= ~(1u << q);
    }
  }
  return left;
}

/* The greatest priority, and of equals in turn. */
static inline __attribute__((always_inline)) uint32_t pick(uint32_t left) {
  uint32_t best = hd_next(left, last_started);
  left &= ~(1u << best);
  for (uint32_t q = best; left != 0; left &= ~(1u << q)) {
    q = hd_next(left, q);
    if (hd_queue[q].priority > hd_queue[best].priority) best = q;
  }
  return best;
}

extern inline __attribute__((always_inline)) int hd_launch_next(void) {
  const uint32_t left = hd_running != 0 ? beside(hd_sets.kernels) : hd_sets.kernels;
  struct slot* slot = slots;
  if (left == 0) return 0;
  for (uint32_t taken = hd_slots_free; (taken & 1) == 0; taken >>= 1) ++slot;
  hd_slots_free &= ~slot->bit;
  start(slot, pick(left));
  return 1;
}

static void stop(const struct slot* slot) {
  hd_register_write(slot->block + HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_ABORT);
}

__attribute__((noinline)) void hd_launch_abort(uint32_t q) {
  for (uint32_t i = 0; i < launches; ++i) {
    if ((hd_slots_free >> i & 1) == 0 && slots[i].queue == q) stop(&slots[i]);
  }
}

__attribute__((noinline, cold)) void hd_launch_limits(void) {
  hd_limited &= hd_running;
  for (uint32_t i = 0; i < launches; ++i) {
    const struct queue* queue = &hd_queue[slots[i].queue];
    if ((hd_slots_free & slots[i].bit) != 0 || queue->time_limit == 0) continue;
    if (hd_time() - queue->begin > queue->time_limit) stop(&slots[i]);
  }
}

static void copy_fault(volatile struct hd_queue* entry, uint32_t block) {
  entry->fault.cause = hd_register_read(block + HEDDLE_REGISTER_FAULT_CAUSE);
  entry->fault.pc = hd_register_read(block + HEDDLE_REGISTER_FAULT_PC);
  entry->fault.value = hd_register_read(block + HEDDLE_REGISTER_FAULT_VALUE);
  for (uint32_t i = 0; i < 3; ++i)
    entry->fault.group[i] = hd_register_read(block + HEDDLE_REGISTER_FAULT_GROUP + 4 * i);
  entry->fault.local = hd_register_read(block + HEDDLE_REGISTER_FAULT_LOCAL);
  entry->fault.place = hd_register_read(block + HEDDLE_REGISTER_FAULT_PLACE);
  entry->fault.detail = hd_register_read(block + HEDDLE_REGISTER_FAULT_DETAIL);
}

/* A launch that has not ended as it should, or whose queue has not waited for it. */
static __attribute__((noinline, cold)) void ended_badly(const struct slot* slot, uint32_t status) {
  const uint32_t q = slot->queue;
  volatile struct hd_queue* entry = hd_entry(q);
  if ((hd_sets.closing >> q & 1) != 0) {
    hd_sets.closing &= ~(1u << q);
    entry->state = HD_QUEUE_CLOSED;
    entry->command = HD_QUEUE_NONE;
    hd_ring_host(1u << q);
    return;
  }
  hd_complete_wait(q);
  if ((hd_sets.open >> q & 1) == 0) return; /* it has failed already */
  if ((status & HEDDLE_REGISTER_STATUS_FAULT) != 0) {
    copy_fault(entry, slot->block);
    hd_queue_fail(q, HD_QUEUE_FAULT, 0);
  } else if ((status & HEDDLE_REGISTER_STATUS_REJECTED) != 0) {
    entry->detail = field(status, HEDDLE_REGISTER_STATUS_REASON);
    hd_queue_fail(q, HD_QUEUE_REJECTED, 0);
  } else {
    hd_queue_fail(q, HD_QUEUE_TIME_LIMIT, 0);
  }
}

/* At most one: its completion begins before the next one is looked at. */
void hd_launch_ended(void) {
  const uint32_t bad = HEDDLE_REGISTER_STATUS_FAULT | HEDDLE_REGISTER_STATUS_REJECTED | HEDDLE_REGISTER_STATUS_ABORTED;
  struct slot* slot = slots;
  uint32_t status, q, left;
  for (;; ++slot) {
    if ((hd_slots_free & slot->bit) == 0) {
      status = hd_register_read(slot->block + HEDDLE_REGISTER_STATUS);
      if ((status & HEDDLE_REGISTER_STATUS_DONE) != 0) break;
    }
    if (slot == &slots[launches - 1]) return;
  }
  q = slot->queue;
  hd_running &= ~(1u << q);
  if ((status & bad) == 0 && (hd_sets.open >> q & 1) != 0) {
    ended.queue = q;
    ended.signal = slot->signal;
    ended.begin = hd_queue[q].begin;
    ended.end = hd_time();
  } else {
    ended_badly(slot, status);
  }
  left = hd_sets.kernels;
  if (hd_running != 0 && left != 0) {
    hd_slots_free |= slot->bit;
    left = beside(left);
    hd_slots_free &= ~slot->bit;
  }
  if (left != 0) {
    start(slot, pick(left)); /* which clears the interrupt, too */
  } else {
    hd_slots_free |= slot->bit;
    hd_register_write(slot->block + HEDDLE_REGISTER_INTERRUPT_CLEAR, HEDDLE_REGISTER_INTERRUPT_CLEAR_DONE);
  }
}

void hd_launch_complete(void) {
  const uint32_t q = ended.queue;
  if (q == HD_NO_QUEUE) return;
  ended.queue = HD_NO_QUEUE;
  hd_complete(q, ended.signal, ended.begin, ended.end);
}
