#include "management_core.h"

#include <fmt/format.h>

#include <chrono>
#include <span>

#include "heddle/driver/allocator.h"
#include "heddle/driver/error.h"
#include "heddle/driver/fault_report.h"
#include "heddle/generated/management.h"

namespace heddle::exec {
namespace {

constexpr LaneMask kLane = 1;

std::span<const std::uint8_t> bytes_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

ManagementCore::ManagementCore(const Program& program, uint32_t sram_bytes)
    : program_(program), machine_(sram_bytes, {}, memory_) {
  if (!program_.image().private_segments().empty()) {
    throw driver::DeviceError(driver::ErrorKind::kBadElf,
                              fmt::format("{}: has a segment at {:#x}, in the private window of lanes, which the "
                                          "management core does not have; link it to {:#x}",
                                          program_.image().file().string(),
                                          program_.image().private_segments().front().address, Program::kRamBase));
  }
}

void ManagementCore::load() {
  for (const driver::KernelImage::Segment& segment : program_.image().segments()) {
    std::vector<std::byte> bytes = segment.contents;
    bytes.resize(segment.memory_bytes);
    memory_.write(segment.address, bytes_of(bytes));
  }
}

void ManagementCore::collect(const management::Retirement& record, Verdicts& verdicts) const {
  if (!record.memory_write || record.memory_address != program_.tohost()) return;
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if ((record.memory_strobe >> i & 1) != 0) value |= record.memory_data & 0xFFu << 8 * i;
  }
  verdicts.store(0, value);
}

driver::FaultReport ManagementCore::fault_at(const management::Retirement& record) const {
  driver::FaultReport fault;
  fault.cause = record.cause;
  fault.pc = record.pc;
  fault.address = record.tval;
  const driver::Allocator nothing(0, 0);
  driver::explain_fault(fault, {program_.image(), nothing, {}, 0, 0, 0});
  return fault;
}

RunResult ManagementCore::run(uint64_t max_cycles) {
  load();
  const auto begin = std::chrono::steady_clock::now();
  RunResult result{.verdicts = Verdicts(kLane), .statistics = {}, .error = {}, .fault = std::nullopt};
  machine_.start(program_.image().entry());
  uint64_t cycles = 0;
  while (result.verdicts.missing() != 0 && result.error.empty()) {
    if (cycles == max_cycles) {
      result.error = fmt::format("no end after {} cycles (--max-cycles); no store to tohost; the hart was at {:#010x}",
                                 cycles, machine_.hart().pc());
      break;
    }
    const std::optional<management::Retirement> record = machine_.step();
    if (!record) {
      result.error =
          fmt::format("the hart sleeps at {:#010x} and nothing can wake it; no store to tohost", machine_.hart().pc());
      break;
    }
    ++cycles;
    collect(*record, result.verdicts);
    if (record->trap && machine_.hart().csr(mgmt::csr::kMtvec) == 0u) {
      result.fault = fault_at(*record);
      result.error =
          fmt::format("a trap without a handler: {}; {}", result.fault->cause_text, driver::place_text(*result.fault));
    }
  }
  result.statistics.cycles = cycles;
  result.statistics.warp_instrs = result.statistics.lane_instrs = machine_.hart().retired();
  result.statistics.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

std::vector<std::byte> ManagementCore::signature() const {
  std::vector<std::byte> bytes;
  if (!program_.signature()) return bytes;
  bytes.resize(program_.signature()->bytes);
  memory_.read(program_.signature()->first, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace heddle::exec
