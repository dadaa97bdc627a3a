// The copy engine with rows of whole lines and across them: how many commands are under way at once, and in which time
// boxes move.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>

#include "copy_driver.h"

namespace heddle::copy_test {
namespace {

// A row of `rows` whole lines after the other.
Command lines(const CopyDriver& driver, unsigned owner, unsigned direction, unsigned rows, unsigned row_lines) {
  Command command;
  command.owner = owner;
  command.scratch_base = owner * kAllocation;
  command.scratch_size = kAllocation;
  Descriptor& d = command.descriptor;
  const std::uint32_t row = row_lines * driver.shape().line;
  d[0] = 2 | 4 << 3 | direction << 6 | owner << 16;
  d[1] = driver.base + owner * kPart;
  d[2] = row / 16;
  d[3] = rows;
  d[7] = 2 * row;
  d[11] = row / 16;
  d[12] = rows;
  return command;
}

// As many commands as the engine holds are under way at once: memory does not answer before each of them has asked.
TEST(CopyEngine, UnderWay) {
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    CopyDriver driver(engine, 1);
    driver.timing = {1, 1, 0, false};
    driver.hold_memory = true;
    const unsigned commands = driver.shape().commands;
    for (unsigned n = 0; n < commands; ++n) {
      const Command command = lines(driver, n, 0, 1, 1);
      unsigned waited = 0;
      while (!driver.cycle(&command)) ASSERT_LT(++waited, 100u) << "command " << n;
    }
    for (unsigned n = 0; n < 100; ++n) driver.cycle(nullptr);
    EXPECT_EQ(driver.waiting(), commands * (driver.shape().line / driver.shape().port));
    EXPECT_EQ(driver.busy(), (1u << commands) - 1);
    driver.hold_memory = false;
    std::set<unsigned> owners;
    for (unsigned n = 0; n < 200; ++n) {
      driver.cycle(nullptr);
      for (const End& end : driver.ends) owners.insert(end.owner);
    }
    EXPECT_EQ(owners.size(), commands);
    EXPECT_EQ(driver.busy(), 0u);
  }
}

// Cycles of a box of lines, from the command to its completion, memory and scratchpad at their fastest.
TEST(CopyEngine, Throughput) {
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    for (const unsigned direction : {0u, 1u}) {
      for (const unsigned row_lines : {1u, 4u}) {
        CopyDriver driver(engine, 1);
        driver.timing = {0, 0, 0, false};
        const unsigned pieces_of_line = driver.shape().line / driver.shape().port;
        const unsigned rows = 64 / row_lines, pieces = 64 * pieces_of_line;
        const Command command = lines(driver, 0, direction, rows, row_lines);
        while (!driver.cycle(&command)) ASSERT_LT(driver.cycles(), 100u);
        const std::uint64_t begin = driver.cycles();
        while (driver.ends.empty()) {
          driver.cycle(nullptr);
          ASSERT_LT(driver.cycles(), 2000u);
        }
        const std::uint64_t cycles = driver.cycles() - begin;
        EXPECT_EQ(driver.ends[0].bytes, 64 * driver.shape().line);
        EXPECT_EQ(driver.requests(), pieces);
        std::printf("lines of %3u, port of %2u, %s, rows of %u: first request after %llu cycles, %u pieces in %llu\n",
                    driver.shape().line, driver.shape().port, direction == 0 ? "load " : "store", row_lines,
                    static_cast<unsigned long long>(driver.first_request() - begin + 1), pieces,
                    static_cast<unsigned long long>(cycles));
        // Two cycles per row or one per piece, whichever is more; with four slots their way to and fro, which takes
        // nine.
        const unsigned per_slots = driver.shape().slots < 8 ? 9 * pieces / driver.shape().slots : pieces;
        EXPECT_LE(cycles, std::max(per_slots, 2 * rows) + 50u);
      }
    }
  }
}

// Rows that begin within a line, one behind the other in scratchpad: each line is asked for once, and a word is written
// once, or these would take two cycles a line.
TEST(CopyEngine, Across) {
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    CopyDriver driver(engine, 1);
    const unsigned line = driver.shape().line, rows = 32, row_lines = 8;
    // Below, enough slots for the way to memory and back.
    if (line != driver.shape().port || driver.shape().slots < 16) continue;
    driver.timing = {0, 0, 0, false};
    Command command = lines(driver, 0, 0, rows, row_lines);
    command.descriptor[1] += 16;
    while (!driver.cycle(&command)) ASSERT_LT(driver.cycles(), 100u);
    const std::uint64_t begin = driver.cycles();
    while (driver.ends.empty()) {
      driver.cycle(nullptr);
      ASSERT_LT(driver.cycles(), 2000u);
    }
    const std::uint64_t cycles = driver.cycles() - begin, asked = rows * (row_lines + 1);
    std::printf("lines of %3u, port of %2u, load across: %llu requests in %llu cycles\n", line, driver.shape().port,
                static_cast<unsigned long long>(driver.requests()), static_cast<unsigned long long>(cycles));
    EXPECT_EQ(driver.requests(), asked);
    EXPECT_LE(cycles, asked + rows + 50);
    const std::uint32_t row = row_lines * line;
    for (std::uint32_t at = 0; at < rows * row; ++at) {
      ASSERT_EQ(driver.scratch[at], driver.memory[16 + at / row * 2 * row + at % row]) << at;
    }
  }
}

// The same with rows that end before the box does: what is behind their end is zeros.
TEST(CopyEngine, AcrossTheEnd) {
  for (unsigned engine = 0; engine < kShapes.size(); ++engine) {
    CopyDriver driver(engine, 1);
    const unsigned line = driver.shape().line, rows = 64, inside = 258, row = 288, stride = 272;
    if (line != 64 || driver.shape().port != 64) continue;
    driver.timing = {0, 0, 0, false};
    Command command;
    command.scratch_size = kAllocation;
    Descriptor& d = command.descriptor;
    d[0] = 2 | 1 << 3;
    d[1] = driver.base + 16;
    d[2] = inside / 2;
    d[3] = rows;
    d[7] = stride;
    d[11] = row / 2;
    d[12] = rows;
    while (!driver.cycle(&command)) ASSERT_LT(driver.cycles(), 100u);
    const std::uint64_t begin = driver.cycles();
    while (driver.ends.empty()) {
      driver.cycle(nullptr);
      ASSERT_LT(driver.cycles(), 2000u);
    }
    const std::uint64_t cycles = driver.cycles() - begin;
    std::printf("lines of %3u, port of %2u, load across the end: %llu requests in %llu cycles\n", line,
                driver.shape().port, static_cast<unsigned long long>(driver.requests()),
                static_cast<unsigned long long>(cycles));
    EXPECT_LE(cycles, 7 * rows + 50);
    for (std::uint32_t at = 0; at < rows * row; ++at) {
      const std::uint32_t column = at % row;
      ASSERT_EQ(driver.scratch[at], column < inside ? driver.memory[16 + at / row * stride + column] : 0) << at;
    }
  }
}

}  // namespace
}  // namespace heddle::copy_test
