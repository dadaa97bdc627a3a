// Attention, O = softmax(Q K^T / 8) V, of heads of 64 elements on the matrix engine and the lanes. Checked against the
// same in double within what the roundings of P and of the products can make.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "attention_args.h"
#include "heddle_formats.h"
#include "runner.h"

namespace heddle::examples {
namespace {

struct Size {
  uint32_t tokens = 64, heads = 1;
  bool causal = false;
  float sharpness = 1.0F;  ///< Of what Q is drawn from, the standard deviation.
  std::string format = "fp16";
};

constexpr uint32_t kHead = ATTENTION_HEAD;

/// Q, K or V: random numbers of a standard deviation in the format, as they lie in memory, and as they are.
struct Tensor {
  std::vector<uint8_t> bytes;
  std::vector<double> values;
};

Tensor random_tensor(size_t elements, bool fp8, float deviation, std::mt19937& random) {
  std::normal_distribution<float> draw(0.0F, deviation);
  Tensor tensor;
  for (size_t i = 0; i < elements; ++i) {
    const float x = draw(random);
    if (fp8) {
      tensor.bytes.push_back(hd_e4m3(x));
      tensor.values.push_back(hd_from_e4m3(tensor.bytes.back()));
    } else {
      const uint16_t bits = hd_fp16(x);
      tensor.bytes.push_back(static_cast<uint8_t>(bits));
      tensor.bytes.push_back(static_cast<uint8_t>(bits >> 8));
      tensor.values.push_back(hd_from_fp16(bits));
    }
  }
  return tensor;
}

/// Warps x n rows and lanes x n columns are a tile of 4 dim x 4 dim.
uint32_t elements_across(const driver::DeviceShape& shape, bool fp8) {
  if (shape.matrix_dim == 0 || (fp8 && !shape.matrix_fp8)) {
    throw std::runtime_error(fmt::format(
        "the device has no matrix engine{}: add {} to the configuration", fp8 ? " with 8-bit floating point" : "",
        fp8 ? "copy_engine=1,matrix_dim=4,matrix_fp8=1" : "copy_engine=1,matrix_dim=4"));
  }
  const uint32_t tile = 4 * shape.matrix_dim;
  for (const uint32_t n : {2U, 4U}) {
    if (shape.warps * n == tile && shape.lanes * n == tile && (shape.lanes == 8 || (shape.lanes == 16 && n == 4)))
      return n;
  }
  throw std::runtime_error(fmt::format(
      "attention needs as many warps as lanes, a half or a quarter of the {} rows of a tile: matrix_dim=4 or 8 "
      "with 8 of both (edge), 16 with 16 (base)",
      tile));
}

/// The descriptor of loads of [heads][tokens][kHead], a box of `columns` x `rows`.
void fill_copy(uint32_t (&words)[32], uint32_t base, const Size& size, uint32_t element_log2, uint32_t columns,
               uint32_t rows, uint32_t identifier) {
  words[0] = 3 | element_log2 << 3 | 1U << 12 | identifier << 16;
  words[1] = base;
  words[2] = kHead;
  words[3] = size.tokens;
  words[4] = size.heads;
  words[7] = kHead << element_log2;
  words[8] = size.tokens * kHead << element_log2;
  words[11] = columns;
  words[12] = rows;
  words[13] = 1;
}

attention_args arguments(driver::Device& device, const Size& size, const Tensor& q, const Tensor& k, const Tensor& v,
                         uint32_t rows) {
  const uint32_t tile = 4 * device.shape().matrix_dim;
  const bool fp8 = size.format != "fp16";
  const uint32_t element_log2 = fp8 ? 0 : 1, bytes = 1U << element_log2, group = 32 / bytes;
  attention_args args{};
  args.tokens = size.tokens;
  args.heads = size.heads;
  args.causal = size.causal ? 1 : 0;
  args.tiles = (size.tokens + rows - 1) / rows;
  args.key_tiles = (size.tokens + tile - 1) / tile;
  args.blocks = kHead / tile;
  // Keys in whole groups; columns of V in whole lines.
  const uint32_t least = std::max(tile, group);

  fill_copy(args.copy_images[0], device.upload(q.bytes, "q"), size, element_log2, kHead, rows, 'Q');
  fill_copy(args.copy_images[1], device.upload(k.bytes, "k"), size, element_log2, kHead, tile, 'K');
  fill_copy(args.copy_images[2], device.upload(v.bytes, "v"), size, element_log2, least, least, 'V');
  // Words of a matrix command (docs/matrix.md). E4M3 is 5, FP16 2; V is transposed.
  const uint32_t element = fp8 ? 5 : 2, head = element | element << 3 | 1U << 12;
  const struct attention_layout at = attention_layout(rows, tile, device.shape().lanes, fp8);
  for (uint32_t i = 0; i < 8; ++i) {
    const uint32_t pv = i / 4, stage = i % 2, other = i / 2 % 2;  // other: the stage of Q, or to accumulate
    uint32_t* const words = args.command_images[i];
    words[0] = head | pv << 9 | (rows == tile ? pv << 10 : 0) | (pv & other) << 11 | (pv == 0 ? 'S' : 'O') << 16;
    words[1] = rows | tile << 16;
    words[2] = pv == 0 ? kHead / group : least / group;
    words[3] = rows == tile ? 0 : pv * rows;  // both share a buffer
    words[4] = pv == 0 ? at.q + other * at.q_bytes : at.p + stage * at.p_bytes;
    words[5] = pv == 0 ? kHead * bytes : least * bytes;
    words[8] = pv == 0 ? at.k + stage * at.k_bytes : at.v + stage * at.v_bytes;
    words[9] = pv == 0 ? kHead * bytes : least * bytes;
    words[12] = pv == 0 ? 0 : 8 + 8 * stage;  // S_READY, PV_DONE
  }
  args.o = device.allocate(uint64_t{size.heads} * size.tokens * kHead * 4, "o");
  return args;
}

/// In double, and what the device's result may be off by.
struct Reference {
  Reference(const Size& size, const Tensor& q, const Tensor& k, const Tensor& v)
      : values(v.values.size()), bounds(v.values.size()) {
    // P is rounded: relatively, and below the smallest normal number absolutely. It is relative to a reference that no
    // score exceeds by a factor of more than 2^8, and which no row's largest score is below by a factor of more than 4.
    const bool fp8 = size.format != "fp16";
    const double relative = (fp8 ? 0x1p-4 : 0x1p-11) + 0x1p-15, absolute = fp8 ? 0x1p-8 : 0x1p-23;
    std::vector<double> scores(size.tokens);
    for (uint32_t head = 0; head < size.heads; ++head) {
      const size_t base = size_t{head} * size.tokens * kHead;
      for (uint32_t row = 0; row < size.tokens; ++row) {
        const uint32_t seen = size.causal ? row + 1 : size.tokens;
        double largest = -INFINITY;
        for (uint32_t token = 0; token < seen; ++token) {
          scores[token] =
              std::inner_product(&q.values[base + size_t{row} * kHead], &q.values[base + size_t{row} * kHead] + kHead,
                                 &k.values[base + size_t{token} * kHead], 0.0) /
              8.0;
          largest = std::max(largest, scores[token]);
        }
        double sum = 0.0;
        for (uint32_t token = 0; token < seen; ++token) sum += scores[token] = std::exp(scores[token] - largest);
        for (uint32_t column = 0; column < kHead; ++column) {
          double value = 0.0, bound = 0.0;
          for (uint32_t token = 0; token < seen; ++token) {
            const double x = v.values[base + size_t{token} * kHead + column];
            value += scores[token] * x;
            // The device's reference may be smaller than the largest; then P is larger.
            bound += (relative * scores[token] + absolute) * std::abs(x);
          }
          values[base + size_t{row} * kHead + column] = value / sum;
          bounds[base + size_t{row} * kHead + column] = bound / sum;
        }
      }
    }
  }
  std::vector<double> values, bounds;
};

void attention(Run& run, const Size& size) {
  driver::Device& device = run.device();
  const driver::DeviceShape& shape = device.shape();
  const bool fp8 = size.format != "fp16";
  const uint32_t across = elements_across(shape, fp8);
  std::mt19937 random(1);  // --seed is for the delays
  const size_t elements = size_t{size.heads} * size.tokens * kHead;
  const Tensor q = random_tensor(elements, fp8, size.sharpness, random), k = random_tensor(elements, fp8, 1.0F, random),
               v = random_tensor(elements, fp8, 1.0F, random);
  // With two cores two workgroups share the engine, each with one buffer for half the rows; with one core one has both.
  const uint32_t tile = 4 * shape.matrix_dim, groups = shape.cores >= 2 && shape.lanes == 16 ? 2 : 1,
                 rows = tile / groups;
  const uint32_t warps = shape.warps / groups;
  const driver::LaunchOptions options{.extra_scratch_bytes = attention_layout(rows, tile, shape.lanes, fp8).bytes,
                                      .accumulators = 2 / groups};
  const attention_args args = arguments(device, size, q, k, v, rows);
  const driver::LaunchStatistics cost =
      run.launch(fmt::format("attention_{}_{}_{}_{}", across, shape.lanes, warps, size.format), {groups, 1, 1},
                 {warps * shape.lanes, 1, 1}, args, options);
  const std::vector<float> o = device.read<float>(args.o, elements);
  const Reference expected(size, q, k, v);
  run.check_close(o, expected.values, expected.bounds, "o");

  // So that runs can be compared to the bit: FNV-1a.
  uint64_t digest = 0xcbf29ce484222325;
  for (const float x : o) digest = (digest ^ hd_float_bits(x)) * 0x100000001b3;
  fmt::print("attention: digest of the result {:016x}\n", digest);
  if (run.options().backend == driver::BackendKind::kRtl) {
    const double pairs = size.causal ? size.tokens * (size.tokens + 1.0) / 2 : double{1} * size.tokens * size.tokens;
    const double macs = size.heads * pairs * kHead * 2;
    const double peak = shape.matrix_dim * shape.matrix_dim * (fp8 ? 4.0 : 2.0),
                 value = macs / static_cast<double>(cost.cycles);
    const std::string what =
        fmt::format("tokens={},heads={},format={},causal={}", size.tokens, size.heads, size.format, args.causal);
    fmt::print("attention: {}: {:.1f} % of the array's peak\n", what, 100.0 * value / peak);
    run.add_row({{"name", "attention"},
                 {"args", what},
                 {"config", run.options().configuration},
                 {"cycles", cost.cycles},
                 {"warp_instrs", cost.warp_instrs},
                 {"lane_instrs", cost.lane_instrs},
                 {"value", value},
                 {"unit", "MAC/cycle"},
                 {"peak", peak},
                 {"of_peak", value / peak},
                 {"host_seconds", cost.host_seconds}});
  }
}

}  // namespace
}  // namespace heddle::examples

int main(int argc, char** argv) {
  using namespace heddle::examples;
  Size size;
  const auto options = [&](CLI::App& app) {
    app.add_option("--tokens", size.tokens, "Tokens of a head")->check(CLI::Range(1U, 8192U))->capture_default_str();
    app.add_option("--heads", size.heads, "Heads, of 64 elements")->check(CLI::Range(1U, 64U))->capture_default_str();
    app.add_flag("--causal", size.causal, "A token sees itself and those before it");
    app.add_option("--sharpness", size.sharpness, "Standard deviation of Q; those of K and V are 1")
        ->check(CLI::Range(0.0F, 16.0F))
        ->capture_default_str();
    app.add_option("--format", size.format, "Format of Q, K, V and the probabilities")
        ->check(CLI::IsMember({"fp16", "fp8_e4m3"}))
        ->capture_default_str();
  };
  return run_example(argc, argv, {"attention", "Attention on the matrix engine and the lanes (FlashAttention)"},
                     options, [&](Run& run) { attention(run, size); });
}
