// Replay files: nothing is lost, and what is wrong with one is said.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "draw.h"
#include "replay_file.h"

namespace heddle::fuzz {
namespace {

class ReplayFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  void put(const std::string& text) { std::ofstream(path_) << text; }
  std::string complaint() {
    try {
      read_replay(path_);
    } catch (const ReplayError& error) {
      return error.what();
    }
    return "none";
  }
  void spoil(const std::function<void(nlohmann::json&)>& change, const std::string& expected) {
    write_replay(path_, {.session = draw_session(3, choices_), .failure = {}, .note = ""});
    nlohmann::json json;
    std::ifstream(path_) >> json;
    change(json);
    put(json.dump());
    EXPECT_NE(complaint().find(expected), std::string::npos) << complaint();
    EXPECT_NE(complaint().find(path_.string()), std::string::npos) << complaint();
  }

  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("heddle-replay-" + std::to_string(getpid()) + "-" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name() + ".json");
  std::vector<Choice> choices_{{"nano", 1}, {"base:cores=1,warps=4,lanes=4", 1}};
};

TEST_F(ReplayFile, NothingIsLost) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Session before = draw_session(seed, choices_);
    write_replay(path_, {.session = before, .failure = {"mismatch", "commit.pc", ""}, .note = "a note"});
    const Replay replay = read_replay(path_);
    const Session& after = replay.session;
    EXPECT_EQ(replay.failure.name(), "mismatch commit.pc");
    EXPECT_EQ(replay.note, "a note");
    EXPECT_EQ(after.configuration, before.configuration);
    EXPECT_EQ(after.seed, before.seed);
    EXPECT_EQ(after.latency, before.latency);
    EXPECT_EQ(after.bandwidth_percent, before.bandwidth_percent);
    EXPECT_EQ(after.memory, before.memory);
    EXPECT_EQ(after.random_stalls, before.random_stalls);
    EXPECT_EQ(after.bus_error_first, before.bus_error_first);
    EXPECT_EQ(after.bus_error_last, before.bus_error_last);
    ASSERT_EQ(after.launches.size(), before.launches.size());
    for (size_t i = 0; i < after.launches.size(); ++i) {
      const LaunchPlan& a = after.launches[i];
      const LaunchPlan& b = before.launches[i];
      EXPECT_EQ(assemble(a), assemble(b));
      EXPECT_EQ(a.groups, b.groups);
      EXPECT_EQ(a.local, b.local);
      EXPECT_EQ(a.scratch_size, b.scratch_size);
      EXPECT_EQ(a.private_size, b.private_size);
      EXPECT_EQ(a.private_base, b.private_base);
      EXPECT_EQ(a.kernel, b.kernel);
      EXPECT_EQ(a.arguments, b.arguments);
      EXPECT_EQ(a.abort_after, b.abort_after);
      EXPECT_EQ(a.reset_after, b.reset_after);
      EXPECT_EQ(a.poll, b.poll);
      EXPECT_TRUE(a.regions == b.regions);
      EXPECT_TRUE(a.data == b.data);
      ASSERT_EQ(a.checks.size(), b.checks.size());
      for (size_t j = 0; j < a.checks.size(); ++j) {
        EXPECT_EQ(a.checks[j].address, b.checks[j].address);
        EXPECT_EQ(a.checks[j].expected, b.checks[j].expected);
      }
      // Targets are known again: the same after an instruction is gone.
      LaunchPlan fewer_a = a;
      LaunchPlan fewer_b = b;
      erase_items(fewer_a, 5, 9);
      erase_items(fewer_b, 5, 9);
      EXPECT_EQ(assemble(fewer_a), assemble(fewer_b));
    }
  }
}

TEST_F(ReplayFile, WhatIsWrongIsSaid) {
  EXPECT_NE(complaint().find("cannot be read"), std::string::npos);
  put("not json");
  EXPECT_NE(complaint().find("parse error"), std::string::npos);
  put("{}");
  EXPECT_NE(complaint().find("is no replay file"), std::string::npos);
  put("[1, 2]");
  EXPECT_NE(complaint().find("is no replay file"), std::string::npos);
  spoil([](auto& json) { json.erase("memory"); }, "memory");
  spoil([](auto& json) { json["configuration"] = "giant"; }, "unknown configuration 'giant'");
  spoil([](auto& json) { json["launches"][0]["groups"] = {1, 2}; }, "three numbers");
  spoil([](auto& json) { json["launches"][0]["code"][0] = "nop"; }, "'\"nop\"' is not a number");
  spoil([](auto& json) { json["launches"][0]["poll"] = -1; }, "'-1' is not a number");
  spoil([](auto& json) { json["launches"][0]["poll"] = 0; }, "poll is 0");
  spoil([](auto& json) { json["launches"][0]["addresses"][0][0] = 99999; }, "not there");
  spoil([](auto& json) { json["launches"] = nlohmann::json::array(); }, "no launch");
  spoil([](auto& json) { json["launches"][0]["code_base"] = "0x80000002"; }, "multiple of 4");
  spoil([](auto& json) { json["launches"][0]["code_base"] = "0xfffffffc"; }, "not all of it in device memory");
  spoil([](auto& json) { json["launches"][0]["data"][0]["address"] = "0x40000000"; }, "data at 0x40000000");
  spoil([](auto& json) { json["launches"][0]["addresses"][0][2] = 99999; }, "not there");
  spoil([](auto& json) { json["launches"][0]["regions"] = nlohmann::json::array_t(16, {1, 2, 3}); }, "16 regions");
  spoil([](auto& json) { json["memory"]["kind"] = "core"; }, "'core' is none of fixed, ddr4, hbm");
  spoil([](auto& json) { json["memory"]["latency"] = 0; }, "latency is 0");
  spoil([](auto& json) { json["memory"]["bandwidth_percent"] = 101; }, "bandwidth_percent 101 is not 1 to 100");
  spoil([](auto& json) { json["seed"] = "one"; }, "type must be number");
}

}  // namespace
}  // namespace heddle::fuzz
