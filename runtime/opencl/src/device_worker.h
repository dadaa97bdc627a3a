#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "heddle/driver/device.h"

namespace heddle::opencl {

/// What ran on a device, for the summary.
struct LaunchTotals {
  uint64_t launches = 0, cycles = 0, warp_instrs = 0;
  double seconds = 0.0;
};

/// A device and the thread that works on it: one job at a time, in the order in which they became ready. The device is
/// opened when it is first needed. Thread-safe.
class DeviceWorker {
 public:
  explicit DeviceWorker(const driver::DeviceOptions& options);
  DeviceWorker(const DeviceWorker&) = delete;
  DeviceWorker& operator=(const DeviceWorker&) = delete;

  /// Runs `job` on the worker's thread. It must not throw. Throws CL_DEVICE_NOT_AVAILABLE in a child process (threads
  /// do not survive a fork).
  void submit(std::function<void()> job);

  /// Calls action(device) while nothing else uses the device. Throws what opening it and the action throw.
  template <typename Action>
  auto with_device(Action&& action) {
    check_process();
    const std::lock_guard lock(device_mutex_);
    return action(open());
  }

  /// Loads a program unless it is the one that is loaded; `id` tells programs apart. Call from with_device.
  void load(driver::Device& device, uint64_t id, const std::string& elf);
  /// For the summary.
  void count(const std::string& kernel, const driver::LaunchStatistics& statistics);
  std::map<std::string, LaunchTotals> totals();
  /// Notes that RTL and model disagreed; whether they ever did.
  void note_difference() { differed_ = true; }
  bool differed() const { return differed_; }
  /// Where what kernels print goes; set around each launch.
  void set_output(std::function<void(std::string_view)> output) { output_ = std::move(output); }
  driver::LockstepStatistics lockstep();
  const driver::DeviceOptions& options() const { return options_; }
  /// Finishes the job that runs, and starts no other one.
  void stop();

 private:
  driver::Device& open();
  void check_process() const;
  void run();

  driver::DeviceOptions options_;
  std::recursive_mutex device_mutex_;
  std::optional<driver::Device> device_;
  std::function<void(std::string_view)> output_;
  uint64_t loaded_ = 0;
  std::atomic<bool> differed_ = false;
  std::map<std::string, LaunchTotals> totals_;

  pid_t process_;
  std::mutex queue_mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false, busy_ = false;
  std::condition_variable idle_;
  std::thread thread_;
};

}  // namespace heddle::opencl
