// A bench with several units of the pipeline side by side, and its shape.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "clocked.h"
#include "pipeline_units.h"

namespace heddle::core_test {

template <typename Top>
class Pipeline : public testing::Test, protected Clocked<Top> {
 protected:
  Pipeline() : Clocked<Top>(5) {
    const auto& shape = this->dut.shape_o;
    warps = shape[0];
    lanes = shape[1];
    ports = shape[2];
    banks = shape[3];
    clears = shape[4];
    all_lanes = this->ones(lanes);
    all_warps = this->ones(warps);
    this->reset();
  }

  unsigned bank_of(unsigned warp, unsigned number) const { return (warp + number) % banks; }

  unsigned warps = 0, lanes = 0, ports = 0, banks = 0, clears = 0;
  uint32_t all_lanes = 0, all_warps = 0;
};

}  // namespace heddle::core_test
