#include "reduction_args.h"
#include "runner.h"
#include "tracked.h"

namespace ex = heddle::examples;

namespace {

/// The kernel's additions, in its order.
std::vector<ex::Tracked> reduce(const std::vector<ex::Tracked>& values, uint32_t groups, uint32_t group,
                                uint32_t lanes) {
  std::vector<ex::Tracked> items(size_t{groups} * group), sums(groups);
  for (size_t i = 0; i < values.size(); ++i) items[i % items.size()] = items[i % items.size()] + values[i];
  for (uint32_t apart = lanes / 2; apart > 0; apart /= 2) {
    const std::vector<ex::Tracked> before = items;
    for (size_t i = 0; i < items.size(); ++i) items[i] = before[i] + before[i ^ apart];
  }
  for (size_t i = 0; i < items.size(); i += lanes) sums[i / group] = sums[i / group] + items[i];
  return sums;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 65536;
  return ex::run_example(
      argc, argv, {"reduction", "Adds up a vector of floats with shuffles and the scratchpad."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements")->check(CLI::Range(1U, 1U << 24))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const uint32_t lanes = device.shape().lanes, group = run.workgroup(), groups = 2 * device.shape().cores;
        const std::vector<float> values = ex::random_floats(n, 1);
        const reduction_args parts{n, device.upload(values, "values"), device.allocate(groups * 4, "sums")};
        run.launch("reduction", {groups, 1, 1}, {group, 1, 1}, parts);
        const reduction_args all{groups, parts.sums, device.allocate(4, "sum")};
        run.launch("reduction", {1, 1, 1}, {group, 1, 1}, all);

        const auto sums = reduce({values.begin(), values.end()}, groups, group, lanes);
        const ex::Tracked sum = reduce(sums, 1, group, lanes).front();
        run.check_close(device.read<float>(all.sums, 1), {sum.value()}, {sum.bound()}, "sum");
      });
}
