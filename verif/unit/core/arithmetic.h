// What the integer units, votes and shuffles give, written down in C++.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <climits>
#include <cstdint>
#include <vector>

namespace heddle::core_test {

// In the order of alu_op_e and collective_op_e in rtl/core/core_pkg.sv.
enum AluOp : unsigned {
  kAdd,
  kSub,
  kSll,
  kSlt,
  kSltu,
  kXor,
  kSrl,
  kSra,
  kOr,
  kAnd,
  kCopyB,
  kSh1add,
  kSh2add,
  kSh3add,
  kAndn,
  kOrn,
  kXnor,
  kMin,
  kMinu,
  kMax,
  kMaxu,
  kRol,
  kRor,
  kClz,
  kCtz,
  kCpop,
  kSextB,
  kSextH,
  kZextH,
  kOrcB,
  kRev8,
  kCzeroEqz,
  kCzeroNez,
  kAluOps
};
enum CollectiveOp : unsigned { kAll, kAny, kBallot, kIdx, kUp, kDown, kShuffleXor, kCollectiveOps };

inline uint32_t alu(unsigned op, uint32_t a, uint32_t b) {
  const int32_t sa = a, sb = b;
  const unsigned n = b & 31;
  switch (op) {
    case kAdd: return a + b;
    case kSub: return a - b;
    case kSll: return a << n;
    case kSlt: return sa < sb;
    case kSltu: return a < b;
    case kXor: return a ^ b;
    case kSrl: return a >> n;
    case kSra: return sa >> n;
    case kOr: return a | b;
    case kAnd: return a & b;
    case kCopyB: return b;
    case kSh1add: return a * 2 + b;
    case kSh2add: return a * 4 + b;
    case kSh3add: return a * 8 + b;
    case kAndn: return a & ~b;
    case kOrn: return a | ~b;
    case kXnor: return ~(a ^ b);
    case kMin: return std::min(sa, sb);
    case kMinu: return std::min(a, b);
    case kMax: return std::max(sa, sb);
    case kMaxu: return std::max(a, b);
    case kRol: return std::rotl(a, n);
    case kRor: return std::rotr(a, n);
    case kClz: return std::countl_zero(a);
    case kCtz: return std::countr_zero(a);
    case kCpop: return std::popcount(a);
    case kSextB: return int8_t(a);
    case kSextH: return int16_t(a);
    case kZextH: return uint16_t(a);
    case kOrcB: {
      uint32_t result = 0;
      for (unsigned i = 0; i < 32; i += 8) result |= (a >> i & 0xff) ? 0xffu << i : 0;
      return result;
    }
    case kRev8: return __builtin_bswap32(a);
    case kCzeroEqz: return b == 0 ? 0 : a;
    case kCzeroNez: return b != 0 ? 0 : a;
    default: ADD_FAILURE(); return 0;
  }
}

inline uint32_t multiply(unsigned op, uint32_t a, uint32_t b) {
  const int64_t sa = int32_t(a), sb = int32_t(b);
  switch (op) {
    case 0: return a * b;
    case 1: return uint64_t(sa * sb) >> 32;
    case 2: return uint64_t(sa * int64_t(b)) >> 32;
    default: return uint64_t(a) * b >> 32;
  }
}

inline uint32_t divide(unsigned op, uint32_t a, uint32_t b) {
  const int32_t sa = a, sb = b;
  const bool overflow = sa == INT_MIN && sb == -1;
  switch (op) {
    case 0: return b == 0 ? ~0u : overflow ? a : uint32_t(sa / sb);
    case 1: return b == 0 ? ~0u : a / b;
    case 2: return b == 0 ? a : overflow ? 0 : uint32_t(sa % sb);
    default: return b == 0 ? a : a % b;
  }
}

// What a lane gets of a vote or shuffle of the lanes in `mask`.
inline uint32_t collective(unsigned op, unsigned lane, unsigned lanes, uint32_t mask, const std::vector<uint32_t>& a,
                           const std::vector<uint32_t>& b) {
  uint32_t ballot = 0;
  for (unsigned l = 0; l < lanes; ++l) {
    if ((mask >> l & 1) && a[l] != 0) ballot |= 1u << l;
  }
  if (op == kAll) return ballot == mask;
  if (op == kAny) return ballot != 0;
  if (op == kBallot) return ballot;
  const int64_t source = op == kIdx    ? int64_t(b[lane])
                         : op == kUp   ? int64_t(lane) - b[lane]
                         : op == kDown ? int64_t(lane) + b[lane]
                                       : int64_t(lane ^ b[lane]);
  const bool together = source >= 0 && source < lanes && (mask >> source & 1);
  return together ? a[source] : a[lane];
}

}  // namespace heddle::core_test
