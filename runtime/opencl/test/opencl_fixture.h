#pragma once

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

/// A context and a queue on the first device, through the ICD loader.
class OpenClTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(clGetPlatformIDs(1, &platform, nullptr), CL_SUCCESS);
    ASSERT_EQ(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), CL_SUCCESS);
    context = clCreateContext(nullptr, 1, &device, &OpenClTest::notify, this, &code);
    ASSERT_EQ(code, CL_SUCCESS);
    queue = clCreateCommandQueue(context, device, CL_QUEUE_PROFILING_ENABLE, &code);
    ASSERT_EQ(code, CL_SUCCESS);
  }
  void TearDown() override {
    clFinish(queue);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
  }

  cl_program program_from(const std::string& source) {
    const char* text = source.c_str();
    cl_program program = clCreateProgramWithSource(context, 1, &text, nullptr, &code);
    EXPECT_EQ(code, CL_SUCCESS);
    return program;
  }
  std::string log_of(cl_program program) {
    size_t size = 0;
    EXPECT_EQ(clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size), CL_SUCCESS);
    std::string log(size, '\0');
    EXPECT_EQ(clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr), CL_SUCCESS);
    log.resize(size - 1);
    return log;
  }
  /// The kernel of that name of a program made of `source`; its program is released with it.
  cl_kernel kernel_from(const std::string& source, const char* name, const char* options = "") {
    cl_program program = program_from(source);
    EXPECT_EQ(clBuildProgram(program, 1, &device, options, nullptr, nullptr), CL_SUCCESS) << log_of(program);
    cl_kernel kernel = clCreateKernel(program, name, &code);
    EXPECT_EQ(code, CL_SUCCESS);
    clReleaseProgram(program);
    return kernel;
  }
  template <typename T>
  cl_mem buffer_of(const std::vector<T>& values, cl_mem_flags flags = CL_MEM_READ_WRITE) {
    cl_mem buffer = clCreateBuffer(context, flags | CL_MEM_COPY_HOST_PTR, values.size() * sizeof(T),
                                   const_cast<T*>(values.data()), &code);
    EXPECT_EQ(code, CL_SUCCESS);
    return buffer;
  }
  template <typename T>
  std::vector<T> contents(cl_mem buffer, size_t count) {
    std::vector<T> values(count);
    EXPECT_EQ(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, count * sizeof(T), values.data(), 0, nullptr, nullptr),
              CL_SUCCESS);
    return values;
  }
  template <typename T>
  cl_int set(cl_kernel kernel, cl_uint index, const T& value) {
    return clSetKernelArg(kernel, index, sizeof value, &value);
  }
  cl_int run(cl_kernel kernel, size_t items, size_t group, cl_event* event = nullptr) {
    return clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &items, group ? &group : nullptr, 0, nullptr, event);
  }
  static cl_int status_of(cl_event event) {
    cl_int status = 0;
    EXPECT_EQ(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, nullptr), CL_SUCCESS);
    return status;
  }
  bool on_rtl() const {
    char name[256] = {};
    EXPECT_EQ(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, nullptr), CL_SUCCESS);
    return std::string(name).find("RTL") != std::string::npos;
  }
  std::string notices() {
    const std::lock_guard lock(mutex_);
    return notices_;
  }

  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_int code = CL_SUCCESS;

 private:
  static void CL_CALLBACK notify(const char* text, const void*, size_t, void* self) {
    auto& test = *static_cast<OpenClTest*>(self);
    const std::lock_guard lock(test.mutex_);
    test.notices_ += text;
  }
  std::mutex mutex_;
  std::string notices_;
};
