// The registers that the hart finds: timer, watchdog, interrupt controller, mailbox, checksum (docs/management.md,
// section 6). Rights are the caller's to check (AddressSpace does).
#pragma once

#include <cstdint>
#include <optional>

#include "heddle/management/mailbox.h"
#include "heddle/management/watchdog.h"

namespace heddle::management {

class Devices {
 public:
  explicit Devices(std::uint32_t sram_bytes) : mailbox_(sram_bytes) {}

  // With the hart; the mailbox keeps what section 8 says.
  void reset(Mailbox::Cause cause);
  // Time passes. False: the watchdog resets the hart.
  bool advance(std::uint64_t cycles);
  // Cycles until timer or watchdog raise their line, if nothing else happens; ~0: never.
  std::uint64_t next_event() const;

  // The hart's accesses, words. None, false: refused.
  std::optional<std::uint32_t> load(std::uint32_t address) const;
  bool store(std::uint32_t address, std::uint32_t data);

  // The lines of other parts of the device to the interrupt controller, by source.
  void set_sources(std::uint32_t sources) { sources_ = sources; }
  std::uint32_t mip() const;
  std::uint64_t time() const { return mtime_; }
  Mailbox& mailbox() { return mailbox_; }
  const Mailbox& mailbox() const { return mailbox_; }

 private:
  std::uint32_t pending() const;

  std::uint64_t mtime_ = 0, mtimecmp_ = ~std::uint64_t{0};
  std::uint32_t enable_ = 0, sources_ = 0, checksum_ = ~0u;
  Watchdog watchdog_;
  Mailbox mailbox_;
};

}  // namespace heddle::management
