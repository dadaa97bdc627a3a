#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "object.h"
#include "platform.h"

struct _cl_context : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kContext;
  using Notify = void(CL_CALLBACK*)(const char*, const void*, size_t, void*);
  using Destructor = void(CL_CALLBACK*)(cl_context, void*);

  ~_cl_context();

  std::vector<std::shared_ptr<_cl_device_id>> devices;
  std::vector<cl_context_properties> properties;
  Notify callback = nullptr;
  void* user = nullptr;
  std::mutex mutex;
  std::vector<std::pair<Destructor, void*>> destructors;

  /// Tells the program of an error: through its callback, or, where it has none, on the standard error output.
  void notify(const std::string& text);
  bool has(const _cl_device_id* device) const;
};

namespace heddle::opencl {
/// Throws CL_INVALID_CONTEXT unless it is a context of ours.
std::shared_ptr<_cl_context> context_of(cl_context handle);
}  // namespace heddle::opencl
