// The management core by itself: hart, memory, devices; one instruction takes one cycle. Interrupts come as soon as
// they are possible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heddle/management/address_space.h"
#include "heddle/management/devices.h"
#include "heddle/management/hart.h"

namespace heddle::management {

class Machine {
 public:
  // After power-on. `memory` must outlive the machine.
  Machine(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // One instruction or one interrupt; where the hart waits, time goes on to the next event. None: it waits for
  // something that only the outside can bring, or is held in reset.
  std::optional<Retirement> step();
  // As the host does it through mailbox.control.
  void reset(Mailbox::Cause cause);
  // Sets the hart up as the boot program leaves it for command 2, with no trap handler.
  void start(std::uint32_t entry);

  Hart& hart() { return hart_; }
  Devices& devices() { return devices_; }
  AddressSpace& memory() { return space_; }

 private:
  class Space : public AddressSpace {
   public:
    Space(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory, Devices& devices)
        : AddressSpace(sram_bytes, std::move(rom), memory), devices_(devices) {}

   private:
    std::optional<std::uint32_t> load_register(std::uint32_t address) override { return devices_.load(address); }
    bool store_register(std::uint32_t address, std::uint32_t data) override { return devices_.store(address, data); }

    Devices& devices_;
  };

  void advance(std::uint64_t cycles) {
    if (!devices_.advance(cycles)) reset(Mailbox::Cause::kWatchdog);
  }

  Devices devices_;
  Space space_;
  Hart hart_;
  bool waits_ = false;  // in a wfi, which retires before an interrupt is taken
};

}  // namespace heddle::management
