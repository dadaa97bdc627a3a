/* The management core's firmware: serves the queues, sleeps in between. */
#include "heddle/heddle_mgmt.h"
#include "platform.h"
#include "queues.h"

enum { TIMER_INTERRUPT = 1 << 7, EXTERNAL_INTERRUPT = 1 << 11, POLL_CYCLES = 500 };

static volatile uint32_t* word(uint32_t address) { return (volatile uint32_t*)address; }

/* Until a doorbell rings or a launch has ended; with `poll` no longer than POLL_CYCLES. A line that rises before wfi
 * ends it at once. */
static void sleep(int poll) {
  if (poll) {
    const uint64_t until = hd_time() + POLL_CYCLES;
    *word(HEDDLE_MGMT_TIMER_MTIMECMP_HI) = ~0u;
    *word(HEDDLE_MGMT_TIMER_MTIMECMP_LO) = (uint32_t)until;
    *word(HEDDLE_MGMT_TIMER_MTIMECMP_HI) = (uint32_t)(until >> 32);
  }
  __asm__ volatile("csrw mie, %0\n wfi" : : "r"(EXTERNAL_INTERRUPT | (poll ? TIMER_INTERRUPT : 0)) : "memory");
}

_Noreturn void main(void) {
  volatile uint32_t* const message = word(HEDDLE_MGMT_MAILBOX_MESSAGE);
  hd_queues_start();
  *word(HEDDLE_MGMT_INTERRUPTS_ENABLE) = 1u << HEDDLE_MGMT_SOURCE_HOST_DOORBELL | 1u << HEDDLE_MGMT_SOURCE_COMPLETION;
  message[HD_MESSAGE_INTERFACE] = HD_FIRMWARE_INTERFACE;
  message[HD_MESSAGE_QUEUES] = (uint32_t)hd_queue_table;
  message[HD_MESSAGE_CONTEXTS] = (uint32_t)hd_context_table;
  *word(HEDDLE_MGMT_MAILBOX_BOOT_STATUS) = HD_FIRMWARE_READY;
  for (;;) {
    const enum hd_progress progress = hd_queues_step();
    if (progress != HD_PROGRESS) sleep(progress == HD_POLL);
  }
}
