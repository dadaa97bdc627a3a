#include "heddle/matrix/dot.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <vector>

#include "heddle/fp/round.h"

namespace heddle::matrix {

namespace {

constexpr std::uint32_t kNan = 0x7FC0'0000;

// Layout of a binary floating-point encoding.
struct Layout {
  int exponent_bits;
  int fraction_bits;
  enum class Top { kIeee, kNanOnly, kFinite } top;  // what the largest exponent means
};

constexpr Layout kSingle{8, 23, Layout::Top::kIeee};
constexpr Layout kE4m3{4, 3, Layout::Top::kNanOnly};

constexpr Layout layout(Element element) {
  switch (element) {
    case Element::kTf32: return {8, 10, Layout::Top::kIeee};
    case Element::kFp16: return {5, 10, Layout::Top::kIeee};
    case Element::kBf16: return {8, 7, Layout::Top::kIeee};
    case Element::kE5m2: return {5, 2, Layout::Top::kIeee};
    case Element::kE4m3: return kE4m3;
    case Element::kE2m1:
    case Element::kInt8: break;
  }
  return {2, 1, Layout::Top::kFinite};
}

// (-1)^negative * integer * 2^(exponent - point), where `exponent` is the one of the encoding and is not normalised.
struct Value {
  enum class Kind { kFinite, kInfinity, kNan } kind = Kind::kFinite;
  bool negative = false;
  int exponent = 0;
  int point = 0;
  std::int64_t integer = 0;  // a magnitude

  bool is_zero() const { return kind == Kind::kFinite && integer == 0; }
};

Value decode(const Layout& layout, std::uint32_t bits) {
  const std::uint32_t fraction = bits & ((1u << layout.fraction_bits) - 1);
  const auto field = static_cast<int>(bits >> layout.fraction_bits & ((1u << layout.exponent_bits) - 1));
  const int all_ones = (1 << layout.exponent_bits) - 1;
  const int bias = all_ones >> 1;
  Value value;
  value.negative = (bits >> (layout.exponent_bits + layout.fraction_bits) & 1) != 0;
  if (field == all_ones) {
    const bool fraction_full = fraction + 1 == 1u << layout.fraction_bits;
    if (layout.top == Layout::Top::kIeee) {
      value.kind = fraction != 0 ? Value::Kind::kNan : Value::Kind::kInfinity;
      return value;
    }
    if (layout.top == Layout::Top::kNanOnly && fraction_full) {
      value.kind = Value::Kind::kNan;
      return value;
    }
  }
  value.exponent = std::max(field, 1) - bias;
  value.point = layout.fraction_bits;
  value.integer = static_cast<std::int64_t>(fraction) + (field != 0 ? std::int64_t{1} << layout.fraction_bits : 0);
  return value;
}

// Element `index` of a group, as the bits of its encoding.
std::uint32_t encoding(Element element, const Group& group, unsigned index) {
  const auto& bytes = group.bytes;
  switch (element) {
    case Element::kTf32: {
      const unsigned at = 4 * index;
      const std::uint32_t word = bytes[at] | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 |
                                 std::uint32_t{bytes[at + 3]} << 24;
      return word >> 13;
    }
    case Element::kFp16:
    case Element::kBf16: return bytes[2 * index] | std::uint32_t{bytes[2 * index + 1]} << 8;
    case Element::kE2m1: return bytes[index / 2] >> (index % 2 * 4) & 0xFu;
    case Element::kInt8:
    case Element::kE5m2:
    case Element::kE4m3: break;
  }
  return bytes[index];
}

Value element(Element kind, const Group& group, unsigned index) {
  return decode(layout(kind), encoding(kind, group, index));
}

// A scale; without scales one.
Value scale(const Format& format, const Group& group, unsigned block) {
  if (format.scale == Scale::kE4m3Block16) return decode(kE4m3, group.scales[block]);
  Value one{.integer = 1};
  if (format.scale == Scale::kE8m0Block32) {
    one.exponent = group.scales[block] - 127;
    if (group.scales[block] == 0xFF) one.kind = Value::Kind::kNan;
  }
  return one;
}

Value multiply(const Value& x, const Value& y) {
  using enum Value::Kind;
  Value product{.negative = x.negative != y.negative};
  if (x.kind == kNan || y.kind == kNan) {
    product.kind = kNan;
  } else if (x.kind == kInfinity || y.kind == kInfinity) {
    product.kind = x.is_zero() || y.is_zero() ? kNan : kInfinity;
  } else {
    product.exponent = x.exponent + y.exponent;
    product.point = x.point + y.point;
    product.integer = x.integer * y.integer;
  }
  return product;
}

// The exact sum of the products of a block of `nvfp4`, which are all finite.
Value sum_block(std::span<const Value> products) {
  std::int64_t sum = 0;  // in units of 2^-8
  constexpr int kPoint = 8;
  for (const Value& product : products) {
    const std::int64_t magnitude = product.integer << (product.exponent + kPoint - product.point);
    sum += product.negative ? -magnitude : magnitude;
  }
  return {.negative = sum < 0, .exponent = 0, .point = kPoint, .integer = sum < 0 ? -sum : sum};
}

// The terms of a group beside C, and whether every product is -0.
struct Terms {
  std::vector<Value> values;
  bool every_negative_zero = true;
};

Terms collect(const Format& format, const Group& a, const Group& b) {
  Terms terms;
  const unsigned count = group_elements(format.a);
  const unsigned blocks = std::max(group_scales(format), 1u);
  const unsigned block_size = count / blocks;
  for (unsigned block = 0; block < blocks; ++block) {
    const Value scales = multiply(scale(format, a, block), scale(format, b, block));
    std::vector<Value> products;
    std::vector<Value> scaled;
    for (unsigned k = block * block_size; k < (block + 1) * block_size; ++k) {
      products.push_back(multiply(element(format.a, a, k), element(format.b, b, k)));
      scaled.push_back(multiply(products.back(), scales));
      terms.every_negative_zero = terms.every_negative_zero && scaled.back().is_zero() && scaled.back().negative;
    }
    if (format.scale == Scale::kE4m3Block16) {
      Value term = multiply(sum_block(products), scales);
      term.exponent += 9;
      term.point += 9;
      terms.values.push_back(term);
    } else {
      terms.values.insert(terms.values.end(), scaled.begin(), scaled.end());
    }
  }
  return terms;
}

// The result where a term is not finite.
std::optional<std::uint32_t> special(std::span<const Value> terms) {
  bool positive = false;
  bool negative = false;
  for (const Value& term : terms) {
    if (term.kind == Value::Kind::kNan) return kNan;
    if (term.kind == Value::Kind::kInfinity) (term.negative ? negative : positive) = true;
  }
  if (positive && negative) return kNan;
  if (positive || negative) return fp::signed_bits<fp::kSingle>(negative, fp::kSingle.infinity());
  return std::nullopt;
}

std::uint32_t accumulate_float(const Format& format, const Group& a, const Group& b, std::uint32_t c) {
  Terms terms = collect(format, a, b);
  terms.values.push_back(decode(kSingle, c));
  if (const auto result = special(terms.values)) return *result;

  std::optional<int> largest;
  for (const Value& term : terms.values) {
    if (!term.is_zero()) largest = std::max(largest.value_or(term.exponent), term.exponent);
  }
  if (!largest) return fp::signed_bits<fp::kSingle>(terms.every_negative_zero && terms.values.back().negative, 0);

  const int unit = *largest - 36;
  std::int64_t sum = 0;
  for (const Value& term : terms.values) {
    const int shift = term.exponent - term.point - unit;
    const std::int64_t cut = shift >= 0 ? term.integer << std::min(shift, 62) : term.integer >> std::min(-shift, 63);
    if (term.integer != 0) sum += term.negative ? -cut : cut;
  }
  const fp::Exact exact{
      .negative = sum < 0, .exponent = unit, .magnitude = static_cast<fp::u128>(sum < 0 ? -sum : sum)};
  return fp::round<fp::kSingle>(exact, fp::Rounding::kNearestEven).bits;
}

std::uint32_t accumulate_integer(const Group& a, const Group& b, std::uint32_t c) {
  for (unsigned k = 0; k < kGroupBytes; ++k) {
    const int product = static_cast<std::int8_t>(a.bytes[k]) * static_cast<std::int8_t>(b.bytes[k]);
    c += static_cast<std::uint32_t>(product);
  }
  return c;
}

bool is_fp8(Element element) { return element == Element::kE4m3 || element == Element::kE5m2; }

}  // namespace

unsigned group_elements(Element element) {
  switch (element) {
    case Element::kTf32: return 8;
    case Element::kFp16:
    case Element::kBf16: return 16;
    case Element::kE2m1: return 64;
    case Element::kInt8:
    case Element::kE5m2:
    case Element::kE4m3: break;
  }
  return 32;
}

bool valid(const Format& format) {
  switch (format.scale) {
    case Scale::kNone: return format.a == format.b ? format.a != Element::kE2m1 : is_fp8(format.a) && is_fp8(format.b);
    case Scale::kE8m0Block32:
      return (is_fp8(format.a) && is_fp8(format.b)) || (format.a == Element::kE2m1 && format.b == Element::kE2m1);
    case Scale::kE4m3Block16: return format.a == Element::kE2m1 && format.b == Element::kE2m1;
  }
  return false;
}

unsigned group_scales(const Format& format) {
  switch (format.scale) {
    case Scale::kE8m0Block32: return group_elements(format.a) / 32;
    case Scale::kE4m3Block16: return group_elements(format.a) / 16;
    case Scale::kNone: break;
  }
  return 0;
}

std::uint32_t accumulate(const Format& format, const Group& a, const Group& b, std::uint32_t c) {
  assert(valid(format));
  return format.a == Element::kInt8 ? accumulate_integer(a, b, c) : accumulate_float(format, a, b, c);
}

std::uint32_t accumulate(const Format& format, std::span<const Group> a, std::span<const Group> b, std::uint32_t c) {
  assert(a.size() == b.size());
  for (std::size_t group = 0; group < a.size(); ++group) c = accumulate(format, a[group], b[group], c);
  return c;
}

}  // namespace heddle::matrix
