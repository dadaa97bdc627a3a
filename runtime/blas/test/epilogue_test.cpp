// What happens between accumulators and memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "case.h"

namespace heddle::blas {
namespace {

TEST(Epilogue, EveryOutputOfEveryArray) {
  uint32_t seed = 1;
  for (const char* configuration : {kSmall, kMiddle, kLarge}) {
    driver::Device device = open_device(configuration, seed);
    for (const OutputInfo& output : outputs()) {
      if (output.output == Output::kInt32) continue;
      if (output.block > 4 * device.shape().matrix_dim) continue;
      for (const Format format : {Format::kFp16, Format::kInt8, Format::kFp32}) {
        // n odd, and a multiple of a block.
        for (const int64_t n : {75, 96}) {
          Case(device,
               {.format = format,
                .output = output.output,
                .m = 35,
                .n = n,
                .k = 40,
                .alpha = 1.5F,
                .beta = 0.25F,
                .bias = 1,
                .activation = Activation::kRelu,
                .scale = format == Format::kInt8 ? 0.01F : 3.0F},
               ++seed)
              .run();
        }
      }
    }
  }
}

TEST(Epilogue, AlphaAndBeta) {
  driver::Device device = open_device(kSmall);
  for (const auto& [alpha, beta] : {std::pair{1.0F, 1.0F}, {-2.0F, 0.0F}, {3.0F, -7.0F}}) {
    for (const Format format : {Format::kInt8, Format::kTf32, Format::kFp32}) {
      Case(device, {.format = format, .m = 19, .n = 35, .k = 33, .alpha = alpha, .beta = beta}, 1).run();
    }
  }
}

TEST(Epilogue, BiasAlone) {
  driver::Device device = open_device(kMiddle);
  Case(device, {.m = 64, .n = 64, .k = 64, .bias = 1}, 1).run();
}

// A result is an operand: (A B) C in MXFP8 and NVFP4, the product in between as the epilogue stored it.
TEST(Epilogue, QuantisedResultsAreOperands) {
  driver::Device device = open_device(kMiddle);
  for (const auto& [format, output] :
       {std::pair{Format::kMxfp8E4m3, Output::kMxfp8E4m3}, {Format::kNvfp4, Output::kNvfp4}}) {
    Case first(device, {.format = format, .output = output, .transpose_b = true, .m = 40, .n = 128, .k = 64}, 1);
    first.run();
    Case second(device, {.format = format, .transpose_b = true, .m = 40, .n = 24, .k = 128}, 2);
    second.gemm.a = first.gemm.d;
    // The same numbers, read back.
    reference::Operand& a = second.a.front();
    const bool half = a.format.element_bits == 4;
    for (uint32_t row = 0; row < a.rows; ++row) {
      for (uint32_t k = 0; k < a.k; ++k) {
        const size_t at = row * static_cast<size_t>(first.gemm.d.leading) + k;
        a.bits[size_t{row} * a.k + k] = half ? first.expected_d[at / 2] >> (at % 2 * 4) & 15U : first.expected_d[at];
      }
    }
    const size_t line = size_t{a.rows} * a.format.row_scale_bytes;
    for (uint32_t g = 0; g < a.groups; ++g) {
      std::copy_n(first.expected_scales.begin() + g * first.gemm.d.scales_leading, line,
                  a.scales.begin() + static_cast<std::ptrdiff_t>(g * line));
    }
    second.run();
  }
}

TEST(Epilogue, Gelu) {
  for (const Format format : {Format::kFp16, Format::kFp32}) {
    driver::Device device = open_device(kMiddle);
    Case test(device, {.format = format, .m = 50, .n = 70, .k = 40}, 1);
    test.run();
    const auto columns = static_cast<size_t>(test.gemm.d.leading);
    const auto before = device.read<float>(test.d_address, 50 * columns);
    test.gemm.activation = Activation::kGelu;
    Blas(device).gemm(test.gemm);
    const auto after = device.read<float>(test.d_address, 50 * columns);
    for (size_t row = 0; row < 50; ++row) {
      for (size_t column = 0; column < 70; ++column) {
        const double x = before[row * columns + column], got = after[row * columns + column];
        const double u = std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x);
        const double exact = x / (1.0 + std::exp(-2.0 * u));  // 1 + tanh(u) would cancel
        // e^-2u is within 1 + 1.25 |2u| ulp for a rounded u; the rest is a few roundings.
        ASSERT_NEAR(got, exact, (8.0 + 8.0 * std::abs(u)) * 0x1p-23 * std::abs(exact) + 1e-37) << "gelu of " << x;
      }
    }
  }
}

TEST(Epilogue, GeluFarOut) {
  driver::Device device = open_device(kSmall);
  Case test(device, {.format = Format::kFp32, .m = 1, .n = 4, .k = 0, .beta = 1.0F, .activation = Activation::kGelu},
            1);
  const float infinity = std::numeric_limits<float>::infinity();
  device.write(test.gemm.c.address, std::vector<float>{infinity, -infinity, -1e30F, std::nanf("")});
  Blas(device).gemm(test.gemm);
  const auto got = device.read<float>(test.d_address, 4);
  EXPECT_EQ(got[0], infinity);
  EXPECT_EQ(got[1], 0.0F);
  EXPECT_EQ(got[2], 0.0F);
  EXPECT_TRUE(std::isnan(got[3]));
}

}  // namespace
}  // namespace heddle::blas
