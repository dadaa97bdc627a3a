// One lane's floating-point result, from registers to a register.
#pragma once

#include <cstdint>
#include <type_traits>

#include "heddle/fp/format.h"

namespace heddle::model {

// `rule` has as many operands of format kFrom as it wants, then `mode` if one is given, and gives a kTo.
template <fp::Format kFrom, fp::Format kTo, typename Rule, typename... Mode>
fp::Result exact_result(Rule&& rule, std::uint32_t a, std::uint32_t b, std::uint32_t c, Mode... mode) {
  using u32 = std::uint32_t;
  fp::Result result;
  if constexpr (std::is_invocable_v<Rule, u32, Mode...>) {
    result = rule(fp::operand<kFrom>(a), mode...);
  } else if constexpr (std::is_invocable_v<Rule, u32, u32, Mode...>) {
    result = rule(fp::operand<kFrom>(a), fp::operand<kFrom>(b), mode...);
  } else {
    result = rule(fp::operand<kFrom>(a), fp::operand<kFrom>(b), fp::operand<kFrom>(c), mode...);
  }
  return {fp::register_value<kTo>(result.bits), result.flags};
}

// The same for whole rows. Compiled once for all rules of one kind: there is little to gain in it.
template <unsigned kWidth, fp::Format kFrom, fp::Format kTo, typename Rule, typename... Mode>
[[gnu::noinline]] void exact_rows(Rule&& rule, const std::uint32_t* a, const std::uint32_t* b, const std::uint32_t* c,
                                  std::uint32_t* value, std::uint32_t* flags, Mode... mode) {
  for (unsigned l = 0; l < kWidth; ++l) {
    const fp::Result result = exact_result<kFrom, kTo>(rule, a[l], b[l], c[l], mode...);
    value[l] = result.bits;
    flags[l] = result.flags;
  }
}

}  // namespace heddle::model
