#pragma once

#include "context.h"
#include "event.h"
#include "memory.h"

/// The entry points that do something, by file; kDispatch (dispatch.cpp) has them all. Semantics: the OpenCL 3.0 API
/// specification.
namespace heddle::opencl::api {

using BuildNotify = void(CL_CALLBACK*)(cl_program, void*);

// platform.cpp
cl_int CL_API_CALL GetPlatformIDs(cl_uint count, cl_platform_id* platforms, cl_uint* found);
cl_int CL_API_CALL GetPlatformInfo(cl_platform_id handle, cl_platform_info name, size_t size, void* value,
                                   size_t* needed);
cl_int CL_API_CALL GetDeviceIDs(cl_platform_id handle, cl_device_type type, cl_uint count, cl_device_id* devices,
                                cl_uint* found);
cl_int CL_API_CALL GetDeviceInfo(cl_device_id handle, cl_device_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL CreateSubDevices(cl_device_id handle, const cl_device_partition_property* list, cl_uint,
                                    cl_device_id*, cl_uint*);
cl_int CL_API_CALL RetainDevice(cl_device_id handle);
cl_int CL_API_CALL ReleaseDevice(cl_device_id handle);

// context.cpp
cl_context CL_API_CALL CreateContext(const cl_context_properties* properties, cl_uint count,
                                     const cl_device_id* handles, _cl_context::Notify callback, void* user,
                                     cl_int* code);
cl_context CL_API_CALL CreateContextFromType(const cl_context_properties* properties, cl_device_type type,
                                             _cl_context::Notify callback, void* user, cl_int* code);
cl_int CL_API_CALL RetainContext(cl_context handle);
cl_int CL_API_CALL ReleaseContext(cl_context handle);
cl_int CL_API_CALL GetContextInfo(cl_context handle, cl_context_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL SetContextDestructorCallback(cl_context handle, _cl_context::Destructor function, void* user);

// queue.cpp
cl_command_queue CL_API_CALL CreateCommandQueue(cl_context context, cl_device_id device,
                                                cl_command_queue_properties properties, cl_int* code);
cl_command_queue CL_API_CALL CreateCommandQueueWithProperties(cl_context context, cl_device_id device,
                                                              const cl_queue_properties* list, cl_int* code);
cl_int CL_API_CALL SetCommandQueueProperty(cl_command_queue, cl_command_queue_properties, cl_bool,
                                           cl_command_queue_properties*);
cl_int CL_API_CALL RetainCommandQueue(cl_command_queue handle);
cl_int CL_API_CALL ReleaseCommandQueue(cl_command_queue handle);
cl_int CL_API_CALL GetCommandQueueInfo(cl_command_queue handle, cl_command_queue_info name, size_t size, void* value,
                                       size_t* needed);
cl_int CL_API_CALL Flush(cl_command_queue handle);
cl_int CL_API_CALL Finish(cl_command_queue handle);
cl_int CL_API_CALL EnqueueMarkerWithWaitList(cl_command_queue queue, cl_uint count, const cl_event* events,
                                             cl_event* event);
cl_int CL_API_CALL EnqueueBarrierWithWaitList(cl_command_queue queue, cl_uint count, const cl_event* events,
                                              cl_event* event);
cl_int CL_API_CALL EnqueueMarker(cl_command_queue queue, cl_event* event);
cl_int CL_API_CALL EnqueueBarrier(cl_command_queue queue);
cl_int CL_API_CALL EnqueueWaitForEvents(cl_command_queue queue, cl_uint count, const cl_event* events);

// event.cpp
cl_int CL_API_CALL WaitForEvents(cl_uint count, const cl_event* events);
cl_int CL_API_CALL GetEventInfo(cl_event handle, cl_event_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL GetEventProfilingInfo(cl_event handle, cl_profiling_info name, size_t size, void* value,
                                         size_t* needed);
cl_event CL_API_CALL CreateUserEvent(cl_context handle, cl_int* code);
cl_int CL_API_CALL SetUserEventStatus(cl_event handle, cl_int status);
cl_int CL_API_CALL SetEventCallback(cl_event handle, cl_int level, _cl_event::Callback function, void* user);
cl_int CL_API_CALL RetainEvent(cl_event handle);
cl_int CL_API_CALL ReleaseEvent(cl_event handle);

// memory.cpp
cl_mem CL_API_CALL CreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void* host_ptr, cl_int* code);
cl_mem CL_API_CALL CreateBufferWithProperties(cl_context context, const cl_mem_properties* properties,
                                              cl_mem_flags flags, size_t size, void* host_ptr, cl_int* code);
cl_mem CL_API_CALL CreateSubBuffer(cl_mem handle, cl_mem_flags flags, cl_buffer_create_type type, const void* info,
                                   cl_int* code);
cl_int CL_API_CALL RetainMemObject(cl_mem handle);
cl_int CL_API_CALL ReleaseMemObject(cl_mem handle);
cl_int CL_API_CALL GetMemObjectInfo(cl_mem handle, cl_mem_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL SetMemObjectDestructorCallback(cl_mem handle, _cl_mem::Destructor function, void* user);

// memory_commands.cpp
cl_int CL_API_CALL EnqueueReadBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, size_t offset,
                                     size_t size, void* pointer, cl_uint count, const cl_event* events,
                                     cl_event* event);
cl_int CL_API_CALL EnqueueWriteBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, size_t offset,
                                      size_t size, const void* pointer, cl_uint count, const cl_event* events,
                                      cl_event* event);
cl_int CL_API_CALL EnqueueCopyBuffer(cl_command_queue queue_handle, cl_mem from_handle, cl_mem to_handle,
                                     size_t from_offset, size_t to_offset, size_t size, cl_uint count,
                                     const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueFillBuffer(cl_command_queue queue_handle, cl_mem handle, const void* pattern,
                                     size_t pattern_size, size_t offset, size_t size, cl_uint count,
                                     const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueReadBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                         const size_t* buffer_origin, const size_t* host_origin, const size_t* region,
                                         size_t buffer_row, size_t buffer_slice, size_t host_row, size_t host_slice,
                                         void* pointer, cl_uint count, const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueWriteBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                          const size_t* buffer_origin, const size_t* host_origin, const size_t* region,
                                          size_t buffer_row, size_t buffer_slice, size_t host_row, size_t host_slice,
                                          const void* pointer, cl_uint count, const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueCopyBufferRect(cl_command_queue queue_handle, cl_mem from_handle, cl_mem to_handle,
                                         const size_t* from_origin, const size_t* to_origin, const size_t* region,
                                         size_t from_row, size_t from_slice, size_t to_row, size_t to_slice,
                                         cl_uint count, const cl_event* events, cl_event* event);
void* CL_API_CALL EnqueueMapBuffer(cl_command_queue queue_handle, cl_mem handle, cl_bool blocking, cl_map_flags flags,
                                   size_t offset, size_t size, cl_uint count, const cl_event* events, cl_event* event,
                                   cl_int* code);
cl_int CL_API_CALL EnqueueUnmapMemObject(cl_command_queue queue_handle, cl_mem handle, void* pointer, cl_uint count,
                                         const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueMigrateMemObjects(cl_command_queue queue_handle, cl_uint memory_count, const cl_mem* handles,
                                            cl_mem_migration_flags flags, cl_uint count, const cl_event* events,
                                            cl_event* event);

// program.cpp
cl_program CL_API_CALL CreateProgramWithSource(cl_context handle, cl_uint count, const char** strings,
                                               const size_t* lengths, cl_int* code);
cl_int CL_API_CALL BuildProgram(cl_program handle, cl_uint count, const cl_device_id* devices, const char* text,
                                BuildNotify notify, void* user);
cl_int CL_API_CALL CompileProgram(cl_program handle, cl_uint count, const cl_device_id* devices, const char* text,
                                  cl_uint header_count, const cl_program* header_programs, const char** names,
                                  BuildNotify notify, void* user);
cl_program CL_API_CALL LinkProgram(cl_context handle, cl_uint count, const cl_device_id* devices, const char* text,
                                   cl_uint input_count, const cl_program* inputs, BuildNotify notify, void* user,
                                   cl_int* code);
cl_int CL_API_CALL UnloadCompiler();
cl_int CL_API_CALL UnloadPlatformCompiler(cl_platform_id handle);
cl_int CL_API_CALL RetainProgram(cl_program handle);
cl_int CL_API_CALL ReleaseProgram(cl_program handle);

// program_info.cpp
cl_program CL_API_CALL CreateProgramWithBinary(cl_context handle, cl_uint count, const cl_device_id* devices,
                                               const size_t* lengths, const unsigned char** binaries, cl_int* statuses,
                                               cl_int* code);
cl_int CL_API_CALL GetProgramInfo(cl_program handle, cl_program_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL GetProgramBuildInfo(cl_program handle, cl_device_id device, cl_program_build_info name, size_t size,
                                       void* value, size_t* needed);

// kernel.cpp
cl_kernel CL_API_CALL CreateKernel(cl_program handle, const char* name, cl_int* code);
cl_int CL_API_CALL CreateKernelsInProgram(cl_program handle, cl_uint count, cl_kernel* kernels, cl_uint* found);
cl_kernel CL_API_CALL CloneKernel(cl_kernel handle, cl_int* code);
cl_int CL_API_CALL RetainKernel(cl_kernel handle);
cl_int CL_API_CALL ReleaseKernel(cl_kernel handle);
cl_int CL_API_CALL SetKernelArg(cl_kernel handle, cl_uint index, size_t size, const void* value);
cl_int CL_API_CALL GetKernelInfo(cl_kernel handle, cl_kernel_info name, size_t size, void* value, size_t* needed);
cl_int CL_API_CALL GetKernelArgInfo(cl_kernel handle, cl_uint index, cl_kernel_arg_info name, size_t size, void* value,
                                    size_t* needed);
cl_int CL_API_CALL GetKernelWorkGroupInfo(cl_kernel handle, cl_device_id device_handle, cl_kernel_work_group_info name,
                                          size_t size, void* value, size_t* needed);
cl_int CL_API_CALL GetKernelSubGroupInfo(cl_kernel handle, cl_device_id device_handle, cl_kernel_sub_group_info name,
                                         size_t input_size, const void* input, size_t size, void* value,
                                         size_t* needed);

// launch.cpp
cl_int CL_API_CALL EnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                        const size_t* offset, const size_t* global, const size_t* local, cl_uint count,
                                        const cl_event* events, cl_event* event);
cl_int CL_API_CALL EnqueueTask(cl_command_queue queue, cl_kernel kernel, cl_uint count, const cl_event* events,
                               cl_event* event);

}  // namespace heddle::opencl::api
