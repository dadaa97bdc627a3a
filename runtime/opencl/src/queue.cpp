#include "queue.h"

#include <algorithm>

#include "info.h"

namespace heddle::opencl {

QueuePtr queue_of(cl_command_queue handle) {
  QueuePtr queue = find(handle);
  require(queue != nullptr, CL_INVALID_COMMAND_QUEUE);
  return queue;
}

void enqueue(const CommandRequest& request, std::function<void()> work) {
  _cl_command_queue& queue = *request.queue;
  const EventPtr event = make_object<_cl_event>(queue.context, request.queue, request.type);
  event->work = std::move(work);
  // One that the program never sees does not exist to it.
  if (!request.event) unregister_object(event.get());
  {
    const std::lock_guard lock(queue.mutex);
    std::erase_if(queue.unfinished, [](const EventPtr& other) { return ended(*other); });
    WaitList order;
    if (queue.in_order()) {
      if (!queue.unfinished.empty()) order.push_back(queue.unfinished.back());
    } else if (request.waits_for_all) {
      order = queue.unfinished;
    }
    if (queue.barrier) {
      if (ended(*queue.barrier)) {
        queue.barrier = nullptr;
      } else {
        order.push_back(queue.barrier);
      }
    }
    queue.unfinished.push_back(event);
    if (request.is_barrier) queue.barrier = event;
    schedule(event, request.waits, order);
  }
  if (request.event) *request.event = event.get();
  if (request.blocking) {
    wait_for({event});
    const cl_int status = status_of(*event);
    if (status < 0) throw ClError(status);
  }
}

void finish(_cl_command_queue& queue) {
  WaitList all;
  {
    const std::lock_guard lock(queue.mutex);
    all = queue.unfinished;
  }
  wait_for(all);
}

namespace {

QueuePtr create(cl_context context_handle, cl_device_id device_handle, cl_command_queue_properties properties) {
  const auto context = context_of(context_handle);
  const auto device = device_of(device_handle);
  require(context->has(device.get()), CL_INVALID_DEVICE);
  constexpr cl_command_queue_properties kKnown = CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE | CL_QUEUE_PROFILING_ENABLE;
  constexpr cl_command_queue_properties kOnDevice = CL_QUEUE_ON_DEVICE | CL_QUEUE_ON_DEVICE_DEFAULT;
  require(!(properties & ~(kKnown | kOnDevice)), CL_INVALID_VALUE);
  require(!(properties & kOnDevice), CL_INVALID_QUEUE_PROPERTIES);
  auto queue = make_object<_cl_command_queue>();
  queue->context = context;
  queue->device = device;
  queue->properties = properties;
  return queue;
}

}  // namespace

namespace api {

cl_command_queue CL_API_CALL CreateCommandQueue(cl_context context, cl_device_id device,
                                                cl_command_queue_properties properties, cl_int* code) {
  return guarded_object(code, [&]() -> cl_command_queue { return create(context, device, properties).get(); });
}

cl_command_queue CL_API_CALL CreateCommandQueueWithProperties(cl_context context, cl_device_id device,
                                                              const cl_queue_properties* list, cl_int* code) {
  return guarded_object(code, [&]() -> cl_command_queue {
    context_of(context);
    device_of(device);
    cl_command_queue_properties properties = 0;
    const cl_queue_properties* at = list;
    for (; at && *at; at += 2) {
      if (at[0] == CL_QUEUE_SIZE) throw ClError(CL_INVALID_QUEUE_PROPERTIES);
      require(at[0] == CL_QUEUE_PROPERTIES, CL_INVALID_VALUE);
      properties = at[1];
    }
    const QueuePtr queue = create(context, device, properties);
    if (list) queue->property_list.assign(list, at + 1);
    return queue.get();
  });
}

cl_int CL_API_CALL SetCommandQueueProperty(cl_command_queue, cl_command_queue_properties, cl_bool,
                                           cl_command_queue_properties*) {
  return CL_INVALID_OPERATION;
}

cl_int CL_API_CALL RetainCommandQueue(cl_command_queue handle) { return retain(handle, CL_INVALID_COMMAND_QUEUE); }

cl_int CL_API_CALL ReleaseCommandQueue(cl_command_queue handle) { return release(handle, CL_INVALID_COMMAND_QUEUE); }

cl_int CL_API_CALL GetCommandQueueInfo(cl_command_queue handle, cl_command_queue_info name, size_t size, void* value,
                                       size_t* needed) {
  return guarded([&] {
    const QueuePtr queue = queue_of(handle);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_QUEUE_CONTEXT: return reply.scalar<cl_context>(queue->context.get());
      case CL_QUEUE_DEVICE: return reply.scalar<cl_device_id>(queue->device.get());
      case CL_QUEUE_REFERENCE_COUNT: return reply.scalar<cl_uint>(queue->references);
      case CL_QUEUE_PROPERTIES: return reply.scalar(queue->properties);
      case CL_QUEUE_PROPERTIES_ARRAY: return reply.list(queue->property_list);
      case CL_QUEUE_DEVICE_DEFAULT: return reply.scalar<cl_command_queue>(nullptr);
      case CL_QUEUE_SIZE: throw ClError(CL_INVALID_COMMAND_QUEUE);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL Flush(cl_command_queue handle) {
  return guarded([&] { queue_of(handle); });
}

cl_int CL_API_CALL Finish(cl_command_queue handle) {
  return guarded([&] { finish(*queue_of(handle)); });
}

namespace {

cl_int marker(cl_command_queue handle, cl_command_type type, cl_uint count, const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr queue = queue_of(handle);
    CommandRequest request{queue, type, wait_list(count, events, *queue->context), event};
    request.waits_for_all = count == 0;
    request.is_barrier = type == CL_COMMAND_BARRIER;
    enqueue(request, nullptr);
  });
}

}  // namespace

cl_int CL_API_CALL EnqueueMarkerWithWaitList(cl_command_queue queue, cl_uint count, const cl_event* events,
                                             cl_event* event) {
  return marker(queue, CL_COMMAND_MARKER, count, events, event);
}

cl_int CL_API_CALL EnqueueBarrierWithWaitList(cl_command_queue queue, cl_uint count, const cl_event* events,
                                              cl_event* event) {
  return marker(queue, CL_COMMAND_BARRIER, count, events, event);
}

cl_int CL_API_CALL EnqueueMarker(cl_command_queue queue, cl_event* event) {
  if (!event) return CL_INVALID_VALUE;
  return marker(queue, CL_COMMAND_MARKER, 0, nullptr, event);
}

cl_int CL_API_CALL EnqueueBarrier(cl_command_queue queue) {
  return marker(queue, CL_COMMAND_BARRIER, 0, nullptr, nullptr);
}

cl_int CL_API_CALL EnqueueWaitForEvents(cl_command_queue queue, cl_uint count, const cl_event* events) {
  if (count == 0 || !events) return CL_INVALID_VALUE;
  const cl_int code = marker(queue, CL_COMMAND_BARRIER, count, events, nullptr);
  return code == CL_INVALID_EVENT_WAIT_LIST ? CL_INVALID_EVENT : code;
}

}  // namespace api
}  // namespace heddle::opencl
