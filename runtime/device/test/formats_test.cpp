// heddle_formats.h on the host: every encoding, against numbers made with ldexp, and roundings against a search.
#include "heddle_formats.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {

struct Format {
  const char* name;
  hd_small_format f;
  bool saturated;
  uint32_t (*encode)(float);
  float (*decode)(uint32_t);
};

const std::vector<Format>& formats() {
  static const std::vector<Format> kAll = {
      {"e5m2", HD_FORMAT_E5M2, false, [](float x) { return uint32_t{hd_e5m2(x)}; },
       [](uint32_t bits) { return hd_from_e5m2(static_cast<uint8_t>(bits)); }},
      {"e5m2_saturated", HD_FORMAT_E5M2, true, [](float x) { return uint32_t{hd_e5m2_saturated(x)}; },
       [](uint32_t bits) { return hd_from_e5m2(static_cast<uint8_t>(bits)); }},
      {"e4m3", HD_FORMAT_E4M3, true, [](float x) { return uint32_t{hd_e4m3(x)}; },
       [](uint32_t bits) { return hd_from_e4m3(static_cast<uint8_t>(bits)); }},
      {"e2m1", HD_FORMAT_E2M1, true, [](float x) { return uint32_t{hd_e2m1(x)}; },
       [](uint32_t bits) { return hd_from_e2m1(static_cast<uint8_t>(bits)); }},
      {"fp16", HD_FORMAT_FP16, false, [](float x) { return uint32_t{hd_fp16(x)}; },
       [](uint32_t bits) { return hd_from_fp16(static_cast<uint16_t>(bits)); }},
      {"bf16", HD_FORMAT_BF16, false, [](float x) { return uint32_t{hd_bf16(x)}; },
       [](uint32_t bits) { return hd_from_bf16(static_cast<uint16_t>(bits)); }}};
  return kAll;
}

double exact(const hd_small_format& f, uint32_t magnitude) {
  const int field = static_cast<int>(magnitude >> f.fraction);
  const int bias = (1 << (f.exponent - 1)) - 1;
  const double fraction = std::ldexp(magnitude & ((1U << f.fraction) - 1), -static_cast<int>(f.fraction));
  return std::ldexp(fraction + (field != 0 ? 1.0 : 0.0), std::max(field, 1) - bias);
}

class Formats : public testing::TestWithParam<Format> {};

TEST_P(Formats, EveryFiniteEncodingComesBack) {
  const Format& format = GetParam();
  const uint32_t sign = 1U << (format.f.exponent + format.f.fraction);
  for (uint32_t magnitude = 0; magnitude <= format.f.largest; ++magnitude) {
    const double value = exact(format.f, magnitude);
    ASSERT_EQ(format.decode(magnitude), value) << magnitude;
    ASSERT_EQ(format.decode(sign | magnitude), -value) << magnitude;
    ASSERT_EQ(format.encode(static_cast<float>(value)), magnitude);
    ASSERT_EQ(format.encode(static_cast<float>(-value)), sign | magnitude);
  }
}

// Halfway between two neighbours, and one float to either side of it.
TEST_P(Formats, RoundsToNearestEven) {
  const Format& format = GetParam();
  const uint32_t step = format.f.largest > 4096 ? 37 : 1;
  for (uint32_t magnitude = 0; magnitude < format.f.largest; magnitude += step) {
    const double middle = (exact(format.f, magnitude) + exact(format.f, magnitude + 1)) / 2;
    const auto half = static_cast<float>(middle);
    if (half != middle) continue;  // of bf16's smallest
    ASSERT_EQ(format.encode(half), magnitude + (magnitude & 1)) << magnitude;
    ASSERT_EQ(format.encode(std::nextafterf(half, 0.0F)), magnitude);
    ASSERT_EQ(format.encode(std::nextafterf(half, std::numeric_limits<float>::infinity())), magnitude + 1);
  }
}

TEST_P(Formats, BeyondTheLargest) {
  const Format& format = GetParam();
  const uint32_t beyond = format.saturated ? format.f.largest : format.f.infinity;
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(format.encode(infinity), beyond);
  if (format.f.exponent < 8) {
    EXPECT_EQ(format.encode(1e30F), beyond);
  }
  EXPECT_EQ(format.encode(std::numeric_limits<float>::quiet_NaN()), format.f.nan);
}

INSTANTIATE_TEST_SUITE_P(, Formats, testing::ValuesIn(formats()), [](const auto& info) { return info.param.name; });

TEST(Blocks, ScalesUseTheRangeOfTheElements) {
  std::mt19937 random(5);
  std::normal_distribution<float> draw;
  for (int round = 0; round < 2000; ++round) {
    std::array<float, 32> x{};
    const float size = std::ldexp(1.0F, static_cast<int>(random() % 60) - 30);
    float largest = 0.0F;
    for (float& value : x) {
      value = draw(random) * size;
      largest = std::max(largest, std::abs(value));
    }
    std::array<uint8_t, 32> elements{};
    const uint8_t mx8 = hd_quantise_mxfp8(x.data(), false, elements.data());
    for (int i = 0; i < 32; ++i) {
      // E4M3 has three bits of fraction; what saturates is off by 2^-3 of the largest at most.
      ASSERT_NEAR(hd_from_e4m3(elements[i]) * hd_from_e8m0(mx8), x[i],
                  std::max(std::abs(x[i]) / 8, largest * 0x1p-16F));
    }
    std::array<uint8_t, 16> pairs{};
    const uint8_t mx4 = hd_quantise_mxfp4(x.data(), pairs.data());
    for (int i = 0; i < 32; ++i) {
      const uint8_t element = pairs[i / 2] >> (i % 2 * 4) & 15;
      ASSERT_NEAR(hd_from_e2m1(element) * hd_from_e8m0(mx4), x[i], std::max(std::abs(x[i]) / 3, hd_from_e8m0(mx4) / 4));
    }
  }
}

TEST(Blocks, Nvfp4) {
  std::mt19937 random(6);
  std::normal_distribution<float> draw;
  for (int round = 0; round < 2000; ++round) {
    std::array<float, 16> x{};
    for (float& value : x) value = draw(random);
    std::array<uint8_t, 8> pairs{};
    const float scale = hd_from_e4m3(hd_quantise_nvfp4(x.data(), pairs.data()));
    for (int i = 0; i < 16; ++i) {
      const uint8_t element = pairs[i / 2] >> (i % 2 * 4) & 15;
      ASSERT_NEAR(hd_from_e2m1(element) * scale, x[i], std::max(std::abs(x[i]) / 4, scale / 4) * 1.001F);
    }
  }
  std::array<float, 16> zeros{};
  std::array<uint8_t, 8> pairs{};
  EXPECT_EQ(hd_quantise_nvfp4(zeros.data(), pairs.data()), 0);
  EXPECT_EQ(pairs, (std::array<uint8_t, 8>{}));
}

TEST(Tf32, RoundsToTenBits) {
  std::mt19937 random(7);
  for (int round = 0; round < 100'000; ++round) {
    const uint32_t bits = random();
    float x = 0;
    std::memcpy(&x, &bits, 4);
    if (!std::isfinite(x)) continue;
    const uint32_t rounded = hd_tf32(x);
    ASSERT_EQ(rounded & 0x1FFF, 0U);
    const int64_t off = int64_t{rounded} - bits;
    ASSERT_LE(std::abs(off), 0x1000) << bits;
    if (std::abs(off) == 0x1000) {
      ASSERT_EQ(rounded >> 13 & 1, 0U) << bits;
    }
  }
}

}  // namespace
