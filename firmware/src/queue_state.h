/* What the parts of the firmware that serve queues share: what it knows of each queue, and which of them are where. A
 * set of queues is a word with a bit for each. */
#ifndef HEDDLE_QUEUE_STATE_H
#define HEDDLE_QUEUE_STATE_H

#include "heddle_queue.h"
#include "queues.h"

enum { HD_NO_QUEUE = HD_QUEUES, HD_SHAPE_WORDS = offsetof(struct hd_dispatch_packet, kernel_object) / 4 };

/* The registers of a launch. */
struct launch {
  uint32_t entry, kernel, args, private_size, scratch_size, accumulators;
  uint32_t groups[3], local[3];
};

/* Of a queue; the host cannot change it. Its size is a power of two, so that finding it takes no multiplication. */
struct queue {
  _Alignas(256) uint32_t ring;
  uint32_t mask, context, priority, time_limit;
  const volatile uint32_t* generation; /* of the context */
  uint32_t written;                    /* write_index, as of the last doorbell */
  uint64_t read, complete;
  union hd_packet packet;         /* in hand, if it is no dispatch */
  uint32_t shape[HD_SHAPE_WORDS]; /* first words of the last good dispatch, all that launch has from them */
  struct launch launch;           /* of a dispatch in hand */
  uint32_t object, signal;        /* of the packet in hand: address of the kernel object, completion signal */
  uint32_t reason, offset;        /* what is wrong with the packet in hand */
  uint32_t started, done;         /* it has begun; bytes of a copy or fill that are done */
  uint64_t begin;                 /* of the packet in hand, or that runs */
};

struct queue_sets {
  uint32_t open;
  uint32_t closing; /* once its kernel has ended */
  uint32_t waiting; /* packets in the ring that have not been taken */
  uint32_t in_hand; /* a packet has been taken out of the ring and checked */
  uint32_t kernels; /* ... and may be launched */
};

extern struct queue hd_queue[HD_QUEUES];
extern struct queue_sets hd_sets;

static inline volatile struct hd_queue* hd_entry(uint32_t q) { return &hd_queue_table[q]; }

static inline void hd_set64(volatile uint32_t words[2], uint64_t value) {
  words[0] = (uint32_t)value;
  words[1] = (uint32_t)(value >> 32);
}

/* The first queue of a set that is not empty behind `last`, in turn. */
static inline uint32_t hd_next(uint32_t set, uint32_t last) {
  const uint32_t behind = set & ~((2u << last) - 1);
  uint32_t from = behind != 0 ? behind : set, q = 0;
  for (; (from & 1) == 0; from >>= 1) ++q;
  return q;
}

/* The queue stops at the first packet that is not complete; all before it are. */
void hd_queue_fail(uint32_t q, uint32_t reason, uint32_t offset);

/* ---- take.c: packets out of rings ---- */
void hd_take_start(void);
enum hd_progress hd_take_step(void);
/* Whatever is being taken of the queue is given up. */
void hd_take_cancel(uint32_t q);

/* ---- launch.c: kernels ---- */
extern uint32_t hd_running;    /* queues whose kernel runs */
extern uint32_t hd_limited;    /* ... for a limited time; of others, too, until hd_launch_limits */
extern uint32_t hd_slots_free; /* launch slots without a kernel */
void hd_launch_start(void);
/* Starts one of the kernels that may be launched, if it may run beside those that do. There is one, and a free slot. */
int hd_launch_next(void);
/* Of a running one, if it has ended: starts the next one, and tells the queue what is wrong, if something is. */
void hd_launch_ended(void);
/* Begins the completion of the one that has ended, if that has not been done. */
void hd_launch_complete(void);
/* Aborts the running kernels whose time is over. */
void hd_launch_limits(void);
/* Aborts the queue's kernel. */
void hd_launch_abort(uint32_t q);
/* The queue's next launch has another shape than the last one. */
void hd_launch_shape(uint32_t q);

/* ---- complete.c: completions ---- */
void hd_complete_start(void);
/* A packet of the queue has been carried out. The one before is waited for. */
void hd_complete(uint32_t q, uint32_t signal, uint64_t begin, uint64_t end);
enum hd_progress hd_complete_step(void);
/* Waits until the queue has nothing that is being completed. */
void hd_complete_wait(uint32_t q);
/* The queue whose packet is being completed, or HD_NO_QUEUE. */
extern uint32_t hd_completing;

/* ---- log.c: the console ---- */
/* Says that the firmware has started. */
void hd_log_start(void);
/* Says why the queue has failed, as its entry has it. */
void hd_log_failure(uint32_t q);

/* ---- carry.c: packets that need no launch ---- */
enum hd_progress hd_carry_step(void);

#endif
