#include <cstring>
#include <sstream>

#include "info.h"
#include "program.h"

namespace heddle::opencl {
namespace {

const char* const kMagic = "HEDDLE-OPENCL-1";

std::string kernel_names(const Image& image) {
  std::string names;
  for (const KernelInfo& kernel : image.kernels) names += (names.empty() ? "" : ";") + kernel.name;
  return names;
}

const Image& built(const _cl_program& program) {
  require(program.image != nullptr && program.status == CL_BUILD_SUCCESS, CL_INVALID_PROGRAM_EXECUTABLE);
  return *program.image;
}

}  // namespace

std::string to_binary(const _cl_program& program) {
  std::string first, second;
  if (program.image) {
    first = read_file(program.image->file);
    second = program.image->description;
  } else {
    first = program.module;
  }
  if (first.empty()) return {};
  std::ostringstream out;
  out << kMagic << ' ' << program.binary_type << ' ' << first.size() << ' ' << second.size() << '\n' << first << second;
  return out.str();
}

void from_binary(_cl_program& program, const std::string& binary) {
  const size_t line = binary.find('\n');
  require(line != std::string::npos, CL_INVALID_BINARY);
  std::istringstream head(binary.substr(0, line));
  std::string magic;
  size_t first = 0, second = 0;
  require(static_cast<bool>(head >> magic >> program.binary_type >> first >> second) && magic == kMagic,
          CL_INVALID_BINARY);
  const size_t all = binary.size() - line - 1;
  require(first <= all && second == all - first, CL_INVALID_BINARY);
  const std::string body = binary.substr(line + 1);
  if (program.binary_type != CL_PROGRAM_BINARY_TYPE_EXECUTABLE) {
    program.module = body.substr(0, first);
    return;
  }
  try {
    program.image = load_image(body.substr(0, first), body.substr(first));
  } catch (const std::exception&) {
    throw ClError(CL_INVALID_BINARY);
  }
}

namespace api {

cl_program CL_API_CALL CreateProgramWithBinary(cl_context handle, cl_uint count, const cl_device_id* devices,
                                               const size_t* lengths, const unsigned char** binaries, cl_int* statuses,
                                               cl_int* code) {
  return guarded_object(code, [&]() -> cl_program {
    const auto context = context_of(handle);
    require(count != 0 && devices && lengths && binaries, CL_INVALID_VALUE);
    for (cl_uint i = 0; i < count; ++i) require(context->has(find(devices[i]).get()), CL_INVALID_DEVICE);
    for (cl_uint i = 0; i < count; ++i) {
      const bool good = lengths[i] != 0 && binaries[i] != nullptr;
      if (statuses) statuses[i] = good ? CL_SUCCESS : CL_INVALID_VALUE;
      require(good, CL_INVALID_VALUE);
    }
    auto program = make_object<_cl_program>();
    // To the program it exists once its binary was understood.
    const auto owner = unregister_object(program.get());
    program->context = context;
    try {
      from_binary(*program, std::string(reinterpret_cast<const char*>(binaries[0]), lengths[0]));
    } catch (const ClError& error) {
      if (statuses) statuses[0] = error.code();
      throw;
    }
    register_object(program.get(), Kind::kProgram, owner);
    return program.get();
  });
}

cl_int CL_API_CALL GetProgramInfo(cl_program handle, cl_program_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const ProgramPtr program = program_of(handle);
    const InfoReply reply(size, value, needed);
    const std::lock_guard lock(program->mutex);
    switch (name) {
      case CL_PROGRAM_REFERENCE_COUNT: return reply.scalar<cl_uint>(program->references);
      case CL_PROGRAM_CONTEXT: return reply.scalar<cl_context>(program->context.get());
      case CL_PROGRAM_NUM_DEVICES: return reply.scalar<cl_uint>(1);
      case CL_PROGRAM_DEVICES: return reply.scalar<cl_device_id>(program->context->devices.front().get());
      case CL_PROGRAM_SOURCE: return reply.text(program->source);
      case CL_PROGRAM_IL: return reply.bytes(nullptr, 0);
      case CL_PROGRAM_BINARY_SIZES: return reply.scalar<size_t>(to_binary(*program).size());
      case CL_PROGRAM_BINARIES: {
        if (needed) *needed = sizeof(unsigned char*);
        if (!value) return;
        require(size >= sizeof(unsigned char*), CL_INVALID_VALUE);
        unsigned char* const target = *static_cast<unsigned char**>(value);
        const std::string binary = to_binary(*program);
        if (target) std::memcpy(target, binary.data(), binary.size());
        return;
      }
      case CL_PROGRAM_NUM_KERNELS: return reply.scalar<size_t>(built(*program).kernels.size());
      case CL_PROGRAM_KERNEL_NAMES: return reply.text(kernel_names(built(*program)));
      case CL_PROGRAM_SCOPE_GLOBAL_CTORS_PRESENT:
      case CL_PROGRAM_SCOPE_GLOBAL_DTORS_PRESENT: return reply.scalar<cl_bool>(CL_FALSE);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL GetProgramBuildInfo(cl_program handle, cl_device_id device, cl_program_build_info name, size_t size,
                                       void* value, size_t* needed) {
  return guarded([&] {
    const ProgramPtr program = program_of(handle);
    require(program->context->has(find(device).get()), CL_INVALID_DEVICE);
    const InfoReply reply(size, value, needed);
    const std::lock_guard lock(program->mutex);
    switch (name) {
      case CL_PROGRAM_BUILD_STATUS: return reply.scalar(program->status);
      case CL_PROGRAM_BUILD_OPTIONS: return reply.text(program->options);
      case CL_PROGRAM_BUILD_LOG: return reply.text(program->log);
      case CL_PROGRAM_BINARY_TYPE: return reply.scalar(program->binary_type);
      case CL_PROGRAM_BUILD_GLOBAL_VARIABLE_TOTAL_SIZE: return reply.scalar<size_t>(0);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

}  // namespace api
}  // namespace heddle::opencl
