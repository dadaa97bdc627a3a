#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "heddle/driver/management.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

/// A command that has ended.
struct FinishedCommand {
  uint64_t id = 0;
  bool dispatch = false, in_ring = false;
  std::string label;
  Completion completion;
};

/// One queue of the management core: commands that wait on the host, and those in its ring, each with a signal, a
/// kernel object and an argument block of its slot's own. Not thread-safe.
class CommandQueue {
 public:
  static constexpr uint32_t kSlots = 16;
  /// Device memory: of the ring, signals and kernel objects; of the argument blocks, which kernels may read.
  static constexpr uint32_t kDriverBytes = kSlots * (HD_PACKET_BYTES + 2 * 64);
  static constexpr uint32_t kArgumentsBytes = kSlots * Port::kArgumentBytes;
  /// Commands that may wait in a queue, beyond those in the ring.
  static constexpr size_t kWaiting = 4096;

  struct Settings {
    uint32_t number = 0, context = 0;  ///< Of the management core's.
    uint32_t driver = 0, arguments = 0;
    QueueOptions options;
  };
  struct Entry {
    uint64_t id = 0;
    Command command;
    uint64_t queued = 0, submitted = 0;
    bool dispatch() const { return std::holds_alternative<Dispatch>(command.work); }
    const Transfer* transfer() const { return std::get_if<Transfer>(&command.work); }
  };
  using Finished = FinishedCommand;
  enum class Ready { kGo, kWait, kHopeless };

  CommandQueue(Backend& backend, Management& management, const Settings& settings);

  /// Opens the management core's queue anew; nothing may be in this one.
  void open();
  void close() { management_.close(settings_.number); }
  /// Throws kNoResources where too many wait.
  void push(Entry entry);
  /// Puts into the ring what `ready` lets go, in order; the first command that is hopeless fails the queue. `started`
  /// is told of each. A transfer does not go into the ring: it is alone, and its end is told by end_transfer().
  void feed(uint64_t now, const std::function<Ready(const Entry&)>& ready,
            const std::function<void(const Entry&)>& started, std::vector<Finished>& finished);
  /// Looks at what the firmware has completed, or why it stopped.
  void collect(std::vector<Finished>& finished);
  /// The transfer that has been started ended at `now`; `error` is empty if it went well.
  void end_transfer(uint64_t now, const std::string& error, std::vector<Finished>& finished);
  /// Ends everything that is in it.
  void abandon(Outcome outcome, const std::string& why, std::vector<Finished>& finished);

  uint32_t context() const { return settings_.context; }
  const Settings& settings() const { return settings_; }
  /// Where the arguments of the last command lie that went into the ring.
  uint32_t last_arguments() const { return arguments(static_cast<uint32_t>((written_ - 1) % kSlots)); }
  bool failed() const { return failed_; }
  bool empty() const { return waiting_.empty() && ring_.empty() && !transfer_; }
  const std::deque<Entry>& waiting() const { return waiting_; }
  const std::deque<Entry>& ring() const { return ring_; }
  /// What is under way of it, outside the ring.
  const std::optional<Entry>& transfer() const { return transfer_; }
  uint64_t completed() const { return completed_total_; }
  /// Of those the kernels, and their cycles from start to end as the firmware took them.
  uint64_t kernels() const { return kernels_; }
  uint64_t busy_cycles() const { return busy_cycles_; }

 private:
  hd_packet packet(const Entry& entry, uint32_t slot);
  void fail_behind(std::vector<Finished>& finished);
  void finish(std::vector<Finished>& finished, Entry entry, bool in_ring, Completion completion);
  uint32_t signal(uint32_t slot) const;
  uint32_t object(uint32_t slot) const;
  uint32_t arguments(uint32_t slot) const { return settings_.arguments + slot * Port::kArgumentBytes; }

  Backend& backend_;
  Management& management_;
  Settings settings_;
  std::deque<Entry> waiting_, ring_;
  std::optional<Entry> transfer_;
  uint64_t written_ = 0, completed_ = 0, completed_total_ = 0, kernels_ = 0, busy_cycles_ = 0;
  bool failed_ = false;
};

}  // namespace heddle::driver
