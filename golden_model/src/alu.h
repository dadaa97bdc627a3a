// Integer rules. Every rule is total: it is also evaluated for lanes whose result is thrown away.
#pragma once

#include <cstdint>

namespace heddle::model::alu {

using u32 = std::uint32_t;
using i32 = std::int32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

constexpr i32 s(u32 value) { return static_cast<i32>(value); }
constexpr u32 sra(u32 a, u32 shift) { return static_cast<u32>(s(a) >> (shift & 31)); }
constexpr u32 mulh(u32 a, u32 b) { return static_cast<u32>(static_cast<u64>(i64{s(a)} * i64{s(b)}) >> 32); }
constexpr u32 mulhsu(u32 a, u32 b) { return static_cast<u32>(static_cast<u64>(i64{s(a)} * static_cast<i64>(b)) >> 32); }
constexpr u32 mulhu(u32 a, u32 b) { return static_cast<u32>(u64{a} * u64{b} >> 32); }
constexpr bool overflows(u32 a, u32 b) { return a == 0x80000000u && b == 0xFFFFFFFFu; }
constexpr u32 div(u32 a, u32 b) {
  if (b == 0) return ~u32{0};
  return overflows(a, b) ? a : static_cast<u32>(s(a) / s(b));
}
constexpr u32 rem(u32 a, u32 b) {
  if (b == 0) return a;
  return overflows(a, b) ? 0 : static_cast<u32>(s(a) % s(b));
}
constexpr u32 divu(u32 a, u32 b) { return b == 0 ? ~u32{0} : a / b; }
constexpr u32 remu(u32 a, u32 b) { return b == 0 ? a : a % b; }
constexpr u32 orc_b(u32 a) {
  u32 result = 0;
  for (u32 byte = 0xFF; byte != 0; byte <<= 8) result |= (a & byte) != 0 ? byte : 0;
  return result;
}
constexpr u32 rev8(u32 a) { return a << 24 | (a & 0xFF00u) << 8 | (a >> 8 & 0xFF00u) | a >> 24; }

}  // namespace heddle::model::alu
