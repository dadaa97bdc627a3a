// Elements are taken apart once per row and column. A pair whose terms are all finite and not all zero is added up
// here; every other pair is left to accumulate(). tile_test.cpp compares the two.
#include "heddle/matrix/tile.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <vector>

namespace heddle::matrix {

namespace {

constexpr unsigned kMostElements = 64;
constexpr int kCut = 36;  // bits below the largest exponent that are kept

struct Fields {
  int exponent_bits;
  int fraction_bits;
  bool infinities;  // the largest exponent is infinities and NaNs
  bool nan;         // only its largest fraction is, a NaN
};

constexpr Fields fields(Element element) {
  switch (element) {
    case Element::kTf32: return {8, 10, true, false};
    case Element::kFp16: return {5, 10, true, false};
    case Element::kBf16: return {8, 7, true, false};
    case Element::kE5m2: return {5, 2, true, false};
    case Element::kE4m3: return {4, 3, false, true};
    case Element::kE2m1:
    case Element::kInt8: break;
  }
  return {2, 1, false, false};
}

// A number taken apart: significand * 2^(exponent - fraction bits), the significand with its sign.
struct Part {
  std::int32_t significand = 0;
  std::int32_t exponent = 0;
  bool finite = true;
};

Part take_apart(const Fields& f, std::uint32_t bits) {
  const std::uint32_t fraction = bits & ((1u << f.fraction_bits) - 1);
  const std::uint32_t top = (1u << f.exponent_bits) - 1;
  const std::uint32_t field = bits >> f.fraction_bits & top;
  Part part;
  part.finite = field != top || (!f.infinities && !(f.nan && fraction + 1 == 1u << f.fraction_bits));
  part.exponent = static_cast<std::int32_t>(std::max(field, 1u)) - static_cast<std::int32_t>(top >> 1);
  const auto magnitude = static_cast<std::int32_t>(fraction | (field != 0 ? 1u << f.fraction_bits : 0));
  part.significand = (bits >> (f.exponent_bits + f.fraction_bits) & 1) != 0 ? -magnitude : magnitude;
  return part;
}

// A row's group: of its elements what a product needs, scales included in the exponents where that is exact.
struct Row {
  std::array<std::int32_t, kMostElements> significand{};
  std::array<std::int32_t, kMostElements> exponent{};
  std::array<Part, kMaxScales> scale{};  // of nvfp4
  bool finite = true;
};

std::uint32_t element_bits(Element element, const Group& group, unsigned k) {
  const auto byte = [&](unsigned at) { return std::uint32_t{group.bytes[at]}; };
  switch (element) {
    case Element::kTf32:
      return (byte(4 * k) | byte(4 * k + 1) << 8 | byte(4 * k + 2) << 16 | byte(4 * k + 3) << 24) >> 13;
    case Element::kFp16:
    case Element::kBf16: return byte(2 * k) | byte(2 * k + 1) << 8;
    case Element::kE2m1: return byte(k / 2) >> (k % 2 != 0 ? 4 : 0) & 15;
    default: return byte(k);
  }
}

void unpack(const Format& format, Element element, const Group& group, Row& row) {
  const unsigned count = group_elements(element);
  if (element == Element::kInt8) {
    for (unsigned k = 0; k < count; ++k) row.significand[k] = static_cast<std::int8_t>(group.bytes[k]);
    return;
  }
  const Fields layout = fields(element);
  const unsigned block = format.scale == Scale::kNone ? count : count / group_scales(format);
  row.finite = true;
  for (unsigned k = 0; k < count; ++k) {
    const Part part = take_apart(layout, element_bits(element, group, k));
    row.finite = row.finite && part.finite;
    row.significand[k] = part.significand;
    row.exponent[k] = part.exponent;
    if (format.scale == Scale::kE8m0Block32) {
      const std::uint8_t scale = group.scales[k / block];
      row.finite = row.finite && scale != 0xFF;
      row.exponent[k] += scale - 127;
    }
    // Sums of nvfp4's blocks are made of multiples of a quarter.
    if (format.scale == Scale::kE4m3Block16) row.significand[k] = part.significand * (1 << part.exponent);
  }
  if (format.scale == Scale::kE4m3Block16) {
    for (unsigned b = 0; b < group_scales(format); ++b) {
      row.scale[b] = take_apart(fields(Element::kE4m3), group.scales[b]);
      row.finite = row.finite && row.scale[b].finite;
    }
  }
}

// The single nearest (-1)^negative * magnitude * 2^unit, ties to even.
std::uint32_t round_single(bool negative, std::uint64_t magnitude, int unit) {
  if (magnitude == 0) return 0;
  const std::uint32_t sign = negative ? 0x8000'0000u : 0;
  const int exponent = 63 - std::countl_zero(magnitude) + unit;
  if (exponent > 127) return sign | 0x7F80'0000u;
  const int shift = std::max(exponent, -126) - 23 - unit;
  std::uint64_t kept = 0;
  if (shift <= 0) {
    kept = magnitude << -shift;
  } else if (shift < 63) {
    kept = magnitude >> shift;
    const std::uint64_t rest = magnitude & ((std::uint64_t{1} << shift) - 1);
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
  }
  // A significand of 24 bits counts its leading one into the exponent; a carry does so by itself.
  const std::uint64_t bits = kept + (exponent >= -126 ? static_cast<std::uint64_t>(exponent + 126) << 23 : 0);
  return sign | static_cast<std::uint32_t>(std::min<std::uint64_t>(bits, 0x7F80'0000u));
}

constexpr int kNoTerm = -100'000;

std::int64_t cut(std::int64_t significand, int shift) {
  if (shift >= 0) return significand * (std::int64_t{1} << shift);
  const std::int64_t magnitude = significand < 0 ? -significand : significand;
  const std::int64_t kept = shift > -63 ? magnitude >> -shift : 0;
  return significand < 0 ? -kept : kept;
}

// Terms other than C: their values are integers times 2^(exponent - point).
struct Terms {
  std::array<std::int32_t, kMostElements> value;
  std::array<std::int32_t, kMostElements> exponent;
  unsigned count = 0;
  int point = 0;
};

void products(const Row& a, const Row& b, Terms& terms) {
  for (unsigned k = 0; k < terms.count; ++k) {
    terms.value[k] = a.significand[k] * b.significand[k];
    terms.exponent[k] = a.exponent[k] + b.exponent[k];
  }
}

void block_sums(const Row& a, const Row& b, Terms& terms) {
  for (unsigned block = 0; block < terms.count; ++block) {
    std::int32_t sum = 0;
    for (unsigned k = 16 * block; k < 16 * block + 16; ++k) sum += a.significand[k] * b.significand[k];
    terms.value[block] = sum * a.scale[block].significand * b.scale[block].significand;
    terms.exponent[block] = a.scale[block].exponent + b.scale[block].exponent + 9;
  }
}

// False, with nothing done: the pair is not for here.
bool accumulate_finite(const Terms& terms, std::uint32_t& c) {
  const Part kept = take_apart({8, 23, true, false}, c);
  if (!kept.finite) return false;
  int largest = kept.significand != 0 ? kept.exponent : kNoTerm;
  for (unsigned k = 0; k < terms.count; ++k) {
    largest = std::max(largest, terms.value[k] != 0 ? terms.exponent[k] : kNoTerm);
  }
  if (largest == kNoTerm) return false;
  const int unit = largest - kCut;
  std::int64_t sum = cut(kept.significand, kept.exponent - 23 - unit);
  for (unsigned k = 0; k < terms.count; ++k) {
    if (terms.value[k] != 0) sum += cut(terms.value[k], terms.exponent[k] - terms.point - unit);
  }
  c = round_single(sum < 0, static_cast<std::uint64_t>(sum < 0 ? -sum : sum), unit);
  return true;
}

std::uint32_t accumulate_integers(const Row& a, const Row& b, std::uint32_t c) {
  std::int32_t sum = 0;
  for (unsigned k = 0; k < kGroupBytes; ++k) sum += a.significand[k] * b.significand[k];
  return c + static_cast<std::uint32_t>(sum);
}

}  // namespace

void accumulate_tile(const Format& format, std::span<const Group> rows, std::span<const Group> columns,
                     std::span<std::uint32_t> tile) {
  assert(valid(format) && tile.size() == rows.size() * columns.size());
  std::vector<Row> b(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) unpack(format, format.b, columns[c], b[c]);
  const bool blocks = format.scale == Scale::kE4m3Block16;
  Terms terms;
  terms.count = blocks ? group_scales(format) : group_elements(format.a);
  // A block's sum is in quarters, its scales in eighths each, and nine are added to its exponent.
  terms.point = blocks ? 2 + 3 + 3 + 9 : fields(format.a).fraction_bits + fields(format.b).fraction_bits;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    Row a;
    unpack(format, format.a, rows[r], a);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      std::uint32_t& place = tile[r * columns.size() + c];
      if (format.a == Element::kInt8) {
        place = accumulate_integers(a, b[c], place);
        continue;
      }
      bool done = false;
      if (a.finite && b[c].finite) {
        if (blocks) {
          block_sums(a, b[c], terms);
        } else {
          products(a, b[c], terms);
        }
        done = accumulate_finite(terms, place);
      }
      if (!done) place = accumulate(format, rows[r], columns[c], place);
    }
  }
}

}  // namespace heddle::matrix
