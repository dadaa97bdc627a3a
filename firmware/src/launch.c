/* Kernels: contexts, launches, their ends. One kernel runs at a time; the next one is started as soon as it has ended,
 * and everything else about the end is done then. */
#include "heddle/heddle_registers.h"
#include "platform.h"
#include "queue_state.h"

uint32_t hd_running;
static uint32_t last_started, regions;
static uint32_t loaded_context, loaded_generation; /* what is in the registers: of which context, */
static uint32_t loaded_shape;                      /* ... and of which queue's launch */
static uint32_t running_signal;
static struct {
  uint32_t queue, signal;
  uint64_t begin, end;
} ended;             /* as it should; its completion has not begun yet */
static int aborting; /* the running kernel has been told to stop */

void hd_launch_start(void) {
  const uint32_t shape = hd_register_read(HEDDLE_REGISTER_SHAPE);
  regions =
      (shape & HEDDLE_REGISTER_SHAPE_REGIONS) / (HEDDLE_REGISTER_SHAPE_REGIONS & (0u - HEDDLE_REGISTER_SHAPE_REGIONS));
  hd_running = HD_NO_QUEUE;
  loaded_context = HD_CONTEXTS;
  loaded_shape = HD_NO_QUEUE;
  ended.queue = HD_NO_QUEUE;
  last_started = 0;
  aborting = 0;
}

static __attribute__((noinline)) void load_context(uint32_t index) {
  const volatile struct hd_context* context = &hd_context_table[index];
  loaded_context = index;
  loaded_generation = context->generation;
  hd_register_write(HEDDLE_REGISTER_PRIVATE_BASE, context->private_base);
  for (uint32_t i = 0; i < regions; ++i) {
    hd_register_write(HEDDLE_REGISTER_REGION_BASE + i * HEDDLE_REGISTER_REGION_BASE_STRIDE, context->region[i].base);
    hd_register_write(HEDDLE_REGISTER_REGION_LAST + i * HEDDLE_REGISTER_REGION_LAST_STRIDE, context->region[i].last);
    hd_register_write(HEDDLE_REGISTER_REGION_ATTR + i * HEDDLE_REGISTER_REGION_ATTR_STRIDE, context->region[i].rights);
  }
}

static __attribute__((noinline)) void load_shape(uint32_t q) {
  const struct launch* launch = &hd_queue[q].launch;
  loaded_shape = q;
  hd_register_write(HEDDLE_REGISTER_PRIVATE_SIZE, launch->private_size);
  hd_register_write(HEDDLE_REGISTER_SCRATCH_SIZE, launch->scratch_size);
  for (uint32_t i = 0; i < 3; ++i) {
    hd_register_write(HEDDLE_REGISTER_NUM_GROUPS + 4 * i, launch->groups[i]);
    hd_register_write(HEDDLE_REGISTER_LOCAL_SIZE + 4 * i, launch->local[i]);
  }
}

void hd_launch_shape(uint32_t q) {
  if (loaded_shape == q) loaded_shape = HD_NO_QUEUE;
}

static void start(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const uint32_t entry = queue->launch.entry, kernel = queue->launch.kernel, args = queue->launch.args;
  if (loaded_context != queue->context || loaded_generation != *queue->generation) load_context(queue->context);
  if (loaded_shape != q) load_shape(q);
  hd_register_write(HEDDLE_REGISTER_ENTRY, entry);
  hd_register_write(HEDDLE_REGISTER_KERNEL, kernel);
  hd_register_write(HEDDLE_REGISTER_ARGS, args);
  queue->begin = hd_time();
  hd_register_write(HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_START);
  aborting = 0;
  running_signal = queue->signal;
  hd_running = last_started = q;
  hd_sets.in_hand &= ~(1u << q);
  hd_sets.kernels &= ~(1u << q);
}

/* The greatest priority, and of equals in turn. */
void hd_launch_next(void) {
  uint32_t left = hd_sets.kernels, best = hd_next(left, last_started);
  left &= ~(1u << best);
  for (uint32_t q = best; left != 0; left &= ~(1u << q)) {
    q = hd_next(left, q);
    if (hd_queue[q].priority > hd_queue[best].priority) best = q;
  }
  start(best);
}

void hd_launch_abort(void) {
  if (aborting) return;
  aborting = 1;
  hd_register_write(HEDDLE_REGISTER_CONTROL, HEDDLE_REGISTER_CONTROL_ABORT);
}

void hd_launch_limit(void) {
  const struct queue* queue = &hd_queue[hd_running];
  if (hd_time() - queue->begin > queue->time_limit) hd_launch_abort();
}

static void copy_fault(volatile struct hd_queue* entry) {
  entry->fault.cause = hd_register_read(HEDDLE_REGISTER_FAULT_CAUSE);
  entry->fault.pc = hd_register_read(HEDDLE_REGISTER_FAULT_PC);
  entry->fault.value = hd_register_read(HEDDLE_REGISTER_FAULT_VALUE);
  for (uint32_t i = 0; i < 3; ++i) entry->fault.group[i] = hd_register_read(HEDDLE_REGISTER_FAULT_GROUP + 4 * i);
  entry->fault.local = hd_register_read(HEDDLE_REGISTER_FAULT_LOCAL);
  entry->fault.place = hd_register_read(HEDDLE_REGISTER_FAULT_PLACE);
}

/* A launch that has not ended as it should, or whose queue has not waited for it. */
static __attribute__((noinline)) void ended_badly(uint32_t q, uint32_t status) {
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
    copy_fault(entry);
    hd_queue_fail(q, HD_QUEUE_FAULT, 0);
  } else if ((status & HEDDLE_REGISTER_STATUS_REJECTED) != 0) {
    entry->detail = (status & HEDDLE_REGISTER_STATUS_REASON) /
                    (HEDDLE_REGISTER_STATUS_REASON & (0u - HEDDLE_REGISTER_STATUS_REASON));
    hd_queue_fail(q, HD_QUEUE_REJECTED, 0);
  } else {
    hd_queue_fail(q, HD_QUEUE_TIME_LIMIT, 0);
  }
}

void hd_launch_ended(void) {
  const uint32_t bad = HEDDLE_REGISTER_STATUS_FAULT | HEDDLE_REGISTER_STATUS_REJECTED | HEDDLE_REGISTER_STATUS_ABORTED;
  const uint32_t status = hd_register_read(HEDDLE_REGISTER_STATUS);
  const uint32_t q = hd_running;
  if ((status & HEDDLE_REGISTER_STATUS_DONE) == 0) return;
  hd_running = HD_NO_QUEUE;
  if ((status & bad) == 0 && (hd_sets.open >> q & 1) != 0) {
    ended.queue = q;
    ended.signal = running_signal;
    ended.begin = hd_queue[q].begin;
    ended.end = hd_time();
  } else {
    ended_badly(q, status);
  }
  if (hd_sets.kernels != 0) {
    hd_launch_next(); /* which clears the interrupt, too */
  } else {
    hd_register_write(HEDDLE_REGISTER_INTERRUPT_CLEAR, HEDDLE_REGISTER_INTERRUPT_CLEAR_DONE);
  }
}

void hd_launch_complete(void) {
  const uint32_t q = ended.queue;
  if (q == HD_NO_QUEUE) return;
  ended.queue = HD_NO_QUEUE;
  hd_complete(q, ended.signal, ended.begin, ended.end);
}
