#pragma once

#include <array>
#include <cstddef>

namespace heddle::opencl {

/// A box of bytes in linear memory: rows of region[0] bytes, region[1] of them a slice, region[2] slices.
class Rectangle {
 public:
  /// Pitches of 0 stand for those without gaps.
  Rectangle(const size_t* origin, const size_t* region, size_t row_pitch, size_t slice_pitch);

  /// The region is not empty, and rows and slices do not overlap each other.
  bool valid() const { return valid_; }
  size_t row(size_t y, size_t z) const { return start_ + y * row_pitch_ + z * slice_pitch_; }
  /// Behind the last byte.
  size_t end() const { return row(region_[1] - 1, region_[2] - 1) + region_[0]; }
  bool same_pitches(const Rectangle& other) const {
    return row_pitch_ == other.row_pitch_ && slice_pitch_ == other.slice_pitch_;
  }
  /// Whether any byte is in both; for boxes of the same pitches.
  bool overlaps(const Rectangle& other) const;
  const std::array<size_t, 3>& region() const { return region_; }

 private:
  std::array<size_t, 3> region_;
  size_t row_pitch_, slice_pitch_, start_;
  bool valid_;
};

/// action(offset in a, offset in b, bytes) for each row of two boxes of the same region.
template <typename Action>
void for_each_row(const Rectangle& a, const Rectangle& b, Action&& action) {
  for (size_t z = 0; z < a.region()[2]; ++z) {
    for (size_t y = 0; y < a.region()[1]; ++y) action(a.row(y, z), b.row(y, z), a.region()[0]);
  }
}

}  // namespace heddle::opencl
