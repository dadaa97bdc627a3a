// Loads at strides, and through indices into windows of growing size.
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "bench.h"

namespace heddle::bench {

namespace {

std::vector<uint32_t> random_words(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint32_t> words(count);
  for (uint32_t& word : words) word = static_cast<uint32_t>(random());
  return words;
}

/// Two workgroups of all its threads for each core.
struct Grid {
  explicit Grid(Bench& bench) : items(bench.threads()), groups(2 * bench.configuration().cores) {}
  uint32_t items, groups;
  uint32_t all() const { return items * groups; }
};

}  // namespace

void measure_stride(Bench& bench) {
  driver::Device& device = bench.device();
  const Grid grid(bench);
  const uint32_t loads = bench.sizes().sweep_loads, n = grid.all() * loads;
  const uint32_t line = bench.configuration().line_bytes;
  constexpr uint32_t kLargest = 64;
  const std::vector<uint32_t> in = random_words(size_t{n} * kLargest, 3);
  const uint32_t in_address = device.upload(in, "in");
  const uint32_t out = device.allocate(grid.all() * 4, "out");
  for (uint32_t stride = 1; stride <= kLargest; stride *= 2) {
    const Bench::Launch launch =
        bench.launch("stride", grid.groups, grid.items, stride_args{loads, stride, in_address, out});
    std::vector<uint32_t> expected(grid.all());
    for (uint32_t i = 0; i < n; ++i) expected[i % grid.all()] += in[size_t{i} * stride];
    bench.run().check_equal(device.read<uint32_t>(out, grid.all()), expected, fmt::format("stride {}", stride));
    // Each line that has a word goes through the port once, and the results.
    const double bytes = 4.0 * n;
    const double moved = std::max(bytes * stride / std::max(1.0, 4.0 * stride / line), bytes) + 4.0 * grid.all();
    const auto cycles = static_cast<double>(launch.statistics.cycles);
    bench.add({.name = "stride",
               .args = fmt::format("words={},n={}", stride, n),
               .value = bytes / cycles,
               .unit = "bytes/cycle",
               .peak = bench.port_bytes() * bytes / moved,
               .bound = "memory port"},
              launch);
  }
  device.free(in_address);
  device.free(out);
}

void measure_gather(Bench& bench) {
  driver::Device& device = bench.device();
  const Grid grid(bench);
  const uint32_t loads = bench.sizes().sweep_loads, n = grid.all() * loads;
  const Configuration& configuration = bench.configuration();
  const uint32_t line_words = configuration.line_bytes / 4;
  const std::vector<uint32_t> in = random_words(bench.sizes().gather_words, 4);
  const uint32_t in_address = device.upload(in, "in");
  const uint32_t index_address = device.allocate(uint64_t{n} * 4, "index");
  const uint32_t out = device.allocate(grid.all() * 4, "out");
  for (uint32_t window = line_words; window <= in.size(); window *= 4) {
    std::vector<uint32_t> index = random_words(n, window);
    for (uint32_t& i : index) i %= window;
    device.write(index_address, index);
    const Bench::Launch launch =
        bench.launch("gather", grid.groups, grid.items, gather_args{loads, index_address, in_address, out});
    std::vector<uint32_t> expected(grid.all());
    for (uint32_t i = 0; i < n; ++i) expected[i % grid.all()] += in[index[i]];
    bench.run().check_equal(device.read<uint32_t>(out, grid.all()), expected, fmt::format("gather from {}", window));

    // A core's coalescer makes one request a cycle, one per line of an access; every line goes through the port once.
    uint64_t requests = 0;
    std::set<uint32_t> lines;
    for (uint32_t first = 0; first < n; first += configuration.lanes) {
      std::set<uint32_t> own;
      for (uint32_t i = first; i < first + configuration.lanes; ++i) own.insert(index[i] / line_words);
      requests += own.size() + (configuration.lanes + line_words - 1) / line_words;  // and the indices
      lines.insert(own.begin(), own.end());
    }
    const double coalescer = static_cast<double>(requests) / configuration.cores;
    const double moved = static_cast<double>(lines.size()) * configuration.line_bytes + 4.0 * n + 4.0 * grid.all();
    const double port = moved / bench.port_bytes();
    bench.add({.name = "gather",
               .args = fmt::format("window={},n={}", 4 * window, n),
               .value = 4.0 * n / static_cast<double>(launch.statistics.cycles),
               .unit = "bytes/cycle",
               .peak = 4.0 * n / std::max(coalescer, port),
               .bound = coalescer > port ? "coalescer" : "memory port"},
              launch);
  }
  for (const uint32_t address : {in_address, index_address, out}) device.free(address);
}

}  // namespace heddle::bench
