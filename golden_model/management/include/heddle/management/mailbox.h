// The mailbox, which hart and host share (docs/management.md, sections 6 to 8). Whose rights and what writes do are
// data.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "heddle/generated/management.h"

namespace heddle::management {

class Mailbox {
 public:
  enum class Side : std::uint8_t { kHart, kHost };
  // Of the last reset of the hart.
  enum class Cause : std::uint8_t { kPowerOn = 0, kHost = 1, kWatchdog = 2 };

  explicit Mailbox(std::uint32_t sram_bytes) : sram_bytes_(sram_bytes) {}

  // Everything zero, as after power-on.
  void power_on() { *this = Mailbox(sram_bytes_); }
  // What a reset of the hart clears.
  void hart_reset(Cause cause);
  void set_sleeping(bool sleeping) { sleeping_ = sleeping; }

  // A word at a register's address. None, false: no register, or not the side's right.
  std::optional<std::uint32_t> load(Side side, std::uint32_t address) const;
  bool store(Side side, std::uint32_t address, std::uint32_t data);

  // The register's value, by its address.
  std::uint32_t value(std::uint32_t address) const { return words_[index(address)]; }
  bool holds() const { return (value(mgmt::mailbox::kControl) & mgmt::mailbox::kControlHold) != 0; }
  bool software_interrupt() const { return value(mgmt::mailbox::kSoftwareInterrupt) != 0; }
  bool host_doorbell() const { return value(mgmt::mailbox::kHostDoorbell) != 0; }
  // The host's interrupt.
  bool host_interrupt() const {
    return (value(mgmt::mailbox::kHartDoorbell) & value(mgmt::mailbox::kHartDoorbellEnable)) != 0;
  }

 private:
  static constexpr std::uint32_t kWords = 64;
  static std::uint32_t index(std::uint32_t address) { return (address - mgmt::kMailboxBase) / 4 % kWords; }
  static const mgmt::RegisterInfo* find(std::uint32_t address);

  std::uint32_t sram_bytes_;
  std::array<std::uint32_t, kWords> words_{};
  Cause cause_ = Cause::kPowerOn;
  bool sleeping_ = false;
};

}  // namespace heddle::management
