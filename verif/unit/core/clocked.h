// A bench's top with its clock, reset and random numbers: what every test of this folder is built on.
#pragma once

#include <verilated.h>

#include <cstdint>
#include <random>

namespace heddle {

// `Top` is a verilated module. One without clk_i and rst_ni is combinational: clock() and reset() are not for it.
template <typename Top>
class Clocked {
 protected:
  // The shape of the bench, constant outputs, can be read from now on.
  explicit Clocked(uint64_t seed) : random(seed) { dut.eval(); }
  ~Clocked() { dut.final(); }
  Clocked(const Clocked&) = delete;
  Clocked& operator=(const Clocked&) = delete;

  // Holds reset for some cycles.
  void reset() {
    dut.rst_ni = 0;
    for (unsigned i = 0; i < 4; ++i) clock();
    dut.rst_ni = 1;
    cycle = 1;
  }
  // Ends the cycle: the registers take what the inputs say, the outputs are those of the next one.
  void clock() {
    for (const unsigned level : {1U, 0U}) {
      dut.clk_i = level;
      context.timeInc(1);
      dut.eval();
    }
    ++cycle;
  }

  unsigned below(uint64_t limit) { return static_cast<unsigned>(random() % limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  static uint32_t ones(unsigned count) { return static_cast<uint32_t>((uint64_t{1} << count) - 1); }

 private:
  VerilatedContext context;

 protected:
  Top dut{&context};
  std::mt19937 random;
  uint64_t cycle = 1;  // the first one after reset; 0 is never
};

}  // namespace heddle
