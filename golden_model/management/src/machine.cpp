#include "heddle/management/machine.h"

#include <algorithm>

namespace heddle::management {

Machine::Machine(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory,
                 ExternalRegisters* external)
    : devices_(sram_bytes), space_(sram_bytes, std::move(rom), memory, devices_, external), hart_(space_) {}

void Machine::reset(Mailbox::Cause cause) {
  devices_.reset(cause);
  hart_.reset();
  waits_ = false;
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
  while (cycles > 0 && !devices_.mailbox().holds()) {
    if (step_awake()) {
      --cycles;
      continue;
    }
    const std::uint64_t sleep = std::min(cycles, devices_.next_event());
    advance(sleep);
    cycles -= sleep;
  }
}

}  // namespace heddle::management
