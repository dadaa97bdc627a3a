#pragma once

#include <memory>
#include <optional>
#include <string>

#include "heddle/driver/backend.h"
#include "heddle/driver/context.h"
#include "heddle/driver/device.h"

namespace heddle::driver {

/// What a Device does on a context of a daemon's device instead of on a back end: one program, one launch at a time.
class ContextLaunches {
 public:
  explicit ContextLaunches(const DeviceOptions& options);

  const DeviceInfo& info() const { return info_; }
  Context& context() { return *context_; }
  /// Memory of the context; registers, which it does not have, throw DeviceError(kUnavailable).
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
  std::shared_ptr<Provider> provider_;
  ContextPointer context_;
  DeviceInfo info_;
  std::unique_ptr<Backend> backend_;
  ModulePointer module_;
  QueuePointer queue_;
  uint32_t time_limit_ = 0;  // of queue_
  bool dirty_ = false;       // a failed launch may have left globals half-changed
  EventPointer running_;
};

}  // namespace heddle::driver
