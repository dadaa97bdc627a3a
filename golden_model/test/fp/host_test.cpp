// Every operation that the host's FPU has, in its four rounding modes, values and flags. x86 detects tininess after
// rounding as well. Single precision everywhere; half precision where the processor has AVX512-FP16.
#include <immintrin.h>

#include <bit>
#include <cfenv>
#include <cmath>

#include "heddle/fp/arithmetic.h"
#include "operands.h"
#include "vectors.h"

namespace heddle::fp::test {
namespace {

struct HostMode {
  Rounding mode;
  int host;
};
constexpr HostMode kHostModes[] = {{Rounding::kNearestEven, FE_TONEAREST},
                                   {Rounding::kTowardZero, FE_TOWARDZERO},
                                   {Rounding::kDown, FE_DOWNWARD},
                                   {Rounding::kUp, FE_UPWARD}};

Flags host_flags() {
  const int raised = std::fetestexcept(FE_ALL_EXCEPT);
  Flags flags = 0;
  if ((raised & FE_INEXACT) != 0) flags |= kInexact;
  if ((raised & FE_UNDERFLOW) != 0) flags |= kUnderflow;
  if ((raised & FE_OVERFLOW) != 0) flags |= kOverflow;
  if ((raised & FE_DIVBYZERO) != 0) flags |= kDivideByZero;
  if ((raised & FE_INVALID) != 0) flags |= kInvalid;
  return flags;
}

// Runs one operation of the host in its mode, with clean flags, and puts the mode back.
template <typename Operation>
auto on_host(const HostMode& mode, Flags& flags, Operation&& operation) {
  std::fesetround(mode.host);
  std::feclearexcept(FE_ALL_EXCEPT);
  const volatile auto result = operation();
  flags = host_flags();
  std::fesetround(FE_TONEAREST);
  return static_cast<std::remove_cvref_t<decltype(operation())>>(result);
}

template <Format F>
Result canonical(std::uint32_t bits, Flags flags) {
  return {is_nan<F>(bits) ? F.canonical_nan() : bits, flags};
}

// `operation` on volatile floats: nothing is folded, and nothing moves across the mode switches.
template <typename Operation>
Result single_on_host(const HostMode& mode, Operation&& operation) {
  Flags flags = 0;
  const float result = on_host(mode, flags, operation);
  return canonical<kSingle>(std::bit_cast<std::uint32_t>(result), flags);
}

TEST(FloatHost, SingleAddSubtractMultiplyDivide) {
  Operands<kSingle> operands(11);
  for (unsigned n = vectors(50'000); n != 0; --n) {
    const auto [a, b] = operands.pair();
    const volatile float x = std::bit_cast<float>(a);
    const volatile float y = std::bit_cast<float>(b);
    for (const HostMode& m : kHostModes) {
      const Rounding mode = m.mode;
      if (!same(single_on_host(m, [&] { return x + y; }), add<kSingle>(a, b, mode), mode, a, b)) return;
      if (!same(single_on_host(m, [&] { return x - y; }), subtract<kSingle>(a, b, mode), mode, a, b)) return;
      if (!same(single_on_host(m, [&] { return x * y; }), multiply<kSingle>(a, b, mode), mode, a, b)) return;
      if (!same(single_on_host(m, [&] { return x / y; }), divide<kSingle>(a, b, mode), mode, a, b)) return;
    }
  }
}

__attribute__((target("fma"))) float host_fma(float x, float y, float z) {
  return _mm_cvtss_f32(_mm_fmadd_ss(_mm_set_ss(x), _mm_set_ss(y), _mm_set_ss(z)));
}

TEST(FloatHost, SingleFused) {
  if (!__builtin_cpu_supports("fma")) GTEST_SKIP() << "the processor has no FMA";
  Operands<kSingle> operands(12);
  for (unsigned n = vectors(30'000); n != 0; --n) {
    const auto [a, b, c] = operands.triple();
    const volatile float x = std::bit_cast<float>(a);
    const volatile float y = std::bit_cast<float>(b);
    const volatile float z = std::bit_cast<float>(c);
    for (const HostMode& m : kHostModes) {
      Result host = single_on_host(m, [&] { return host_fma(x, y, z); });
      // x86 leaves 0 * inf + qNaN quiet (IEEE 754 lets it), RISC-V does not.
      const bool zero_by_infinity =
          (is_zero<kSingle>(a) && is_infinity<kSingle>(b)) || (is_infinity<kSingle>(a) && is_zero<kSingle>(b));
      if (zero_by_infinity && is_nan<kSingle>(c)) host.flags = kInvalid;
      if (!same(host, fused<kSingle>(a, b, c, m.mode), m.mode, a, b, c)) return;
    }
  }
}

TEST(FloatHost, SingleSquareRoot) {
  Operands<kSingle> operands(13);
  for (unsigned n = vectors(50'000); n != 0; --n) {
    const std::uint32_t a = operands.any();
    const volatile float x = std::bit_cast<float>(a);
    for (const HostMode& m : kHostModes) {
      const Result host = single_on_host(m, [&] { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); });
      if (!same(host, square_root<kSingle>(a, m.mode), m.mode, a)) return;
    }
  }
}

TEST(FloatHost, SingleToInteger) {
  Operands<kSingle> operands(14);
  for (unsigned n = vectors(50'000); n != 0; --n) {
    const std::uint32_t a = operands.any();
    const volatile float x = std::bit_cast<float>(a);
    for (const HostMode& m : kHostModes) {
      // To 64 bits, where every result that is in range for 32 is exact.
      Flags flags = 0;
      const long long wide = on_host(m, flags, [&] { return _mm_cvtss_si64(_mm_set_ss(x)); });
      const bool invalid = (flags & kInvalid) != 0;
      const bool up = is_nan<kSingle>(a) || !is_negative<kSingle>(a);
      const auto clamp = [&](long long low, long long high) -> Result {
        if (invalid) return {static_cast<std::uint32_t>(up ? high : low), kInvalid};
        if (wide < low) return {static_cast<std::uint32_t>(low), kInvalid};
        if (wide > high) return {static_cast<std::uint32_t>(high), kInvalid};
        return {static_cast<std::uint32_t>(wide), flags};
      };
      if (!same(clamp(INT32_MIN, INT32_MAX), to_signed<kSingle>(a, m.mode), m.mode, a)) return;
      if (!same(clamp(0, UINT32_MAX), to_unsigned<kSingle>(a, m.mode), m.mode, a)) return;
    }
  }
}

TEST(FloatHost, SingleFromInteger) {
  Operands<kSingle> operands(15);
  for (unsigned n = vectors(50'000); n != 0; --n) {
    const std::uint32_t a = operands.integer();
    const volatile long long as_signed = static_cast<std::int32_t>(a);
    const volatile long long as_unsigned = a;
    for (const HostMode& m : kHostModes) {
      const Rounding mode = m.mode;
      const auto cast = [](long long value) { return _mm_cvtss_f32(_mm_cvtsi64_ss(_mm_setzero_ps(), value)); };
      if (!same(single_on_host(m, [&] { return cast(as_signed); }), from_signed<kSingle>(a, mode), mode, a)) return;
      if (!same(single_on_host(m, [&] { return cast(as_unsigned); }), from_unsigned<kSingle>(a, mode), mode, a)) return;
    }
  }
}

TEST(FloatHost, SingleComparisons) {
  Operands<kSingle> operands(16);
  for (unsigned n = vectors(30'000); n != 0; --n) {
    const auto [a, b] = operands.pair();
    const volatile float x = std::bit_cast<float>(a);
    const volatile float y = std::bit_cast<float>(b);
    const auto host = [&](auto&& comparison) {
      Flags flags = 0;
      const int result = on_host(kHostModes[0], flags, comparison);
      // Operands of comparisons are exact: a subnormal one raises a flag that only x86 has.
      return Result{static_cast<std::uint32_t>(result), static_cast<Flags>(flags & kInvalid)};
    };
    const auto mode = Rounding::kNearestEven;
    const auto v = [](float value) { return _mm_set_ss(value); };
    if (!same(host([&] { return _mm_ucomieq_ss(v(x), v(y)) & (x == y ? 1 : 0); }), equal<kSingle>(a, b), mode, a, b))
      return;
    if (!same(host([&] { return _mm_comilt_ss(v(x), v(y)) & (x < y ? 1 : 0); }), less<kSingle>(a, b), mode, a, b))
      return;
    if (!same(host([&] { return _mm_comile_ss(v(x), v(y)) & (x <= y ? 1 : 0); }), less_or_equal<kSingle>(a, b), mode, a,
              b))
      return;
  }
}

// ---- half precision ----------------------------------------------------------------------------------------------

#define HEDDLE_FP16 __attribute__((target("avx512fp16,avx512vl")))

enum class HalfOperation { kAdd, kSubtract, kMultiply, kDivide, kFused, kSquareRoot };

HEDDLE_FP16 __m128h half_vector(std::uint32_t bits) {
  return _mm_castsi128_ph(_mm_cvtsi32_si128(static_cast<int>(bits)));
}
HEDDLE_FP16 std::uint32_t half_bits(__m128h value) {
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_castph_si128(value))) & 0xFFFF;
}

HEDDLE_FP16 Result half_on_host(HalfOperation operation, const HostMode& mode, std::uint32_t a, std::uint32_t b,
                                std::uint32_t c) {
  const volatile std::uint32_t x = a;
  const volatile std::uint32_t y = b;
  const volatile std::uint32_t z = c;
  std::fesetround(mode.host);
  std::feclearexcept(FE_ALL_EXCEPT);
  __m128h r = half_vector(x);
  switch (operation) {
    case HalfOperation::kAdd: r = _mm_add_sh(r, half_vector(y)); break;
    case HalfOperation::kSubtract: r = _mm_sub_sh(r, half_vector(y)); break;
    case HalfOperation::kMultiply: r = _mm_mul_sh(r, half_vector(y)); break;
    case HalfOperation::kDivide: r = _mm_div_sh(r, half_vector(y)); break;
    case HalfOperation::kFused: r = _mm_fmadd_sh(r, half_vector(y), half_vector(z)); break;
    case HalfOperation::kSquareRoot: r = _mm_sqrt_sh(r, r); break;
  }
  const volatile std::uint32_t bits = half_bits(r);
  const Flags flags = host_flags();
  std::fesetround(FE_TONEAREST);
  return canonical<kHalf>(bits, flags);
}

TEST(FloatHost, Half) {
  if (!__builtin_cpu_supports("avx512fp16")) GTEST_SKIP() << "the processor has no half-precision arithmetic";
  Operands<kHalf> operands(17);
  for (unsigned n = vectors(30'000); n != 0; --n) {
    const auto [a, b, c] = operands.triple();
    for (const HostMode& m : kHostModes) {
      using enum HalfOperation;
      const Rounding mode = m.mode;
      if (!same(half_on_host(kAdd, m, a, b, c), add<kHalf>(a, b, mode), mode, a, b)) return;
      if (!same(half_on_host(kSubtract, m, a, b, c), subtract<kHalf>(a, b, mode), mode, a, b)) return;
      if (!same(half_on_host(kMultiply, m, a, b, c), multiply<kHalf>(a, b, mode), mode, a, b)) return;
      if (!same(half_on_host(kDivide, m, a, b, c), divide<kHalf>(a, b, mode), mode, a, b)) return;
      if (!same(half_on_host(kSquareRoot, m, a, b, c), square_root<kHalf>(a, mode), mode, a)) return;
      Result host = half_on_host(kFused, m, a, b, c);
      const bool zero_by_infinity =
          (is_zero<kHalf>(a) && is_infinity<kHalf>(b)) || (is_infinity<kHalf>(a) && is_zero<kHalf>(b));
      if (zero_by_infinity && is_nan<kHalf>(c)) host.flags = kInvalid;
      if (!same(host, fused<kHalf>(a, b, c, mode), mode, a, b, c)) return;
    }
  }
}

}  // namespace
}  // namespace heddle::fp::test
