// The largest error of each special function over every finite operand, in units of the last place of the exact value.
//
// Every operand is estimated with the host's double functions, whose relative error (below 4 double ulp: 2^-51) is
// below 2^-27 single ulp. Operands whose estimate comes within kMargin of the largest error so far are recomputed with
// MPFR: the reported maximum is exact to the digits printed.
#include <mpfr.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "heddle/fp/special.h"

namespace {

namespace fp = heddle::fp;

constexpr double kMargin = 0x1p-25;  // ulp
constexpr double kLeast = 0.25;      // ulp: no table is that good, and many operands have no error at all
constexpr double kPi = 3.14159265358979323846;

// sin(2 pi x) with an argument of at most an eighth of a turn: that keeps its relative error small.
double sine_of_turns(double x) {
  const double half_turns = std::nearbyint(2 * x);
  const double r = x - half_turns / 2;  // exact, in [-1/4, 1/4]
  const double magnitude =
      std::fabs(r) <= 0.125 ? std::sin(2 * kPi * r) : std::copysign(std::cos(2 * kPi * (0.25 - std::fabs(r))), r);
  return std::fmod(half_turns, 2) != 0 ? -magnitude : magnitude;
}

double cosine_of_turns(double x) {
  const double turn = std::fabs(std::fmod(x, 1.0));       // exact
  return sine_of_turns(0.25 - std::min(turn, 1 - turn));  // exact unless x is tiny, where the cosine is 1
}

void sine_of_turns_exact(mpfr_t y, const mpfr_t x, bool cosine) {
  // The argument modulo one turn is exact; 2 pi then has some 200 good bits.
  mpfr_t turn;
  mpfr_init2(turn, 300);
  mpfr_rint_round(y, x, MPFR_RNDN);
  mpfr_sub(turn, x, y, MPFR_RNDN);
  mpfr_const_pi(y, MPFR_RNDN);
  mpfr_mul_2ui(y, y, 1, MPFR_RNDN);
  mpfr_mul(turn, turn, y, MPFR_RNDN);
  if (cosine) {
    mpfr_cos(y, turn, MPFR_RNDN);
  } else {
    mpfr_sin(y, turn, MPFR_RNDN);
  }
  mpfr_clear(turn);
}

struct Function {
  const char* name;
  fp::Result (*model)(std::uint32_t);
  double (*estimate)(double);
  void (*exact)(mpfr_t, const mpfr_t);
  bool positive_only;
  double bound;  // ulp, from the specification
};

const Function kFunctions[] = {
    {"rcp", fp::reciprocal, [](double x) { return 1 / x; },
     [](mpfr_t y, const mpfr_t x) { mpfr_ui_div(y, 1, x, MPFR_RNDN); }, false, 1},
    {"rsqrt", fp::reciprocal_square_root, [](double x) { return 1 / std::sqrt(x); },
     [](mpfr_t y, const mpfr_t x) { mpfr_rec_sqrt(y, x, MPFR_RNDN); }, true, 1},
    {"exp2", fp::exp2, [](double x) { return std::exp2(x); },
     [](mpfr_t y, const mpfr_t x) { mpfr_exp2(y, x, MPFR_RNDN); }, false, 1},
    {"log2", fp::log2, [](double x) { return std::log2(x); },
     [](mpfr_t y, const mpfr_t x) { mpfr_log2(y, x, MPFR_RNDN); }, true, 1},
    {"sin", fp::sine, sine_of_turns, [](mpfr_t y, const mpfr_t x) { sine_of_turns_exact(y, x, false); }, false, 2},
    {"cos", fp::cosine, cosine_of_turns, [](mpfr_t y, const mpfr_t x) { sine_of_turns_exact(y, x, true); }, false, 2},
};

// The result as a number; an overflow counts as 2^128.
double value_of(std::uint32_t bits) {
  const float value = std::bit_cast<float>(bits);
  return std::isinf(value) ? std::copysign(0x1p128, static_cast<double>(value)) : static_cast<double>(value);
}

// Exponent of the last place of a single near a number in [2^(exponent - 1), 2^exponent).
int last_place(int exponent) { return std::max(exponent - 24, -149); }

double estimated_error(const Function& f, std::uint32_t x, std::uint32_t result) {
  double exact = f.estimate(static_cast<double>(std::bit_cast<float>(x)));
  exact = std::clamp(exact, -0x1p128, 0x1p128);
  // 2^-last_place from the double's exponent field: a frexp and a ldexp of every operand would be most of the time.
  const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(exact) >> 52 & 0x7FF) - 1022;
  const double scale = std::bit_cast<double>(static_cast<std::uint64_t>(1023 - last_place(exponent)) << 52);
  return std::fabs(value_of(result) - exact) * scale;
}

double exact_error(const Function& f, std::uint32_t x, std::uint32_t result) {
  mpfr_t operand, exact, error;
  mpfr_inits2(300, operand, exact, error, nullptr);
  mpfr_set_flt(operand, std::bit_cast<float>(x), MPFR_RNDN);
  f.exact(exact, operand);
  if (mpfr_inf_p(exact) != 0 || (mpfr_zero_p(exact) == 0 && mpfr_get_exp(exact) > 128)) {
    mpfr_set_d(exact, mpfr_signbit(exact) != 0 ? -0x1p128 : 0x1p128, MPFR_RNDN);
  }
  mpfr_set_d(error, value_of(result), MPFR_RNDN);
  mpfr_sub(error, error, exact, MPFR_RNDN);
  const int exponent = mpfr_zero_p(exact) != 0 ? -1000 : static_cast<int>(mpfr_get_exp(exact));
  mpfr_mul_2si(error, error, -last_place(exponent), MPFR_RNDN);
  const double ulps = std::fabs(mpfr_get_d(error, MPFR_RNDN));
  mpfr_clears(operand, exact, error, nullptr);
  return ulps;
}

struct Worst {
  std::mutex mutex;
  std::atomic<double> error = 0;
  std::uint32_t operand = 0;
  std::atomic<std::uint64_t> operands = 0;
  std::atomic<std::uint64_t> nearest = 0;  // results that are the single next to the exact value
};

void sweep_part(const Function& f, std::uint64_t first, std::uint64_t count, Worst& worst) {
  std::uint64_t operands = 0;
  std::uint64_t nearest = 0;
  double threshold = std::max(worst.error.load(), kLeast) - kMargin;
  for (std::uint64_t n = first; n < first + count; ++n) {
    const auto x = static_cast<std::uint32_t>(n);
    if ((x & 0x7F80'0000) == 0x7F80'0000 || (x & 0x7FFF'FFFF) == 0) continue;
    if (f.positive_only && (x >> 31) != 0) continue;
    const std::uint32_t result = f.model(x).bits;
    const double estimate = estimated_error(f, x, result);
    ++operands;
    nearest += estimate <= 0.5 ? 1 : 0;
    if (estimate <= threshold) continue;
    const double error = exact_error(f, x, result);
    const std::lock_guard lock(worst.mutex);
    if (error > worst.error) {
      worst.error = error;
      worst.operand = x;
    }
    threshold = std::max(worst.error.load(), kLeast) - kMargin;
  }
  worst.operands += operands;
  worst.nearest += nearest;
}

// False where the bound does not hold.
bool sweep(const Function& f, unsigned threads, std::uint64_t stride) {
  constexpr std::uint64_t kPart = std::uint64_t{1} << 18;
  Worst worst;
  std::atomic<std::uint64_t> next = 0;
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (;;) {
        const std::uint64_t first = next.fetch_add(kPart * stride);
        if (first >> 32 != 0) return;
        sweep_part(f, first, kPart, worst);
      }
    });
  }
  workers.clear();
  const auto value = [](std::uint32_t bits) { return static_cast<double>(std::bit_cast<float>(bits)); };
  const std::uint32_t result = f.model(worst.operand).bits;
  const bool good = worst.error < f.bound;
  std::printf("%-6s %11llu operands, largest error %.6f ulp at 0x%08X (%.9g): 0x%08X (%.9g); %.3f %% nearest%s\n",
              f.name, static_cast<unsigned long long>(worst.operands), worst.error.load(), worst.operand,
              value(worst.operand), result, value(result),
              100 * static_cast<double>(worst.nearest) / static_cast<double>(worst.operands),
              good ? "" : "  BOUND EXCEEDED");
  std::fflush(stdout);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Largest error of the special functions over all finite operands");
  std::vector<std::string> names;
  unsigned threads = 2;
  std::uint64_t stride = 1;
  app.add_option("function", names, "rcp, rsqrt, exp2, log2, sin, cos (default: all)");
  app.add_option("--threads", threads)->check(CLI::Range(1, 256));
  app.add_option("--stride", stride, "Look at one part in this many, of 2^18 operands each")
      ->check(CLI::Range(1, 16384));
  CLI11_PARSE(app, argc, argv);
  bool good = true;
  for (const Function& f : kFunctions) {
    if (names.empty() || std::ranges::find(names, f.name) != names.end()) good &= sweep(f, threads, stride);
  }
  return good ? 0 : 1;
}
