#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "context.h"
#include "event.h"

struct _cl_command_queue : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kQueue;

  std::shared_ptr<_cl_context> context;
  std::shared_ptr<_cl_device_id> device;
  cl_command_queue_properties properties = 0;
  std::vector<cl_queue_properties> property_list;  ///< As given to clCreateCommandQueueWithProperties.

  std::mutex mutex;
  heddle::opencl::WaitList unfinished;  ///< Guarded by mutex; may hold ended ones.
  heddle::opencl::EventPtr barrier;     ///< Later commands wait for it.

  bool in_order() const { return !(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE); }
};

namespace heddle::opencl {

using QueuePtr = std::shared_ptr<_cl_command_queue>;

/// Throws CL_INVALID_COMMAND_QUEUE unless it is a queue of ours.
QueuePtr queue_of(cl_command_queue handle);

/// What the entry points of commands have in common.
struct CommandRequest {
  QueuePtr queue;
  cl_command_type type;
  WaitList waits;
  cl_event* event = nullptr;  ///< Where the program wants it.
  bool blocking = false;
  bool waits_for_all = false;  ///< A marker or barrier without a wait list.
  bool is_barrier = false;
};

/// Puts a command into its queue. Blocking ones are over when it returns; one that failed throws its status.
void enqueue(const CommandRequest& request, std::function<void()> work);
/// Waits for every command of the queue.
void finish(_cl_command_queue& queue);

}  // namespace heddle::opencl
