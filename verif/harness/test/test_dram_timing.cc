// The DRAM's timing: latencies that follow from the parameters, row hits, banks that overlap, bandwidth, refresh,
// bounded queues, and that nothing is lost or starves.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "dram_timing.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::harness {
namespace {

constexpr unsigned kLine = 64;

DramParameters quiet(DramParameters parameters) {
  parameters.refresh_interval = 0;
  return parameters;
}

// Cycles until each of the requests, all started at once, is finished; in the order of the addresses.
std::vector<uint64_t> run(DramTiming& dram, const std::vector<uint32_t>& addresses, bool write = false) {
  for (size_t i = 0; i < addresses.size(); ++i) {
    EXPECT_TRUE(dram.accepts(addresses[i]));
    dram.start(i, addresses[i], write);
  }
  std::vector<uint64_t> finished(addresses.size(), 0);
  size_t left = addresses.size();
  for (uint64_t cycle = 1; left > 0 && cycle < 1'000'000; ++cycle) {
    dram.clock();
    for (const uint64_t token : dram.finished()) {
      EXPECT_EQ(finished[token], 0U);
      finished[token] = cycle;
      --left;
    }
  }
  EXPECT_EQ(left, 0U);
  return finished;
}

TEST(DramTiming, FirstAccessOpensARow) {
  const DramParameters parameters = quiet(DramParameters::named("ddr4"));
  DramTiming dram(parameters, kLine);
  const uint64_t data = (parameters.burst_quarters + 3) / 4;
  // The row is opened in the first cycle.
  EXPECT_EQ(run(dram, {0})[0], 1 + parameters.activate + parameters.column + data + parameters.controller);
  EXPECT_EQ(dram.row_misses(), 1U);
}

TEST(DramTiming, OpenRowIsFasterAndAnotherRowSlower) {
  const DramParameters parameters = quiet(DramParameters::named("ddr4"));
  DramTiming dram(parameters, kLine);
  const uint64_t first = run(dram, {0})[0];
  const uint64_t hit = run(dram, {kLine})[0];
  EXPECT_EQ(hit + parameters.activate, first);
  const uint64_t conflict = run(dram, {parameters.row_bytes * parameters.banks})[0];
  EXPECT_EQ(conflict, first + parameters.precharge);
  EXPECT_EQ(dram.row_hits(), 1U);
}

TEST(DramTiming, RowHitsGoFirst) {
  const DramParameters parameters = quiet(DramParameters::named("ddr4"));
  DramTiming dram(parameters, kLine);
  run(dram, {0});
  const std::vector<uint64_t> finished = run(dram, {parameters.row_bytes * parameters.banks, kLine});
  EXPECT_LT(finished[1], finished[0]);
}

TEST(DramTiming, StreamMovesAsFastAsTheDataBus) {
  for (const char* name : {"ddr4", "hbm"}) {
    const DramParameters parameters = quiet(DramParameters::named(name));
    DramTiming dram(parameters, kLine);
    constexpr uint64_t kLines = 20'000;
    uint64_t started = 0;
    uint64_t done = 0;
    uint64_t cycles = 0;
    while (done < kLines) {
      while (started < kLines && dram.accepts(static_cast<uint32_t>(started * kLine))) {
        dram.start(started, static_cast<uint32_t>(started * kLine), false);
        ++started;
      }
      dram.clock();
      ++cycles;
      done += dram.finished().size();
    }
    const double ideal = static_cast<double>(kLines) * parameters.burst_quarters / 4 / parameters.channels;
    EXPECT_LT(static_cast<double>(cycles), 1.06 * ideal + 200) << name;
    EXPECT_GE(static_cast<double>(cycles), ideal) << name;
  }
}

TEST(DramTiming, LinesTakeWholeBursts) {
  const DramParameters parameters = quiet(DramParameters::named("ddr4"));
  const double one = DramTiming(parameters, 64).peak();
  EXPECT_EQ(one, 4.0 / parameters.burst_quarters);
  EXPECT_EQ(DramTiming(parameters, 16).peak(), one);
  EXPECT_EQ(DramTiming(parameters, 128).peak(), one / 2);
  DramTiming wide(parameters, 128);
  DramTiming narrow(parameters, 64);
  EXPECT_EQ(run(wide, {0})[0], run(narrow, {0})[0] + 2);  // 5 cycles of data after 2.5
}

TEST(DramTiming, BanksOverlap) {
  const DramParameters parameters = quiet(DramParameters::named("ddr4"));
  DramTiming same(parameters, kLine);
  DramTiming different(parameters, kLine);
  std::vector<uint32_t> one_bank;
  std::vector<uint32_t> all_banks;
  for (uint32_t i = 0; i < 16; ++i) {
    one_bank.push_back(i * parameters.row_bytes * parameters.banks);
    all_banks.push_back(i * parameters.row_bytes);
  }
  const auto last = [](const std::vector<uint64_t>& cycles) { return *std::max_element(cycles.begin(), cycles.end()); };
  EXPECT_GT(last(run(same, one_bank)), 5 * last(run(different, all_banks)));
}

TEST(DramTiming, RefreshOccupiesTheChannel) {
  const DramParameters parameters = DramParameters::named("ddr4");
  DramTiming dram(parameters, kLine);
  for (unsigned i = 0; i < parameters.refresh_interval; ++i) dram.clock();
  EXPECT_GE(run(dram, {0})[0], parameters.refresh);
}

TEST(DramTiming, QueueIsBounded) {
  const DramParameters parameters = quiet(DramParameters::named("hbm"));
  DramTiming dram(parameters, kLine);
  for (unsigned i = 0; i < parameters.queue; ++i) {
    ASSERT_TRUE(dram.accepts(0));
    dram.start(i, 0, false);
  }
  EXPECT_FALSE(dram.accepts(0));
  EXPECT_TRUE(dram.accepts(kLine));  // another channel
}

TEST(DramTiming, RandomTrafficIsAnsweredOnceAndNothingStarves) {
  const DramParameters parameters = DramParameters::named("ddr4");
  DramTiming dram(parameters, kLine);
  std::mt19937 random(7);
  std::map<uint64_t, uint64_t> in_flight;
  uint64_t token = 0;
  uint64_t oldest = 0;
  for (uint64_t cycle = 0; cycle < 200'000; ++cycle) {
    const uint32_t address = static_cast<uint32_t>(random() % 64) * parameters.row_bytes / 4;
    if (dram.accepts(address)) {
      dram.start(token, address, random() % 3 == 0);
      in_flight[token++] = cycle;
    }
    dram.clock();
    for (const uint64_t done : dram.finished()) {
      ASSERT_EQ(in_flight.count(done), 1U);
      oldest = std::max(oldest, cycle - in_flight[done]);
      in_flight.erase(done);
    }
  }
  EXPECT_GT(token, 5'000U);
  EXPECT_LE(in_flight.size(), parameters.queue + 40U);
  // The queue and the requests that may pass, each a full row cycle, and a refresh.
  EXPECT_LT(oldest, (parameters.queue + DramTiming::kMaxBypass) * 80U + 2 * parameters.refresh);
}

TEST(DramTiming, UnknownPart) { EXPECT_THROW(DramParameters::named("ddr9"), RtlOptionsError); }

}  // namespace
}  // namespace heddle::harness
