#include "heddle/management/machine.h"

#include <algorithm>
#include <utility>

namespace heddle::management {

bool Poll::again(const Retirement& record) {
  constexpr std::uint32_t kOpcode = 0x7F, kLoad = 0x03, kBranch = 0x63;
  const Retirement load = std::exchange(previous_, record);
  const bool loads = !load.interrupt && !load.trap && (load.instr & kOpcode) == kLoad && load.next_pc == record.pc;
  const bool back =
      !record.interrupt && !record.trap && (record.instr & kOpcode) == kBranch && record.next_pc == load.pc;
  if (!loads || !back) return false;
  const mgmt::Window* window = mgmt::find_window(load.memory_address);
  if (window == nullptr || window->base != mgmt::kMailboxBase) return false;
  const Retirement last = std::exchange(load_, load);
  return last.order + kInstructions == load.order && last.pc == load.pc && last.instr == load.instr &&
         last.memory_address == load.memory_address && last.value == load.value;
}

Machine::Machine(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory,
                 ExternalRegisters* external)
    : devices_(sram_bytes), space_(sram_bytes, std::move(rom), memory, devices_, external), hart_(space_) {}

void Machine::reset(Mailbox::Cause cause) {
  devices_.reset(cause);
  hart_.reset();
  waits_ = false;
  poll_ = {};
}

void Machine::start(std::uint32_t entry) {
  constexpr std::uint32_t kMpie = 0x80;
  hart_.set_csr(mgmt::csr::kMepc, entry);
  hart_.set_csr(mgmt::csr::kMstatus, kMpie);
  hart_.set_pc(entry);
}

std::optional<Retirement> Machine::step_awake() {
  const std::uint32_t mip = devices_.mip();
  if (!waits_ && hart_.possible_interrupt(mip)) {
    const Retirement record = hart_.take_interrupt(mip);
    advance(1);
    return record;
  }
  const std::optional<Retirement> record = hart_.step({.mip = mip, .time = devices_.time(), .counter = std::nullopt});
  waits_ = !record;
  devices_.mailbox().set_sleeping(waits_);
  if (record) advance(1);
  return record;
}

std::optional<Retirement> Machine::step() {
  if (devices_.mailbox().holds()) return std::nullopt;
  for (;;) {
    if (const std::optional<Retirement> record = step_awake()) return record;
    const std::uint64_t next = devices_.next_event();
    if (next == ~std::uint64_t{0}) return std::nullopt;
    advance(next);
  }
}

void Machine::run(std::uint64_t cycles) {
  std::uint64_t performed = 0;  // since it waited, or ended a round of a poll
  while (cycles > 0 && !devices_.mailbox().holds()) {
    if (const std::optional<Retirement> record = step_awake()) {
      --cycles;
      ++performed;
      if (poll_.again(*record) && !hart_.possible_interrupt(devices_.mip())) {
        const std::uint64_t polled =
            std::min(cycles, devices_.next_event()) / Poll::kInstructions * Poll::kInstructions;
        hart_.count(polled);
        poll_.skip(polled);
        advance(polled);
        cycles -= polled;
        performed = 0;
      }
      continue;
    }
    performed = 0;
    const std::uint64_t sleep = std::min(cycles, devices_.next_event());
    advance(sleep);
    cycles -= sleep;
  }
  quiet_ = performed < Poll::kInstructions;
}

}  // namespace heddle::management
