#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "heddle/driver/allocator.h"
#include "heddle/driver/device.h"
#include "heddle/driver/management.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

class CommandQueue;
class Dma;
struct FinishedCommand;

/// A device of this process, shared by contexts: its management core runs the firmware, and a thread lets its time pass
/// while there is something to do. (docs/driver.md)
class Engine final : public Provider, public std::enable_shared_from_this<Engine> {
 public:
  /// Opens the back end, which needs a management core, and boots the firmware. Throws DeviceError(kUnavailable,
  /// kRejected).
  static std::shared_ptr<Engine> open(const DeviceOptions& options);
  /// The same on a back end of the caller's own.
  static std::shared_ptr<Engine> open(const DeviceOptions& options, std::unique_ptr<Backend> backend);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  DeviceInfo info() override;
  std::unique_ptr<Port> connect(const ContextOptions& options, std::shared_ptr<Listener> listener) override;
  std::string status() override;
  void reset() override;

  LockstepStatistics lockstep();
  /// Calls `look` with the back end, while nothing else happens to it.
  template <typename Look>
  auto observe(const Look& look) {
    const auto held = lock();
    return look(static_cast<const Backend&>(*backend_));
  }
  /// Bytes that the one context may ask for that is to have all of them.
  uint64_t largest_context() const;
  /// No context will be made any more: what one leaves behind when it ends is not cleared, since nobody gets it.
  void close();

 private:
  class ContextPort;
  struct Context;
  struct Delivery;
  struct FaultRecord {
    std::string owner, label, text;
    uint64_t cycle = 0;
  };
  struct Activity {
    uint64_t launches = 0, counted = 0, busy_cycles = 0, warp_instrs = 0, lane_instrs = 0, copies = 0;
  };
  static constexpr uint32_t kSystemQueue = HD_QUEUES - 1;  // for memory that is given back
  static constexpr uint32_t kContextAlignment = 1 << 16;
  static constexpr size_t kFaultRecords = 16;
  static constexpr size_t kConsoleBytes = 64 << 10;

  Engine(const DeviceOptions& options, std::unique_ptr<Backend> backend);
  std::unique_lock<std::mutex> lock();
  void boot();
  void set_clock();
  uint64_t now() const { return backend_->cycle() + static_cast<uint64_t>(clock_offset_); }
  void work();
  bool busy() const;
  void step();
  void feed(CommandQueue& queue, std::vector<Delivery>& deliveries);
  void settle(CommandQueue& queue, std::vector<Delivery>& deliveries);
  void deliver(CommandQueue& queue, std::vector<FinishedCommand>& finished, std::vector<Delivery>& deliveries);
  void count(uint32_t context, FinishedCommand& end);
  void lose(const std::string& why);
  /// The error with the checker's report, or with what the device waits for.
  std::string explain(const DeviceError& error) const;
  void read_console();
  void require_alive() const;
  uint64_t chunk() const;

  // Of contexts; with the lock held.
  Context& context(uint32_t number) { return *contexts_[number]; }
  void check_range(const Context& context, const char* what, uint32_t address, uint64_t bytes) const;
  CommandQueue& queue_of(uint32_t context, uint32_t queue);
  void disconnect(uint32_t number);
  void end_transfer(uint32_t queue, const std::string& error);
  void scrub(std::unique_lock<std::mutex>& held, Context& context);
  void empty_queue(uint32_t number, const std::string& why, bool reopen);

  DeviceOptions options_;
  std::vector<std::byte> image_;
  std::unique_ptr<Backend> backend_;
  DeviceShape shape_;
  Dma* dma_ = nullptr;                           // of the back end; null: the device has none
  Allocator memory_;                             // the driver's own, and the contexts'
  uint32_t driver_ = 0;                          // rings, signals, kernel objects; no kernel may touch it
  uint64_t share_ = 0;                           // of a context that asks for nothing else
  int64_t clock_offset_ = 0;                     // mtime minus the back end's cycles
  std::pair<uint32_t, uint64_t> device_launch_;  // the last dispatch that was put into a ring
  Activity activity_;
  std::optional<LanePosition> seen_;  // a lane of the kernel that runs
  std::deque<FaultRecord> faults_;
  std::string console_;  // the end of what the firmware has written
  std::string lost_;     // why the device is of no use any more; empty: it is

  std::mutex mutex_;
  std::atomic<unsigned> callers_ = 0;  // that want the lock
  std::condition_variable wake_, changed_;
  std::unique_ptr<Management> management_;
  std::array<std::shared_ptr<Context>, HD_CONTEXTS> contexts_;
  std::array<std::unique_ptr<CommandQueue>, HD_QUEUES> queues_;
  std::vector<Delivery> deliveries_;
  bool stop_ = false, closed_ = false;
  std::thread worker_;
};

}  // namespace heddle::driver
