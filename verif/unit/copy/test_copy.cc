// copy_engine against the reference, by random commands.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>

#include "exerciser.h"

namespace heddle::copy_test {
namespace {

unsigned number_of(const char* name, unsigned otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 0)) : otherwise;
}

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

}  // namespace
}  // namespace heddle::copy_test
