// What a launch and a compilation cost the host: a program that `heddle cl` runs, not a test. Prints medians, since a
// busy host spreads.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void check(cl_int code, const char* what) {
  if (code == CL_SUCCESS) return;
  std::fprintf(stderr, "latency: %s failed with %d\n", what, code);
  std::exit(1);
}

double build(cl_context context, cl_device_id device, const std::string& source, cl_program* result) {
  const char* text = source.c_str();
  cl_int code = CL_SUCCESS;
  const double start = now();
  *result = clCreateProgramWithSource(context, 1, &text, nullptr, &code);
  check(code, "making the program");
  check(clBuildProgram(*result, 1, &device, "", nullptr, nullptr), "building");
  return now() - start;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

}  // namespace

int main() {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  cl_int code = CL_SUCCESS;
  check(clGetPlatformIDs(1, &platform, nullptr), "finding the platform");
  check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), "finding the device");
  cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code);
  check(code, "making the context");
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
  check(code, "making the queue");

  std::vector<double> cold, cached;
  cl_program program = nullptr;
  for (int i = 0; i < 9; ++i) {
    // A text that no cache has seen.
    const std::string source = "// " + std::to_string(now()) +
                               "\n__kernel void add(__global const float* a, __global float* b, float c) {\n"
                               "  size_t i = get_global_id(0);\n  b[i] = a[i] + c * b[i];\n}\n";
    cold.push_back(build(context, device, source, &program));
    cached.push_back(build(context, device, source, &program));
  }
  std::printf("compile, cold: %.0f ms (fastest %.0f)\n", median(cold) * 1e3, *std::ranges::min_element(cold) * 1e3);
  std::printf("compile, cached: %.2f ms\n", median(cached) * 1e3);

  cl_kernel kernel = clCreateKernel(program, "add", &code);
  check(code, "making the kernel");
  const size_t items = 64;
  std::vector<float> values(items, 1.0F);
  cl_mem buffers[2];
  for (cl_mem& buffer : buffers) {
    buffer = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, items * sizeof(float), values.data(), &code);
    check(code, "making a buffer");
  }
  const float factor = 0.5F;
  check(clSetKernelArg(kernel, 0, sizeof(cl_mem), &buffers[0]), "setting an argument");
  check(clSetKernelArg(kernel, 1, sizeof(cl_mem), &buffers[1]), "setting an argument");
  check(clSetKernelArg(kernel, 2, sizeof factor, &factor), "setting an argument");
  constexpr int kLaunches = 1000;
  for (const bool one_by_one : {false, true}) {
    std::vector<double> runs;
    for (int run = 0; run < 5; ++run) {
      const double start = now();
      for (int i = 0; i < kLaunches; ++i) {
        check(clEnqueueNDRangeKernel(queue, kernel, 1, nullptr, &items, nullptr, 0, nullptr, nullptr), "launching");
        if (one_by_one) check(clFinish(queue), "waiting");
      }
      check(clFinish(queue), "waiting");
      runs.push_back((now() - start) / kLaunches);
    }
    std::printf("%d launches, %s: %.1f us each\n", kLaunches, one_by_one ? "waiting for each" : "in a row",
                median(runs) * 1e6);
  }
  return 0;
}
