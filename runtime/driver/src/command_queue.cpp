#include "command_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "heddle/driver/error.h"

namespace heddle::driver {
namespace {

template <typename Type>
void write(Backend& backend, uint32_t address, const Type& value) {
  backend.write_memory(address, std::as_bytes(std::span(&value, 1)));
}

hd_packet dispatch_packet(const Dispatch& dispatch) {
  hd_packet packet{};
  packet.dispatch.header = HD_PACKET_DISPATCH;
  // More than the field holds is more than any device has: the firmware says so.
  const uint32_t buffers = std::min(dispatch.accumulators, uint32_t{HD_SETUP_ACCUMULATORS_MASK});
  packet.dispatch.setup = static_cast<uint16_t>(3 | buffers << HD_SETUP_ACCUMULATORS_SHIFT);
  for (size_t axis = 0; axis < 3; ++axis) {
    packet.dispatch.workgroup_size[axis] = static_cast<uint16_t>(dispatch.local[axis]);
    packet.dispatch.grid_size[axis] = dispatch.groups[axis] * dispatch.local[axis];
  }
  packet.dispatch.private_segment_size = dispatch.private_bytes;
  packet.dispatch.group_segment_size = dispatch.scratch_bytes;
  return packet;
}

hd_packet vendor_packet(hd_vendor_format format, uint32_t destination, uint32_t bytes) {
  hd_packet packet{};
  packet.vendor.header = HD_PACKET_VENDOR;
  packet.vendor.format = static_cast<uint8_t>(format);
  packet.vendor.destination = destination;
  packet.vendor.bytes = bytes;
  return packet;
}

}  // namespace

CommandQueue::CommandQueue(Backend& backend, Management& management, const Settings& settings)
    : backend_(backend), management_(management), settings_(settings) {}

uint32_t CommandQueue::signal(uint32_t slot) const {
  return settings_.driver + kSlots * HD_PACKET_BYTES + slot * sizeof(hd_signal);
}

uint32_t CommandQueue::object(uint32_t slot) const { return signal(kSlots) + slot * 64; }

void CommandQueue::open() {
  failed_ = false;
  written_ = completed_ = 0;
  management_.open(settings_.number, {.ring = settings_.driver,
                                      .packets = kSlots,
                                      .context = settings_.context,
                                      .priority = settings_.options.priority,
                                      .time_limit = settings_.options.time_limit});
  const QueueStatus status = management_.status(settings_.number);
  if (status.state != HD_QUEUE_OPENED) throw DeviceError(ErrorKind::kRejected, "queue: " + status.error_text());
}

void CommandQueue::push(Entry entry) {
  if (waiting_.size() >= kWaiting) {
    throw DeviceError(ErrorKind::kNoResources, fmt::format("{} commands wait in the queue already", waiting_.size()));
  }
  waiting_.push_back(std::move(entry));
}

hd_packet CommandQueue::packet(const Entry& entry, uint32_t slot) {
  hd_packet packet{};
  if (const auto* dispatch = std::get_if<Dispatch>(&entry.command.work)) {
    packet = dispatch_packet(*dispatch);
    packet.dispatch.kernel_object = object(slot);
    packet.dispatch.kernarg_address = arguments(slot);
    write(backend_, object(slot), hd_kernel_object{HD_KERNEL_MAGIC, dispatch->entry, dispatch->kernel, 0});
    if (!dispatch->arguments.empty()) backend_.write_memory(arguments(slot), dispatch->arguments);
  } else if (const auto* copy = std::get_if<Copy>(&entry.command.work)) {
    packet = vendor_packet(HD_VENDOR_COPY, copy->destination, copy->bytes);
    packet.vendor.source = copy->source;
  } else if (const auto* fill = std::get_if<Fill>(&entry.command.work)) {
    packet = vendor_packet(HD_VENDOR_FILL, fill->destination, fill->bytes);
    packet.vendor.value = fill->value;
  } else {
    packet.barrier.header = HD_PACKET_BARRIER_AND;
  }
  static_assert(offsetof(hd_dispatch_packet, completion_signal) == offsetof(hd_vendor_packet, completion_signal) &&
                offsetof(hd_dispatch_packet, completion_signal) == offsetof(hd_barrier_packet, completion_signal));
  packet.dispatch.completion_signal = signal(slot);
  write(backend_, signal(slot),
        hd_signal{.kind = 1, .value = 1, .reserved0 = {}, .start = 0, .end = 0, .reserved1 = {}});
  return packet;
}

void CommandQueue::finish(std::vector<Finished>& finished, Entry entry, bool in_ring, Completion completion) {
  completion.queued = entry.queued;
  completion.submitted = in_ring ? entry.submitted : 0;
  if (completion.outcome == Outcome::kComplete) {
    ++completed_total_;
    kernels_ += entry.dispatch() ? 1 : 0;
    busy_cycles_ += entry.dispatch() ? completion.ended - completion.started : 0;
  }
  finished.push_back({entry.id, entry.dispatch(), in_ring, entry.command.label, std::move(completion)});
}

void CommandQueue::feed(uint64_t now, const std::function<Ready(const Entry&)>& ready,
                        const std::function<void(const Entry&)>& started, std::vector<Finished>& finished) {
  while (!failed_ && !transfer_ && !waiting_.empty() && ring_.size() < kSlots) {
    if (waiting_.front().transfer() != nullptr && !ring_.empty()) return;
    const Ready state = ready(waiting_.front());
    if (state == Ready::kWait) return;
    if (state == Ready::kHopeless) {
      if (!ring_.empty()) return;  // those before it end first
      failed_ = true;
      return abandon(Outcome::kAborted, "a command that it waits for has failed", finished);
    }
    Entry entry = std::move(waiting_.front());
    waiting_.pop_front();
    if (entry.transfer() != nullptr) {
      entry.submitted = now;
      started(entry);
      transfer_ = std::move(entry);
      return;
    }
    const auto slot = static_cast<uint32_t>(written_++ % kSlots);
    entry.submitted = now;
    const hd_packet made = packet(entry, slot);
    started(entry);
    ring_.push_back(std::move(entry));
    management_.submit(settings_.number, made);
  }
}

void CommandQueue::end_transfer(uint64_t now, const std::string& error, std::vector<Finished>& finished) {
  Completion completion;
  completion.started = transfer_->submitted;
  completion.ended = now;
  completion.outcome = error.empty() ? Outcome::kComplete : Outcome::kRefused;
  completion.text = error;
  finish(finished, std::move(*transfer_), true, std::move(completion));
  transfer_.reset();
  if (!error.empty()) fail_behind(finished);
}

void CommandQueue::fail_behind(std::vector<Finished>& finished) {
  failed_ = true;
  abandon(Outcome::kAborted, "an earlier command of its queue has failed", finished);
}

void CommandQueue::collect(std::vector<Finished>& finished) {
  if (ring_.empty() || failed_) return;
  const QueueStatus status = management_.status(settings_.number);
  for (; completed_ < status.complete && !ring_.empty(); ++completed_) {
    hd_signal signal_value{};
    backend_.read_memory(signal(static_cast<uint32_t>(completed_ % kSlots)),
                         std::as_writable_bytes(std::span(&signal_value, 1)));
    Completion completion;
    completion.started = signal_value.start;
    completion.ended = signal_value.end;
    Entry entry = std::move(ring_.front());
    ring_.pop_front();
    finish(finished, std::move(entry), true, std::move(completion));
  }
  if (status.state != HD_QUEUE_FAILED || ring_.empty()) return;
  Completion completion;
  completion.outcome = status.reason == HD_QUEUE_FAULT        ? Outcome::kFault
                       : status.reason == HD_QUEUE_TIME_LIMIT ? Outcome::kTimeLimit
                                                              : Outcome::kRefused;
  completion.text = status.error_text();
  completion.fault = status.fault;
  Entry entry = std::move(ring_.front());
  ring_.pop_front();
  finish(finished, std::move(entry), true, std::move(completion));
  fail_behind(finished);
}

void CommandQueue::abandon(Outcome outcome, const std::string& why, std::vector<Finished>& finished) {
  if (transfer_) ring_.push_front(std::move(*transfer_));  // which is empty
  transfer_.reset();
  for (std::deque<Entry>* list : {&ring_, &waiting_}) {
    for (Entry& entry : *list) {
      Completion completion;
      completion.outcome = outcome;
      completion.text = why;
      finish(finished, std::move(entry), list == &ring_, std::move(completion));
    }
    list->clear();
  }
}

}  // namespace heddle::driver
