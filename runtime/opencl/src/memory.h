#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "context.h"

/// A buffer, or a part of one.
struct _cl_mem : heddle::opencl::Object {
  static constexpr heddle::opencl::Kind kKind = heddle::opencl::Kind::kMemory;
  using Destructor = void(CL_CALLBACK*)(cl_mem, void*);

  ~_cl_mem();

  std::shared_ptr<_cl_context> context;
  std::shared_ptr<_cl_mem> parent;  ///< Of a sub-buffer.
  cl_mem_flags flags = 0;
  size_t size = 0;
  size_t origin = 0;         ///< In the parent.
  uint32_t address = 0;      ///< In device memory.
  void* host_ptr = nullptr;  ///< Of CL_MEM_USE_HOST_PTR.
  std::vector<cl_mem_properties> properties;

  std::mutex mutex;
  std::vector<std::pair<Destructor, void*>> destructors;
  std::vector<std::byte>
      mapped;  ///< Where mapped bytes lie without a host pointer; as large as the buffer, made by the first map.
  struct Mapping {
    size_t offset, size;
    bool writes;
  };
  std::multimap<void*, Mapping> mappings;

  _cl_device_id& device() const { return *context->devices.front(); }
  /// Where byte `offset` lies for the host while it is mapped.
  std::byte* host_address(size_t offset);
};

namespace heddle::opencl {

using MemoryPtr = std::shared_ptr<_cl_mem>;

/// Throws CL_INVALID_MEM_OBJECT unless it is a buffer of ours.
MemoryPtr memory_of(cl_mem handle);

/// Bytes to allocate for a buffer, or for local memory. Programs that work elsewhere do read a few bytes behind their
/// buffers' ends: by default one ends at the next multiple of its alignment; HEDDLE_CL_BOUNDS=exact finds them.
size_t padded(size_t size);

}  // namespace heddle::opencl
