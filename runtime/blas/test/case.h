#pragma once

#include <string>

#include "heddle/blas/blas.h"
#include "operand.h"

namespace heddle::blas {

inline constexpr const char* kSmall = "edge";
inline constexpr const char* kMiddle = "edge:matrix_dim=8";
inline constexpr const char* kLarge = "base:copy_engine=1,matrix_dim=16,matrix_fp8=1,matrix_fp4=1";

/// The golden model with the library's program, engines at random times.
driver::Device open_device(const std::string& configuration, uint64_t seed = 1);

/// A product with operands on the device, its result (with more columns than it needs, which must not change) and what
/// that has to be.
struct Case {
  Case(driver::Device& device, const Gemm& shape, uint32_t seed);
  /// Computes and compares every byte of D, padding included.
  void run(const Tuning& tuning = {});

  driver::Device& device;
  Gemm gemm;
  std::vector<reference::Operand> a, b;  // of each product
  std::vector<uint32_t> c;               // as it is before, all products
  std::vector<float> bias;
  uint32_t d_address = 0, d_scales = 0;
  size_t d_bytes = 0, d_scale_bytes = 0;

  std::vector<uint8_t> expected_d, expected_scales;
  void expect();

 private:
  void expect_product(uint32_t product);
  float value(uint32_t accumulator, uint32_t product, uint32_t row, uint32_t column) const;
};

}  // namespace heddle::blas
