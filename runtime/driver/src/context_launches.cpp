#include "context_launches.h"

#include <algorithm>
#include <chrono>

#include "heddle/driver/error.h"
#include "heddle/driver/provider.h"

namespace heddle::driver {
namespace {

class MemoryOnly final : public Backend {
 public:
  explicit MemoryOnly(Context& context) : context_(context) {}
  uint32_t read_register(uint32_t) override { none(); }
  void write_register(uint32_t, uint32_t) override { none(); }
  void read_memory(uint32_t address, std::span<std::byte> bytes) override { context_.port().read(address, bytes); }
  void write_memory(uint32_t address, std::span<const std::byte> bytes) override {
    context_.port().write(address, bytes);
  }
  uint64_t advance(uint64_t) override { none(); }
  uint64_t cycle() const override { none(); }

 private:
  [[noreturn]] static void none() {
    throw DeviceError(ErrorKind::kUnavailable, "the registers of a daemon's device are the daemon's alone");
  }
  Context& context_;
};

}  // namespace

ContextLaunches::ContextLaunches(const DeviceOptions& options)
    : provider_(open_provider(options)),
      context_(Context::create(*provider_)),
      info_(context_->info()),
      backend_(std::make_unique<MemoryOnly>(*context_)) {}

void ContextLaunches::load(const std::filesystem::path& elf) {
  ModulePointer loaded = context_->load(elf);
  if (module_) context_->unload(*module_);
  module_ = std::move(loaded);
  dirty_ = false;
}

void ContextLaunches::launch(const std::string& kernel, Size3 grid, Size3 workgroup, std::span<const std::byte> args,
                             const LaunchOptions& options) {
  const auto limit =
      static_cast<uint32_t>(options.timeout == 0 ? UINT32_MAX : std::min<uint64_t>(options.timeout, UINT32_MAX));
  if (!queue_ || limit != time_limit_) {
    queue_.reset();
    queue_ = context_->create_queue({.priority = 0, .time_limit = limit});
    time_limit_ = limit;
  }
  if (dirty_) context_->restore(*module_);
  dirty_ = false;
  running_ = queue_->launch(*module_, kernel, grid, workgroup, args, options);
}

void ContextLaunches::wait(LaunchStatistics& statistics) {
  const auto begin = std::chrono::steady_clock::now();
  const EventPointer ended = std::move(running_);
  ended->wait();
  const Completion& completion = ended->completion();
  statistics = completion.counters.value_or(LaunchStatistics{.cycles = completion.ended - completion.started});
  statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (completion.outcome == Outcome::kComplete) return;
  dirty_ = true;
  if (completion.outcome != Outcome::kLost) queue_->reset();
  (void)ended->get();
}

}  // namespace heddle::driver
