#include <fmt/format.h>

#include <algorithm>

#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/generated/configuration.h"
#include "heddle/generated/registers.h"
#include "heddle/host/host_port.h"
#include "heddle/management/device.h"
#include "heddle/model/machine.h"
#include "heddle/reconvergence/stack_reference.h"
#include "heddle/uniformity/uniform_counter.h"
#include "heddle_boot_rom.h"
#include "host_port_backend.h"
#include "store_watch.h"

namespace heddle::driver {
namespace {

/// A launch longer than this has no stack reference: seconds of simulation, so that one that never ends does not hold
/// up the run.
constexpr uint64_t kStackSlots = 100'000'000;

class BusMemory final : public host::HostMemory {
 public:
  explicit BusMemory(HostBus& bus) : bus_(bus) {}
  bool read(uint64_t address, std::span<uint8_t> out) override {
    return bus_.read(address, std::as_writable_bytes(out));
  }
  bool write(uint64_t address, std::span<const uint8_t> in) override { return bus_.write(address, std::as_bytes(in)); }

 private:
  HostBus& bus_;
};

class ModelBackend final : public HostPortBackend {
 public:
  explicit ModelBackend(const BackendOptions& options)
      : machine_(model::Shape::of(Configuration::parse(options.configuration))) {
    const Configuration configuration = Configuration::parse(options.configuration);
    if (configuration.host_dma != 0) {
      port_.emplace(configuration.host_pins, configuration.line_bytes / configuration.memory_beats, bus_memory_,
                    machine_.memory().device());
    }
    if (configuration.management != 0) {
      management_ = std::make_unique<management::Device>(configuration.mgmt_sram_bytes, boot_rom(), machine_,
                                                         port_ ? &*port_ : nullptr);
    }
    machine_.set_host_threads(options.host_threads);
    if (options.engine_delays) machine_.set_engine_delays(options.seed != 0 ? options.seed : ~uint64_t{0});
    if (options.stack_reference) stack_reference_.emplace();
    if (options.value_patterns) {
      uniform_counter_.emplace();
      machine_.set_runner(&*uniform_counter_);
    }
    if (options.watch_address) {
      watch_.emplace(*options.watch_address);
      machine_.set_runner(&*watch_);
    }
    if (port_) open_host_port();
  }

  uint32_t read_register(uint32_t offset) override {
    const auto value = is_management(offset) ? management_->host_load(offset)
                       : is_port(offset)     ? port_->load(offset)
                                             : machine_.read_register(offset);
    if (!value)
      throw DeviceError(ErrorKind::kRejected, fmt::format("the device refuses to read register {:#05x}", offset));
    return *value;
  }
  void write_register(uint32_t offset, uint32_t value) override {
    if (is_management(offset)) {
      if (management_->host_store(offset, value)) return;
      throw DeviceError(ErrorKind::kRejected, fmt::format("the device refuses to write register {:#05x}", offset));
    }
    if (stack_reference_ && offset == regs::kControl && regs::control::kStart.get(value) != 0) compare_with_stack();
    const bool taken = is_port(offset) ? port_->store(host::HostPort::Side::kHost, offset, value)
                                       : machine_.write_register(offset, value);
    if (!taken) {
      throw DeviceError(ErrorKind::kRejected, fmt::format("the device refuses to write register {:#05x}", offset));
    }
    update_port();
  }
  void read_straight(uint32_t address, std::span<std::byte> bytes) override {
    machine_.read_memory(address, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  }
  void write_straight(uint32_t address, std::span<const std::byte> bytes) override {
    machine_.write_memory(address, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  }
  void read_aperture(uint32_t offset, std::span<std::byte> bytes) override {
    if (!port_->aperture_read(offset, {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()})) {
      throw DeviceError(ErrorKind::kRejected, fmt::format("the device refuses a read through BAR2 at {:#08x}", offset));
    }
  }
  void write_aperture(uint32_t offset, std::span<const std::byte> bytes) override {
    if (!port_->aperture_write(offset, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()})) {
      throw DeviceError(ErrorKind::kRejected,
                        fmt::format("the device refuses a write through BAR2 at {:#08x}", offset));
    }
  }
  uint64_t advance(uint64_t cycles) override {
    const uint64_t passed = pass(cycles);
    cycle_ += passed;
    return passed;
  }
  uint64_t cycle() const override { return cycle_; }
  std::vector<WatchEvent> take_watch_events() override { return watch_ ? watch_->take() : std::vector<WatchEvent>{}; }

  std::optional<LanePosition> running_lane() const override {
    // A warp and a lane that run say more than those that wait for them.
    const model::Warp* found = nullptr;
    for (const model::Warp& warp : machine_.warps()) {
      if (!warp.ended() && (found == nullptr || (found->run == 0 && warp.run != 0))) found = &warp;
    }
    if (found == nullptr) return std::nullopt;
    return position_of(*found, model::first_lane(found->run != 0 ? found->run : found->live()));
  }
  std::optional<LanePosition> lane_position(unsigned core, unsigned warp, unsigned lane) const override {
    for (const model::Warp& candidate : machine_.warps()) {
      if (candidate.identity.core != core || candidate.identity.slot != warp) continue;
      if ((candidate.live() >> lane & 1) != 0) return position_of(candidate, lane);
    }
    return std::nullopt;
  }

  std::optional<StackReference> stack_reference() const override { return stack_reference_; }

  std::vector<ValuePatterns> value_patterns() const override {
    std::vector<ValuePatterns> rows;
    if (!uniform_counter_) return rows;
    for (unsigned kind = 0; kind < uniformity::kKinds; ++kind) {
      const uniformity::Counts& counts = uniform_counter_->counts(static_cast<uniformity::Kind>(kind));
      rows.push_back({uniformity::kKindNames[kind], counts.instructions, counts.uniform, counts.affine});
    }
    return rows;
  }

 private:
  uint64_t pass(uint64_t cycles) {
    if (management_) return management_->advance(cycles);
    if (port_) port_->advance(cycles);
    update_port();
    if (!watch_) return machine_.advance(cycles);
    uint64_t used = 0;
    while (used < cycles && watch_->empty()) {
      const uint64_t ran = machine_.advance(std::min(model::Machine::kRoundCycles, cycles - used));
      if (ran == 0) break;
      used += ran;
    }
    return used;
  }

  static LanePosition position_of(const model::Warp& warp, unsigned lane) {
    const model::WarpIdentity& identity = warp.identity;
    return {warp.pc[lane], identity.group_id, identity.local_base + lane, lane, identity.slot, identity.core};
  }
  /// Runs the launch that is about to start under both rules, aside.
  void compare_with_stack() {
    const reconvergence::StackReferenceResult result = reconvergence::run_stack_reference(machine_, kStackSlots);
    if (!result.ok() && stack_reference_->problem.empty()) stack_reference_->problem = result.problem;
    stack_reference_->heddle_slots += result.heddle_slots;
    stack_reference_->stack_slots += result.stack_slots;
  }

  bool is_port(uint32_t address) const { return port_ && host::HostPort::has(address); }
  void update_port() {
    if (management_) {
      management_->update_sources();
    } else if (port_) {
      port_->update(machine_.interrupt(), false);
    }
  }
  bool is_management(uint32_t address) const { return management_ && address >= management::Device::kBusBase; }

  // Those that look at it outlive machine_.
  std::optional<StoreWatch> watch_;
  std::optional<uniformity::UniformCounter> uniform_counter_;
  model::Machine machine_;
  BusMemory bus_memory_{bus()};
  std::optional<host::HostPort> port_;              // empty: none in this configuration
  std::unique_ptr<management::Device> management_;  // null: none in this configuration
  std::optional<StackReference> stack_reference_;
  uint64_t cycle_ = 0;
};

}  // namespace

std::unique_ptr<Backend> open_model(const BackendOptions& options) {
  if (!options.trace.empty()) {
    throw DeviceError(ErrorKind::kUnavailable, "the golden model has no waveforms; use the rtl back end for --trace");
  }
  if (options.host_threads == 0) {
    throw DeviceError(ErrorKind::kInvalidArgument, "the golden model needs a thread of the host: host_threads is 0");
  }
  return std::make_unique<ModelBackend>(options);
}

}  // namespace heddle::driver
