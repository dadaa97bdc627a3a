#include "heddle/driver/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine_context.h"
#include "heddle/driver/error.h"
#include "heddle/generated/configuration.h"
#include "heddle/generated/memory_map.h"
#include "heddle/generated/registers.h"
#include "read_image.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kPlace = 1 << 16;  // of contexts
constexpr uint64_t kAbortCycles = 1'000'000;
constexpr uint64_t kClockCycles = 1'000'000;

hd_fault record_of(const LanePosition& lane) {
  return {.cause = 0,
          .pc = lane.pc,
          .value = 0,
          .group = {lane.group[0], lane.group[1], lane.group[2]},
          .local = lane.local_linear,
          .place = regs::fault_place::kLane.set(lane.lane) | regs::fault_place::kWarp.set(lane.warp) |
                   regs::fault_place::kCore.set(lane.core)};
}

}  // namespace

std::shared_ptr<Engine> Engine::open(const DeviceOptions& options) { return open(options, open_backend(options)); }

std::shared_ptr<Engine> Engine::open(const DeviceOptions& options, std::unique_ptr<Backend> backend) {
  return std::shared_ptr<Engine>(new Engine(options, std::move(backend)));
}

Engine::Engine(const DeviceOptions& options, std::unique_ptr<Backend> backend)
    : options_(options),
      image_(read_image(options.firmware)),
      backend_(std::move(backend)),
      shape_(identify(*backend_)),
      memory_(memory_map::kDeviceBase, options.memory_bytes) {
  if (options.memory_bytes > memory_map::kDeviceSize) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("device memory of {} bytes asked for, the address map has {}", options.memory_bytes,
                                  memory_map::kDeviceSize));
  }
  driver_ = memory_.allocate(HD_QUEUES * CommandQueue::kDriverBytes, 64, "driver", false);
  // Guards of the allocator, and the alignment of contexts.
  const uint64_t rest = memory_.capacity() - HD_QUEUES * CommandQueue::kDriverBytes;
  share_ = (rest / HD_CONTEXTS - 2 * kPlace) / kPlace * kPlace;
  if (rest / HD_CONTEXTS < 3 * kPlace + Context::kArgumentsBytes) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("{} bytes of device memory are not enough for contexts", options.memory_bytes));
  }
  boot();
  worker_ = std::thread([this] { work(); });
}

Engine::~Engine() {
  {
    const auto held = lock();
    stop_ = true;
  }
  wake_.notify_all();
  worker_.join();
}

std::unique_lock<std::mutex> Engine::lock() {
  ++callers_;
  std::unique_lock<std::mutex> held(mutex_);
  --callers_;
  return held;
}

void Engine::boot() {
  management_ = std::make_unique<Management>(*backend_, image_);
  queues_[kSystemQueue] = std::make_unique<CommandQueue>(
      *backend_, *management_,
      CommandQueue::Settings{.number = kSystemQueue,
                             .context = 0,
                             .driver = driver_ + kSystemQueue * CommandQueue::kDriverBytes,
                             .arguments = 0,
                             .options = {}});
  queues_[kSystemQueue]->open();
  set_clock();
}

// The device's time cannot be read by the host; one marker says what it is. What this gives is never ahead of it.
void Engine::set_clock() {
  std::vector<CommandQueue::Finished> finished;
  CommandQueue& queue = *queues_[kSystemQueue];
  queue.push({});
  const auto go = [](const CommandQueue::Entry&) { return CommandQueue::Ready::kGo; };
  queue.feed(0, go, [](const CommandQueue::Entry&) {}, finished);
  for (uint64_t used = 0; finished.empty() && used < kClockCycles; used += 64) {
    backend_->advance(64);
    queue.collect(finished);
  }
  if (finished.empty() || finished.front().completion.outcome != Outcome::kComplete) {
    throw DeviceError(ErrorKind::kDeviceLost, "the firmware does not carry out a packet");
  }
  clock_offset_ = static_cast<int64_t>(finished.front().completion.ended - backend_->cycle());
}

DeviceInfo Engine::info() {
  return {.backend = options_.backend == BackendKind::kModel ? "model" : "rtl",
          .configuration = options_.configuration,
          .shape = shape_,
          .memory_bytes = memory_.capacity(),
          .contexts = HD_CONTEXTS,
          .queues = kSystemQueue};
}

LockstepStatistics Engine::lockstep() {
  const auto held = lock();
  return backend_->lockstep();
}

void Engine::require_alive() const {
  if (!lost_.empty()) throw DeviceError(ErrorKind::kDeviceLost, lost_);
}

// ---- the thread that lets time pass ----

bool Engine::busy() const {
  return lost_.empty() && std::ranges::any_of(queues_, [](const auto& queue) { return queue && !queue->empty(); });
}

void Engine::work() {
  std::unique_lock<std::mutex> held(mutex_);
  for (;;) {
    wake_.wait(held, [this] { return stop_ || !deliveries_.empty() || busy(); });
    if (stop_) return;
    try {
      if (busy()) step();
    } catch (const DeviceError& error) {
      lose(error.report().empty() ? error.what() : fmt::format("{}\n{}", error.what(), error.report()));
    } catch (const std::exception& error) {
      lose(error.what());
    }
    std::vector<Delivery> deliveries = std::exchange(deliveries_, {});
    changed_.notify_all();
    held.unlock();
    for (const Delivery& delivery : deliveries) delivery.listener->completed(delivery.id, delivery.completion);
    for (int i = 0; i < 1000 && callers_ != 0; ++i) std::this_thread::yield();
    held.lock();
  }
}

uint64_t Engine::chunk() const {
  const bool kernel = regs::status::kBusy.get(backend_->read_register(regs::kStatus)) != 0;
  if (options_.backend == BackendKind::kModel) return kernel ? 50'000 : 256;
  return kernel ? 1'000 : 64;
}

void Engine::step() {
  for (const auto& queue : queues_) {
    if (queue) feed(*queue, deliveries_);
  }
  if (!busy()) return;
  backend_->advance(chunk());
  if (const auto lane = backend_->running_lane()) seen_ = lane;
  if (const auto report = backend_->mismatch()) {
    throw DeviceError(ErrorKind::kLockstepMismatch, "the RTL and the golden model disagree", *report);
  }
  const uint32_t rung = management_->take_rung();
  if (rung == 0 && !management_->alive()) {
    throw DeviceError(ErrorKind::kDeviceLost, "the firmware has stopped: the device has to be reset");
  }
  for (uint32_t q = 0; q < HD_QUEUES; ++q) {
    if ((rung >> q & 1) != 0 && queues_[q]) settle(*queues_[q], deliveries_);
  }
}

void Engine::feed(CommandQueue& queue, std::vector<Delivery>& deliveries) {
  if (queue.waiting().empty()) return;
  Context* const owner = &queue == queues_[kSystemQueue].get() ? nullptr : &context(queue.context());
  const auto ready = [&](const CommandQueue::Entry& entry) {
    using enum CommandQueue::Ready;
    if (owner == nullptr) return kGo;
    for (const uint64_t id : entry.command.after) {
      if (owner->failed.contains(id)) return kHopeless;
      if (owner->open.contains(id)) return kWait;
    }
    if (!entry.dispatch() || !owner->table_dirty) return kGo;
    if (owner->dispatches != 0) return kWait;
    std::vector<Region> all = owner->regions;
    all.push_back({owner->base, owner->first() - 1, true, false, false});
    ContextSettings settings{{}, owner->private_base, owner->private_bytes};
    for (const Region& region : fit_regions(std::move(all), shape_.regions)) {
      settings.regions.push_back({region.base, region.last,
                                  regs::region_attr::kR.set(region.read) | regs::region_attr::kW.set(region.write) |
                                      regs::region_attr::kX.set(region.execute)});
    }
    management_->set_context(owner->number, settings);
    owner->table_dirty = false;
    return kGo;
  };
  const auto started = [&](const CommandQueue::Entry& entry) {
    if (!entry.dispatch() || owner == nullptr) return;
    ++owner->dispatches;
    device_launch_ = {owner->number, entry.id};
    // What the queue wrote there.
    owner->used.add(queue.settings().arguments, queue.settings().arguments + CommandQueue::kArgumentsBytes - 1);
  };
  std::vector<CommandQueue::Finished> finished;
  queue.feed(now(), ready, started, finished);
  deliver(queue, finished, deliveries);
}

void Engine::settle(CommandQueue& queue, std::vector<Delivery>& deliveries) {
  std::vector<CommandQueue::Finished> finished;
  queue.collect(finished);
  deliver(queue, finished, deliveries);
}

void Engine::deliver(CommandQueue& queue, std::vector<CommandQueue::Finished>& finished,
                     std::vector<Delivery>& deliveries) {
  if (&queue == queues_[kSystemQueue].get()) {
    if (queue.failed()) throw DeviceError(ErrorKind::kDeviceLost, "memory cannot be cleared");
    return;
  }
  Context& owner = context(queue.context());
  for (CommandQueue::Finished& end : finished) {
    owner.open.erase(end.id);
    const Outcome outcome = end.completion.outcome;
    if (outcome != Outcome::kComplete) owner.failed.insert(end.id);
    if (end.dispatch && end.in_ring) {
      --owner.dispatches;
      if (outcome == Outcome::kTimeLimit && seen_) end.completion.fault = record_of(*seen_);
      seen_.reset();
      count(owner.number, end);
    } else if (end.in_ring) {
      ++activity_.copies;
    }
    if (outcome == Outcome::kFault || outcome == Outcome::kTimeLimit || outcome == Outcome::kRefused) {
      faults_.push_back({owner.owner, end.label, end.completion.text, now()});
      if (faults_.size() > kFaultRecords) faults_.pop_front();
    }
    deliveries.push_back({owner.listener, end.id, std::move(end.completion)});
  }
}

void Engine::count(uint32_t context, CommandQueue::Finished& end) {
  ++activity_.launches;
  if (end.completion.outcome == Outcome::kComplete)
    activity_.busy_cycles += end.completion.ended - end.completion.started;
  const bool last = device_launch_ == std::pair{context, end.id} &&
                    std::ranges::none_of(contexts_, [](const auto& other) { return other && other->dispatches != 0; });
  if (!last || !lost_.empty()) return;
  end.completion.counters = read_counters(*backend_);
  ++activity_.counted;
  activity_.warp_instrs += end.completion.counters->warp_instrs;
  activity_.lane_instrs += end.completion.counters->lane_instrs;
}

void Engine::lose(const std::string& why) {
  lost_ = why;
  changed_.notify_all();
  for (const auto& queue : queues_) {
    if (!queue) continue;
    std::vector<CommandQueue::Finished> finished;
    queue->abandon(Outcome::kLost, why, finished);
    if (queue != queues_[kSystemQueue]) deliver(*queue, finished, deliveries_);
  }
}

// ---- contexts ----

std::unique_ptr<Port> Engine::connect(const ContextOptions& options, std::shared_ptr<Listener> listener) {
  const auto held = lock();
  require_alive();
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
                    : (options.memory_bytes + kPlace - 1) / kPlace * kPlace + Context::kArgumentsBytes;
  made->base = memory_.allocate(made->bytes, kPlace, fmt::format("context {}", made->number), false);
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
  scrub(held, *leaving);
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
