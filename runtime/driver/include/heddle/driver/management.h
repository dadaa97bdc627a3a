/// The management core from the host's side: boots its firmware and speaks to it through queues (docs/queues.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle_queue.h"

namespace heddle::driver {

/// A context's memory: what its kernels may touch, and the private windows' backing store (line-aligned, in device
/// memory).
struct ContextSettings {
  std::vector<hd_region> regions;  ///< At most the device's.
  uint32_t private_base = 0;
  uint32_t private_bytes = 0;
};

struct QueueSettings {
  uint32_t ring = 0;     ///< Address in device memory, a multiple of 64.
  uint32_t packets = 0;  ///< A power of two.
  uint32_t context = 0;
  uint32_t priority = 0;    ///< A queue goes before those with a smaller number.
  uint32_t time_limit = 0;  ///< Cycles of a kernel; 0: none.
};

struct QueueStatus {
  hd_queue_state state = HD_QUEUE_CLOSED;
  uint64_t read = 0;          ///< Packets taken out of the ring.
  uint64_t complete = 0;      ///< Packets complete.
  uint32_t reason = 0;        ///< The fields from here on: with HD_QUEUE_FAILED.
  uint32_t offset = 0;        ///< Of the field in the packet.
  uint64_t failed_index = 0;  ///< The packet.
  uint32_t detail = 0;
  hd_fault fault{};  ///< With HD_QUEUE_FAULT.

  /// For people; empty unless the queue has failed.
  std::string error_text() const;
};

/// What the firmware has counted of a queue since it was booted.
struct QueueCounters {
  uint32_t packets = 0;  ///< Complete.
  uint32_t errors = 0;   ///< How often the queue has failed.
};

class Management {
 public:
  /// Loads the image into SRAM, has the boot program check and start it, and waits until it is ready. Throws
  /// DeviceError: kUnavailable without a management core, kRejected with what the boot program says is wrong with the
  /// image.
  Management(Backend& backend, std::span<const std::byte> image);

  /// While no kernel of the context runs. Throw DeviceError(kInvalidArgument) for an index that does not exist.
  void set_context(uint32_t context, const ContextSettings& settings);
  /// Opens a queue anew, whatever was in it. What is wrong with the settings shows in status().
  void open(uint32_t queue, const QueueSettings& settings);
  void close(uint32_t queue);

  /// Puts a packet into the ring and rings. Returns its index. Throws DeviceError(kInvalidArgument) where the ring is
  /// full or the queue was not opened.
  uint64_t submit(uint32_t queue, const hd_packet& packet);
  QueueStatus status(uint32_t queue);
  QueueCounters counters(uint32_t queue);
  /// Lets time pass until the packet is complete or the queue has failed or closed. False: `cycles` were not enough.
  bool wait(uint32_t queue, uint64_t index, uint64_t cycles);

  /// Holds the hart in reset; only a new Management starts it again.
  void hold();
  /// The firmware runs: no trap, no watchdog reset since it was booted.
  bool alive() const;

  /// What the firmware has written on its console since the last call (docs/management.md, section 6); it says so where
  /// some of it was lost.
  std::string take_console();

  void ring(uint32_t queue);
  /// Queues that have something to tell since the last call, as bits; that they have is also the device's interrupt.
  uint32_t take_rung();

 private:
  struct Ring {
    uint32_t address = 0, packets = 0;
    uint64_t written = 0;
  };

  void boot(std::span<const std::byte> image);
  uint32_t entry(uint32_t queue, size_t offset) const;
  uint64_t read_double(uint32_t queue, size_t offset);
  void command(uint32_t queue, hd_queue_command command);
  template <typename Condition>
  bool wait_for(uint64_t cycles, const Condition& condition);

  Backend& backend_;
  uint32_t queues_ = 0, contexts_ = 0;  // addresses of the tables
  std::array<Ring, HD_QUEUES> rings_{};
  std::array<uint32_t, HD_CONTEXTS> generations_{};
};

}  // namespace heddle::driver
