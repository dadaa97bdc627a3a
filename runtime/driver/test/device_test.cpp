// The device on the golden model: memory, launches, output, refusals.
#include "heddle/driver/device.h"

#include <gtest/gtest.h>

#include <numeric>

#include "expect_error.h"
#include "kernel_args.h"

namespace heddle::driver {
namespace {

class DeviceTest : public testing::Test {
 protected:
  static DeviceOptions options(const std::string& configuration = "edge") {
    DeviceOptions options;
    options.configuration = configuration;
    return options;
  }
  void open(const std::string& configuration) {
    DeviceOptions with_output = options(configuration);
    with_output.output = [this](std::string_view text) { printed_ += text; };
    device_.emplace(Device::open(with_output));
    device_->load(HEDDLE_TEST_KERNEL);
  }
  void SetUp() override { open("edge"); }
  Device& device() { return *device_; }

  std::optional<Device> device_;
  std::string printed_;
};

TEST_F(DeviceTest, ReadsItsShape) {
  const DeviceShape& shape = device().shape();
  EXPECT_EQ(shape.cores, 1U);
  EXPECT_EQ(shape.warps, 8U);
  EXPECT_EQ(shape.lanes, 8U);
  EXPECT_EQ(shape.regions, 16U);
  EXPECT_EQ(shape.scratchpad_bytes, 32768U);
  EXPECT_EQ(shape.line_bytes, 64U);
}

TEST_F(DeviceTest, ReachesMemoryThroughTheHostPort) {
  open("nano:host_dma=1");
  std::vector<uint32_t> values(5000);
  std::iota(values.begin(), values.end(), 7U);
  const uint32_t data = device().upload(values, "data");
  device().run("fill", {1, 1, 1}, {8, 1, 1}, kernel_args{data, 40});
  std::iota(values.begin(), values.begin() + 8, 40U);
  EXPECT_EQ(device().read<uint32_t>(data, 5000), values);
}

TEST_F(DeviceTest, UnknownConfigurationIsRefused) {
  expect_error(ErrorKind::kUnavailable, "unknown configuration 'huge'", [] { Device::open(options("huge")); });
  expect_error(ErrorKind::kUnavailable, "lanes is 3, not a power of two",
               [] { Device::open(options("edge:lanes=3")); });
}

TEST_F(DeviceTest, RtlLibraryThatIsMissingIsNamed) {
  DeviceOptions rtl = options();
  rtl.backend = BackendKind::kRtl;
  rtl.rtl_library = "/nowhere";
  expect_error(ErrorKind::kUnavailable, "/nowhere/libheddle_rtl.so", [&] { Device::open(rtl); });
}

TEST_F(DeviceTest, ModelHasNoWaveforms) {
  DeviceOptions trace = options();
  trace.trace = "x.fst";
  expect_error(ErrorKind::kUnavailable, "waveforms", [&] { Device::open(trace); });
}

TEST_F(DeviceTest, RunsAKernelOverTheWholeGrid) {
  std::vector<uint32_t> expected(5 * 24);
  std::iota(expected.begin(), expected.end(), 100);
  const kernel_args args{device().allocate(expected.size() * 4, "data"), 100};
  const LaunchStatistics statistics = device().run("fill", {5, 1, 1}, {24, 1, 1}, args);
  EXPECT_EQ(device().read<uint32_t>(args.data, expected.size()), expected);
  EXPECT_GT(statistics.cycles, 0U);
  EXPECT_GT(statistics.warp_instrs, 5U * 3);
  EXPECT_EQ(statistics.lane_instrs, statistics.warp_instrs * 8) << "no lane is ever idle in this kernel";
}

TEST_F(DeviceTest, GridsAndWorkgroupsHaveThreeDimensions) {
  const Size3 grid{2, 3, 2}, workgroup{4, 2, 3};
  const kernel_args args{device().allocate(12 * 24 * 4, "data"), 0};
  device().run("identity", grid, workgroup, args);
  const auto got = device().read<uint32_t>(args.data, 12 * 24);
  size_t at = 0;
  for (uint32_t gz = 0; gz < 2; ++gz) {
    for (uint32_t gy = 0; gy < 3; ++gy) {
      for (uint32_t gx = 0; gx < 2; ++gx) {
        for (uint32_t item = 0; item < 24; ++item, ++at) {
          ASSERT_EQ(got[at], gx | gy << 4 | gz << 8 | item % 4 << 12 | item / 4 % 2 << 16 | item / 8 << 20) << at;
        }
      }
    }
  }
}

TEST_F(DeviceTest, EveryWorkItemRunsOnceInEveryShape) {
  for (const char* configuration : {"nano", "edge:warps=1,lanes=1", "base:cores=4,warps=3,lanes=32"}) {
    open(configuration);
    const kernel_args args{device().upload(std::vector<uint32_t>{0}, "count"), 0};
    const uint32_t group = device().shape().threads();
    device().run("count", {7, 1, 1}, {group, 1, 1}, args);
    EXPECT_EQ(device().read<uint32_t>(args.data, 1)[0], 7 * group) << configuration;
  }
}

TEST_F(DeviceTest, CopiesStayInsideOneAllocation) {
  const uint32_t a = device().allocate(64, "a");
  std::vector<uint32_t> words(17);
  expect_error(ErrorKind::kInvalidArgument, "write: 68 bytes", [&] { device().write(a, words); });
  expect_error(ErrorKind::kInvalidArgument, "read: 4 bytes", [&] { device().read<uint32_t>(a + 64, 1); });
  expect_error(ErrorKind::kInvalidArgument, "not all inside", [&] { device().read<uint32_t>(0x8000'0000, 1); });
  device().free(a);
  expect_error(ErrorKind::kInvalidArgument, "not all inside", [&] { device().read<uint32_t>(a, 1); });
}

TEST_F(DeviceTest, MemoryRunsOutWithAnError) {
  expect_error(ErrorKind::kOutOfMemory, "for 'big'", [&] { device().allocate(uint64_t{1} << 31, "big"); });
  expect_error(ErrorKind::kOutOfMemory, "private memory of the lanes",
               [&] { device().run("count", {1, 1, 1}, {1, 1, 1}, kernel_args{}, {.private_bytes = 16 << 20}); });
  const kernel_args args{device().upload(std::vector<uint32_t>{0}, "count"), 0};
  device().run("count", {1, 1, 1}, {1, 1, 1}, args);
  EXPECT_EQ(device().read<uint32_t>(args.data, 1)[0], 1U) << "a launch that failed for memory leaves nothing behind";
}

TEST_F(DeviceTest, ImpossibleLaunchesAreRefusedNamingTheLimit) {
  const Size3 one{1, 1, 1};
  const auto launch = [&](const char* kernel, Size3 grid, Size3 workgroup, const LaunchOptions& options = {}) {
    return [=, this] { device().launch(kernel, grid, workgroup, kernel_args{}, options); };
  };
  using enum ErrorKind;
  expect_error(kInvalidArgument, "no kernel 'fil'", launch("fil", one, one));
  expect_error(kInvalidArgument, "is empty", launch("fill", one, {0, 1, 1}));
  expect_error(kInvalidArgument, "is empty", launch("fill", {1, 1, 0}, one));
  expect_error(kInvalidArgument, "64 lanes (8 warps of 8)", launch("fill", one, {65, 1, 1}));
  expect_error(kInvalidArgument, "64 lanes (8 warps of 8)", launch("fill", one, {1U << 31, 1U << 31, 4}));
  expect_error(kInvalidArgument, "the device has 32768", launch("fill", one, one, {.extra_scratch_bytes = 32769}));
  expect_error(kInvalidArgument, "multiple of 4", launch("fill", one, one, {.private_bytes = 6}));
  expect_error(kInvalidArgument, "multiple of 4", launch("fill", one, one, {.private_bytes = 0}));
  EXPECT_FALSE(device().running());
  EXPECT_EQ(device().last_statistics().cycles, 0U) << "nothing ran";
}

TEST_F(DeviceTest, OneLaunchAtATime) {
  const kernel_args args{device().upload(std::vector<uint32_t>{0}, "data"), 0};
  expect_error(ErrorKind::kInvalidArgument, "no launch is running", [&] { device().wait(); });
  device().launch("count", {1, 1, 1}, {1, 1, 1}, args);
  EXPECT_TRUE(device().running());
  const char* busy = "kernel 'count' is still running";
  expect_error(ErrorKind::kInvalidArgument, busy, [&] { device().launch("count", {1, 1, 1}, {1, 1, 1}, args); });
  expect_error(ErrorKind::kInvalidArgument, busy, [&] { device().read<uint32_t>(args.data, 1); });
  expect_error(ErrorKind::kInvalidArgument, busy, [&] { device().free(args.data); });
  expect_error(ErrorKind::kInvalidArgument, busy, [&] { device().load(HEDDLE_TEST_KERNEL); });
  device().wait();
  EXPECT_EQ(device().read<uint32_t>(args.data, 1)[0], 1U);
}

TEST_F(DeviceTest, NoProgramNoLaunch) {
  Device empty = Device::open(options());
  expect_error(ErrorKind::kInvalidArgument, "no kernel program",
               [&] { empty.launch("fill", {1, 1, 1}, {1, 1, 1}, kernel_args{}); });
}

TEST_F(DeviceTest, PrintsWhatKernelsPrint) {
  device().run("print", {1, 1, 1}, {3, 1, 1}, kernel_args{0, 5});
  for (const char* line : {"item 0 says 5\n", "item 1 says 5\n", "item 2 says 5\n"}) {
    EXPECT_NE(printed_.find(line), std::string::npos) << printed_;
  }
  EXPECT_EQ(printed_.size(), 3 * std::string_view("item 0 says 5\n").size());
  printed_.clear();
  device().run("print", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 6});
  EXPECT_EQ(printed_, "item 0 says 6\n") << "the ring starts empty in every launch";
}

TEST_F(DeviceTest, SaysHowMuchOutputWasLost) {
  device().run("flood", {1, 1, 1}, {1, 1, 1}, kernel_args{0, 2000});
  EXPECT_NE(printed_.find("bytes lost"), std::string::npos);
  EXPECT_EQ(printed_.find('\0'), std::string::npos);
}

TEST_F(DeviceTest, GlobalsLastBetweenLaunchesAndStartAfreshAfterAFault) {
  const kernel_args args{device().upload(std::vector<uint32_t>{0}, "data"), 0};
  const auto launch = [&](uint32_t fault) {
    device().run("global_state", {1, 1, 1}, {1, 1, 1}, kernel_args{args.data, fault});
    return device().read<uint32_t>(args.data, 1)[0];
  };
  EXPECT_EQ(launch(0), 8U);
  EXPECT_EQ(launch(0), 9U);
  expect_error(ErrorKind::kFault, "breakpoint", [&] { launch(1); });
  EXPECT_EQ(launch(0), 8U);
}

}  // namespace
}  // namespace heddle::driver
