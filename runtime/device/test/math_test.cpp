// The error bounds that heddle_math.h states, measured; halves; the floating-point state. On the golden model.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "heddle/driver/device.h"
#include "math_args.h"

namespace heddle {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kPi = std::numbers::pi;
constexpr double kU = 0x1p-24;

/// A unit in the last place of the float nearest to `value`.
double ulp(double value) { return value == 0.0 ? 0x1p-149 : std::ldexp(1.0, std::max(std::ilogb(value), -126) - 23); }

/// sin of `turns` turns: the operand brought into the first quadrant, which is exact.
double sine_of_turns(double turns) {
  double rest = turns - std::nearbyint(turns);
  if (std::abs(rest) > 0.25) rest = std::copysign(0.5, rest) - rest;
  return std::sin(2.0 * kPi * rest);
}

double cosine_of_turns(double turns) {
  const double rest = std::abs(turns - std::nearbyint(turns));
  return rest < 0.125 ? std::cos(2.0 * kPi * rest) : sine_of_turns(0.25 - rest);
}

struct Function {
  math_function number;
  const char* name;
  std::function<double(double, double)> exact;
  double low, high;  ///< Magnitudes of the first operand: drawn evenly by exponent.
  bool negative;     ///< Negative ones too.
  /// Largest error that is stated, from operands and exact result.
  std::function<double(double, double, double)> bound;
  double second_low = 1.0, second_high = 1.0;
};

#define NUMBER_AND_NAME(name) MATH_##name, #name
auto in_ulp(double count) {
  return [count](double, double, double value) { return count * ulp(value); };
}
double absolute(double x, double, double) { return (2.0 + 1.7 * std::abs(x)) * kU; }

const std::vector<Function>& functions() {
  static const std::vector<Function> list{
      {NUMBER_AND_NAME(hd_rcp), [](double x, double) { return 1 / x; }, 0x1p-128, 0x1.fffffep127, true, in_ulp(1)},
      {NUMBER_AND_NAME(hd_rsqrt), [](double x, double) { return 1 / std::sqrt(x); }, 0x1p-149, 0x1.fffffep127, false,
       in_ulp(1)},
      {NUMBER_AND_NAME(hd_exp2), [](double x, double) { return std::exp2(x); }, 0x1p-30, 127.99, true, in_ulp(1)},
      {NUMBER_AND_NAME(hd_log2), [](double x, double) { return std::log2(x); }, 0x1p-149, 0x1.fffffep127, false,
       in_ulp(1)},
      {NUMBER_AND_NAME(hd_sin2pi), [](double x, double) { return sine_of_turns(x); }, 0x1p-140, 0x1p20, true,
       in_ulp(2)},
      {NUMBER_AND_NAME(hd_cos2pi), [](double x, double) { return cosine_of_turns(x); }, 0x1p-20, 0x1p20, true,
       in_ulp(2)},
      {NUMBER_AND_NAME(hd_fast_expf), [](double x, double) { return std::exp(x); }, 0x1p-30, 88.7, true,
       [](double x, double, double value) { return (1.0 + 1.25 * std::abs(x)) * ulp(value); }},
      {NUMBER_AND_NAME(hd_fast_logf), [](double x, double) { return std::log(x); }, 0x1p-149, 0x1.fffffep127, false,
       in_ulp(2)},
      {NUMBER_AND_NAME(hd_fast_sinf), [](double x, double) { return std::sin(x); }, 0x1p-30, 1e4, true, absolute},
      {NUMBER_AND_NAME(hd_fast_sinf), [](double x, double) { return std::sin(x); }, 0x1p-120, 1.0, true, in_ulp(4)},
      {NUMBER_AND_NAME(hd_fast_cosf), [](double x, double) { return std::cos(x); }, 0x1p-30, 1e4, true, absolute},
      {NUMBER_AND_NAME(hd_fast_tanhf), [](double x, double) { return std::tanh(x); }, 0x1p-126, 20.0, true, in_ulp(3)},
      {NUMBER_AND_NAME(hd_fast_rsqrtf), [](double x, double) { return 1 / std::sqrt(x); }, 0x1p-149, 0x1.fffffep127,
       false, in_ulp(1)},
      {NUMBER_AND_NAME(hd_fast_sqrtf), [](double x, double) { return std::sqrt(x); }, 0x1p-149, 0x1.fffffep127, false,
       in_ulp(3)},
      {NUMBER_AND_NAME(hd_fast_powf), [](double x, double y) { return std::pow(x, y); }, 0x1p-20, 0x1p20, false,
       [](double x, double y, double value) { return (1.0 + 2.1 * std::abs(y * std::log2(x))) * ulp(value); }, 0.1,
       6.3},
      {NUMBER_AND_NAME(hd_fast_divf), [](double x, double y) { return x / y; }, 0x1p-20, 0x1p20, true, in_ulp(2.5),
       0x1p-100, 0x1p100},
  };
  return list;
}

class MathTest : public testing::Test {
 protected:
  MathTest() : device_(driver::Device::open(options())) {
    device_.load(std::string(HEDDLE_TEST_PROGRAMS) + "/laid_out/math.elf");
  }

  static driver::DeviceOptions options() {
    driver::DeviceOptions result;
    result.backend = driver::BackendKind::kModel;
    result.configuration = "base";
    return result;
  }

  driver::Size3 groups(size_t n) const { return {static_cast<uint32_t>((n + 63) / 64), 1, 1}; }

  std::vector<float> compute(math_function function, const std::vector<float>& x, const std::vector<float>& y) {
    const math_args args{static_cast<uint32_t>(function), static_cast<uint32_t>(x.size()), device_.upload(x),
                         device_.upload(y), device_.allocate(x.size() * 4)};
    device_.run("math", groups(x.size()), {64, 1, 1}, args);
    return device_.read<float>(args.result, x.size());
  }

  driver::Device device_;
};

class Bounds : public MathTest, public testing::WithParamInterface<size_t> {};

INSTANTIATE_TEST_SUITE_P(Functions, Bounds, testing::Range(size_t{0}, functions().size()), [](const auto& info) {
  return std::string(functions()[info.param].name) + "_" + std::to_string(info.param);
});

TEST_P(Bounds, AreKept) {
  const Function& function = functions()[GetParam()];
  constexpr size_t kCount = 60000;
  std::mt19937 random(static_cast<unsigned>(GetParam()) + 1);
  const auto draw = [&](double low, double high) {
    const double place = static_cast<double>(random()) * 0x1p-32;
    return static_cast<float>(std::exp2(std::log2(low) + place * (std::log2(high) - std::log2(low))));
  };
  std::vector<float> x(kCount), y(kCount);
  for (size_t i = 0; i < kCount; ++i) {
    x[i] = draw(function.low, function.high);
    if (function.negative && random() % 2) x[i] = -x[i];
    y[i] = draw(function.second_low, function.second_high);
    if (function.second_low != function.second_high && random() % 2) y[i] = -y[i];
  }
  const std::vector<float> got = compute(function.number, x, y);
  double largest = 0.0, share = 0.0;
  for (size_t i = 0; i < kCount; ++i) {
    const double exact = function.exact(x[i], y[i]), error = std::abs(got[i] - exact);
    const double bound = function.bound(x[i], y[i], exact);
    ASSERT_LE(error, bound) << function.name << "(" << x[i] << ", " << y[i] << ") is " << got[i] << ", exactly "
                            << exact;
    largest = std::max(largest, error / ulp(exact));
    share = std::max(share, error / bound);
  }
  std::printf("%s: largest error %.3f ulp, %.1f %% of what is allowed\n", function.name, largest, share * 100.0);
  EXPECT_GT(share, 0.2) << "the stated bound is much too wide";
}

TEST_F(MathTest, SpecialOperands) {
  const auto expect = [&](math_function function, std::vector<float> x, std::vector<float> want, float y = 1.0f) {
    const std::vector<float> got = compute(function, x, std::vector<float>(x.size(), y));
    for (size_t i = 0; i < x.size(); ++i) {
      const uint32_t bits = std::isnan(want[i]) ? 0x7FC00000u : std::bit_cast<uint32_t>(want[i]);
      EXPECT_EQ(std::bit_cast<uint32_t>(got[i]), bits) << "function " << function << " of " << x[i] << ": " << got[i];
    }
  };
  expect(MATH_hd_rcp, {0.0f, -0.0f, kInf, -kInf, kNan, 1.0f, -2.0f, 0x1p-149f},
         {kInf, -kInf, 0.0f, -0.0f, kNan, 1.0f, -0.5f, kInf});
  expect(MATH_hd_rsqrt, {0.0f, -0.0f, kInf, -kInf, kNan, -1.0f, 4.0f, 0x1p-148f},
         {kInf, -kInf, 0.0f, kNan, kNan, kNan, 0.5f, 0x1p74f});
  expect(MATH_hd_exp2, {0.0f, -0.0f, kInf, -kInf, kNan, 128.0f, -151.0f, -149.0f, 10.0f},
         {1.0f, 1.0f, kInf, 0.0f, kNan, kInf, 0.0f, 0x1p-149f, 1024.0f});
  expect(MATH_hd_log2, {0.0f, -0.0f, kInf, -kInf, kNan, -1.0f, 1.0f, 0x1p-149f},
         {-kInf, -kInf, kInf, kNan, kNan, kNan, 0.0f, -149.0f});
  expect(MATH_hd_sin2pi, {0.0f, -0.0f, kInf, kNan, 0.25f, 0.5f, -0.25f, 0x1p30f, 1000.75f},
         {0.0f, -0.0f, kNan, kNan, 1.0f, 0.0f, -1.0f, 0.0f, -1.0f});
  expect(MATH_hd_cos2pi, {0.0f, -0.0f, kInf, kNan, 0.25f, 0.5f, 1.0f, 0x1p30f},
         {1.0f, 1.0f, kNan, kNan, 0.0f, -1.0f, 1.0f, 1.0f});
  expect(MATH_hd_fast_expf, {0.0f, kInf, -kInf, kNan, 100.0f, -200.0f}, {1.0f, kInf, 0.0f, kNan, kInf, 0.0f});
  expect(MATH_hd_fast_logf, {0.0f, kInf, kNan, -1.0f, 1.0f}, {-kInf, kInf, kNan, kNan, 0.0f});
  expect(MATH_hd_fast_tanhf, {0.0f, -0.0f, kInf, -kInf, kNan}, {0.0f, -0.0f, 1.0f, -1.0f, kNan});
  expect(MATH_hd_fast_sqrtf, {0.0f, -0.0f, kInf, kNan, -1.0f, 1.0f}, {0.0f, -0.0f, kInf, kNan, kNan, 1.0f});
  expect(MATH_hd_fast_powf, {0.0f, kInf, 8.0f, -1.0f}, {0.0f, kInf, 64.0f, kNan}, 2.0f);
}

/// The half nearest to `value`, ties to even; overflow to infinity.
uint16_t half_of(double value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return 0x7E00;
  const double magnitude = std::abs(value);
  if (magnitude >= 65520.0) return sign | 0x7C00;
  const int exponent = magnitude == 0.0 ? -14 : std::max(std::ilogb(magnitude), -14);
  const double units = std::nearbyint(std::ldexp(magnitude, 10 - exponent));  // up to 2^11
  return static_cast<uint16_t>(sign + ((exponent + 14) << 10) + static_cast<int>(units));
}

double value_of(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return fraction ? kNan : half & 0x8000 ? -kInf : kInf;
  const double magnitude = std::ldexp(exponent ? fraction + 1024 : fraction, std::max(exponent, 1) - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

TEST_F(MathTest, Halves) {
  std::mt19937_64 random(5);
  std::vector<double> x{0.0,        -0.0,        65504.0, 65519.99, 65520.0, 1e300,
                        -1e300,     kInf,        kNan,    0x1p-24,  0x1p-25, 0x1.000001p-25,
                        0x1p-26,    0x1.ffcp-15, 1.0,     2049,     2051,    0x1.ffdffffffffffp-15,
                        0x1.ffep-15};
  while (x.size() < 4096) {
    const double value =
        std::ldexp(static_cast<double>(random()) * 0x1p-64 + 1.0, static_cast<int>(random() % 46) - 28);
    switch (random() % 4) {
      case 0: x.push_back(value); break;
      case 1: x.push_back(-value); break;
      // Halfway between two halves, or as close to it as doubles are.
      default: {
        const uint16_t half = half_of(value);
        const double middle = (value_of(half) + value_of(static_cast<uint16_t>(half + 1))) / 2;
        const double ends[] = {0.0, middle, 1e300};
        x.push_back(std::nextafter(middle, ends[random() % 3]));
      }
    }
  }
  std::vector<double> y(x.rbegin(), x.rend());
  const auto n = static_cast<uint32_t>(x.size());
  const halves_args args{n,
                         device_.upload(x),
                         device_.upload(y),
                         device_.allocate(2 * n),
                         device_.allocate(2 * n),
                         device_.allocate(4 * n)};
  device_.run("halves", groups(n), {64, 1, 1}, args);
  const auto rounded = device_.read<uint16_t>(args.rounded, n), fused = device_.read<uint16_t>(args.fused, n);
  const auto less = device_.read<uint32_t>(args.less, n);
  for (uint32_t i = 0; i < n; ++i) {
    const double a = value_of(half_of(x[i])), b = value_of(half_of(y[i]));
    EXPECT_EQ(rounded[i], half_of(x[i])) << x[i];
    // Exact in double: a product's last bit is worth at least 2^-48, and it has 22.
    EXPECT_EQ(fused[i], half_of(a * b + 1.0)) << a << " * " << b << " + 1";
    EXPECT_EQ(less[i], a < b ? 1u : 0u) << a << " < " << b;
  }
}

TEST_F(MathTest, StateStartsClearAndModesArePerLane) {
  const uint32_t out = device_.allocate(64 * 7 * 4);
  for (int repeat = 0; repeat < 2; ++repeat) {
    device_.run("modes", {1, 1, 1}, {64, 1, 1}, modes_args{out});
    const auto words = device_.read<uint32_t>(out, 64 * 7);
    for (uint32_t item = 0; item < 64; ++item) {
      const uint32_t* got = &words[item * 7];
      const uint32_t sign = item % 2 ? 0x80000000u : 0u;
      EXPECT_EQ(got[0], 0u);
      EXPECT_EQ(got[1], 1u);  // inexact
      const uint32_t down = 0x3EAAAAAAu, up = 0x3EAAAAABu;
      const uint32_t want[] = {up, down, sign ? up : down, sign ? down : up, up};
      for (int mode = 0; mode < 5; ++mode) EXPECT_EQ(got[2 + mode], sign | want[mode]) << mode;
    }
  }
}

}  // namespace
}  // namespace heddle
