#include "heddle/driver/event.h"

#include <fmt/format.h>

#include <utility>

#include "heddle/driver/fault_report.h"

namespace heddle::driver {
namespace {

thread_local bool calling_back = false;

}  // namespace

bool Event::done() const {
  const std::lock_guard held(mutex_);
  return done_;
}

bool Event::wait(std::optional<std::chrono::nanoseconds> limit) const {
  std::unique_lock held(mutex_);
  const auto ended = [this] { return done_; };
  if (!limit) {
    changed_.wait(held, ended);
    return true;
  }
  return changed_.wait_for(held, *limit, ended);
}

const Completion& Event::get() const {
  wait();
  if (const auto failure = error()) throw DeviceError(*failure);
  return completion_;
}

std::optional<DeviceError> Event::error() const {
  const std::string subject = label_.empty() ? std::string("command") : fmt::format("kernel '{}'", label_);
  const std::string text = fmt::format("{}: {}", subject, completion_.text);
  switch (completion_.outcome) {
    case Outcome::kComplete: return std::nullopt;
    case Outcome::kTimeLimit: return time_limit_error(subject);
    case Outcome::kRefused: return DeviceError(ErrorKind::kRejected, text);
    case Outcome::kAborted: return DeviceError(ErrorKind::kAborted, text);
    case Outcome::kLost: return DeviceError(ErrorKind::kDeviceLost, text);
    case Outcome::kFault: break;
  }
  FaultReport fault = fault_report(completion_.fault);
  if (!launch_.image) return DeviceError(ErrorKind::kFault, text, fault);
  explain_fault(
      fault, {*launch_.image, *launch_.allocator, launch_.workgroup, launch_.private_bytes, launch_.scratch_bytes, 0});
  return DeviceError(ErrorKind::kFault, fault_text(subject, fault), fault);
}

DeviceError Event::time_limit_error(const std::string& subject) const {
  const std::string text =
      subject +
      ": still running after the cycles that its queue allows, aborted (a kernel that never ends, or a time "
      "limit that is too short)";
  if (completion_.fault.pc == 0 || !launch_.image) return {ErrorKind::kTimeout, text};
  FaultReport fault = fault_report(completion_.fault);
  fault.address.reset();
  fault.cause_text = "never ends";
  locate_lane(fault, {*launch_.image, *launch_.allocator, launch_.workgroup, launch_.private_bytes, 0, 0});
  return {ErrorKind::kTimeout, fmt::format("{}; a lane of it was at {}", text, place_text(fault)), fault};
}

void Event::finish(const Completion& completion) {
  {
    const std::lock_guard held(mutex_);
    completion_ = completion;
    done_ = true;
  }
  changed_.notify_all();
}

std::shared_ptr<Event> EventTable::make(uint64_t id, std::string label, LaunchRecord launch) {
  auto event = std::make_shared<Event>();
  event->id_ = id;
  event->table_ = this;
  event->label_ = std::move(label);
  event->launch_ = std::move(launch);
  const std::lock_guard held(mutex_);
  open_[id] = event;
  return event;
}

void EventTable::forget(uint64_t id) {
  const std::lock_guard held(mutex_);
  open_.erase(id);
}

void EventTable::on_fault(FaultCallback callback) {
  const std::lock_guard held(mutex_);
  callback_ = std::move(callback);
}

void EventTable::completed(uint64_t command, const Completion& completion) {
  std::shared_ptr<Event> event;
  FaultCallback callback;
  {
    const std::lock_guard held(mutex_);
    const auto found = open_.find(command);
    if (found == open_.end()) return;
    event = std::move(found->second);
    open_.erase(found);
    callback = callback_;
  }
  event->finish(completion);
  const bool fault = completion.outcome == Outcome::kFault || completion.outcome == Outcome::kTimeLimit;
  if (!fault || !callback) return;
  calling_back = true;
  callback(*event, *event->error());
  calling_back = false;
}

bool EventTable::in_callback() { return calling_back; }

}  // namespace heddle::driver
