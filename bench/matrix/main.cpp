// The host program of `heddle bench --suite matrix`: products of runtime/blas by shape and format, each checked to the
// bit, as rows of multiply-adds per cycle beside the array's peak.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "heddle/blas/blas.h"
#include "operand.h"
#include "runner.h"

namespace heddle::bench {
namespace {

struct Settings {
  std::vector<std::string> shapes = {"64x64x64", "128x128x128"};
  std::vector<std::string> formats;  ///< Empty: all that the device has.
  blas::Tuning tuning;
};

struct Shape {
  uint32_t m = 0, n = 0, k = 0;
};

/// "64x64x64"; nothing where that is no shape.
std::optional<Shape> parse_shape(const std::string& text) {
  std::array<uint32_t, 3> sizes{};
  size_t from = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t to = i + 1 < sizes.size() ? text.find('x', from) : text.size();
    if (to == std::string::npos) return std::nullopt;
    if (!CLI::detail::lexical_cast(text.substr(from, to - from), sizes.at(i))) return std::nullopt;
    if (sizes.at(i) == 0 || sizes.at(i) > 8192) return std::nullopt;
    from = to + 1;
  }
  return Shape{sizes[0], sizes[1], sizes[2]};
}

bool has(const driver::DeviceShape& device, const blas::FormatInfo& format) {
  return format.on_engine() && (!format.needs_fp8 || device.matrix_fp8) && (!format.needs_fp4 || device.matrix_fp4);
}

/// Rows along K, at multiples of 16 bytes.
blas::Matrix upload(driver::Device& device, const blas::reference::Operand& operand) {
  const uint32_t whole = 128 / operand.format.element_bits;
  blas::Matrix matrix;
  const uint32_t leading = (operand.k + whole - 1) / whole * whole;
  matrix.leading = leading;
  matrix.address = device.upload(operand.stored(true, leading), "operand");
  if (operand.format.row_scale_bytes != 0) {
    const uint32_t scales_leading = operand.rows * operand.format.row_scale_bytes;
    matrix.scales_leading = scales_leading;
    matrix.scales = device.upload(operand.stored_scales(scales_leading), "scales");
  }
  return matrix;
}

uint64_t round_up(uint64_t x, uint64_t to) { return (x + to - 1) / to * to; }

void measure(examples::Run& run, const Shape& shape, const blas::FormatInfo& format, const blas::Tuning& tuning) {
  driver::Device& device = run.device();
  std::mt19937 random(static_cast<uint32_t>(run.options().seed));
  const blas::reference::Operand a(format.format, true, shape.m, shape.k, random);
  const blas::reference::Operand b(format.format, false, shape.n, shape.k, random);
  blas::Gemm gemm;
  gemm.format = format.format;
  gemm.transpose_b = true;
  gemm.m = shape.m;
  gemm.n = shape.n;
  gemm.k = shape.k;
  gemm.a = upload(device, a);
  gemm.b = upload(device, b);
  gemm.c.leading = shape.n;
  const size_t elements = size_t{shape.m} * shape.n;
  gemm.c.address = device.upload(std::vector<uint32_t>(elements, 0xFFFF'FFFF), "c");

  blas::Blas library(device);
  const auto traffic = [&] { return device.backend().memory().value_or(driver::MemoryStatistics{}); };
  const driver::MemoryStatistics before = traffic();
  const driver::LaunchStatistics cost =
      run.tally([&](uint64_t timeout) { return library.gemm(gemm, tuning, timeout); });
  const driver::MemoryStatistics after = traffic();
  const std::string name = fmt::format("m={},n={},k={},format={}", shape.m, shape.n, shape.k, format.name);
  run.check(device.read<uint32_t>(gemm.c.address, elements) == blas::reference::accumulators(a, b), name);
  for (const uint32_t address : {gemm.a.address, gemm.b.address, gemm.c.address}) device.free(address);
  for (const uint32_t address : {gemm.a.scales, gemm.b.scales}) {
    if (address != 0) device.free(address);
  }

  const uint32_t dim = device.shape().matrix_dim;
  const double macs = static_cast<double>(elements) * shape.k, cycles = static_cast<double>(cost.cycles);
  const double peak = double{1} * dim * dim * format.rate();
  // What the array cannot leave out: whole rows and columns of it, whole groups of K.
  const double rounded =
      static_cast<double>(round_up(shape.m, dim) * round_up(shape.n, dim) * round_up(shape.k, format.group_elements));
  const uint64_t read = after.lines_read - before.lines_read, written = after.lines_written - before.lines_written;
  const double bytes = static_cast<double>(read + written) * device.shape().line_bytes;
  const double khz = cycles / std::max(cost.host_seconds, 1e-9) / 1000.0;
  run.add_row({
      {"name", "gemm"},
      {"args", name},
      {"config", run.options().configuration},
      {"cycles", cost.cycles},
      {"warp_instrs", cost.warp_instrs},
      {"lane_instrs", cost.lane_instrs},
      {"value", macs / cycles},
      {"unit", "MAC/cycle"},
      {"peak", peak},
      {"of_peak", macs / cycles / peak},
      {"of_rounded_peak", rounded / cycles / peak},
      {"format", format.name},
      {"element_bits", format.element_bits},
      {"lines_read", read},
      {"lines_written", written},
      {"macs_per_byte", bytes > 0.0 ? macs / bytes : 0.0},
      {"memory_bytes_per_cycle", after.peak_lines * device.shape().line_bytes},
      {"host_seconds", cost.host_seconds},
      {"khz", khz},
  });
  fmt::print("{}: {} cycles, {:.1f} % of peak, simulated at {:.1f} kHz\n", name, cost.cycles,
             100.0 * macs / cycles / peak, khz);
  std::fflush(stdout);
}

void measure_all(examples::Run& run, const Settings& settings) {
  const driver::DeviceShape& device = run.device().shape();
  if (device.matrix_dim == 0) {
    throw std::runtime_error("the device has no matrix engine: --config edge, for example");
  }
  for (const blas::FormatInfo& format : blas::formats()) {
    const bool wanted = settings.formats.empty() || std::ranges::count(settings.formats, format.name) != 0;
    if (!wanted) continue;
    if (!has(device, format)) {
      if (!settings.formats.empty()) throw std::runtime_error(fmt::format("the device has no {}", format.name));
      continue;
    }
    for (const std::string& shape : settings.shapes) measure(run, *parse_shape(shape), format, settings.tuning);
  }
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  using namespace heddle;
  bench::Settings settings;
  const CLI::Validator shape(
      [](const std::string& text) {
        return bench::parse_shape(text) ? std::string() : text + " is no shape: MxNxK, each 1 to 8192";
      },
      "MxNxK");
  std::vector<std::string> names;
  for (const blas::FormatInfo& format : blas::formats()) {
    if (format.on_engine()) names.emplace_back(format.name);
  }
  return examples::run_example(
      argc, argv, {"matrix", "Measures matrix products on the matrix engine."},
      [&](CLI::App& app) {
        app.add_option("--shapes", settings.shapes, "Shapes, MxNxK")
            ->delimiter(',')
            ->check(shape)
            ->capture_default_str();
        app.add_option("--formats", settings.formats, "Formats; default: all of the device")
            ->delimiter(',')
            ->check(CLI::IsMember(names));
        blas::Tuning& tuning = settings.tuning;
        app.add_option("--tile-m", tuning.tile_m, "Rows of a tile; default of this and the next: by the shape");
        app.add_option("--tile-n", tuning.tile_n, "Columns of a tile");
        app.add_option("--stages", tuning.stages, "Stages of operands in scratchpad, 2 to 4");
        app.add_option("--stage-groups", tuning.stage_groups, "Groups of K of a stage");
        app.add_option("--group-rows", tuning.group_rows, "Rows of tiles that are gone through together");
        app.add_option("--workgroups", tuning.workgroups, "1, or 2 on two cores");
        app.add_option("--warps", tuning.warps, "Warps of a workgroup, 3 or more: two besides those that carry tiles");
        app.add_option("--start-groups", tuning.start_groups, "Groups of K of a workgroup's first stage");
      },
      [&](examples::Run& run) { bench::measure_all(run, settings); });
}
