#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "heddle/driver/allocator.h"
#include "heddle/driver/error.h"
#include "heddle/driver/kernel_image.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

class EventTable;

/// What a report about a launch is made from, as things were when it was put into its queue.
struct LaunchRecord {
  std::shared_ptr<const KernelImage> image;
  std::shared_ptr<const Allocator> allocator;
  std::string kernel;
  std::array<uint32_t, 3> workgroup{};
  uint32_t private_bytes = 0, scratch_bytes = 0;
};

/// The end of one command. Thread-safe.
class Event {
 public:
  bool done() const;
  /// Waits for the end, however it comes. False: it did not come in time.
  bool wait(std::optional<std::chrono::nanoseconds> limit = std::nullopt) const;
  /// Waits, and throws what went wrong: kFault with its report, kTimeout (the queue's time limit), kRejected, kAborted,
  /// kDeviceLost.
  const Completion& get() const;
  /// After the end: what get() throws, or nothing.
  std::optional<DeviceError> error() const;
  /// After the end.
  const Completion& completion() const { return completion_; }
  uint64_t id() const { return id_; }
  const EventTable* table() const { return table_; }
  const std::string& label() const { return label_; }

 private:
  friend class EventTable;
  void finish(const Completion& completion);
  DeviceError time_limit_error(const std::string& subject) const;

  uint64_t id_ = 0;
  const EventTable* table_ = nullptr;
  std::string label_;
  LaunchRecord launch_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool done_ = false;
  Completion completion_;
};

/// The commands of a context that have not ended, and whom to tell of faults.
class EventTable final : public Listener {
 public:
  using FaultCallback = std::function<void(const Event&, const DeviceError&)>;

  std::shared_ptr<Event> make(uint64_t id, std::string label, LaunchRecord launch);
  void forget(uint64_t id);
  /// Called for every command that ends in a fault or at its time limit, on a thread of the driver, after its event has
  /// ended. It must not wait for events.
  void on_fault(FaultCallback callback);
  void completed(uint64_t command, const Completion& completion) override;
  /// This thread is in such a callback.
  static bool in_callback();

 private:
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<Event>> open_;
  FaultCallback callback_;
};

}  // namespace heddle::driver
