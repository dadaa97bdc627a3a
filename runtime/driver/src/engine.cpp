#include "heddle/driver/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "dma.h"
#include "engine_context.h"
#include "heddle/driver/error.h"
#include "heddle/generated/configuration.h"
#include "heddle/generated/memory_map.h"
#include "heddle/generated/registers.h"
#include "read_image.h"

namespace heddle::driver {
namespace {

constexpr uint64_t kClockCycles = 1'000'000;

hd_fault record_of(const LanePosition& lane) {
  return {.cause = 0,
          .pc = lane.pc,
          .value = 0,
          .group = {lane.group[0], lane.group[1], lane.group[2]},
          .local = lane.local_linear,
          .place = regs::fault_place::kLane.set(lane.lane) | regs::fault_place::kWarp.set(lane.warp) |
                   regs::fault_place::kCore.set(lane.core),
          .detail = 0};
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
      dma_(backend_->dma()),
      memory_(memory_map::kDeviceBase, options.memory_bytes) {
  if (options.memory_bytes > memory_map::kDeviceSize) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("device memory of {} bytes asked for, the address map has {}", options.memory_bytes,
                                  memory_map::kDeviceSize));
  }
  driver_ = memory_.allocate(HD_QUEUES * CommandQueue::kDriverBytes, 64, "driver", false);
  // Guards of the allocator, and the alignment of contexts.
  const uint64_t rest = memory_.capacity() - HD_QUEUES * CommandQueue::kDriverBytes;
  share_ = (rest / HD_CONTEXTS - 2 * kContextAlignment) / kContextAlignment * kContextAlignment;
  if (rest / HD_CONTEXTS < 3 * kContextAlignment + Context::kArgumentsBytes) {
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
  return observe([](const Backend& backend) { return backend.lockstep(); });
}

uint64_t Engine::largest_context() const {
  return (memory_.capacity() - HD_QUEUES * CommandQueue::kDriverBytes - Context::kArgumentsBytes) / kContextAlignment *
             kContextAlignment -
         2 * kContextAlignment;
}

void Engine::close() {
  const auto held = lock();
  closed_ = true;
}

void Engine::require_alive() const {
  if (!lost_.empty()) throw DeviceError(ErrorKind::kDeviceLost, lost_);
}

// ---- the thread that lets time pass ----

std::string Engine::explain(const DeviceError& error) const {
  std::string text = error.what();
  if (!error.report().empty()) return fmt::format("{}\n{}", text, error.report());
  const auto request = backend_->oldest_request();
  if (request && text.find(request->text) == std::string::npos) {
    text += "; oldest outstanding request: " + request->text;
    if (request->lane) text += fmt::format(", made at pc {:#010x}", request->lane->pc);
  }
  return text;
}

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
      lose(explain(error));
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
  if (dma_) {
    for (const Dma::Ended& end : dma_->collect()) end_transfer(end.number, end.error);
  }
  const bool told = !dma_ || dma_->mailbox_message();  // with messages nothing has to be asked for
  const uint32_t rung = told ? management_->take_rung() : 0;
  if (dma_ && told) dma_->rearm_mailbox();
  if (rung == 0 && !management_->alive()) {
    read_console();
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
    if (entry.transfer() != nullptr) dma_->begin(queue.settings().number, *entry.transfer());
    if (!entry.dispatch() || owner == nullptr) return;
    ++owner->dispatches;
    device_launch_ = {owner->number, entry.id};
    // What the queue wrote there.
    const auto bytes = static_cast<uint32_t>(std::get<Dispatch>(entry.command.work).arguments.size());
    if (bytes != 0) owner->used.add(queue.last_arguments(), queue.last_arguments() + (bytes - 1));
  };
  std::vector<CommandQueue::Finished> finished;
  queue.feed(now(), ready, started, finished);
  deliver(queue, finished, deliveries);
}

void Engine::end_transfer(uint32_t queue, const std::string& error) {
  std::vector<CommandQueue::Finished> finished;
  queues_[queue]->end_transfer(now(), error, finished);
  deliver(*queues_[queue], finished, deliveries_);
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
      read_console();  // before it is overwritten
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

}  // namespace heddle::driver
