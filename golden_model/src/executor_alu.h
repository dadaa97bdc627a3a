// Integer results of each lane alone.
#pragma once

#include "executor.h"

namespace heddle::model {

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Rule>
void Executor<kWidth, kRecord, kDeferred>::binary(Rule&& rule) {
  const ConstRow a = source1();
  const ConstRow b = source2();
  write_rd(mask_, [&](unsigned l) { return static_cast<std::uint32_t>(rule(a[l], b[l])); });
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Rule>
void Executor<kWidth, kRecord, kDeferred>::immediate(Rule&& rule) {
  const ConstRow a = source1();
  const auto b = static_cast<std::uint32_t>(d_->immediate);
  write_rd(mask_, [&](unsigned l) { return static_cast<std::uint32_t>(rule(a[l], b)); });
}

template <unsigned kWidth, bool kRecord, bool kDeferred>
template <typename Rule>
void Executor<kWidth, kRecord, kDeferred>::unary(Rule&& rule) {
  const ConstRow a = source1();
  write_rd(mask_, [&](unsigned l) { return static_cast<std::uint32_t>(rule(a[l])); });
}

}  // namespace heddle::model
