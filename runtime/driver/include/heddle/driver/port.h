/// What a context asks of the device that it shares with others, and what it hears from it. There are two kinds: in
/// this process (engine.h), and through the socket of a daemon (remote.h). What users see of it is context.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "heddle/driver/launch_registers.h"
#include "heddle/driver/regions.h"
#include "heddle_queue.h"

namespace heddle::driver {

/// A kernel over a grid.
struct Dispatch {
  uint32_t entry = 0, kernel = 0;                           ///< Pc of every lane; hd_entry.
  std::array<uint32_t, 3> groups{1, 1, 1}, local{1, 1, 1};  ///< Workgroups; work-items of one.
  uint32_t private_bytes = 0, scratch_bytes = 0;            ///< Of a lane; of a workgroup.
  uint32_t accumulators = 0;                                ///< Buffers of a workgroup.
  std::vector<std::byte> arguments;                         ///< At most kArgumentBytes.
};
struct Copy {
  uint32_t destination = 0, source = 0, bytes = 0;
};
struct Fill {
  uint32_t destination = 0, value = 0, bytes = 0;  ///< A multiple of 4 from a multiple of 4 on.
};
/// Between pinned memory of the host, at an address that pin() gave or behind it, and the device.
struct Transfer {
  uint64_t host = 0;
  uint32_t device = 0, bytes = 0;
  bool to_host = false;
};
/// Does nothing: it is complete when everything before it is.
struct Marker {};

struct Command {
  std::variant<Marker, Dispatch, Copy, Fill, Transfer> work;
  std::vector<uint64_t> after;  ///< Commands of this context, of any queue, which have to be complete.
  std::string label;            ///< For reports: the kernel's name.
};

enum class Outcome : uint32_t {
  kComplete,
  kFault,      ///< The kernel faulted: Completion::fault.
  kTimeLimit,  ///< The kernel ran for longer than its queue allows.
  kRefused,    ///< The firmware or the device refused it.
  kAborted,    ///< It never ran: an earlier command failed, or its queue was closed.
  kLost,       ///< The device is gone, or was reset.
};

/// How a command ended. Times are cycles of the device.
struct Completion {
  Outcome outcome = Outcome::kComplete;
  std::string text;  ///< Why; empty with kComplete.
  uint64_t queued = 0, submitted = 0, started = 0, ended = 0;
  hd_fault fault{};  ///< With kFault; with kTimeLimit a lane that ran, if one was seen (pc is not 0).
  std::optional<LaunchStatistics> counters;  ///< Of a kernel behind which no other one has started yet.
};

/// Called by threads of the device, one call at a time per context, with no lock of the driver held.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void completed(uint64_t command, const Completion& completion) = 0;
};

struct DeviceInfo {
  std::string backend, configuration;
  DeviceShape shape;
  uint64_t memory_bytes = 0;  ///< Of all contexts together.
  unsigned contexts = 0, queues = 0;
};

struct ContextOptions {
  uint64_t memory_bytes = 0;  ///< 0: an equal share of the device's.
  std::string owner;          ///< For reports.
};

struct QueueOptions {
  uint32_t priority = 0;    ///< A queue goes before those of smaller numbers.
  uint32_t time_limit = 0;  ///< Cycles of a kernel; 0: none.
};

/// One context: memory of its own, queues, commands. Every function throws DeviceError. Thread-safe. Its end is the
/// context's: commands are aborted, queues closed, and its memory is overwritten with zeroes before anybody gets it.
class Port {
 public:
  static constexpr uint32_t kArgumentBytes = 4096;

  virtual ~Port() = default;
  virtual DeviceInfo info() = 0;
  /// The context's device memory, all zero at first: base, a multiple of 64 KiB, and bytes.
  virtual std::pair<uint32_t, uint64_t> memory() = 0;
  /// What kernels of the context may touch from their next launch on, and the backing store of the private windows, all
  /// within memory().
  virtual void set_regions(const std::vector<Region>& regions, uint32_t private_base, uint32_t private_bytes) = 0;
  /// At once, past all queues.
  virtual void write(uint32_t address, std::span<const std::byte> bytes) = 0;
  virtual void read(uint32_t address, std::span<std::byte> bytes) = 0;
  /// Memory of the host for transfers of this context, until unpin(). Throw kUnavailable where the device has no DMA or
  /// is a daemon's, kNoResources; unpin() kInvalidArgument while a command names it.
  virtual uint64_t pin(std::span<std::byte> memory) = 0;
  virtual void unpin(uint64_t address) = 0;
  /// Throws kNoResources where none is free.
  virtual uint32_t open_queue(const QueueOptions& options) = 0;
  /// Aborts what is in it; a queue that has failed takes commands again.
  virtual void reset_queue(uint32_t queue) = 0;
  virtual void close_queue(uint32_t queue) = 0;
  /// `id`: the caller's, greater than all before. Its end comes through the listener, perhaps before this returns;
  /// where this throws there is none.
  virtual void submit(uint32_t queue, uint64_t id, const Command& command) = 0;
};

/// A device that gives out contexts. Thread-safe.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual DeviceInfo info() = 0;
  /// Throws kNoResources, kOutOfMemory.
  virtual std::unique_ptr<Port> connect(const ContextOptions& options, std::shared_ptr<Listener> listener) = 0;
  /// What goes on in it: one JSON object (docs/driver.md).
  virtual std::string status() = 0;
  /// Starts the firmware anew; commands under way end as lost, queues have to be reset, memory stays. Throws
  /// kNoResources while more than one context exists: nobody loses work to another.
  virtual void reset() = 0;
};

}  // namespace heddle::driver
