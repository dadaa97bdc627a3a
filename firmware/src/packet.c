/* Checks of packets, in the order of docs/queues.md. Every check is a function that says what is wrong, or nothing. */
#include "heddle_packet.h"

#define DEVICE_BASE UINT64_C(0x80000000)
#define DEVICE_END UINT64_C(0x100000000)

enum { OBJECT_ALIGNMENT = 16, ARGUMENT_ALIGNMENT = 16, SIGNAL_ALIGNMENT = 64, TIMESTAMP_ALIGNMENT = 8 };

_Static_assert(sizeof(union hd_packet) == HD_PACKET_BYTES, "a packet has 64 bytes");
_Static_assert(offsetof(struct hd_dispatch_packet, kernel_object) == 32, "as in AQL");
_Static_assert(offsetof(struct hd_dispatch_packet, completion_signal) == 56, "as in AQL");
_Static_assert(offsetof(struct hd_barrier_packet, signal) == 8, "as in AQL");
_Static_assert(offsetof(struct hd_barrier_packet, completion_signal) == 56, "as in AQL");
_Static_assert(offsetof(struct hd_vendor_packet, completion_signal) == 56, "where the others have it");

typedef struct hd_packet_error error_t;

static const error_t good = {HD_PACKET_GOOD, 0};

static error_t bad(enum hd_packet_reason reason, size_t offset) {
  const error_t error = {reason, (uint32_t)offset};
  return error;
}

static error_t check_zero(uint64_t value, size_t offset) {
  return value == 0 ? good : bad(HD_PACKET_BAD_RESERVED, offset);
}

/* `alignment` is a power of two. */
static error_t check_address(uint64_t address, uint32_t alignment, size_t offset) {
  const int inside = address >= DEVICE_BASE && address < DEVICE_END;
  return inside && (address & (alignment - 1)) == 0 ? good : bad(HD_PACKET_BAD_ADDRESS, offset);
}

static error_t check_optional_address(uint64_t address, uint32_t alignment, size_t offset) {
  return address == 0 ? good : check_address(address, alignment, offset);
}

#define CHECK(call)                                   \
  do {                                                \
    const error_t error = (call);                     \
    if (error.reason != HD_PACKET_GOOD) return error; \
  } while (0)

static error_t check_header(uint16_t header) {
  const unsigned acquire = header >> HD_HEADER_ACQUIRE_SHIFT & HD_HEADER_SCOPE_MASK;
  const unsigned release = header >> HD_HEADER_RELEASE_SHIFT & HD_HEADER_SCOPE_MASK;
  if (acquire == 3 || release == 3) return bad(HD_PACKET_BAD_SCOPE, 0);
  return check_zero(header & HD_HEADER_RESERVED, 0);
}

static error_t check_setup(unsigned setup, uint32_t accumulators) {
  const size_t offset = offsetof(struct hd_dispatch_packet, setup);
  if ((setup & HD_SETUP_DIMENSIONS_MASK) == 0) return bad(HD_PACKET_BAD_DIMENSIONS, offset);
  if ((setup >> HD_SETUP_ACCUMULATORS_SHIFT & HD_SETUP_ACCUMULATORS_MASK) > accumulators) {
    return bad(HD_PACKET_BAD_ACCUMULATORS, offset);
  }
  return good;
}

static error_t check_sizes(const struct hd_dispatch_packet* packet, uint32_t threads) {
  const unsigned dimensions = packet->setup & HD_SETUP_DIMENSIONS_MASK;
  uint64_t product = 1;
  for (unsigned i = 0; i < 3; ++i) {
    const uint32_t size = packet->workgroup_size[i];
    const size_t offset = offsetof(struct hd_dispatch_packet, workgroup_size) + i * sizeof packet->workgroup_size[0];
    if (size == 0 || (i >= dimensions && size != 1)) return bad(HD_PACKET_BAD_WORKGROUP_SIZE, offset);
    product *= size;
  }
  if (product > threads) return bad(HD_PACKET_BAD_WORKGROUP_SIZE, offsetof(struct hd_dispatch_packet, workgroup_size));
  for (unsigned i = 0; i < 3; ++i) {
    const uint32_t size = packet->grid_size[i];
    const size_t offset = offsetof(struct hd_dispatch_packet, grid_size) + i * sizeof packet->grid_size[0];
    if (size == 0 || (i >= dimensions && size != 1)) return bad(HD_PACKET_BAD_GRID_SIZE, offset);
    if (size % packet->workgroup_size[i] != 0) return bad(HD_PACKET_BAD_GRID_SIZE, offset);
  }
  return good;
}

static error_t check_dispatch(const struct hd_dispatch_packet* packet, const struct hd_packet_limits* limits) {
  CHECK(check_zero(packet->setup & HD_SETUP_RESERVED, offsetof(struct hd_dispatch_packet, setup)));
  CHECK(check_zero(packet->reserved0, offsetof(struct hd_dispatch_packet, reserved0)));
  CHECK(check_zero(packet->reserved2, offsetof(struct hd_dispatch_packet, reserved2)));
  CHECK(check_setup(packet->setup, limits->accumulators));
  CHECK(check_sizes(packet, limits->threads));
  if (packet->private_segment_size % 4 != 0 || packet->private_segment_size > limits->private_bytes) {
    return bad(HD_PACKET_BAD_PRIVATE_SIZE, offsetof(struct hd_dispatch_packet, private_segment_size));
  }
  if (packet->group_segment_size > limits->scratchpad_bytes) {
    return bad(HD_PACKET_BAD_GROUP_SIZE, offsetof(struct hd_dispatch_packet, group_segment_size));
  }
  CHECK(check_address(packet->kernel_object, OBJECT_ALIGNMENT, offsetof(struct hd_dispatch_packet, kernel_object)));
  CHECK(check_optional_address(packet->kernarg_address, ARGUMENT_ALIGNMENT,
                               offsetof(struct hd_dispatch_packet, kernarg_address)));
  return check_optional_address(packet->completion_signal, SIGNAL_ALIGNMENT,
                                offsetof(struct hd_dispatch_packet, completion_signal));
}

static error_t check_barrier(const struct hd_barrier_packet* packet) {
  CHECK(check_zero(packet->reserved0, offsetof(struct hd_barrier_packet, reserved0)));
  CHECK(check_zero(packet->reserved1, offsetof(struct hd_barrier_packet, reserved1)));
  CHECK(check_zero(packet->reserved2, offsetof(struct hd_barrier_packet, reserved2)));
  for (unsigned i = 0; i < HD_PACKET_SIGNALS; ++i) {
    CHECK(check_optional_address(packet->signal[i], SIGNAL_ALIGNMENT,
                                 offsetof(struct hd_barrier_packet, signal) + i * sizeof packet->signal[0]));
  }
  return check_optional_address(packet->completion_signal, SIGNAL_ALIGNMENT,
                                offsetof(struct hd_barrier_packet, completion_signal));
}

/* `address` is in device memory. */
static int fits(uint64_t address, uint64_t bytes) { return bytes != 0 && bytes <= DEVICE_END - address; }

static error_t check_vendor(const struct hd_vendor_packet* packet) {
  const int copy = packet->format == HD_VENDOR_COPY, fill = packet->format == HD_VENDOR_FILL;
  const int wait = packet->format == HD_VENDOR_WAIT, timestamp = packet->format == HD_VENDOR_TIMESTAMP;
  const size_t destination = offsetof(struct hd_vendor_packet, destination);
  const size_t source = offsetof(struct hd_vendor_packet, source);
  CHECK(check_zero(packet->reserved[0], offsetof(struct hd_vendor_packet, reserved)));
  CHECK(check_zero(packet->reserved[1], offsetof(struct hd_vendor_packet, reserved) + sizeof packet->reserved[0]));
  if (!copy && !fill && !wait && !timestamp) {
    return bad(HD_PACKET_BAD_FORMAT, offsetof(struct hd_vendor_packet, format));
  }
  if (wait && packet->condition >= HD_WAIT_CONDITIONS) {
    return bad(HD_PACKET_BAD_FORMAT, offsetof(struct hd_vendor_packet, condition));
  }
  if (!wait) {
    CHECK(check_zero(packet->condition, offsetof(struct hd_vendor_packet, condition)));
    CHECK(check_zero((uint64_t)packet->operand, offsetof(struct hd_vendor_packet, operand)));
  }
  if (!fill) CHECK(check_zero(packet->value, offsetof(struct hd_vendor_packet, value)));
  if (!copy) CHECK(check_zero(packet->source, source));
  if (!copy && !fill) CHECK(check_zero(packet->bytes, offsetof(struct hd_vendor_packet, bytes)));
  CHECK(check_address(packet->destination,
                      wait        ? SIGNAL_ALIGNMENT
                      : timestamp ? TIMESTAMP_ALIGNMENT
                      : fill      ? 4
                                  : 1,
                      destination));
  if (copy) CHECK(check_address(packet->source, 1, source));
  CHECK(check_optional_address(packet->completion_signal, SIGNAL_ALIGNMENT,
                               offsetof(struct hd_vendor_packet, completion_signal)));
  if (!copy && !fill) return good;
  if (!fits(packet->destination, packet->bytes) || (copy && !fits(packet->source, packet->bytes)) ||
      (fill && packet->bytes % 4 != 0)) {
    return bad(HD_PACKET_BAD_LENGTH, offsetof(struct hd_vendor_packet, bytes));
  }
  if (copy && packet->source < packet->destination + packet->bytes &&
      packet->destination < packet->source + packet->bytes) {
    return bad(HD_PACKET_BAD_OVERLAP, source);
  }
  return good;
}

struct hd_packet_error hd_packet_check(const union hd_packet* packet, const struct hd_packet_limits* limits) {
  const unsigned type = packet->header & 0xFF;
  if (type != HD_PACKET_VENDOR && type != HD_PACKET_DISPATCH && type != HD_PACKET_BARRIER_AND &&
      type != HD_PACKET_BARRIER_OR) {
    return bad(HD_PACKET_BAD_TYPE, 0);
  }
  CHECK(check_header(packet->header));
  switch (type) {
    case HD_PACKET_DISPATCH: return check_dispatch(&packet->dispatch, limits);
    case HD_PACKET_VENDOR: return check_vendor(&packet->vendor);
    default: return check_barrier(&packet->barrier);
  }
}

const char* hd_packet_reason_text(enum hd_packet_reason reason) {
  static const char* const text[] = {"good",       "type",           "scope",     "reserved",     "format",
                                     "dimensions", "workgroup_size", "grid_size", "private_size", "group_size",
                                     "address",    "length",         "overlap",   "accumulators"};
  const unsigned number = (unsigned)reason;
  return number < sizeof text / sizeof text[0] ? text[number] : "unknown";
}
