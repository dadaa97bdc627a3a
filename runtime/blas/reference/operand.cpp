#include "operand.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "heddle/matrix/tile.h"
#include "heddle_formats.h"

namespace heddle::blas::reference {
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
  switch (element) {
    case Element::kTf32: return decoded(bits >> 13, 8, 10);
    case Element::kFp16: return decoded(bits, 5, 10);
    case Element::kBf16: return decoded(bits, 8, 7);
    case Element::kE5m2: return decoded(bits, 5, 2);
    case Element::kE4m3: return decoded(bits, 4, 3);
    case Element::kE2m1: return decoded(bits, 2, 1);
    case Element::kInt8: break;
  }
  return static_cast<int8_t>(bits);
}

matrix::Format engine_format(const FormatInfo& format) {
  return {static_cast<Element>(format.command & 7), static_cast<Element>(format.command >> 3 & 7),
          static_cast<Scale>(format.command >> 6 & 3)};
}

/// A block of the row, of which what is behind the end of K is left out, with a scale of its own.
void put_block(Operand& operand, Scale kind, uint32_t row, uint32_t block, uint32_t size, const float* x) {
  std::array<uint8_t, 32> elements{};
  uint8_t scale = 0;
  double factor = 0.0;
  if (kind == Scale::kE4m3Block16) {
    scale = hd_quantise_nvfp4(x, elements.data());
    factor = decoded(scale, 4, 3);
  } else if (operand.element == Element::kE2m1) {
    scale = hd_quantise_mxfp4(x, elements.data());
    factor = std::ldexp(1.0, scale - 127);
  } else {
    scale = hd_quantise_mxfp8(x, operand.element == Element::kE5m2, elements.data());
    factor = std::ldexp(1.0, scale - 127);
  }
  const uint32_t per_group = operand.format.row_scale_bytes, group = block / per_group;
  operand.scales[(size_t{group} * operand.rows + row) * per_group + block % per_group] = scale;
  for (uint32_t i = 0; i < size && block * size + i < operand.k; ++i) {
    const bool half = operand.element == Element::kE2m1;
    const uint32_t bits = half ? elements[i / 2] >> (i % 2 * 4) & 15U : uint32_t{elements[i]};
    const size_t at = size_t{row} * operand.k + block * size + i;
    operand.bits[at] = bits;
    operand.values[at] = value_of(operand.element, bits) * factor;
  }
}

void put(uint8_t* bytes, uint32_t width, size_t index, uint32_t bits) {
  if (width == 4) {
    uint8_t& byte = bytes[index / 2];
    byte = static_cast<uint8_t>(index % 2 == 0 ? bits : (byte & 15U) | bits << 4);
  } else {
    std::memcpy(bytes + index * (width / 8), &bits, width / 8);
  }
}

}  // namespace

Operand::Operand(Format number, bool is_a, uint32_t rows_, uint32_t k_, std::mt19937& random)
    : format(info(number)),
      element(is_a ? engine_format(format).a : engine_format(format).b),
      rows(rows_),
      k(k_),
      groups((k_ + format.group_elements - 1) / format.group_elements),
      bits(size_t{rows_} * k_),
      scales(size_t{groups} * rows_ * format.row_scale_bytes),
      values(size_t{rows_} * k_) {
  std::normal_distribution<float> draw(0.0F, 1.0F);
  const Scale kind = engine_format(format).scale;
  const uint32_t block = kind == Scale::kNone ? 1 : kind == Scale::kE8m0Block32 ? 32 : 16;
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t b = 0; b * block < k; ++b) {
      std::array<float, 32> x{};
      for (uint32_t i = 0; i < block && b * block + i < k; ++i) x[i] = draw(random);
      if (block != 1) {
        put_block(*this, kind, r, b, block, x.data());
        continue;
      }
      const size_t at = size_t{r} * k + b;
      bits[at] = number == Format::kFp32 ? std::bit_cast<uint32_t>(x[0]) : encoded(element, x[0]);
      values[at] = number == Format::kFp32 ? double{x[0]} : value_of(element, bits[at]);
    }
  }
}

std::vector<uint8_t> Operand::stored(bool along_k, uint32_t leading) const {
  const uint32_t width = format.element_bits, lines = along_k ? rows : k, length = along_k ? k : rows;
  std::vector<uint8_t> bytes(size_t{lines} * leading * width / 8, 0xFF);
  for (uint32_t line = 0; line < lines; ++line) {
    for (uint32_t i = 0; i < length; ++i) {
      const size_t from = along_k ? size_t{line} * k + i : size_t{i} * k + line;
      put(bytes.data(), width, size_t{line} * leading + i, bits[from]);
    }
  }
  return bytes;
}

std::vector<uint8_t> Operand::stored_scales(uint32_t leading) const {
  std::vector<uint8_t> bytes(size_t{groups} * leading, 0xFF);
  const uint32_t line = rows * format.row_scale_bytes;
  for (uint32_t g = 0; g < groups; ++g)
    std::copy_n(scales.data() + size_t{g} * line, line, bytes.data() + size_t{g} * leading);
  return bytes;
}

matrix::Group Operand::group(uint32_t r, uint32_t g) const {
  matrix::Group result;
  for (uint32_t i = 0; i < format.group_elements && g * format.group_elements + i < k; ++i) {
    put(result.bytes.data(), format.element_bits, i, bits[size_t{r} * k + g * format.group_elements + i]);
  }
  for (uint32_t s = 0; s < format.row_scale_bytes; ++s) {
    result.scales[s] = scales[(size_t{g} * rows + r) * format.row_scale_bytes + s];
  }
  return result;
}

std::vector<uint32_t> accumulators(const Operand& a, const Operand& b) {
  std::vector<uint32_t> c(size_t{a.rows} * b.rows);
  if (!a.format.on_engine()) {
    for (uint32_t i = 0; i < a.rows; ++i) {
      for (uint32_t j = 0; j < b.rows; ++j) {
        float sum = 0.0F;
        for (uint32_t k = 0; k < a.k; ++k) {
          sum = std::fmaf(std::bit_cast<float>(a.bits[size_t{i} * a.k + k]),
                          std::bit_cast<float>(b.bits[size_t{j} * b.k + k]), sum);
        }
        c[size_t{i} * b.rows + j] = std::bit_cast<uint32_t>(sum);
      }
    }
    return c;
  }
  std::vector<matrix::Group> rows(a.rows), columns(b.rows);
  for (uint32_t g = 0; g < a.groups; ++g) {
    for (uint32_t r = 0; r < a.rows; ++r) rows[r] = a.group(r, g);
    for (uint32_t r = 0; r < b.rows; ++r) columns[r] = b.group(r, g);
    matrix::accumulate_tile(engine_format(a.format), rows, columns, c);
  }
  return c;
}

Product::Product(const Operand& a, const Operand& b)
    : values(size_t{a.rows} * b.rows), bounds(size_t{a.rows} * b.rows) {
  const double relative = a.groups * (0x1p-24 + 0x1p-28) + a.k * 0x1p-52;
  for (uint32_t i = 0; i < a.rows; ++i) {
    for (uint32_t j = 0; j < b.rows; ++j) {
      double sum = 0.0, magnitude = 0.0;
      for (uint32_t k = 0; k < a.k; ++k) {
        const double term = a.values[size_t{i} * a.k + k] * b.values[size_t{j} * b.k + k];
        sum += term;
        magnitude += std::abs(term);
      }
      values[size_t{i} * b.rows + j] = sum;
      bounds[size_t{i} * b.rows + j] = magnitude * relative;
    }
  }
}

}  // namespace heddle::blas::reference
