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
class Dma {
 public:
  /// An end of a transfer: the caller's number, and why it failed (empty: it has not).
  struct Ended {
    uint32_t number = 0;
    std::string error;
  };

  /// Empty if the device has none, or the back end no host memory.
  static std::optional<Dma> find(Backend& backend);

  /// What the device may use from now on; its address on the bus. Throws kNoResources where no window is free.
  uint64_t pin(std::span<std::byte> memory);
  /// No transfer of it is under way.
  void unpin(uint64_t address);

  /// Begins a transfer; there are fewer than kDescriptors. `number`: of the queue that it is for, for Ended.
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
  static constexpr uint32_t kRecord = 2048;                         // behind it in its page
  static_assert(HD_QUEUES <= kDescriptors);
  struct Open {
    uint32_t number = 0;
    Transfer transfer;
  };

  Dma(Backend& backend, HostBus& bus, uint32_t windows);
  void set(uint32_t offset, uint32_t value);
  uint32_t get(uint32_t offset);
  void start();
  void publish(const Transfer& transfer);
  void halt();
  void take_completed(std::vector<Ended>& ended);
  void take_messages();

  Backend* backend_;
  HostBus* bus_;
  std::vector<uint64_t> windows_;         // bus address of what is pinned there; 0: free
  std::vector<std::byte> page_;           // ring and completion record
  std::deque<Open> open_;                 // in order of their descriptors
  uint32_t tail_ = 0, completed_ = 0;     // indices of descriptors
  bool mailbox_ = true, engine_ = false;  // a message has come
};

}  // namespace heddle::driver
