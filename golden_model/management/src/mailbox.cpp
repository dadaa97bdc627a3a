#include "heddle/management/mailbox.h"

namespace heddle::management {

namespace registers = mgmt::mailbox;

const mgmt::RegisterInfo* Mailbox::find(std::uint32_t address) {
  const mgmt::RegisterInfo* info = mgmt::find_register(address);
  return info != nullptr && mgmt::find_window(address)->base == mgmt::kMailboxBase ? info : nullptr;
}

void Mailbox::hart_reset(Cause cause) {
  cause_ = cause;
  sleeping_ = false;
  for (const std::uint32_t address : {registers::kBootCommand, registers::kBootStatus, registers::kHostDoorbell,
                                      registers::kHartDoorbell, registers::kSoftwareInterrupt}) {
    words_[index(address)] = 0;
  }
  for (std::uint32_t i = 0; i < find(registers::kBootDetail)->count; ++i) {
    words_[index(registers::kBootDetail + 4 * i)] = 0;
  }
}

std::optional<std::uint32_t> Mailbox::load(Side side, std::uint32_t address) const {
  const mgmt::RegisterInfo* info = find(address);
  if (info == nullptr || !(side == Side::kHart ? info->hart : info->host).read) return std::nullopt;
  switch (address) {
    case registers::kId: return info->reset;
    case registers::kSramBytes: return sram_bytes_;
    case registers::kStatus:
      return (holds() ? registers::kStatusInReset : 0) | (sleeping_ ? registers::kStatusSleeping : 0) |
             static_cast<std::uint32_t>(cause_) << 4;
    default: return value(address);
  }
}

bool Mailbox::store(Side side, std::uint32_t address, std::uint32_t data) {
  const mgmt::RegisterInfo* info = find(address);
  if (info == nullptr || !(side == Side::kHart ? info->hart : info->host).write) return false;
  std::uint32_t& word = words_[index(address)];
  switch (side == Side::kHart ? info->hart_write : info->host_write) {
    case mgmt::WriteKind::Store: word = data & info->mask; break;
    case mgmt::WriteKind::Set: word |= data & info->mask; break;
    case mgmt::WriteKind::Clear: word &= ~data; break;
    case mgmt::WriteKind::Command: break;
  }
  return true;
}

}  // namespace heddle::management
