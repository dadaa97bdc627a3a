// An OpenCL host program in C: adds two vectors on the first device there is, and checks the sum.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>

static const char* const source =
    "__kernel void vecadd(__global const float* a, __global const float* b, __global float* sum, uint n) {\n"
    "  size_t i = get_global_id(0);\n"
    "  if (i < n) sum[i] = a[i] + b[i];\n"
    "}\n";

enum { kCount = 1000 };

static void check(cl_int code, const char* what) {
  if (code == CL_SUCCESS) return;
  fprintf(stderr, "vecadd: %s failed with %d\n", what, code);
  exit(1);
}

int main(void) {
  cl_platform_id platform;
  cl_device_id device;
  cl_int code;
  check(clGetPlatformIDs(1, &platform, NULL), "finding a platform");
  check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL), "finding a device");
  char name[256];
  check(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name, name, NULL), "asking for the device's name");
  cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
  check(code, "making a context");
  cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
  check(code, "making a queue");

  cl_program program = clCreateProgramWithSource(context, 1, (const char**)&source, NULL, &code);
  check(code, "making a program");
  if (clBuildProgram(program, 1, &device, "", NULL, NULL) != CL_SUCCESS) {
    char log[4096];
    check(clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, sizeof log, log, NULL), "asking for the log");
    fprintf(stderr, "%s", log);
    return 1;
  }
  cl_kernel kernel = clCreateKernel(program, "vecadd", &code);
  check(code, "making the kernel");

  static float a[kCount], b[kCount], sum[kCount];
  for (int i = 0; i < kCount; i++) {
    a[i] = (float)i;
    b[i] = 0.5f * (float)i;
  }
  cl_mem buffers[3];
  buffers[0] = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof a, a, &code);
  check(code, "making a buffer");
  buffers[1] = clCreateBuffer(context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, sizeof b, b, &code);
  check(code, "making a buffer");
  buffers[2] = clCreateBuffer(context, CL_MEM_WRITE_ONLY, sizeof sum, NULL, &code);
  check(code, "making a buffer");
  const cl_uint n = kCount;
  for (cl_uint i = 0; i < 3; i++)
    check(clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]), "setting an argument");
  check(clSetKernelArg(kernel, 3, sizeof n, &n), "setting an argument");

  size_t group; /* as many work-items as the device takes at once: 8 on a small one */
  check(clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_WORK_GROUP_SIZE, sizeof group, &group, NULL),
        "asking for the largest workgroup");
  const size_t items = (kCount + group - 1) / group * group;
  check(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, &group, 0, NULL, NULL), "starting the kernel");
  check(clEnqueueReadBuffer(queue, buffers[2], CL_TRUE, 0, sizeof sum, sum, 0, NULL, NULL), "reading the sum");

  int wrong = 0;
  for (int i = 0; i < kCount; i++) wrong += sum[i] != a[i] + b[i];
  printf("%s: %d sums, %d wrong\n", name, kCount, wrong);

  for (int i = 0; i < 3; i++) clReleaseMemObject(buffers[i]);
  clReleaseKernel(kernel);
  clReleaseProgram(program);
  clReleaseCommandQueue(queue);
  clReleaseContext(context);
  return wrong != 0;
}
