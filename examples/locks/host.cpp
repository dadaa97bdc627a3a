#include <fmt/format.h>

#include <algorithm>

#include "locks_args.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

/// One kind of lock, taken `rounds` times by each of `items` work-items of one workgroup.
void contend(ex::Run& run, const std::string& kernel, uint32_t items, uint32_t rounds) {
  auto& device = run.device();
  const uint32_t turns = items * rounds;
  locks_args args{};
  args.rounds = rounds;
  args.lock = device.upload(std::vector<uint32_t>{0, 0}, "lock");
  args.counter = device.upload(std::vector<uint32_t>{0}, "counter");
  args.order = device.upload(std::vector<uint32_t>(turns), "order");
  args.failures = device.allocate(items * 4, "failures");
  const auto launch = run.launch(kernel, {1, 1, 1}, {items, 1, 1}, args);

  const std::string what = fmt::format("{} with {} work-items", kernel, items);
  run.check_equal(device.read<uint32_t>(args.counter, 1), {turns}, what + ": turns");
  std::vector<uint32_t> held(items);
  for (const uint32_t item : device.read<uint32_t>(args.order, turns)) {
    if (item < items) ++held[item];
  }
  run.check_equal(held, std::vector<uint32_t>(items, rounds), what + ": turns of work-item");
  fmt::print("  {:16} {:4} work-items, {:6} turns: {:5.0f} slots per turn\n", kernel, items, turns,
             static_cast<double>(launch.warp_instrs) / turns);
  for (const uint32_t address : {args.lock, args.counter, args.order, args.failures}) device.free(address);
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t rounds = 1, warps = 1;
  return ex::run_example(
      argc, argv,
      {"locks", "All lanes of one warp take one lock in turn: test-and-set, LR/SC, ticket, try-lock, scratchpad."},
      [&](CLI::App& app) {
        app.add_option("--warps", warps, "Warps whose lanes want the lock; at most those of a core")
            ->check(CLI::Range(1U, 32U))
            ->capture_default_str();
        app.add_option("--rounds", rounds, "Times that each work-item takes the lock")
            ->check(CLI::Range(1U, 1000U))
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        const auto shape = run.device().shape();
        for (const char* kernel : {"test_and_set", "load_reserved", "ticket", "try_lock", "scratchpad_lock"}) {
          contend(run, kernel, std::min(warps, shape.warps) * shape.lanes, rounds);
        }
      });
}
