#include "management_lockstep.h"

#include <fmt/format.h>

#include <array>

#include "heddle_boot_rom.h"

namespace heddle::harness {
namespace {

std::string line_of(const management::Retirement& record) {
  std::string text = fmt::format("  {:>10}  {:08x}  ", record.order, record.pc);
  if (record.interrupt) return text + fmt::format("interrupt, cause {:#x}, to {:08x}\n", record.cause, record.next_pc);
  text += fmt::format("{:08x}", record.instr);
  if (record.trap) return text + fmt::format("  trap, cause {:#x}, tval {:#x}\n", record.cause, record.tval);
  if (record.rd != 0) text += fmt::format("  x{} = {:08x}", record.rd, record.value);
  if (record.memory_strobe != 0) {
    text += fmt::format("  {} {:08x}: {:08x}", record.memory_write ? "store" : "load", record.memory_address,
                        record.memory_data);
  }
  return text + '\n';
}

}  // namespace

ManagementLockstep::ManagementLockstep(uint32_t sram_bytes) : checker_(sram_bytes, boot_rom()) {}

void ManagementLockstep::host_wrote(uint32_t address, uint32_t data) {
  if (!checker_.in_sram(address)) return;  // a register, or refused
  std::array<uint8_t, 4> bytes{};
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(data >> 8 * i);
  checker_.load(address, bytes);
}

void ManagementLockstep::retired(const management::Retirement& record, uint64_t cycle) {
  if (problem_) return;
  const std::string wrong = checker_.step(record);
  if (!wrong.empty()) {
    problem_ = fmt::format("the management core: cycle {}: {}\nbefore it:\n", cycle, wrong);
    for (const management::Retirement& before : history_) *problem_ += line_of(before);
    return;
  }
  history_.push_back(record);
  if (history_.size() > kHistory) history_.pop_front();
}

void ManagementLockstep::load(uint32_t address, std::span<const std::byte> bytes) {
  // Nothing of shared memory is looked at.
  if (!shared_) checker_.load(address, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

void ManagementLockstep::share_memory() {
  shared_ = true;
  checker_.share_memory();
}

}  // namespace heddle::harness
