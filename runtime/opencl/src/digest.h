#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heddle::opencl {

/// A 128-bit digest of texts (FNV-1a), to tell programs in the cache apart. Not for use against somebody who wants a
/// collision: the cache is the user's own.
class Digest {
 public:
  /// Adds a text, so that neighbours cannot be mistaken for one.
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    for (uint64_t size = text.size(), i = 0; i < 8; ++i, size >>= 8) step(size & 0xff);
  }
  /// 32 hexadecimal digits.
  std::string text() const {
    std::string out;
    for (int shift = 124; shift >= 0; shift -= 4)
      out += "0123456789abcdef"[static_cast<unsigned>(state_ >> shift) & 15];
    return out;
  }

 private:
  __extension__ using Wide = unsigned __int128;
  void step(uint64_t byte) { state_ = (state_ ^ byte) * kPrime; }
  static constexpr Wide kPrime = (Wide{1} << 88) + 0x13b;
  Wide state_ = (Wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
};

}  // namespace heddle::opencl
