#include "bare_metal.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>

#include "boot.h"
#include "heddle/driver/allocator.h"
#include "heddle/driver/fault_report.h"
#include "heddle/generated/memory_map.h"
#include "heddle/generated/registers.h"

namespace heddle::exec {
namespace {

using driver::DeviceError;
using driver::ErrorKind;

constexpr uint64_t kChunk = 1'000'000;
// An aborted launch ends once its accesses in flight have completed; far longer means that the device is stuck.
constexpr uint64_t kAbortCycles = 1'000'000;

}  // namespace

BareMetal::BareMetal(driver::Backend& device, const Program& program, LaneMask lanes)
    : device_(device), program_(program), lanes_(lanes), shape_(driver::identify(device)) {}

// The warp is the device's first: warp 0 of core 0.
uint32_t BareMetal::private_address(uint32_t offset, unsigned lane) const {
  return Program::kPrivateBacking + (offset / 4 * shape_.lanes + lane) * 4 + offset % 4;
}

void BareMetal::load_private(const driver::KernelImage::Segment& segment) {
  const std::vector<std::byte> bytes = segment.memory();
  // All lanes at once: whole rows of one word a lane, of which those of other segments are kept.
  const uint32_t offset = segment.address - memory_map::kPrivateBase;
  const uint32_t first = private_address(offset / 4 * 4, 0);
  std::vector<std::byte> rows((offset % 4 + bytes.size() + 3) / 4 * 4 * shape_.lanes);
  device_.read_memory(first, rows);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned lane = 0; lane < shape_.lanes; ++lane) {
      rows[private_address(offset + static_cast<uint32_t>(i), lane) - first] = bytes[i];
    }
  }
  device_.write_memory(first, rows);
}

void BareMetal::load() {
  const uint64_t slots = uint64_t{shape_.cores} * shape_.warps * shape_.lanes;
  const uint64_t available = uint64_t{memory_map::kDeviceBase} + memory_map::kDeviceSize - Program::kPrivateBacking;
  if (slots * program_.private_bytes() > available) {
    throw DeviceError(ErrorKind::kOutOfMemory,
                      fmt::format("the program has {} bytes in the private window: for the {} lanes of this "
                                  "configuration that is more than the device's memory",
                                  program_.private_bytes(), slots));
  }
  for (const driver::KernelImage::Segment& segment : program_.image().segments()) {
    device_.write_memory(segment.address, segment.memory());
  }
  for (const driver::KernelImage::Segment& segment : program_.image().private_segments()) load_private(segment);
}

void BareMetal::start() {
  driver::LaunchRegisters launch;
  launch.entry = program_.image().entry();
  launch.private_base = Program::kPrivateBacking;
  launch.private_size = program_.private_bytes();
  launch.local_size = {static_cast<uint32_t>(std::bit_width(lanes_)), 1, 1};
  launch.regions.push_back({Program::kRamBase, Program::kRamBase + (Program::kRamBytes - 1), true, true, true});
  // Lanes above the highest one do not come to life; only gaps need code.
  if (!std::has_single_bit(uint64_t{lanes_} + 1)) {
    const std::vector<uint32_t> code = boot_code(lanes_, launch.entry);
    device_.write_memory(Program::kBootBase, std::as_bytes(std::span(code)));
    launch.entry = Program::kBootBase;
    launch.regions.push_back({Program::kBootBase, Program::kBootBase + (Program::kBootBytes - 1), false, false, true});
  }
  driver::write_launch_registers(device_, launch, shape_.regions);
  device_.write_register(regs::kControl, regs::control::kStart.set(1));
}

void BareMetal::collect(Verdicts& verdicts) {
  for (const driver::WatchEvent& event : device_.take_watch_events()) {
    if (event.exits) {
      ended_ |= LaneMask{1} << event.lane;
    } else {
      verdicts.store(event.lane, event.value);
    }
  }
}

void BareMetal::check_lockstep() const {
  if (auto report = device_.mismatch()) {
    throw DeviceError(ErrorKind::kLockstepMismatch, "the RTL and the golden model disagree", *report);
  }
}

bool BareMetal::done() const { return regs::status::kDone.get(device_.read_register(regs::kStatus)) != 0; }

void BareMetal::stop() {
  device_.write_register(regs::kControl, regs::control::kAbort.set(1));
  for (uint64_t waited = 0; !done(); waited += 1000) {
    if (waited >= kAbortCycles) {
      throw DeviceError(ErrorKind::kDeviceLost,
                        fmt::format("the program did not end {} cycles after its abort", kAbortCycles));
    }
    device_.advance(1000);
    check_lockstep();
  }
}

void BareMetal::note_fault(RunResult& result) {
  driver::FaultReport fault = driver::read_fault_record(device_);
  const driver::Allocator nothing(0, 0);
  driver::explain_fault(fault, {program_.image(), nothing, {}, program_.private_bytes(), 0, 0});
  fault.local = {fault.local_linear, 0, 0};
  result.error =
      fmt::format("a trap without a handler: {}", driver::fault_text("lane " + std::to_string(fault.lane), fault));
  result.fault = fault;
}

void BareMetal::note_endless(RunResult& result) {
  // Of the lanes that have not said how they end, and have not ended: of others it says nothing.
  const LaneMask silent = result.verdicts.missing() & ~ended_;
  const std::optional<driver::LanePosition> position =
      device_.lane_position(0, 0, static_cast<unsigned>(std::countr_zero(silent)));
  stop();
  result.statistics = driver::read_counters(device_);
  result.error = fmt::format("no end after {} cycles (--max-cycles), aborted; no store to tohost by {}",
                             result.statistics.cycles, lanes_text(result.verdicts.missing()));
  if (!position) return;
  driver::FaultReport fault;
  fault.cause_text = "never ends";
  fault.pc = position->pc;
  fault.lane = position->lane;
  const driver::Allocator nothing(0, 0);
  driver::locate_lane(fault, {program_.image(), nothing, {}, program_.private_bytes(), 0, 0});
  result.error += fmt::format("; lane {} was at {}", fault.lane, driver::place_text(fault));
  result.fault = fault;
}

RunResult BareMetal::run(uint64_t max_cycles) {
  load();
  const auto begin = std::chrono::steady_clock::now();
  RunResult result{.verdicts = Verdicts(lanes_), .statistics = {}, .error = {}, .fault = std::nullopt};
  start();
  for (uint64_t used = 0; !done();) {
    if (used >= max_cycles) {
      note_endless(result);
      break;
    }
    used += device_.advance(std::min(kChunk, max_cycles - used));
    check_lockstep();
    collect(result.verdicts);
    // Lanes that have said nothing and are gone are not waited for.
    if ((result.verdicts.missing() & ~ended_) == 0 && !done()) stop();
  }
  check_lockstep();
  collect(result.verdicts);
  if (result.error.empty() && result.verdicts.missing() != 0) {
    if (regs::status::kFault.get(device_.read_register(regs::kStatus)) != 0) {
      note_fault(result);
    } else {
      result.error = fmt::format("{} ended without a store to tohost", lanes_text(result.verdicts.missing()));
    }
  }
  result.statistics = driver::read_counters(device_);
  result.statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::map<unsigned, std::vector<std::byte>> BareMetal::signatures() const {
  std::map<unsigned, std::vector<std::byte>> result;
  if (!program_.signature()) return result;
  const Program::Range& range = *program_.signature();
  const auto lowest = static_cast<unsigned>(std::countr_zero(lanes_));
  if (!range.is_private) {
    result[lowest].resize(range.bytes);
    device_.read_memory(range.first, result[lowest]);
    return result;
  }
  for (unsigned lane = lowest; lane < shape_.lanes; ++lane) {
    if ((lanes_ >> lane & 1) == 0) continue;
    std::vector<std::byte>& bytes = result[lane];
    bytes.resize(range.bytes);
    for (uint32_t i = 0; i < range.bytes; ++i) {
      device_.read_memory(private_address(range.first - memory_map::kPrivateBase + i, lane), std::span(&bytes[i], 1));
    }
  }
  return result;
}

}  // namespace heddle::exec
