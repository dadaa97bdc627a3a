// Chains of dependent instructions: additions, and loads from each memory and from rings of growing size.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "bench.h"

namespace heddle::bench {

namespace {

/// A ring through all cells in random order: next[i] follows i.
std::vector<uint32_t> random_ring(uint32_t cells, uint32_t seed) {
  std::vector<uint32_t> order(cells);
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  std::vector<uint32_t> next(cells);
  for (uint32_t i = 0; i < cells; ++i) next[order[i]] = order[(i + 1) % cells];
  return next;
}

uint32_t cell_after(const std::vector<uint32_t>& next, uint64_t steps) {
  uint32_t cell = 0;
  for (steps %= next.size(); steps != 0; --steps) cell = next[cell];
  return cell;
}

class Latency {
 public:
  explicit Latency(Bench& bench)
      : bench_(bench),
        spans_(bench.device().allocate(sizeof(span), "spans")),
        result_(bench.device().allocate(4, "result")) {}

  void alu() {
    const uint32_t steps = bench_.sizes().chase_steps;
    const Bench::Launch launch = bench_.launch("chain", 1, 1, chain_args{steps, spans_, result_});
    bench_.run().check(result() == steps + CHASE_UNROLL, "chain: result");
    alu_ = cycles(steps);
    add("latency.alu", fmt::format("steps={}", steps), 1.0, "one instruction a cycle", launch);
  }

  /// A memory of its own: 64 cells next to each other.
  void cells(const char* kernel, const char* name) {
    const std::vector<uint32_t> next = random_ring(CHASE_CELLS, 5);
    const uint32_t ring = bench_.device().upload(next, "ring");
    chase_args args = walk(CHASE_CELLS);
    args.ring = ring;
    const Bench::Launch launch = bench_.launch(kernel, 1, 1, args, 4 * CHASE_CELLS);
    bench_.run().check(result() == 4 * cell_after(next, uint64_t{args.warm} + args.steps),
                       fmt::format("{}: end", kernel));
    add(name, fmt::format("bytes={},steps={}", 4 * CHASE_CELLS, args.steps), alu_, "ALU result", launch);
    bench_.device().free(ring);
  }

  /// A cell in each line of `bytes` of device memory.
  void memory(uint32_t bytes) {
    driver::Device& device = bench_.device();
    const Configuration& configuration = bench_.configuration();
    const uint32_t line = configuration.line_bytes, lines = bytes / line;
    const std::vector<uint32_t> next = random_ring(lines, 6);
    const uint32_t base = device.allocate(bytes, "ring", line);
    std::vector<uint32_t> words(bytes / 4);
    for (uint32_t i = 0; i < lines; ++i) words[size_t{i} * line / 4] = base + next[i] * line;
    device.write(base, words);
    // What the L1 cache can hold is there after one round; beyond it, what is in the L2 cache was read there before the
    // walk.
    chase_args args = walk(std::min(lines, 2 * configuration.dcache_bytes / line));
    args.start = base;
    args.lines = bytes <= 2 * configuration.l2_bytes ? lines : 0;
    args.line_bytes = line;
    const Bench::Launch launch = bench_.launch("chase_memory", 1, bench_.threads(), args);
    bench_.run().check(result() == line * cell_after(next, uint64_t{args.warm} + args.steps),
                       fmt::format("chase through {} bytes: end", bytes));
    // Of a walk beyond the L2 cache at most what that holds can be faster than the memory, one within it is not faster
    // than a register.
    const bool outside = bytes > configuration.l2_bytes;
    std::optional<double> limit = alu_;
    if (outside) limit = bench_.memory_latency();
    if (outside && limit) *limit *= 1.0 - static_cast<double>(configuration.l2_bytes) / bytes;
    add("latency.memory", fmt::format("bytes={},steps={}", bytes, args.steps), limit,
        outside ? (limit ? "memory latency, misses" : "") : "ALU result", launch);
    device.free(base);
  }

 private:
  static uint32_t whole(uint32_t steps) { return (steps + CHASE_UNROLL - 1) / CHASE_UNROLL * CHASE_UNROLL; }
  chase_args walk(uint32_t warm) const {
    chase_args args{};
    args.warm = whole(warm);
    args.steps = bench_.sizes().chase_steps;
    args.spans = spans_;
    args.end = result_;
    return args;
  }
  uint32_t result() { return bench_.device().read<uint32_t>(result_, 1)[0]; }
  double cycles(uint32_t steps) {
    return static_cast<double>(Bench::elapsed(bench_.device().read<span>(spans_, 1))) / steps;
  }
  void add(const std::string& name, const std::string& args, std::optional<double> limit, const std::string& bound,
           const Bench::Launch& launch) {
    bench_.add({.name = name,
                .args = args,
                .value = cycles(bench_.sizes().chase_steps),
                .unit = "cycles",
                .lower_is_better = true,
                .peak = limit,
                .bound = bound},
               launch);
  }

  Bench& bench_;
  uint32_t spans_, result_;
  double alu_ = 0.0;
};

}  // namespace

void measure_latency(Bench& bench) {
  Latency latency(bench);
  latency.alu();
  latency.cells("chase_scratchpad", "latency.scratchpad");
  latency.cells("chase_private", "latency.private");
  const Configuration& configuration = bench.configuration();
  for (uint32_t bytes = configuration.dcache_bytes / 8; bytes <= 4 * configuration.l2_bytes; bytes *= 2) {
    latency.memory(bytes);
  }
}

}  // namespace heddle::bench
