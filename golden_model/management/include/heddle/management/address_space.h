// The hart's address map (docs/management.md, section 4): boot ROM, SRAM and device memory; registers are whoever's
// derives from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "heddle/generated/management.h"
#include "heddle/management/bus.h"
#include "heddle/model/device_memory.h"

namespace heddle::management {

class AddressSpace : public Bus {
 public:
  // SRAM of `sram_bytes`, at most its window, of zeros; `rom` at most its window, behind it zeros. `memory` must
  // outlive this.
  AddressSpace(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory);

  std::optional<std::uint32_t> fetch(std::uint32_t address) override;
  std::optional<std::uint32_t> load(std::uint32_t address, unsigned strobe) override;
  bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) override;

  // What a host puts into SRAM and device memory, and reads of them and the boot ROM; no rights are asked for. Throws
  // std::out_of_range for a byte elsewhere.
  void write(std::uint32_t address, std::span<const std::uint8_t> bytes);
  std::uint8_t byte(std::uint32_t address) const;
  // The word there; none for a word that does not exist, or that refuses.
  std::optional<std::uint32_t> word(std::uint32_t address) const { return stored_word(address); }
  // Device memory that answers with an error: first to last, whole words.
  void refuse(std::uint32_t first, std::uint32_t last) { refused_.emplace_back(first, last); }
  std::uint32_t sram_bytes() const { return static_cast<std::uint32_t>(sram_.size()); }

 protected:
  // A register that the hart may load, or store a word to. As Bus::load, Bus::store.
  virtual std::optional<std::uint32_t> load_register(std::uint32_t address) = 0;
  virtual bool store_register(std::uint32_t address, std::uint32_t data) = 0;
  // The windows of other parts of the device: here there are none.
  virtual std::optional<std::uint32_t> load_external(std::uint32_t, unsigned) { return std::nullopt; }
  virtual bool store_external(std::uint32_t, unsigned, std::uint32_t) { return false; }

 private:
  bool refused(std::uint32_t address) const;
  // The word in boot ROM, SRAM or device memory; none: in none of them, or refused.
  std::optional<std::uint32_t> stored_word(std::uint32_t address) const;

  std::vector<std::uint8_t> rom_, sram_;
  model::DeviceMemory& memory_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> refused_;
};

}  // namespace heddle::management
