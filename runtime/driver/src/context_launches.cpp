#include "context_launches.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "heddle/driver/error.h"
#include "heddle/driver/provider.h"

namespace heddle::driver {
namespace {

class ContextBackend final : public Backend {
 public:
  ContextBackend(Context& context, std::shared_ptr<Engine> engine) : context_(context), engine_(std::move(engine)) {}
  uint32_t read_register(uint32_t) override { none(); }
  void write_register(uint32_t, uint32_t) override { none(); }
  void read_memory(uint32_t address, std::span<std::byte> bytes) override { context_.port().read(address, bytes); }
  void write_memory(uint32_t address, std::span<const std::byte> bytes) override {
    context_.port().write(address, bytes);
  }
  uint64_t advance(uint64_t) override { none(); }
  uint64_t cycle() const override { return observe(&Backend::cycle); }
  LockstepStatistics lockstep() const override { return observe(&Backend::lockstep); }
  std::optional<std::string> mismatch() const override { return observe(&Backend::mismatch); }
  std::optional<StackReference> stack_reference() const override { return observe(&Backend::stack_reference); }
  std::vector<ValuePatterns> value_patterns() const override { return observe(&Backend::value_patterns); }
  std::optional<MemoryStatistics> memory() const override { return observe(&Backend::memory); }

 private:
  [[noreturn]] static void none() {
    throw DeviceError(ErrorKind::kUnavailable, "registers and time of this device are the firmware's and its queues'");
  }
  template <typename Result>
  Result observe(Result (Backend::*what)() const) const {
    return engine_ ? engine_->observe([what](const Backend& backend) { return (backend.*what)(); }) : Result{};
  }
  Context& context_;
  std::shared_ptr<Engine> engine_;  // null: a daemon's
};

}  // namespace

ContextLaunches::ContextLaunches(const DeviceOptions& options)
    : provider_(open_provider(options)),
      context_(Context::create(*provider_)),
      info_(context_->info()),
      backend_(std::make_unique<ContextBackend>(*context_, nullptr)),
      default_limit_(UINT32_MAX) {}

ContextLaunches::ContextLaunches(const DeviceOptions& options, std::unique_ptr<Backend> backend)
    : engine_(Engine::open(options, std::move(backend))),
      provider_(engine_),
      context_(Context::create(*provider_, {.memory_bytes = engine_->largest_context(), .owner = {}})),
      info_(context_->info()),
      backend_(std::make_unique<ContextBackend>(*context_, engine_)),
      default_limit_(default_timeout(options.backend)) {}

ContextLaunches::~ContextLaunches() {
  if (engine_) engine_->close();
}

void ContextLaunches::load(const std::filesystem::path& elf) {
  ModulePointer loaded = context_->load(elf);
  if (module_) context_->unload(*module_);
  module_ = std::move(loaded);
  dirty_ = false;
}

void ContextLaunches::launch(const std::string& kernel, Size3 grid, Size3 workgroup, std::span<const std::byte> args,
                             const LaunchOptions& options) {
  const uint64_t wanted = options.timeout == 0 ? default_limit_ : options.timeout;
  const auto limit = static_cast<uint32_t>(std::min<uint64_t>(wanted, UINT32_MAX));
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
  const std::clock_t processor_begin = std::clock();
  const EventPointer ended = std::move(running_);
  ended->wait();
  const Completion& completion = ended->completion();
  statistics = completion.counters.value_or(LaunchStatistics{.cycles = completion.ended - completion.started});
  statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  statistics.processor_seconds = static_cast<double>(std::clock() - processor_begin) / CLOCKS_PER_SEC;
  if (completion.outcome == Outcome::kComplete) return;
  dirty_ = true;
  if (completion.outcome != Outcome::kLost) queue_->reset();
  check_lockstep(ended->label());
  (void)ended->get();
}

void ContextLaunches::check_lockstep(const std::string& kernel) const {
  const auto report = backend_->mismatch();
  if (!report) return;
  throw DeviceError(
      ErrorKind::kLockstepMismatch,
      fmt::format("kernel '{}': the RTL and the golden model disagree; the device must be opened again", kernel),
      *report);
}

}  // namespace heddle::driver
