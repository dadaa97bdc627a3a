#include "device_worker.h"

#include <unistd.h>

#include <cstdio>

#include "error.h"

namespace heddle::opencl {

DeviceWorker::DeviceWorker(const driver::DeviceOptions& options) : options_(options), process_(getpid()) {
  options_.output = [this](std::string_view text) {
    if (output_) output_(text);
  };
}

void DeviceWorker::check_process() const { require(process_ == getpid(), CL_DEVICE_NOT_AVAILABLE); }

driver::Device& DeviceWorker::open() {
  if (!device_) {
    try {
      device_.emplace(driver::Device::open(options_));
    } catch (const driver::DeviceError& error) {
      // OpenCL has a code for it (CL_DEVICE_NOT_AVAILABLE), and no place for words.
      std::fprintf(stderr, "heddle opencl: %s\n", error.what());
      throw;
    }
    loaded_ = 0;
  }
  return *device_;
}

void DeviceWorker::submit(std::function<void()> job) {
  check_process();
  {
    const std::lock_guard lock(queue_mutex_);
    if (!thread_.joinable() && !stopping_) thread_ = std::thread([this] { run(); });
    jobs_.push_back(std::move(job));
  }
  ready_.notify_one();
}

void DeviceWorker::run() {
  std::unique_lock lock(queue_mutex_);
  for (;;) {
    ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    busy_ = false;
    idle_.notify_all();
  }
}

void DeviceWorker::stop() {
  if (process_ != getpid()) return;
  std::unique_lock lock(queue_mutex_);
  stopping_ = true;
  ready_.notify_all();
  idle_.wait(lock, [this] { return !busy_; });
  lock.unlock();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void DeviceWorker::load(driver::Device& device, uint64_t id, const std::string& elf) {
  if (loaded_ == id) return;
  loaded_ = 0;
  device.load(elf);
  loaded_ = id;
}

void DeviceWorker::count(const std::string& kernel, const driver::LaunchStatistics& statistics) {
  const std::lock_guard lock(device_mutex_);
  LaunchTotals& total = totals_[kernel];
  ++total.launches;
  total.cycles += statistics.cycles;
  total.warp_instrs += statistics.warp_instrs;
  total.seconds += statistics.host_seconds;
}

std::map<std::string, LaunchTotals> DeviceWorker::totals() {
  const std::lock_guard lock(device_mutex_);
  return totals_;
}

driver::LockstepStatistics DeviceWorker::lockstep() {
  const std::lock_guard lock(device_mutex_);
  return device_ ? device_->lockstep() : driver::LockstepStatistics{};
}

}  // namespace heddle::opencl
