// Floating point in the records: register numbers, flags, write-backs for flags alone, fcsr. Each is corrupted in turn.
#include <gtest/gtest.h>

#include <functional>

#include "programs.h"

namespace heddle::lockstep::test {
namespace {

const Playback& good_run() {
  static const Playback run = run_program(test_launch(2, 4, 256), floating());
  return run;
}

// The slot of the warp at place `index` of the program.
bool of_instruction(const WritebackRecord& record, unsigned index) { return record.tag.order == index; }

constexpr unsigned kDivide = 8;
constexpr unsigned kConvertToX0 = 9;
constexpr unsigned kLoad = 12;

TEST(FloatRecords, PassUncorrupted) {
  std::string report;
  EXPECT_EQ(check(good_run(), &report), "") << report;
}

TEST(FloatRecords, HoldWhatTheyAreMeantTo) {
  unsigned seen = 0;
  for (const Event& event : good_run().events) {
    const auto* writeback = std::get_if<WritebackRecord>(&event.record);
    if (writeback == nullptr) continue;
    if (of_instruction(*writeback, kDivide)) {
      EXPECT_EQ(writeback->rd, 32U + 3);
      EXPECT_EQ(writeback->flags[0], 8U);  // DZ
      EXPECT_EQ(writeback->flags[1], 0U);
      EXPECT_EQ(writeback->flags[3], 1U);  // NX
      ++seen;
    }
    if (of_instruction(*writeback, kConvertToX0)) {
      EXPECT_EQ(writeback->rd, 0U);
      EXPECT_EQ(writeback->mask, 0xFU);
      EXPECT_EQ(writeback->flags[0], 16U);  // NV
      ++seen;
    }
  }
  EXPECT_EQ(seen, 2U * 2);
}

struct Corruption {
  const char* name;
  const char* field;  // that the checker has to name
  const char* text;   // that the report has to contain
  std::function<bool(Record&)> corrupt;
};

template <typename Change>
std::function<bool(Record&)> on_writeback(unsigned index, Change change) {
  return [=](Record& record) {
    auto* writeback = std::get_if<WritebackRecord>(&record);
    if (writeback == nullptr || !of_instruction(*writeback, index)) return false;
    change(*writeback);
    return true;
  };
}

template <typename Change>
std::function<bool(Record&)> on_done(Change change) {
  return [=](Record& record) {
    auto* done = std::get_if<WarpDoneRecord>(&record);
    if (done != nullptr) change(*done);
    return done != nullptr;
  };
}

std::vector<Corruption> corruptions() {
  using W = WritebackRecord;
  using D = WarpDoneRecord;
  return {
      {"flag_missing", "writeback.flags", "expected DZ; got none", on_writeback(kDivide, [](W& r) { r.flags[0] = 0; })},
      {"flag_more", "writeback.flags", "expected NX; got UF NX", on_writeback(kDivide, [](W& r) { r.flags[3] |= 2; })},
      {"flag_other", "writeback.flags", "expected none; got OF", on_writeback(kDivide, [](W& r) { r.flags[1] = 4; })},
      {"flag_without_register", "writeback.flags", "expected NV; got NV NX",
       on_writeback(kConvertToX0, [](W& r) { r.flags[0] |= 1; })},
      {"flag_of_load", "writeback.flags", "expected none; got NV", on_writeback(kLoad, [](W& r) { r.flags[2] = 16; })},
      {"flag_of_integer", "writeback.flags", "expected none; got NX", on_writeback(0, [](W& r) { r.flags[1] = 1; })},
      {"rd_file", "writeback.rd", "expected ft3 (f3), got gp (x3)", on_writeback(kDivide, [](W& r) { r.rd = 3; })},
      {"rd_number", "writeback.rd", "expected ft3 (f3), got fa0 (f10)", on_writeback(kDivide, [](W& r) { r.rd = 42; })},
      {"rd_of_flags", "writeback.rd", "expected zero (x0), got ft0 (f0)",
       on_writeback(kConvertToX0, [](W& r) { r.rd = 32; })},
      {"data", "writeback.data", "value of ft3 (f3)", on_writeback(kDivide, [](W& r) { r.data[2] ^= 1; })},
      {"data_of_load", "writeback.data", "fdiv.s ft3, ft2, ft1", on_writeback(kLoad, [](W& r) { r.data[2] ^= 1; })},
      {"mask", "writeback.mask", "", on_writeback(kConvertToX0, [](W& r) { r.mask |= 0x10; })},
      {"lane_left_out", "writeback.missing", "ft3 (f3)", on_writeback(kDivide, [](W& r) { r.mask &= ~2U; })},
      {"lane_of_flags_left_out", "writeback.missing", "zero (x0)",
       on_writeback(kConvertToX0, [](W& r) { r.mask &= ~2U; })},
      {"done_flags", "done.fcsr", "expected frm 3, NX; got frm 3, none", on_done([](D& r) { r.fcsr[3] &= ~1U; })},
      {"done_mode", "done.fcsr", "expected frm 2, NX; got frm 3, NX", on_done([](D& r) { r.fcsr[2] ^= 0x20; })},
  };
}

class FloatCorrupted : public ::testing::TestWithParam<Corruption> {};

TEST_P(FloatCorrupted, IsCaughtAndNamed) {
  Playback run = good_run();
  bool changed = false;
  for (Event& event : run.events) changed = changed || GetParam().corrupt(event.record);
  ASSERT_TRUE(changed) << "the program has no such record";
  std::string report;
  EXPECT_EQ(check(run, &report), GetParam().field) << report;
  EXPECT_NE(report.find(GetParam().text), std::string::npos) << report;
}

INSTANTIATE_TEST_SUITE_P(EveryField, FloatCorrupted, ::testing::ValuesIn(corruptions()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FloatRecords, FlagsTwiceAreCaught) {
  Playback run = good_run();
  for (size_t i = 0; i < run.events.size(); ++i) {
    const auto* writeback = std::get_if<WritebackRecord>(&run.events[i].record);
    if (writeback == nullptr || !of_instruction(*writeback, kConvertToX0)) continue;
    const Event twice = run.events[i];
    run.events.insert(run.events.begin() + static_cast<std::ptrdiff_t>(i), twice);
    break;
  }
  EXPECT_EQ(check(run), "writeback.tag");
}

TEST(FloatRecords, FlagsNeverReportedAreCaught) {
  Playback run = good_run();
  std::erase_if(run.events, [](const Event& event) {
    const auto* writeback = std::get_if<WritebackRecord>(&event.record);
    return writeback != nullptr && of_instruction(*writeback, kConvertToX0);
  });
  EXPECT_EQ(check(run), "writeback.missing");
}

}  // namespace
}  // namespace heddle::lockstep::test
