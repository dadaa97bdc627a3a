#include "heddle/blas/check.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "heddle/blas/error.h"

namespace heddle::blas {
namespace {

constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();
constexpr uint64_t kAddresses = uint64_t{1} << 32;

[[noreturn]] void fail(Status status, const std::string& argument, const std::string& text) {
  throw Error(status, argument, text);
}

void check_size(const char* name, int64_t value) {
  if (value >= 0 && value <= kLargest) return;
  fail(Status::kInvalidSize, name, fmt::format("{} is {}; it must be 0 to {}", name, value, kLargest));
}

/// What is to be known about a matrix to check it.
struct Described {
  std::string name;
  uint32_t bits;         // of an element
  int64_t rows, length;  // as stored
  int64_t scale_rows = 0, scale_groups = 0, row_scale_bytes = 0;
};

void check_address(const std::string& argument, uint32_t address, uint32_t alignment, uint64_t bytes) {
  if (address == 0) fail(Status::kNullPointer, argument, fmt::format("{} is null", argument));
  if (address % alignment != 0) {
    fail(Status::kMisaligned, argument,
         fmt::format("{} is {:#010x}; it must be a multiple of {}", argument, address, alignment));
  }
  if (bytes > kAddresses - address) {
    fail(Status::kRange, argument,
         fmt::format("{} is {:#010x}, and {} bytes from there do not fit below 2^32", argument, address, bytes));
  }
}

uint64_t bytes_of(const Described& d, const Matrix& x) {
  return static_cast<uint64_t>((d.rows - 1) * x.leading + d.length) * d.bits / 8 + (d.bits == 4 ? d.length % 2 : 0);
}
uint64_t scale_bytes_of(const Described& d, const Matrix& x) {
  return static_cast<uint64_t>((d.scale_groups - 1) * x.scales_leading + d.scale_rows * d.row_scale_bytes);
}

void check_leading(const Described& d, const Matrix& x) {
  const std::string leading = d.name + ".leading";
  if (x.leading < d.length || x.leading > kLargest) {
    fail(Status::kLeading, leading,
         fmt::format("{} is {}; rows have {} elements, so it must be {} to {}", leading, x.leading, d.length, d.length,
                     kLargest));
  }
  if (d.bits == 4 && x.leading % 2 != 0) {
    fail(Status::kMisaligned, leading,
         fmt::format("{} is {}; rows of 4-bit elements begin at whole bytes: it must be even", leading, x.leading));
  }
  if (d.rows * x.leading > kLargest * 8) {
    fail(Status::kRange, leading, fmt::format("{} rows of {} elements are too many", d.rows, x.leading));
  }
  if (d.row_scale_bytes == 0) return;
  const int64_t needed = d.scale_rows * d.row_scale_bytes;
  if (x.scales_leading < needed || x.scales_leading > kLargest) {
    const std::string scales = d.name + ".scales_leading";
    fail(Status::kLeading, scales,
         fmt::format("{} is {}; a group has {} bytes of scales, so it must be {} to {}", scales, x.scales_leading,
                     needed, needed, kLargest));
  }
}

/// `address` and `scales`: of each product of the batch.
void check_place(const Described& d, const Matrix& x, uint32_t address, uint32_t scales) {
  check_address(d.name + ".address", address, std::max(d.bits / 8, 1U), bytes_of(d, x));
  if (d.row_scale_bytes != 0) check_address(d.name + ".scales", scales, 1, scale_bytes_of(d, x));
}

void check_strides(const Described& d, const Matrix& x, int64_t batch) {
  const auto limits = [&](const char* what, int64_t stride, int64_t bits, uint64_t last, uint64_t from) {
    const std::string argument = d.name + what;
    if (stride < 0) {
      fail(Status::kInvalidSize, argument, fmt::format("{} is {}; it must not be negative", argument, stride));
    }
    if (stride > kLargest || static_cast<uint64_t>(stride) * (batch - 1) * bits / 8 + last > kAddresses - from) {
      fail(Status::kRange, argument,
           fmt::format("{} is {}; {} matrices with that distance do not fit below 2^32", argument, stride, batch));
    }
  };
  limits(".stride", x.stride, d.bits, bytes_of(d, x), x.address);
  if (d.bits == 4 && x.stride % 2 != 0) {
    fail(Status::kMisaligned, d.name + ".stride", fmt::format("{}.stride is {}; it must be even", d.name, x.stride));
  }
  if (d.row_scale_bytes != 0) limits(".scales_stride", x.scales_stride, 8, scale_bytes_of(d, x), x.scales);
}

uint32_t Pointers::* address_of(const std::string& name) {
  return name == "a" ? &Pointers::a : name == "b" ? &Pointers::b : name == "c" ? &Pointers::c : &Pointers::d;
}
uint32_t Pointers::* scales_of(const std::string& name) {
  return name == "a" ? &Pointers::scales_a : name == "b" ? &Pointers::scales_b : &Pointers::scales_d;
}

void check_matrix(const Gemm& gemm, const Described& d, const Matrix& x) {
  check_leading(d, x);
  if (gemm.pointers.empty()) {
    check_place(d, x, x.address, x.scales);
    if (gemm.batch > 1) check_strides(d, x, gemm.batch);
    return;
  }
  for (const Pointers& p : gemm.pointers) check_place(d, x, p.*address_of(d.name), p.*scales_of(d.name));
}

void check_enumerations(const Gemm& gemm) {
  if (static_cast<size_t>(gemm.format) >= formats().size()) {
    fail(Status::kInvalidValue, "format", fmt::format("there is no format {}", static_cast<int>(gemm.format)));
  }
  if (static_cast<size_t>(gemm.stored_as()) >= outputs().size()) {
    fail(Status::kInvalidValue, "output", fmt::format("there is no output {}", static_cast<int>(gemm.stored_as())));
  }
  if (gemm.activation > Activation::kGelu) {
    fail(Status::kInvalidValue, "activation",
         fmt::format("there is no activation {}", static_cast<int>(gemm.activation)));
  }
}

void check_integers(const Gemm& gemm) {
  if (gemm.format != Format::kInt8) {
    fail(Status::kInvalidValue, "output",
         fmt::format("int32 results are those of int8, not of {}", info(gemm.format).name));
  }
  for (const auto& [name, factor] : {std::pair{"alpha", gemm.alpha}, std::pair{"beta", gemm.beta}}) {
    if (factor == std::trunc(factor) && std::abs(factor) < 0x1p31F) continue;
    fail(Status::kInvalidValue, name,
         fmt::format("{} is {}; with int32 results it must be an integer below 2^31 in magnitude", name, factor));
  }
  if (gemm.bias != 0) fail(Status::kInvalidValue, "bias", "int32 results have no bias: ask for output fp32");
  if (gemm.activation != Activation::kNone) {
    fail(Status::kInvalidValue, "activation", "int32 results have no activation: ask for output fp32");
  }
}

void check_device(const driver::DeviceShape& shape, const Gemm& gemm) {
  const FormatInfo& format = info(gemm.format);
  const OutputInfo& output = info(gemm.stored_as());
  const auto missing = [&](const std::string& what, const std::string& parameter) {
    fail(Status::kUnsupported, "format",
         fmt::format("format {} needs {}, which the device has not: add {} to the configuration", format.name, what,
                     parameter));
  };
  if (format.on_engine()) {
    if (shape.matrix_dim == 0) missing("a matrix engine", "copy_engine=1,matrix_dim=8");
    if (format.needs_fp8 && !shape.matrix_fp8) missing("8-bit floating point", "matrix_fp8=1");
    if (format.needs_fp4 && !shape.matrix_fp4) missing("4-bit floating point", "matrix_fp4=1");
    if (shape.warps < 3) missing("three warps on a core", "warps=3 or more");
  }
  if (format.element_bits == 4 && gemm.transpose_a) {
    fail(Status::kUnsupported, "transpose_a", "rows of A with 4-bit elements must be along K: no transpose_a");
  }
  if (format.element_bits == 4 && !gemm.transpose_b) {
    fail(Status::kUnsupported, "transpose_b", "columns of B with 4-bit elements must be along K: transpose_b");
  }
  const uint32_t columns = format.on_engine() ? 4 * shape.matrix_dim : 4 * std::min(16U, shape.threads());
  if (output.block > columns) {
    fail(Status::kUnsupported, "output",
         fmt::format("output {} has blocks of {} columns; a tile of this device has {}", output.name, output.block,
                     columns));
  }
}

}  // namespace

void check(const driver::DeviceShape& shape, const Gemm& gemm) {
  check_enumerations(gemm);
  check_size("m", gemm.m);
  check_size("n", gemm.n);
  check_size("k", gemm.k);
  check_size("batch", gemm.batch);
  if (!gemm.pointers.empty() && gemm.pointers.size() != static_cast<size_t>(gemm.batch)) {
    fail(Status::kInvalidSize, "pointers",
         fmt::format("there are {} entries in pointers for a batch of {}", gemm.pointers.size(), gemm.batch));
  }
  const Output output = gemm.stored_as();
  if (output == Output::kInt32) check_integers(gemm);
  if (!std::isfinite(gemm.scale)) {
    fail(Status::kInvalidValue, "scale", fmt::format("scale is {}; it must be finite", gemm.scale));
  }
  check_device(shape, gemm);
  if (gemm.m == 0 || gemm.n == 0 || gemm.batch == 0) return;

  const FormatInfo& format = info(gemm.format);
  if (gemm.k != 0 && gemm.alpha != 0.0F) {
    const int64_t groups = (gemm.k + format.group_elements - 1) / format.group_elements;
    Described a{"a", format.element_bits, gemm.m, gemm.k, gemm.m, groups, format.row_scale_bytes};
    Described b{"b", format.element_bits, gemm.k, gemm.n, gemm.n, groups, format.row_scale_bytes};
    if (gemm.transpose_a) std::swap(a.rows, a.length);
    if (gemm.transpose_b) std::swap(b.rows, b.length);
    check_matrix(gemm, a, gemm.a);
    check_matrix(gemm, b, gemm.b);
  }
  const OutputInfo& stored = info(output);
  const Described c{"c", 32, gemm.m, gemm.n};
  const bool own_d = gemm.pointers.empty() ? gemm.d.address != 0 : gemm.pointers.front().d != 0;
  const bool in_place = !own_d && (output == Output::kFp32 || output == Output::kInt32);
  if (gemm.beta != 0.0F || in_place) check_matrix(gemm, c, gemm.c);
  if (!in_place) {
    const int64_t groups = (gemm.n * stored.element_bits + 255) / 256;
    check_matrix(gemm, {"d", stored.element_bits, gemm.m, gemm.n, gemm.m, groups, stored.row_scale_bytes}, gemm.d);
  }
  const bool any_bias = gemm.pointers.empty() && gemm.bias != 0;
  if (any_bias) {
    if (gemm.bias_stride < 0 || gemm.bias_stride > kLargest) {
      fail(Status::kInvalidSize, "bias_stride", fmt::format("bias_stride is {}", gemm.bias_stride));
    }
    check_address("bias", gemm.bias, 4, static_cast<uint64_t>(gemm.n + gemm.bias_stride * (gemm.batch - 1)) * 4);
  }
  for (const Pointers& p : gemm.pointers) {
    if ((p.bias != 0) != (gemm.pointers.front().bias != 0)) {
      fail(Status::kNullPointer, "bias", "some products of the batch have a bias, and some have none");
    }
    if (p.bias != 0) check_address("bias", p.bias, 4, static_cast<uint64_t>(gemm.n) * 4);
  }
}

}  // namespace heddle::blas
