/* The machine, as firmware finds it (docs/management.md). Device memory: guard.S. */
#include "platform.h"

#include "heddle/heddle_mgmt.h"

_Static_assert(HD_BUFFERS == HEDDLE_MGMT_BLOCKS_ADDRESS_COUNT, "as many as the machine has");
_Static_assert(HD_BUFFERS* HD_BLOCK_WORDS == HEDDLE_MGMT_BLOCKS_DATA_COUNT, "of the size that the machine has");

static volatile uint32_t* word(uint32_t address) { return (volatile uint32_t*)address; }

uint32_t hd_register_read(uint32_t offset) { return *word(HEDDLE_MGMT_DISPATCHER_BASE + offset); }
void hd_register_write(uint32_t offset, uint32_t value) { *word(HEDDLE_MGMT_DISPATCHER_BASE + offset) = value; }

void hd_block_read(enum hd_buffer buffer, uint32_t address) {
  *word(HEDDLE_MGMT_BLOCKS_ADDRESS + 4 * buffer) = address;
  *word(HEDDLE_MGMT_BLOCKS_COMMAND + 4 * buffer) = HEDDLE_MGMT_BLOCKS_COMMAND_READ;
}

void hd_block_write(enum hd_buffer buffer, uint32_t address, uint32_t words) {
  *word(HEDDLE_MGMT_BLOCKS_ADDRESS + 4 * buffer) = address;
  *word(HEDDLE_MGMT_BLOCKS_COMMAND + 4 * buffer) = HEDDLE_MGMT_BLOCKS_COMMAND_WRITE | words << 16;
}

int hd_block_busy(enum hd_buffer buffer) {
  return (*word(HEDDLE_MGMT_BLOCKS_STATUS + 4 * buffer) & HEDDLE_MGMT_BLOCKS_STATUS_BUSY) != 0;
}

int hd_block_failed(enum hd_buffer buffer) {
  return (*word(HEDDLE_MGMT_BLOCKS_STATUS + 4 * buffer) & HEDDLE_MGMT_BLOCKS_STATUS_ERROR) != 0;
}

static volatile uint32_t* block(enum hd_buffer buffer) {
  return word(HEDDLE_MGMT_BLOCKS_DATA + 4 * HD_BLOCK_WORDS * buffer);
}

const volatile uint32_t* hd_block_words(enum hd_buffer buffer) { return block(buffer); }
void hd_block_set_word(enum hd_buffer buffer, uint32_t number, uint32_t value) { block(buffer)[number] = value; }

uint32_t hd_events(void) {
  const uint32_t pending = *word(HEDDLE_MGMT_INTERRUPTS_PENDING);
  return (pending >> HEDDLE_MGMT_SOURCE_HOST_DOORBELL & 1) * HD_EVENT_DOORBELL |
         (pending >> HEDDLE_MGMT_SOURCE_COMPLETION & 1) * HD_EVENT_ENDED;
}

uint32_t hd_doorbells(void) {
  const uint32_t bits = *word(HEDDLE_MGMT_MAILBOX_HOST_DOORBELL);
  if (bits != 0) *word(HEDDLE_MGMT_MAILBOX_HOST_DOORBELL) = bits;
  return bits;
}

void hd_ring_host(uint32_t bits) { *word(HEDDLE_MGMT_MAILBOX_HART_DOORBELL) = bits; }

enum { CONSOLE_BYTES = 1024 };
static volatile char console[CONSOLE_BYTES];

void hd_console_start(void) {
  *word(HEDDLE_MGMT_MAILBOX_CONSOLE_BASE) = (uint32_t)console;
  *word(HEDDLE_MGMT_MAILBOX_CONSOLE_SIZE) = CONSOLE_BYTES;
  *word(HEDDLE_MGMT_MAILBOX_CONSOLE_WRITTEN) = *word(HEDDLE_MGMT_MAILBOX_CONSOLE_READ);
}

void hd_console_write(const char* text, uint32_t bytes) {
  const uint32_t written = *word(HEDDLE_MGMT_MAILBOX_CONSOLE_WRITTEN);
  for (uint32_t i = 0; i < bytes; ++i) console[(written + i) % CONSOLE_BYTES] = text[i];
  *word(HEDDLE_MGMT_MAILBOX_CONSOLE_WRITTEN) = written + bytes;
}

uint64_t hd_time(void) {
  uint32_t low, high, again;
  do {
    __asm__ volatile("csrr %0, timeh\n csrr %1, time\n csrr %2, timeh" : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}
