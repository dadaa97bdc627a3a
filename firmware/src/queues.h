/* Queues: takes packets out of rings, carries them out, tells the host (docs/queues.md). */
#ifndef HEDDLE_QUEUES_H
#define HEDDLE_QUEUES_H

#include "heddle_queue.h"

extern struct hd_queue hd_queue_table[HD_QUEUES];
extern struct hd_context hd_context_table[HD_CONTEXTS];

/* Before anything else: learns the shape of the device. */
void hd_queues_start(void);

/* In the order of how soon to call again. */
enum hd_progress {
  HD_PROGRESS, /* something was done or is under way: call again */
  HD_POLL,     /* a packet waits for memory that somebody else changes, or a time limit runs */
  HD_IDLE      /* only a doorbell or the end of a launch can bring work */
};
/* A bounded amount of work. */
enum hd_progress hd_queues_step(void);

#endif
