// What a program may get wrong: each is refused with the code that OpenCL has for it, and nothing is broken afterwards.
#include <sys/wait.h>
#include <unistd.h>

#include "opencl_fixture.h"

namespace {

using BadInput = OpenClTest;

TEST_F(BadInput, SourceThatDoesNotCompile) {
  cl_program program = program_from("__kernel void k(__global int* a) {\n  a[0] = nothing;\n}\n");
  EXPECT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_BUILD_PROGRAM_FAILURE);
  EXPECT_NE(log_of(program).find("program.cl:2:10: error: use of undeclared identifier 'nothing'"), std::string::npos)
      << log_of(program);
  cl_build_status status = CL_BUILD_NONE;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_STATUS, sizeof status, &status, nullptr);
  EXPECT_EQ(status, CL_BUILD_ERROR);
  clCreateKernel(program, "k", &code);
  EXPECT_EQ(code, CL_INVALID_PROGRAM_EXECUTABLE);
  clReleaseProgram(program);
  program = program_from("void elsewhere(int); __kernel void k(void) { elsewhere(1); }");
  EXPECT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_BUILD_PROGRAM_FAILURE);
  EXPECT_NE(log_of(program).find("undefined symbol: elsewhere"), std::string::npos) << log_of(program);
  clReleaseProgram(program);
}

TEST_F(BadInput, Options) {
  cl_program program = program_from("__kernel void k(void) {}");
  EXPECT_EQ(clBuildProgram(program, 1, &device, "-cl-faster", nullptr, nullptr), CL_INVALID_BUILD_OPTIONS);
  EXPECT_NE(log_of(program).find("-cl-faster"), std::string::npos);
  EXPECT_EQ(clBuildProgram(program, 1, &device, "-cl-std=CL2.0", nullptr, nullptr), CL_INVALID_BUILD_OPTIONS);
  EXPECT_EQ(clBuildProgram(program, 1, &device, "-D", nullptr, nullptr), CL_INVALID_BUILD_OPTIONS);
  EXPECT_EQ(clCompileProgram(program, 1, &device, "-x", 0, nullptr, nullptr, nullptr, nullptr),
            CL_INVALID_COMPILER_OPTIONS);
  clReleaseProgram(program);
}

TEST_F(BadInput, KernelsAndArguments) {
  const char* const source = "__kernel void k(__global int* a, float4 b, __local int* c) { c[0] = b.x; a[0] = c[0]; }";
  cl_program program = program_from(source);
  ASSERT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_SUCCESS);
  clCreateKernel(program, "missing", &code);
  EXPECT_EQ(code, CL_INVALID_KERNEL_NAME);
  cl_kernel kernel = clCreateKernel(program, "k", &code);
  cl_mem buffer = buffer_of(std::vector<int>(4));
  const float numbers[4] = {};
  EXPECT_EQ(clSetKernelArg(kernel, 3, 4, numbers), CL_INVALID_ARG_INDEX);
  EXPECT_EQ(clSetKernelArg(kernel, 1, 8, numbers), CL_INVALID_ARG_SIZE);
  EXPECT_EQ(clSetKernelArg(kernel, 1, 16, nullptr), CL_INVALID_ARG_VALUE);
  EXPECT_EQ(clSetKernelArg(kernel, 0, 4, &buffer), CL_INVALID_ARG_SIZE);
  EXPECT_EQ(clSetKernelArg(kernel, 0, sizeof kernel, &kernel), CL_INVALID_MEM_OBJECT);
  EXPECT_EQ(clSetKernelArg(kernel, 2, 0, nullptr), CL_INVALID_ARG_SIZE);
  EXPECT_EQ(clSetKernelArg(kernel, 2, 4, numbers), CL_INVALID_ARG_VALUE);
  EXPECT_EQ(run(kernel, 4, 4), CL_INVALID_KERNEL_ARGS);
  set(kernel, 0, buffer);
  clSetKernelArg(kernel, 1, sizeof numbers, numbers);
  clSetKernelArg(kernel, 2, size_t{1} << 24, nullptr);
  EXPECT_EQ(run(kernel, 4, 4), CL_OUT_OF_RESOURCES);  // local memory
  clSetKernelArg(kernel, 2, 16, nullptr);
  EXPECT_EQ(run(kernel, 6, 4), CL_INVALID_WORK_GROUP_SIZE);
  EXPECT_EQ(run(kernel, 1 << 20, 1 << 20), CL_INVALID_WORK_ITEM_SIZE);
  const size_t items[4] = {4, 4, 4, 4};
  EXPECT_EQ(clEnqueueNDRangeKernel(queue, kernel, 4, nullptr, items, nullptr, 0, nullptr, nullptr),
            CL_INVALID_WORK_DIMENSION);
  EXPECT_EQ(run(kernel, 0, 0), CL_SUCCESS);  // As of OpenCL 2.1: nothing to do.
  EXPECT_EQ(run(kernel, 4, 4), CL_SUCCESS);
  EXPECT_EQ(clFinish(queue), CL_SUCCESS);
  EXPECT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr),
            CL_INVALID_OPERATION);  // A kernel holds on to it.
  clReleaseKernel(kernel);
  clReleaseProgram(program);
  clReleaseMemObject(buffer);
}

TEST_F(BadInput, ReleasedObjects) {
  cl_mem buffer = buffer_of(std::vector<int>(4));
  EXPECT_EQ(clReleaseMemObject(buffer), CL_SUCCESS);
  EXPECT_EQ(clReleaseMemObject(buffer), CL_INVALID_MEM_OBJECT);
  EXPECT_EQ(clRetainMemObject(buffer), CL_INVALID_MEM_OBJECT);
  int value = 0;
  EXPECT_EQ(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, &value, 0, nullptr, nullptr), CL_INVALID_MEM_OBJECT);
  cl_event event = clCreateUserEvent(context, &code);
  EXPECT_EQ(clReleaseEvent(event), CL_SUCCESS);
  EXPECT_EQ(clEnqueueMarkerWithWaitList(queue, 1, &event, nullptr), CL_INVALID_EVENT_WAIT_LIST);
}

TEST_F(BadInput, FaultingKernelIsReportedAndTheNextRuns) {
  cl_kernel kernel = kernel_from("__kernel void wild(__global int* a, uint i) {\n  a[i] = 1;\n}\n", "wild");
  cl_mem buffer = buffer_of(std::vector<int>(64, 0));
  set(kernel, 0, buffer);
  set(kernel, 1, 0x10000000U);
  cl_event event = nullptr;
  ASSERT_EQ(run(kernel, 32, 8, &event), CL_SUCCESS);
  EXPECT_EQ(clWaitForEvents(1, &event), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  EXPECT_LT(status_of(event), 0);
  clReleaseEvent(event);
  const std::string text = notices();
  for (const char* part : {"kernel 'wild'", "program.cl:2", "store", "work-item"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
  set(kernel, 1, 3U);
  ASSERT_EQ(run(kernel, 32, 8), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 4), (std::vector<int>{0, 0, 0, 1}));
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

// HEDDLE_CL_TIMEOUT is set for this program.
TEST_F(BadInput, KernelThatNeverEndsIsAborted) {
  cl_kernel kernel = kernel_from("__kernel void wait(volatile __global int* a) {\n  while (*a == 0);\n}\n", "wait");
  cl_mem buffer = buffer_of(std::vector<int>(1));
  set(kernel, 0, buffer);
  cl_event event = nullptr;
  ASSERT_EQ(run(kernel, 8, 8, &event), CL_SUCCESS);
  EXPECT_EQ(clWaitForEvents(1, &event), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  EXPECT_EQ(status_of(event), CL_OUT_OF_RESOURCES);
  clReleaseEvent(event);
  const std::string text = notices();
  for (const char* part : {"'wait'", "program.cl:2"}) EXPECT_NE(text.find(part), std::string::npos) << text;
  const int one = 1;
  EXPECT_EQ(clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, 4, &one, 0, nullptr, nullptr), CL_SUCCESS);
  ASSERT_EQ(run(kernel, 8, 8), CL_SUCCESS);
  EXPECT_EQ(clFinish(queue), CL_SUCCESS);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(BadInput, FaultUnderALockLeavesNothingBehind) {
  // Items of the first warp fault in the middle of a 64-bit atomic, which is done under a lock that others want, too.
  const char* const source = R"(
    __kernel void count(volatile __global ulong* sum, uint wild) {
      atom_inc(get_local_id(0) == wild ? sum + (1u << 28) : sum);
    })";
  cl_kernel kernel = kernel_from(source, "count");
  cl_mem buffer = buffer_of(std::vector<cl_ulong>(1));
  set(kernel, 0, buffer);
  set(kernel, 1, 3U);
  cl_event event = nullptr;
  ASSERT_EQ(run(kernel, 32, 32, &event), CL_SUCCESS);
  EXPECT_EQ(clWaitForEvents(1, &event), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  EXPECT_EQ(status_of(event), CL_OUT_OF_RESOURCES);
  clReleaseEvent(event);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
  // In a context of its own, as a program would begin again.
  TearDown();
  SetUp();
  kernel = kernel_from(source, "count");
  buffer = buffer_of(std::vector<cl_ulong>(1));
  set(kernel, 0, buffer);
  set(kernel, 1, 99U);
  ASSERT_EQ(run(kernel, 32, 32), CL_SUCCESS);
  EXPECT_EQ(contents<cl_ulong>(buffer, 1)[0], 32U);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(BadInput, BuildWhileAKernelExistsButNotWhileACommandRuns) {
  cl_program program = program_from("__kernel void k(__global int* a) { a[0] += 1; }");
  ASSERT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_SUCCESS);
  cl_kernel kernel = clCreateKernel(program, "k", &code);
  cl_mem buffer = buffer_of(std::vector<int>(1));
  set(kernel, 0, buffer);
  cl_event gate = clCreateUserEvent(context, &code), done = nullptr;
  const size_t one = 1;
  ASSERT_EQ(clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &one, nullptr, 1, &gate, &done), CL_SUCCESS);
  EXPECT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_INVALID_OPERATION);
  clReleaseKernel(kernel);  // The command keeps it, which is nobody's business.
  EXPECT_EQ(clBuildProgram(program, 1, &device, "-DOTHER", nullptr, nullptr), CL_SUCCESS);
  clSetUserEventStatus(gate, CL_COMPLETE);
  EXPECT_EQ(clWaitForEvents(1, &done), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 1)[0], 1);
  for (cl_event event : {gate, done}) clReleaseEvent(event);
  clReleaseMemObject(buffer);
  clReleaseProgram(program);
}

TEST_F(BadInput, MoreMemoryThanThereIs) {
  cl_ulong all = 0;
  clGetDeviceInfo(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof all, &all, nullptr);
  clCreateBuffer(context, 0, all + 1, nullptr, &code);
  EXPECT_EQ(code, CL_INVALID_BUFFER_SIZE);
  clCreateBuffer(context, 0, 0, nullptr, &code);
  EXPECT_EQ(code, CL_INVALID_BUFFER_SIZE);
  std::vector<cl_mem> kept;
  for (code = CL_SUCCESS; code == CL_SUCCESS && kept.size() < 8;) {
    cl_mem buffer = clCreateBuffer(context, 0, all, nullptr, &code);
    if (code == CL_SUCCESS) kept.push_back(buffer);
  }
  EXPECT_EQ(code, CL_MEM_OBJECT_ALLOCATION_FAILURE);
  EXPECT_FALSE(kept.empty());
  for (cl_mem buffer : kept) clReleaseMemObject(buffer);
  cl_mem again = clCreateBuffer(context, 0, all, nullptr, &code);
  EXPECT_EQ(code, CL_SUCCESS);
  clReleaseMemObject(again);
}

TEST_F(BadInput, WhatIsOptionalIsRefused) {
  const cl_image_format format = {CL_RGBA, CL_FLOAT};
  cl_image_desc description = {};
  description.image_type = CL_MEM_OBJECT_IMAGE2D;
  description.image_width = description.image_height = 4;
  EXPECT_EQ(clCreateImage(context, 0, &format, &description, nullptr, &code), nullptr);
  EXPECT_EQ(code, CL_INVALID_OPERATION);
  EXPECT_EQ(clCreatePipe(context, 0, 4, 4, nullptr, &code), nullptr);
  EXPECT_EQ(code, CL_INVALID_OPERATION);
  EXPECT_EQ(clSVMAlloc(context, 0, 64, 0), nullptr);
  cl_program program = program_from("__kernel void k(__global double* a) { a[0] = 1.0; }");
  EXPECT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_BUILD_PROGRAM_FAILURE);
  EXPECT_NE(log_of(program).find("cl_khr_fp64"), std::string::npos) << log_of(program);
  clReleaseProgram(program);
}

TEST_F(BadInput, ChildOfForkGetsAnErrorInsteadOfWaitingForEver) {
  cl_mem buffer = buffer_of(std::vector<int>(4, 3));
  ASSERT_EQ(clFinish(queue), CL_SUCCESS);
  const pid_t child = fork();
  if (child == 0) {
    int value = 0;
    const cl_int result = clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, 4, &value, 0, nullptr, nullptr);
    _exit(result == CL_DEVICE_NOT_AVAILABLE ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(contents<int>(buffer, 1), std::vector<int>{3});
  clReleaseMemObject(buffer);
}

TEST_F(BadInput, ChildOfForkThatExitsTakesNothingAway) {
  // Built, but not yet on the device: its file is still needed.
  cl_kernel kernel = kernel_from("__kernel void k(__global int* a) { a[0] = 5; }", "k");
  cl_mem buffer = buffer_of(std::vector<int>(1));
  set(kernel, 0, buffer);
  const pid_t child = fork();
  if (child == 0) exit(0);  // With handlers and destructors.
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_EQ(run(kernel, 1, 1), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 1)[0], 5);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

}  // namespace
