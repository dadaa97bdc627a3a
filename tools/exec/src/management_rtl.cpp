#include "management_rtl.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "heddle/driver/error.h"
#include "heddle/generated/management.h"
#include "management_core.h"

namespace heddle::exec {
namespace {

using driver::DeviceError;
using driver::ErrorKind;

constexpr uint64_t kBootCycles = 100'000;
// Between two looks at tohost.
constexpr uint64_t kPollCycles = 200;

}  // namespace

void ManagementRtl::check_lockstep() const {
  if (auto report = device_.mismatch()) {
    throw DeviceError(ErrorKind::kLockstepMismatch, "the RTL and the golden model disagree", *report);
  }
}

void ManagementRtl::advance(uint64_t cycles) {
  device_.advance(cycles);
  check_lockstep();
}

uint32_t ManagementRtl::status() const { return device_.read_register(mgmt::mailbox::kBootStatus); }

void ManagementRtl::load() {
  for (const driver::KernelImage::Segment& segment : program_.image().segments()) {
    device_.write_memory(segment.address, segment.memory());
  }
}

void ManagementRtl::wait_for_boot() {
  for (uint64_t waited = 0; status() != static_cast<uint32_t>(mgmt::BootStatus::Waiting); waited += kPollCycles) {
    if (waited >= kBootCycles) throw DeviceError(ErrorKind::kDeviceLost, "the boot program does not answer");
    advance(kPollCycles);
  }
}

void ManagementRtl::start() {
  wait_for_boot();
  device_.write_register(mgmt::mailbox::kBootEntry, program_.image().entry());
  device_.write_register(mgmt::mailbox::kBootCommand, 2);
}

uint32_t ManagementRtl::tohost() const {
  uint32_t value = 0;
  device_.read_memory(program_.tohost(), std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

// Lock-step knows where the hart is.
std::string ManagementRtl::place() const {
  const driver::LockstepStatistics lockstep = device_.lockstep();
  return lockstep.management == 0 ? "" : fmt::format("; the hart was at {:#010x}", lockstep.management_pc);
}

void ManagementRtl::note_trap(RunResult& result) {
  const auto detail = [&](unsigned number) { return device_.read_register(mgmt::mailbox::kBootDetail + 4 * number); };
  note_unhandled_trap(result, program_, detail(0), detail(1), detail(2));
}

RunResult ManagementRtl::run(uint64_t max_cycles) {
  load();
  const auto begin = std::chrono::steady_clock::now();
  RunResult result{.verdicts = Verdicts(1), .statistics = {}, .error = {}, .fault = std::nullopt};
  start();
  const uint64_t first = device_.cycle();
  uint32_t value = 0;
  while ((value = tohost()) == 0) {
    const uint64_t used = device_.cycle() - first;
    if (status() == static_cast<uint32_t>(mgmt::BootStatus::Trap)) {
      note_trap(result);
      break;
    }
    if (used >= max_cycles) {
      const bool sleeps = (device_.read_register(mgmt::mailbox::kStatus) & mgmt::mailbox::kStatusSleeping) != 0;
      result.error = fmt::format("no end after {} cycles (--max-cycles); no store to tohost{}{}", used,
                                 sleeps ? "; the hart sleeps" : "", place());
      break;
    }
    advance(std::min(kPollCycles, max_cycles - used));
  }
  check_lockstep();  // accesses to registers let time pass, too
  if (value != 0) result.verdicts.store(0, value);
  result.statistics.cycles = device_.cycle() - first;
  result.statistics.warp_instrs = result.statistics.lane_instrs = device_.lockstep().management;
  result.statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::vector<std::byte> ManagementRtl::signature() const {
  std::vector<std::byte> bytes;
  if (!program_.signature()) return bytes;
  bytes.resize(program_.signature()->bytes);
  device_.read_memory(program_.signature()->first, bytes);
  return bytes;
}

}  // namespace heddle::exec
