#include <string_view>
#include <type_traits>

#include "api.h"
#include "info.h"

namespace heddle::opencl {
namespace {

/// Stands for any entry point that this platform does not have: images, samplers, pipes, shared virtual memory, other
/// interfaces, all optional in OpenCL 3.0. Objects are not made, commands not enqueued, and the error is
/// CL_INVALID_OPERATION.
struct Unsupported {
  template <typename Result, typename... Arguments>
  using Function = Result(CL_API_CALL*)(Arguments...);
  template <typename Result, typename... Arguments>
  operator Function<Result, Arguments...>() const {  // NOLINT(google-explicit-constructor): it stands in an initialiser
    return [](Arguments... arguments) -> Result {
      if constexpr (std::is_same_v<Result, cl_int>) {
        return CL_INVALID_OPERATION;
      } else if constexpr (!std::is_void_v<Result>) {
        const auto set_code = [](auto last) {
          if constexpr (std::is_same_v<decltype(last), cl_int*>) {
            if (last) *last = CL_INVALID_OPERATION;
          }
        };
        (set_code(arguments), ...);
        return nullptr;
      }
    };
  }
};
cl_int CL_API_CALL GetSupportedImageFormats(cl_context handle, cl_mem_flags, cl_mem_object_type, cl_uint count,
                                            cl_image_format* formats, cl_uint* found) {
  return guarded([&] {
    context_of(handle);
    require(count != 0 || !formats, CL_INVALID_VALUE);
    if (found) *found = 0;
  });
}

// No object of these kinds exists.
cl_int CL_API_CALL GetImageInfo(cl_mem, cl_image_info, size_t, void*, size_t*) { return CL_INVALID_MEM_OBJECT; }
cl_int CL_API_CALL GetPipeInfo(cl_mem, cl_pipe_info, size_t, void*, size_t*) { return CL_INVALID_MEM_OBJECT; }
cl_int CL_API_CALL RetainSampler(cl_sampler) { return CL_INVALID_SAMPLER; }
cl_int CL_API_CALL ReleaseSampler(cl_sampler) { return CL_INVALID_SAMPLER; }
cl_int CL_API_CALL GetSamplerInfo(cl_sampler, cl_sampler_info, size_t, void*, size_t*) { return CL_INVALID_SAMPLER; }
void* CL_API_CALL SVMAlloc(cl_context, cl_svm_mem_flags, size_t, cl_uint) { return nullptr; }

cl_program CL_API_CALL CreateProgramWithBuiltInKernels(cl_context handle, cl_uint count, const cl_device_id* devices,
                                                       const char* names, cl_int* code) {
  return guarded_object(code, [&]() -> cl_program {
    context_of(handle);
    require(count != 0 && devices && names, CL_INVALID_VALUE);
    throw ClError(CL_INVALID_VALUE);  // There are no built-in kernels.
  });
}

void* CL_API_CALL GetExtensionFunctionAddress(const char* name);
void* CL_API_CALL GetExtensionFunctionAddressForPlatform(cl_platform_id platform_handle, const char* name) {
  if (platform_handle != &platform()) return nullptr;
  return GetExtensionFunctionAddress(name);
}

void* CL_API_CALL GetExtensionFunctionAddress(const char* name) {
  const std::string_view wanted = name ? name : "";
  if (wanted == "clIcdGetPlatformIDsKHR") return reinterpret_cast<void*>(&clIcdGetPlatformIDsKHR);
  if (wanted == "clGetPlatformInfo") return reinterpret_cast<void*>(&api::GetPlatformInfo);
  if (wanted == "clGetKernelSubGroupInfoKHR") return reinterpret_cast<void*>(&api::GetKernelSubGroupInfo);
  return nullptr;
}

}  // namespace

const cl_icd_dispatch kDispatch = {
    .clGetPlatformIDs = api::GetPlatformIDs,
    .clGetPlatformInfo = api::GetPlatformInfo,
    .clGetDeviceIDs = api::GetDeviceIDs,
    .clGetDeviceInfo = api::GetDeviceInfo,
    .clCreateContext = api::CreateContext,
    .clCreateContextFromType = api::CreateContextFromType,
    .clRetainContext = api::RetainContext,
    .clReleaseContext = api::ReleaseContext,
    .clGetContextInfo = api::GetContextInfo,
    .clCreateCommandQueue = api::CreateCommandQueue,
    .clRetainCommandQueue = api::RetainCommandQueue,
    .clReleaseCommandQueue = api::ReleaseCommandQueue,
    .clGetCommandQueueInfo = api::GetCommandQueueInfo,
    .clSetCommandQueueProperty = api::SetCommandQueueProperty,
    .clCreateBuffer = api::CreateBuffer,
    .clCreateImage2D = Unsupported{},
    .clCreateImage3D = Unsupported{},
    .clRetainMemObject = api::RetainMemObject,
    .clReleaseMemObject = api::ReleaseMemObject,
    .clGetSupportedImageFormats = GetSupportedImageFormats,
    .clGetMemObjectInfo = api::GetMemObjectInfo,
    .clGetImageInfo = GetImageInfo,
    .clCreateSampler = Unsupported{},
    .clRetainSampler = RetainSampler,
    .clReleaseSampler = ReleaseSampler,
    .clGetSamplerInfo = GetSamplerInfo,
    .clCreateProgramWithSource = api::CreateProgramWithSource,
    .clCreateProgramWithBinary = api::CreateProgramWithBinary,
    .clRetainProgram = api::RetainProgram,
    .clReleaseProgram = api::ReleaseProgram,
    .clBuildProgram = api::BuildProgram,
    .clUnloadCompiler = api::UnloadCompiler,
    .clGetProgramInfo = api::GetProgramInfo,
    .clGetProgramBuildInfo = api::GetProgramBuildInfo,
    .clCreateKernel = api::CreateKernel,
    .clCreateKernelsInProgram = api::CreateKernelsInProgram,
    .clRetainKernel = api::RetainKernel,
    .clReleaseKernel = api::ReleaseKernel,
    .clSetKernelArg = api::SetKernelArg,
    .clGetKernelInfo = api::GetKernelInfo,
    .clGetKernelWorkGroupInfo = api::GetKernelWorkGroupInfo,
    .clWaitForEvents = api::WaitForEvents,
    .clGetEventInfo = api::GetEventInfo,
    .clRetainEvent = api::RetainEvent,
    .clReleaseEvent = api::ReleaseEvent,
    .clGetEventProfilingInfo = api::GetEventProfilingInfo,
    .clFlush = api::Flush,
    .clFinish = api::Finish,
    .clEnqueueReadBuffer = api::EnqueueReadBuffer,
    .clEnqueueWriteBuffer = api::EnqueueWriteBuffer,
    .clEnqueueCopyBuffer = api::EnqueueCopyBuffer,
    .clEnqueueReadImage = Unsupported{},
    .clEnqueueWriteImage = Unsupported{},
    .clEnqueueCopyImage = Unsupported{},
    .clEnqueueCopyImageToBuffer = Unsupported{},
    .clEnqueueCopyBufferToImage = Unsupported{},
    .clEnqueueMapBuffer = api::EnqueueMapBuffer,
    .clEnqueueMapImage = Unsupported{},
    .clEnqueueUnmapMemObject = api::EnqueueUnmapMemObject,
    .clEnqueueNDRangeKernel = api::EnqueueNDRangeKernel,
    .clEnqueueTask = api::EnqueueTask,
    .clEnqueueNativeKernel = Unsupported{},
    .clEnqueueMarker = api::EnqueueMarker,
    .clEnqueueWaitForEvents = api::EnqueueWaitForEvents,
    .clEnqueueBarrier = api::EnqueueBarrier,
    .clGetExtensionFunctionAddress = GetExtensionFunctionAddress,
    .clCreateFromGLBuffer = Unsupported{},
    .clCreateFromGLTexture2D = Unsupported{},
    .clCreateFromGLTexture3D = Unsupported{},
    .clCreateFromGLRenderbuffer = Unsupported{},
    .clGetGLObjectInfo = Unsupported{},
    .clGetGLTextureInfo = Unsupported{},
    .clEnqueueAcquireGLObjects = Unsupported{},
    .clEnqueueReleaseGLObjects = Unsupported{},
    .clGetGLContextInfoKHR = Unsupported{},
    .clGetDeviceIDsFromD3D10KHR = nullptr,
    .clCreateFromD3D10BufferKHR = nullptr,
    .clCreateFromD3D10Texture2DKHR = nullptr,
    .clCreateFromD3D10Texture3DKHR = nullptr,
    .clEnqueueAcquireD3D10ObjectsKHR = nullptr,
    .clEnqueueReleaseD3D10ObjectsKHR = nullptr,
    .clSetEventCallback = api::SetEventCallback,
    .clCreateSubBuffer = api::CreateSubBuffer,
    .clSetMemObjectDestructorCallback = api::SetMemObjectDestructorCallback,
    .clCreateUserEvent = api::CreateUserEvent,
    .clSetUserEventStatus = api::SetUserEventStatus,
    .clEnqueueReadBufferRect = api::EnqueueReadBufferRect,
    .clEnqueueWriteBufferRect = api::EnqueueWriteBufferRect,
    .clEnqueueCopyBufferRect = api::EnqueueCopyBufferRect,
    .clCreateSubDevicesEXT = Unsupported{},
    .clRetainDeviceEXT = api::RetainDevice,
    .clReleaseDeviceEXT = api::ReleaseDevice,
    .clCreateEventFromGLsyncKHR = Unsupported{},
    .clCreateSubDevices = api::CreateSubDevices,
    .clRetainDevice = api::RetainDevice,
    .clReleaseDevice = api::ReleaseDevice,
    .clCreateImage = Unsupported{},
    .clCreateProgramWithBuiltInKernels = CreateProgramWithBuiltInKernels,
    .clCompileProgram = api::CompileProgram,
    .clLinkProgram = api::LinkProgram,
    .clUnloadPlatformCompiler = api::UnloadPlatformCompiler,
    .clGetKernelArgInfo = api::GetKernelArgInfo,
    .clEnqueueFillBuffer = api::EnqueueFillBuffer,
    .clEnqueueFillImage = Unsupported{},
    .clEnqueueMigrateMemObjects = api::EnqueueMigrateMemObjects,
    .clEnqueueMarkerWithWaitList = api::EnqueueMarkerWithWaitList,
    .clEnqueueBarrierWithWaitList = api::EnqueueBarrierWithWaitList,
    .clGetExtensionFunctionAddressForPlatform = GetExtensionFunctionAddressForPlatform,
    .clCreateFromGLTexture = Unsupported{},
    .clGetDeviceIDsFromD3D11KHR = nullptr,
    .clCreateFromD3D11BufferKHR = nullptr,
    .clCreateFromD3D11Texture2DKHR = nullptr,
    .clCreateFromD3D11Texture3DKHR = nullptr,
    .clCreateFromDX9MediaSurfaceKHR = nullptr,
    .clEnqueueAcquireD3D11ObjectsKHR = nullptr,
    .clEnqueueReleaseD3D11ObjectsKHR = nullptr,
    .clGetDeviceIDsFromDX9MediaAdapterKHR = nullptr,
    .clEnqueueAcquireDX9MediaSurfacesKHR = nullptr,
    .clEnqueueReleaseDX9MediaSurfacesKHR = nullptr,
    .clCreateFromEGLImageKHR = Unsupported{},
    .clEnqueueAcquireEGLObjectsKHR = Unsupported{},
    .clEnqueueReleaseEGLObjectsKHR = Unsupported{},
    .clCreateEventFromEGLSyncKHR = Unsupported{},
    .clCreateCommandQueueWithProperties = api::CreateCommandQueueWithProperties,
    .clCreatePipe = Unsupported{},
    .clGetPipeInfo = GetPipeInfo,
    .clSVMAlloc = SVMAlloc,
    .clSVMFree = Unsupported{},
    .clEnqueueSVMFree = Unsupported{},
    .clEnqueueSVMMemcpy = Unsupported{},
    .clEnqueueSVMMemFill = Unsupported{},
    .clEnqueueSVMMap = Unsupported{},
    .clEnqueueSVMUnmap = Unsupported{},
    .clCreateSamplerWithProperties = Unsupported{},
    .clSetKernelArgSVMPointer = Unsupported{},
    .clSetKernelExecInfo = Unsupported{},
    .clGetKernelSubGroupInfoKHR = api::GetKernelSubGroupInfo,
    .clCloneKernel = api::CloneKernel,
    .clCreateProgramWithIL = Unsupported{},
    .clEnqueueSVMMigrateMem = Unsupported{},
    .clGetDeviceAndHostTimer = Unsupported{},
    .clGetHostTimer = Unsupported{},
    .clGetKernelSubGroupInfo = api::GetKernelSubGroupInfo,
    .clSetDefaultDeviceCommandQueue = Unsupported{},
    .clSetProgramReleaseCallback = Unsupported{},
    .clSetProgramSpecializationConstant = Unsupported{},
    .clCreateBufferWithProperties = api::CreateBufferWithProperties,
    .clCreateImageWithProperties = Unsupported{},
    .clSetContextDestructorCallback = api::SetContextDestructorCallback,
};

}  // namespace heddle::opencl

extern "C" {

/// What the ICD loader asks for first.
CL_API_ENTRY cl_int CL_API_CALL clIcdGetPlatformIDsKHR(cl_uint count, cl_platform_id* platforms, cl_uint* found) {
  return heddle::opencl::api::GetPlatformIDs(count, platforms, found);
}

CL_API_ENTRY void* CL_API_CALL clGetExtensionFunctionAddress(const char* name) {
  return heddle::opencl::kDispatch.clGetExtensionFunctionAddress(name);
}

CL_API_ENTRY cl_int CL_API_CALL clGetPlatformInfo(cl_platform_id platform, cl_platform_info name, size_t size,
                                                  void* value, size_t* needed) {
  return heddle::opencl::api::GetPlatformInfo(platform, name, size, value, needed);
}
}
