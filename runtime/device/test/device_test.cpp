// The kernel API, the start code and the device library, run on the golden model.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "device_args.h"
#include "heddle/driver/device.h"

namespace heddle {
namespace {

using driver::Device;
using driver::DeviceError;
using driver::Size3;

// Parameters: configuration, and laid_out or plain: the programs with clang's own order of blocks. CMake built them
// into HEDDLE_TEST_PROGRAMS.
class DeviceTest : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  DeviceTest()
      : device_(Device::open(options())),
        lanes_(device_.shape().lanes),
        threads_(std::min(device_.shape().threads(), 64u)) {}

  driver::DeviceOptions options() {
    driver::DeviceOptions result;
    result.backend = driver::BackendKind::kModel;
    result.configuration = std::get<0>(GetParam());
    result.output = [this](std::string_view text) { output_ += text; };
    return result;
  }

  void load(const std::string& program) {
    device_.load(std::string(HEDDLE_TEST_PROGRAMS) + "/" + std::get<1>(GetParam()) + "/" + program + ".elf");
  }

  // Runs a kernel; afterwards out_ has WORDS words per work-item, shared_ 256.
  void run(const std::string& kernel, Size3 grid, Size3 workgroup, driver::LaunchOptions launch = {}) {
    const size_t items = size_t{1} * grid[0] * grid[1] * grid[2] * workgroup[0] * workgroup[1] * workgroup[2];
    if (out_.size() != items * WORDS) out_.assign(items * WORDS, 0);
    shared_.resize(256);
    const uint32_t out = device_.upload(out_), shared = device_.upload(shared_);
    if (launch.private_bytes == 4096) launch.private_bytes = 8192;
    device_.run(kernel, grid, workgroup, test_args{n_, out, shared}, launch);
    out_ = device_.read<uint32_t>(out, out_.size());
    shared_ = device_.read<uint32_t>(shared, shared_.size());
  }

  uint32_t out(size_t item, size_t word = 0) const { return out_.at(item * WORDS + word); }
  size_t items() const { return out_.size() / WORDS; }
  // Lanes that exist in the warp of a work-item.
  uint32_t warp_mask(uint32_t local) const {
    const uint32_t count = std::min(lanes_, threads_ - local / lanes_ * lanes_);
    return count == 32 ? ~0u : (1u << count) - 1;
  }

  std::string output_;
  Device device_;
  uint32_t lanes_, threads_;
  uint32_t n_ = 0;
  std::vector<uint32_t> out_, shared_;
};

INSTANTIATE_TEST_SUITE_P(Configurations, DeviceTest,
                         testing::Combine(testing::Values("nano", "edge", "base", "base:cores=1,warps=1,lanes=1",
                                                          "edge:lanes=32"),
                                          testing::Values("laid_out", "plain")),
                         [](const auto& info) {
                           std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST_P(DeviceTest, Ids) {
  load("api");
  const Size3 grid{2, 3, 2};
  const Size3 local = threads_ >= 6 ? Size3{3, 2, 1} : Size3{1, 1, 1};
  const uint32_t size = local[0] * local[1] * local[2];
  run("ids", grid, local);
  for (uint32_t item = 0; item < items(); item++) {
    const uint32_t l = item % size, g = item / size;
    const Size3 local_id{l % local[0], l / local[0] % local[1], l / local[0] / local[1]};
    const Size3 group_id{g % grid[0], g / grid[0] % grid[1], g / grid[0] / grid[1]};
    for (unsigned d = 0; d < 3; d++) {
      EXPECT_EQ(out(item, d * 6 + 0), local_id[d]);
      EXPECT_EQ(out(item, d * 6 + 1), group_id[d]);
      EXPECT_EQ(out(item, d * 6 + 2), local[d]);
      EXPECT_EQ(out(item, d * 6 + 3), grid[d]);
      EXPECT_EQ(out(item, d * 6 + 4), group_id[d] * local[d] + local_id[d]);
      EXPECT_EQ(out(item, d * 6 + 5), grid[d] * local[d]);
    }
    EXPECT_EQ(out(item, 18), 1u);
    EXPECT_EQ(out(item, 19), l % lanes_);
    EXPECT_EQ(out(item, 20), l / lanes_);
    const uint32_t count = std::min(lanes_, size - l / lanes_ * lanes_);
    EXPECT_EQ(out(item, 21), count == 32 ? ~0u : (1u << count) - 1);
    EXPECT_EQ(out(item, 22), 8192u);
  }
}

TEST_P(DeviceTest, Barrier) {
  load("api");
  run("barrier", {3, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 6 * threads_ * (threads_ - 1) / 2) << item;
}

TEST_P(DeviceTest, BarrierInDivergentCodeWithExits) {
  load("api");
  run("odd_barrier", {2, 1, 1}, {threads_, 1, 1});
  for (uint32_t item = 0; item < items(); item++) {
    const uint32_t id = item % threads_;
    if (id % 4 == 3) {
      EXPECT_EQ(out(item), 0u);
      continue;
    }
    const uint32_t other = (id + 1) % 4 == 3 ? id : (id + 1) % threads_;
    EXPECT_EQ(out(item), other + 100) << item;
  }
}

TEST_P(DeviceTest, Votes) {
  load("api");
  run("votes", {1, 1, 1}, {threads_, 1, 1});
  for (uint32_t item = 0; item < items(); item++) {
    const uint32_t mask = warp_mask(item), lane = item % lanes_;
    EXPECT_EQ(out(item, 0), mask);
    EXPECT_EQ(out(item, 1), mask & 0xAAAAAAAAu);
    EXPECT_EQ(out(item, 2), 1u + 4u);
    uint32_t thirds = 0;
    for (uint32_t l = 0; l < 32; l += 3) thirds |= 1u << l;
    EXPECT_EQ(out(item, 3), mask & thirds);
    EXPECT_EQ(out(item, 4), 1u);
    EXPECT_EQ(out(item, 5), mask & (lane & 1 ? 0x88888888u : 0x50505050u));
  }
}

TEST_P(DeviceTest, Shuffles) {
  load("api");
  run("shuffles", {1, 1, 1}, {threads_, 1, 1});
  for (uint32_t item = 0; item < items(); item++) {
    const uint32_t mask = warp_mask(item), lane = item % lanes_;
    const auto from = [&](uint32_t other) { return (other < 32 && mask >> other & 1 ? other : lane) * 10 + 1; };
    const uint32_t want[] = {from(0),        from(1000),     from(lane - 1),
                             from(lane + 2), from(lane ^ 1), from((lane + 1) % lanes_),
                             from(lane - 2), from(lane + 1), from(lane ^ 3)};
    for (size_t i = 0; i < std::size(want); i++) EXPECT_EQ(out(item, i), want[i]) << item << " " << i;
  }
}

TEST_P(DeviceTest, Atomics) {
  load("api");
  shared_.assign(256, 0);
  shared_[3] = ~0u;
  shared_[6] = ~0u;
  shared_[7] = static_cast<uint32_t>(-1000000);
  run("atomics", {4, 1, 1}, {threads_, 1, 1});
  const uint32_t n = 4 * threads_;
  const uint32_t bits = n >= 32 ? ~0u : (1u << n) - 1;
  uint32_t parity = 0;
  for (uint32_t i = 0; i < n; i++) parity ^= i;
  EXPECT_EQ(shared_[0], n);
  EXPECT_EQ(shared_[1], 0u - 2 * n);
  EXPECT_EQ(shared_[2], bits);
  EXPECT_EQ(shared_[3], ~bits);
  EXPECT_EQ(shared_[4], parity);
  EXPECT_EQ(shared_[5], (n - 1) | 0x80000000u);
  EXPECT_EQ(shared_[6], 5u);
  EXPECT_EQ(shared_[7], static_cast<uint32_t>(-3));
  EXPECT_EQ(shared_[8], 0u - (n - 1));
  EXPECT_EQ(shared_[9], 3 * n);
  EXPECT_EQ(shared_[10], (n & 0xFF) << 8);
  EXPECT_EQ(shared_[11], (2 * n & 0xFFFF) << 16);
  std::vector<bool> ticket(n), handed(n + 1);
  handed.at(shared_[12]) = true;
  for (size_t item = 0; item < items(); item++) {
    EXPECT_FALSE(ticket.at(out(item, 0)));
    ticket[out(item, 0)] = true;
    EXPECT_FALSE(handed.at(out(item, 1)));
    handed[out(item, 1)] = true;
  }
}

TEST_P(DeviceTest, LockTakenByEveryLane) {
  load("api");
  run("lock", {2, 1, 1}, {threads_, 1, 1});
  EXPECT_EQ(shared_[1], 2 * 3 * threads_);
}

TEST_P(DeviceTest, Time) {
  load("api");
  run("time", {1, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1u);
}

TEST_P(DeviceTest, ExitFromTheDepths) {
  load("api");
  run("exits", {2, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) {
    EXPECT_EQ(out(item, 0), 5u);
    EXPECT_EQ(out(item, 1), 0u);
  }
}

TEST_P(DeviceTest, DynamicScratchpad) {
  load("api");
  run("dynamic_scratchpad", {2, 1, 1}, {threads_, 1, 1},
      {.private_bytes = 8192, .extra_scratch_bytes = 4 * threads_, .timeout = 0});
  for (uint32_t item = 0; item < items(); item++) {
    EXPECT_EQ(out(item, 0), (item % threads_ + 1) % threads_ * 3);
    EXPECT_GE(out(item, 1), 4096 + 4 * threads_);
  }
}

TEST_P(DeviceTest, ThreadLocalVariables) {
  load("libc");
  for (int repeat = 0; repeat < 2; repeat++) {  // they start anew in every launch
    run("thread_local_variables", {2, 1, 1}, {threads_, 1, 1});
    for (uint32_t item = 0; item < items(); item++) {
      const uint32_t lane = item % threads_ % lanes_;
      EXPECT_EQ(out(item, 0), 41 + lane % 5);
      EXPECT_EQ(out(item, 1), lane % 5);
      EXPECT_EQ(out(item, 2), lane & 1 ? 34u : 0u);  // ERANGE
      EXPECT_EQ(out(item, 3), uint32_t{'b'});
      EXPECT_EQ(out(item, 4), 2u);
      EXPECT_EQ(out(item, 5), 0u);
    }
  }
}

TEST_P(DeviceTest, Prints) {
  load("libc");
  const uint32_t n = std::min(threads_, 8u);
  for (int repeat = 0; repeat < 2; repeat++) {
    output_.clear();
    run("prints", {1, 1, 1}, {n, 1, 1});
    for (uint32_t id = 0; id < n; id++) {
      char line[100];
      std::snprintf(line, sizeof line, "item %u of test: %05.2f %lld\n", id, id * 0.25, id * 10000000000ll);
      EXPECT_NE(output_.find(line), std::string::npos) << output_;
    }
    if (n > 3) {
      EXPECT_NE(output_.find("no newline"), std::string::npos);
      EXPECT_NE(output_.find("!"), std::string::npos);
    }
  }
}

TEST_P(DeviceTest, PrintsMoreThanThereIsRoomFor) {
  load("libc");
  run("print_much", {(40 + threads_ - 1) / threads_, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1u);
  EXPECT_GE(output_.size(), 65536u);
  EXPECT_LT(output_.size(), 66000u);
  // Lines stay whole up to where the room ends.
  for (size_t begin = 0; begin + 100 <= 65500; begin += 100) {
    EXPECT_EQ(output_[begin + 99], '\n');
    EXPECT_EQ(output_.substr(begin, 99), std::string(99, output_[begin]));
  }
}

TEST_P(DeviceTest, Allocates) {
  load("libc");
  run("allocates", {2, 1, 1}, {std::min(threads_, 16u), 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1u);
}

TEST_P(DeviceTest, Sorts) {
  load("libc");
  run("sorts", {1, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1u);
}

TEST_P(DeviceTest, Divides) {
  load("libc");
  std::mt19937_64 random(3);
  out_.resize(20 * threads_ * WORDS);
  const auto operand = [&]() -> uint64_t {
    const uint64_t bits = random() >> random() % 64;
    switch (random() % 4) {
      case 0: return ~bits;
      case 1: return bits << random() % 32;
      default: return bits;
    }
  };
  std::vector<std::pair<uint64_t, uint64_t>> operands;
  for (size_t item = 0; item < items(); item++) {
    const uint64_t a = operand(), b = std::max<uint64_t>(operand(), 1);
    operands.emplace_back(a, b == ~uint64_t{0} ? 3 : b);
    out_[item * WORDS] = static_cast<uint32_t>(operands[item].first >> 32);
    out_[item * WORDS + 1] = static_cast<uint32_t>(operands[item].first);
    out_[item * WORDS + 2] = static_cast<uint32_t>(operands[item].second >> 32);
    out_[item * WORDS + 3] = static_cast<uint32_t>(operands[item].second);
  }
  run("divides", {20, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) {
    const auto [a, b] = operands[item];
    const auto result = [&](size_t i) { return out(item, 4 + 2 * i) | uint64_t{out(item, 5 + 2 * i)} << 32; };
    EXPECT_EQ(result(0), a / b) << a << " " << b;
    EXPECT_EQ(result(1), a % b) << a << " " << b;
    EXPECT_EQ(static_cast<int64_t>(result(2)), static_cast<int64_t>(a) / static_cast<int64_t>(b)) << a << " " << b;
    EXPECT_EQ(static_cast<int64_t>(result(3)), static_cast<int64_t>(a) % static_cast<int64_t>(b)) << a << " " << b;
  }
}

TEST_P(DeviceTest, MemoryAndStrings) {
  load("libc");
  run("memory", {4, 1, 1}, {threads_, 1, 1});
  for (size_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1u) << item;
}

TEST_P(DeviceTest, FloatingPointInSoftware) {
  load("libc");
  run("floats", {1, 1, 1}, {threads_, 1, 1});
  for (uint32_t item = 0; item < items(); item++) {
    const double x = item * 0.37 + 1.0;
    const double y = std::bit_cast<double>(out(item, 0) | uint64_t{out(item, 1)} << 32);
    EXPECT_NEAR(y, std::sqrt(x) * std::sin(x) + std::pow(x, 1.5), 1e-12 * std::abs(y));
    const float f = std::bit_cast<float>(out(item, 2));
    EXPECT_NEAR(f, std::sin(static_cast<float>(item)) + std::log(static_cast<float>(item) + 1.0f), 1e-5);
  }
}

TEST_P(DeviceTest, LongJumps) {
  load("libc");
  run("jumps", {2, 1, 1}, {threads_, 1, 1});
  for (uint32_t item = 0; item < items(); item++) EXPECT_EQ(out(item), 1 + item % threads_ % lanes_ % 3);
}

TEST_P(DeviceTest, AssertFaultsOnItsLine) {
  load("libc");
  n_ = threads_ - 1;
  std::string report;
  try {
    run("asserts", {1, 1, 1}, {threads_, 1, 1});
    FAIL();
  } catch (const DeviceError& error) {
    report = error.what();
  }
  EXPECT_NE(report.find("asserts"), std::string::npos) << report;
  const size_t line = output_.find("libc.c:");
  ASSERT_NE(line, std::string::npos) << output_;
  EXPECT_NE(report.find(output_.substr(line, output_.find(':', line + 8) - line)), std::string::npos) << report;
  EXPECT_NE(output_.find("assertion failed: hd_global_id(0) != args->t.n (group 0,0,0, work-item " +
                         std::to_string(n_) + ")"),
            std::string::npos)
      << output_;
  run("sorts", {1, 1, 1}, {threads_, 1, 1});  // and the device goes on
  EXPECT_EQ(out(0), 1u);
}

TEST_P(DeviceTest, AbortIsAFault) {
  load("libc");
  EXPECT_THROW(run("aborts", {1, 1, 1}, {threads_, 1, 1}), DeviceError);
  n_ = 1000;
  run("aborts", {1, 1, 1}, {threads_, 1, 1});
}

TEST_P(DeviceTest, Cxx) {
  load("cxx");
  run("cxx", {2, 1, 1}, {std::min(threads_, 16u), 1, 1});
  for (uint32_t item = 0; item < items(); item++) {
    EXPECT_EQ(out(item, 0), item * item * (item % 2 ? 3 : 1));
    EXPECT_EQ(out(item, 1), 5u);
    EXPECT_EQ(out(item, 2), (item * item + 2) * item + 3);
  }
  EXPECT_EQ(out(0, 3), 1u);
}

}  // namespace
}  // namespace heddle
