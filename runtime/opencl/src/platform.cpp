#include "platform.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "compiler.h"
#include "heddle/generated/memory_map.h"
#include "info.h"
#include "summary.h"

_cl_device_id::_cl_device_id(const heddle::driver::DeviceOptions& options)
    : configuration(heddle::Configuration::parse(options.configuration)), worker(options) {
  name = fmt::format("Heddle {} ({})", configuration.canonical(),
                     options.backend == heddle::driver::BackendKind::kModel ? "golden model" : "RTL");
}

namespace heddle::opencl {
namespace {

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

/// A variable that is a number from `least` to `most`.
uint64_t number(const char* name, const char* otherwise, uint64_t least, uint64_t most) {
  const std::string text = environment(name, otherwise);
  uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < least || value > most)
    throw std::runtime_error(fmt::format("{}: '{}' is not a number from {} to {}", name, text, least, most));
  return value;
}

driver::DeviceOptions options_for(const std::string& backend) {
  driver::DeviceOptions options;
  options.configuration = environment("HEDDLE_CL_CONFIG", "base");
  constexpr uint64_t kLeast = (driver::Device::kProgramBytes >> 20) + 1, kMost = memory_map::kDeviceSize >> 20;
  options.memory_bytes = number("HEDDLE_CL_MEMORY_MB", "1024", kLeast, kMost) << 20;
  if (backend == "rtl") {
    options.backend = driver::BackendKind::kRtl;
    options.rtl_library = environment("HEDDLE_CL_RTL_LIBRARY", "");
    options.lockstep = environment("HEDDLE_CL_LOCKSTEP", "on") != "off";
    options.replay = "the same program";
    if (options.rtl_library.empty())
      throw std::runtime_error("HEDDLE_CL_RTL_LIBRARY does not name the folder of an RTL library");
  } else if (backend != "model") {
    throw std::runtime_error(fmt::format("HEDDLE_CL_DEVICES: '{}' is neither model nor rtl", backend));
  }
  return options;
}

_cl_platform_id* make_platform() {
  static const auto platform = make_object<_cl_platform_id>();
  std::string list = environment("HEDDLE_CL_DEVICES", "model");
  try {
    for (size_t start = 0; start <= list.size();) {
      const size_t comma = std::min(list.find(',', start), list.size());
      platform->devices.push_back(make_object<_cl_device_id>(options_for(list.substr(start, comma - start))));
      platform->devices.back()->timeout = number("HEDDLE_CL_TIMEOUT", "0", 0, std::numeric_limits<uint64_t>::max());
      start = comma + 1;
    }
  } catch (const std::exception& error) {
    platform->devices.clear();
    platform->problem = error.what();
    std::fprintf(stderr, "heddle opencl: no device: %s\n", error.what());
  }
  static const pid_t process = getpid();
  std::atexit([] {
    if (process != getpid()) return;  // A child of fork: nothing of this is its own.
    for (const auto& device : opencl::platform().devices) device->worker.stop();
    remove_images();
    write_summary(opencl::platform());
  });
  return platform.get();
}

}  // namespace

_cl_platform_id& platform() {
  static _cl_platform_id* const the = make_platform();
  return *the;
}

std::shared_ptr<_cl_device_id> device_of(cl_device_id handle) {
  auto device = find(handle);
  require(device != nullptr, CL_INVALID_DEVICE);
  return device;
}

namespace api {

cl_int CL_API_CALL GetPlatformIDs(cl_uint count, cl_platform_id* platforms, cl_uint* found) {
  if ((count == 0 && platforms) || (!platforms && !found)) return CL_INVALID_VALUE;
  if (platforms) platforms[0] = &platform();
  if (found) *found = 1;
  return CL_SUCCESS;
}

cl_int CL_API_CALL GetPlatformInfo(cl_platform_id handle, cl_platform_info name, size_t size, void* value,
                                   size_t* needed) {
  return guarded([&] {
    require(handle == nullptr || handle == &platform(), CL_INVALID_PLATFORM);
    const InfoReply reply(size, value, needed);
    std::string extensions = "cl_khr_icd";
    for (const std::string& extension : kExtensions) extensions += " " + extension;
    switch (name) {
      case CL_PLATFORM_PROFILE: return reply.text("FULL_PROFILE");
      case CL_PLATFORM_VERSION: return reply.text(kPlatformVersion);
      case CL_PLATFORM_NUMERIC_VERSION: return reply.scalar<cl_version>(CL_MAKE_VERSION(3, 0, 0));
      case CL_PLATFORM_NAME: return reply.text("Heddle");
      case CL_PLATFORM_VENDOR: return reply.text("Heddle");
      case CL_PLATFORM_EXTENSIONS: return reply.text(extensions);
      case CL_PLATFORM_EXTENSIONS_WITH_VERSION: {
        std::vector<cl_name_version> list;
        for (size_t start = 0; start < extensions.size();) {
          const size_t end = std::min(extensions.find(' ', start), extensions.size());
          cl_name_version entry{CL_MAKE_VERSION(1, 0, 0), {}};
          extensions.copy(entry.name, end - start, start);
          list.push_back(entry);
          start = end + 1;
        }
        return reply.list(list);
      }
      case CL_PLATFORM_HOST_TIMER_RESOLUTION: return reply.scalar<cl_ulong>(0);
      case CL_PLATFORM_ICD_SUFFIX_KHR: return reply.text("HEDDLE");
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL GetDeviceIDs(cl_platform_id handle, cl_device_type type, cl_uint count, cl_device_id* devices,
                                cl_uint* found) {
  return guarded([&] {
    require(handle == nullptr || handle == &platform(), CL_INVALID_PLATFORM);
    constexpr cl_device_type kTypes = CL_DEVICE_TYPE_DEFAULT | CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_GPU |
                                      CL_DEVICE_TYPE_ACCELERATOR | CL_DEVICE_TYPE_CUSTOM;
    require(type == CL_DEVICE_TYPE_ALL || (type != 0 && !(type & ~kTypes)), CL_INVALID_DEVICE_TYPE);
    require((count != 0 || !devices) && (devices || found), CL_INVALID_VALUE);
    const auto& all = platform().devices;
    const bool ours = type & (CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_DEFAULT);
    size_t here = ours ? all.size() : 0;
    if (type == CL_DEVICE_TYPE_DEFAULT) here = std::min<size_t>(here, 1);
    require(here != 0, CL_DEVICE_NOT_FOUND);
    for (size_t i = 0; devices && i < std::min<size_t>(count, here); ++i) devices[i] = all[i].get();
    if (found) *found = static_cast<cl_uint>(here);
  });
}

cl_int CL_API_CALL GetDeviceInfo(cl_device_id handle, cl_device_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] { device_info(*device_of(handle), name, InfoReply(size, value, needed)); });
}

cl_int CL_API_CALL CreateSubDevices(cl_device_id handle, const cl_device_partition_property* list, cl_uint,
                                    cl_device_id*, cl_uint*) {
  return guarded([&] {
    device_of(handle);
    (void)list;
    throw ClError(CL_INVALID_VALUE);  // No way of partitioning is supported.
  });
}

// Devices are not sub-devices: their references are not counted.
cl_int CL_API_CALL RetainDevice(cl_device_id handle) { return find(handle) ? CL_SUCCESS : CL_INVALID_DEVICE; }
cl_int CL_API_CALL ReleaseDevice(cl_device_id handle) { return find(handle) ? CL_SUCCESS : CL_INVALID_DEVICE; }

}  // namespace api
}  // namespace heddle::opencl
