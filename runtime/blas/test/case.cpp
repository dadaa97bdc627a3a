#include "case.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "heddle_formats.h"

namespace heddle::blas {
namespace {

constexpr uint32_t kPadding = 6;  // columns between rows that are nobody's; even

uint32_t size(int64_t x) { return static_cast<uint32_t>(x); }

/// All products' parts one after the other.
uint32_t upload(driver::Device& device, const std::vector<std::vector<uint8_t>>& parts, const char* label) {
  std::vector<uint8_t> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return device.upload(all, label);
}

void place_operand(driver::Device& device, Matrix& x, const std::vector<reference::Operand>& operands, bool along_k) {
  const reference::Operand& first = operands.front();
  // An odd distance, where elements are whole bytes.
  const uint32_t length = along_k ? first.k : first.rows;
  x.leading = first.format.element_bits == 4 ? length + length % 2 + 2 : length + 3;
  x.scales_leading = first.rows * first.format.row_scale_bytes + 5;
  std::vector<std::vector<uint8_t>> parts, scales;
  for (const auto& operand : operands) {
    parts.push_back(operand.stored(along_k, size(x.leading)));
    scales.push_back(operand.stored_scales(size(x.scales_leading)));
  }
  x.address = upload(device, parts, "operand");
  x.stride = static_cast<int64_t>(parts.front().size()) * 8 / first.format.element_bits;
  if (first.format.row_scale_bytes != 0) {
    x.scales = upload(device, scales, "scales");
    x.scales_stride = static_cast<int64_t>(scales.front().size());
  }
}

}  // namespace

driver::Device open_device(const std::string& configuration, uint64_t seed) {
  driver::DeviceOptions options;
  options.configuration = configuration;
  options.engine_delays = true;
  options.seed = seed;
  driver::Device device = driver::Device::open(options);
  device.load(Blas::program());
  return device;
}

Case::Case(driver::Device& opened, const Gemm& shape, uint32_t seed) : device(opened), gemm(shape) {
  std::mt19937 random(seed);
  const uint32_t m = size(gemm.m), n = size(gemm.n), k = size(gemm.k);
  for (int64_t i = 0; i < gemm.batch; ++i) {
    a.emplace_back(gemm.format, true, m, k, random);
    b.emplace_back(gemm.format, false, n, k, random);
  }
  if (k != 0) {
    place_operand(device, gemm.a, a, !gemm.transpose_a);
    place_operand(device, gemm.b, b, gemm.transpose_b);
  }
  const auto batch = static_cast<size_t>(gemm.batch);
  std::normal_distribution<float> draw(0.0F, 1.0F);
  gemm.c.leading = n + kPadding;
  gemm.c.stride = m * gemm.c.leading;
  c.resize(static_cast<size_t>(gemm.c.stride) * batch);
  for (uint32_t& x : c) x = gemm.stored_as() == Output::kInt32 ? random() : std::bit_cast<uint32_t>(draw(random));
  gemm.c.address = device.upload(c, "c");
  if (gemm.bias != 0) {  // asked for
    bias.resize(n * batch);
    for (float& x : bias) x = draw(random);
    gemm.bias = device.upload(bias, "bias");
    gemm.bias_stride = n;
  }
  const OutputInfo& output = info(gemm.stored_as());
  gemm.d.leading = n + n % 2 + kPadding;
  gemm.d.stride = m * gemm.d.leading;
  d_bytes = static_cast<size_t>(gemm.d.stride) * batch * output.element_bits / 8;
  gemm.d.address = d_address = device.upload(std::vector<uint8_t>(d_bytes, 0xEE), "d");
  if (output.row_scale_bytes != 0) {
    const uint32_t groups = (n * output.element_bits + 255) / 256;
    gemm.d.scales_leading = m * output.row_scale_bytes + 3;
    gemm.d.scales_stride = groups * gemm.d.scales_leading;
    d_scale_bytes = static_cast<size_t>(gemm.d.scales_stride) * batch;
    gemm.d.scales = d_scales = device.upload(std::vector<uint8_t>(d_scale_bytes, 0xEE), "scales of d");
  }
}

float Case::value(uint32_t accumulator, uint32_t product, uint32_t row, uint32_t column) const {
  float x = gemm.format == Format::kInt8 ? static_cast<float>(static_cast<int32_t>(accumulator))
                                         : std::bit_cast<float>(accumulator);
  x = gemm.alpha * x;
  if (gemm.beta != 0.0F) {
    const auto at = static_cast<size_t>(gemm.c.stride * product + gemm.c.leading * row + column);
    x = std::fmaf(gemm.beta, std::bit_cast<float>(c[at]), x);
  }
  if (!bias.empty()) x += bias[product * size(gemm.n) + column];
  if (gemm.activation == Activation::kRelu && x < 0.0F) x = 0.0F;
  return x;
}

void Case::expect_product(uint32_t product) {
  const uint32_t m = size(gemm.m), n = size(gemm.n);
  const OutputInfo& output = info(gemm.stored_as());
  std::vector<uint32_t> sums(size_t{m} * n);
  if (gemm.k != 0 && gemm.alpha != 0.0F) sums = reference::accumulators(a[product], b[product]);
  for (uint32_t row = 0; row < m; ++row) {
    uint8_t* const to = expected_d.data() +
                        static_cast<size_t>(gemm.d.stride * product + gemm.d.leading * row) * output.element_bits / 8;
    if (output.output == Output::kInt32) {
      for (uint32_t j = 0; j < n; ++j) {
        uint32_t x = static_cast<uint32_t>(static_cast<int32_t>(gemm.alpha)) * sums[size_t{row} * n + j];
        x += static_cast<uint32_t>(static_cast<int32_t>(gemm.beta)) *
             c[static_cast<size_t>(gemm.c.stride * product + gemm.c.leading * row + j)];
        std::memcpy(to + size_t{j} * 4, &x, 4);
      }
      continue;
    }
    std::vector<float> x(n + 32, 0.0F);
    for (uint32_t j = 0; j < n; ++j) x[j] = value(sums[size_t{row} * n + j], product, row, j);
    if (output.output != Output::kFp32) {
      for (uint32_t j = 0; j < n; ++j) x[j] *= gemm.scale;
    }
    if (output.block != 0) {
      const uint32_t per_group = output.row_scale_bytes;
      for (uint32_t j = 0; j < n; j += output.block) {
        std::array<uint8_t, 32> bytes{};
        uint8_t scale = 0;
        switch (output.output) {
          case Output::kMxfp8E4m3: scale = hd_quantise_mxfp8(&x[j], false, bytes.data()); break;
          case Output::kMxfp8E5m2: scale = hd_quantise_mxfp8(&x[j], true, bytes.data()); break;
          case Output::kMxfp4: scale = hd_quantise_mxfp4(&x[j], bytes.data()); break;
          default: scale = hd_quantise_nvfp4(&x[j], bytes.data()); break;
        }
        const uint32_t count = std::min(output.block, n - j), number = j / output.block;
        std::copy_n(bytes.begin(), (count * output.element_bits + 7) / 8, to + j * output.element_bits / 8);
        expected_scales[static_cast<size_t>(gemm.d.scales_stride * product +
                                            number / per_group * gemm.d.scales_leading + row * per_group +
                                            number % per_group)] = scale;
      }
      continue;
    }
    for (uint32_t j = 0; j < n; ++j) {
      uint32_t bits = 0;
      switch (output.output) {
        case Output::kFp32: bits = std::bit_cast<uint32_t>(x[j]); break;
        case Output::kFp16: bits = hd_fp16(x[j]); break;
        case Output::kBf16: bits = hd_bf16(x[j]); break;
        case Output::kFp8E4m3: bits = hd_e4m3(x[j]); break;
        case Output::kFp8E5m2: bits = hd_e5m2_saturated(x[j]); break;
        default:
          bits = static_cast<uint8_t>(static_cast<int>(std::clamp(std::nearbyint(x[j]), -128.0F, 127.0F)));
          break;
      }
      std::memcpy(to + size_t{j} * output.element_bits / 8, &bits, output.element_bits / 8);
    }
  }
}

void Case::expect() {
  expected_d.assign(d_bytes, 0xEE);
  expected_scales.assign(d_scale_bytes, 0xEE);
  for (uint32_t i = 0; i < gemm.batch; ++i) expect_product(i);
}

void Case::run(const Tuning& tuning) {
  expect();
  Blas(device).gemm(gemm, tuning);
  const std::string what =
      fmt::format("{} {}{} {} x {} x {} to {}", info(gemm.format).name, gemm.transpose_a ? "T" : "N",
                  gemm.transpose_b ? "T" : "N", gemm.m, gemm.n, gemm.k, info(gemm.stored_as()).name);
  const auto compare = [&](uint32_t address, const std::vector<uint8_t>& expected, const char* part) {
    if (expected.empty()) return;
    const auto got = device.read<uint8_t>(address, expected.size());
    const auto at = std::ranges::mismatch(got, expected).in1 - got.begin();
    if (got == expected) return;
    ADD_FAILURE() << fmt::format("{}: byte {} of {} is {:#04x}, expected {:#04x}", what, at, part,
                                 got[static_cast<size_t>(at)], expected[static_cast<size_t>(at)]);
  };
  compare(d_address, expected_d, "d");
  compare(d_scales, expected_scales, "its scales");
}

}  // namespace heddle::blas
