/* libFuzzer target: the firmware that serves queues, on a machine of which the input decides everything that a host,
 * its kernels and its memory can do. Besides what the sanitizers see, the machine aborts on what the hardware would
 * refuse, and on a queue that does not end once the host leaves it alone. */
#include <stdlib.h>
#include <string.h>

#include "heddle/heddle_registers.h"
#include "platform.h"
#include "queues.h"

enum { MEMORY_BYTES = 1 << 16, STEPS_AT_ONCE = 8, STEPS_TO_REST = 200000, SHAPE = 0x10010804 };
#define DEVICE_BASE 0x80000000u

static uint8_t memory[MEMORY_BYTES];
static uint32_t buffer[HD_BUFFERS][HD_BLOCK_WORDS];
static int failed[HD_BUFFERS], busy[HD_BUFFERS];
enum { LAUNCHES = 2, BLOCK = 0x400 };
static uint32_t doorbell, status[LAUNCHES];
static int running[LAUNCHES];
static uint64_t now;

/* ---- the input ---- */
static const uint8_t* input;
static size_t left;

static uint32_t draw(void) {
  if (left == 0) return 0;
  --left;
  return *input++;
}
static uint32_t draw32(void) {
  uint32_t value = draw();
  for (int i = 1; i < 4; ++i) value = value << 8 | draw();
  return value;
}

/* ---- the machine ---- */
static void require(int condition) {
  if (!condition) abort();
}

/* Of the address space of device memory the beginning exists; the rest answers with an error. */
static uint8_t* place(uint32_t address, uint32_t bytes) {
  require(address >= DEVICE_BASE);
  return address - DEVICE_BASE <= MEMORY_BYTES - bytes ? memory + (address - DEVICE_BASE) : NULL;
}

void hd_console_start(void) {}
void hd_console_write(const char* text, uint32_t bytes) {
  require(bytes != 0 && text[bytes - 1] == '\n' && memchr(text, 0, bytes) == NULL);
}

int hd_memory_read(uint32_t address, uint32_t* words, uint32_t count) {
  require(address % 4 == 0);
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t* at = place(address + 4 * i, 4);
    if (at == NULL) return 0;
    memcpy(words + i, at, 4);
  }
  return 1;
}
int hd_memory_write(uint32_t address, const uint32_t* words, uint32_t count) {
  require(address % 4 == 0);
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t* at = place(address + 4 * i, 4);
    if (at == NULL) return 0;
    memcpy(at, words + i, 4);
  }
  return 1;
}
int hd_memory_read_byte(uint32_t address, uint8_t* byte) {
  const uint8_t* at = place(address, 1);
  if (at != NULL) *byte = *at;
  return at != NULL;
}
int hd_memory_write_byte(uint32_t address, uint8_t byte) {
  uint8_t* at = place(address, 1);
  if (at != NULL) *at = byte;
  return at != NULL;
}

void hd_block_read(enum hd_buffer number, uint32_t address) {
  const uint8_t* at = place(address, sizeof buffer[0]);
  require(address % sizeof buffer[0] == 0);
  failed[number] = at == NULL;
  if (at != NULL) memcpy(buffer[number], at, sizeof buffer[0]);
  busy[number] = (int)(now & 3); /* for so many looks */
}
void hd_block_write(enum hd_buffer number, uint32_t address, uint32_t words) {
  uint8_t* at = place(address, sizeof buffer[0]);
  require(address % sizeof buffer[0] == 0);
  failed[number] = at == NULL;
  for (uint32_t i = 0; at != NULL && i < HD_BLOCK_WORDS; ++i) {
    if ((words >> i & 1) != 0) memcpy(at + 4 * i, &buffer[number][i], 4);
  }
  busy[number] = (int)(now & 1);
}
int hd_block_busy(enum hd_buffer number) { return busy[number] != 0 && busy[number]-- != 0; }
int hd_block_failed(enum hd_buffer number) { return failed[number]; }
const volatile uint32_t* hd_block_words(enum hd_buffer number) { return buffer[number]; }
void hd_block_set_word(enum hd_buffer number, uint32_t word, uint32_t value) {
  require(word < HD_BLOCK_WORDS);
  buffer[number][word] = value;
}

uint32_t hd_register_read(uint32_t offset) {
  require(offset / BLOCK < LAUNCHES);
  switch (offset % BLOCK) {
    case HEDDLE_REGISTER_LAUNCHES:
      return LAUNCHES * (HEDDLE_REGISTER_LAUNCHES_COUNT & (0u - HEDDLE_REGISTER_LAUNCHES_COUNT)) |
             BLOCK * (HEDDLE_REGISTER_LAUNCHES_STRIDE & (0u - HEDDLE_REGISTER_LAUNCHES_STRIDE));
    case HEDDLE_REGISTER_SHAPE: return SHAPE;
    case HEDDLE_REGISTER_SCRATCHPAD_BYTES: return 0x8000;
    case HEDDLE_REGISTER_ENGINES: return HEDDLE_REGISTER_ENGINES_MATRIX_DIM;
    case HEDDLE_REGISTER_STATUS: return status[offset / BLOCK];
    default: return offset;
  }
}

static void end_launch(uint32_t slot, uint32_t how) {
  running[slot] = 0;
  status[slot] = HEDDLE_REGISTER_STATUS_DONE | (how & 3) * HEDDLE_REGISTER_STATUS_FAULT;
}

static int any_running(void) { return running[0] || running[1]; }

void hd_register_write(uint32_t at, uint32_t value) {
  const uint32_t slot = at / BLOCK, offset = at % BLOCK;
  require(slot < LAUNCHES);
  if (offset == HEDDLE_REGISTER_CONTROL && value == HEDDLE_REGISTER_CONTROL_ABORT) {
    if (running[slot]) end_launch(slot, HEDDLE_REGISTER_STATUS_ABORTED / HEDDLE_REGISTER_STATUS_FAULT);
    return;
  }
  if (offset == HEDDLE_REGISTER_INTERRUPT_CLEAR) {
    status[slot] &= ~(uint32_t)HEDDLE_REGISTER_STATUS_DONE;
    return;
  }
  require(!running[slot]); /* locked */
  if (offset == HEDDLE_REGISTER_ACCUMULATORS) require(value <= 2);
  if (offset == HEDDLE_REGISTER_CONTROL) {
    require(value == HEDDLE_REGISTER_CONTROL_START);
    running[slot] = 1;
    status[slot] = HEDDLE_REGISTER_STATUS_BUSY;
  }
}

uint32_t hd_events(void) {
  return (doorbell != 0 ? HD_EVENT_DOORBELL : 0) |
         (((status[0] | status[1]) & HEDDLE_REGISTER_STATUS_DONE) != 0 ? HD_EVENT_ENDED : 0);
}
uint32_t hd_doorbells(void) {
  const uint32_t bits = doorbell;
  doorbell = 0;
  return bits;
}
void hd_ring_host(uint32_t bits) { require(bits != 0 && bits < 1u << HD_QUEUES); }
uint64_t hd_time(void) { return ++now; }

/* ---- the host ---- */
static uint32_t address(void) { return DEVICE_BASE + (draw32() & (MEMORY_BYTES - 1)); }

/* A packet that is good but for what comes after. */
static void write_packet(uint8_t* at) {
  static const uint8_t types[4] = {HD_PACKET_DISPATCH, HD_PACKET_VENDOR, HD_PACKET_BARRIER_AND, HD_PACKET_BARRIER_OR};
  union hd_packet packet;
  const uint32_t kind = draw();
  memset(&packet, 0, sizeof packet);
  packet.header = types[kind & 3];
  packet.dispatch.completion_signal = (kind & 4) != 0 ? address() & ~63u : 0;
  if ((kind & 3) == 0) {
    packet.dispatch.setup = (uint16_t)(1 | (kind >> 4 & 3) << HD_SETUP_ACCUMULATORS_SHIFT);
    packet.dispatch.workgroup_size[0] = packet.dispatch.workgroup_size[1] = packet.dispatch.workgroup_size[2] = 1;
    packet.dispatch.grid_size[0] = draw() + 1;
    packet.dispatch.grid_size[1] = packet.dispatch.grid_size[2] = 1;
    packet.dispatch.kernel_object = address() & ~15u;
    memcpy(memory + (packet.dispatch.kernel_object - DEVICE_BASE), "HDKO\0\0\0\200\0\0\0\0\0\0\0\0", 16);
  } else if ((kind & 3) == 1) {
    packet.vendor.format = draw() & 7;
    packet.vendor.destination = address() & ~63u;
    if (packet.vendor.format == HD_VENDOR_COPY) packet.vendor.source = address();
    if (packet.vendor.format <= HD_VENDOR_FILL) packet.vendor.bytes = draw() * 4;
  } else {
    packet.barrier.signal[draw() % HD_PACKET_SIGNALS] = address() & ~63u;
  }
  if ((kind & 8) != 0) ((uint8_t*)&packet)[draw() % sizeof packet] ^= (uint8_t)draw();
  memcpy(at, &packet, sizeof packet);
}

static void act(void) {
  const uint32_t what = draw(), q = what >> 4 & 7;
  struct hd_queue* entry = &hd_queue_table[q];
  switch (what & 15) {
    case 0: /* a queue */
    case 1:
      entry->ring = address() & ~((what & 1) != 0 ? 0u : 63u);
      entry->packets = 1u << (draw() & 7);
      entry->context = draw() & 7;
      entry->priority = draw();
      entry->time_limit = draw();
      entry->write_index = 0;
      entry->command = HD_QUEUE_OPEN;
      doorbell |= 1u << q;
      break;
    case 2:
      entry->command = draw() & 3;
      doorbell |= draw();
      break;
    case 3: ((uint32_t*)entry)[draw() % (sizeof *entry / 4)] = draw32(); break; /* the host writes where it may not */
    case 4: hd_context_table[draw() % HD_CONTEXTS].private_bytes = draw32(); break;
    case 5: hd_context_table[draw() % HD_CONTEXTS].generation = draw(); break;
    case 6: memory[draw32() & (MEMORY_BYTES - 1)] = (uint8_t)draw(); break;
    case 7: now += draw32(); break;
    case 8:
    case 9:
      for (uint32_t slot = 0; slot < LAUNCHES; ++slot) {
        if (running[slot] && (slot == 0 || (what & 16) != 0)) end_launch(slot, (what & 15) == 8 ? 0 : draw());
      }
      break;
    case 10: doorbell |= draw32(); break;
    default: { /* a packet */
      const uint32_t slot = entry->packets != 0 ? entry->write_index % entry->packets : 0;
      uint8_t* at = memory + ((entry->ring + slot * HD_PACKET_BYTES) & (MEMORY_BYTES - HD_PACKET_BYTES));
      write_packet(at);
      entry->write_index++;
      doorbell |= 1u << q;
      break;
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  enum hd_progress progress = HD_PROGRESS;
  input = data;
  left = size;
  memset(memory, 0, sizeof memory);
  memset(hd_queue_table, 0, sizeof hd_queue_table);
  memset(hd_context_table, 0, sizeof hd_context_table);
  memset(failed, 0, sizeof failed);
  memset(busy, 0, sizeof busy);
  doorbell = status[0] = status[1] = 0;
  running[0] = running[1] = 0;
  now = 0;
  hd_queues_start();
  for (uint32_t i = 0; i < HD_CONTEXTS; ++i) hd_context_table[i].private_bytes = 0x10000;
  while (left != 0) {
    act();
    for (int i = 0; i < STEPS_AT_ONCE; ++i) progress = hd_queues_step();
  }
  /* Left alone, it comes to rest: idle, or waiting for memory. */
  for (uint32_t i = 0; progress == HD_PROGRESS || any_running(); ++i) {
    require(i < STEPS_TO_REST);
    for (uint32_t slot = 0; slot < LAUNCHES; ++slot) {
      if (running[slot]) end_launch(slot, 0);
    }
    progress = hd_queues_step();
  }
  for (uint32_t q = 0; q < HD_QUEUES; ++q) hd_queue_table[q].command = HD_QUEUE_CLOSE;
  doorbell = (1u << HD_QUEUES) - 1;
  for (uint32_t i = 0; i < 64; ++i) hd_queues_step();
  for (uint32_t q = 0; q < HD_QUEUES; ++q) require(hd_queue_table[q].command == HD_QUEUE_NONE);
  return 0;
}
