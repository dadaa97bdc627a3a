/* What host and firmware share in the management core's SRAM (docs/queues.md): queues and contexts. Little endian,
 * words; every word has one writer. For firmware, driver and tests. */
#ifndef HEDDLE_QUEUE_H
#define HEDDLE_QUEUE_H

#include <stdint.h>

#include "heddle_packet.h"

enum {
  HD_QUEUES = 8,
  HD_CONTEXTS = 4,
  HD_CONTEXT_REGIONS = 32,
  HD_QUEUE_PACKETS_MAX = 65536,
  HD_FIRMWARE_INTERFACE = 0x00010002, /* major << 16 | minor of this page */
  HD_FIRMWARE_READY = 0x10            /* boot_status once the tables are there */
};

/* Words of mailbox.message that the firmware writes before it is ready. */
enum hd_message {
  HD_MESSAGE_INTERFACE, /* HD_FIRMWARE_INTERFACE */
  HD_MESSAGE_QUEUES,    /* address of struct hd_queue[HD_QUEUES] in SRAM */
  HD_MESSAGE_CONTEXTS   /* address of struct hd_context[HD_CONTEXTS] in SRAM */
};

enum hd_queue_command { HD_QUEUE_NONE, HD_QUEUE_OPEN, HD_QUEUE_CLOSE };
enum hd_queue_state { HD_QUEUE_CLOSED, HD_QUEUE_OPENED, HD_QUEUE_FAILED };

/* Why a queue has failed: a reason of hd_packet_reason, or one of these. */
enum hd_queue_reason {
  HD_QUEUE_BAD_RING = 64, /* ring or packets; found when the queue is opened */
  HD_QUEUE_BAD_CONTEXT,   /* context; found when the queue is opened */
  HD_QUEUE_BAD_INDEX,     /* write_index is more than `packets` ahead of read_index */
  HD_QUEUE_BAD_OBJECT,    /* the kernel object does not begin as one */
  HD_QUEUE_BAD_PRIVATE,   /* the context's backing store is too small for private_segment_size */
  HD_QUEUE_MEMORY,        /* device memory answered an access of the firmware with an error */
  HD_QUEUE_REJECTED,      /* the launch was rejected: detail[0] is status.reason */
  HD_QUEUE_FAULT,         /* the kernel has faulted: `fault` holds */
  HD_QUEUE_TIME_LIMIT     /* the kernel ran for more than time_limit cycles */
};

/* The device's fault registers (docs/spec/registers.yaml). */
struct hd_fault {
  uint32_t cause, pc, value, group[3], local, place, detail;
};

struct hd_queue {
  /* The host's: set before the queue is opened ... */
  uint32_t ring;       /* address of the packets in device memory, a multiple of 64 */
  uint32_t packets;    /* their number, a power of two, at most HD_QUEUE_PACKETS_MAX */
  uint32_t context;    /* index */
  uint32_t priority;   /* a queue is served before those with a smaller number */
  uint32_t time_limit; /* cycles of a kernel; 0: none */
  /* ... and at any time, followed by the doorbell. */
  uint32_t write_index; /* packets written since the queue was opened, modulo 2^32 */
  uint32_t command;     /* hd_queue_command; the firmware writes 0 when it is carried out */
  uint32_t reserved0;
  /* The firmware's. */
  uint32_t state;             /* hd_queue_state */
  uint32_t read_index[2];     /* packets taken out of the ring, low and high word */
  uint32_t complete_index[2]; /* packets complete */
  uint32_t reason;            /* with HD_QUEUE_FAILED: hd_packet_reason or hd_queue_reason */
  uint32_t offset;            /* bytes: the field in the packet that is to blame, as in hd_packet_error */
  uint32_t failed_index[2];   /* the packet */
  uint32_t detail;            /* HD_QUEUE_REJECTED: status.reason */
  /* Counted since the firmware started, whatever is opened and closed. */
  uint32_t packets_before; /* packets complete before the queue was opened last */
  uint32_t errors;         /* how often the queue has failed */
  uint32_t reserved1[3];
  struct hd_fault fault;
};

struct hd_region {
  uint32_t base, last, rights; /* as region_base, region_last, region_attr */
};

/* What kernels of a queue may touch. The host's; it changes `generation` after every change, while no kernel of the
 * context runs. */
struct hd_context {
  uint32_t generation;
  uint32_t private_base, private_bytes; /* backing store of the private windows of all lanes of the device */
  uint32_t reserved;
  struct hd_region region[HD_CONTEXT_REGIONS];
};

/* What kernel_object of a dispatch points to, in device memory. */
enum { HD_KERNEL_MAGIC = 0x4F4B4448 }; /* the bytes H D K O */
struct hd_kernel_object {
  uint32_t magic;
  uint32_t entry;  /* pc of every lane: _start */
  uint32_t kernel; /* hd_entry */
  uint32_t reserved;
};

/* What completion_signal points to, in device memory: the layout of HSA's amd_signal_t. */
struct hd_signal {
  int64_t kind;
  int64_t value; /* a completion subtracts 1 */
  uint64_t reserved0[2];
  uint64_t start, end; /* mtime of the packet's beginning and end */
  uint64_t reserved1[2];
};

#endif
