#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/driver/host_bus.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

/// The DMA engine and the messages of a device with host_dma = 1 (docs/host_port.md). The host owns the engine. Not
/// thread-safe.
///
/// Transfers are begun, end some time later, and are collected; or the host waits for one of its own (read, write).
/// What ends meanwhile is kept for collect().
class Dma {
 public:
  /// An end of a transfer: the caller's number, and why it failed (empty: it has not).
  struct Ended {
    uint32_t number = 0;
    std::string error;
  };

  /// `bus`: what the device finds as bus master. Sets the engine and the messages up.
  Dma(Backend& backend, HostBus& bus);

  /// What the device may use from now on; its address on the bus. Throws kNoResources where no window is free.
  uint64_t pin(std::span<std::byte> memory);
  /// No transfer of it is under way.
  void unpin(uint64_t address);

  /// Between device memory and memory of the host that need not be pinned; return when that is done, behind the
  /// transfers that have begun. Throw kRejected with the engine's cause, kLockstepMismatch, kDeviceLost.
  void read(uint32_t device, std::span<std::byte> bytes);
  void write(uint32_t device, std::span<const std::byte> bytes);

  /// Begins a transfer; there are no more of them than queues. `number`: of the queue that it is for, for Ended.
  void begin(uint32_t number, const Transfer& transfer);
  /// Transfers that have ended since the last call.
  std::vector<Ended> collect();
  /// The transfer with this number is gone, and may have been done in part. Those of others go on, or begin anew.
  std::vector<Ended> abort(uint32_t number);
  /// All are.
  void abort_all();

  /// Whether a message of the management core's mailbox has come since the last call.
  bool mailbox_message();
  /// The mailbox has been looked at: it may send the next message.
  void rearm_mailbox();

 private:
  static constexpr uint32_t kSize = 4, kDescriptors = 1U << kSize;  // of the ring
  // The driver's own window: the ring, behind it in its page the completion record; then what read() and write() move.
  static constexpr uint32_t kRecord = 2048;
  static constexpr uint32_t kStaging = HostBus::kPageBytes, kStagingBytes = 64 << 10;
  static constexpr uint32_t kOwn = HD_QUEUES;  // number of a transfer of read() or write()
  static_assert(HD_QUEUES + 1 <= kDescriptors);
  struct Open {
    uint32_t number = 0;
    Transfer transfer;
  };

  void set(uint32_t offset, uint32_t value);
  uint32_t get(uint32_t offset);
  void start();
  void publish(const Transfer& transfer);
  void halt();
  /// Looks at the engine, if a message of it has come, and notes what has ended.
  void look();
  void note_end(const std::string& error);
  void take_completed();
  void move_own(const Transfer& transfer);
  void take_messages();

  Backend* backend_;
  HostBus* bus_;
  std::vector<uint64_t> windows_;         // bus address of what is pinned there; 0: free
  std::vector<std::byte> block_;          // the driver's own window
  uint64_t block_address_ = 0;            // on the bus
  std::deque<Open> open_;                 // in order of their descriptors
  uint32_t tail_ = 0, completed_ = 0;     // indices of descriptors
  std::vector<Ended> ended_;              // for collect()
  std::optional<std::string> own_end_;    // of the transfer of read() or write(); empty while it goes on
  bool mailbox_ = true, engine_ = false;  // a message has come
};

}  // namespace heddle::driver
