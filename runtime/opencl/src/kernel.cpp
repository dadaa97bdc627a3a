#include "kernel.h"

#include <cstring>

#include "info.h"

_cl_kernel::_cl_kernel(heddle::opencl::ProgramPtr of, std::shared_ptr<const heddle::opencl::Image> in,
                       const heddle::opencl::KernelInfo& what)
    : program(std::move(of)), image(std::move(in)), info(what), values(what.arguments.size()) {
  const std::lock_guard lock(program->mutex);
  ++program->kernels;
}

void _cl_kernel::forgotten() {
  const std::lock_guard lock(program->mutex);
  --program->kernels;
}

namespace heddle::opencl {

KernelPtr kernel_of(cl_kernel handle) {
  KernelPtr kernel = find(handle);
  require(kernel != nullptr, CL_INVALID_KERNEL);
  return kernel;
}

namespace {

std::shared_ptr<const Image> executable(_cl_program& program) {
  const std::lock_guard lock(program.mutex);
  // (What came from a binary that was built needs no second building.)
  require(program.image != nullptr && (program.status == CL_BUILD_SUCCESS || program.source.empty()),
          CL_INVALID_PROGRAM_EXECUTABLE);
  return program.image;
}

_cl_kernel::Value read_value(const ArgumentInfo& argument, size_t size, const void* value) {
  _cl_kernel::Value result;
  result.set = true;
  switch (argument.kind) {
    case ArgumentKind::kLocal:
      require(value == nullptr, CL_INVALID_ARG_VALUE);
      require(size != 0, CL_INVALID_ARG_SIZE);
      result.local_bytes = size;
      break;
    case ArgumentKind::kGlobal:
    case ArgumentKind::kConstant:
      require(size == sizeof(cl_mem), CL_INVALID_ARG_SIZE);
      if (value) {
        cl_mem handle = nullptr;
        std::memcpy(&handle, value, sizeof handle);
        if (handle) {
          result.memory = find(handle);
          require(result.memory != nullptr, CL_INVALID_MEM_OBJECT);
        }
      }
      break;
    case ArgumentKind::kValue:
      require(size == argument.size, CL_INVALID_ARG_SIZE);
      require(value != nullptr, CL_INVALID_ARG_VALUE);
      result.bytes.resize(size);
      std::memcpy(result.bytes.data(), value, size);
      break;
  }
  return result;
}

}  // namespace

namespace api {

cl_kernel CL_API_CALL CreateKernel(cl_program handle, const char* name, cl_int* code) {
  return guarded_object(code, [&]() -> cl_kernel {
    const ProgramPtr program = program_of(handle);
    const auto image = executable(*program);
    require(name != nullptr, CL_INVALID_VALUE);
    const KernelInfo* info = image->kernel(name);
    require(info != nullptr, CL_INVALID_KERNEL_NAME);
    return make_object<_cl_kernel>(program, image, *info).get();
  });
}

cl_int CL_API_CALL CreateKernelsInProgram(cl_program handle, cl_uint count, cl_kernel* kernels, cl_uint* found) {
  return guarded([&] {
    const ProgramPtr program = program_of(handle);
    const auto image = executable(*program);
    require(!kernels || count >= image->kernels.size(), CL_INVALID_VALUE);
    for (size_t i = 0; kernels && i < image->kernels.size(); ++i) {
      kernels[i] = make_object<_cl_kernel>(program, image, image->kernels[i]).get();
    }
    if (found) *found = static_cast<cl_uint>(image->kernels.size());
  });
}

cl_kernel CL_API_CALL CloneKernel(cl_kernel handle, cl_int* code) {
  return guarded_object(code, [&]() -> cl_kernel {
    const KernelPtr kernel = kernel_of(handle);
    auto copy = make_object<_cl_kernel>(kernel->program, kernel->image, kernel->info);
    const std::lock_guard lock(kernel->mutex);
    copy->values = kernel->values;
    return copy.get();
  });
}

cl_int CL_API_CALL RetainKernel(cl_kernel handle) { return retain(handle, CL_INVALID_KERNEL); }
cl_int CL_API_CALL ReleaseKernel(cl_kernel handle) { return release(handle, CL_INVALID_KERNEL); }

cl_int CL_API_CALL SetKernelArg(cl_kernel handle, cl_uint index, size_t size, const void* value) {
  return guarded([&] {
    const KernelPtr kernel = kernel_of(handle);
    require(index < kernel->values.size(), CL_INVALID_ARG_INDEX);
    _cl_kernel::Value read = read_value(kernel->info.arguments[index], size, value);
    const std::lock_guard lock(kernel->mutex);
    kernel->values[index] = std::move(read);
  });
}

cl_int CL_API_CALL GetKernelInfo(cl_kernel handle, cl_kernel_info name, size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const KernelPtr kernel = kernel_of(handle);
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_KERNEL_FUNCTION_NAME: return reply.text(kernel->info.name);
      case CL_KERNEL_NUM_ARGS: return reply.scalar(static_cast<cl_uint>(kernel->values.size()));
      case CL_KERNEL_REFERENCE_COUNT: return reply.scalar<cl_uint>(kernel->references);
      case CL_KERNEL_CONTEXT: return reply.scalar<cl_context>(kernel->program->context.get());
      case CL_KERNEL_PROGRAM: return reply.scalar<cl_program>(kernel->program.get());
      case CL_KERNEL_ATTRIBUTES: return reply.text(kernel->info.attributes);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL GetKernelArgInfo(cl_kernel handle, cl_uint index, cl_kernel_arg_info name, size_t size, void* value,
                                    size_t* needed) {
  return guarded([&] {
    const KernelPtr kernel = kernel_of(handle);
    require(index < kernel->values.size(), CL_INVALID_ARG_INDEX);
    {
      const std::lock_guard lock(kernel->program->mutex);
      require(kernel->program->keeps_argument_info, CL_KERNEL_ARG_INFO_NOT_AVAILABLE);
    }
    const ArgumentInfo& argument = kernel->info.arguments[index];
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_KERNEL_ARG_ADDRESS_QUALIFIER: {
        constexpr cl_kernel_arg_address_qualifier kQualifiers[] = {
            CL_KERNEL_ARG_ADDRESS_PRIVATE, CL_KERNEL_ARG_ADDRESS_GLOBAL, CL_KERNEL_ARG_ADDRESS_CONSTANT,
            CL_KERNEL_ARG_ADDRESS_LOCAL};
        return reply.scalar(kQualifiers[static_cast<int>(argument.kind)]);
      }
      case CL_KERNEL_ARG_ACCESS_QUALIFIER:
        return reply.scalar<cl_kernel_arg_access_qualifier>(CL_KERNEL_ARG_ACCESS_NONE);
      case CL_KERNEL_ARG_TYPE_NAME: return reply.text(argument.type);
      case CL_KERNEL_ARG_NAME: return reply.text(argument.name);
      case CL_KERNEL_ARG_TYPE_QUALIFIER: {
        cl_kernel_arg_type_qualifier qualifier = CL_KERNEL_ARG_TYPE_NONE;
        if (argument.qualifier.find("const") != std::string::npos) qualifier |= CL_KERNEL_ARG_TYPE_CONST;
        if (argument.qualifier.find("restrict") != std::string::npos) qualifier |= CL_KERNEL_ARG_TYPE_RESTRICT;
        if (argument.qualifier.find("volatile") != std::string::npos) qualifier |= CL_KERNEL_ARG_TYPE_VOLATILE;
        return reply.scalar(qualifier);
      }
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

cl_int CL_API_CALL GetKernelWorkGroupInfo(cl_kernel handle, cl_device_id device_handle, cl_kernel_work_group_info name,
                                          size_t size, void* value, size_t* needed) {
  return guarded([&] {
    const KernelPtr kernel = kernel_of(handle);
    const auto& context = *kernel->program->context;
    require(device_handle == nullptr || context.has(find(device_handle).get()), CL_INVALID_DEVICE);
    const _cl_device_id& device = *context.devices.front();
    const InfoReply reply(size, value, needed);
    switch (name) {
      case CL_KERNEL_WORK_GROUP_SIZE: return reply.scalar<size_t>(device.threads());
      case CL_KERNEL_COMPILE_WORK_GROUP_SIZE: {
        const auto& wanted = kernel->info.required_size;
        return reply.list(std::vector<size_t>(wanted.begin(), wanted.end()));
      }
      case CL_KERNEL_LOCAL_MEM_SIZE: {
        cl_ulong bytes = kernel->info.local_bytes;
        const std::lock_guard lock(kernel->mutex);
        for (const auto& one : kernel->values) bytes += one.local_bytes;
        return reply.scalar(bytes);
      }
      case CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE: return reply.scalar<size_t>(device.configuration.lanes);
      case CL_KERNEL_PRIVATE_MEM_SIZE: return reply.scalar<cl_ulong>(kernel->info.private_bytes);
      default: throw ClError(CL_INVALID_VALUE);  // CL_KERNEL_GLOBAL_WORK_SIZE: for built-in kernels only.
    }
  });
}

cl_int CL_API_CALL GetKernelSubGroupInfo(cl_kernel handle, cl_device_id device_handle, cl_kernel_sub_group_info name,
                                         size_t input_size, const void* input, size_t size, void* value,
                                         size_t* needed) {
  return guarded([&] {
    const KernelPtr kernel = kernel_of(handle);
    const auto& context = *kernel->program->context;
    require(device_handle == nullptr || context.has(find(device_handle).get()), CL_INVALID_DEVICE);
    const _cl_device_id& device = *context.devices.front();
    const size_t lanes = device.configuration.lanes;
    const InfoReply reply(size, value, needed);
    const auto items = [&] {
      require(input != nullptr && input_size != 0 && input_size % sizeof(size_t) == 0, CL_INVALID_VALUE);
      size_t all = 1;
      for (size_t i = 0; i < input_size / sizeof(size_t); ++i) all *= static_cast<const size_t*>(input)[i];
      return all;
    };
    switch (name) {
      case CL_KERNEL_MAX_SUB_GROUP_SIZE_FOR_NDRANGE: return reply.scalar<size_t>(std::min(items(), lanes));
      case CL_KERNEL_SUB_GROUP_COUNT_FOR_NDRANGE: return reply.scalar<size_t>((items() + lanes - 1) / lanes);
      case CL_KERNEL_LOCAL_SIZE_FOR_SUB_GROUP_COUNT: {
        require(input != nullptr && input_size == sizeof(size_t), CL_INVALID_VALUE);
        const size_t wanted = *static_cast<const size_t*>(input) * lanes;
        std::vector<size_t> local(std::max<size_t>(size / sizeof(size_t), 1), 1);
        local[0] = wanted;
        if (wanted > device.threads()) local.assign(local.size(), 0);
        return reply.list(local);
      }
      case CL_KERNEL_MAX_NUM_SUB_GROUPS: return reply.scalar<size_t>(device.configuration.warps);
      case CL_KERNEL_COMPILE_NUM_SUB_GROUPS: return reply.scalar<size_t>(0);
      default: throw ClError(CL_INVALID_VALUE);
    }
  });
}

}  // namespace api
}  // namespace heddle::opencl
