// Many lanes at one memory: bank conflicts of the scratchpad, atomics, and a histogram made of them.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "bench.h"

namespace heddle::bench {

void measure_banks(Bench& bench) {
  driver::Device& device = bench.device();
  const Configuration& configuration = bench.configuration();
  const uint32_t lanes = configuration.lanes, loads = bench.sizes().accesses, items = bench.all_threads();
  const uint32_t spans = device.allocate(sizeof(span) * configuration.cores * configuration.warps, "spans");
  const uint32_t out = device.allocate(items * 4, "out");
  std::vector<uint32_t> strides{0};  // all lanes the same word
  for (uint32_t stride = 1; stride <= lanes; stride *= 2) strides.push_back(stride);
  strides.push_back(lanes + 1);
  for (const uint32_t stride : strides) {
    const uint32_t bytes = 4 * (stride * (lanes - 1) + 1);
    std::vector<uint32_t> expected(items);
    for (uint32_t i = 0; i < items; ++i) expected[i] = BANK_VALUES * stride * (i % lanes);
    const Bench::Launch launch =
        bench.launch("bank", configuration.cores, bench.threads(), bank_args{loads, stride, spans, out}, bytes);
    bench.run().check_equal(device.read<uint32_t>(out, items), expected, fmt::format("scratchpad stride {}", stride));
    const auto marks = device.read<span>(spans, size_t{configuration.cores} * configuration.warps);
    bench.add({.name = "scratchpad",
               .args = fmt::format("stride={},accesses={}", stride, uint64_t{items} * loads),
               .value = static_cast<double>(items) * loads / Bench::elapsed(marks),
               .unit = "words/cycle",
               .peak = lanes,
               .bound = "scratchpad banks"},
              launch);
  }
  device.free(spans);
  device.free(out);
}

namespace {

struct Pattern {
  const char* text;
  uint32_t stride;  // words
};

/// `lanes` work-items add to words of one memory.
void measure_atomic(Bench& bench, bool scratchpad, uint32_t lanes, const Pattern& pattern, double peak,
                    const char* bound) {
  driver::Device& device = bench.device();
  const Configuration& configuration = bench.configuration();
  const uint32_t adds = bench.sizes().atomics;
  const uint32_t group = std::min(lanes, bench.threads());
  const uint32_t groups = scratchpad ? 1 : lanes / group, items = group * groups;
  const uint32_t words = pattern.stride * (items - 1) + 1;
  const uint32_t warps = groups * ((group + configuration.lanes - 1) / configuration.lanes);
  const uint32_t cells = device.upload(std::vector<uint32_t>(words), "cells");
  const uint32_t spans = device.allocate(sizeof(span) * warps, "spans");
  const uint32_t old = device.allocate(items * 4, "old");
  const char* kernel = scratchpad ? "atomic_scratchpad" : "atomic_memory";
  const Bench::Launch launch = bench.launch(
      kernel, groups, group, atomic_args{adds, pattern.stride, words, cells, spans, old}, scratchpad ? 4 * words : 0);

  const std::string what = fmt::format("{}: {}", kernel, pattern.text);
  std::vector<uint32_t> expected(words);
  for (uint32_t i = 0; i < items; ++i) expected[i * pattern.stride] += ATOMIC_UNROLL + adds;
  bench.run().check_equal(device.read<uint32_t>(cells, words), expected, what);
  // Every value below the last was found once.
  uint64_t found = 0, sum = 0;
  for (const uint32_t one : device.read<uint32_t>(old, items)) found += one;
  for (const uint32_t last : expected) sum += uint64_t{last} * (last == 0 ? 0 : last - 1) / 2;
  bench.run().check(found == sum, what + ": old values");
  const double cycles = Bench::elapsed(device.read<span>(spans, warps));
  bench.add({.name = scratchpad ? "atomic.scratchpad" : "atomic.memory",
             .args = fmt::format("lanes={},{}", items, pattern.text),
             .value = static_cast<double>(items) * adds / cycles,
             .unit = "atomics/cycle",
             .peak = peak,
             .bound = bound},
            launch);
  for (const uint32_t address : {cells, spans, old}) device.free(address);
}

}  // namespace

void measure_atomics(Bench& bench) {
  const Configuration& configuration = bench.configuration();
  const uint32_t line_words = configuration.line_bytes / 4;
  std::vector<uint32_t> counts{64};
  if (bench.all_threads() > 64) counts.push_back(bench.all_threads());
  for (const uint32_t lanes : counts) {
    measure_atomic(bench, false, lanes, {"one word", 0}, 1.0, "one addition to a word a cycle");
    measure_atomic(bench, false, lanes, {"neighbouring words", 1},
                   std::min(configuration.cores, configuration.l2_banks), "ports and banks of the L2 cache");
    measure_atomic(bench, false, lanes, {"a line each", line_words},
                   std::min(configuration.cores, configuration.l2_banks), "ports and banks of the L2 cache");
  }
  measure_atomic(bench, true, 64, {"one word", 0}, 1.0, "one addition to a word a cycle");
  measure_atomic(bench, true, 64, {"neighbouring words", 1}, configuration.lanes, "scratchpad banks");
}

void measure_histogram(Bench& bench) {
  driver::Device& device = bench.device();
  const uint32_t n = bench.sizes().histogram_values;
  std::mt19937 random(7);
  std::vector<uint32_t> values(n), expected(HISTOGRAM_BINS);
  for (uint32_t& value : values) ++expected[value = static_cast<uint32_t>(random()) % HISTOGRAM_BINS];
  const uint32_t bins = device.upload(std::vector<uint32_t>(HISTOGRAM_BINS), "bins");
  const uint32_t address = device.upload(values, "values");
  const Bench::Launch launch =
      bench.launch("histogram", bench.configuration().cores, bench.threads(), histogram_args{n, address, bins});
  bench.run().check_equal(device.read<uint32_t>(bins, HISTOGRAM_BINS), expected, "histogram");
  // Each bank adds to one word a cycle; the values come through the port.
  const double banks = bench.configuration().lanes, port = bench.port_bytes() / 4;
  bench.add({.name = "histogram",
             .args = fmt::format("n={},bins={}", n, HISTOGRAM_BINS),
             .value = static_cast<double>(n) / static_cast<double>(launch.statistics.cycles),
             .unit = "values/cycle",
             .peak = std::min(banks, port),
             .bound = banks < port ? "scratchpad banks" : "memory port"},
            launch);
  device.free(bins);
  device.free(address);
}

}  // namespace heddle::bench
