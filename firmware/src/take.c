/* Takes packets out of rings and checks them, kernels' objects with them, through a block buffer of its own. A queue
 * has one packet in hand; the one behind it may be read ahead into the buffer, until another queue needs the buffer. */
#include <stddef.h>

#include "heddle/heddle_isa.h"
#include "heddle/heddle_registers.h"
#include "platform.h"
#include "queue_state.h"

enum stage { NOTHING, PACKET, OBJECT };

static enum stage stage;      /* what the buffer reads, or has */
static uint32_t taking, last; /* of which queue; the one before */
static struct hd_packet_limits limits;
static uint32_t device_threads;

static uint32_t field(uint32_t value, uint32_t mask) { return (value & mask) / (mask & (0u - mask)); }

void hd_take_start(void) {
  const uint32_t shape = hd_register_read(HEDDLE_REGISTER_SHAPE);
  stage = NOTHING;
  taking = last = 0;
  limits.threads = field(shape, HEDDLE_REGISTER_SHAPE_WARPS) * field(shape, HEDDLE_REGISTER_SHAPE_LANES);
  limits.scratchpad_bytes = hd_register_read(HEDDLE_REGISTER_SCRATCHPAD_BYTES);
  limits.private_bytes = HEDDLE_PRIVATE_SIZE;
  /* A matrix engine has two (docs/matrix.md). */
  limits.accumulators =
      field(hd_register_read(HEDDLE_REGISTER_ENGINES), HEDDLE_REGISTER_ENGINES_MATRIX_DIM) != 0 ? 2 : 0;
  device_threads = field(shape, HEDDLE_REGISTER_SHAPE_CORES) * limits.threads;
}

void hd_take_cancel(uint32_t q) {
  if (taking == q) stage = NOTHING;
}

/* The packet is in hand; what is wrong with it is the queue's error once all packets before are complete. */
static void hold(uint32_t q, uint32_t reason, uint32_t offset) {
  hd_queue[q].reason = reason;
  hd_queue[q].offset = offset;
  hd_queue[q].started = 0;
  hd_sets.in_hand |= 1u << q;
}

static uint32_t quotient(uint32_t dividend, uint32_t divisor) {
  if ((divisor & (divisor - 1)) != 0) return dividend / divisor;
  for (; divisor > 1; divisor >>= 1) dividend >>= 1;
  return dividend;
}

/* What a launch has from the shape of a packet that is good. Only whole workgroups: the checks have seen to that. */
static void keep_shape(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const struct hd_dispatch_packet* packet = &queue->packet.dispatch;
  const uint32_t* words = (const uint32_t*)&queue->packet;
  struct launch* launch = &queue->launch;
  for (uint32_t i = 0; i < HD_SHAPE_WORDS; ++i) queue->shape[i] = words[i];
  hd_launch_shape(q);
  launch->private_size = packet->private_segment_size;
  launch->scratch_size = packet->group_segment_size;
  launch->accumulators = packet->setup >> HD_SETUP_ACCUMULATORS_SHIFT & HD_SETUP_ACCUMULATORS_MASK;
  for (uint32_t i = 0; i < 3; ++i) {
    launch->local[i] = packet->workgroup_size[i];
    launch->groups[i] = quotient(packet->grid_size[i], launch->local[i]);
  }
}

/* 1: the shape is that of the last dispatch, and the rest is good; 0: it has to be looked at. */
static int plainly_good(const struct queue* queue, const volatile uint32_t* words) {
  const uint32_t device = 0x80000000u; /* its memory is the upper half */
  const uint32_t object = words[8], arguments = words[10], signal = words[14];
  uint32_t wrong = 0;
#ifdef __clang__ /* the compiler of the firmware; the library for the model on the host does not know this pragma */
#pragma clang loop unroll(full)
#endif
  for (uint32_t i = 0; i < HD_SHAPE_WORDS; ++i) wrong |= words[i] ^ queue->shape[i];
  wrong |= words[9] | words[11] | words[12] | words[13] | words[15]; /* upper halves, reserved */
  wrong |= (object & 15) | (arguments & 15) | (signal & 63);
  return wrong == 0 && object >= device && (arguments == 0 || arguments >= device) && (signal == 0 || signal >= device);
}

/* A queue that has nothing in hand goes before one that reads ahead. */
static enum hd_progress begin(void) {
  const uint32_t without = hd_sets.waiting & ~hd_sets.in_hand;
  const uint32_t from = without != 0 ? without : hd_sets.waiting;
  const struct queue* queue;
  stage = NOTHING;
  if (from == 0) return HD_IDLE;
  taking = last = hd_next(from, last);
  queue = &hd_queue[taking];
  if (queue->written - (uint32_t)queue->read > queue->mask + 1) {
    if (without != 0) hold(taking, HD_QUEUE_BAD_INDEX, 0);
    return without != 0 ? HD_PROGRESS : HD_IDLE;
  }
  stage = PACKET;
  hd_block_read(HD_BUFFER_TAKE, queue->ring + ((uint32_t)queue->read & queue->mask) * HD_PACKET_BYTES);
  return HD_PROGRESS;
}

/* The buffer has the block of the kernel object. Once its words are here, the next packet is read. */
static void take_object(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const uint32_t object_field = offsetof(struct hd_dispatch_packet, kernel_object);
  const volatile uint32_t* words = hd_block_words(HD_BUFFER_TAKE) + queue->object / 4 % HD_BLOCK_WORDS;
  const int failed = hd_block_failed(HD_BUFFER_TAKE);
  const uint32_t magic = words[0], entry = words[1], kernel = words[2], reserved = words[3];
  hd_sets.in_hand |= 1u << q;
  begin();
  if (failed) {
    hold(q, HD_QUEUE_MEMORY, object_field);
  } else if (magic != HD_KERNEL_MAGIC || reserved != 0) {
    hold(q, HD_QUEUE_BAD_OBJECT, object_field);
  } else if ((uint64_t)queue->launch.private_size * device_threads >
             ((const volatile struct hd_context*)hd_context_table)[queue->context].private_bytes) {
    hold(q, HD_QUEUE_BAD_PRIVATE, offsetof(struct hd_dispatch_packet, private_segment_size));
  } else {
    queue->launch.entry = entry;
    queue->launch.kernel = kernel;
    hold(q, HD_PACKET_GOOD, 0);
    hd_sets.kernels |= 1u << q;
  }
}

static void count_taken(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  hd_set64(hd_entry(q)->read_index, ++queue->read);
  if ((uint32_t)queue->read == queue->written) hd_sets.waiting &= ~(1u << q);
}

/* Of a packet that is no dispatch, or no plain one: 1, if it is a good dispatch; otherwise it is in hand. */
static __attribute__((noinline)) int look_at(uint32_t q, const volatile uint32_t* words) {
  struct queue* queue = &hd_queue[q];
  uint32_t* packet = (uint32_t*)&queue->packet;
  struct hd_packet_error error;
  for (uint32_t i = 0; i < HD_BLOCK_WORDS; ++i) packet[i] = words[i];
  error = hd_packet_check(&queue->packet, &limits);
  if (error.reason == HD_PACKET_GOOD && (queue->packet.header & 0xFF) == HD_PACKET_DISPATCH) return 1;
  hold(q, error.reason, error.offset);
  return 0;
}

/* The buffer has the queue's next packet, a copy that nobody changes: what is checked is what is used. */
static enum hd_progress take_packet(uint32_t q) {
  struct queue* queue = &hd_queue[q];
  const volatile uint32_t* words = hd_block_words(HD_BUFFER_TAKE);
  stage = NOTHING;
  if (hd_block_failed(HD_BUFFER_TAKE)) {
    hold(q, HD_QUEUE_MEMORY, 0);
    return HD_PROGRESS;
  }
  if ((words[0] & 0xFF) == HD_PACKET_INVALID) return HD_POLL;
  queue->signal = words[14];
  if (!plainly_good(queue, words)) {
    if (!look_at(q, words)) {
      count_taken(q);
      return HD_PROGRESS;
    }
    keep_shape(q);
  }
  queue->launch.args = words[10];
  queue->object = words[8];
  stage = OBJECT;
  hd_block_read(HD_BUFFER_TAKE, queue->object & ~63u);
  count_taken(q);
  return HD_PROGRESS;
}

enum hd_progress hd_take_step(void) {
  if (stage == NOTHING) return begin();
  if (hd_block_busy(HD_BUFFER_TAKE)) return HD_PROGRESS;
  if (stage == OBJECT) {
    take_object(taking);
    if (hd_slots_free != 0 && hd_sets.kernels != 0) (void)hd_launch_next();
    return HD_PROGRESS;
  }
  if ((hd_sets.in_hand >> taking & 1) == 0) return take_packet(taking);
  return (hd_sets.waiting & ~hd_sets.in_hand) == 0 ? HD_IDLE : begin(); /* it was read ahead */
}
