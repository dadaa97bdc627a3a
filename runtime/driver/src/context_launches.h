#pragma once

#include <memory>
#include <optional>
#include <string>

#include "heddle/driver/backend.h"
#include "heddle/driver/context.h"
#include "heddle/driver/device.h"
#include "heddle/driver/engine.h"

namespace heddle::driver {

/// What a Device does where launches go through a queue of firmware, its own or a daemon's: one program, one launch at
/// a time, in a context of its own.
class ContextLaunches {
 public:
  /// Of a daemon's device.
  explicit ContextLaunches(const DeviceOptions& options);
  /// On a back end of this process; the context has all its memory.
  ContextLaunches(const DeviceOptions& options, std::unique_ptr<Backend> backend);
  ~ContextLaunches();
  ContextLaunches(const ContextLaunches&) = delete;
  ContextLaunches& operator=(const ContextLaunches&) = delete;

  const DeviceInfo& info() const { return info_; }
  Context& context() { return *context_; }
  /// Memory of the context, and what can be observed of a device of this process; registers, which are the firmware's,
  /// throw DeviceError(kUnavailable).
  Backend& backend() { return *backend_; }

  /// In place of the previous program.
  void load(const std::filesystem::path& elf);
  /// Null: none is loaded.
  const KernelImage* image() const { return module_ ? &module_->image() : nullptr; }

  void launch(const std::string& kernel, Size3 grid, Size3 workgroup, std::span<const std::byte> args,
              const LaunchOptions& options);
  /// Waits for the launch. `statistics` are its, also where it throws.
  void wait(LaunchStatistics& statistics);
  std::string take_output() { return context_->take_output(*module_); }

 private:
  void check_lockstep(const std::string& kernel) const;

  std::shared_ptr<Engine> engine_;  // null: a daemon's device
  std::shared_ptr<Provider> provider_;
  ContextPointer context_;
  DeviceInfo info_;
  std::unique_ptr<Backend> backend_;
  ModulePointer module_;
  QueuePointer queue_;
  uint64_t default_limit_ = 0;  // cycles of a launch
  uint32_t time_limit_ = 0;     // of queue_
  bool dirty_ = false;          // a failed launch may have left globals half-changed
  EventPointer running_;
};

}  // namespace heddle::driver
