#pragma once

#include <memory>
#include <string>
#include <vector>

#include "device_worker.h"
#include "heddle/generated/configuration.h"
#include "object.h"

namespace heddle::opencl {

/// What the platform offers beyond OpenCL C 1.2; the compiler driver (compiler/clang.py) has the same list for clang.
extern const std::vector<std::string> kExtensions;
inline constexpr const char* kPlatformVersion = "OpenCL 3.0 Heddle";

/// Largest alignment of an OpenCL type (long16), and so of buffers.
inline constexpr uint32_t kBaseAlignment = 128;

}  // namespace heddle::opencl

struct _cl_device_id : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kDevice;
  explicit _cl_device_id(const heddle::driver::DeviceOptions& options);

  std::string name;
  heddle::Configuration configuration;
  heddle::opencl::DeviceWorker worker;
  uint64_t timeout = 0;  ///< Of launches, in cycles or issue slots; 0: the driver's.

  uint32_t threads() const { return configuration.warps * configuration.lanes; }
};

struct _cl_platform_id : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kPlatform;
  std::vector<std::shared_ptr<_cl_device_id>> devices;
  std::string problem;  ///< Why there are no devices.
};

namespace heddle::opencl {

/// The one platform. Its devices are made by the environment: HEDDLE_CL_DEVICES (model, rtl; default: model),
/// HEDDLE_CL_CONFIG (default: base), HEDDLE_CL_RTL_LIBRARY (a folder), HEDDLE_CL_LOCKSTEP (on, off),
/// HEDDLE_CL_MEMORY_MB, HEDDLE_CL_TIMEOUT.
_cl_platform_id& platform();

/// Throws CL_INVALID_DEVICE unless it is one of ours.
std::shared_ptr<_cl_device_id> device_of(cl_device_id handle);

void device_info(const _cl_device_id& device, cl_device_info name, const class InfoReply& reply);

}  // namespace heddle::opencl
