// Bad input: every argument, what the error names, and that nothing was computed.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "case.h"

namespace heddle::blas {
namespace {

struct Wrong {
  const char* argument;
  Status status;
  std::function<void(Gemm&)> change;
};

void expect_errors(const char* configuration, const Gemm& shape, const std::vector<Wrong>& wrongs) {
  driver::Device device = open_device(configuration);
  Case test(device, shape, 1);
  const Gemm right = test.gemm;
  Blas blas(device);
  for (const Wrong& wrong : wrongs) {
    Gemm gemm = right;
    wrong.change(gemm);
    try {
      blas.gemm(gemm);
      ADD_FAILURE() << wrong.argument << ": no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.argument(), wrong.argument) << error.what();
      EXPECT_EQ(error.status(), wrong.status) << wrong.argument << ": " << error.what();
    }
  }
  // Nothing has been touched, and what is right works.
  EXPECT_EQ(device.read<uint8_t>(test.d_address, test.d_bytes), std::vector<uint8_t>(test.d_bytes, 0xEE));
  test.run();
}

TEST(Error, EveryArgument) {
  expect_errors(
      kMiddle,
      {.format = Format::kMxfp8E4m3,
       .output = Output::kNvfp4,
       .transpose_b = true,
       .m = 20,
       .n = 40,
       .k = 70,
       .beta = 1.0F,
       .bias = 1,
       .batch = 2},
      {
          {"m", Status::kInvalidSize, [](Gemm& g) { g.m = -1; }},
          {"n", Status::kInvalidSize, [](Gemm& g) { g.n = -7; }},
          {"k", Status::kInvalidSize, [](Gemm& g) { g.k = int64_t{1} << 31; }},
          {"batch", Status::kInvalidSize, [](Gemm& g) { g.batch = -1; }},
          {"pointers", Status::kInvalidSize, [](Gemm& g) { g.pointers.resize(3); }},
          {"a.address", Status::kNullPointer, [](Gemm& g) { g.pointers.resize(2); }},
          {"a.address", Status::kNullPointer, [](Gemm& g) { g.a.address = 0; }},
          {"b.address", Status::kNullPointer, [](Gemm& g) { g.b.address = 0; }},
          {"c.address", Status::kNullPointer, [](Gemm& g) { g.c.address = 0; }},
          {"d.address", Status::kNullPointer, [](Gemm& g) { g.d.address = 0; }},
          {"a.scales", Status::kNullPointer, [](Gemm& g) { g.a.scales = 0; }},
          {"b.scales", Status::kNullPointer, [](Gemm& g) { g.b.scales = 0; }},
          {"d.scales", Status::kNullPointer, [](Gemm& g) { g.d.scales = 0; }},
          {"c.address", Status::kMisaligned, [](Gemm& g) { g.c.address += 2; }},
          {"bias", Status::kMisaligned, [](Gemm& g) { g.bias += 1; }},
          {"a.leading", Status::kLeading, [](Gemm& g) { g.a.leading = 69; }},
          {"b.leading", Status::kLeading, [](Gemm& g) { g.b.leading = -70; }},
          {"c.leading", Status::kLeading, [](Gemm& g) { g.c.leading = 39; }},
          {"d.leading", Status::kLeading, [](Gemm& g) { g.d.leading = 0; }},
          {"d.leading", Status::kMisaligned, [](Gemm& g) { g.d.leading = 41; }},
          {"d.stride", Status::kMisaligned, [](Gemm& g) { g.d.stride = 1001; }},
          {"a.scales_leading", Status::kLeading, [](Gemm& g) { g.a.scales_leading = 19; }},
          {"b.scales_leading", Status::kLeading, [](Gemm& g) { g.b.scales_leading = 39; }},
          {"d.scales_leading", Status::kLeading, [](Gemm& g) { g.d.scales_leading = 79; }},
          {"a.stride", Status::kInvalidSize, [](Gemm& g) { g.a.stride = -1; }},
          {"b.scales_stride", Status::kInvalidSize, [](Gemm& g) { g.b.scales_stride = -1; }},
          {"bias_stride", Status::kInvalidSize, [](Gemm& g) { g.bias_stride = -1; }},
          {"a.address", Status::kRange, [](Gemm& g) { g.a.address = 0xFFFFFFF0; }},
          {"b.stride", Status::kRange, [](Gemm& g) { g.b.stride = 2147483647; }},
          {"format", Status::kInvalidValue, [](Gemm& g) { g.format = static_cast<Format>(99); }},
          {"output", Status::kInvalidValue, [](Gemm& g) { g.output = static_cast<Output>(99); }},
          {"output", Status::kInvalidValue, [](Gemm& g) { g.output = Output::kInt32; }},
          {"activation", Status::kInvalidValue, [](Gemm& g) { g.activation = static_cast<Activation>(9); }},
          {"scale", Status::kInvalidValue, [](Gemm& g) { g.scale = std::numeric_limits<float>::infinity(); }},
          {"transpose_b", Status::kUnsupported, [](Gemm& g) { g.format = Format::kMxfp4, g.transpose_b = false; }},
          {"transpose_a", Status::kUnsupported, [](Gemm& g) { g.format = Format::kMxfp4, g.transpose_a = true; }},
      });
}

TEST(Error, Misaligned) {
  expect_errors(kSmall, {.m = 5, .n = 6, .k = 7},
                {
                    {"a.address", Status::kMisaligned, [](Gemm& g) { g.a.address += 1; }},
                    {"b.address", Status::kMisaligned, [](Gemm& g) { g.b.address += 1; }},
                    {"d.address", Status::kMisaligned, [](Gemm& g) { g.d.address += 1; }},
                });
}

TEST(Error, Integers) {
  expect_errors(kSmall, {.format = Format::kInt8, .m = 5, .n = 6, .k = 7},
                {
                    {"alpha", Status::kInvalidValue, [](Gemm& g) { g.alpha = 0.5F; }},
                    {"beta", Status::kInvalidValue, [](Gemm& g) { g.beta = 1e20F; }},
                    {"bias", Status::kInvalidValue, [](Gemm& g) { g.bias = g.c.address; }},
                    {"activation", Status::kInvalidValue, [](Gemm& g) { g.activation = Activation::kRelu; }},
                });
}

TEST(Error, FormatsThatTheDeviceHasNot) {
  const auto status_of = [](const std::string& configuration, Format format) {
    driver::Device device = open_device(configuration);
    try {
      Blas(device).gemm({.format = format, .transpose_b = true, .m = 1, .n = 1, .k = 1});
    } catch (const Error& error) {
      EXPECT_EQ(error.argument(), format == Format::kFp32 ? "a.leading" : "format") << error.what();
      return error.status();
    }
    return Status::kInvalidSize;
  };
  EXPECT_EQ(status_of("edge:copy_engine=0", Format::kFp16), Status::kUnsupported);
  EXPECT_EQ(status_of("edge:matrix_fp8=0", Format::kMxfp8E4m3), Status::kUnsupported);
  EXPECT_EQ(status_of("edge:matrix_fp4=0", Format::kNvfp4), Status::kUnsupported);
  EXPECT_EQ(status_of("edge:warps=2", Format::kFp16), Status::kUnsupported);
  EXPECT_EQ(status_of("edge:copy_engine=0", Format::kFp32), Status::kLeading);  // it has got that far
}

TEST(Error, BlocksThatTilesCannotHold) {
  driver::Device device = open_device(kSmall);
  Case test(device, {.output = Output::kMxfp4, .m = 5, .n = 64, .k = 7}, 1);
  EXPECT_THROW(Blas(device).gemm(test.gemm), Error);
}

TEST(Error, MatrixOutsideEveryAllocation) {
  driver::Device device = open_device(kSmall);
  Case test(device, {.m = 20, .n = 20, .k = 20}, 1);
  const Gemm right = test.gemm;
  test.gemm.b.address = 0xF0000000;
  try {
    Blas(device).gemm(test.gemm);
    FAIL() << "no error";
  } catch (const driver::DeviceError& error) {
    EXPECT_EQ(error.kind(), driver::ErrorKind::kFault);
  }
  test.gemm = right;
  test.run();
}

TEST(Error, OutOfMemory) {
  driver::DeviceOptions options;
  options.configuration = kSmall;
  options.memory_bytes = driver::Device::kProgramBytes + (1 << 20);
  driver::Device device = driver::Device::open(options);
  device.load(Blas::program());
  Case test(device, {.m = 1, .n = 1, .k = 1}, 1);
  test.gemm.batch = 100'000;
  test.gemm.a.stride = test.gemm.b.stride = test.gemm.d.stride = test.gemm.c.stride = 0;
  try {
    Blas(device).gemm(test.gemm);
    FAIL() << "no error";
  } catch (const driver::DeviceError& error) {
    EXPECT_EQ(error.kind(), driver::ErrorKind::kOutOfMemory);
  }
}

TEST(Error, ProgramWithoutKernels) {
  driver::DeviceOptions options;
  options.configuration = kSmall;
  driver::Device device = driver::Device::open(options);
  EXPECT_THROW(Blas{device}, driver::DeviceError);
}

}  // namespace
}  // namespace heddle::blas
