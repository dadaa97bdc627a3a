#include "sparse_draw.h"

#include <algorithm>

namespace heddle::matrix_test {

using matrix::Element;
using matrix::Format;
using matrix::Scale;
using matrix::test::Case;

namespace {

unsigned element_width(Element element) { return matrix::kGroupBytes * 8 / matrix::group_elements(element); }

}  // namespace

void put(matrix::Group& group, Element element, unsigned index, std::uint32_t bits) {
  const unsigned width = element_width(element);
  for (unsigned i = 0; i < width; ++i) {
    const unsigned at = index * width + i;
    auto& byte = group.bytes[at / 8];
    byte = static_cast<std::uint8_t>((byte & ~(1u << at % 8)) | (bits >> i & 1) << at % 8);
  }
}

// Any bits, but seldom an exponent of all ones: NaNs and infinities hide everything else.
std::uint32_t SparseDraw::element(Element element) {
  const unsigned width = element_width(element);
  std::uint32_t bits = random_() >> (32 - width);
  std::uint32_t exponent = 0;
  switch (element) {
    case Element::kTf32: exponent = 0x7F80'0000; break;
    case Element::kFp16: exponent = 0x7C00; break;
    case Element::kBf16: exponent = 0x7F80; break;
    case Element::kE5m2: exponent = 0x7C; break;
    case Element::kE4m3: exponent = 0x7F; break;  // there it is the last fraction bit: 448
    default: return bits;
  }
  if ((bits & exponent) == exponent && pick(8) != 0) bits ^= exponent & (0u - exponent);  // the last exponent bit
  return bits;
}

void SparseDraw::scales(const Format& format, Case& drawn) {
  for (unsigned s = 0; s < matrix::kMaxScales; ++s) {
    drawn.a.scales[s] = static_cast<std::uint8_t>(random_());
    drawn.b.scales[s] = static_cast<std::uint8_t>(random_());
  }
  // The second block of MXFP4 at a distance from the first at which the cut acts, and both where a single can hold
  // them.
  if (format.scale == Scale::kE8m0Block32 && pick(8) != 0) {
    const int sum = 254 + (pick(4) == 0 ? near(170) : near(60));
    const int first = std::clamp(127 + near(100), std::max(0, sum - 254), std::min(254, sum));
    drawn.a.scales[0] = static_cast<std::uint8_t>(first);
    drawn.b.scales[0] = static_cast<std::uint8_t>(sum - first);
    drawn.a.scales[1] = static_cast<std::uint8_t>(std::clamp(first + near(45), 0, 254));
    drawn.b.scales[1] = drawn.b.scales[0];
  }
}

// At a distance from the sum of the products that lets both be seen, or such that the result is near a border.
std::uint32_t SparseDraw::accumulator(std::uint32_t products) {
  static constexpr std::uint32_t kFractions[] = {0, 1, 2, 0x3F'FFFF, 0x40'0000, 0x40'0001, 0x7F'FFFE, 0x7F'FFFF};
  const std::uint32_t sign = pick(2) << 31;
  const std::uint32_t fraction = pick(2) == 0 ? random_() & 0x7F'FFFF : kFractions[pick(8)];
  const int exponent = static_cast<int>(products >> 23 & 0xFF);
  switch (pick(8)) {
    case 0: return sign | (pick(2) == 0 ? 0x7F7F'FFFFu - pick(4) : 0x7F00'0000 | fraction);
    case 1: return sign | pick(4);
    case 2: return sign | pick(3) << 23 | fraction;
    case 3: return sign;
    default: return sign | static_cast<std::uint32_t>(std::clamp(exponent + near(45), 0, 254)) << 23 | fraction;
  }
}

Case SparseDraw::next(const Format& format) {
  Case drawn;
  const unsigned count = matrix::group_elements(format.a);
  const std::uint32_t sign = 1u << (element_width(format.a) - 1);
  const bool negative_zeros = pick(4) == 0;
  for (unsigned k = 0; negative_zeros && k < count; ++k) put(drawn.a, format.a, k, sign);
  for (unsigned terms = 1 + pick(4); terms != 0; --terms) {
    const unsigned at = pick(count);
    put(drawn.a, format.a, at, element(format.a));
    put(drawn.b, format.b, at, element(format.b));
  }
  scales(format, drawn);
  drawn.c = format.a == Element::kInt8 ? static_cast<std::uint32_t>(random_())
                                       : accumulator(matrix::accumulate(format, drawn.a, drawn.b, 0));
  return drawn;
}

}  // namespace heddle::matrix_test
