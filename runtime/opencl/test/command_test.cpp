// Commands, events and buffers, on the device.
#include <atomic>
#include <numeric>
#include <thread>

#include "opencl_fixture.h"

namespace {

const char* const kAdd = "__kernel void add(__global int* a, int b) { a[get_global_id(0)] += b; }";

using Command = OpenClTest;

TEST_F(Command, InOrderQueueRunsOneAfterTheOther) {
  cl_kernel kernel = kernel_from(
      "__kernel void step(__global int* a, int factor, int summand) { int i = get_global_id(0); a[i] = a[i] * factor + "
      "summand; }",
      "step");
  cl_mem buffer = buffer_of(std::vector<int>(64, 1));
  int expected = 1;
  set(kernel, 0, buffer);
  for (int i = 0; i < 20; ++i) {
    set(kernel, 1, 3);
    set(kernel, 2, i);
    ASSERT_EQ(run(kernel, 64, 0), CL_SUCCESS);
    expected = static_cast<int>(static_cast<unsigned>(expected) * 3U + static_cast<unsigned>(i));
  }
  EXPECT_EQ(contents<int>(buffer, 64), std::vector<int>(64, expected));
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Command, WaitsForUserEventAndTakesOverItsError) {
  cl_kernel kernel = kernel_from(kAdd, "add");
  cl_mem buffer = buffer_of(std::vector<int>(8, 0));
  set(kernel, 0, buffer);
  set(kernel, 1, 5);
  const size_t items = 8;
  for (const cl_int status : {CL_COMPLETE, -7}) {
    cl_event gate = clCreateUserEvent(context, &code), done = nullptr;
    ASSERT_EQ(clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &items, nullptr, 1, &gate, &done), CL_SUCCESS);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_GT(status_of(done), CL_COMPLETE);
    ASSERT_EQ(clSetUserEventStatus(gate, status), CL_SUCCESS);
    EXPECT_EQ(clSetUserEventStatus(gate, status), CL_INVALID_OPERATION);
    EXPECT_EQ(clWaitForEvents(1, &done), status < 0 ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : CL_SUCCESS);
    EXPECT_EQ(status_of(done), status < 0 ? CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST : CL_COMPLETE);
    clReleaseEvent(gate);
    clReleaseEvent(done);
  }
  EXPECT_EQ(contents<int>(buffer, 8), std::vector<int>(8, 5));
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Command, OutOfOrderQueueOvertakesAndBarrierDoesNot) {
  cl_command_queue free_queue = clCreateCommandQueue(context, device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &code);
  cl_mem buffer = buffer_of(std::vector<int>(4, 0));
  cl_event gate = clCreateUserEvent(context, &code), held = nullptr, overtakes = nullptr, behind = nullptr;
  const int one = 1, two = 2, three = 3;
  ASSERT_EQ(clEnqueueWriteBuffer(free_queue, buffer, CL_FALSE, 0, 4, &one, 1, &gate, &held), CL_SUCCESS);
  ASSERT_EQ(clEnqueueWriteBuffer(free_queue, buffer, CL_FALSE, 4, 4, &two, 0, nullptr, &overtakes), CL_SUCCESS);
  ASSERT_EQ(clWaitForEvents(1, &overtakes), CL_SUCCESS);
  EXPECT_GT(status_of(held), CL_COMPLETE);
  ASSERT_EQ(clEnqueueBarrierWithWaitList(free_queue, 0, nullptr, nullptr), CL_SUCCESS);
  ASSERT_EQ(clEnqueueWriteBuffer(free_queue, buffer, CL_FALSE, 8, 4, &three, 0, nullptr, &behind), CL_SUCCESS);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_GT(status_of(behind), CL_COMPLETE);
  clSetUserEventStatus(gate, CL_COMPLETE);
  ASSERT_EQ(clFinish(free_queue), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 4), (std::vector<int>{1, 2, 3, 0}));
  for (cl_event event : {gate, held, overtakes, behind}) clReleaseEvent(event);
  clReleaseMemObject(buffer);
  clReleaseCommandQueue(free_queue);
}

TEST_F(Command, CallbacksAndProfilingFollowTheCommand) {
  cl_kernel kernel = kernel_from(kAdd, "add");
  cl_mem buffer = buffer_of(std::vector<int>(64, 0));
  set(kernel, 0, buffer);
  set(kernel, 1, 1);
  cl_event gate = clCreateUserEvent(context, &code), done = nullptr;
  const size_t items = 64;
  ASSERT_EQ(clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &items, nullptr, 1, &gate, &done), CL_SUCCESS);
  std::atomic<int> calls{0};
  const auto count = [](cl_event, cl_int status, void* user) {
    *static_cast<std::atomic<int>*>(user) += status == CL_COMPLETE ? 100 : 1;
  };
  for (const cl_int level : {CL_SUBMITTED, CL_RUNNING, CL_COMPLETE})
    ASSERT_EQ(clSetEventCallback(done, level, count, &calls), CL_SUCCESS);
  cl_ulong times[4];
  EXPECT_EQ(clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_END, sizeof times[0], times, nullptr),
            CL_PROFILING_INFO_NOT_AVAILABLE);
  clSetUserEventStatus(gate, CL_COMPLETE);
  ASSERT_EQ(clWaitForEvents(1, &done), CL_SUCCESS);
  ASSERT_EQ(clFinish(queue), CL_SUCCESS);
  for (int i = 0; i < 200 && calls != 102; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(calls, 102);
  for (cl_uint i = 0; i < 4; ++i) {
    ASSERT_EQ(clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_QUEUED + i, sizeof times[0], &times[i], nullptr),
              CL_SUCCESS);
    EXPECT_LE(times[i == 0 ? 0 : i - 1], times[i]);
  }
  for (cl_event event : {gate, done}) clReleaseEvent(event);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Command, BuffersRectanglesFillsAndMaps) {
  std::vector<int> values(64);
  std::iota(values.begin(), values.end(), 0);
  cl_mem buffer = buffer_of(values);
  // A box of 2 x 3 from column 1 of row 2 (rows of 8) into the host's rows of 4.
  const size_t from[3] = {4, 2, 0}, to[3] = {0, 0, 0}, region[3] = {8, 3, 1};
  std::vector<int> box(12, -1);
  ASSERT_EQ(
      clEnqueueReadBufferRect(queue, buffer, CL_TRUE, from, to, region, 32, 0, 16, 0, box.data(), 0, nullptr, nullptr),
      CL_SUCCESS);
  EXPECT_EQ(box, (std::vector<int>{17, 18, -1, -1, 25, 26, -1, -1, 33, 34, -1, -1}));
  const short pattern = 0x0102;
  ASSERT_EQ(clEnqueueFillBuffer(queue, buffer, &pattern, sizeof pattern, 8, 8, 0, nullptr, nullptr), CL_SUCCESS);
  EXPECT_EQ(clEnqueueFillBuffer(queue, buffer, &pattern, 3, 0, 6, 0, nullptr, nullptr), CL_INVALID_VALUE);
  EXPECT_EQ(clEnqueueCopyBuffer(queue, buffer, buffer, 0, 4, 8, 0, nullptr, nullptr), CL_MEM_COPY_OVERLAP);
  auto* mapped = static_cast<int*>(
      clEnqueueMapBuffer(queue, buffer, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 8, 16, 0, nullptr, nullptr, &code));
  ASSERT_EQ(code, CL_SUCCESS);
  EXPECT_EQ(mapped[0], 0x01020102);
  EXPECT_EQ(mapped[2], 4);
  mapped[3] = 99;
  ASSERT_EQ(clEnqueueUnmapMemObject(queue, buffer, mapped, 0, nullptr, nullptr), CL_SUCCESS);
  EXPECT_EQ(clEnqueueUnmapMemObject(queue, buffer, mapped, 0, nullptr, nullptr), CL_INVALID_VALUE);
  EXPECT_EQ(contents<int>(buffer, 6)[5], 99);
  const cl_buffer_region part = {128, 64};
  cl_mem inner = clCreateSubBuffer(buffer, 0, CL_BUFFER_CREATE_TYPE_REGION, &part, &code);
  ASSERT_EQ(code, CL_SUCCESS);
  EXPECT_EQ(contents<int>(inner, 2), (std::vector<int>{32, 33}));
  clReleaseMemObject(buffer);  // The part keeps it.
  EXPECT_EQ(contents<int>(inner, 1), (std::vector<int>{32}));
  clReleaseMemObject(inner);
}

TEST_F(Command, HostPointerIsWhereMappedBytesAre) {
  std::vector<int> memory(16, 7);
  cl_mem buffer = clCreateBuffer(context, CL_MEM_USE_HOST_PTR, 64, memory.data(), &code);
  ASSERT_EQ(code, CL_SUCCESS);
  cl_kernel kernel = kernel_from(kAdd, "add");
  set(kernel, 0, buffer);
  set(kernel, 1, 1);
  ASSERT_EQ(run(kernel, 16, 0), CL_SUCCESS);
  void* mapped = clEnqueueMapBuffer(queue, buffer, CL_TRUE, CL_MAP_READ, 0, 64, 0, nullptr, nullptr, &code);
  EXPECT_EQ(mapped, memory.data());
  EXPECT_EQ(memory, std::vector<int>(16, 8));
  clEnqueueUnmapMemObject(queue, buffer, mapped, 0, nullptr, nullptr);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Command, ThreadsUseOneContextAtOnce) {
  cl_program program = program_from(kAdd);
  ASSERT_EQ(clBuildProgram(program, 0, nullptr, "", nullptr, nullptr), CL_SUCCESS);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      cl_int own = CL_SUCCESS;
      cl_command_queue my_queue = clCreateCommandQueue(context, device, 0, &own);
      cl_kernel kernel = clCreateKernel(program, "add", &own);
      std::vector<int> values(32, t);
      cl_mem buffer = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, 128, values.data(), &own);
      clSetKernelArg(kernel, 0, sizeof buffer, &buffer);
      const size_t items = 32;
      for (int i = 0; i < 25; ++i) {
        clSetKernelArg(kernel, 1, sizeof i, &i);
        wrong +=
            clEnqueueNDRangeKernel(my_queue, kernel, 1, nullptr, &items, nullptr, 0, nullptr, nullptr) != CL_SUCCESS;
      }
      clEnqueueReadBuffer(my_queue, buffer, CL_TRUE, 0, 128, values.data(), 0, nullptr, nullptr);
      wrong += values != std::vector<int>(32, t + 300);
      clReleaseMemObject(buffer);
      clReleaseKernel(kernel);
      clReleaseCommandQueue(my_queue);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  clReleaseProgram(program);
}

TEST_F(Command, ThreadsShareOneQueue) {
  cl_kernel kernel = kernel_from("__kernel void count(__global int* a) { atomic_inc(a); }", "count");
  cl_mem buffer = buffer_of(std::vector<int>(1));
  set(kernel, 0, buffer);
  cl_command_queue shared = clCreateCommandQueue(context, device, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &code);
  ASSERT_EQ(code, CL_SUCCESS);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const size_t items = 16;
      for (int i = 0; i < 25; ++i) {
        cl_event done = nullptr;
        wrong += clRetainMemObject(buffer) != CL_SUCCESS;
        wrong += clEnqueueNDRangeKernel(shared, kernel, 1, nullptr, &items, nullptr, 0, nullptr, &done) != CL_SUCCESS;
        if (i % 4 == 0) wrong += clWaitForEvents(1, &done) != CL_SUCCESS;
        if (i % 8 == 1) wrong += clFlush(shared) != CL_SUCCESS;
        wrong += clReleaseEvent(done) != CL_SUCCESS;
        wrong += clReleaseMemObject(buffer) != CL_SUCCESS;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clFinish(shared), CL_SUCCESS);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(contents<int>(buffer, 1)[0], 8 * 25 * 16);
  clReleaseCommandQueue(shared);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

}  // namespace
