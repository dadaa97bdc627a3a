#include <cstddef>
#include <cstring>

#include "libc_work.h"
#include "runner.h"

namespace ex = heddle::examples;

// Both compilers lay the struct out alike; the comparison is of its bytes.
static_assert(sizeof(libc_result) == 152 && offsetof(libc_result, text) == 84);

int main(int argc, char** argv) {
  uint32_t n = 32;
  return ex::run_example(
      argc, argv, {"libc", "Calls stock libc in divergent code: qsort, snprintf, 64-bit division, soft double."},
      [&](CLI::App& app) {
        app.add_option("--n", n, "Work-items")->check(CLI::Range(1U, 1U << 16))->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const libc_args args{n, device.allocate(n * sizeof(libc_result), "results")};
        const uint32_t group = run.workgroup(64);
        run.launch("libc", {(n + group - 1) / group, 1, 1}, {group, 1, 1}, args, {.private_bytes = 8192});

        const auto results = device.read<libc_result>(args.results, n);
        for (uint32_t i = 0; i < n; ++i) {
          libc_result expected;
          libc_work(i, &expected);
          const std::string item = " of work-item " + std::to_string(i);
          const libc_result& got = results[i];
          run.check(std::memcmp(got.sorted, expected.sorted, sizeof(got.sorted)) == 0, "qsort" + item);
          run.check(got.quotient == expected.quotient && got.remainder == expected.remainder &&
                        got.unsigned_quotient == expected.unsigned_quotient,
                    "64-bit division" + item);
          run.check(got.real_bits == expected.real_bits, "double arithmetic" + item);
          run.check(got.text_length == expected.text_length && std::strncmp(got.text, expected.text, LIBC_TEXT) == 0,
                    "snprintf" + item + ": \"" + std::string(got.text, strnlen(got.text, LIBC_TEXT)) +
                        "\", expected \"" + expected.text + "\"");
        }
      });
}
