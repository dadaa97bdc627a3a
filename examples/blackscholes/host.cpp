#include <algorithm>
#include <cmath>
#include <numbers>

#include "blackscholes_args.h"
#include "floats.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

constexpr float kRate = 0.02f, kVolatility = 0.3f;
constexpr double kU = ex::kRoundoff;

double normal(double d) { return 0.5 * std::erfc(-d / std::numbers::sqrt2); }

/// How far normal() of the kernel is from the exact one, if its argument is off by up to `e` from d.
double normal_bound(double d, double e) {
  const double nearest = std::max(std::abs(d) - e, 0.0);  // where the density is largest
  const double density = std::exp(-0.5 * nearest * nearest) / std::sqrt(2.0 * std::numbers::pi);
  // Argument; polynomial; roundings of the density (2 + 2.5 of its exponent, 2 for the exponent itself) and of the
  // polynomial, whose terms alternate: 2 for k, 1 for each of five steps, magnified up to 6 times; the last
  // subtraction.
  return density * e + 7.5e-8 + normal(-nearest) * (40.0 + 4.5 * 0.5 * d * d) * kU + kU;
}

struct Reference {
  Reference(double price, double strike, double years) {
    const double deviation = kVolatility * std::sqrt(years);
    const double logarithm = std::log(price / strike);
    const double drift = (kRate + 0.5 * kVolatility * kVolatility) * years;
    const double d1 = (logarithm + drift) / deviation, d2 = d1 - deviation;
    const double discounted = strike * std::exp(-kRate * years);
    call = price * normal(d1) - discounted * normal(d2);
    put = call + discounted - price;

    // The logarithm's operand is off by 2.5 ulp, the logarithm by 2 ulp; the drift has five roundings; then the sum's.
    const double numerator = (5.0 + 4.0 * std::abs(logarithm) + 5.0 * drift + std::abs(logarithm + drift)) * kU;
    const double d1_off = numerator / deviation + 7.0 * std::abs(d1) * kU;  // 2 of the deviation, 5 of the division
    const double d2_off = d1_off + (2.0 * deviation + std::abs(d2)) * kU;
    const double discounted_off = (3.0 + 3.5 * kRate * years) * kU * discounted;
    call_bound = price * normal_bound(d1, d1_off) + discounted * normal_bound(d2, d2_off) +
                 discounted_off * normal(d2) + (price * normal(d1) + discounted * normal(d2)) * kU;
    put_bound = call_bound + discounted_off + (call + discounted + std::abs(put)) * kU;
    call_bound *= 1.001;
    put_bound *= 1.001;
  }

  double call, put, call_bound, put_bound;
};

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 8192;
  return ex::run_example(
      argc, argv, {"blackscholes", "Prices European options, one per work-item."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Options")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        const std::vector<float> price = ex::random_floats(n, 1, 10.0f, 100.0f);
        const std::vector<float> strike = ex::random_floats(n, 2, 10.0f, 100.0f);
        const std::vector<float> years = ex::random_floats(n, 3, 0.25f, 5.0f);
        std::vector<double> call(n), call_bound(n), put(n), put_bound(n);
        for (uint32_t i = 0; i < n; ++i) {
          const Reference reference(price[i], strike[i], years[i]);
          call[i] = reference.call;
          call_bound[i] = reference.call_bound;
          put[i] = reference.put;
          put_bound[i] = reference.put_bound;
        }
        auto& device = run.device();
        const blackscholes_args args{n,
                                     kRate,
                                     kVolatility,
                                     device.upload(price, "prices"),
                                     device.upload(strike, "strikes"),
                                     device.upload(years, "years"),
                                     device.allocate(n * 4, "calls"),
                                     device.allocate(n * 4, "puts")};
        const uint32_t group = run.independent();
        run.launch("blackscholes", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
        run.check_close(device.read<float>(args.call, n), call, call_bound, "calls");
        run.check_close(device.read<float>(args.put, n), put, put_bound, "puts");
      });
}
