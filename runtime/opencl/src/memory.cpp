#include "memory.h"

#include <algorithm>
#include <cstdlib>
#include <ranges>
#include <span>
#include <string_view>

#include "info.h"

_cl_mem::~_cl_mem() {
  for (const auto& [function, data] : std::views::reverse(destructors)) function(this, data);
  if (!parent && address != 0) {
    heddle::opencl::guarded(
        [&] { device().worker.with_device([&](heddle::driver::Device& device) { device.free(address); }); });
  }
}

std::byte* _cl_mem::host_address(size_t offset) {
  if (parent) return parent->host_address(origin + offset);
  if (host_ptr) return static_cast<std::byte*>(host_ptr) + offset;
  const std::lock_guard lock(mutex);
  // Aligned for the largest type.
  if (mapped.empty()) mapped.resize(size + heddle::opencl::kBaseAlignment);
  const auto start = reinterpret_cast<uintptr_t>(mapped.data());
  const uintptr_t skip = -start & (heddle::opencl::kBaseAlignment - 1);
  return mapped.data() + skip + offset;
}

namespace heddle::opencl {

MemoryPtr memory_of(cl_mem handle) {
  MemoryPtr memory = find(handle);
  require(memory != nullptr, CL_INVALID_MEM_OBJECT);
  return memory;
}

size_t padded(size_t size) {
  static const bool exact = [] {
    const char* bounds = std::getenv("HEDDLE_CL_BOUNDS");
    return bounds && std::string_view(bounds) == "exact";
  }();
  return exact ? size : (size + kBaseAlignment - 1) / kBaseAlignment * kBaseAlignment;
}

namespace {

constexpr cl_mem_flags kAccess = CL_MEM_READ_WRITE | CL_MEM_WRITE_ONLY | CL_MEM_READ_ONLY;
constexpr cl_mem_flags kHostAccess = CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS;
constexpr cl_mem_flags kHostPointer = CL_MEM_USE_HOST_PTR | CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR;

bool at_most_one(cl_mem_flags flags) { return (flags & (flags - 1)) == 0; }

void check_flags(cl_mem_flags flags) {
  require(!(flags & ~(kAccess | kHostAccess | kHostPointer)) && at_most_one(flags & kAccess) &&
              at_most_one(flags & kHostAccess),
          CL_INVALID_VALUE);
  require(!((flags & CL_MEM_USE_HOST_PTR) && (flags & (CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR))),
          CL_INVALID_VALUE);
}

MemoryPtr create(cl_context handle, cl_mem_flags flags, size_t size, void* host_ptr) {
  const auto context = context_of(handle);
  check_flags(flags);
  _cl_device_id& device = *context->devices.front();
  require(size != 0 && size <= (device.worker.options().memory_bytes - driver::Device::kProgramBytes) / 2,
          CL_INVALID_BUFFER_SIZE);
  const bool wants_pointer = flags & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR);
  require(wants_pointer == (host_ptr != nullptr), CL_INVALID_HOST_PTR);
  auto memory = make_object<_cl_mem>();
  // To the program it exists once all went well.
  const auto owner = unregister_object(memory.get());
  memory->context = context;
  memory->flags = flags & kAccess ? flags : flags | CL_MEM_READ_WRITE;
  memory->size = size;
  if (flags & CL_MEM_USE_HOST_PTR) memory->host_ptr = host_ptr;
  device.worker.with_device([&](driver::Device& open) {
    memory->address = open.allocate(padded(size), "a buffer", kBaseAlignment);
    if (host_ptr) open.write(memory->address, std::span(static_cast<const std::byte*>(host_ptr), size));
  });
  register_object(memory.get(), Kind::kMemory, owner);
  return memory;
}

cl_mem_flags inherited(cl_mem_flags flags, cl_mem_flags parent) {
  if (!(flags & kAccess)) flags |= parent & kAccess;
  if (!(flags & kHostAccess)) flags |= parent & kHostAccess;
  return flags | (parent & kHostPointer);
}

}  // namespace

namespace api {

cl_mem CL_API_CALL CreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void* host_ptr, cl_int* code) {
  return guarded_object(code, [&]() -> cl_mem { return create(context, flags, size, host_ptr).get(); });
}

cl_mem CL_API_CALL CreateBufferWithProperties(cl_context context, const cl_mem_properties* properties,
                                              cl_mem_flags flags, size_t size, void* host_ptr, cl_int* code) {
  return guarded_object(code, [&]() -> cl_mem {
    context_of(context);
    require(!properties || *properties == 0, CL_INVALID_PROPERTY);
    const MemoryPtr memory = create(context, flags, size, host_ptr);
    if (properties) memory->properties = {0};
    return memory.get();
  });
}

cl_mem CL_API_CALL CreateSubBuffer(cl_mem handle, cl_mem_flags flags, cl_buffer_create_type type, const void* info,
                                   cl_int* code) {
  return guarded_object(code, [&]() -> cl_mem {
    const MemoryPtr parent = memory_of(handle);
    require(!parent->parent, CL_INVALID_MEM_OBJECT);
    require(!(flags & (kHostPointer | ~(kAccess | kHostAccess))) && at_most_one(flags & kAccess) &&
                at_most_one(flags & kHostAccess),
            CL_INVALID_VALUE);
    const cl_mem_flags of = parent->flags;
    require(!((of & CL_MEM_WRITE_ONLY) && (flags & (CL_MEM_READ_WRITE | CL_MEM_READ_ONLY))), CL_INVALID_VALUE);
    require(!((of & CL_MEM_READ_ONLY) && (flags & (CL_MEM_READ_WRITE | CL_MEM_WRITE_ONLY))), CL_INVALID_VALUE);
    require(!((of & CL_MEM_HOST_WRITE_ONLY) && (flags & CL_MEM_HOST_READ_ONLY)), CL_INVALID_VALUE);
    require(!((of & CL_MEM_HOST_READ_ONLY) && (flags & CL_MEM_HOST_WRITE_ONLY)), CL_INVALID_VALUE);
    require(!((of & CL_MEM_HOST_NO_ACCESS) && (flags & (CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_WRITE_ONLY))),
            CL_INVALID_VALUE);
    require(type == CL_BUFFER_CREATE_TYPE_REGION && info != nullptr, CL_INVALID_VALUE);
    const auto& region = *static_cast<const cl_buffer_region*>(info);
    require(region.size != 0, CL_INVALID_BUFFER_SIZE);
    require(region.origin <= parent->size && region.size <= parent->size - region.origin, CL_INVALID_VALUE);
    require(region.origin % kBaseAlignment == 0, CL_MISALIGNED_SUB_BUFFER_OFFSET);
    auto memory = make_object<_cl_mem>();
    memory->context = parent->context;
    memory->parent = parent;
    memory->flags = inherited(flags, of);
    memory->size = region.size;
    memory->origin = region.origin;
    memory->address = parent->address + static_cast<uint32_t>(region.origin);
    if (parent->host_ptr) memory->host_ptr = static_cast<std::byte*>(parent->host_ptr) + region.origin;
    return memory.get();
  });
}

cl_int CL_API_CALL RetainMemObject(cl_mem handle) { return retain(handle, CL_INVALID_MEM_OBJECT); }
cl_int CL_API_CALL ReleaseMemObject(cl_mem handle) { return release(handle, CL_INVALID_MEM_OBJECT); }

cl_int CL_API_CALL GetMemObjectInfo(cl_mem handle, cl_mem_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const MemoryPtr memory = memory_of(handle);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_MEM_TYPE: return reply.scalar<cl_mem_object_type>(CL_MEM_OBJECT_BUFFER);
      case CL_MEM_FLAGS: return reply.scalar(memory->flags);
      case CL_MEM_SIZE: return reply.scalar<size_t>(memory->size);
      case CL_MEM_HOST_PTR: return reply.scalar<void*>(memory->host_ptr);
      case CL_MEM_MAP_COUNT: {
        const std::lock_guard lock(memory->mutex);
        return reply.scalar(static_cast<cl_uint>(memory->mappings.size()));
      }
      case CL_MEM_REFERENCE_COUNT: return reply.scalar<cl_uint>(memory->references);
      case CL_MEM_CONTEXT: return reply.scalar<cl_context>(memory->context.get());
      case CL_MEM_ASSOCIATED_MEMOBJECT: return reply.scalar<cl_mem>(memory->parent.get());
      case CL_MEM_OFFSET: return reply.scalar<size_t>(memory->origin);
      case CL_MEM_USES_SVM_POINTER: return reply.scalar<cl_bool>(CL_FALSE);
      case CL_MEM_PROPERTIES: return reply.list(memory->properties);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL SetMemObjectDestructorCallback(cl_mem handle, _cl_mem::Destructor function, void* user) {
  return guarded([&] {
    const MemoryPtr memory = memory_of(handle);
    require(function != nullptr, CL_INVALID_VALUE);
    const std::lock_guard lock(memory->mutex);
    memory->destructors.emplace_back(function, user);
  });
}

}  // namespace api
}  // namespace heddle::opencl
