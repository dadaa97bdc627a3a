// Copy, scale and add with several elements per work-item; vecadd and relu of the examples with one.
#include <fmt/format.h>

#include <algorithm>

#include "bench.h"
#include "floats.h"
#include "relu_args.h"
#include "vecadd_args.h"

namespace heddle::bench {

namespace {

/// `arrays` of `elements` words go through the port once.
Row bandwidth_row(Bench& bench, const std::string& name, const std::string& args, uint32_t arrays, uint32_t elements,
                  const Bench::Launch& launch) {
  const double bytes = 4.0 * arrays * elements;
  return {.name = name,
          .args = args,
          .value = bytes / static_cast<double>(launch.statistics.cycles),
          .unit = "bytes/cycle",
          .peak = bench.port_bytes(),
          .bound = "memory port"};
}

}  // namespace

void measure_stream(Bench& bench) {
  examples::Run& run = bench.run();
  driver::Device& device = bench.device();
  // Four workgroups to a core: while one ends, and the next begins, the others keep the memory busy. Whole workgroups.
  const uint32_t items = std::max(bench.threads() / 4, bench.configuration().lanes);
  const uint32_t chunk = items * bench.sizes().per_item;
  const uint32_t n = std::max(bench.sizes().stream_elements / chunk, 1U) * chunk;
  const std::vector<float> a = examples::random_floats(n, 1), b = examples::random_floats(n, 2);
  stream_args args{bench.sizes().per_item, 1.5f, device.upload(a, "a"), device.upload(b, "b"), 0};
  const std::string text = fmt::format("n={},per_item={}", n, bench.sizes().per_item);

  const auto measure = [&](const char* kernel, uint32_t arrays, auto&& expected_of) {
    args.out = device.allocate(uint64_t{n} * 4, "out");
    const Bench::Launch launch = bench.launch(kernel, n / chunk, items, args);
    std::vector<float> expected(n);
    for (uint32_t i = 0; i < n; ++i) expected[i] = expected_of(i);
    run.check_equal(device.read<float>(args.out, n), expected, kernel);
    device.free(args.out);
    bench.add(bandwidth_row(bench, kernel, text, arrays, n, launch), launch);
  };
  measure("copy", 2, [&](uint32_t i) { return a[i]; });
  measure("scale", 2, [&](uint32_t i) { return static_cast<float>(1.5 * a[i]); });
  measure("add", 3, [&](uint32_t i) { return static_cast<float>(double{a[i]} + b[i]); });
  device.free(args.a);
  device.free(args.b);
}

void measure_examples(Bench& bench) {
  examples::Run& run = bench.run();
  driver::Device& device = bench.device();
  const uint32_t n = bench.sizes().example_elements;
  const uint32_t items = run.independent(), groups = (n + items - 1) / items;
  const std::vector<float> a = examples::random_floats(n, 1), b = examples::random_floats(n, 2);
  const uint32_t a_address = device.upload(a, "a"), b_address = device.upload(b, "b");
  const uint32_t out = device.allocate(uint64_t{n} * 4, "out");
  const std::string text = fmt::format("n={},per_item=1", n);
  std::vector<float> expected(n);

  const Bench::Launch vecadd = bench.launch("vecadd", groups, items, vecadd_args{n, a_address, b_address, out});
  for (uint32_t i = 0; i < n; ++i) expected[i] = static_cast<float>(double{a[i]} + b[i]);
  run.check_equal(device.read<float>(out, n), expected, "vecadd");
  bench.add(bandwidth_row(bench, "vecadd", text, 3, n, vecadd), vecadd);

  const Bench::Launch relu = bench.launch("relu", groups, items, relu_args{n, a_address, out});
  for (uint32_t i = 0; i < n; ++i) expected[i] = std::max(a[i], 0.0f);
  run.check_equal(device.read<float>(out, n), expected, "relu");
  bench.add(bandwidth_row(bench, "relu", text, 2, n, relu), relu);
  for (const uint32_t address : {a_address, b_address, out}) device.free(address);
}

}  // namespace heddle::bench
