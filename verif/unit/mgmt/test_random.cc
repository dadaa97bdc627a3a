// Random programs in lock-step with the golden model, undisturbed and in a storm of interrupts, from SRAM and from
// device memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench.h"
#include "random_program.h"

namespace heddle::mgmtbench {
namespace {

struct Storm {
  const char* name;
  bool interrupts;
  bool from_memory;
  Timing timing;
  unsigned raise_percent;  // a line of another folder rises in a cycle
  unsigned host_percent;   // the host begins something
};

constexpr Storm kStorms[] = {
    {"quiet", false, false, {}, 0, 0},
    {"slow_memory", false, false, {40, 1, 30, 50, 5}, 0, 0},
    {"interrupts", true, false, {}, 2, 1},
    {"interrupt_storm", true, false, {60, 1, 12, 60, 4}, 6, 3},
    {"from_memory", false, true, {70, 1, 12, 60, 4}, 0, 0},
    {"from_memory_storm", true, true, {50, 1, 20, 60, 4}, 1, 1},
};

void PrintTo(const Storm& storm, std::ostream* out) { *out << storm.name; }

class RandomTest : public testing::TestWithParam<Storm> {};

// HEDDLE_MGMT_PROGRAMS: how many instead, and HEDDLE_MGMT_SEED: the first one's.
unsigned setting(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

constexpr unsigned kPrograms = 60;
constexpr unsigned kCycles = 3000;

TEST_P(RandomTest, LockStep) {
  const Storm& storm = GetParam();
  uint64_t instructions = 0, interrupts = 0, compressed = 0, traps[16] = {};
  const unsigned first = setting("HEDDLE_MGMT_SEED", 1), programs = setting("HEDDLE_MGMT_PROGRAMS", kPrograms);
  unsigned latest = 0;
  for (unsigned seed = first; seed < first + programs; ++seed) {
    Bench bench(seed, storm.timing);
    Layout layout;
    if (storm.from_memory) layout.code = mgmt::kDeviceMemoryBase + 0x4000;
    const Program program = random_program(bench.random(), layout, 100 + bench.random()() % 500, storm.interrupts);
    ASSERT_LE(program.bytes().size(), 0x1000u);
    const Program trap_handlers = handlers(layout);
    bench.load(trap_handlers.base(), trap_handlers.bytes());
    bench.load(program.base(), program.bytes());
    std::vector<uint8_t> data(0x1000);
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(bench.random()());
    bench.load(layout.data - 0x800, data);
    bench.load(layout.memory - 0x800, data);
    bench.refuse(layout.refused, layout.refused_last);
    bench.start(layout.code);
    for (unsigned cycle = 0; cycle < kCycles && bench.problem().empty(); ++cycle) {
      if (bench.chance(storm.raise_percent)) bench.sources |= 1u << bench.random()() % 32;
      // Low for most of the time, or the program never gets anywhere.
      if (bench.chance(20)) bench.sources = 0;
      if (bench.chance(storm.host_percent)) {
        const bool ring = bench.chance(50);
        bench.host_write(ring ? mgmt::mailbox::kSoftwareInterrupt : mgmt::mailbox::kHostDoorbell, bench.random()() & 3);
      }
      bench.cycle();
    }
    ASSERT_EQ(bench.problem(), "") << storm.name << " seed " << seed;
    instructions += bench.checker().instructions();
    interrupts += bench.checker().interrupts();
    compressed += bench.checker().compressed();
    latest = std::max(latest, bench.checker().latest());
    for (unsigned cause = 0; cause < 16; ++cause) traps[cause] += bench.checker().traps(cause);
  }
  if (programs >= kPrograms) {
    EXPECT_GT(instructions, 10'000u);
    EXPECT_GT(compressed, 5'000u);
    if (storm.interrupts) {
      EXPECT_GT(interrupts, 500u);
    }
    for (const unsigned cause : {2u, 3u, 4u, 5u, 6u, 7u, 11u}) EXPECT_GT(traps[cause], 20u) << "cause " << cause;
  }
  std::printf("%s: %llu instructions (%llu of 16 bits), %llu interrupts, at most %u instructions late\n", storm.name,
              static_cast<unsigned long long>(instructions), static_cast<unsigned long long>(compressed),
              static_cast<unsigned long long>(interrupts), latest);
  RecordProperty("instructions", std::to_string(instructions));
  RecordProperty("compressed", std::to_string(compressed));
  RecordProperty("interrupts", std::to_string(interrupts));
  for (unsigned cause = 0; cause < 16; ++cause)
    RecordProperty("cause_" + std::to_string(cause), std::to_string(traps[cause]));
}

INSTANTIATE_TEST_SUITE_P(Storms, RandomTest, testing::ValuesIn(kStorms),
                         [](const testing::TestParamInfo<Storm>& info) { return info.param.name; });

}  // namespace
}  // namespace heddle::mgmtbench
