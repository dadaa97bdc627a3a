#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "error.h"
#include "object.h"

struct _cl_context;
struct _cl_command_queue;

/// A command, or a user event. All members but the constant ones are guarded by the scheduler's mutex (event.cpp).
struct _cl_event : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kEvent;
  using Callback = void(CL_CALLBACK*)(cl_event, cl_int, void*);

  _cl_event(std::shared_ptr<_cl_context> of, std::shared_ptr<_cl_command_queue> on, cl_command_type kind);

  const std::shared_ptr<_cl_context> context;
  const std::shared_ptr<_cl_command_queue> queue;  ///< Null for user events.
  const cl_command_type type;

  cl_int status = CL_QUEUED;
  std::array<cl_ulong, 4> times{};  ///< Queued, submitted, started, ended; nanoseconds.
  std::function<void()> work;       ///< On the device's thread; an exception becomes the status.
  size_t pending = 1;               ///< Events that this one waits for.
  bool poisoned = false;            ///< One of its wait list ended in an error.
  /// Events that wait for this one, and whether it stands in their wait lists.
  std::vector<std::pair<std::shared_ptr<_cl_event>, bool>> dependents;
  struct Registered {
    cl_int level;
    Callback function;
    void* user;
  };
  std::vector<Registered> callbacks;
};

namespace heddle::opencl {

using EventPtr = std::shared_ptr<_cl_event>;
using WaitList = std::vector<EventPtr>;

/// The events of a wait list as a program passes it. Throws CL_INVALID_EVENT_WAIT_LIST, CL_INVALID_CONTEXT.
WaitList wait_list(cl_uint count, const cl_event* events, const _cl_context& context);

/// Starts `event` when all of `waits` (whose errors it takes over) and `order` (whose errors do not matter) have ended.
void schedule(const EventPtr& event, const WaitList& waits, const WaitList& order);
/// Blocks until all have ended.
void wait_for(const WaitList& events);
/// Ends an event, and starts what waits for it.
void complete(const EventPtr& event, cl_int status);
cl_int status_of(const _cl_event& event);
bool ended(const _cl_event& event);

cl_ulong now_ns();

}  // namespace heddle::opencl
