/* Packets of the queues (docs/queues.md): HSA AQL, 64 bytes, little endian. For firmware, driver and tests. */
#ifndef HEDDLE_PACKET_H
#define HEDDLE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HD_PACKET_BYTES = 64, HD_PACKET_SIGNALS = 5 };

enum hd_packet_type {
  HD_PACKET_VENDOR = 0,
  HD_PACKET_INVALID = 1, /* not written yet */
  HD_PACKET_DISPATCH = 2,
  HD_PACKET_BARRIER_AND = 3,
  HD_PACKET_BARRIER_OR = 5
};

enum hd_vendor_format { HD_VENDOR_COPY = 1, HD_VENDOR_FILL = 2, HD_VENDOR_TIMESTAMP = 3, HD_VENDOR_WAIT = 4 };
enum hd_wait_condition { HD_WAIT_EQUAL, HD_WAIT_NOT_EQUAL, HD_WAIT_LESS, HD_WAIT_GREATER_EQUAL, HD_WAIT_CONDITIONS };

/* Bits of the header. */
enum {
  HD_HEADER_BARRIER = 1 << 8,
  HD_HEADER_ACQUIRE_SHIFT = 9,
  HD_HEADER_RELEASE_SHIFT = 11,
  HD_HEADER_SCOPE_MASK = 3,
  HD_HEADER_RESERVED = 0xE000
};

/* Bits of a dispatch's setup. */
enum {
  HD_SETUP_DIMENSIONS_MASK = 3,
  HD_SETUP_ACCUMULATORS_SHIFT = 2, /* buffers of a workgroup; AQL reserves these bits */
  HD_SETUP_ACCUMULATORS_MASK = 3,
  HD_SETUP_RESERVED = 0xFFF0
};

struct hd_dispatch_packet {
  uint16_t header, setup;
  uint16_t workgroup_size[3], reserved0;
  uint32_t grid_size[3]; /* work-items */
  uint32_t private_segment_size, group_segment_size;
  uint64_t kernel_object, kernarg_address, reserved2, completion_signal;
};

struct hd_barrier_packet {
  uint16_t header, reserved0;
  uint32_t reserved1;
  uint64_t signal[HD_PACKET_SIGNALS]; /* 0: none */
  uint64_t reserved2, completion_signal;
};

struct hd_vendor_packet {
  uint16_t header;
  uint8_t format, condition; /* condition: of a wait; otherwise 0 */
  uint32_t value;            /* fill: the word; otherwise 0 */
  uint64_t destination;      /* copy, fill, timestamp (8 bytes); wait: the signal */
  uint64_t source;           /* copy; otherwise 0 */
  uint64_t bytes;            /* copy, fill; otherwise 0 */
  int64_t operand;           /* wait; otherwise 0 */
  uint64_t reserved[2];
  uint64_t completion_signal;
};

/* A packet as it comes out of the ring. */
union hd_packet {
  uint16_t header;
  struct hd_dispatch_packet dispatch;
  struct hd_barrier_packet barrier;
  struct hd_vendor_packet vendor;
};

enum hd_packet_reason {
  HD_PACKET_GOOD = 0,
  HD_PACKET_BAD_TYPE,
  HD_PACKET_BAD_SCOPE,
  HD_PACKET_BAD_RESERVED,
  HD_PACKET_BAD_FORMAT,
  HD_PACKET_BAD_DIMENSIONS,
  HD_PACKET_BAD_WORKGROUP_SIZE,
  HD_PACKET_BAD_GRID_SIZE,
  HD_PACKET_BAD_PRIVATE_SIZE,
  HD_PACKET_BAD_GROUP_SIZE,
  HD_PACKET_BAD_ADDRESS,
  HD_PACKET_BAD_LENGTH,
  HD_PACKET_BAD_OVERLAP,
  HD_PACKET_BAD_ACCUMULATORS
};

/* What the device has. */
struct hd_packet_limits {
  uint32_t threads;          /* of a core: the largest workgroup */
  uint32_t scratchpad_bytes; /* of a cluster */
  uint32_t private_bytes;    /* the largest private segment */
  uint32_t accumulators;     /* buffers, of a cluster */
};

struct hd_packet_error {
  enum hd_packet_reason reason;
  uint32_t offset; /* of the field in the packet, bytes */
};

/* What is wrong with a packet that has been written: the first check of docs/queues.md that fails. Reads the packet
 * only; it must not change meanwhile. */
struct hd_packet_error hd_packet_check(const union hd_packet* packet, const struct hd_packet_limits* limits);

/* The reason as docs/queues.md spells it; "unknown" for a number that is none. */
const char* hd_packet_reason_text(enum hd_packet_reason reason);

#ifdef __cplusplus
}
#endif

#endif
