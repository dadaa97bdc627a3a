#include "heddle/driver/management.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "heddle/driver/error.h"
#include "heddle/generated/management.h"
#include "heddle/heddle_mgmt.h"

namespace heddle::driver {
namespace {

constexpr uint64_t kPollCycles = 16;
constexpr uint64_t kBootCycles = 1'000'000;
constexpr uint64_t kCommandCycles = 1'000'000;

[[noreturn]] void invalid(const std::string& text) { throw DeviceError(ErrorKind::kInvalidArgument, text); }

std::string reason_text(uint32_t reason) {
  switch (reason) {
    case HD_QUEUE_BAD_RING: return "ring or number of packets";
    case HD_QUEUE_BAD_CONTEXT: return "context";
    case HD_QUEUE_BAD_INDEX: return "write index";
    case HD_QUEUE_BAD_OBJECT: return "kernel object";
    case HD_QUEUE_BAD_PRIVATE: return "private memory of the context too small";
    case HD_QUEUE_MEMORY: return "memory error";
    case HD_QUEUE_REJECTED: return "launch rejected";
    case HD_QUEUE_FAULT: return "kernel fault";
    case HD_QUEUE_TIME_LIMIT: return "time limit";
    default: return hd_packet_reason_text(static_cast<hd_packet_reason>(reason));
  }
}

// What the boot program says is wrong with an image.
std::string boot_text(uint32_t status) {
  switch (status) {
    case HEDDLE_MGMT_BOOT_BAD_MAGIC: return "it is no firmware image (magic)";
    case HEDDLE_MGMT_BOOT_BAD_HEADER: return "header of another version";
    case HEDDLE_MGMT_BOOT_BAD_INTERFACE: return "made for another interface of the device";
    case HEDDLE_MGMT_BOOT_BAD_SIZE: return "bad size";
    case HEDDLE_MGMT_BOOT_BAD_LOAD: return "made for another address";
    case HEDDLE_MGMT_BOOT_BAD_MEMORY: return "it needs more memory than there is, or less than it has";
    case HEDDLE_MGMT_BOOT_BAD_ENTRY: return "bad entry";
    case HEDDLE_MGMT_BOOT_BAD_CHECKSUM: return "wrong checksum: the file is damaged";
    case HEDDLE_MGMT_BOOT_TRAP: return "a trap before it was ready";
    default: return fmt::format("boot status {:#04x}", status);
  }
}

}  // namespace

std::string QueueStatus::error_text() const {
  if (state != HD_QUEUE_FAILED) return {};
  std::string text = fmt::format("packet {}: {}", failed_index, reason_text(reason));
  if (reason == HD_QUEUE_FAULT) {
    text += fmt::format(" (cause {} pc {:#010x} value {:#010x} group {} {} {} local {})", fault.cause, fault.pc,
                        fault.value, fault.group[0], fault.group[1], fault.group[2], fault.local);
  } else if (reason == HD_QUEUE_REJECTED) {
    text += fmt::format(" (reason {})", detail);
  } else {
    text += fmt::format(", field at byte {}", offset);
  }
  return text;
}

Management::Management(Backend& backend, std::span<const std::byte> image) : backend_(backend) { boot(image); }

template <typename Condition>
bool Management::wait_for(uint64_t cycles, const Condition& condition) {
  for (uint64_t used = 0; !condition(); used += kPollCycles) {
    if (used >= cycles) return false;
    if (backend_.mismatch()) {
      throw DeviceError(ErrorKind::kLockstepMismatch, "RTL and golden model disagree", *backend_.mismatch());
    }
    backend_.advance(kPollCycles);
  }
  return true;
}

void Management::boot(std::span<const std::byte> image) {
  uint32_t id = 0;
  try {
    id = backend_.read_register(mgmt::mailbox::kId);
  } catch (const DeviceError&) {
    id = 0;
  }
  if (id != uint32_t{HEDDLE_MGMT_MAILBOX_ID_VALUE}) {
    throw DeviceError(ErrorKind::kUnavailable,
                      "this device has no management core: its configuration needs management=1");
  }
  const uint32_t sram_bytes = backend_.read_register(mgmt::mailbox::kSramBytes);
  if (image.empty() || image.size() > sram_bytes || image.size() % 4 != 0) {
    invalid(fmt::format("a firmware image of {} bytes; the management core has {} bytes of SRAM", image.size(),
                        sram_bytes));
  }
  const auto status = [&] { return backend_.read_register(mgmt::mailbox::kBootStatus); };
  hold();  // whatever runs
  backend_.write_register(mgmt::mailbox::kControl, 0);
  if (!wait_for(kBootCycles, [&] { return status() == uint32_t{HEDDLE_MGMT_BOOT_WAITING}; })) {
    throw DeviceError(ErrorKind::kDeviceLost, "the management core's boot program does not answer");
  }
  for (size_t at = 0; at < image.size(); at += 4) {
    uint32_t word = 0;
    std::memcpy(&word, image.data() + at, 4);
    backend_.write_register(mgmt::kSramBase + static_cast<uint32_t>(at), word);
  }
  backend_.write_register(mgmt::mailbox::kBootImage, mgmt::kSramBase);
  backend_.write_register(mgmt::mailbox::kBootCommand, 1);
  const auto ended = [&] {
    return status() == HD_FIRMWARE_READY || status() >= uint32_t{HEDDLE_MGMT_BOOT_BAD_COMMAND};
  };
  if (!wait_for(kBootCycles, ended) || status() != HD_FIRMWARE_READY) {
    throw DeviceError(ErrorKind::kRejected,
                      fmt::format("the firmware does not start: {}; found {:#010x}, expected {:#010x}",
                                  boot_text(status()), backend_.read_register(mgmt::mailbox::kBootDetail),
                                  backend_.read_register(mgmt::mailbox::kBootDetail + 4)));
  }
  const auto message = [&](hd_message number) {
    return backend_.read_register(mgmt::mailbox::kMessage + 4 * static_cast<uint32_t>(number));
  };
  if (message(HD_MESSAGE_INTERFACE) != HD_FIRMWARE_INTERFACE) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("the firmware's interface is {:#010x}, the driver's {:#010x}",
                                  message(HD_MESSAGE_INTERFACE), uint32_t{HD_FIRMWARE_INTERFACE}));
  }
  queues_ = message(HD_MESSAGE_QUEUES);
  contexts_ = message(HD_MESSAGE_CONTEXTS);
  backend_.write_register(mgmt::mailbox::kHartDoorbellEnable, (1U << HD_QUEUES) - 1);
}

void Management::hold() {
  backend_.write_register(mgmt::mailbox::kControl, 1);
  if (!wait_for(kBootCycles, [&] { return (backend_.read_register(mgmt::mailbox::kStatus) & 1) != 0; })) {
    throw DeviceError(ErrorKind::kDeviceLost, "the management core cannot be reset");
  }
}

bool Management::alive() const { return backend_.read_register(mgmt::mailbox::kBootStatus) == HD_FIRMWARE_READY; }

void Management::set_context(uint32_t context, const ContextSettings& settings) {
  if (context >= HD_CONTEXTS) invalid(fmt::format("context {}: there are {}", context, uint32_t{HD_CONTEXTS}));
  if (settings.regions.size() > HD_CONTEXT_REGIONS) invalid(fmt::format("{} regions", settings.regions.size()));
  hd_context entry{};
  entry.generation = ++generations_[context];
  entry.private_base = settings.private_base;
  entry.private_bytes = settings.private_bytes;
  std::ranges::copy(settings.regions, entry.region);
  std::array<uint32_t, sizeof entry / 4> words{};
  std::memcpy(words.data(), &entry, sizeof entry);
  for (size_t i = words.size(); i-- > 0;) {  // the generation last
    backend_.write_register(contexts_ + static_cast<uint32_t>(context * sizeof entry + 4 * i), words[i]);
  }
}

uint32_t Management::entry(uint32_t queue, size_t offset) const {
  if (queue >= HD_QUEUES) invalid(fmt::format("queue {}: there are {}", queue, uint32_t{HD_QUEUES}));
  return queues_ + static_cast<uint32_t>(queue * sizeof(hd_queue) + offset);
}

void Management::command(uint32_t queue, hd_queue_command command) {
  const uint32_t address = entry(queue, offsetof(hd_queue, command));
  backend_.write_register(address, command);
  ring(queue);
  if (!wait_for(kCommandCycles, [&] { return backend_.read_register(address) == HD_QUEUE_NONE; })) {
    throw DeviceError(ErrorKind::kDeviceLost,
                      fmt::format("the firmware does not carry out a command of queue {}", queue));
  }
}

void Management::open(uint32_t queue, const QueueSettings& settings) {
  const auto set = [&](size_t offset, uint32_t value) { backend_.write_register(entry(queue, offset), value); };
  set(offsetof(hd_queue, ring), settings.ring);
  set(offsetof(hd_queue, packets), settings.packets);
  set(offsetof(hd_queue, context), settings.context);
  set(offsetof(hd_queue, priority), settings.priority);
  set(offsetof(hd_queue, time_limit), settings.time_limit);
  set(offsetof(hd_queue, write_index), 0);
  rings_[queue] = {settings.ring, settings.packets, 0};
  command(queue, HD_QUEUE_OPEN);
}

void Management::close(uint32_t queue) { command(queue, HD_QUEUE_CLOSE); }

void Management::ring(uint32_t queue) { backend_.write_register(mgmt::mailbox::kHostDoorbell, 1U << queue); }

uint32_t Management::take_rung() {
  const uint32_t rung = backend_.read_register(mgmt::mailbox::kHartDoorbell);
  if (rung != 0) backend_.write_register(mgmt::mailbox::kHartDoorbell, rung);
  return rung;
}

// The firmware changes the two words one after the other.
uint64_t Management::read_double(uint32_t queue, size_t offset) {
  const uint32_t at = entry(queue, offset);
  for (;;) {
    const uint32_t high = backend_.read_register(at + 4);
    const uint32_t low = backend_.read_register(at);
    if (backend_.read_register(at + 4) == high) return uint64_t{high} << 32 | low;
  }
}

QueueCounters Management::counters(uint32_t queue) {
  const auto word = [&](size_t offset) { return backend_.read_register(entry(queue, offset)); };
  return {.packets = word(offsetof(hd_queue, packets_before)) + word(offsetof(hd_queue, complete_index)),
          .errors = word(offsetof(hd_queue, errors))};
}

std::string Management::take_console() {
  const uint32_t base = backend_.read_register(mgmt::mailbox::kConsoleBase);
  const uint32_t size = backend_.read_register(mgmt::mailbox::kConsoleSize);
  const uint32_t sram = backend_.read_register(mgmt::mailbox::kSramBytes);
  const uint32_t written = backend_.read_register(mgmt::mailbox::kConsoleWritten);
  uint32_t read = backend_.read_register(mgmt::mailbox::kConsoleRead);
  if (size == 0 || written == read) return {};
  if ((size & (size - 1)) != 0 || size > sram || base < mgmt::kSramBase || base - mgmt::kSramBase > sram - size) {
    return {};  // the firmware has not set it up, or has written over it
  }
  std::string text;
  if (const uint32_t unread = written - read; unread > size) {
    text = fmt::format("[{} bytes lost]\n", unread - size);
    read = written - size;
  }
  for (; read != written; ++read) {
    const uint32_t address = base + read % size;
    text += static_cast<char>(backend_.read_register(address & ~3U) >> 8 * (address & 3));
  }
  backend_.write_register(mgmt::mailbox::kConsoleRead, written);
  return text;
}

QueueStatus Management::status(uint32_t queue) {
  const auto word = [&](size_t offset) { return backend_.read_register(entry(queue, offset)); };
  QueueStatus result;
  result.state = static_cast<hd_queue_state>(word(offsetof(hd_queue, state)));
  result.read = read_double(queue, offsetof(hd_queue, read_index));
  result.complete = read_double(queue, offsetof(hd_queue, complete_index));
  if (result.state != HD_QUEUE_FAILED) return result;
  result.reason = word(offsetof(hd_queue, reason));
  result.offset = word(offsetof(hd_queue, offset));
  result.failed_index = read_double(queue, offsetof(hd_queue, failed_index));
  result.detail = word(offsetof(hd_queue, detail));
  std::array<uint32_t, sizeof(hd_fault) / 4> fault{};
  for (size_t i = 0; i < fault.size(); ++i) fault[i] = word(offsetof(hd_queue, fault) + 4 * i);
  std::memcpy(&result.fault, fault.data(), sizeof result.fault);
  return result;
}

uint64_t Management::submit(uint32_t queue, const hd_packet& packet) {
  const uint32_t index_address = entry(queue, offsetof(hd_queue, write_index));
  Ring& ring_of = rings_[queue];
  if (ring_of.packets == 0) invalid(fmt::format("queue {} is not open", queue));
  const uint32_t read = backend_.read_register(entry(queue, offsetof(hd_queue, read_index)));
  if (static_cast<uint32_t>(ring_of.written) - read >= ring_of.packets) {
    invalid(fmt::format("the ring of queue {} is full: {} packets", queue, ring_of.packets));
  }
  const auto slot = static_cast<uint32_t>(ring_of.written % ring_of.packets);
  backend_.write_memory(ring_of.address + slot * HD_PACKET_BYTES, std::as_bytes(std::span(&packet, 1)));
  const uint64_t index = ring_of.written++;
  backend_.write_register(index_address, static_cast<uint32_t>(ring_of.written));
  ring(queue);
  return index;
}

bool Management::wait(uint32_t queue, uint64_t index, uint64_t cycles) {
  return wait_for(cycles, [&] {
    const QueueStatus now = status(queue);
    return now.complete > index || now.state != HD_QUEUE_OPENED;
  });
}

}  // namespace heddle::driver
