#include "random.h"

namespace heddle::fuzz {

size_t Random::weighted(std::span<const unsigned> weights) {
  uint32_t sum = 0;
  for (const unsigned weight : weights) sum += weight;
  uint32_t left = below(sum);
  size_t index = 0;
  while (left >= weights[index]) left -= weights[index++];
  return index;
}

}  // namespace heddle::fuzz
