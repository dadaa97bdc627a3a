// An OpenCL host program in C++ (opencl.hpp): transposes a matrix through local memory, with events that tell how long
// it took.
#define CL_HPP_ENABLE_EXCEPTIONS
#define CL_HPP_TARGET_OPENCL_VERSION 120
#define CL_HPP_MINIMUM_OPENCL_VERSION 120
#include <CL/opencl.hpp>
#include <cstdio>
#include <numeric>
#include <vector>

namespace {

constexpr size_t kRows = 96, kColumns = 64, kTile = 8;

const char* const kSource = R"(
#define TILE 8
__kernel __attribute__((reqd_work_group_size(TILE, TILE, 1)))
void transpose(__global const float* in, __global float* out, uint rows, uint columns) {
  __local float tile[TILE][TILE + 1];
  const uint x = get_global_id(0), y = get_global_id(1);
  tile[get_local_id(1)][get_local_id(0)] = in[y * columns + x];
  barrier(CLK_LOCAL_MEM_FENCE);
  const uint to_x = get_group_id(1) * TILE + get_local_id(0), to_y = get_group_id(0) * TILE + get_local_id(1);
  out[to_y * rows + to_x] = tile[get_local_id(0)][get_local_id(1)];
}
)";

int run() {
  const cl::Device device = cl::Device::getDefault();
  const cl::Context context(device);
  cl::CommandQueue queue(context, device, cl::QueueProperties::Profiling);
  cl::Program program(context, kSource);
  program.build();

  std::vector<float> in(kRows * kColumns), out(in.size());
  std::iota(in.begin(), in.end(), 0.0F);
  const cl::Buffer from(context, in.begin(), in.end(), true);
  const cl::Buffer to(context, CL_MEM_WRITE_ONLY, out.size() * sizeof(float));
  cl::KernelFunctor<cl::Buffer, cl::Buffer, cl_uint, cl_uint> transpose(program, "transpose");
  const cl::Event event = transpose(cl::EnqueueArgs(queue, cl::NDRange(kColumns, kRows), cl::NDRange(kTile, kTile)),
                                    from, to, cl_uint{kRows}, cl_uint{kColumns});
  cl::copy(queue, to, out.begin(), out.end());

  size_t wrong = 0;
  for (size_t y = 0; y < kRows; ++y) {
    for (size_t x = 0; x < kColumns; ++x) wrong += out[x * kRows + y] != in[y * kColumns + x] ? 1 : 0;
  }
  const auto start = event.getProfilingInfo<CL_PROFILING_COMMAND_START>();
  const auto end = event.getProfilingInfo<CL_PROFILING_COMMAND_END>();
  std::printf("%s: %zu elements, %zu wrong, %.3f ms\n", device.getInfo<CL_DEVICE_NAME>().c_str(), in.size(), wrong,
              static_cast<double>(end - start) * 1e-6);
  return wrong != 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const cl::BuildError& error) {
    for (const auto& [device, log] : error.getBuildLog()) std::fprintf(stderr, "%s", log.c_str());
  } catch (const cl::Error& error) {
    std::fprintf(stderr, "transpose: %s failed with %d\n", error.what(), error.err());
  }
  return 1;
}
