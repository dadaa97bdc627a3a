// Programs: how arguments arrive, what built-in functions give, binaries, separate compilation.
#include <cstring>

#include "opencl_fixture.h"

namespace {

using Program = OpenClTest;

TEST_F(Program, ArgumentsOfEverySortArrive) {
  cl_kernel kernel = kernel_from(R"(
    typedef struct { char c; short s[3]; float f; long l; } Mixed;
    __constant int table[4] = {10, 20, 30, 40};
    __kernel void k(__global int* out, char c, Mixed m, short3 v, float16 w, long l, __local int* t, __constant int* n, __local float4* u) {
      __local int own[4];
      const int i = get_local_id(0);
      own[i] = i; t[i] = 100 * i; u[i] = (float4)(i);
      barrier(CLK_LOCAL_MEM_FENCE);
      const int j = 3 - i;
      out[i] = c + m.c + m.s[2] + (int)m.f + (int)m.l + v.z + (int)w.sf + (int)(l >> 32) + own[j] + t[j] + n[1] + table[i] + (int)u[j].w;
    })",
                                 "k");
  struct {
    char c;
    short s[3];
    float f;
    alignas(8) long long l;
  } mixed = {1, {0, 0, 2}, 3.5F, 4};
  cl_mem out = buffer_of(std::vector<int>(4)), constants = buffer_of(std::vector<int>{0, 7});
  const short short3[4] = {0, 0, 5, -1};
  float float16[16] = {};
  float16[15] = 6.0F;
  set(kernel, 0, out);
  set(kernel, 1, static_cast<char>(-1));
  ASSERT_EQ(set(kernel, 2, mixed), CL_SUCCESS);
  set(kernel, 3, short3);
  set(kernel, 4, float16);
  set(kernel, 5, static_cast<long long>(8) << 32);
  clSetKernelArg(kernel, 6, 16, nullptr);
  set(kernel, 7, constants);
  clSetKernelArg(kernel, 8, 64, nullptr);
  ASSERT_EQ(run(kernel, 4, 4), CL_SUCCESS);
  const int sum = -1 + 1 + 2 + 3 + 4 + 5 + 6 + 8 + 7;
  std::vector<int> expected;
  for (int i = 0; i < 4; ++i) expected.push_back(sum + (3 - i) * 102 + 10 * (i + 1));
  EXPECT_EQ(contents<int>(out, 4), expected);
  for (cl_mem buffer : {out, constants}) clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Program, WorkItemsKnowWhereTheyAre) {
  cl_kernel kernel = kernel_from(R"(
    __kernel void k(__global uint* out) {
      const size_t x = get_global_id(0) - get_global_offset(0), y = get_global_id(1) - get_global_offset(1);
      const size_t at = y * get_global_size(0) + x;
      out[at] = get_global_id(0) + 100 * get_global_id(1) + 10000 * get_group_id(0) + 100000 * get_local_id(1) + 1000000 * get_work_dim();
    })",
                                 "k");
  cl_mem out = buffer_of(std::vector<cl_uint>(24));
  set(kernel, 0, out);
  const size_t offset[2] = {3, 5}, global[2] = {6, 4}, local[2] = {2, 2};
  ASSERT_EQ(clEnqueueNDRangeKernel(queue, kernel, 2, offset, global, local, 0, nullptr, nullptr), CL_SUCCESS);
  std::vector<cl_uint> expected;
  for (cl_uint y = 0; y < 4; ++y) {
    for (cl_uint x = 0; x < 6; ++x)
      expected.push_back(x + 3 + 100 * (y + 5) + 10000 * (x / 2) + 100000 * (y % 2) + 2000000);
  }
  EXPECT_EQ(contents<cl_uint>(out, 24), expected);
  clReleaseMemObject(out);
  clReleaseKernel(kernel);
}

TEST_F(Program, LocalScalarIsSharedAndKernelsDoNotAddUp) {
  // Together they need more local memory than there is; a scalar must not become each work-item's own.
  cl_ulong all = 0;
  clGetDeviceInfo(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof all, &all, nullptr);
  const std::string size = std::to_string(all / 4 - 16);
  const std::string body = "(__global int* o) { __local int big[" + size +
                           "]; __local int one; int i = get_local_id(0); big[i] = i;"
                           " if (i == 3) one = 42; barrier(CLK_LOCAL_MEM_FENCE); o[i] = one + big[i ^ 1]; }";
  cl_program program = program_from("__kernel void a" + body + "__kernel void b" + body);
  ASSERT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_SUCCESS) << log_of(program);
  cl_mem out = buffer_of(std::vector<int>(4));
  for (const char* name : {"a", "b"}) {
    cl_kernel kernel = clCreateKernel(program, name, &code);
    set(kernel, 0, out);
    ASSERT_EQ(run(kernel, 4, 4), CL_SUCCESS);
    EXPECT_EQ(contents<int>(out, 4), (std::vector<int>{43, 42, 45, 44}));
    clReleaseKernel(kernel);
  }
  clReleaseMemObject(out);
  clReleaseProgram(program);
}

TEST_F(Program, PrintfFormatsOnTheHost) {
  cl_kernel kernel = kernel_from(R"(
    __kernel void k(float4 v, long l) {
      if (get_global_id(0) == 5)
        printf("%d %5.2f %v4f %s %c %ld %%|%v2hhd|%x\n", -3, 1.5f, v, "text", 'q', l, (char2)(-1, 7), 255);
    })",
                                 "k");
  const float values[4] = {1, 2, 3, 4.5F};
  set(kernel, 0, values);
  set(kernel, 1, static_cast<long long>(1) << 40);
  testing::internal::CaptureStdout();
  ASSERT_EQ(run(kernel, 8, 8), CL_SUCCESS);
  ASSERT_EQ(clFinish(queue), CL_SUCCESS);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "-3  1.50 1.000000,2.000000,3.000000,4.500000 text q 1099511627776 %|-1,7|ff\n");
  clReleaseKernel(kernel);
}

TEST_F(Program, BinaryIsTheProgramAgain) {
  const char* const source = "__kernel void twice(__global int* a) { a[get_global_id(0)] *= 2; }";
  cl_program program = program_from(source);
  ASSERT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_SUCCESS);
  size_t size = 0;
  ASSERT_EQ(clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr), CL_SUCCESS);
  std::vector<unsigned char> binary(size);
  unsigned char* place = binary.data();
  ASSERT_EQ(clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof place, &place, nullptr), CL_SUCCESS);
  clReleaseProgram(program);
  const unsigned char* from = binary.data();
  program = clCreateProgramWithBinary(context, 1, &device, &size, &from, nullptr, &code);
  ASSERT_EQ(code, CL_SUCCESS);
  ASSERT_EQ(clBuildProgram(program, 1, &device, "", nullptr, nullptr), CL_SUCCESS);
  cl_kernel kernel = clCreateKernel(program, "twice", &code);
  ASSERT_EQ(code, CL_SUCCESS);
  cl_mem buffer = buffer_of(std::vector<int>{1, 2, 3, 4});
  set(kernel, 0, buffer);
  ASSERT_EQ(run(kernel, 4, 0), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 4), (std::vector<int>{2, 4, 6, 8}));
  clReleaseKernel(kernel);
  clReleaseProgram(program);
  clReleaseMemObject(buffer);
  --size;
  cl_int status = CL_SUCCESS;
  clCreateProgramWithBinary(context, 1, &device, &size, &from, &status, &code);
  EXPECT_EQ(code, CL_INVALID_BINARY);
  EXPECT_EQ(status, CL_INVALID_BINARY);
}

TEST_F(Program, PartsAreCompiledAndLinked) {
  cl_program header = program_from("int helper(int);\n");
  cl_program parts[2] = {
      program_from("#include \"inner/helper.h\"\n__kernel void k(__global int* a) { a[0] = helper(a[1]) + SUMMAND; }"),
      program_from("int helper(int x) { return x * x; }")};
  const char* name = "inner/helper.h";
  ASSERT_EQ(clCompileProgram(parts[0], 1, &device, "-D SUMMAND=4", 1, &header, &name, nullptr, nullptr), CL_SUCCESS)
      << log_of(parts[0]);
  ASSERT_EQ(clCompileProgram(parts[1], 1, &device, "", 0, nullptr, nullptr, nullptr, nullptr), CL_SUCCESS);
  cl_program library = clLinkProgram(context, 1, &device, "-create-library", 1, &parts[1], nullptr, nullptr, &code);
  ASSERT_EQ(code, CL_SUCCESS);
  cl_program inputs[2] = {parts[0], library};
  cl_program linked = clLinkProgram(context, 1, &device, "", 2, inputs, nullptr, nullptr, &code);
  ASSERT_EQ(code, CL_SUCCESS) << log_of(linked);
  cl_kernel kernel = clCreateKernel(linked, "k", &code);
  ASSERT_EQ(code, CL_SUCCESS);
  cl_mem buffer = buffer_of(std::vector<int>{0, 6});
  set(kernel, 0, buffer);
  ASSERT_EQ(run(kernel, 1, 1), CL_SUCCESS);
  EXPECT_EQ(contents<int>(buffer, 1)[0], 40);
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
  for (cl_program program : {header, parts[0], parts[1], library, linked}) clReleaseProgram(program);
}

TEST_F(Program, SubgroupsAndAtomics) {
  cl_kernel kernel = kernel_from(R"(
    #pragma OPENCL EXTENSION cl_khr_subgroups : enable
    __kernel void k(__global int* out, volatile __global atomic_int* counter) {
      const int i = get_local_id(0), lane = get_sub_group_local_id();
      out[i] = sub_group_scan_inclusive_add(lane + 1) + 1000 * sub_group_broadcast(i, 1);
      atomic_fetch_add_explicit(counter, i, memory_order_relaxed, memory_scope_device);
    })",
                                 "k", "-cl-std=CL3.0");
  cl_mem out = buffer_of(std::vector<int>(32)), counter = buffer_of(std::vector<int>(1));
  set(kernel, 0, out);
  set(kernel, 1, counter);
  ASSERT_EQ(run(kernel, 32, 32), CL_SUCCESS);
  size_t lanes = 0;
  clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, sizeof lanes, &lanes, nullptr);
  std::vector<int> expected;
  for (int i = 0; i < 32; ++i) {
    const int width = static_cast<int>(lanes), lane = i % width;
    expected.push_back((lane + 1) * (lane + 2) / 2 + 1000 * (i - lane + 1));
  }
  EXPECT_EQ(contents<int>(out, 32), expected);
  EXPECT_EQ(contents<int>(counter, 1)[0], 496);
  for (cl_mem buffer : {out, counter}) clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

// Every work-item of several workgroups wants the same words: lanes of one warp, warps of one core, cores. Sums carry
// into the upper half, and what the operations return is each old value once.
TEST_F(Program, LongAtomicsUnderContention) {
  cl_kernel kernel = kernel_from(R"(
    __kernel void k(volatile __global ulong* sum, volatile __global long* least, volatile __global ulong* seen,
                    volatile __global long* won, __global ulong* in_group) {
      __local volatile ulong shared;
      const uint i = get_global_id(0);
      if (get_local_id(0) == 0) shared = 0xFFFFFFFFul;
      barrier(CLK_LOCAL_MEM_FENCE);
      const ulong old = atom_add(sum, 1ul << 31);
      atom_xor(seen, 1ul << ((old >> 31) % 64));
      atom_min(least, (long)i - (1l << 40));
      for (long expected = *won; ;) {
        const long found = atom_cmpxchg(won, expected, expected + (1l << 33) + 1);
        if (found == expected) break;
        expected = found;
      }
      if (i % 3 == 0) atom_inc(&shared);
      else atom_sub(&shared, 2ul);
      barrier(CLK_LOCAL_MEM_FENCE);
      in_group[get_group_id(0)] = shared;
    })",
                                 "k");
  // (Compare-and-swap takes steps in proportion to the square of them, which is long on the RTL.)
  const cl_long items = on_rtl() ? 64 : 256, group = 32;
  cl_mem sum = buffer_of(std::vector<cl_ulong>(1)), least = buffer_of(std::vector<cl_long>(1)),
         seen = buffer_of(std::vector<cl_ulong>(1)), won = buffer_of(std::vector<cl_long>(1)),
         in_group = buffer_of(std::vector<cl_ulong>(items / group));
  cl_uint index = 0;
  for (cl_mem buffer : {sum, least, seen, won, in_group}) set(kernel, index++, buffer);
  ASSERT_EQ(run(kernel, items, group), CL_SUCCESS);
  EXPECT_EQ(contents<cl_ulong>(sum, 1)[0], cl_ulong(items) << 31);
  EXPECT_EQ(contents<cl_ulong>(seen, 1)[0], items == 64 ? ~cl_ulong{0} : 0U);  // Each bit once or four times.
  EXPECT_EQ(contents<cl_long>(least, 1)[0], -(cl_long{1} << 40));
  EXPECT_EQ(contents<cl_long>(won, 1)[0], items * ((cl_long{1} << 33) + 1));
  std::vector<cl_ulong> expected;
  for (cl_long first = 0; first < items; first += group) {
    cl_ulong value = 0xFFFFFFFF;
    for (cl_long i = first; i < first + group; ++i) value += i % 3 == 0 ? 1 : cl_ulong(-2);
    expected.push_back(value);
  }
  EXPECT_EQ(contents<cl_ulong>(in_group, expected.size()), expected);
  for (cl_mem buffer : {sum, least, seen, won, in_group}) clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Program, LongAtomicsOfOpenClC3) {
  cl_kernel kernel = kernel_from(R"(
    #pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
    #pragma OPENCL EXTENSION cl_khr_int64_extended_atomics : enable
    __kernel void k(volatile __global atomic_long* a, volatile __global atomic_ulong* b, __global long* out) {
      const memory_order order = memory_order_relaxed;
      const memory_scope scope = memory_scope_work_group;
      atomic_fetch_sub_explicit(a, 1l << 32, order, scope);
      atomic_fetch_max_explicit(b, (ulong)get_local_id(0) << 40, order, scope);
      work_group_barrier(CLK_GLOBAL_MEM_FENCE);
      if (get_local_id(0) == 0) {
        long wrong = 5;
        out[0] = atomic_compare_exchange_strong_explicit(a, &wrong, 6l, order, order, scope);
        out[1] = wrong;
        out[2] = atomic_exchange_explicit(a, 7l, order, scope);
        atomic_store_explicit(a, -8l, order, scope);
        out[3] = atomic_load_explicit(a, order, scope);
      }
    })",
                                 "k", "-cl-std=CL3.0");
  cl_mem a = buffer_of(std::vector<cl_long>(1)), b = buffer_of(std::vector<cl_ulong>(1)),
         out = buffer_of(std::vector<cl_long>(4));
  set(kernel, 0, a);
  set(kernel, 1, b);
  set(kernel, 2, out);
  ASSERT_EQ(run(kernel, 32, 32), CL_SUCCESS);
  const cl_long left = -(cl_long{1} << 37);
  EXPECT_EQ(contents<cl_long>(out, 4), (std::vector<cl_long>{0, left, left, -8}));
  EXPECT_EQ(contents<cl_ulong>(b, 1)[0], cl_ulong{31} << 40);
  for (cl_mem buffer : {a, b, out}) clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

TEST_F(Program, LogarithmOfGammaOfSmallNegativeNumbers) {
  cl_kernel kernel = kernel_from(
      "__kernel void k(__global float* x) { int i = get_global_id(0), s = 7; x[i] = lgamma(x[i]) + 1000 * "
      "(lgamma_r(x[i], &s) == lgamma(x[i]) ? s : 5); }",
      "k");
  // -log(-x), and the sign of gamma.
  cl_mem buffer = buffer_of(std::vector<float>{-0x1p-69F, -0x1p-40F, -0x1p-25F, -0x1p-23F, 0.5F});
  set(kernel, 0, buffer);
  ASSERT_EQ(run(kernel, 5, 0), CL_SUCCESS);
  const std::vector<float> expected = {47.827156F - 1000, 27.725887F - 1000, 17.32868F - 1000, 15.942385F - 1000,
                                       0.572365F + 1000};
  const std::vector<float> got = contents<float>(buffer, 5);
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(got[i], expected[i], 1e-3) << i;
  clReleaseMemObject(buffer);
  clReleaseKernel(kernel);
}

}  // namespace
