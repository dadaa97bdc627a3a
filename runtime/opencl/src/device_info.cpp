#include <CL/cl_ext.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "info.h"
#include "platform.h"

namespace heddle::opencl {

const std::vector<std::string> kExtensions = {"cl_khr_byte_addressable_store",
                                              "cl_khr_fp16",
                                              "cl_khr_global_int32_base_atomics",
                                              "cl_khr_global_int32_extended_atomics",
                                              "cl_khr_int64_base_atomics",
                                              "cl_khr_int64_extended_atomics",
                                              "cl_khr_local_int32_base_atomics",
                                              "cl_khr_local_int32_extended_atomics",
                                              "cl_khr_subgroups",
                                              "cl_khr_subgroup_shuffle",
                                              "cl_khr_subgroup_shuffle_relative",
                                              "cl_khr_extended_versioning"};

namespace {

const std::array kFeatures = {"__opencl_c_int64", "__opencl_c_subgroups"};

cl_name_version name_version(const std::string& name, cl_version version) {
  cl_name_version entry{version, {}};
  name.copy(entry.name, sizeof entry.name - 1);
  return entry;
}

constexpr cl_device_fp_config kFloat = CL_FP_DENORM | CL_FP_INF_NAN | CL_FP_ROUND_TO_NEAREST | CL_FP_ROUND_TO_ZERO |
                                       CL_FP_ROUND_TO_INF | CL_FP_FMA | CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;

/// What is a number of 32 bits; false for any other query.
bool number(const _cl_device_id& device, cl_device_info name, const InfoReply& reply) {
  const auto say = [&](cl_uint value) {
    reply.scalar(value);
    return true;
  };
  switch (name) {
    case CL_DEVICE_VENDOR_ID: return say(0x48454444);
    case CL_DEVICE_MAX_COMPUTE_UNITS: return say(device.configuration.cores);
    case CL_DEVICE_MAX_WORK_ITEM_DIMENSIONS: return say(3);
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_CHAR:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_SHORT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_INT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_LONG:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_HALF:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_CHAR:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_SHORT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_INT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_LONG:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_HALF: return say(1);
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_DOUBLE:
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_DOUBLE: return say(0);
    case CL_DEVICE_MAX_CLOCK_FREQUENCY: return say(0);
    case CL_DEVICE_ADDRESS_BITS: return say(32);
    case CL_DEVICE_MEM_BASE_ADDR_ALIGN: return say(kBaseAlignment * 8);
    case CL_DEVICE_MIN_DATA_TYPE_ALIGN_SIZE: return say(kBaseAlignment);
    case CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE: return say(device.configuration.line_bytes);
    case CL_DEVICE_MAX_CONSTANT_ARGS: return say(8);
    case CL_DEVICE_PARTITION_MAX_SUB_DEVICES: return say(0);
    case CL_DEVICE_MAX_NUM_SUB_GROUPS: return say(device.configuration.warps);
    case CL_DEVICE_REFERENCE_COUNT: return say(1);
    // Images, pipes and queues on the device: none.
    case CL_DEVICE_MAX_READ_IMAGE_ARGS:
    case CL_DEVICE_MAX_WRITE_IMAGE_ARGS:
    case CL_DEVICE_MAX_READ_WRITE_IMAGE_ARGS:
    case CL_DEVICE_MAX_SAMPLERS:
    case CL_DEVICE_IMAGE_PITCH_ALIGNMENT:
    case CL_DEVICE_IMAGE_BASE_ADDRESS_ALIGNMENT:
    case CL_DEVICE_MAX_PIPE_ARGS:
    case CL_DEVICE_PIPE_MAX_ACTIVE_RESERVATIONS:
    case CL_DEVICE_PIPE_MAX_PACKET_SIZE:
    case CL_DEVICE_MAX_ON_DEVICE_QUEUES:
    case CL_DEVICE_MAX_ON_DEVICE_EVENTS:
    case CL_DEVICE_QUEUE_ON_DEVICE_PREFERRED_SIZE:
    case CL_DEVICE_QUEUE_ON_DEVICE_MAX_SIZE:
    case CL_DEVICE_PREFERRED_PLATFORM_ATOMIC_ALIGNMENT:
    case CL_DEVICE_PREFERRED_GLOBAL_ATOMIC_ALIGNMENT:
    case CL_DEVICE_PREFERRED_LOCAL_ATOMIC_ALIGNMENT: return say(0);
    default: return false;
  }
}

bool yes_or_no(cl_device_info name, const InfoReply& reply) {
  const auto say = [&](bool value) {
    reply.scalar<cl_bool>(value ? CL_TRUE : CL_FALSE);
    return true;
  };
  switch (name) {
    case CL_DEVICE_ENDIAN_LITTLE:
    case CL_DEVICE_AVAILABLE:
    case CL_DEVICE_COMPILER_AVAILABLE:
    case CL_DEVICE_LINKER_AVAILABLE:
    case CL_DEVICE_PREFERRED_INTEROP_USER_SYNC: return say(true);
    case CL_DEVICE_IMAGE_SUPPORT:
    case CL_DEVICE_ERROR_CORRECTION_SUPPORT:
    case CL_DEVICE_HOST_UNIFIED_MEMORY:
    case CL_DEVICE_SUB_GROUP_INDEPENDENT_FORWARD_PROGRESS:
    case CL_DEVICE_NON_UNIFORM_WORK_GROUP_SUPPORT:
    case CL_DEVICE_WORK_GROUP_COLLECTIVE_FUNCTIONS_SUPPORT:
    case CL_DEVICE_GENERIC_ADDRESS_SPACE_SUPPORT:
    case CL_DEVICE_PIPE_SUPPORT: return say(false);
    default: return false;
  }
}

bool text(const _cl_device_id& device, cl_device_info name, const InfoReply& reply) {
  const auto say = [&](const std::string& value) {
    reply.text(value);
    return true;
  };
  switch (name) {
    case CL_DEVICE_NAME: return say(device.name);
    case CL_DEVICE_VENDOR: return say("Heddle");
    case CL_DRIVER_VERSION: return say("0.1");
    case CL_DEVICE_PROFILE: return say("FULL_PROFILE");
    case CL_DEVICE_VERSION: return say(kPlatformVersion);
    case CL_DEVICE_OPENCL_C_VERSION: return say("OpenCL C 1.2 Heddle");
    case CL_DEVICE_BUILT_IN_KERNELS:
    case CL_DEVICE_IL_VERSION:
    case CL_DEVICE_LATEST_CONFORMANCE_VERSION_PASSED: return say("");
    case CL_DEVICE_EXTENSIONS:
      return say(std::accumulate(std::next(kExtensions.begin()), kExtensions.end(), kExtensions[0],
                                 [](const std::string& all, const std::string& one) { return all + " " + one; }));
    default: return false;
  }
}

bool versions(cl_device_info name, const InfoReply& reply) {
  std::vector<cl_name_version> list;
  switch (name) {
    case CL_DEVICE_NUMERIC_VERSION: reply.scalar<cl_version>(CL_MAKE_VERSION(3, 0, 0)); return true;
    case CL_DEVICE_OPENCL_C_NUMERIC_VERSION_KHR: reply.scalar<cl_version>(CL_MAKE_VERSION(1, 2, 0)); return true;
    case CL_DEVICE_ILS_WITH_VERSION:
    case CL_DEVICE_BUILT_IN_KERNELS_WITH_VERSION: break;
    case CL_DEVICE_EXTENSIONS_WITH_VERSION:
      for (const std::string& extension : kExtensions)
        list.push_back(name_version(extension, CL_MAKE_VERSION(1, 0, 0)));
      break;
    case CL_DEVICE_OPENCL_C_ALL_VERSIONS:
      for (const cl_version version :
           {CL_MAKE_VERSION(1, 0, 0), CL_MAKE_VERSION(1, 1, 0), CL_MAKE_VERSION(1, 2, 0), CL_MAKE_VERSION(3, 0, 0)}) {
        list.push_back(name_version("OpenCL C", version));
      }
      break;
    case CL_DEVICE_OPENCL_C_FEATURES:
      for (const char* feature : kFeatures) list.push_back(name_version(feature, CL_MAKE_VERSION(3, 0, 0)));
      break;
    default: return false;
  }
  reply.list(list);
  return true;
}

uint64_t global_bytes(const _cl_device_id& device) {
  return device.worker.options().memory_bytes - driver::Device::kProgramBytes;
}

}  // namespace

void device_info(const _cl_device_id& device, cl_device_info name, const InfoReply& reply) {
  if (number(device, name, reply) || yes_or_no(name, reply) || text(device, name, reply) || versions(name, reply))
    return;
  switch (name) {
    case CL_DEVICE_TYPE: return reply.scalar<cl_device_type>(CL_DEVICE_TYPE_GPU);
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
    case CL_DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE:
      return reply.scalar<size_t>(name == CL_DEVICE_MAX_WORK_GROUP_SIZE ? device.threads()
                                                                        : device.configuration.lanes);
    case CL_DEVICE_MAX_WORK_ITEM_SIZES: return reply.list(std::vector<size_t>(3, device.threads()));
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE: return reply.scalar<cl_ulong>(global_bytes(device) / 2);
    case CL_DEVICE_GLOBAL_MEM_SIZE: return reply.scalar<cl_ulong>(global_bytes(device));
    case CL_DEVICE_MAX_CONSTANT_BUFFER_SIZE: return reply.scalar<cl_ulong>(global_bytes(device) / 2);
    case CL_DEVICE_LOCAL_MEM_SIZE: return reply.scalar<cl_ulong>(device.configuration.scratchpad_bytes);
    case CL_DEVICE_GLOBAL_MEM_CACHE_SIZE: return reply.scalar<cl_ulong>(device.configuration.l2_bytes);
    case CL_DEVICE_LOCAL_MEM_TYPE: return reply.scalar<cl_device_local_mem_type>(CL_LOCAL);
    case CL_DEVICE_GLOBAL_MEM_CACHE_TYPE: return reply.scalar<cl_device_mem_cache_type>(CL_READ_WRITE_CACHE);
    case CL_DEVICE_MAX_PARAMETER_SIZE: return reply.scalar<size_t>(4096);
    case CL_DEVICE_PRINTF_BUFFER_SIZE: return reply.scalar<size_t>(1 << 20);
    case CL_DEVICE_PROFILING_TIMER_RESOLUTION: return reply.scalar<size_t>(1);
    case CL_DEVICE_SINGLE_FP_CONFIG: return reply.scalar<cl_device_fp_config>(kFloat);
    case CL_DEVICE_HALF_FP_CONFIG:
      return reply.scalar<cl_device_fp_config>(kFloat & ~CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT);
    case CL_DEVICE_DOUBLE_FP_CONFIG: return reply.scalar<cl_device_fp_config>(0);
    case CL_DEVICE_EXECUTION_CAPABILITIES: return reply.scalar<cl_device_exec_capabilities>(CL_EXEC_KERNEL);
    case CL_DEVICE_QUEUE_ON_HOST_PROPERTIES:
      return reply.scalar<cl_command_queue_properties>(CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE |
                                                       CL_QUEUE_PROFILING_ENABLE);
    case CL_DEVICE_QUEUE_ON_DEVICE_PROPERTIES: return reply.scalar<cl_command_queue_properties>(0);
    case CL_DEVICE_DEVICE_ENQUEUE_CAPABILITIES: return reply.scalar<cl_device_device_enqueue_capabilities>(0);
    case CL_DEVICE_SVM_CAPABILITIES: return reply.scalar<cl_device_svm_capabilities>(0);
    case CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES:
      return reply.scalar<cl_device_atomic_capabilities>(CL_DEVICE_ATOMIC_ORDER_RELAXED |
                                                         CL_DEVICE_ATOMIC_SCOPE_WORK_GROUP);
    case CL_DEVICE_ATOMIC_FENCE_CAPABILITIES:
      return reply.scalar<cl_device_atomic_capabilities>(
          CL_DEVICE_ATOMIC_ORDER_RELAXED | CL_DEVICE_ATOMIC_ORDER_ACQ_REL | CL_DEVICE_ATOMIC_SCOPE_WORK_GROUP);
    case CL_DEVICE_PLATFORM: return reply.scalar<cl_platform_id>(&platform());
    case CL_DEVICE_PARENT_DEVICE: return reply.scalar<cl_device_id>(nullptr);
    case CL_DEVICE_PARTITION_PROPERTIES: return reply.list(std::vector<cl_device_partition_property>{0});
    case CL_DEVICE_PARTITION_AFFINITY_DOMAIN: return reply.scalar<cl_device_affinity_domain>(0);
    case CL_DEVICE_PARTITION_TYPE: return reply.list(std::vector<cl_device_partition_property>{});
    case CL_DEVICE_IMAGE2D_MAX_WIDTH:
    case CL_DEVICE_IMAGE2D_MAX_HEIGHT:
    case CL_DEVICE_IMAGE3D_MAX_WIDTH:
    case CL_DEVICE_IMAGE3D_MAX_HEIGHT:
    case CL_DEVICE_IMAGE3D_MAX_DEPTH:
    case CL_DEVICE_IMAGE_MAX_BUFFER_SIZE:
    case CL_DEVICE_IMAGE_MAX_ARRAY_SIZE:
    case CL_DEVICE_MAX_GLOBAL_VARIABLE_SIZE:
    case CL_DEVICE_GLOBAL_VARIABLE_PREFERRED_TOTAL_SIZE: return reply.scalar<size_t>(0);
    default: throw ClError(CL_INVALID_VALUE);
  }
}

}  // namespace heddle::opencl
