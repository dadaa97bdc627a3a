// The management core by itself: hart, memory, devices; one instruction takes one cycle. Interrupts come as soon as
// they are possible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "heddle/management/address_space.h"
#include "heddle/management/blocks.h"
#include "heddle/management/devices.h"
#include "heddle/management/hart.h"

namespace heddle::management {

// The registers of other parts of the device (the windows that are `external`). As Bus::load, Bus::store.
class ExternalRegisters {
 public:
  virtual ~ExternalRegisters() = default;
  virtual std::optional<std::uint32_t> load(std::uint32_t address, unsigned strobe) = 0;
  virtual bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) = 0;
};

// Finds a hart that polls: a loop of a load from the mailbox and a branch back to it.
class Poll {
 public:
  static constexpr std::uint64_t kInstructions = 2;
  // Takes what retires, one after the other. True: the loop has just ended its second round that loaded the same. A
  // third would leave the hart as it is, but for its counters, as long as the mailbox has that value: until the host
  // writes, or an interrupt comes.
  bool again(const Retirement& record);
  // So many instructions of such rounds have not been performed.
  void skip(std::uint64_t instructions) { load_.order += static_cast<std::uint32_t>(instructions); }

 private:
  Retirement previous_, load_;  // the last one; the load of the last round
};

class Machine {
 public:
  // After power-on. `memory` and `external` must outlive the machine; null: there are no external windows.
  Machine(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory,
          ExternalRegisters* external = nullptr);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // One instruction or one interrupt; where the hart waits, time goes on to the next event. None: it waits for
  // something that only the outside can bring, or is held in reset.
  std::optional<Retirement> step();
  // So many cycles pass, in which it does what it has to do.
  void run(std::uint64_t cycles);
  // At the end of run() it waited, polled or was held in reset: it will do nothing else before the host writes, an
  // interrupt comes, or a timer's time.
  bool quiet() const { return quiet_; }
  // As the host does it through mailbox.control.
  void reset(Mailbox::Cause cause);
  // Sets the hart up as the boot program leaves it for command 2, with no trap handler.
  void start(std::uint32_t entry);

  Hart& hart() { return hart_; }
  Devices& devices() { return devices_; }
  AddressSpace& memory() { return space_; }
  const Devices& devices() const { return devices_; }
  const AddressSpace& memory() const { return space_; }

 private:
  class Space : public AddressSpace {
   public:
    Space(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory, Devices& devices,
          ExternalRegisters* external)
        : AddressSpace(sram_bytes, std::move(rom), memory), devices_(devices), external_(external) {}

   private:
    std::optional<std::uint32_t> load_register(std::uint32_t address) override {
      return Blocks::has(address) ? blocks_.load(address) : devices_.load(address);
    }
    bool store_register(std::uint32_t address, std::uint32_t data) override {
      return Blocks::has(address) ? blocks_.store(*this, address, data) : devices_.store(address, data);
    }
    std::optional<std::uint32_t> load_external(std::uint32_t address, unsigned strobe) override {
      return external_ == nullptr ? std::nullopt : external_->load(address, strobe);
    }
    bool store_external(std::uint32_t address, unsigned strobe, std::uint32_t data) override {
      return external_ != nullptr && external_->store(address, strobe, data);
    }

    Devices& devices_;
    ExternalRegisters* external_;
    Blocks blocks_;
  };

  // One instruction or one interrupt; none: it waits.
  std::optional<Retirement> step_awake();
  void advance(std::uint64_t cycles) {
    if (!devices_.advance(cycles)) reset(Mailbox::Cause::kWatchdog);
  }

  Devices devices_;
  Space space_;
  Hart hart_;
  bool waits_ = false;  // in a wfi, which retires before an interrupt is taken
  Poll poll_;
  bool quiet_ = false;
};

}  // namespace heddle::management
