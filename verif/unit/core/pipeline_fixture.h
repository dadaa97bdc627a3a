// pipeline_bench with a clock, and random numbers.
#pragma once

#include <gtest/gtest.h>
#include <verilated.h>

#include <cstdint>
#include <cstring>
#include <random>

#include "Vpipeline_bench.h"
#include "pipeline_units.h"

namespace heddle::core_test {

class Pipeline : public testing::Test {
 protected:
  Pipeline() {
    dut.eval();
    warps = dut.shape_o[0];
    lanes = dut.shape_o[1];
    ports = dut.shape_o[2];
    banks = dut.shape_o[3];
    clears = dut.shape_o[4];
    results = dut.shape_o[5];
    retire_ports = dut.shape_o[6];
    all_lanes = static_cast<uint32_t>((uint64_t{1} << lanes) - 1);
    all_warps = static_cast<uint32_t>((uint64_t{1} << warps) - 1);
    dut.rst_ni = 0;
    for (int i = 0; i < 4; ++i) clock();
    dut.rst_ni = 1;
  }
  ~Pipeline() override { dut.final(); }

  void clock() {
    dut.clk_i = 1;
    dut.eval();
    dut.clk_i = 0;
    dut.eval();
    ++cycle;
  }
  unsigned below(unsigned limit) { return static_cast<unsigned>(random() % limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  unsigned bank_of(unsigned warp, unsigned number) const { return (warp + number) % banks; }

  Vpipeline_bench dut;
  std::mt19937 random{5};
  unsigned warps = 0, lanes = 0, ports = 0, banks = 0, clears = 0, results = 0, retire_ports = 0;
  uint32_t all_lanes = 0, all_warps = 0;
  uint64_t cycle = 1;
};

}  // namespace heddle::core_test
