#include <bit>

#include "dotproduct_args.h"
#include "runner.h"
#include "tracked.h"

namespace ex = heddle::examples;

namespace {

/// The kernel's products and additions, in its order.
ex::Tracked product(const std::vector<float>& a, const std::vector<float>& b, uint32_t groups, uint32_t group) {
  std::vector<ex::Tracked> items(size_t{groups} * group);
  for (size_t i = 0; i < a.size(); ++i) items[i % items.size()] = fused(a[i], b[i], items[i % items.size()]);
  ex::Tracked total;
  for (size_t first = 0; first < items.size(); first += group) {
    for (uint32_t half = group / 2; half > 0; half /= 2) {
      for (uint32_t id = 0; id < half; ++id) items[first + id] = items[first + id] + items[first + id + half];
    }
    total = total + items[first];
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 32768;
  return ex::run_example(
      argc, argv, {"dotproduct", "The scalar product of two vectors of floats in one launch."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<float> a = ex::random_floats(n, 1), b = ex::random_floats(n, 2);
        const uint32_t group = std::bit_floor(run.workgroup(DOTPRODUCT_MAX_GROUP)), groups = 4 * device.shape().cores;
        const dotproduct_args args{n,
                                   device.upload(a, "a"),
                                   device.upload(b, "b"),
                                   device.allocate(groups * 4, "sums"),
                                   device.upload(std::vector<uint32_t>{0}, "finished"),
                                   device.allocate(4, "result")};
        run.launch("dotproduct", {groups, 1, 1}, {group, 1, 1}, args);
        const ex::Tracked expected = product(a, b, groups, group);
        run.check_close(device.read<float>(args.result, 1), {expected.value()}, {expected.bound()}, "result");
      });
}
