#include "bench.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace heddle::fpu_test {

uint64_t vectors(uint64_t usual) {
  const char* given = std::getenv("FPU_VECTORS");
  return given ? std::strtoull(given, nullptr, 0) : usual;
}

Bench::Bench() : top_(std::make_unique<Vfpu_bench>(&context_)) { reset(); }

Bench::~Bench() { top_->final(); }

void Bench::reset() {
  top_->rst_ni = 0;
  cycle();
  cycle();
  top_->rst_ni = 1;
}

void Bench::settle() {
  top_->clk_i = 0;
  top_->eval();
}

void Bench::edge() {
  top_->clk_i = 1;
  top_->eval();
}

void Bench::cycle() {
  settle();
  edge();
}

void Scoreboard::fail(const std::string& what) {
  if (++mismatches <= 10) ADD_FAILURE() << what;
}

void Scoreboard::compare(const Case& c, const Result& found, const Result& expected, const char* oracle) {
  if (found == expected) return;
  char text[200];
  std::snprintf(text, sizeof text, "%s.%s rm %d a %08x b %08x c %08x: %08x flags %02x, %s says %08x flags %02x",
                name(c.op), name(c.format), c.rounding, c.a, c.b, c.c, found.value, found.flags, oracle, expected.value,
                expected.flags);
  fail(text);
}

PipeDriver::PipeDriver(Bench& bench, Scoreboard& score, uint64_t seed)
    : bench_(bench), score_(score), random_(seed), lanes_(bench.lanes()), latency_(bench.top().latency_o) {
  in_flight_.assign(latency_, std::vector<Expected>(lanes_));
}

void PipeDriver::bubble(unsigned lane) {
  auto& top = bench_.top();
  set(top.pipe_valid_i, lane, 0);
  // Without an operation the ports may have anything.
  set(top.pipe_op_i, lane, random_.below(32));
  set(top.pipe_rounding_i, lane, random_.below(8));
  set(top.pipe_a_i, lane, random_.word());
  in_flight_[cycle_ % latency_][lane].valid = false;
}

void PipeDriver::push(const Case& c, const Result& expected) {
  while (random_.one_in(16)) {
    bubble(lane_++);
    if (lane_ == lanes_) step();
  }
  auto& top = bench_.top();
  set(top.pipe_valid_i, lane_, 1);
  set(top.pipe_op_i, lane_, static_cast<uint8_t>(c.op));
  set(top.pipe_format_i, lane_, static_cast<uint8_t>(c.format));
  set(top.pipe_rounding_i, lane_, c.rounding);
  set(top.pipe_a_i, lane_, c.a);
  set(top.pipe_b_i, lane_, c.b);
  set(top.pipe_c_i, lane_, c.c);
  in_flight_[cycle_ % latency_][lane_] = {true, c, expected};
  if (++lane_ == lanes_) step();
}

// Hands the cycle's operations over; the results seen after it are those of `latency_` - 1 cycles before.
void PipeDriver::step() {
  bench_.cycle();
  auto& top = bench_.top();
  lane_ = 0;
  ++cycle_;
  const auto& due = in_flight_[cycle_ % latency_];
  for (unsigned l = 0; l < lanes_; ++l) {
    if ((get(top.pipe_valid_o, l) != 0) != due[l].valid) {
      score_.fail(due[l].valid ? "a result is missing" : "a result without an operation");
    } else if (due[l].valid) {
      ++score_.compared;
      score_.compare(due[l].input, {get(top.pipe_result_o, l), static_cast<uint8_t>(get(top.pipe_flags_o, l))},
                     due[l].result, "the reference");
    }
  }
}

void PipeDriver::drain() {
  for (unsigned i = 0; i < latency_; ++i) {
    do bubble(lane_++);
    while (lane_ < lanes_);
    step();
  }
}

void report(const std::string& what, const Scoreboard& score) {
  std::printf("%-24s %12llu vectors %12llu also by the host %6llu mismatches\n", what.c_str(),
              static_cast<unsigned long long>(score.compared), static_cast<unsigned long long>(score.by_host),
              static_cast<unsigned long long>(score.mismatches));
  std::fflush(stdout);
}

}  // namespace heddle::fpu_test
