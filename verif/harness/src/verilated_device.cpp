#include "verilated_device.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/generated/registers.h"
#include "simulator_stop.h"

namespace heddle::harness {

namespace {

AxiMemory::Settings memory_settings(const Configuration& configuration, const RtlOptions& options) {
  AxiMemory::Settings settings{
      .beat_bytes = beat_bytes(configuration),
      .line_bytes = configuration.line_bytes,
      .latency = std::max(1U, options.memory_latency),
      .bandwidth = options.memory_bandwidth,
      .random = options.random_stalls,
      .dram = std::nullopt,
      .seed = options.seed,
      .uncached_id = configuration.memory_requests - 2 * configuration.management - 3 * configuration.host_dma};
  if (options.memory_kind != "fixed") settings.dram = DramParameters::named(options.memory_kind);
  return settings;
}

void add(lockstep::CheckerStatistics& sum, const lockstep::CheckerStatistics& more) {
  sum.compared += more.compared;
  sum.accesses += more.accesses;
  sum.copied_cycle += more.copied_cycle;
  sum.copied_bus_error += more.copied_bus_error;
  sum.copied_copy_race += more.copied_copy_race;
  sum.copied_fault_after += more.copied_fault_after;
}

class DramView final : public lockstep::RtlMemoryView {
 public:
  explicit DramView(const SparseMemory& memory) : memory_(memory) {}
  std::vector<uint32_t> pages() const override {
    static_assert(kPageBytes == SparseMemory::kPageBytes);
    std::vector<uint32_t> result;
    for (const uint32_t index : memory_.written_pages()) result.push_back(SparseMemory::kBase + index * kPageBytes);
    return result;
  }
  std::span<const std::byte> page(uint32_t address) const override {
    return *memory_.page((address - SparseMemory::kBase) / kPageBytes);
  }

 private:
  const SparseMemory& memory_;
};

}  // namespace

VerilatedDevice::VerilatedDevice(const RtlOptions& options)
    : configuration_(Configuration::parse(library_description().configuration)),
      options_(options),
      memory_(memory_settings(configuration_, options), dram_),
      port_(memory_),
      axi_checker_({.beat_bytes = beat_bytes(configuration_), .ids = configuration_.memory_requests}),
      registers_(configuration_.launches, LaunchRegisters(configuration_)),
      writes_(configuration_.launches),
      host_(options.random_stalls, options.seed),
      positions_(configuration_.cores, configuration_.warps) {
  check_options();
  make_checkers();
  sink_.positions = &positions_;
  sink_.writes = &writes_;
  sink_.outcomes.resize(configuration_.launches);
  sink_.requests = &requests_;
  if (options_.watch_address) sink_.watch.emplace(*options_.watch_address);
  sink_.lanes = configuration_.lanes;
  sink_.register_written = [this](uint32_t offset, uint32_t value) { management_wrote(offset, value); };
  memory_.observe_uncached([this](uint32_t address, std::byte value) {
    const auto byte = static_cast<std::uint8_t>(value);
    for (const auto& checker : checkers_) checker->memory().device().write(address, {&byte, 1});
  });
  sink_.line_bytes = configuration_.line_bytes;
  bus_.ports[0].memory = &port_;
  bus_.checks = options_.checks;
  bus_.ports[0].checker = &axi_checker_;
  if (configuration_.host_dma != 0) {
    AxiMemory::Settings settings = memory_settings(configuration_, options_);
    settings.dram.reset();
    settings.seed = options_.seed + 1;
    settings.uncached_id = 256;
    host_memory_.emplace(settings);
    bus_.ports[1].memory = &host_memory_->port();
    bus_.ports[1].checker = &host_memory_->checker();
    aperture_.emplace(make_aperture());
    bus_.aperture.master = &aperture_->master;
    bus_.aperture.checker = &aperture_->checker;
  }
  bus_.host = &host_;
  bus_.host_checker = &host_checker_;
  bus_.beat_bytes = beat_bytes(configuration_);
  activate();
  top_ = make_clocked_top(options_.seed);
  top_->check_assertions(options_.checks);
  pull_reset();
}

void VerilatedDevice::make_checkers() {
  checkers_.clear();
  sink_.checkers.clear();
  sink_.owners.assign(configuration_.cores, 0);
  sink_.holder = 0;
  writes_.clear();
  management_.reset();
  sink_.management = nullptr;
  if (!options_.lockstep) return;
  const DramView memory(dram_);
  if (configuration_.management != 0) {
    sink_.management = &management_.emplace(configuration_.mgmt_sram_bytes);
    for (const uint32_t page : memory.pages()) management_->load(page, memory.page(page));
    if (configuration_.host_dma != 0 || error_first_ <= error_last_) share_memory();
  }
  for (unsigned slot = 0; slot < configuration_.launches; ++slot) {
    auto checker = std::make_unique<lockstep::Checker>(
        model::Shape::of(configuration_),
        lockstep::CheckerOptions{
            .configuration = configuration_.canonical(), .seed = options_.seed, .replay = options_.replay});
    for (const uint32_t page : memory.pages()) {
      const std::span<const std::byte> bytes = memory.page(page);
      checker->memory().device().write(page, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    checker->expect_bus_errors(error_first_, error_last_);
    sink_.checkers.push_back(checker.get());
    checkers_.push_back(std::move(checker));
  }
}

VerilatedDevice::~VerilatedDevice() { activate(); }

void VerilatedDevice::activate() {
  active_sink() = &sink_;
  active_bus() = &bus_;
}

void VerilatedDevice::check_options() const {
  const std::string own = configuration_.canonical();
  if (!options_.configuration.empty() && Configuration::parse(options_.configuration).canonical() != own) {
    throw RtlOptionsError(
        fmt::format("this RTL library is of configuration '{}', not '{}'", own, options_.configuration));
  }
  if (options_.memory_latency < 1) throw RtlOptionsError("memory latency: at least 1 cycle");
  if (!(options_.memory_bandwidth > 0.0 && options_.memory_bandwidth <= 1.0)) {
    throw RtlOptionsError("memory bandwidth: above 0, at most 1 line per cycle");
  }
  if (options_.memory_kind != "fixed" && options_.random_stalls) {
    throw RtlOptionsError("random stalls go with memory 'fixed' only");
  }
  if (!options_.trace_path.empty() && !library_description().tracing) {
    throw RtlOptionsError("waveforms need a library built with tracing");
  }
}

void VerilatedDevice::reset() {
  if (mismatch_) return;  // what is to be looked at stays as it is
  activate();
  for (const auto& checker : checkers_) add(checked_before_, checker->statistics());
  if (management_) {
    management_compared_before_ += management_->compared();
    management_copied_before_ += management_->copied();
  }
  memory_.reset();
  port_.reset();
  if (host_memory_) host_memory_->reset();
  if (aperture_) *aperture_ = make_aperture();
  axi_checker_ = AxiChecker({.beat_bytes = beat_bytes(configuration_), .ids = configuration_.memory_requests});
  host_checker_ = AxiLiteChecker();
  host_ = HostMaster(options_.random_stalls, options_.seed + cycle_);
  for (LaunchRegisters& registers : registers_) registers.reset();
  positions_ = WarpPositions(configuration_.cores, configuration_.warps);
  requests_.reset();
  make_checkers();
  sink_.ended = 0;
  sink_.has_flags = false;
  bus_.registers_reset = false;
  running_ = 0;
  reset_cycle_ = cycle_;
  pull_reset();
}

void VerilatedDevice::pull_reset() {
  top_->drive_reset(true);
  trace_window();
  for (unsigned i = 0; i < kResetCycles; ++i) {
    top_->cycle();
    bus_.registers_reset = true;
  }
  top_->drive_reset(false);
  if (bus_.error) std::rethrow_exception(bus_.error);
  (void)take_simulator_stop();  // before reset everything is random
}

void VerilatedDevice::trace_window() {
  if (options_.trace_path.empty()) return;
  const bool inside = cycle_ >= options_.trace_begin && cycle_ < options_.trace_end;
  if (inside && !tracing_) {
    top_->start_trace(options_.trace_path);
  } else if (!inside && tracing_) {
    top_->stop_trace();
    options_.trace_path.clear();  // one window per run
  }
  tracing_ = inside;
}

void VerilatedDevice::cycle() {
  activate();
  trace_window();
  sink_.cycle = cycle_ - reset_cycle_;
  top_->cycle();
  ++cycle_;
  if (state_fault_ && state_fault_->number == cycle_) {
    const InjectedFault fault = *state_fault_;
    state_fault_.reset();
    top_->flip(fault.signal, fault.bit);
  }
  if (bus_.error) std::rethrow_exception(bus_.error);
  for (const auto& checker : checkers_) {
    if (!checker->end_cycle(cycle_ - reset_cycle_)) note_divergence(*checker);
  }
  writes_.share(sink_.checkers);
  if (management_ && management_->problem() && !mismatch_) {
    mismatch_ = *management_->problem();
    if (!options_.replay.empty()) *mismatch_ += "replay: " + options_.replay + '\n';
  }
  if (const auto stop = take_simulator_stop()) {
    throw AssertionError(
        fmt::format("cycle {}: {}{}", cycle_, *stop, options_.replay.empty() ? "" : "\nreplay: " + options_.replay));
  }
}

void VerilatedDevice::share_memory() {
  if (management_) management_->share_memory();
}

void VerilatedDevice::note_divergence(const lockstep::Checker& checker) {
  if (!mismatch_) mismatch_ = checker.report();
}

std::optional<RunningLane> VerilatedDevice::running_lane() const {
  return launch_running() ? positions_.latest() : std::nullopt;
}

std::optional<RunningLane> VerilatedDevice::lane_position(unsigned core, unsigned warp, unsigned lane) const {
  return launch_running() ? positions_.last_of(core, warp, lane) : std::nullopt;
}

std::string VerilatedDevice::oldest_transaction() const {
  const std::optional<AxiChecker::Request> request = axi_checker_.oldest();
  if (!request) return "nothing is outstanding on the AXI4 port";
  return fmt::format(
      "on the AXI4 port a {} of {:#010x}, id {}, {} {} cycles ago; {} transactions are outstanding there",
      request->write ? "write" : "read", request->address, request->id,
      request->accepted ? "accepted" : "not accepted, offered", axi_checker_.now() - request->since,
      axi_checker_.outstanding());
}

std::optional<OutstandingRequest> VerilatedDevice::oldest_request() const {
  const std::optional<CoreRequest> request = requests_.oldest();
  if (!request) {
    const std::optional<AxiChecker::Request> transaction = axi_checker_.oldest();
    if (!transaction) return std::nullopt;
    return OutstandingRequest{.text = "no core waits; " + oldest_transaction(),
                              .address = static_cast<uint32_t>(transaction->address),
                              .lane = {}};
  }
  OutstandingRequest result{.text = {}, .address = request->address, .lane = {}};
  if (request->port == CorePort::kFetch) {
    result.text = fmt::format("instruction fetch of core {} at {:#010x}", request->core, request->address);
  } else {
    const bool of_word = request->operation != CoreOperation::kRead && request->operation != CoreOperation::kWrite;
    result.lane = positions_.lane(request->core, request->warp, request->order,
                                  of_word ? std::optional(request->lane) : std::nullopt);
    result.text = fmt::format("{} of {:#010x} by warp {} of core {}", name_of(request->operation), request->address,
                              request->warp, request->core);
    if (result.lane) result.text += fmt::format(" at pc {:#010x}", result.lane->pc);
  }
  result.text +=
      fmt::format(", id {} of its port, {} cycles ago; {}", request->id, cycle_ - request->since, oldest_transaction());
  return result;
}

std::vector<WatchEvent> VerilatedDevice::take_watch_events() {
  return sink_.watch ? sink_.watch->take() : std::vector<WatchEvent>{};
}

void VerilatedDevice::inject_bus_error(uint32_t first, uint32_t last, BusError error) {
  memory_.set_error_range(first, last, error == BusError::kSlverr ? kRespSlverr : kRespDecerr);
  error_first_ = first;
  error_last_ = last;
  share_memory();
  for (const auto& checker : checkers_) checker->expect_bus_errors(first, last);
}

void VerilatedDevice::inject_fault(const InjectedFault& fault) {
  port_.inject(fault);
  state_fault_.reset();
  if (fault.kind != InjectedFault::Kind::kState) return;
  state_fault_ = fault;
  state_fault_->number += cycle_ + 1;
}

void VerilatedDevice::trace(const std::string& path) {
  options_.trace_path = path;
  options_.trace_begin = cycle_;
  options_.trace_end = UINT64_MAX;
  check_options();
  if (tracing_) top_->stop_trace();
  tracing_ = false;
}

// ---- running
// -----------------------------------------------------------------------------------------------------------

uint64_t VerilatedDevice::progress() const { return sink_.warp_instrs + memory_.activity(); }

void VerilatedDevice::watch_progress() {
  const uint64_t now = progress();
  if (now != last_progress_) {
    last_progress_ = now;
    last_progress_cycle_ = cycle_;
  } else if (cycle_ - last_progress_cycle_ > options_.max_idle_cycles) {
    const uint64_t idle = cycle_ - last_progress_cycle_;
    last_progress_cycle_ = cycle_;
    const std::optional<OutstandingRequest> request = oldest_request();
    throw HangError(fmt::format(
        "the launch has neither retired an instruction nor used its memory port for {} cycles (cycle {}); oldest "
        "outstanding request: {}{}",
        idle, cycle_, request ? request->text : "none", options_.replay.empty() ? "" : "\nreplay: " + options_.replay));
  }
}

uint64_t VerilatedDevice::advance(uint64_t cycles) {
  uint64_t done = 0;
  while (done < cycles && !mismatch_) {
    cycle();
    ++done;
    if (sink_.ended != 0) {
      finish_launches();
      break;
    }
    if (launch_running()) watch_progress();
    if (sink_.watch && !sink_.watch->empty()) break;
  }
  return done;
}

lockstep::LaunchOutcome VerilatedDevice::read_outcome() {
  const auto read = [&](uint32_t offset) {
    uint32_t value = 0;
    if (!transact_read(offset, value)) {
      throw RtlError(fmt::format("register offset {:#05x} answers SLVERR after a launch", offset));
    }
    return value;
  };
  const auto read_wide = [&](uint32_t low, uint32_t high) { return read(low) | uint64_t{read(high)} << 32; };
  lockstep::LaunchOutcome outcome;
  const uint32_t status = read(regs::kStatus);
  outcome.fault = regs::status::kFault.get(status) != 0;
  outcome.aborted = regs::status::kAborted.get(status) != 0;
  outcome.rejected = regs::status::kRejected.get(status) != 0;
  outcome.reason = regs::status::kReason.get(status);
  outcome.warp_instrs = read_wide(regs::kWarpInstrsLo, regs::kWarpInstrsHi);
  outcome.lane_instrs = read_wide(regs::kLaneInstrsLo, regs::kLaneInstrsHi);
  if (outcome.fault) {
    lockstep::FaultRecord& fault = outcome.fault_record;
    fault.cause = read(regs::kFaultCause);
    fault.pc = read(regs::kFaultPc);
    fault.value = read(regs::kFaultValue);
    fault.detail = read(regs::kFaultDetail);
    for (unsigned axis = 0; axis < 3; ++axis) {
      fault.group_id[axis] = read(regs::kFaultGroup + axis * regs::kFaultGroupStride);
    }
    fault.local_id = read(regs::kFaultLocal);
    const uint32_t place = read(regs::kFaultPlace);
    fault.lane = regs::fault_place::kLane.get(place);
    fault.warp = regs::fault_place::kWarp.get(place);
    fault.core = regs::fault_place::kCore.get(place);
  }
  return outcome;
}

void VerilatedDevice::finish_launches() {
  while (sink_.ended != 0) {
    const unsigned slots = std::exchange(sink_.ended, 0U);
    if (!options_.lockstep || mismatch_) {
      running_ &= ~slots;
      continue;
    }
    cycle();  // the registers show the end a cycle later
    for (unsigned slot = 0; slot < configuration_.launches; ++slot) {
      if ((slots >> slot & 1) == 0) continue;
      const lockstep::LaunchOutcome outcome = configuration_.launches == 1 ? read_outcome() : sink_.outcomes[slot];
      running_ &= ~(1U << slot);
      writes_.clear(slot);
      const DramView memory(dram_);
      lockstep::Checker& checker = *checkers_[slot];
      const bool same =
          configuration_.launches == 1
              ? checker.end_launch(cycle_ - reset_cycle_, outcome, memory)
              : checker.end_launch(cycle_ - reset_cycle_, outcome, SharedWrites::View(memory, writes_, slot, checker));
      if (!same) note_divergence(checker);
    }
  }
}

RtlStatistics VerilatedDevice::statistics() const {
  RtlStatistics result;
  result.cycles = cycle_;
  result.warp_instrs = sink_.warp_instrs;
  result.lane_instrs = sink_.lane_instrs;
  result.memory_reads = memory_.reads() / configuration_.memory_beats;
  result.memory_writes = memory_.writes() / configuration_.memory_beats;
  result.memory_peak = memory_.peak() / configuration_.memory_beats;
  if (options_.lockstep) {
    lockstep::CheckerStatistics sum = checked_before_;
    for (const auto& checker : checkers_) add(sum, checker->statistics());
    result.lockstep_compared = sum.compared;
    result.lockstep_accesses = sum.accesses;
    result.copied = {{"cycle", sum.copied_cycle}, {"bus_error", sum.copied_bus_error}};
    // Only where there is a copy engine, so that the others' list stays short.
    if (configuration_.copy_engine != 0) {
      result.copied.push_back({"copy_race", sum.copied_copy_race});
      result.copied.push_back({"fault_after", sum.copied_fault_after});
    }
    if (management_) {
      result.management_compared = management_compared_before_ + management_->compared();
      result.management_copied = management_copied_before_ + management_->copied();
      result.management_pc = management_->last_pc();
    }
  }
  return result;
}

std::unique_ptr<RtlDevice> open_verilated_device(const RtlOptions& options) {
  try {
    return std::make_unique<VerilatedDevice>(options);
  } catch (const ConfigurationError& error) {
    throw RtlOptionsError(error.what());
  }
}

}  // namespace heddle::harness
