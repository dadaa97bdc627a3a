// copy_engine against the reference: random commands of eight workgroups at once, each in an allocation and a part of
// memory of its own, which must hold what the reference says when the command ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "copy_driver.h"

namespace heddle::copy_test {
namespace {

unsigned number_of(const char* name, unsigned otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : otherwise;
}

// A workgroup. Its allocation and its part of memory are compared with what they have to hold whenever a command of it
// ends.
struct Agent {
  Command command;
  Outcome outcome;
  bool offered = false, under_way = false, faulted = false, cancelled = false;
  std::set<std::uint32_t> refused;  // lines that memory refuses and the command reads
};

class Exerciser {
 public:
  Exerciser(unsigned engine, std::uint32_t seed) : driver_(engine, seed), random_(seed * 77 + engine) {
    driver_.regions[1] = {0x7000'0000, 0x7FFF'FFFF, true, true};  // no device memory
    scratch_ = driver_.scratch;
    memory_ = driver_.memory;
  }

  void run(unsigned commands) {
    unsigned idle = 0;
    while ((ended_ < commands || under_way()) && idle < 20000 && !testing::Test::HasFailure()) {
      const std::uint64_t before = ended_;
      step(ended_ < commands);
      idle = ended_ == before ? idle + 1 : 0;
    }
    EXPECT_LT(idle, 20000u) << "nothing ends any more";
  }

  void add_to(std::map<std::string, std::uint64_t>& counts) const {
    for (const auto& [name, count] : counts_) counts[name] += count;
  }

 private:
  unsigned pick(unsigned count) { return random_() % count; }
  bool under_way() const {
    for (const Agent& agent : agents_) {
      if (agent.under_way || agent.offered || agent.cancelled) return true;
    }
    return false;
  }

  void step(bool more) {
    if (ended_ >= change_ && !under_way()) {
      surroundings();
      change_ = ended_ + 40;
    }
    if (next_ == kAgents && more && ended_ < change_) {
      const unsigned n = pick(kAgents);
      if (!agents_[n].under_way && !agents_[n].cancelled && prepare(n)) next_ = n;
    }
    const bool taken = driver_.cycle(next_ < kAgents ? &agents_[next_].command : nullptr);
    for (unsigned n = 0; n < kAgents; ++n) {
      if ((driver_.forget >> n & 1) != 0 && next_ != n) driver_.rename(n);
    }
    driver_.forget = 0;
    for (unsigned n = 0; n < kAgents; ++n) {
      if (!agents_[n].cancelled) EXPECT_EQ((driver_.busy() >> n & 1) != 0, agents_[n].under_way) << "workgroup " << n;
    }
    for (const End& end : driver_.ends) ended(end);
    if (taken) {
      agents_[next_].offered = false;
      agents_[next_].under_way = true;
      next_ = kAgents;
    }
    cancels();
  }

  // Timing, regions and refused lines, while nothing is under way.
  void surroundings() {
    constexpr std::array<unsigned, 4> kDelays{0, 4, 40, 300};
    driver_.timing.memory_delay = kDelays[pick(4)];
    driver_.timing.scratch_delay = kDelays[pick(3)];
    driver_.timing.refuse = pick(2) == 0 ? 0 : 2 + pick(3);
    driver_.timing.ends_wait = pick(2) != 0;
    driver_.regions[0] = {driver_.base, driver_.base + (kMemoryBytes - 1), true, true};
    driver_.regions[2] = driver_.regions[3] = {};
    if (pick(3) == 0) {  // two that abut somewhere, rights that differ, a hole
      const std::uint32_t border = driver_.base + pick(kMemoryBytes);
      driver_.regions[0].last = border - 1;
      driver_.regions[2] = {border, driver_.base + (kMemoryBytes - 1), pick(4) != 0, pick(4) != 0};
      driver_.regions[3] = {driver_.base + pick(kMemoryBytes), driver_.base + pick(kMemoryBytes), true, true};
      if (pick(2) == 0) driver_.regions[2].base += pick(64);
      if (pick(2) == 0) driver_.regions[2].last -= pick(kMemoryBytes / 4);
    }
    driver_.refused.clear();
    if (pick(3) == 0) {
      for (unsigned n = 0; n < 25; ++n) {  // eight lines in a row, so that several are refused to one command
        const unsigned line = driver_.shape().line, first = pick(kMemoryBytes / line - 8);
        for (unsigned next = 0; next < 8; ++next) driver_.refused.insert(driver_.base + (first + next) * line);
      }
    }
  }

  // A command that has the workgroup's part of memory for itself.
  bool prepare(unsigned n) {
    Agent& agent = agents_[n];
    if (agent.faulted && pick(4) != 0) {
      agent.faulted = false;
      driver_.forget |= 1u << n;
      return false;
    }
    Command& command = agent.command;
    command.owner = n;
    command.scratch_base = n * kAllocation;
    command.scratch_size = pick(4) == 0 ? pick(2048) : kAllocation;
    for (std::uint32_t& word : command.origin) word = random_();
    draw(command.descriptor, driver_.base + n * kPart);
    agent.outcome = perform(command.descriptor, command.scratch_size, driver_.regions);
    agent.refused.clear();
    for (const Move& move : agent.outcome.moves) {
      if (!move.memory) continue;
      if ((*move.memory - driver_.base) / kPart != n) return false;
      const std::uint32_t line = *move.memory / driver_.shape().line * driver_.shape().line;
      if (!agent.outcome.store && driver_.refused.count(line) != 0) agent.refused.insert(line);
    }
    agent.offered = true;
    return true;
  }

  void draw(Descriptor& d, std::uint32_t part) {
    d = {};
    const unsigned rank = 1 + pick(5), element = pick(5), bytes = 1u << element;
    unsigned direction = pick(8);
    direction = direction == 7 ? 2 : direction % 2;
    const bool fill = direction == 2, complete = pick(2) != 0;
    const unsigned swizzle = pick(2) == 0 ? 0 : pick(4);
    d[0] =
        rank | element << 3 | direction << 6 | swizzle << 8 | static_cast<unsigned>(complete) << 12 | random_() << 16;
    std::uint32_t extent = bytes, box = bytes;
    std::optional<unsigned> huge;
    for (unsigned n = 0; n < rank; ++n) {
      const unsigned most = n == 0 && pick(2) == 0 ? 256 : pick(2) == 0 ? 8 : 2;
      d[11 + n] = 1 + pick(most);
      if (box * d[11 + n] > kAllocation / 4) d[11 + n] = 1;
      box *= d[11 + n];
      if (fill) continue;
      // Most boxes lie across an edge of the tensor or two; or within, where whole lines move.
      d[2 + n] = pick(3) == 0 ? 1 + pick(8) : d[11 + n] + pick(4);
      d[16 + n] = pick(2) == 0 ? 0 : pick(d[2 + n]) - pick(d[11 + n] + 1);
      if (pick(8) == 0) huge = n;
      if (n != 0) {
        d[6 + n] = (extent + bytes - 1) / bytes * bytes + bytes * (pick(2) == 0 ? 0 : pick(20));
        if (pick(2) == 0) d[6 + n] = (d[6 + n] + 63) / 64 * 64;
        if (pick(16) == 0) d[6 + n] = 0;
      }
      extent = n == 0 ? d[2] * bytes : std::max(extent, d[6 + n] * d[2 + n]);
    }
    // A dimension whose last element is far away, of which the box is at the begin.
    if (huge) d[2 + *huge] |= 1u << pick(31);
    if (!fill) d[1] = part + pick(kPart / 2) / bytes * bytes;
    if (!fill && pick(2) == 0) d[1] = d[1] / 64 * 64;
    if (!fill && pick(16) == 0) d[1] = 0x7FFF'F000 + pick(256) * 16;  // in a region, but no device memory
    d[21] = 256 * pick(8) + (swizzle == 0 ? 16 * pick(8) : (32u << swizzle) * pick(3));
    if (complete) d[22] = 8 * pick(16);
    if (fill) d[31] = random_();
    if (pick(4) == 0) spoil(d);
  }

  void spoil(Descriptor& d) {
    constexpr std::array<std::uint32_t, 12> kBorders{
        0, 1, 255, 256, 257, 8, kAllocation - 8, kAllocation, kAllocation + 1, 0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF};
    for (unsigned times = 1 + pick(2); times != 0; --times) {
      std::uint32_t& word = d[pick(4) == 0 ? 0 : pick(kDescriptorWords)];
      switch (pick(4)) {
        case 0: word ^= 1u << pick(32); break;
        case 1: word = kBorders[pick(kBorders.size())]; break;
        case 2: word += pick(33) - 16; break;
        default: word = random_() >> pick(32); break;
      }
    }
    if (pick(4) == 0) d[21] = kAllocation - 16 * pick(80);
    if (pick(8) == 0) d[22] = kAllocation - 8 * pick(3);
  }

  // Values that a byte may have: what it had, and what moves write.
  struct Allowed {
    std::map<std::uint32_t, std::set<std::uint8_t>> scratch, memory;
  };

  Allowed writes(const Agent& agent) const {
    Allowed result;
    const std::uint32_t base = agent.command.scratch_base;
    for (const Move& move : agent.outcome.moves) {
      if (agent.outcome.store) {
        result.memory[*move.memory - driver_.base].insert(scratch_[base + move.scratch]);
      } else {
        result.scratch[base + move.scratch].insert(move.memory ? memory_[*move.memory - driver_.base] : move.fill);
      }
    }
    return result;
  }

  // Compares a workgroup's bytes. `all`: every move has been made; else any of them.
  void compare(std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& found, std::uint32_t begin,
               std::uint32_t bytes, const std::map<std::uint32_t, std::set<std::uint8_t>>& writes, bool all,
               const char* what) {
    for (std::uint32_t at = begin; at < begin + bytes; ++at) {
      const auto written = writes.find(at);
      if (written == writes.end() || (!all && found[at] == expected[at])) {
        ASSERT_EQ(found[at], expected[at]) << what << " " << std::hex << at << " must not change";
      } else {
        ASSERT_TRUE(written->second.count(found[at]) != 0)
            << what << " " << std::hex << at << ": " << unsigned{found[at]} << " instead of "
            << unsigned{*written->second.begin()};
      }
      expected[at] = found[at];
    }
  }

  void compare(Agent& agent, bool all) {
    const Allowed allowed = writes(agent);
    compare(scratch_, driver_.scratch, agent.command.owner * kAllocation, kAllocation, allowed.scratch, all,
            "scratchpad");
    if (!testing::Test::HasFailure())
      compare(memory_, driver_.memory, agent.command.owner * kPart, kPart, allowed.memory, all, "memory");
  }

  void ended(const End& end) {
    ASSERT_LT(end.owner, kAgents);
    Agent& agent = agents_[end.owner];
    ASSERT_TRUE(agent.under_way) << "owner " << end.owner;
    ASSERT_FALSE(agent.cancelled) << "owner " << end.owner;
    ASSERT_EQ(end.id, agent.command.descriptor[0] >> 16);
    ASSERT_EQ(end.origin, agent.command.origin);
    agent.under_way = false;
    ++ended_;
    const std::optional<Fault>& fault = agent.outcome.fault;
    if (agent.faulted) {
      expect_fault(end, {Cause::kAfter, 0});
      agent.outcome.moves.clear();
      compare(agent, true);
    } else if (fault && fault->cause != Cause::kAccess) {
      expect_fault(end, *fault);
      ASSERT_TRUE(agent.outcome.moves.empty());
      compare(agent, true);
    } else if (!agent.refused.empty()) {
      if (end.fault.cause == Cause::kMemory) {
        // The first one found.
        const auto first = std::find_if(driver_.errors.begin(), driver_.errors.end(),
                                        [&](std::uint32_t line) { return (line - driver_.base) / kPart == end.owner; });
        ASSERT_TRUE(first != driver_.errors.end());
        EXPECT_EQ(end.fault.value, *first);
        EXPECT_TRUE(agent.refused.count(end.fault.value) != 0) << std::hex << end.fault.value;
      } else {
        ASSERT_TRUE(fault) << "a line was refused";
        expect_fault(end, *fault);
      }
      compare(agent, false);
    } else if (fault) {
      expect_fault(end, *fault);
      compare(agent, true);
    } else {
      ASSERT_EQ(end.fault.cause, Cause::kNone) << "value " << std::hex << end.fault.value;
      EXPECT_EQ(end.bytes, agent.outcome.bytes);
      EXPECT_EQ(end.complete, (agent.command.descriptor[0] >> 12 & 1) != 0);
      if (end.complete) EXPECT_EQ(end.barrier, agent.command.scratch_base + agent.command.descriptor[22]);
      compare(agent, true);
      ++counts_[agent.outcome.store ? "stores" : (agent.command.descriptor[0] >> 6 & 3) == 2 ? "fills" : "loads"];
    }
    forget_errors(end.owner);
    if (end.fault.cause != Cause::kNone) {
      agent.faulted = true;
      constexpr std::array<const char*, 8> kNames{"",          "after", "format", "size",
                                                  "alignment", "range", "access", "memory"};
      ++counts_[std::string("fault ") + kNames.at(static_cast<unsigned>(end.fault.cause))];
    }
  }

  void forget_errors(unsigned owner) {
    std::erase_if(driver_.errors, [&](std::uint32_t line) { return (line - driver_.base) / kPart == owner; });
  }

  void expect_fault(const End& end, const Fault& fault) {
    EXPECT_EQ(static_cast<unsigned>(end.fault.cause), static_cast<unsigned>(fault.cause))
        << "value " << std::hex << end.fault.value;
    EXPECT_EQ(end.fault.value, fault.value);
  }

  // Now and then a workgroup is stopped: until none of its commands is under way, and then it is gone.
  void cancels() {
    for (unsigned n = 0; n < kAgents; ++n) {
      Agent& agent = agents_[n];
      if (agent.cancelled && (driver_.busy() >> n & 1) == 0 && ++agent_wait_[n] > 1) {
        driver_.cancel &= ~(1u << n);
        driver_.forget |= 1u << n;
        agent.cancelled = agent.under_way = agent.faulted = false;
        compare(agent, false);
        forget_errors(n);
        ++counts_["stopped"];
        ++ended_;
      } else if (agent.under_way && !agent.cancelled && pick(4000) == 0) {
        agent.cancelled = true;
        agent_wait_[n] = 0;
        if (agent.faulted || (agent.outcome.fault && agent.outcome.fault->cause != Cause::kAccess))
          agent.outcome.moves.clear();
        driver_.cancel |= 1u << n;
      }
    }
  }

  CopyDriver driver_;
  std::mt19937 random_;
  std::array<Agent, kAgents> agents_{};
  std::array<unsigned, kAgents> agent_wait_{};
  std::vector<std::uint8_t> scratch_, memory_;  // what they have to hold
  unsigned next_ = kAgents;                     // whose command is offered
  std::uint64_t ended_ = 0, change_ = 0;        // commands; when surroundings change
  std::map<std::string, std::uint64_t> counts_;
};

// Ends of commands by kind, in all tests of a shape.
std::array<std::map<std::string, std::uint64_t>, kShapes.size()> all_ends;

class CopyEngineOf : public testing::TestWithParam<std::tuple<unsigned, unsigned>> {};

TEST_P(CopyEngineOf, Random) {
  const auto [engine, part] = GetParam();
  const unsigned seeds = number_of("COPY_SEEDS", 1), commands = number_of("COPY_COMMANDS", 250);
  for (unsigned seed = 1; seed <= seeds && !HasFailure(); ++seed) {
    Exerciser exerciser(engine, 4 * seed + part);
    exerciser.run(commands);
    exerciser.add_to(all_ends.at(engine));
    EXPECT_FALSE(HasFailure()) << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(Shape, CopyEngineOf,
                         testing::Combine(testing::Range(0u, static_cast<unsigned>(kShapes.size())),
                                          testing::Range(0u, 4u)));

class CopyEngineCoverage : public testing::TestWithParam<unsigned> {};

TEST_P(CopyEngineCoverage, EveryKindOfEnd) {
  const auto& counts = all_ends.at(GetParam());
  for (const auto& [name, count] : counts)
    std::printf("%s: %llu\n", name.c_str(), static_cast<unsigned long long>(count));
  EXPECT_EQ(counts.size(), 11u) << "something has never happened";
}
INSTANTIATE_TEST_SUITE_P(Shape, CopyEngineCoverage, testing::Range(0u, static_cast<unsigned>(kShapes.size())));

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
