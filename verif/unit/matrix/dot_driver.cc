#include "dot_driver.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace heddle::matrix_test {

using matrix::Format;
using matrix::Group;
using matrix::test::Case;

namespace {

template <typename Wide>
void set_group(Wide& port, const Group& group) {
  for (unsigned w = 0; w < matrix::kGroupBytes / 4; ++w) {
    port[w] = static_cast<std::uint32_t>(group.bytes[4 * w]) | group.bytes[4 * w + 1] << 8 |
              group.bytes[4 * w + 2] << 16 | static_cast<std::uint32_t>(group.bytes[4 * w + 3]) << 24;
  }
}

std::uint32_t scale_word(const Group& group) {
  return static_cast<std::uint32_t>(group.scales[0]) | group.scales[1] << 8 | group.scales[2] << 16 |
         static_cast<std::uint32_t>(group.scales[3]) << 24;
}

// Both orders are those of the table of docs/matrix.md.
std::uint32_t encode(const Format& format) {
  return static_cast<std::uint32_t>(format.a) << 5 | static_cast<std::uint32_t>(format.b) << 2 |
         static_cast<std::uint32_t>(format.scale);
}

std::string describe(const Case& group) {
  std::string text;
  char part[16];
  for (const auto* operand : {&group.a, &group.b}) {
    text += operand == &group.a ? "a " : " b ";
    for (const unsigned byte : operand->bytes) {
      std::snprintf(part, sizeof part, "%02x", byte);
      text += part;
    }
    std::snprintf(part, sizeof part, " scales %08x", scale_word(*operand));
    text += part;
  }
  std::snprintf(part, sizeof part, " c %08x", group.c);
  return text + part;
}

}  // namespace

DotDriver::DotDriver(std::uint32_t seed) : top_(std::make_unique<Vdot_bench>(&context_)), random_(seed) {
  top_->rst_ni = 0;
  for (unsigned i = 0; i < 2; ++i) step(std::nullopt, 0);
  top_->rst_ni = 1;
}

DotDriver::~DotDriver() { top_->final(); }

// What entered in the last cycle gets its C in this one.
void DotDriver::step(std::optional<Expected> entered, std::optional<std::uint32_t> c) {
  top_->valid_i = entered.has_value() ? 1 : 0;
  top_->c_i = next_c_ ? *next_c_ : top_->result_o;
  top_->clk_i = 0;
  top_->eval();
  top_->clk_i = 1;
  top_->eval();
  next_c_ = c;
  ++cycle_;
  // What was in this place entered kLatency - 1 cycles before this one: its result is there now.
  in_flight_[cycle_ % kLatency] = std::move(entered);
  compare();
}

void DotDriver::compare() {
  const auto& due = in_flight_[(cycle_ + 1) % kLatency];
  if (top_->valid_o != (due.has_value() ? 1 : 0)) {
    if (++count_.mismatches <= 10) ADD_FAILURE() << (due ? "a result is missing" : "a result without a group");
    return;
  }
  if (!due) return;
  const std::uint32_t found = top_->result_o;
  ++count_.compared;
  const std::uint32_t exponent = due->result >> 23 & 0xFF;
  const bool fraction = (due->result & 0x7F'FFFF) != 0;
  if (exponent == 0xFF) ++(fraction ? count_.nan : count_.infinite);
  if (exponent == 0) ++(fraction ? count_.subnormal : count_.zero);
  if (found != due->result && ++count_.mismatches <= 10) {
    char text[64];
    std::snprintf(text, sizeof text, "found %08x expected %08x, format %02x: ", found, due->result,
                  encode(due->format));
    ADD_FAILURE() << text << describe(due->group);
  }
}

void DotDriver::enter(const Format& format, const Case& group) {
  top_->format_i = encode(format);
  set_group(top_->a_i, group.a);
  set_group(top_->b_i, group.b);
  top_->a_scales_i = scale_word(group.a);
  top_->b_scales_i = scale_word(group.b);
}

void DotDriver::push(const Format& format, const Case& group) {
  while (random_() % 16 == 0) bubble();
  push_at_once(format, group);
}

void DotDriver::push_at_once(const Format& format, const Case& group) {
  enter(format, group);
  step(Expected{format, group, matrix::accumulate(format, group.a, group.b, group.c)}, group.c);
}

void DotDriver::push_chained(const Format& format, const Case& group, std::uint32_t expected) {
  enter(format, group);
  step(Expected{format, group, expected}, std::nullopt);
}

// Without a group the ports may have anything; C of no group as well.
void DotDriver::bubble() {
  top_->format_i = random_() & 0xFF;
  top_->a_i[random_() % 8] = random_();
  top_->b_scales_i = random_();
  step(std::nullopt, random_());
}

void DotDriver::drain() {
  for (unsigned i = 0; i < kLatency; ++i) bubble();
}

void report(const std::string& what, const Count& count) {
  std::printf("%-20s %10llu groups %8llu nan %8llu inf %8llu zero %8llu subnormal %6llu mismatches\n", what.c_str(),
              static_cast<unsigned long long>(count.compared), static_cast<unsigned long long>(count.nan),
              static_cast<unsigned long long>(count.infinite), static_cast<unsigned long long>(count.zero),
              static_cast<unsigned long long>(count.subnormal), static_cast<unsigned long long>(count.mismatches));
  std::fflush(stdout);
}

std::uint64_t groups(std::uint64_t usual) {
  const char* given = std::getenv("MATRIX_GROUPS");
  return given != nullptr ? std::strtoull(given, nullptr, 0) : usual;
}

}  // namespace heddle::matrix_test
