/// A process's share of a device: memory, modules, queues, events. (docs/driver.md; for C: heddle/driver.h)
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "heddle/driver/event.h"
#include "heddle/driver/launch_options.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

class Context;
using EventPointer = std::shared_ptr<Event>;

/// A kernel program in a context's memory.
class Module {
 public:
  const KernelImage& image() const { return *image_; }
  /// What `kernel` takes. Throws kInvalidArgument: there is no such kernel, or its program was built without debug
  /// information.
  KernelArguments arguments(const std::string& kernel) const;

 private:
  friend class Context;
  friend class Queue;
  std::shared_ptr<const KernelImage> image_;
  uint32_t base_ = 0;
};
using ModulePointer = std::shared_ptr<Module>;

/// Commands in order. Ends with its last reference: what has not ended by then is aborted.
class Queue {
 public:
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Each returns at once. `after`: events of the same context, of any queue, that have to have ended well. Throw
  /// kInvalidArgument, kNoResources, kAborted (the queue has failed and has not been reset).
  EventPointer launch(const Module& module, const std::string& kernel, Size3 grid, Size3 workgroup,
                      std::span<const std::byte> arguments, const LaunchOptions& options = {},
                      std::span<const EventPointer> after = {});
  template <typename Arguments>
  EventPointer launch(const Module& module, const std::string& kernel, Size3 grid, Size3 workgroup,
                      const Arguments& arguments, const LaunchOptions& options = {}) {
    static_assert(std::is_trivially_copyable_v<Arguments>);
    return launch(module, kernel, grid, workgroup, std::as_bytes(std::span(&arguments, 1)), options);
  }
  /// Between allocations of the context, or within one, but not where both overlap.
  EventPointer copy(uint32_t destination, uint32_t source, uint64_t bytes, std::span<const EventPointer> after = {});
  /// Stores `value` over and over; address and size are multiples of 4.
  EventPointer fill(uint32_t destination, uint32_t value, uint64_t bytes, std::span<const EventPointer> after = {});
  /// Between host memory that Context::pin() was told of and an allocation, by the device itself; the memory must stay
  /// as it is until the event has ended.
  EventPointer write(uint32_t destination, std::span<const std::byte> from, std::span<const EventPointer> after = {});
  EventPointer read(std::span<std::byte> to, uint32_t source, std::span<const EventPointer> after = {});
  EventPointer marker(std::span<const EventPointer> after = {});

  /// Aborts what is in it. Needed after a command that failed.
  void reset();
  const std::shared_ptr<Context>& context() const { return context_; }

 private:
  friend class Context;
  Queue(std::shared_ptr<Context> context, uint32_t number) : context_(std::move(context)), number_(number) {}
  EventPointer transfer(const char* what, const std::byte* host, uint32_t device, uint64_t bytes, bool to_host,
                        std::span<const EventPointer> after);
  EventPointer submit(Command command, LaunchRecord launch, std::span<const EventPointer> after);

  std::shared_ptr<Context> context_;
  uint32_t number_;
};
using QueuePointer = std::shared_ptr<Queue>;

enum MapFlags : uint32_t { kMapRead = 1, kMapWrite = 2 };

/// Thread-safe. All functions throw DeviceError.
class Context : public std::enable_shared_from_this<Context> {
 public:
  static std::shared_ptr<Context> create(Provider& provider, const ContextOptions& options = {});
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  DeviceInfo info() const { return info_; }

  /// Device memory that kernels may read and write, zero at first if it was never used; `label` names it in reports.
  /// Throws kOutOfMemory, kInvalidArgument.
  uint32_t allocate(uint64_t bytes, uint32_t alignment = Allocator::kDefaultAlignment, std::string label = {});
  /// Kernels that are in queues must not need it any more. Throws kInvalidArgument: no allocation, or mapped.
  void free(uint32_t address);
  /// At once, whatever is in queues. Throw kInvalidArgument where the bytes are not all inside one allocation.
  void write(uint32_t address, std::span<const std::byte> bytes);
  void read(uint32_t address, std::span<std::byte> bytes);
  /// The host's view of part of an allocation: filled with its bytes (kMapRead; else zero), and written back by unmap()
  /// (kMapWrite). Throws kInvalidArgument where a map to be written overlaps with another one.
  void* map(uint32_t address, uint64_t bytes, uint32_t flags);
  void unmap(const void* view);
  /// Memory of the host that queues may copy from and to, until unpin() or the context's end; it must stay that long.
  /// Throw kInvalidArgument (empty, overlapping with pinned memory; not pinned, or needed by a command), kNoResources,
  /// kUnavailable (the device has no DMA engine, or is a daemon's).
  void pin(std::span<std::byte> memory);
  void unpin(const std::byte* memory);
  /// Bytes that can be allocated at most, and that are.
  uint64_t capacity() const;
  uint64_t used() const;

  /// Loads a kernel program anywhere in the context's memory. Throws kBadElf, kOutOfMemory.
  ModulePointer load(const std::filesystem::path& elf);
  /// The same, of a file's bytes.
  ModulePointer load(std::span<const std::byte> elf, const std::string& name);
  /// Gives its globals the values they had at first.
  void restore(const Module& module);
  /// No kernel of it may be in a queue.
  void unload(const Module& module);
  /// What its kernels have printed since the last call.
  std::string take_output(const Module& module);

  QueuePointer create_queue(const QueueOptions& options = {});
  /// What it is made of: past all checks of allocations.
  Port& port() { return *port_; }
  void on_fault(EventTable::FaultCallback callback) { events_->on_fault(std::move(callback)); }

 private:
  friend class Queue;
  struct View {
    uint32_t address = 0;
    uint32_t flags = 0;
    std::unique_ptr<std::vector<std::byte>> bytes;
  };

  struct Pin {
    uint64_t bytes = 0, address = 0;  // on the device's bus
  };

  Context() = default;
  void check_inside(const char* what, uint32_t address, uint64_t bytes) const;
  void publish();
  void reserve_private(uint32_t bytes_per_lane);
  std::shared_ptr<const Allocator> snapshot();

  DeviceInfo info_;
  std::shared_ptr<EventTable> events_ = std::make_shared<EventTable>();
  std::unique_ptr<Port> port_;
  mutable std::mutex mutex_;  // of everything below; held across calls of the port
  std::optional<Allocator> allocator_;
  std::shared_ptr<const Allocator> snapshot_;
  std::map<uint32_t, ModulePointer> modules_;  // by base
  std::map<const void*, View> views_;
  std::map<const std::byte*, Pin> pins_;
  uint32_t private_base_ = 0;
  uint64_t private_bytes_ = 0;
  std::mutex submitting_;  // commands go to the port in the order of their numbers
  uint64_t last_id_ = 0;
};
using ContextPointer = std::shared_ptr<Context>;

}  // namespace heddle::driver
