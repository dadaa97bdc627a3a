#include "operand.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "heddle_formats.h"

namespace heddle::examples {
namespace {

using matrix::Element;
using matrix::Scale;

/// The number that an encoding stands for: from docs/matrix.md, by way of ldexp, so that nothing is shared with what it
/// checks.
double decoded(uint32_t bits, int exponent_bits, int fraction_bits) {
  const int field = static_cast<int>(bits >> fraction_bits & ((1U << exponent_bits) - 1));
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const double fraction = std::ldexp(static_cast<double>(bits & ((1U << fraction_bits) - 1)), -fraction_bits);
  const double magnitude = std::ldexp(fraction + (field != 0 ? 1.0 : 0.0), std::max(field, 1) - bias);
  return (bits >> (exponent_bits + fraction_bits) & 1) != 0 ? -magnitude : magnitude;
}

struct Layout {
  uint32_t bits;  // of an element in memory
  int exponent_bits, fraction_bits;
};

Layout layout(Element element) {
  switch (element) {
    case Element::kTf32: return {32, 8, 10};
    case Element::kFp16: return {16, 5, 10};
    case Element::kBf16: return {16, 8, 7};
    case Element::kE5m2: return {8, 5, 2};
    case Element::kE4m3: return {8, 4, 3};
    case Element::kE2m1: return {4, 2, 1};
    case Element::kInt8: break;
  }
  return {8, 0, 0};
}

uint32_t encoded(Element element, float x) {
  switch (element) {
    case Element::kTf32: return hd_tf32(x);
    case Element::kFp16: return hd_fp16(x);
    case Element::kBf16: return hd_bf16(x);
    case Element::kE5m2: return hd_e5m2(x);
    case Element::kE4m3: return hd_e4m3(x);
    case Element::kE2m1: return hd_e2m1(x);
    case Element::kInt8: break;
  }
  return static_cast<uint8_t>(static_cast<int>(std::clamp(x * 40.0F, -128.0F, 127.0F)));
}

double value_of(Element element, uint32_t bits) {
  if (element == Element::kInt8) return static_cast<int8_t>(bits);
  const Layout l = layout(element);
  return decoded(element == Element::kTf32 ? bits >> 13 : bits, l.exponent_bits, l.fraction_bits);
}

void put(Operand& operand, Element element, uint32_t row, uint32_t k, uint32_t bits) {
  const uint32_t width = layout(element).bits;
  uint8_t* const at = &operand.bytes[size_t{row} * operand.stride + size_t{k} * width / 8];
  if (width == 4) {
    *at = static_cast<uint8_t>(*at | bits << (k % 2 * 4));
  } else {
    std::memcpy(at, &bits, width / 8);
  }
}

/// A block of the row, of which `count` elements exist, with a scale of its own.
void put_block(Operand& operand, const matrix::Format& format, Element element, uint32_t row, uint32_t block,
               uint32_t size, const float* x) {
  std::array<uint8_t, 32> elements{};
  uint8_t scale = 0;
  double factor = 0.0;
  if (format.scale == Scale::kE4m3Block16) {
    scale = hd_quantise_nvfp4(x, elements.data());
    factor = decoded(scale, 4, 3);
  } else if (element == Element::kE2m1) {
    scale = hd_quantise_mxfp4(x, elements.data());
    factor = std::ldexp(1.0, scale - 127);
  } else {
    scale = hd_quantise_mxfp8(x, element == Element::kE5m2, elements.data());
    factor = std::ldexp(1.0, scale - 127);
  }
  const uint32_t group_blocks = operand.row_scale_bytes;
  const uint32_t group = block / group_blocks;
  operand.scales[(size_t{group} * operand.rows + row) * group_blocks + block % group_blocks] = scale;
  for (uint32_t i = 0; i < size && block * size + i < operand.k; ++i) {
    const uint32_t bits = element == Element::kE2m1 ? elements[i / 2] >> (i % 2 * 4) & 15U : uint32_t{elements[i]};
    put(operand, element, row, block * size + i, bits);
    operand.values[size_t{row} * operand.k + block * size + i] = value_of(element, bits) * factor;
  }
}

}  // namespace

const std::vector<GemmFormat>& gemm_formats() {
  static const std::vector<GemmFormat> kFormats = {
      {"int8", {Element::kInt8, Element::kInt8, Scale::kNone}},
      {"tf32", {Element::kTf32, Element::kTf32, Scale::kNone}},
      {"fp16", {Element::kFp16, Element::kFp16, Scale::kNone}},
      {"bf16", {Element::kBf16, Element::kBf16, Scale::kNone}},
      {"fp8_e4m3", {Element::kE4m3, Element::kE4m3, Scale::kNone}},
      {"fp8_e5m2", {Element::kE5m2, Element::kE5m2, Scale::kNone}},
      {"fp8_e4m3_e5m2", {Element::kE4m3, Element::kE5m2, Scale::kNone}},
      {"fp8_e5m2_e4m3", {Element::kE5m2, Element::kE4m3, Scale::kNone}},
      {"mxfp8_e4m3", {Element::kE4m3, Element::kE4m3, Scale::kE8m0Block32}},
      {"mxfp8_e5m2", {Element::kE5m2, Element::kE5m2, Scale::kE8m0Block32}},
      {"mxfp4", {Element::kE2m1, Element::kE2m1, Scale::kE8m0Block32}},
      {"nvfp4", {Element::kE2m1, Element::kE2m1, Scale::kE4m3Block16}},
  };
  return kFormats;
}

matrix::Group Operand::group(uint32_t r, uint32_t g) const {
  matrix::Group result;
  const uint32_t from = g * matrix::kGroupBytes;
  const uint32_t count = std::min<uint32_t>(matrix::kGroupBytes, stride > from ? stride - from : 0);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(size_t{r} * stride + from), count, result.bytes.begin());
  for (uint32_t s = 0; s < row_scale_bytes && s < matrix::kMaxScales; ++s) {
    result.scales[s] = scales[(size_t{g} * rows + r) * row_scale_bytes + s];
  }
  return result;
}

Operand random_operand(const matrix::Format& format, Element element, uint32_t rows, uint32_t k, std::mt19937& random) {
  Operand operand{.rows = rows, .k = k, .bytes = {}, .scales = {}, .values = {}};
  const uint32_t group_elements = matrix::group_elements(element);
  operand.groups = (k + group_elements - 1) / group_elements;
  operand.stride = (k * layout(element).bits + 127) / 128 * 16;
  operand.row_scale_bytes = matrix::group_scales(format);
  operand.bytes.resize(size_t{rows} * operand.stride);
  operand.scales.resize(size_t{operand.groups} * rows * operand.row_scale_bytes);
  operand.values.resize(size_t{rows} * k);
  std::normal_distribution<float> draw(0.0F, 1.0F);
  const uint32_t block = format.scale == Scale::kNone ? 1 : format.scale == Scale::kE8m0Block32 ? 32 : 16;
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t b = 0; b * block < k; ++b) {
      std::array<float, 32> x{};
      for (uint32_t i = 0; i < block && b * block + i < k; ++i) x[i] = draw(random);
      if (block != 1) {
        put_block(operand, format, element, r, b, block, x.data());
        continue;
      }
      const uint32_t bits = encoded(element, x[0]);
      put(operand, element, r, b, bits);
      operand.values[size_t{r} * k + b] = value_of(element, bits);
    }
  }
  return operand;
}

}  // namespace heddle::examples
