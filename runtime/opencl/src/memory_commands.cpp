#include <algorithm>
#include <cstring>
#include <span>

#include "memory.h"
#include "queue.h"
#include "rectangle.h"

namespace heddle::opencl {
namespace {

std::span<std::byte> bytes_at(void* pointer, size_t size) { return {static_cast<std::byte*>(pointer), size}; }
std::span<const std::byte> bytes_at(const void* pointer, size_t size) {
  return {static_cast<const std::byte*>(pointer), size};
}

void check_range(const _cl_mem& memory, size_t offset, size_t size) {
  require(size != 0 && offset <= memory.size && size <= memory.size - offset, CL_INVALID_VALUE);
}

QueuePtr check_queue(cl_command_queue handle, const MemoryPtr& memory) {
  QueuePtr queue = queue_of(handle);
  require(queue->context == memory->context, CL_INVALID_CONTEXT);
  return queue;
}

constexpr cl_mem_flags kNoRead = CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS;
constexpr cl_mem_flags kNoWrite = CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS;

/// Runs action(device) on the queue's device when the command's turn comes; holds on to the buffers until then.
template <typename Action>
void enqueue_on_device(const CommandRequest& request, Action action) {
  DeviceWorker& worker = request.queue->device->worker;
  enqueue(request, [&worker, action] { worker.with_device([&](driver::Device& device) { action(device); }); });
}

/// The part of a call that says when a command runs.
struct CallOrder {
  cl_command_queue queue;
  cl_command_type type;
  cl_bool blocking;
  cl_uint count;
  const cl_event* events;
  cl_event* event;
};

/// The part of a call that says what is read or written; a buffer with one of the `forbidden` flags must not be.
struct CallTransfer {
  cl_mem memory;
  cl_mem_flags forbidden;
  size_t offset, size;
  const void* pointer;
};

/// Checks a read or write of a buffer, and enqueues transfer(device, address), which moves the bytes.
template <typename Action>
cl_int enqueue_transfer(const CallOrder& order, const CallTransfer& what, Action transfer) {
  return guarded([&] {
    const QueuePtr first = queue_of(order.queue);
    const MemoryPtr memory = memory_of(what.memory);
    const QueuePtr queue = check_queue(order.queue, memory);
    const WaitList waits = wait_list(order.count, order.events, *queue->context);
    require(what.pointer != nullptr, CL_INVALID_VALUE);
    check_range(*memory, what.offset, what.size);
    require(!(memory->flags & what.forbidden), CL_INVALID_OPERATION);
    enqueue_on_device({queue, order.type, waits, order.event, order.blocking != CL_FALSE},
                      [memory, offset = what.offset, transfer](driver::Device& device) {
                        transfer(device, memory->address + static_cast<uint32_t>(offset));
                      });
  });
}

}  // namespace

namespace api {

cl_int CL_API_CALL EnqueueReadBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, size_t offset,
                                     size_t size, void* pointer, cl_uint count, const cl_event* events,
                                     cl_event* event) {
  return enqueue_transfer(
      {queue_handle, CL_COMMAND_READ_BUFFER, blocking, count, events, event}, {handle, kNoRead, offset, size, pointer},
      [pointer, size](driver::Device& device, uint32_t address) { device.read(address, bytes_at(pointer, size)); });
}

cl_int CL_API_CALL EnqueueWriteBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, size_t offset,
                                      size_t size, const void* pointer, cl_uint count, const cl_event* events,
                                      cl_event* event) {
  return enqueue_transfer(
      {queue_handle, CL_COMMAND_WRITE_BUFFER, blocking, count, events, event},
      {handle, kNoWrite, offset, size, pointer},
      [pointer, size](driver::Device& device, uint32_t address) { device.write(address, bytes_at(pointer, size)); });
}

cl_int CL_API_CALL EnqueueCopyBuffer(cl_command_queue queue_handle, cl_mem from_handle, cl_mem to_handle,
                                     size_t from_offset, size_t to_offset, size_t size, cl_uint count,
                                     const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr from = memory_of(from_handle), to = memory_of(to_handle);
    const QueuePtr queue = check_queue(queue_handle, from);
    check_queue(queue_handle, to);
    const WaitList waits = wait_list(count, events, *queue->context);
    check_range(*from, from_offset, size);
    check_range(*to, to_offset, size);
    const uint32_t source = from->address + static_cast<uint32_t>(from_offset);
    const uint32_t target = to->address + static_cast<uint32_t>(to_offset);
    require(source >= uint64_t{target} + size || target >= uint64_t{source} + size, CL_MEM_COPY_OVERLAP);
    enqueue_on_device({queue, CL_COMMAND_COPY_BUFFER, waits, event},
                      [from, to, source, target, size](driver::Device& device) {
                        std::vector<std::byte> bytes(size);
                        device.read(source, bytes);
                        device.write(target, std::span<const std::byte>(bytes));
                      });
  });
}

cl_int CL_API_CALL EnqueueFillBuffer(cl_command_queue queue_handle, cl_mem handle, const void* pattern,
                                     size_t pattern_size, size_t offset, size_t size, cl_uint count,
                                     const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr memory = memory_of(handle);
    const QueuePtr queue = check_queue(queue_handle, memory);
    const WaitList waits = wait_list(count, events, *queue->context);
    require(pattern != nullptr && pattern_size != 0 && pattern_size <= 128 && (pattern_size & (pattern_size - 1)) == 0,
            CL_INVALID_VALUE);
    require(offset % pattern_size == 0 && size % pattern_size == 0, CL_INVALID_VALUE);
    check_range(*memory, offset, size);
    std::vector<std::byte> bytes(size);
    for (size_t at = 0; at < size; at += pattern_size) std::memcpy(bytes.data() + at, pattern, pattern_size);
    enqueue_on_device({queue, CL_COMMAND_FILL_BUFFER, waits, event}, [memory, offset, bytes](driver::Device& device) {
      device.write(memory->address + static_cast<uint32_t>(offset), std::span<const std::byte>(bytes));
    });
  });
}

namespace {

/// Rows of a read or write of a rectangle; device rows are checked to lie in the buffer.
cl_int rectangle_command(bool write, cl_command_queue queue_handle, cl_mem handle, cl_bool blocking,
                         const size_t* buffer_origin, const size_t* host_origin, const size_t* region,
                         size_t buffer_row, size_t buffer_slice, size_t host_row, size_t host_slice, void* pointer,
                         cl_uint count, const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr memory = memory_of(handle);
    const QueuePtr queue = check_queue(queue_handle, memory);
    const WaitList waits = wait_list(count, events, *queue->context);
    require(pointer && buffer_origin && host_origin && region, CL_INVALID_VALUE);
    const Rectangle in_buffer(buffer_origin, region, buffer_row, buffer_slice),
        in_host(host_origin, region, host_row, host_slice);
    require(in_buffer.valid() && in_host.valid() && in_buffer.end() <= memory->size, CL_INVALID_VALUE);
    require(!(memory->flags & (write ? kNoWrite : kNoRead)), CL_INVALID_OPERATION);
    const auto type = write ? CL_COMMAND_WRITE_BUFFER_RECT : CL_COMMAND_READ_BUFFER_RECT;
    enqueue_on_device({queue, static_cast<cl_command_type>(type), waits, event, blocking != CL_FALSE},
                      [memory, in_buffer, in_host, pointer, write](driver::Device& device) {
                        for_each_row(in_buffer, in_host, [&](size_t at, size_t host_at, size_t bytes) {
                          const uint32_t address = memory->address + static_cast<uint32_t>(at);
                          std::byte* host = static_cast<std::byte*>(pointer) + host_at;
                          if (write) {
                            device.write(address, std::span<const std::byte>(host, bytes));
                          } else {
                            device.read(address, std::span(host, bytes));
                          }
                        });
                      });
  });
}

}  // namespace

cl_int CL_API_CALL EnqueueReadBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                         const size_t* buffer_origin, const size_t* host_origin, const size_t* region,
                                         size_t buffer_row, size_t buffer_slice, size_t host_row, size_t host_slice,
                                         void* pointer, cl_uint count, const cl_event* events, cl_event* event) {
  return rectangle_command(false, queue, buffer, blocking, buffer_origin, host_origin, region, buffer_row, buffer_slice,
                           host_row, host_slice, pointer, count, events, event);
}

cl_int CL_API_CALL EnqueueWriteBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                          const size_t* buffer_origin, const size_t* host_origin, const size_t* region,
                                          size_t buffer_row, size_t buffer_slice, size_t host_row, size_t host_slice,
                                          const void* pointer, cl_uint count, const cl_event* events, cl_event* event) {
  return rectangle_command(true, queue, buffer, blocking, buffer_origin, host_origin, region, buffer_row, buffer_slice,
                           host_row, host_slice, const_cast<void*>(pointer), count, events, event);
}

cl_int CL_API_CALL EnqueueCopyBufferRect(cl_command_queue queue_handle, cl_mem from_handle, cl_mem to_handle,
                                         const size_t* from_origin, const size_t* to_origin, const size_t* region,
                                         size_t from_row, size_t from_slice, size_t to_row, size_t to_slice,
                                         cl_uint count, const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr from = memory_of(from_handle), to = memory_of(to_handle);
    const QueuePtr queue = check_queue(queue_handle, from);
    check_queue(queue_handle, to);
    const WaitList waits = wait_list(count, events, *queue->context);
    require(from_origin && to_origin && region, CL_INVALID_VALUE);
    const Rectangle source(from_origin, region, from_row, from_slice), target(to_origin, region, to_row, to_slice);
    require(source.valid() && target.valid() && source.end() <= from->size && target.end() <= to->size,
            CL_INVALID_VALUE);
    if (from == to) {
      require(source.same_pitches(target), CL_INVALID_VALUE);
      require(!source.overlaps(target), CL_MEM_COPY_OVERLAP);
    }
    enqueue_on_device({queue, CL_COMMAND_COPY_BUFFER_RECT, waits, event},
                      [from, to, source, target](driver::Device& device) {
                        std::vector<std::byte> bytes;
                        for_each_row(source, target, [&](size_t from_at, size_t to_at, size_t size) {
                          bytes.resize(size);
                          device.read(from->address + static_cast<uint32_t>(from_at), bytes);
                          device.write(to->address + static_cast<uint32_t>(to_at), std::span<const std::byte>(bytes));
                        });
                      });
  });
}

void* CL_API_CALL EnqueueMapBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, cl_map_flags flags,
                                   size_t offset, size_t size, cl_uint count, const cl_event* events, cl_event* event,
                                   cl_int* code) {
  return guarded_object(code, [&]() -> void* {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr memory = memory_of(handle);
    const QueuePtr queue = check_queue(queue_handle, memory);
    const WaitList waits = wait_list(count, events, *queue->context);
    constexpr cl_map_flags kReadWrite = CL_MAP_READ | CL_MAP_WRITE;
    require(!(flags & ~(kReadWrite | CL_MAP_WRITE_INVALIDATE_REGION)), CL_INVALID_VALUE);
    require(!((flags & kReadWrite) && (flags & CL_MAP_WRITE_INVALIDATE_REGION)), CL_INVALID_VALUE);
    check_range(*memory, offset, size);
    require(!((flags & CL_MAP_READ) && (memory->flags & kNoRead)), CL_INVALID_OPERATION);
    const bool writes = flags & (CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION);
    require(!(writes && (memory->flags & kNoWrite)), CL_INVALID_OPERATION);
    std::byte* const host = memory->host_address(offset);
    {
      const std::lock_guard lock(memory->mutex);
      memory->mappings.emplace(host, _cl_mem::Mapping{offset, size, writes});
    }
    const bool invalidate = flags & CL_MAP_WRITE_INVALIDATE_REGION;
    enqueue_on_device({queue, CL_COMMAND_MAP_BUFFER, waits, event, blocking != CL_FALSE},
                      [memory, offset, size, host, invalidate](driver::Device& device) {
                        if (!invalidate)
                          device.read(memory->address + static_cast<uint32_t>(offset), std::span(host, size));
                      });
    return host;
  });
}

cl_int CL_API_CALL EnqueueUnmapMemObject(cl_command_queue queue_handle, cl_mem handle, void* pointer, cl_uint count,
                                         const cl_event* events, cl_event* event) {
  return guarded([&] {
    const QueuePtr first = queue_of(queue_handle);
    const MemoryPtr memory = memory_of(handle);
    const QueuePtr queue = check_queue(queue_handle, memory);
    const WaitList waits = wait_list(count, events, *queue->context);
    _cl_mem::Mapping mapping{};
    {
      const std::lock_guard lock(memory->mutex);
      const auto found = memory->mappings.find(pointer);
      require(found != memory->mappings.end(), CL_INVALID_VALUE);
      mapping = found->second;
      memory->mappings.erase(found);
    }
    enqueue_on_device({queue, CL_COMMAND_UNMAP_MEM_OBJECT, waits, event},
                      [memory, mapping, pointer](driver::Device& device) {
                        if (!mapping.writes) return;
                        device.write(memory->address + static_cast<uint32_t>(mapping.offset),
                                     bytes_at(static_cast<const void*>(pointer), mapping.size));
                      });
  });
}

cl_int CL_API_CALL EnqueueMigrateMemObjects(cl_command_queue queue_handle, cl_uint memory_count, const cl_mem* handles,
                                            cl_mem_migration_flags flags, cl_uint count, const cl_event* events,
                                            cl_event* event) {
  return guarded([&] {
    const QueuePtr queue = queue_of(queue_handle);
    const WaitList waits = wait_list(count, events, *queue->context);
    require(memory_count != 0 && handles != nullptr, CL_INVALID_VALUE);
    require(!(flags & ~(CL_MIGRATE_MEM_OBJECT_HOST | CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED)), CL_INVALID_VALUE);
    for (cl_uint i = 0; i < memory_count; ++i) check_queue(queue_handle, memory_of(handles[i]));
    enqueue({queue, CL_COMMAND_MIGRATE_MEM_OBJECTS, waits, event}, nullptr);
  });
}

}  // namespace api
}  // namespace heddle::opencl
