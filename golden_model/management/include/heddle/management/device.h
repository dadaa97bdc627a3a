// A device with a management core (docs/management.md, section 10): the lanes' machine, and beside it the hart, which
// programs its launch registers. Time: one instruction of the hart a cycle; the two take turns of kTurnCycles, and of
// kQuietTurnCycles while the hart has nothing to do: so late may it find that one of several launches has ended.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heddle/host/host_port.h"
#include "heddle/management/machine.h"
#include "heddle/model/machine.h"

namespace heddle::management {

class Device {
 public:
  static constexpr std::uint64_t kTurnCycles = 32;
  static constexpr std::uint64_t kQuietTurnCycles = 4096;
  // Where the host's addresses are those of the management core's bus.
  static constexpr std::uint32_t kBusBase = 0x1'0000;

  // `lanes` and `port` must outlive this; null: the device has no DMA, messages and aperture.
  Device(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::Machine& lanes,
         host::HostPort* port = nullptr);

  // The host's accesses from kBusBase on. None, false: answered with an error.
  std::optional<std::uint32_t> host_load(std::uint32_t address) const;
  [[nodiscard]] bool host_store(std::uint32_t address, std::uint32_t data);

  // Up to so many cycles pass; fewer at the end of a launch. Returns how many did.
  std::uint64_t advance(std::uint64_t cycles);
  // What the host port sees of the device is as it is now; it interrupts the host if it has to. After an access of the
  // host to the launch registers or the port.
  void update_sources();

  Machine& machine() { return machine_; }

 private:
  class Registers : public ExternalRegisters {
   public:
    explicit Registers(model::Machine& lanes) : lanes_(lanes) {}
    std::optional<std::uint32_t> load(std::uint32_t address, unsigned strobe) override;
    bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) override;

   private:
    friend class Device;
    model::Machine& lanes_;
    Device* device_ = nullptr;
  };

  model::Machine& lanes_;
  host::HostPort* port_;
  Registers registers_;
  Machine machine_;
  bool quiet_ = false;  // nobody but the lanes has anything to do
};

}  // namespace heddle::management
