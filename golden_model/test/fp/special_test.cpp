// The special functions: special operands, corners, values computed from section 9 by hand (in exact fractions), and
// the error bound against MPFR on a sample. heddle_special_error looks at every operand.
#include "heddle/fp/special.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "operands.h"
#include "reference.h"
#include "vectors.h"

namespace heddle::fp::test {
namespace {

using Function = Result (*)(std::uint32_t);

constexpr std::uint32_t kZero = 0;
constexpr std::uint32_t kMinusZero = 0x8000'0000;
constexpr std::uint32_t kOne = 0x3F80'0000;
constexpr std::uint32_t kInf = 0x7F80'0000;
constexpr std::uint32_t kMinusInf = 0xFF80'0000;
constexpr std::uint32_t kNan = 0x7FC0'0000;

struct Case {
  Function function;
  std::uint32_t a;
  std::uint32_t expected;
  Flags flags = 0;
};

constexpr Case kSpecialOperands[] = {
    {reciprocal, kZero, kInf, kDivideByZero},
    {reciprocal, kMinusZero, kMinusInf, kDivideByZero},
    {reciprocal, kInf, kZero},
    {reciprocal, kMinusInf, kMinusZero},
    {reciprocal_square_root, kZero, kInf, kDivideByZero},
    {reciprocal_square_root, kMinusZero, kMinusInf, kDivideByZero},
    {reciprocal_square_root, kInf, kZero},
    {reciprocal_square_root, kMinusInf, kNan, kInvalid},
    {reciprocal_square_root, 0xBF80'0000, kNan, kInvalid},
    {reciprocal_square_root, 0x8000'0001, kNan, kInvalid},
    {exp2, kZero, kOne},
    {exp2, kMinusZero, kOne},
    {exp2, kInf, kInf},
    {exp2, kMinusInf, kZero},
    {log2, kZero, kMinusInf, kDivideByZero},
    {log2, kMinusZero, kMinusInf, kDivideByZero},
    {log2, kInf, kInf},
    {log2, kMinusInf, kNan, kInvalid},
    {log2, 0xBF80'0000, kNan, kInvalid},
    {log2, 0x8000'0001, kNan, kInvalid},
    {sine, kZero, kZero},
    {sine, kMinusZero, kMinusZero},
    {sine, kInf, kNan, kInvalid},
    {sine, kMinusInf, kNan, kInvalid},
    {cosine, kZero, kOne},
    {cosine, kMinusZero, kOne},
    {cosine, kInf, kNan, kInvalid},
    {cosine, kMinusInf, kNan, kInvalid},
};

constexpr Case kCorners[] = {
    // Overflow and underflow raise no flag.
    {reciprocal, 0x0000'0001, kInf},
    {reciprocal, 0x8020'0000, kMinusInf},    // -1 / 2^-128
    {reciprocal, 0x0020'0001, 0x7F7F'FFF8},  // just below 2^128
    {reciprocal, 0x7E80'0000, 0x0080'0000},  // 2^-126, normal
    {reciprocal, 0x7F00'0000, 0x0040'0000},  // 2^-127, subnormal
    {reciprocal, kOne, kOne},
    {reciprocal, 0xC000'0000, 0xBF00'0000},
    {reciprocal_square_root, 0x4080'0000, 0x3F00'0000},
    {reciprocal_square_root, 0x0000'0001, 0x64B5'04F3},  // 2^74.5
    {exp2, 0x42FF'FFFF, 0x7F7F'FFA7},                    // 2^127.99999
    {exp2, 0x4300'0000, kInf},
    {exp2, 0x7F7F'FFFF, kInf},
    {exp2, 0xC2FC'0000, 0x0080'0000},  // 2^-126
    {exp2, 0xC2FE'0000, 0x0040'0000},  // 2^-127
    {exp2, 0xC315'0000, 0x0000'0001},  // 2^-149
    {exp2, 0xC316'0000, 0x0000'0001},  // 2^-150: the table's value lies just above the tie
    {exp2, 0xC316'8000, kZero},
    {exp2, 0xFF7F'FFFF, kZero},
    {exp2, 0x0000'0001, kOne},
    {exp2, 0x8000'0001, kOne},
    {log2, kOne, kZero},
    {log2, 0x4000'0000, kOne},
    {log2, 0x0000'0001, 0xC315'0000},  // -149
    {log2, 0x0080'0000, 0xC2FC'0000},  // -126
    // Quadrants, and singles that are whole turns.
    {sine, 0x3E80'0000, kOne},
    {sine, 0x3F00'0000, kZero},
    {sine, 0xBF00'0000, kMinusZero},
    {sine, 0x3F40'0000, 0xBF80'0000},
    {sine, 0xBE80'0000, 0xBF80'0000},
    {sine, 0x4B80'0000, kZero},
    {sine, 0xFF7F'FFFF, kMinusZero},
    {cosine, 0x3E80'0000, kZero},
    {cosine, 0xBF40'0000, kZero},
    {cosine, 0x3F00'0000, 0xBF80'0000},
    {cosine, 0x3F80'0000, kOne},
    {cosine, 0x7F7F'FFFF, kOne},
    {cosine, 0x0000'0001, kOne},
};

// From an evaluation of section 9 in exact fractions.
constexpr Case kValues[] = {
    {reciprocal, 0xE6C3F339, 0x982739EC},
    {reciprocal, 0xBE800000, 0xC0800000},
    {reciprocal, 0x49411DE5, 0x35A9AE02},
    {reciprocal, 0x00000003, 0x7F800000},
    {reciprocal, 0x00001C89, 0x7F800000},
    {reciprocal, 0x2F618F38, 0x4F91463B},
    {reciprocal, 0xC23942DC, 0xBCB0DFE8},
    {reciprocal, 0x39508A52, 0x459D215B},
    {reciprocal_square_root, 0x000016E5, 0x619753F3},
    {reciprocal_square_root, 0x00000001, 0x64B504F3},
    {reciprocal_square_root, 0x0000002D, 0x6357E0CF},
    {reciprocal_square_root, 0x00000001, 0x64B504F3},
    {reciprocal_square_root, 0x00293A05, 0x5F618A90},
    {reciprocal_square_root, 0x07FF863E, 0x5B35300F},
    {reciprocal_square_root, 0x2E7FAF6A, 0x4800142A},
    {reciprocal_square_root, 0x19FF17D5, 0x52355741},
    {exp2, 0x38CD9787, 0x3F80023A},
    {exp2, 0x4F8A12EC, 0x7F800000},
    {exp2, 0xCB852A15, 0x00000000},
    {exp2, 0xC1C00000, 0x33800000},
    {exp2, 0x001C837B, 0x3F800000},
    {exp2, 0xB441C621, 0x3F7FFFFE},
    {exp2, 0x2F1636E4, 0x3F800000},
    {exp2, 0x80000009, 0x3F800000},
    {log2, 0x0BC07C1D, 0xC2CED2A3},
    {log2, 0x0000005B, 0xC30E7E01},
    {log2, 0x3D080000, 0xC09D3381},
    {log2, 0x6BE64315, 0x42B1B1BB},
    {log2, 0x0000007D, 0xC30E08C2},
    {log2, 0x2E994620, 0xC206F5CB},
    {log2, 0x33E3449F, 0xC1B95FBE},
    {log2, 0x23A36CE9, 0xC25E970D},
    {sine, 0x4E22F50B, 0x00000000},
    {sine, 0xBB3FFFFF, 0xBC96C9B5},
    {sine, 0x80000001, 0x80000006},
    {sine, 0x8021C631, 0x80D4359F},
    {sine, 0x38C27487, 0x3A18B988},
    {sine, 0x00000129, 0x0000074A},
    {sine, 0x0000001F, 0x000000C3},
    {sine, 0x374606BD, 0x389B878E},
    {cosine, 0xF8CB329B, 0x3F800000},
    {cosine, 0xC07FA89B, 0x3F7FDB32},
    {cosine, 0xCE0C8B84, 0x3F800000},
    {cosine, 0xCD1C2B12, 0x3F800000},
    {cosine, 0x800052F1, 0x3F800000},
    {cosine, 0xB08C4A7B, 0x3F800000},
    {cosine, 0xAE1141DC, 0x3F800000},
    {cosine, 0x47AD2A0F, 0x3F3DAEF9},
};

template <std::size_t kCount>
void check(const Case (&cases)[kCount]) {
  for (const Case& c : cases) {
    EXPECT_EQ(c.function(c.a), (Result{c.expected, c.flags})) << "case " << &c - cases << " operand " << hex(c.a);
  }
}
TEST(Special, SpecialOperands) { check(kSpecialOperands); }
TEST(Special, Corners) { check(kCorners); }
TEST(Special, Values) { check(kValues); }

TEST(Special, NansAreCanonicalAndOnlySignallingOnesInvalid) {
  for (const Function f : {reciprocal, reciprocal_square_root, exp2, log2, sine, cosine}) {
    for (const std::uint32_t quiet : {0x7FC0'0000u, 0xFFC0'0000u, 0x7FFF'FFFFu, 0xFFD5'5555u}) {
      EXPECT_EQ(f(quiet), (Result{kNan, 0}));
    }
    for (const std::uint32_t signalling : {0x7F80'0001u, 0xFF80'0001u, 0x7FBF'FFFFu, 0xFFA0'0000u}) {
      EXPECT_EQ(f(signalling), (Result{kNan, kInvalid}));
    }
  }
}

// ---- error against MPFR ------------------------------------------------------------------------------------------

void turns(mpfr_t out, mpfr_srcptr x) {
  mpfr_const_pi(out, MPFR_RNDN);
  mpfr_mul(out, out, x, MPFR_RNDN);
  mpfr_mul_ui(out, out, 2, MPFR_RNDN);
}

struct Accuracy {
  const char* name;
  Function function;
  void (*exact)(mpfr_t, mpfr_srcptr);
  bool positive_only;
  double bound;  // ulp
};

const Accuracy kAccuracies[] = {
    {"rcp", reciprocal, [](mpfr_t y, mpfr_srcptr x) { mpfr_ui_div(y, 1, x, MPFR_RNDN); }, false, 1},
    {"rsqrt", reciprocal_square_root, [](mpfr_t y, mpfr_srcptr x) { mpfr_rec_sqrt(y, x, MPFR_RNDN); }, true, 1},
    {"exp2", exp2, [](mpfr_t y, mpfr_srcptr x) { mpfr_exp2(y, x, MPFR_RNDN); }, false, 1},
    {"log2", log2, [](mpfr_t y, mpfr_srcptr x) { mpfr_log2(y, x, MPFR_RNDN); }, true, 1},
    {"sin", sine, [](mpfr_t y, mpfr_srcptr x) { turns(y, x), mpfr_sin(y, y, MPFR_RNDN); }, false, 2},
    {"cos", cosine, [](mpfr_t y, mpfr_srcptr x) { turns(y, x), mpfr_cos(y, y, MPFR_RNDN); }, false, 2},
};

// In units of the last place of a single near the exact value; infinity counts as 2^128.
double error_in_ulp(std::uint32_t result, mpfr_srcptr exact) {
  mpfr_t difference;
  mpfr_init2(difference, 400);
  const double value = std::bit_cast<float>(result);
  mpfr_set_d(difference, std::isinf(value) ? std::copysign(0x1p128, value) : value, MPFR_RNDN);
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  const long exponent = mpfr_zero_p(exact) != 0 ? -1000 : mpfr_get_exp(exact);
  mpfr_mul_2si(difference, difference, -std::max(exponent - 24, -149L), MPFR_RNDN);
  const double error = std::fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  return error;
}

TEST(Special, ErrorIsBelowTheBound) {
  mpfr_t x, exact;
  mpfr_inits2(400, x, exact, nullptr);
  for (const Accuracy& f : kAccuracies) {
    SCOPED_TRACE(f.name);
    Operands<kSingle> operands(21);
    double largest = 0;
    for (unsigned n = vectors(6000); n != 0; --n) {
      // Every other one where the functions are neither constant nor overflow.
      std::uint32_t a = operands.any();
      if (n % 2 == 0) a = (a & 0x807F'FFFF) | (112 + operands.pick(22)) << 23;
      if (f.positive_only) a &= 0x7FFF'FFFF;
      if (is_zero<kSingle>(a) || is_infinity<kSingle>(a) || is_nan<kSingle>(a)) continue;
      const Result result = f.function(a);
      ASSERT_EQ(result.flags, 0) << hex(a);
      mpfr_set_flt(x, std::bit_cast<float>(a), MPFR_RNDN);
      f.exact(exact, x);
      if (mpfr_inf_p(exact) != 0 || (mpfr_zero_p(exact) == 0 && mpfr_get_exp(exact) > 128)) {
        mpfr_set_si_2exp(exact, mpfr_sgn(exact), 128, MPFR_RNDN);
      }
      const double error = error_in_ulp(result.bits, exact);
      ASSERT_LT(error, f.bound) << hex(a);
      largest = std::max(largest, error);
    }
    EXPECT_GT(largest, 0.4);  // that the sample shows errors at all
  }
  mpfr_clears(x, exact, nullptr);
}

}  // namespace
}  // namespace heddle::fp::test
