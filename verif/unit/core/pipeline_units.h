// The units of the execute stage.
#pragma once

namespace heddle::core_test {

// In the order of unit_e in rtl/core/core_pkg.sv.
enum Unit : unsigned {
  kUnitAlu,
  kUnitMul,
  kUnitDiv,
  kUnitBranch,
  kUnitJal,
  kUnitJalr,
  kUnitCsr,
  kUnitMemory,
  kUnitSystem,
  kUnitVote,
  kUnitShuffle,
  kUnitFloat,
  kUnitFloatDivide,
  kUnitSpecial,
  kUnits
};

// Units whose results come on a way of their own.
constexpr bool is_long(unsigned unit) {
  return unit == kUnitMul || unit == kUnitDiv || unit == kUnitMemory || unit >= kUnitFloat;
}

}  // namespace heddle::core_test
