#include "event.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "context.h"
#include "info.h"
#include "platform.h"
#include "queue.h"

_cl_event::_cl_event(std::shared_ptr<_cl_context> of, std::shared_ptr<_cl_command_queue> on, cl_command_type kind)
    : context(std::move(of)), queue(std::move(on)), type(kind) {
  times[0] = heddle::opencl::now_ns();
}

namespace heddle::opencl {
namespace {

/// Guards the state of all events. Never destroyed: the device threads may outlive static objects.
struct Scheduler {
  std::mutex mutex;
  std::condition_variable changed;
};
Scheduler& scheduler() {
  static Scheduler& the = *new Scheduler;
  return the;
}

/// Sets the status and returns the callbacks that are due, to be called without the lock.
std::vector<_cl_event::Registered> set_status(_cl_event& event, cl_int status) {
  event.status = status;
  std::vector<_cl_event::Registered> due;
  std::erase_if(event.callbacks, [&](const _cl_event::Registered& registered) {
    const bool now = status <= registered.level;
    if (now) due.push_back(registered);
    return now;
  });
  return due;
}

void call(const EventPtr& event, const std::vector<_cl_event::Registered>& due, cl_int status) {
  for (const auto& registered : due) {
    registered.function(event.get(), status < 0 ? status : registered.level, registered.user);
  }
}

cl_int run_work(const EventPtr& event) {
  try {
    if (event->work) event->work();
    return CL_COMPLETE;
  } catch (const ClError& error) {
    if (*error.what()) event->context->notify(error.what());
    return error.code();
  } catch (const driver::DeviceError& error) {
    event->context->notify(error.report().empty() ? error.what() : error.what() + std::string("\n") + error.report());
    return code_of(error);
  } catch (const std::bad_alloc&) {
    return CL_OUT_OF_HOST_MEMORY;
  } catch (const std::exception& error) {
    event->context->notify(error.what());
    return CL_OUT_OF_RESOURCES;
  }
}

void execute(const EventPtr& event) {
  std::vector<_cl_event::Registered> due;
  bool poisoned = false;
  {
    const std::lock_guard lock(scheduler().mutex);
    event->times[2] = now_ns();
    poisoned = event->poisoned;
    due = set_status(*event, CL_RUNNING);
  }
  call(event, due, CL_RUNNING);
  complete(event, poisoned ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : run_work(event));
}

/// What one ended event, or the end of scheduling, takes off. Returns the events that are ready.
void release_one(const EventPtr& event, bool failed, std::vector<EventPtr>& ready) {
  event->poisoned |= failed;
  if (--event->pending == 0) ready.push_back(event);
}

void submit(const std::vector<EventPtr>& ready) {
  for (const EventPtr& event : ready) {
    std::vector<_cl_event::Registered> due;
    {
      const std::lock_guard lock(scheduler().mutex);
      event->times[1] = now_ns();
      due = set_status(*event, CL_SUBMITTED);
    }
    call(event, due, CL_SUBMITTED);
    event->queue->device->worker.submit([event] { execute(event); });
  }
}

}  // namespace

cl_ulong now_ns() {
  return static_cast<cl_ulong>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

WaitList wait_list(cl_uint count, const cl_event* events, const _cl_context& context) {
  require((count == 0) == (events == nullptr), CL_INVALID_EVENT_WAIT_LIST);
  WaitList list;
  for (cl_uint i = 0; i < count; ++i) {
    EventPtr event = find(events[i]);
    require(event != nullptr, CL_INVALID_EVENT_WAIT_LIST);
    require(event->context.get() == &context, CL_INVALID_CONTEXT);
    list.push_back(std::move(event));
  }
  return list;
}

void schedule(const EventPtr& event, const WaitList& waits, const WaitList& order) {
  std::vector<EventPtr> ready;
  {
    const std::lock_guard lock(scheduler().mutex);
    const auto after = [&](const WaitList& list, bool explicit_wait) {
      for (const EventPtr& other : list) {
        if (other->status > CL_COMPLETE) {
          other->dependents.emplace_back(event, explicit_wait);
          ++event->pending;
        } else if (other->status < 0 && explicit_wait) {
          event->poisoned = true;
        }
      }
    };
    after(waits, true);
    after(order, false);
    release_one(event, false, ready);
  }
  submit(ready);
}

void complete(const EventPtr& event, cl_int status) {
  std::vector<EventPtr> ready;
  std::vector<_cl_event::Registered> due;
  std::function<void()> work;
  {
    const std::lock_guard lock(scheduler().mutex);
    event->times[3] = now_ns();
    due = set_status(*event, status);
    for (const auto& [dependent, explicit_wait] : event->dependents) {
      release_one(dependent, explicit_wait && status < 0, ready);
    }
    event->dependents.clear();
    work = std::move(event->work);
    event->work = nullptr;
  }
  scheduler().changed.notify_all();
  work = nullptr;
  call(event, due, status);
  submit(ready);
}

void wait_for(const WaitList& events) {
  std::unique_lock lock(scheduler().mutex);
  scheduler().changed.wait(lock, [&] {
    for (const EventPtr& event : events) {
      if (event->status > CL_COMPLETE) return false;
    }
    return true;
  });
}

cl_int status_of(const _cl_event& event) {
  const std::lock_guard lock(scheduler().mutex);
  return event.status;
}

bool ended(const _cl_event& event) { return status_of(event) <= CL_COMPLETE; }

namespace api {

cl_int CL_API_CALL WaitForEvents(cl_uint count, const cl_event* events) {
  return guarded([&] {
    require(count != 0 && events != nullptr, CL_INVALID_VALUE);
    const EventPtr first = find(events[0]);
    require(first != nullptr, CL_INVALID_EVENT);
    WaitList list;
    for (cl_uint i = 0; i < count; ++i) {
      EventPtr event = find(events[i]);
      require(event != nullptr, CL_INVALID_EVENT);
      require(event->context == first->context, CL_INVALID_CONTEXT);
      list.push_back(std::move(event));
    }
    wait_for(list);
    for (const EventPtr& event : list) require(status_of(*event) >= 0, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  });
}

cl_int CL_API_CALL GetEventInfo(cl_event handle, cl_event_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const EventPtr event = find(handle);
    require(event != nullptr, CL_INVALID_EVENT);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_EVENT_COMMAND_QUEUE: return reply.scalar<cl_command_queue>(event->queue.get());
      case CL_EVENT_CONTEXT: return reply.scalar<cl_context>(event->context.get());
      case CL_EVENT_COMMAND_TYPE: return reply.scalar(event->type);
      case CL_EVENT_COMMAND_EXECUTION_STATUS: return reply.scalar(status_of(*event));
      case CL_EVENT_REFERENCE_COUNT: return reply.scalar<cl_uint>(event->references);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL GetEventProfilingInfo(cl_event handle, cl_profiling_info name, size_t size, void* value,
                                         size_t* needed) {
  return guarded([&] {
    const EventPtr event = find(handle);
    require(event != nullptr, CL_INVALID_EVENT);
    require(event->queue && (event->queue->properties & CL_QUEUE_PROFILING_ENABLE) && status_of(*event) == CL_COMPLETE,
            CL_PROFILING_INFO_NOT_AVAILABLE);
    const std::lock_guard lock(scheduler().mutex);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_PROFILING_COMMAND_QUEUED: return reply.scalar(event->times[0]);
      case CL_PROFILING_COMMAND_SUBMIT: return reply.scalar(event->times[1]);
      case CL_PROFILING_COMMAND_START: return reply.scalar(event->times[2]);
      case CL_PROFILING_COMMAND_END:
      case CL_PROFILING_COMMAND_COMPLETE: return reply.scalar(event->times[3]);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_event CL_API_CALL CreateUserEvent(cl_context handle, cl_int* code) {
  return guarded_object(code, [&]() -> cl_event {
    const auto context = find(handle);
    require(context != nullptr, CL_INVALID_CONTEXT);
    const auto event = make_object<_cl_event>(context, nullptr, CL_COMMAND_USER);
    event->status = CL_SUBMITTED;
    return event.get();
  });
}

cl_int CL_API_CALL SetUserEventStatus(cl_event handle, cl_int status) {
  return guarded([&] {
    const EventPtr event = find(handle);
    require(event != nullptr && event->type == CL_COMMAND_USER, CL_INVALID_EVENT);
    require(status <= CL_COMPLETE, CL_INVALID_VALUE);
    require(!ended(*event), CL_INVALID_OPERATION);
    complete(event, status);
  });
}

cl_int CL_API_CALL SetEventCallback(cl_event handle, cl_int level, _cl_event::Callback function, void* user) {
  return guarded([&] {
    const EventPtr event = find(handle);
    require(event != nullptr, CL_INVALID_EVENT);
    require(function != nullptr && (level == CL_SUBMITTED || level == CL_RUNNING || level == CL_COMPLETE),
            CL_INVALID_VALUE);
    cl_int status;
    {
      const std::lock_guard lock(scheduler().mutex);
      status = event->status;
      if (status > level) {
        event->callbacks.push_back({level, function, user});
        return;
      }
    }
    function(handle, status < 0 ? status : level, user);
  });
}

cl_int CL_API_CALL RetainEvent(cl_event handle) { return retain(handle, CL_INVALID_EVENT); }
cl_int CL_API_CALL ReleaseEvent(cl_event handle) { return release(handle, CL_INVALID_EVENT); }

}  // namespace api
}  // namespace heddle::opencl
