#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>

#include "heddle/generated/memory_map.h"
#include "heddle_opencl_abi.h"
#include "kernel.h"
#include "printing.h"
#include "queue.h"

namespace heddle::opencl {
namespace {

/// Everything a launch needs, fixed when it was enqueued.
struct Launch {
  KernelPtr kernel;
  std::vector<std::byte> args;
  std::vector<MemoryPtr> buffers;  ///< Kept until it is over.
  driver::Size3 grid{1, 1, 1}, workgroup{1, 1, 1};
  driver::LaunchOptions options;
};

template <typename T>
void store(std::vector<std::byte>& block, uint32_t offset, const T& value) {
  std::memcpy(block.data() + offset, &value, sizeof value);
}

/// The argument block, and the scratchpad that it hands out.
void lay_out_arguments(Launch& launch, const hd_cl_launch& head) {
  _cl_kernel& kernel = *launch.kernel;
  launch.args.resize(std::max<size_t>(kernel.info.args_bytes, sizeof head));
  store(launch.args, 0, head);
  uint64_t local = kernel.info.local_bytes;
  const std::lock_guard lock(kernel.mutex);
  for (size_t i = 0; i < kernel.values.size(); ++i) {
    const ArgumentInfo& argument = kernel.info.arguments[i];
    const _cl_kernel::Value& value = kernel.values[i];
    require(value.set, CL_INVALID_KERNEL_ARGS);
    if (argument.kind == ArgumentKind::kValue) {
      std::memcpy(launch.args.data() + argument.offset, value.bytes.data(), argument.size);
    } else if (argument.kind == ArgumentKind::kLocal) {
      // What it points to says how it is aligned; 16 at least, for those who cast it.
      const uint64_t alignment = std::max<uint64_t>(argument.alignment, 16);
      local = (local + alignment - 1) / alignment * alignment;
      store(launch.args, argument.offset, memory_map::kScratchpadBase + static_cast<uint32_t>(local));
      local += value.local_bytes;
    } else {
      store(launch.args, argument.offset, value.memory ? value.memory->address : uint32_t{0});
      if (value.memory) launch.buffers.push_back(value.memory);
    }
  }
  const uint64_t all = kernel.program->context->devices.front()->configuration.scratchpad_bytes;
  require(local <= all, CL_OUT_OF_RESOURCES);
  launch.options.extra_scratch_bytes = static_cast<uint32_t>(std::min(all, (padded(local) + 3) / 4 * 4));
  launch.options.private_bytes = kernel.info.private_bytes;
  launch.options.timeout = kernel.program->context->devices.front()->timeout;
}

/// A workgroup where the program leaves it to us: as many work-items as fit, first along x.
driver::Size3 choose_workgroup(const driver::Size3& global, uint32_t threads) {
  driver::Size3 local{1, 1, 1};
  uint32_t room = threads;
  for (int d = 0; d < 3; ++d) {
    for (uint32_t size = std::min(room, global[d]); size > 1; --size) {
      if (global[d] % size == 0) {
        local[d] = size;
        break;
      }
    }
    room /= local[d];
  }
  return local;
}

void check_sizes(Launch& launch, const _cl_device_id& device, cl_uint dimensions, const size_t* global,
                 const size_t* local) {
  driver::Size3 items{1, 1, 1};
  for (cl_uint d = 0; d < dimensions; ++d) {
    require(global[d] <= std::numeric_limits<uint32_t>::max(), CL_INVALID_GLOBAL_WORK_SIZE);
    items[d] = static_cast<uint32_t>(global[d]);
  }
  const auto& required = launch.kernel->info.required_size;
  if (local) {
    uint64_t all = 1;
    for (cl_uint d = 0; d < dimensions; ++d) {
      require(local[d] != 0, CL_INVALID_WORK_GROUP_SIZE);
      require(local[d] <= device.threads(), CL_INVALID_WORK_ITEM_SIZE);
      all *= local[d];
      launch.workgroup[d] = static_cast<uint32_t>(local[d]);
    }
    require(all <= device.threads(), CL_INVALID_WORK_GROUP_SIZE);
    require(required[0] == 0 || launch.workgroup == required, CL_INVALID_WORK_GROUP_SIZE);
  } else {
    launch.workgroup = required[0] ? required : choose_workgroup(items, device.threads());
    require(uint64_t{launch.workgroup[0]} * launch.workgroup[1] * launch.workgroup[2] <= device.threads(),
            CL_INVALID_WORK_GROUP_SIZE);
  }
  for (int d = 0; d < 3; ++d) {
    require(items[d] % launch.workgroup[d] == 0, CL_INVALID_WORK_GROUP_SIZE);
    launch.grid[d] = items[d] / launch.workgroup[d];
  }
}

void run(Launch& launch, DeviceWorker& worker) {
  const std::string entry = "__cl_" + launch.kernel->info.name;
  worker.with_device([&](driver::Device& device) {
    worker.load(device, launch.kernel->image->id, launch.kernel->image->file);
    Printer printer(
        [&](uint32_t address, std::span<std::byte> bytes) { device.backend().read_memory(address, bytes); });
    worker.set_output([&](std::string_view text) { printer.take(text); });
    const auto finish = [&] {
      worker.set_output(nullptr);
      worker.count(launch.kernel->info.name, device.last_statistics());
    };
    try {
      device.launch(entry, launch.grid, launch.workgroup, std::span<const std::byte>(launch.args), launch.options);
      device.wait();
    } catch (const driver::DeviceError& error) {
      if (error.kind() == driver::ErrorKind::kLockstepMismatch) worker.note_difference();
      finish();
      throw;
    } catch (...) {
      finish();
      throw;
    }
    finish();
  });
}

/// The driver's words with the kernel's own name.
std::string readable(std::string text) {
  for (const std::string_view prefix : {"__hd_direct___cl_", "__cl_"}) {
    for (size_t at; (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
  }
  return text;
}

void enqueue_launch(cl_command_queue queue_handle, cl_kernel handle, cl_command_type type, cl_uint dimensions,
                    const size_t* offset, const size_t* global, const size_t* local, cl_uint count,
                    const cl_event* events, cl_event* event) {
  const QueuePtr queue = queue_of(queue_handle);
  const KernelPtr kernel = kernel_of(handle);
  require(queue->context == kernel->program->context, CL_INVALID_CONTEXT);
  require(dimensions >= 1 && dimensions <= 3, CL_INVALID_WORK_DIMENSION);
  const WaitList waits = wait_list(count, events, *queue->context);
  require(global != nullptr, CL_INVALID_GLOBAL_WORK_SIZE);
  const auto launch = std::make_shared<Launch>();
  launch->kernel = kernel;
  hd_cl_launch head{};
  head.work_dim = dimensions;
  bool empty = false;
  for (cl_uint d = 0; d < dimensions; ++d) {
    if (offset) {
      require(offset[d] + global[d] <= std::numeric_limits<uint32_t>::max(), CL_INVALID_GLOBAL_OFFSET);
      head.global_offset[d] = static_cast<uint32_t>(offset[d]);
    }
    empty |= global[d] == 0;
  }
  lay_out_arguments(*launch, head);
  if (!empty) check_sizes(*launch, *queue->device, dimensions, global, local);
  DeviceWorker& worker = queue->device->worker;
  enqueue({queue, type, waits, event}, [launch, empty, &worker] {
    if (empty) return;
    try {
      run(*launch, worker);
    } catch (const driver::DeviceError& error) {
      throw driver::DeviceError(error.kind(), readable(error.what()), error.report());
    }
  });
}

}  // namespace

namespace api {

cl_int CL_API_CALL EnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                        const size_t* offset, const size_t* global, const size_t* local, cl_uint count,
                                        const cl_event* events, cl_event* event) {
  return guarded([&] {
    enqueue_launch(queue, kernel, CL_COMMAND_NDRANGE_KERNEL, dimensions, offset, global, local, count, events, event);
  });
}

cl_int CL_API_CALL EnqueueTask(cl_command_queue queue, cl_kernel kernel, cl_uint count, const cl_event* events,
                               cl_event* event) {
  return guarded([&] {
    const size_t one = 1;
    enqueue_launch(queue, kernel, CL_COMMAND_TASK, 1, nullptr, &one, &one, count, events, event);
  });
}

}  // namespace api
}  // namespace heddle::opencl
