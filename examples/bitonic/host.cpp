#include <algorithm>
#include <bit>
#include <random>

#include "bitonic_args.h"
#include "runner.h"

namespace ex = heddle::examples;

int main(int argc, char** argv) {
  uint32_t n = 2048;
  return ex::run_example(
      argc, argv,
      {"bitonic", "Sorts integers with a bitonic network: barriers inside a workgroup, launches between them."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Elements, a power of two")
            ->check(CLI::Range(2U, 1U << 20))
            ->check([](const std::string& text) {
              return std::has_single_bit(std::stoul(text)) ? std::string() : text + " is not a power of two";
            })
            ->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        std::mt19937 random(1);
        std::vector<uint32_t> keys(n);
        for (uint32_t& key : keys) key = static_cast<uint32_t>(random());
        bitonic_args args{device.upload(keys, "keys"), 0, 0};

        const uint32_t group = std::bit_floor(std::min(run.workgroup(BITONIC_MAX_CHUNK / 2), n / 2));
        const heddle::driver::Size3 groups{n / (2 * group), 1, 1}, items{group, 1, 1};
        run.launch("bitonic_sort", groups, items, args);
        for (args.stage = 4 * group; args.stage <= n; args.stage *= 2) {
          for (args.stride = args.stage / 2; args.stride > group; args.stride /= 2)
            run.launch("bitonic_step", groups, items, args);
          run.launch("bitonic_merge", groups, items, args);
        }
        std::ranges::sort(keys);
        run.check_equal(device.read<uint32_t>(args.keys, n), keys, "keys");
      });
}
