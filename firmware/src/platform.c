/* The machine, as firmware finds it (docs/management.md). Device memory: guard.S. */
#include "platform.h"

#include "heddle/heddle_mgmt.h"

static volatile uint32_t* word(uint32_t address) { return (volatile uint32_t*)address; }

uint32_t hd_register_read(uint32_t offset) { return *word(HEDDLE_MGMT_DISPATCHER_BASE + offset); }
void hd_register_write(uint32_t offset, uint32_t value) { *word(HEDDLE_MGMT_DISPATCHER_BASE + offset) = value; }

uint32_t hd_doorbells(void) {
  const uint32_t bits = *word(HEDDLE_MGMT_MAILBOX_HOST_DOORBELL);
  if (bits != 0) *word(HEDDLE_MGMT_MAILBOX_HOST_DOORBELL) = bits;
  return bits;
}

void hd_ring_host(uint32_t bits) { *word(HEDDLE_MGMT_MAILBOX_HART_DOORBELL) = bits; }

uint64_t hd_time(void) {
  uint32_t low, high, again;
  do {
    __asm__ volatile("csrr %0, timeh\n csrr %1, time\n csrr %2, timeh" : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}
