// The shrinker, with failures that need no device: what a failure needs stays, everything else goes.
#include <gtest/gtest.h>

#include <algorithm>

#include "draw.h"
#include "heddle/disassembler/encode.h"
#include "shrink.h"

namespace heddle::fuzz {
namespace {

const std::vector<Choice> kChoices{{"edge", 1}};

bool has(const Session& session, isa::Op op) {
  for (const LaunchPlan& launch : session.launches) {
    for (const uint32_t word : assemble(launch)) {
      if (isa::decode(word) == op) return true;
    }
  }
  return false;
}

Session session_with(isa::Op op) {
  for (uint64_t seed = 1; seed < 2000; ++seed) {
    Session session = draw_session(seed, kChoices);
    if (session.launches.size() > 1 && has(session, op)) return session;
  }
  ADD_FAILURE() << "no session has it";
  return {};
}

TEST(Shrink, OneInstructionStays) {
  for (const isa::Op op : {isa::Op::Mulhsu, isa::Op::FdivH, isa::Op::HdShflXorSync, isa::Op::LrW, isa::Op::Mret}) {
    const Session small =
        shrink(session_with(op), [&](const Session& candidate) { return has(candidate, op); }, ShrinkOptions{});
    EXPECT_EQ(instruction_count(small), 1U) << isa::info(op).name;
    EXPECT_TRUE(has(small, op));
    ASSERT_EQ(small.launches.size(), 1U);
    const LaunchPlan& launch = small.launches[0];
    EXPECT_EQ(launch.groups, (Vector3{1, 1, 1}));
    EXPECT_EQ(launch.local, (Vector3{1, 1, 1}));
    EXPECT_TRUE(launch.data.empty());
    EXPECT_EQ(small.latency, 1U);
    EXPECT_FALSE(small.random_stalls);
    EXPECT_EQ(small.memory, "fixed");
  }
}

TEST(Shrink, WhatIsNeededStays) {
  // Needs two groups, random stalls, two stores and the value 0x55 in memory.
  Session session = session_with(isa::Op::Sw);
  session.random_stalls = true;
  session.launches.back().groups = {7, 1, 1};
  session.launches.back().data[0].words[77] = 0x55;
  const auto fails = [](const Session& candidate) {
    const LaunchPlan& launch = candidate.launches.back();
    const auto stores = std::count_if(launch.items.begin(), launch.items.end(),
                                      [](const Item& item) { return isa::decode(item.word) == isa::Op::Sw; });
    const auto& data = launch.data;
    return candidate.random_stalls && launch.groups[0] >= 2 && stores >= 2 &&
           std::any_of(data.begin(), data.end(),
                       [](const DataBlock& block) { return block.words.size() > 77 && block.words[77] == 0x55; });
  };
  ASSERT_TRUE(fails(session));
  const Session small = shrink(session, fails, ShrinkOptions{});
  EXPECT_TRUE(fails(small));
  EXPECT_EQ(instruction_count(small), 2U);
  EXPECT_EQ(small.launches.back().groups, (Vector3{2, 1, 1}));
  ASSERT_EQ(small.launches.back().data.size(), 1U);
  const std::vector<uint32_t>& words = small.launches.back().data[0].words;
  ASSERT_EQ(words.size(), 78U);
  EXPECT_EQ(std::count(words.begin(), words.end(), 0U), 77);
}

TEST(Shrink, OperandsBecomeSimple) {
  const Session session = session_with(isa::Op::FmaddS);
  const Session small =
      shrink(session, [](const Session& candidate) { return has(candidate, isa::Op::FmaddS); }, ShrinkOptions{});
  ASSERT_EQ(instruction_count(small), 1U);
  for (const uint32_t word : assemble(small.launches[0])) EXPECT_EQ(isa::rm(word), 0U);
}

TEST(Shrink, TimeIsLimited) {
  const Session session = session_with(isa::Op::Sw);
  unsigned tried = 0;
  const Session small = shrink(
      session,
      [&](const Session&) {
        ++tried;
        return true;
      },
      ShrinkOptions{.limit = std::chrono::seconds(0), .progress = {}});
  EXPECT_EQ(tried, 0U);
  EXPECT_EQ(instruction_count(small), instruction_count(session));
}

TEST(EraseItems, ReferencesFollow) {
  LaunchPlan launch;
  for (unsigned i = 0; i < 6; ++i) launch.items.push_back({.word = encode(isa::Op::Addi, {})});
  launch.items[0] = {.word = encode(isa::Op::Jal, {}), .reference = Item::Reference::kJump, .target = 5};
  launch.items[4] = {.word = encode(isa::Op::Beq, {}), .reference = Item::Reference::kBranch, .target = 2};
  launch.tree = {{0, 6}, {1, 3}, {3, 5}};
  launch.checks = {{.address = 0, .expected = 0, .items = {4, 6}}, {.address = 4, .expected = 0, .items = {1, 3}}};
  erase_items(launch, 1, 3);
  ASSERT_EQ(launch.items.size(), 4U);
  EXPECT_EQ(launch.items[0].target, 3U);
  EXPECT_EQ(launch.items[2].target, 1U);  // its target is gone: what followed
  ASSERT_EQ(launch.tree.size(), 2U);
  EXPECT_EQ(launch.tree[1].begin, 1U);
  EXPECT_EQ(launch.tree[1].end, 3U);
  ASSERT_EQ(launch.checks.size(), 1U);  // the other has lost its instructions
  EXPECT_EQ(launch.checks[0].items.begin, 2U);
}

}  // namespace
}  // namespace heddle::fuzz
