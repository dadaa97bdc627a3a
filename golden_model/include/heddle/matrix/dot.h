// The arithmetic of the matrix engine (docs/matrix.md): one group of 32 bytes of a row and of a column, added to an
// accumulator. Exact in integers; independent of the host's floating point.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace heddle::matrix {

enum class Element : std::uint8_t { kInt8, kTf32, kFp16, kBf16, kE5m2, kE4m3, kE2m1 };
enum class Scale : std::uint8_t { kNone, kE8m0Block32, kE4m3Block16 };

inline constexpr unsigned kGroupBytes = 32;
inline constexpr unsigned kMaxScales = 4;

// Elements of a group.
unsigned group_elements(Element element);

// What a command says of its operands. Valid are the rows of the table of docs/matrix.md.
struct Format {
  Element a = Element::kFp16;
  Element b = Element::kFp16;
  Scale scale = Scale::kNone;

  bool operator==(const Format&) const = default;
};
bool valid(const Format& format);
// Scales of one group, of a row or of a column.
unsigned group_scales(const Format& format);

// A group's part of a row or column. Scales beyond group_scales() are ignored.
struct Group {
  std::array<std::uint8_t, kGroupBytes> bytes{};
  std::array<std::uint8_t, kMaxScales> scales{};
};

// The next accumulator: single precision, or int32 for kInt8. `format` must be valid.
std::uint32_t accumulate(const Format& format, const Group& a, const Group& b, std::uint32_t c);
// The groups one after the other. Both spans have the same length.
std::uint32_t accumulate(const Format& format, std::span<const Group> a, std::span<const Group> b, std::uint32_t c);

}  // namespace heddle::matrix
