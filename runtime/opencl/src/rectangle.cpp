#include "rectangle.h"

namespace heddle::opencl {

Rectangle::Rectangle(const size_t* origin, const size_t* region, size_t row_pitch, size_t slice_pitch)
    : region_{region[0], region[1], region[2]},
      row_pitch_(row_pitch ? row_pitch : region[0]),
      slice_pitch_(slice_pitch ? slice_pitch : region[1] * row_pitch_),
      start_(origin[0] + origin[1] * row_pitch_ + origin[2] * slice_pitch_),
      valid_(region[0] != 0 && region[1] != 0 && region[2] != 0 && row_pitch_ >= region[0] &&
             slice_pitch_ >= region[1] * row_pitch_ && slice_pitch_ % row_pitch_ == 0) {}

bool Rectangle::overlaps(const Rectangle& other) const {
  // As many rows as regions have in practice; each row of one against the rows of the other that begin nearby.
  for (size_t z = 0; z < region_[2]; ++z) {
    for (size_t y = 0; y < region_[1]; ++y) {
      const size_t mine = row(y, z);
      for (size_t oz = 0; oz < other.region_[2]; ++oz) {
        const size_t first = other.row(0, oz);
        if (first >= mine + region_[0] || other.row(other.region_[1] - 1, oz) + other.region_[0] <= mine) continue;
        for (size_t oy = 0; oy < other.region_[1]; ++oy) {
          const size_t theirs = other.row(oy, oz);
          if (theirs < mine + region_[0] && mine < theirs + other.region_[0]) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace heddle::opencl
