#pragma once

#include <random>
#include <vector>

namespace heddle::examples {

/// Unit roundoff of single precision: the largest relative error of one correctly rounded operation. A sum of n
/// products in any order is off by at most n * kRoundoff times the sum of their magnitudes, to first order.
inline constexpr double kRoundoff = 0x1p-24;

/// `count` floats, evenly drawn from [low, high); the same for the same seed.
inline std::vector<float> random_floats(size_t count, uint32_t seed, float low = -1.0f, float high = 1.0f) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = low + (high - low) * static_cast<float>(random() >> 8) * 0x1p-24f;
  return values;
}

}  // namespace heddle::examples
