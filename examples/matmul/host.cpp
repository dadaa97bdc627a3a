#include <random>

#include "matmul_args.h"
#include "runner.h"

namespace ex = heddle::examples;

namespace {

std::vector<int32_t> random_matrix(size_t elements, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int32_t> values(-1000, 1000);
  std::vector<int32_t> matrix(elements);
  for (int32_t& value : matrix) value = values(random);
  return matrix;
}

}  // namespace

int main(int argc, char** argv) {
  uint32_t m = 48, n = 48, k = 48;
  return ex::run_example(
      argc, argv, {"matmul", "Multiplies integer matrices, tile by tile through the scratchpad."},
      [&](CLI::App& app) {
        const auto size = CLI::Range(1U, 2048U);
        app.add_option("--m", m, "Rows of a and c")->check(size)->capture_default_str();
        app.add_option("--n", n, "Columns of b and c")->check(size)->capture_default_str();
        app.add_option("--k", k, "Columns of a, rows of b")->check(size)->capture_default_str();
      },
      [&](ex::Run& run) {
        auto& device = run.device();
        const std::vector<int32_t> a = random_matrix(m * k, 1), b = random_matrix(k * n, 2);
        std::vector<int32_t> expected(m * n);
        for (uint32_t row = 0; row < m; ++row) {
          for (uint32_t i = 0; i < k; ++i) {
            for (uint32_t column = 0; column < n; ++column)
              expected[row * n + column] += a[row * k + i] * b[i * n + column];
          }
        }
        uint32_t tile = 1;  // the largest that fits into a core
        while (tile < MATMUL_MAX_TILE && 4 * tile * tile <= device.shape().threads()) tile *= 2;
        const matmul_args args{
            m, n, k, tile, device.upload(a, "a"), device.upload(b, "b"), device.allocate(m * n * 4, "c")};
        run.launch("matmul", {(n + tile - 1) / tile, (m + tile - 1) / tile, 1}, {tile, tile, 1}, args);
        run.check_equal(device.read<int32_t>(args.c, m * n), expected, "c");
      });
}
