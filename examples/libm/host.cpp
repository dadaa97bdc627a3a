#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "libm_args.h"
#include "libm_arguments.h"
#include "runner.h"

namespace ex = heddle::examples;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kFunctions = {
#define LIBM_ONE(name) #name,
#define LIBM_TWO(name) #name,
#include "libm_functions.h"
#undef LIBM_ONE
#undef LIBM_TWO
};

/// What the reference program, built beside this one, gives on qemu-riscv32 for `n` calls of a function.
std::vector<libm_result> reference_results(uint32_t n, uint32_t function) {
  const std::string program = fs::read_symlink("/proc/self/exe").replace_filename("libm_reference").string();
  const std::string command = fmt::format("exec qemu-riscv32 '{}' {} {}", program, n, function);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start a shell");
  std::vector<libm_result> results(n);
  const size_t got = std::fread(results.data(), sizeof results[0], results.size(), pipe);
  const int status = pclose(pipe);
  if (status != 0 || got != results.size()) {
    throw std::runtime_error(fmt::format(
        "'{}' failed after {} of {} results (is the Debian package qemu-user installed?)", command, got, n));
  }
  return results;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t n = 64;
  std::vector<std::string> names;
  return ex::run_example(
      argc, argv, {"libm", "The prebuilt C library's mathematics gives the same bits as on qemu-riscv32."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Calls of each function")->check(CLI::Range(1U, 1U << 22))->capture_default_str();
        app.add_option("--function", names, "Only these")->check(CLI::IsMember(kFunctions));
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        libm_args args{0, n, device.allocate(n * sizeof(libm_result), "results")};
        const uint32_t group = run.workgroup(64);
        fmt::print("{:8} {:>9} {:>14} {:>15}\n", "function", "calls", "wrong results", "wrong flags");
        for (; args.function < kFunctions.size(); ++args.function) {
          const std::string& name = kFunctions[args.function];
          if (!names.empty() && std::ranges::find(names, name) == names.end()) continue;
          const std::vector<libm_result> want = reference_results(n, args.function);
          run.launch("libm", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args);
          const auto got = device.read<libm_result>(args.results, n);
          uint32_t wrong_bits = 0, wrong_flags = 0;
          for (uint32_t i = 0; i < n; ++i) {
            wrong_bits += got[i].bits != want[i].bits;
            wrong_flags += got[i].flags != want[i].flags;
            if (got[i].bits == want[i].bits && got[i].flags == want[i].flags) continue;
            run.check(false,
                      fmt::format("{} of {:08x} ({:08x}) is {:08x} with flags {:02x}, on qemu {:08x} with {:02x}", name,
                                  libm_argument(i, 0), libm_argument(i, 1), got[i].bits, got[i].flags, want[i].bits,
                                  want[i].flags));
          }
          run.check(true, name);
          fmt::print("{:8} {:9} {:14} {:15}\n", name, n, wrong_bits, wrong_flags);
          std::fflush(stdout);
        }
      });
}
