#include <dlfcn.h>
#include <fmt/format.h>

#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/generated/configuration.h"
#include "heddle/harness/rtl_device.h"
#include "host_port_backend.h"

namespace heddle::driver {
namespace {

/// Keeps the shared object loaded for as long as the device lives.
class Library {
 public:
  explicit Library(const std::filesystem::path& file) : handle_(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
      throw DeviceError(ErrorKind::kUnavailable, fmt::format("RTL library cannot be loaded: {}", dlerror()));
    }
  }
  ~Library() { dlclose(handle_); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  template <typename Function>
  Function* function(const char* name) const {
    void* symbol = dlsym(handle_, name);
    if (symbol == nullptr) throw DeviceError(ErrorKind::kUnavailable, fmt::format("RTL library lacks {}", name));
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  void* handle_;
};

LanePosition position_of(const harness::RunningLane& lane) {
  return {lane.pc, lane.group, lane.local_linear, lane.lane, lane.warp, lane.core};
}

/// Runs a call into the library and turns its errors into the driver's.
template <typename Call>
auto guarded(const Call& call) {
  try {
    return call();
  } catch (const harness::MemoryRangeError& error) {
    throw DeviceError(ErrorKind::kInvalidArgument, error.what());
  } catch (const harness::RegisterAccessError& error) {
    throw DeviceError(ErrorKind::kRejected, error.what());
  } catch (const harness::ApertureError& error) {
    throw DeviceError(ErrorKind::kRejected, error.what());
  } catch (const harness::RtlError& error) {
    throw DeviceError(ErrorKind::kDeviceLost, error.what());
  }
}

/// What the device finds as bus master.
class BusSide final : public harness::HostSide {
 public:
  explicit BusSide(HostBus& bus) : bus_(bus) {}
  bool read(uint64_t address, std::span<std::byte> out) override { return bus_.read(address, out); }
  bool write(uint64_t address, std::span<const std::byte> in) override { return bus_.write(address, in); }

 private:
  HostBus& bus_;
};

class RtlBackend final : public HostPortBackend {
 public:
  explicit RtlBackend(const BackendOptions& options)
      : library_(options.rtl_library / "libheddle_rtl.so"), lockstep_(options.lockstep) {
    const auto& description = *library_.function<harness::RtlDescribeFunction>(harness::kRtlDescribeSymbol)();
    if (description.interface_version != harness::kRtlInterface) {
      throw DeviceError(ErrorKind::kUnavailable,
                        fmt::format("RTL library has interface {}, the driver needs {}; build it again",
                                    description.interface_version, harness::kRtlInterface));
    }
    if (!options.trace.empty() && !description.tracing) {
      throw DeviceError(ErrorKind::kUnavailable,
                        "this RTL library was built without waveforms; use the tracing build of this configuration");
    }
    harness::RtlOptions rtl;
    rtl.configuration = Configuration::parse(options.configuration).canonical();
    rtl.lockstep = options.lockstep;
    rtl.seed = options.seed;
    rtl.memory_latency = options.memory_latency;
    rtl.memory_bandwidth = options.memory_bandwidth;
    rtl.memory_kind = options.memory_kind;
    rtl.random_stalls = options.random_stalls;
    rtl.trace_path = options.trace.string();
    rtl.watch_address = options.watch_address;
    rtl.replay = options.replay;
    try {
      device_.reset(library_.function<harness::RtlOpenFunction>(harness::kRtlOpenSymbol)(rtl));
    } catch (const harness::RtlError& error) {
      throw DeviceError(ErrorKind::kUnavailable, error.what());
    }
    // After reset the device clears its scratchpad, a row of all banks a cycle: no launch is to be measured with that.
    const Configuration shape = Configuration::parse(options.configuration);
    (void)device_->advance(shape.scratchpad_bytes / 4 / shape.lanes);
    if (shape.host_dma != 0) {
      device_->connect_host(&side_);
      open_host_port();
    }
  }

  uint32_t read_register(uint32_t offset) override {
    return guarded([&] { return device_->read_register(offset); });
  }
  void write_register(uint32_t offset, uint32_t value) override {
    guarded([&] { device_->write_register(offset, value); });
  }
  void read_straight(uint32_t address, std::span<std::byte> bytes) override {
    guarded([&] { device_->read_memory(address, bytes); });
  }
  void write_straight(uint32_t address, std::span<const std::byte> bytes) override {
    guarded([&] { device_->write_memory(address, bytes); });
  }
  void read_aperture(uint32_t offset, std::span<std::byte> bytes) override {
    guarded([&] { device_->read_aperture(offset, bytes); });
  }
  void write_aperture(uint32_t offset, std::span<const std::byte> bytes) override {
    guarded([&] { device_->write_aperture(offset, bytes); });
  }
  uint64_t advance(uint64_t cycles) override {
    return guarded([&] { return device_->advance(cycles); });
  }
  uint64_t cycle() const override { return device_->statistics().cycles; }
  std::vector<WatchEvent> take_watch_events() override {
    std::vector<WatchEvent> events;
    for (const harness::WatchEvent& event : device_->take_watch_events()) {
      events.push_back({event.core, event.warp, event.lane, event.exits, event.value});
    }
    return events;
  }
  LockstepStatistics lockstep() const override {
    const harness::RtlStatistics statistics = device_->statistics();
    LockstepStatistics result{.enabled = lockstep_,
                              .compared = statistics.lockstep_compared,
                              .management = statistics.management_compared,
                              .management_copied = statistics.management_copied,
                              .management_pc = statistics.management_pc,
                              .copied = {}};
    for (const harness::CopiedCount& copied : statistics.copied) result.copied.emplace_back(copied.kind, copied.count);
    return result;
  }
  std::optional<std::string> mismatch() const override { return device_->mismatch(); }
  std::optional<LanePosition> running_lane() const override {
    const auto lane = device_->running_lane();
    if (!lane) return std::nullopt;
    return position_of(*lane);
  }
  std::optional<LanePosition> lane_position(unsigned core, unsigned warp, unsigned lane) const override {
    const auto position = device_->lane_position(core, warp, lane);
    if (!position) return std::nullopt;
    return position_of(*position);
  }
  std::optional<PendingRequest> oldest_request() const override {
    const auto request = device_->oldest_request();
    if (!request) return std::nullopt;
    PendingRequest result{request->text, request->address, std::nullopt};
    if (request->lane) result.lane = position_of(*request->lane);
    return result;
  }
  std::optional<MemoryStatistics> memory() const override {
    const harness::RtlStatistics statistics = device_->statistics();
    return MemoryStatistics{statistics.memory_reads, statistics.memory_writes, statistics.memory_peak};
  }

 private:
  Library library_;  // outlives device_, as the next does
  BusSide side_{bus()};
  std::unique_ptr<harness::RtlDevice> device_;
  bool lockstep_;
};

}  // namespace

std::unique_ptr<Backend> open_rtl(const BackendOptions& options) {
  if (options.rtl_library.empty()) {
    throw DeviceError(ErrorKind::kUnavailable,
                      "the rtl back end needs the RTL library of a configuration: start the program with 'heddle run', "
                      "which builds it, or give its directory");
  }
  if (options.stack_reference) {
    throw DeviceError(ErrorKind::kUnavailable,
                      "the post-dominator stack is computed in the model: use the model back end");
  }
  if (options.host_threads != 1) {
    throw DeviceError(ErrorKind::kUnavailable, "the RTL is simulated on one thread: host_threads are the model's");
  }
  if (options.value_patterns) {
    throw DeviceError(ErrorKind::kUnavailable,
                      "uniform and affine values are counted in the model: use the model back end");
  }
  return std::make_unique<RtlBackend>(options);
}

}  // namespace heddle::driver
