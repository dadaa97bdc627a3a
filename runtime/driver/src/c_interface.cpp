// The C interface: errors, devices, contexts, memory.
#include "c_interface.h"

#include <algorithm>
#include <cstring>

#include "heddle/driver/provider.h"

namespace heddle::driver {
namespace {

thread_local std::string last_error;

std::string text_or(const char* text, const std::string& otherwise) { return text == nullptr ? otherwise : text; }

template <size_t kSize>
void copy_text(char (&to)[kSize], const std::string& from) {
  const size_t length = std::min(from.size(), kSize - 1);
  std::memcpy(to, from.data(), length);
  to[length] = 0;
}

void call_back(heddle_fault_callback callback, void* user, const Event& event, const DeviceError& error) {
  heddle_fault fault{};
  fault.error = code_of(error.kind());
  fault.text = error.what();
  fault.kernel = event.label().c_str();
  if (const auto& report = error.fault()) {
    fault.cause = report->cause;
    fault.pc = report->pc;
    fault.has_address = report->address ? 1 : 0;
    fault.address = report->address.value_or(0);
    for (size_t i = 0; i < 3; ++i) {
      fault.group[i] = report->group[i];
      fault.local[i] = report->local[i];
    }
    fault.lane = report->lane;
    fault.warp = report->warp;
    fault.core = report->core;
  }
  callback(&fault, user);
}

}  // namespace

DeviceOptions options_of(const heddle_device_options& from) {
  DeviceOptions options;
  const std::string backend = text_or(from.backend, "model");
  if (backend == "model") {
    options.backend = BackendKind::kModel;
  } else if (backend == "rtl") {
    options.backend = BackendKind::kRtl;
  } else if (backend == "remote") {
    options.backend = BackendKind::kRemote;
  } else {
    throw DeviceError(ErrorKind::kInvalidArgument, "backend '" + backend + "': known are model, rtl, remote");
  }
  options.configuration = text_or(from.configuration, options.configuration);
  options.firmware = text_or(from.firmware, "");
  options.rtl_library = text_or(from.rtl_library, "");
  options.socket = text_or(from.socket, "");
  if (from.memory_bytes != 0) options.memory_bytes = from.memory_bytes;
  return options;
}

heddle_error code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kFault: return HEDDLE_FAULT;
    case ErrorKind::kTimeout: return HEDDLE_TIMEOUT;
    case ErrorKind::kRejected: return HEDDLE_REJECTED;
    case ErrorKind::kNoResources: return HEDDLE_NO_RESOURCES;
    case ErrorKind::kAborted: return HEDDLE_ABORTED;
    case ErrorKind::kOutOfMemory: return HEDDLE_OUT_OF_MEMORY;
    case ErrorKind::kBadElf: return HEDDLE_BAD_ELF;
    case ErrorKind::kInvalidArgument: return HEDDLE_INVALID_ARGUMENT;
    case ErrorKind::kUnavailable: return HEDDLE_UNAVAILABLE;
    case ErrorKind::kLockstepMismatch:
    case ErrorKind::kDeviceLost: return HEDDLE_DEVICE_LOST;
  }
  return HEDDLE_DEVICE_LOST;
}

heddle_error fail(heddle_error code, const std::string& text) {
  last_error = text;
  return code;
}

void require(const void* pointer, const char* name) {
  if (pointer == nullptr) throw DeviceError(ErrorKind::kInvalidArgument, std::string(name) + " is null");
}

void give_text(const std::string& text, char* to, size_t* bytes) {
  require(bytes, "bytes");
  const size_t needed = text.size() + 1;
  if (to != nullptr && *bytes < needed) {
    throw DeviceError(ErrorKind::kInvalidArgument, "the text needs " + std::to_string(needed) + " bytes");
  }
  if (to != nullptr) std::memcpy(to, text.c_str(), needed);
  *bytes = needed;
}

}  // namespace heddle::driver

using namespace heddle::driver;

const char* heddle_last_error(void) { return last_error.c_str(); }

const char* heddle_error_name(heddle_error error) {
  switch (error) {
    case HEDDLE_SUCCESS: return "success";
    case HEDDLE_INVALID_ARGUMENT: return "invalid argument";
    case HEDDLE_INVALID_HANDLE: return "invalid handle";
    case HEDDLE_OUT_OF_MEMORY: return "out of memory";
    case HEDDLE_NO_RESOURCES: return "no resources";
    case HEDDLE_BAD_ELF: return "bad ELF";
    case HEDDLE_UNAVAILABLE: return "unavailable";
    case HEDDLE_REJECTED: return "rejected";
    case HEDDLE_FAULT: return "fault";
    case HEDDLE_TIMEOUT: return "timeout";
    case HEDDLE_ABORTED: return "aborted";
    case HEDDLE_DEVICE_LOST: return "device lost";
    case HEDDLE_IN_CALLBACK: return "in a callback";
  }
  return "unknown";
}

heddle_error heddle_device_open(const heddle_device_options* options, heddle_device* device) {
  return guarded([&] {
    require(options, "options");
    require(device, "device");
    auto made = std::make_shared<DeviceObject>();
    made->provider = open_provider(options_of(*options));
    give(device, made, nullptr);
  });
}

heddle_error heddle_device_close(heddle_device device) {
  return guarded_outside_callback([&] { Handles::all().remove(device, DeviceObject::kKind); });
}

heddle_error heddle_device_query(heddle_device device, heddle_device_info* info) {
  return guarded([&] {
    const auto of = object<DeviceObject>(device);
    require(info, "info");
    const DeviceInfo found = of->provider->info();
    copy_text(info->backend, found.backend);
    copy_text(info->configuration, found.configuration);
    info->cores = found.shape.cores;
    info->warps = found.shape.warps;
    info->lanes = found.shape.lanes;
    info->regions = found.shape.regions;
    info->scratchpad_bytes = found.shape.scratchpad_bytes;
    info->line_bytes = found.shape.line_bytes;
    info->contexts = found.contexts;
    info->queues = found.queues;
    info->memory_bytes = found.memory_bytes;
  });
}

heddle_error heddle_device_status(heddle_device device, char* text, size_t* bytes) {
  return guarded([&] {
    const auto of = object<DeviceObject>(device);
    require(bytes, "bytes");
    give_text(of->provider->status(), text, bytes);
  });
}

heddle_error heddle_device_reset(heddle_device device) {
  return guarded_outside_callback([&] { object<DeviceObject>(device)->provider->reset(); });
}

heddle_error heddle_context_create(heddle_device device, uint64_t memory_bytes, heddle_context* context) {
  return guarded([&] {
    const auto of = object<DeviceObject>(device);
    require(context, "context");
    auto made = std::make_shared<ContextObject>();
    made->context = Context::create(*of->provider, {.memory_bytes = memory_bytes, .owner = {}});
    give(context, made, device);
  });
}

heddle_error heddle_context_destroy(heddle_context context) {
  return guarded_outside_callback([&] { Handles::all().remove(context, ContextObject::kKind); });
}

heddle_error heddle_context_on_fault(heddle_context context, heddle_fault_callback callback, void* user) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    if (callback == nullptr) {
      of->context->on_fault(nullptr);
    } else {
      of->context->on_fault(
          [=](const Event& event, const DeviceError& error) { call_back(callback, user, event, error); });
    }
  });
}

heddle_error heddle_context_memory(heddle_context context, uint64_t* capacity, uint64_t* used) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(capacity, "capacity");
    require(used, "used");
    *capacity = of->context->capacity();
    *used = of->context->used();
  });
}

heddle_error heddle_memory_allocate(heddle_context context, uint64_t bytes, uint32_t alignment, uint32_t* address) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(address, "address");
    *address = of->context->allocate(bytes, alignment == 0 ? Allocator::kDefaultAlignment + 0 : alignment);
  });
}

heddle_error heddle_memory_free(heddle_context context, uint32_t address) {
  return guarded([&] { object<ContextObject>(context)->context->free(address); });
}

heddle_error heddle_memory_write(heddle_context context, uint32_t address, const void* from, uint64_t bytes) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(from, "from");
    of->context->write(address, {static_cast<const std::byte*>(from), bytes});
  });
}

heddle_error heddle_memory_read(heddle_context context, uint32_t address, void* to, uint64_t bytes) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(to, "to");
    of->context->read(address, {static_cast<std::byte*>(to), bytes});
  });
}

heddle_error heddle_memory_map(heddle_context context, uint32_t address, uint64_t bytes, uint32_t flags, void** view) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(view, "view");
    *view = of->context->map(address, bytes, flags);
  });
}

heddle_error heddle_memory_unmap(heddle_context context, void* view) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(view, "view");
    of->context->unmap(view);
  });
}

heddle_error heddle_memory_pin(heddle_context context, void* memory, uint64_t bytes) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(memory, "memory");
    of->context->pin({static_cast<std::byte*>(memory), bytes});
  });
}

heddle_error heddle_memory_unpin(heddle_context context, void* memory) {
  return guarded([&] {
    const auto of = object<ContextObject>(context);
    require(memory, "memory");
    of->context->unpin(static_cast<std::byte*>(memory));
  });
}
