// The verilated units, their clock, and the comparison of results.
#pragma once

#include <verilated.h>

#include <memory>
#include <string>
#include <vector>

#include "Vfpu_bench.h"
#include "formats.h"
#include "operands.h"

namespace heddle::fpu_test {

// Vectors per operation and format; FPU_VECTORS in the environment changes it.
uint64_t vectors(uint64_t usual);

// The word of a lane in a port, whatever the number of lanes.
inline uint32_t get(IData port, unsigned) { return port; }
inline uint32_t get(QData port, unsigned lane) { return static_cast<uint32_t>(port >> (32 * lane)); }
template <std::size_t kWords>
uint32_t get(const VlWide<kWords>& port, unsigned lane) {
  return port[lane];
}
inline void set(IData& port, unsigned, uint32_t value) { port = value; }
inline void set(QData& port, unsigned lane, uint32_t value) {
  port = (port & ~(QData{0xffffffff} << (32 * lane))) | QData{value} << (32 * lane);
}
template <std::size_t kWords>
void set(VlWide<kWords>& port, unsigned lane, uint32_t value) {
  port[lane] = value;
}

class Bench {
 public:
  Bench();
  ~Bench();

  // One clock edge with the inputs as they stand; outputs are then those of the new cycle.
  void cycle();
  // Its two halves: outputs that depend on inputs of the same cycle are there in between.
  void settle();
  void edge();
  Vfpu_bench& top() { return *top_; }
  unsigned lanes() const { return top_->lanes_o; }
  void reset();

 private:
  VerilatedContext context_;
  std::unique_ptr<Vfpu_bench> top_;
};

// Counts comparisons and reports the first differences as failures of the test.
class Scoreboard {
 public:
  void compare(const Case& c, const Result& found, const Result& expected, const char* oracle);
  void fail(const std::string& what);
  uint64_t compared = 0;
  uint64_t by_host = 0;
  uint64_t mismatches = 0;
};

// Feeds cases to the pipes: every lane gets one each cycle, apart from random bubbles. Results are due after the
// latency.
class PipeDriver {
 public:
  PipeDriver(Bench& bench, Scoreboard& score, uint64_t seed);
  void push(const Case& c, const Result& expected);
  void drain();

 private:
  struct Expected {
    bool valid = false;
    Case input;
    Result result;
  };
  void step();
  void bubble(unsigned lane);

  Bench& bench_;
  Scoreboard& score_;
  Random random_;
  unsigned lanes_, latency_;
  unsigned lane_ = 0;  // that takes the next case
  uint64_t cycle_ = 0;
  std::vector<std::vector<Expected>> in_flight_;  // by cycle modulo latency, by lane
};

// One row of the table that a test prints.
void report(const std::string& what, const Scoreboard& score);

}  // namespace heddle::fpu_test
