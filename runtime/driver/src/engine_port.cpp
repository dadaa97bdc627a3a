// A context's calls, checked: a caller may be another process, and anything may be in its arguments.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dma.h"
#include "engine_context.h"
#include "heddle/driver/error.h"

namespace heddle::driver {
namespace {

[[noreturn]] void invalid(const std::string& text) { throw DeviceError(ErrorKind::kInvalidArgument, text); }

}  // namespace

Engine::ContextPort::~ContextPort() { engine_->disconnect(number_); }

std::pair<uint32_t, uint64_t> Engine::ContextPort::memory() {
  const auto held = engine_->lock();
  const Context& context = engine_->context(number_);
  return {context.first(), context.size()};
}

void Engine::ContextPort::set_regions(const std::vector<Region>& regions, uint32_t private_base,
                                      uint32_t private_bytes) {
  const auto held = engine_->lock();
  engine_->require_alive();
  Context& context = engine_->context(number_);
  for (const Region& region : regions) {
    if (region.last < region.base) invalid(fmt::format("region {:#010x} ends before it begins", region.base));
    engine_->check_range(context, "region", region.base, uint64_t{region.last} - region.base + 1);
  }
  if (private_bytes != 0) {
    if (private_base % engine_->shape_.line_bytes != 0) invalid("private memory begins within a line");
    engine_->check_range(context, "private memory", private_base, private_bytes);
    context.used.add(private_base, private_base + private_bytes - 1);
  }
  for (const Region& region : regions) {
    if (region.write) context.used.add(region.base, region.last);
  }
  context.regions = regions;
  context.private_base = private_base;
  context.private_bytes = private_bytes;
  context.table_dirty = true;
}

void Engine::ContextPort::write(uint32_t address, std::span<const std::byte> bytes) {
  const auto held = engine_->lock();
  engine_->require_alive();
  Context& context = engine_->context(number_);
  engine_->check_range(context, "write", address, bytes.size());
  if (bytes.empty()) return;
  context.used.add(address, address + static_cast<uint32_t>(bytes.size()) - 1);
  engine_->backend_->write_memory(address, bytes);
}

void Engine::ContextPort::read(uint32_t address, std::span<std::byte> bytes) {
  const auto held = engine_->lock();
  engine_->require_alive();
  engine_->check_range(engine_->context(number_), "read", address, bytes.size());
  if (!bytes.empty()) engine_->backend_->read_memory(address, bytes);
}

uint64_t Engine::ContextPort::pin(std::span<std::byte> memory) {
  const auto held = engine_->lock();
  engine_->require_alive();
  if (memory.empty()) invalid("pin: 0 bytes");
  if (!engine_->dma_) {
    throw DeviceError(ErrorKind::kUnavailable,
                      "pin: the device has no DMA engine for host memory (host_dma=1 in its configuration)");
  }
  const uint64_t address = engine_->dma_->pin(memory);
  engine_->context(number_).pins[address] = memory.size();
  return address;
}

void Engine::ContextPort::unpin(uint64_t address) {
  const auto held = engine_->lock();
  Context& context = engine_->context(number_);
  const auto found = context.pins.find(address);
  if (found == context.pins.end()) invalid("unpin: this is no pinned memory of the context");
  const auto names = [&](const CommandQueue::Entry& entry) {
    return entry.transfer() != nullptr && entry.transfer()->host - address < found->second;
  };
  for (const auto& queue : engine_->queues_) {
    if (queue && ((queue->transfer() && names(*queue->transfer())) || std::ranges::any_of(queue->waiting(), names))) {
      invalid("unpin: a command in a queue needs the memory");
    }
  }
  context.pins.erase(found);
  engine_->dma_->unpin(address);
}

uint32_t Engine::ContextPort::open_queue(const QueueOptions& options) {
  const auto held = engine_->lock();
  engine_->require_alive();
  for (uint32_t q = 0; q < kSystemQueue; ++q) {
    auto& place = engine_->queues_[q];
    if (place) continue;
    place = std::make_unique<CommandQueue>(
        *engine_->backend_, *engine_->management_,
        CommandQueue::Settings{.number = q,
                               .context = number_,
                               .driver = engine_->driver_ + q * CommandQueue::kDriverBytes,
                               .arguments = engine_->context(number_).base + q * CommandQueue::kArgumentsBytes,
                               .options = options});
    try {
      place->open();
    } catch (...) {
      place.reset();
      throw;
    }
    return q;
  }
  throw DeviceError(ErrorKind::kNoResources, fmt::format("all {} queues of the device are in use", kSystemQueue + 0));
}

void Engine::ContextPort::reset_queue(uint32_t queue) {
  const auto held = engine_->lock();
  engine_->require_alive();
  (void)engine_->queue_of(number_, queue);
  engine_->empty_queue(queue, "its queue was reset", true);
  engine_->require_alive();
}

void Engine::ContextPort::close_queue(uint32_t queue) {
  const auto held = engine_->lock();
  (void)engine_->queue_of(number_, queue);
  engine_->empty_queue(queue, "its queue was closed", false);
  engine_->queues_[queue].reset();
}

void Engine::ContextPort::check(const Command& command) const {
  Context& context = engine_->context(number_);
  if (const auto* dispatch = std::get_if<Dispatch>(&command.work)) {
    if (dispatch->arguments.size() > kArgumentBytes) {
      invalid(fmt::format("{} bytes of arguments: at most {} fit", dispatch->arguments.size(), kArgumentBytes + 0));
    }
    for (size_t axis = 0; axis < 3; ++axis) {
      if (dispatch->local[axis] > UINT16_MAX || uint64_t{dispatch->groups[axis]} * dispatch->local[axis] > UINT32_MAX) {
        invalid(fmt::format("{} workgroups of {} work-items along an axis: a packet holds at most 2^32 - 1 work-items",
                            dispatch->groups[axis], dispatch->local[axis]));
      }
    }
  } else if (const auto* copy = std::get_if<Copy>(&command.work)) {
    engine_->check_range(context, "copy to", copy->destination, copy->bytes);
    engine_->check_range(context, "copy from", copy->source, copy->bytes);
    if (copy->bytes == 0) invalid("copy: 0 bytes");
    context.used.add(copy->destination, copy->destination + copy->bytes - 1);
  } else if (const auto* fill = std::get_if<Fill>(&command.work)) {
    engine_->check_range(context, "fill", fill->destination, fill->bytes);
    if (fill->bytes == 0) invalid("fill: 0 bytes");
    context.used.add(fill->destination, fill->destination + fill->bytes - 1);
  } else if (const auto* transfer = std::get_if<Transfer>(&command.work)) {
    engine_->check_range(context, "copy", transfer->device, transfer->bytes);
    if (transfer->bytes == 0) invalid("copy: 0 bytes");
    auto pin = context.pins.upper_bound(transfer->host);
    if (pin == context.pins.begin() || transfer->host - (--pin)->first > pin->second ||
        transfer->bytes > pin->second - (transfer->host - pin->first)) {
      invalid(fmt::format("copy: {} bytes of the host's memory are not all pinned", transfer->bytes));
    }
    if (!transfer->to_host) context.used.add(transfer->device, transfer->device + transfer->bytes - 1);
  }
}

void Engine::ContextPort::submit(uint32_t queue, uint64_t id, const Command& command) {
  const auto held = engine_->lock();
  engine_->require_alive();
  CommandQueue& into = engine_->queue_of(number_, queue);
  Context& context = engine_->context(number_);
  if (id <= context.last_id) invalid(fmt::format("command {} is not newer than {}", id, context.last_id));
  if (into.failed()) {
    throw DeviceError(ErrorKind::kAborted, "the queue has failed: reset it before anything else is put into it");
  }
  check(command);
  into.push({.id = id, .command = command, .queued = engine_->now(), .submitted = 0});
  context.last_id = id;
  context.open.insert(id);
  engine_->wake_.notify_all();
}

}  // namespace heddle::driver
