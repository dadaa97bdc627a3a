// The variants of rules that operations.h tells executors about.
#pragma once

#include <cstdint>

namespace heddle::model {

// What becomes of the bits above those that a load reads.
enum class Extension : std::uint8_t { kZero, kSign, kBox };
enum class CsrUpdate : std::uint8_t { kWrite, kSet, kClear };
enum class Vote : std::uint8_t { kAll, kAny, kBallot };

inline std::uint32_t extend(std::uint32_t raw, unsigned size, Extension extension) {
  const bool sign = extension == Extension::kSign;
  if (size == 1) return sign ? static_cast<std::uint32_t>(static_cast<std::int8_t>(raw)) : raw & 0xFFu;
  if (size == 2) {
    if (extension == Extension::kBox) return raw | 0xFFFF'0000u;
    return sign ? static_cast<std::uint32_t>(static_cast<std::int16_t>(raw)) : raw & 0xFFFFu;
  }
  return raw;
}

}  // namespace heddle::model
