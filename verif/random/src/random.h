// The generator of random numbers of everything here. Its sequence is specified, bit for bit, so that a seed means the
// same run on every machine (distributions of the C++ library differ from one implementation to the next):
//   next()    SplitMix64: state += 0x9E3779B97F4A7C15, then the mixing of Steele, Lea and Flood (2014)
//   below(n)  (upper 32 bits of next()) * n / 2^32, rounded down
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace heddle::fuzz {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    state_ += 0x9E37'79B9'7F4A'7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }
  uint32_t bits() { return static_cast<uint32_t>(next() >> 32); }
  // 0 .. n-1; n at least 1.
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((uint64_t{bits()} * n) >> 32); }
  // first .. last, both included.
  uint32_t between(uint32_t first, uint32_t last) { return first + below(last - first + 1); }
  bool percent(unsigned chance) { return below(100) < chance; }
  bool per_mille(unsigned chance) { return below(1000) < chance; }
  template <typename T>
  T pick(std::initializer_list<T> values) {
    return *(values.begin() + below(static_cast<uint32_t>(values.size())));
  }
  template <typename T, size_t N>
  const T& pick(const std::array<T, N>& values) {
    return values[below(N)];
  }
  // Index, each as often as its weight says; their sum is above 0.
  size_t weighted(std::span<const unsigned> weights);
  size_t weighted(std::initializer_list<unsigned> weights) {
    return weighted(std::span(weights.begin(), weights.size()));
  }
  // A generator of its own, so that a part can change without moving what follows.
  Random split() { return Random(next()); }

 private:
  uint64_t state_;
};

}  // namespace heddle::fuzz
