#include "context.h"

#include <algorithm>
#include <cstdio>
#include <ranges>

#include "info.h"

_cl_context::~_cl_context() {
  for (const auto& [function, data] : std::views::reverse(destructors)) function(this, data);
}

void _cl_context::notify(const std::string& text) {
  if (callback) {
    callback(text.c_str(), nullptr, 0, user);
  } else {
    std::fprintf(stderr, "heddle opencl: %s\n", text.c_str());
  }
}

bool _cl_context::has(const _cl_device_id* device) const {
  return std::ranges::any_of(devices, [device](const auto& one) { return one.get() == device; });
}

namespace heddle::opencl {

std::shared_ptr<_cl_context> context_of(cl_context handle) {
  auto context = find(handle);
  require(context != nullptr, CL_INVALID_CONTEXT);
  return context;
}

namespace {

std::vector<cl_context_properties> read_properties(const cl_context_properties* list) {
  std::vector<cl_context_properties> all;
  if (!list) return all;
  const cl_context_properties* at = list;
  for (; *at; at += 2) {
    require(at[0] == CL_CONTEXT_PLATFORM || at[0] == CL_CONTEXT_INTEROP_USER_SYNC, CL_INVALID_PROPERTY);
    for (const cl_context_properties* before = list; before != at; before += 2)
      require(before[0] != at[0], CL_INVALID_PROPERTY);
    if (at[0] == CL_CONTEXT_PLATFORM) {
      require(reinterpret_cast<cl_platform_id>(at[1]) == &platform(), CL_INVALID_PLATFORM);
    } else {
      require(at[1] == CL_TRUE || at[1] == CL_FALSE, CL_INVALID_PROPERTY);
    }
  }
  all.assign(list, at + 1);
  return all;
}

cl_context create(const cl_context_properties* properties, std::vector<std::shared_ptr<_cl_device_id>> devices,
                  _cl_context::Notify callback, void* user) {
  require(callback || !user, CL_INVALID_VALUE);
  auto context = make_object<_cl_context>();
  context->devices = std::move(devices);
  context->properties = read_properties(properties);
  context->callback = callback;
  context->user = user;
  return context.get();
}

}  // namespace

namespace api {

cl_context CL_API_CALL CreateContext(const cl_context_properties* properties, cl_uint count,
                                     const cl_device_id* handles, _cl_context::Notify callback, void* user,
                                     cl_int* code) {
  return guarded_object(code, [&]() -> cl_context {
    read_properties(properties);
    require(count != 0 && handles != nullptr, CL_INVALID_VALUE);
    std::vector<std::shared_ptr<_cl_device_id>> devices;
    for (cl_uint i = 0; i < count; ++i) {
      auto device = device_of(handles[i]);
      if (std::ranges::find(devices, device) == devices.end()) devices.push_back(std::move(device));
    }
    // A device memory of its own each: buffers are not moved between them.
    require(devices.size() == 1, CL_INVALID_DEVICE);
    return create(properties, std::move(devices), callback, user);
  });
}

cl_context CL_API_CALL CreateContextFromType(const cl_context_properties* properties, cl_device_type type,
                                             _cl_context::Notify callback, void* user, cl_int* code) {
  return guarded_object(code, [&]() -> cl_context {
    read_properties(properties);
    constexpr cl_device_type kTypes = CL_DEVICE_TYPE_DEFAULT | CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_GPU |
                                      CL_DEVICE_TYPE_ACCELERATOR | CL_DEVICE_TYPE_CUSTOM;
    require(type == CL_DEVICE_TYPE_ALL || (type != 0 && !(type & ~kTypes)), CL_INVALID_DEVICE_TYPE);
    require((type & (CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_DEFAULT)) && !platform().devices.empty(), CL_DEVICE_NOT_FOUND);
    return create(properties, {platform().devices.front()}, callback, user);
  });
}

cl_int CL_API_CALL RetainContext(cl_context handle) { return retain(handle, CL_INVALID_CONTEXT); }
cl_int CL_API_CALL ReleaseContext(cl_context handle) { return release(handle, CL_INVALID_CONTEXT); }

cl_int CL_API_CALL GetContextInfo(cl_context handle, cl_context_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const auto context = context_of(handle);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_CONTEXT_REFERENCE_COUNT: return reply.scalar<cl_uint>(context->references);
      case CL_CONTEXT_NUM_DEVICES: return reply.scalar(static_cast<cl_uint>(context->devices.size()));
      case CL_CONTEXT_DEVICES: {
        std::vector<cl_device_id> handles;
        for (const auto& device : context->devices) handles.push_back(device.get());
        return reply.list(handles);
      }
      case CL_CONTEXT_PROPERTIES: return reply.list(context->properties);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL SetContextDestructorCallback(cl_context handle, _cl_context::Destructor function, void* user) {
  return guarded([&] {
    const auto context = context_of(handle);
    require(function != nullptr, CL_INVALID_VALUE);
    const std::lock_guard lock(context->mutex);
    context->destructors.emplace_back(function, user);
  });
}

}  // namespace api
}  // namespace heddle::opencl
