// Contexts of the engine: their beginning, their end, and the reset of the device.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "dma.h"
#include "engine_context.h"
#include "heddle/driver/error.h"
#include "heddle/generated/registers.h"

namespace heddle::driver {
namespace {

constexpr uint64_t kAbortCycles = 1'000'000;

}  // namespace

std::unique_ptr<Port> Engine::connect(const ContextOptions& options, std::shared_ptr<Listener> listener) {
  const auto held = lock();
  require_alive();
  if (closed_) throw DeviceError(ErrorKind::kUnavailable, "the device is being closed");
  const auto place = std::ranges::find(contexts_, nullptr);
  if (place == contexts_.end()) {
    throw DeviceError(ErrorKind::kNoResources,
                      fmt::format("all {} contexts of the device are in use", HD_CONTEXTS + 0));
  }
  auto made = std::make_shared<Context>();
  made->number = static_cast<uint32_t>(place - contexts_.begin());
  made->owner = options.owner;
  made->listener = std::move(listener);
  if (options.memory_bytes > memory_.capacity()) {
    throw DeviceError(ErrorKind::kOutOfMemory, fmt::format("a context with {} bytes asked for, the device has {}",
                                                           options.memory_bytes, memory_.capacity()));
  }
  made->bytes = options.memory_bytes == 0
                    ? share_
                    : (options.memory_bytes + kContextAlignment - 1) / kContextAlignment * kContextAlignment +
                          Context::kArgumentsBytes;
  made->base = memory_.allocate(made->bytes, kContextAlignment, fmt::format("context {}", made->number), false);
  *place = made;
  return std::make_unique<ContextPort>(shared_from_this(), made->number);
}

void Engine::disconnect(uint32_t number) {
  auto held = lock();
  const std::shared_ptr<Context> leaving = contexts_[number];
  for (uint32_t q = 0; q < kSystemQueue; ++q) {
    if (!queues_[q] || queues_[q]->context() != number) continue;
    empty_queue(q, "its context has ended", false);
    queues_[q].reset();
  }
  try {
    for (const auto& [address, bytes] : leaving->pins) dma_->unpin(address);
  } catch (const DeviceError& error) {
    lose(error.what());
  }
  if (!closed_) scrub(held, *leaving);
  memory_.free(leaving->base);
  contexts_[number].reset();
}

void Engine::scrub(std::unique_lock<std::mutex>& held, Context& context) {
  CommandQueue& queue = *queues_[kSystemQueue];
  for (const auto& [base, last] : context.used.all()) {
    if (!lost_.empty()) return;
    const uint32_t begin = base & ~3U;
    const uint32_t bytes = ((last | 3U) - begin) + 1;
    queue.push(
        {.id = 0, .command = {.work = Fill{begin, 0, bytes}, .after = {}, .label = {}}, .queued = 0, .submitted = 0});
  }
  wake_.notify_all();
  changed_.wait(held, [&] { return !lost_.empty() || queue.empty(); });
}

void Engine::empty_queue(uint32_t number, const std::string& why, bool reopen) {
  CommandQueue& queue = *queues_[number];
  std::vector<CommandQueue::Finished> finished;
  try {
    if (lost_.empty()) {
      queue.collect(finished);  // what has ended has ended
      queue.close();
      if (queue.transfer()) {
        for (const Dma::Ended& end : dma_->abort(number)) end_transfer(end.number, end.error);
      }
    }
    queue.abandon(Outcome::kAborted, why, finished);
    deliver(queue, finished, deliveries_);
    if (reopen) queue.open();
  } catch (const DeviceError& error) {
    lose(error.what());
  }
  wake_.notify_all();
}

void Engine::check_range(const Context& context, const char* what, uint32_t address, uint64_t bytes) const {
  if (address < context.first() || address - context.first() > context.size() ||
      bytes > context.size() - (address - context.first())) {
    throw DeviceError(
        ErrorKind::kInvalidArgument,
        fmt::format("{}: {} bytes at {:#010x} are not all in the context's memory", what, bytes, address));
  }
}

CommandQueue& Engine::queue_of(uint32_t context, uint32_t queue) {
  if (queue >= kSystemQueue || !queues_[queue] || queues_[queue]->context() != context) {
    throw DeviceError(ErrorKind::kInvalidArgument, fmt::format("queue {} is not one of this context", queue));
  }
  return *queues_[queue];
}

void Engine::reset() {
  const auto held = lock();
  if (std::ranges::count_if(contexts_, [](const auto& context) { return context != nullptr; }) > 1) {
    throw DeviceError(ErrorKind::kNoResources, "reset: others use the device");
  }
  lose("the device was reset");
  // A kernel that still runs: with the hart held, the host owns the launch registers.
  management_->hold();
  if (regs::status::kBusy.get(backend_->read_register(regs::kStatus)) != 0) {
    backend_->write_register(regs::kControl, regs::control::kAbort.set(1));
    for (uint64_t used = 0; regs::status::kBusy.get(backend_->read_register(regs::kStatus)) != 0; used += 1000) {
      if (used >= kAbortCycles) throw DeviceError(ErrorKind::kDeviceLost, "reset: the running kernel does not end");
      backend_->advance(1000);
    }
  }
  if (dma_) dma_->abort_all();
  std::array<std::optional<CommandQueue::Settings>, kSystemQueue> open;
  for (uint32_t q = 0; q < kSystemQueue; ++q) {
    if (queues_[q]) open[q] = queues_[q]->settings();
    queues_[q].reset();
  }
  boot();
  for (const auto& settings : open) {
    if (!settings) continue;
    auto& queue = queues_[settings->number];
    queue = std::make_unique<CommandQueue>(*backend_, *management_, *settings);
    queue->open();
  }
  for (const auto& context : contexts_) {
    if (!context) continue;
    context->table_dirty = true;
    context->dispatches = 0;
  }
  lost_.clear();
  wake_.notify_all();
}

}  // namespace heddle::driver
