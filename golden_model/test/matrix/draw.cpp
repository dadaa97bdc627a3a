#include "draw.h"

#include <algorithm>
#include <cmath>

namespace heddle::matrix::test {

namespace {

struct Width {
  int exponent;
  int fraction;
};

Width width(Element element) {
  switch (element) {
    case Element::kTf32: return {8, 23};  // the ignored bits are drawn as well
    case Element::kFp16: return {5, 10};
    case Element::kBf16: return {8, 7};
    case Element::kE5m2: return {5, 2};
    case Element::kE4m3: return {4, 3};
    case Element::kE2m1: return {2, 1};
    case Element::kInt8: break;
  }
  return {0, 7};
}

enum Style : unsigned { kAny, kNarrow, kOnes, kSmall, kLarge, kZeros, kStyles };

}  // namespace

std::uint32_t Draw::element_bits(Element element, unsigned style) {
  const auto [exponent_bits, fraction_bits] = width(element);
  const auto sign = static_cast<std::uint32_t>(pick(2)) << (exponent_bits + fraction_bits);
  const std::uint32_t fraction_mask = (1u << fraction_bits) - 1;
  if (element == Element::kInt8) {
    static constexpr std::uint8_t kCorners[] = {0x80, 0x7F, 0x81, 0x00, 0x01, 0xFF};
    return style == kLarge ? kCorners[pick(6)] : random_() & 0xFF;
  }
  const int top = (1 << exponent_bits) - 1;
  const int bias = top >> 1;
  int field = static_cast<int>(pick(static_cast<unsigned>(top) + 1));
  std::uint32_t fraction = random_() & fraction_mask;
  switch (style) {
    case kNarrow: field = bias + static_cast<int>(pick(3)) - 1; break;
    case kOnes:
      field = bias;
      fraction = pick(2) == 0 ? 0 : fraction_mask;
      break;
    case kSmall: field = static_cast<int>(pick(3)); break;
    case kLarge: field = top - 1 - static_cast<int>(pick(2)); break;
    case kZeros:
      if (pick(8) != 0) field = 0, fraction = 0;
      break;
    default: break;
  }
  // Infinities and NaNs are rare, or nothing else would be seen of a group.
  if (field == top && pick(16) != 0) field = top - 1;
  return sign | static_cast<std::uint32_t>(std::clamp(field, 0, top)) << fraction_bits | fraction;
}

void Draw::put(Group& group, Element element, unsigned index, std::uint32_t bits) {
  const unsigned per_group = group_elements(element);
  const unsigned element_bits = kGroupBytes * 8 / per_group;
  if (element_bits == 4) {
    auto& byte = group.bytes[index / 2];
    const unsigned shift = index % 2 * 4;
    byte = static_cast<std::uint8_t>((byte & ~(0xFu << shift)) | (bits & 0xF) << shift);
    return;
  }
  for (unsigned i = 0; i < element_bits / 8; ++i) {
    group.bytes[index * (element_bits / 8) + i] = static_cast<std::uint8_t>(bits >> 8 * i);
  }
}

std::uint8_t Draw::scale_bits(Scale scale, unsigned style) {
  if (scale == Scale::kE4m3Block16) return static_cast<std::uint8_t>(element_bits(Element::kE4m3, style));
  if (pick(64) == 0) return 0xFF;
  switch (style) {
    case kSmall: return static_cast<std::uint8_t>(pick(4));
    case kLarge: return static_cast<std::uint8_t>(0xFE - pick(4));
    case kAny: return static_cast<std::uint8_t>(pick(0xFF));
    default: return static_cast<std::uint8_t>(127 + pick(9) - 4);
  }
}

// C: anything, a plain number, a zero, or what the products sum up to with the other sign, give or take.
std::uint32_t Draw::accumulator(const Format& format, const Case& drawn) {
  if (format.a == Element::kInt8) return random_();
  switch (pick(6)) {
    case 0: return random_();
    case 1: return pick(2) << 31;
    case 2: return static_cast<std::uint32_t>(pick(2)) << 31 | pick(0x0100'0000);  // subnormal or nearly
    case 3:
      return static_cast<std::uint32_t>(pick(2)) << 31 | (0x7F00'0000 + pick(0x0090'0000));  // large, infinite, NaN
    default: {
      const std::uint32_t sum = accumulate(format, drawn.a, drawn.b, 0);
      return (sum ^ 0x8000'0000) + (pick(2) == 0 ? 0 : pick(9) - 4) + (pick(4) == 0 ? (pick(40) - 20) << 23 : 0);
    }
  }
}

Case Draw::next(const Format& format) {
  Case drawn;
  const unsigned a_style = pick(kStyles);
  const unsigned b_style = pick(3) == 0 ? pick(kStyles) : a_style;
  const unsigned scale_style = pick(kStyles);
  const unsigned count = group_elements(format.a);
  for (unsigned k = 0; k < count; ++k) {
    std::uint32_t a = element_bits(format.a, a_style);
    std::uint32_t b = element_bits(format.b, b_style);
    put(drawn.a, format.a, k, a);
    put(drawn.b, format.b, k, b);
    // The same product again with the other sign: sums that cancel.
    if (k + 1 < count && pick(4) == 0) {
      const auto [exponent_bits, fraction_bits] = width(format.a);
      a ^= 1u << (exponent_bits + fraction_bits);
      ++k;
      put(drawn.a, format.a, k, a);
      put(drawn.b, format.b, k, b);
    }
  }
  for (unsigned s = 0; s < kMaxScales; ++s) {
    drawn.a.scales[s] = scale_bits(format.scale, scale_style);
    drawn.b.scales[s] = scale_bits(format.scale, scale_style);
  }
  drawn.c = accumulator(format, drawn);
  return drawn;
}

}  // namespace heddle::matrix::test
