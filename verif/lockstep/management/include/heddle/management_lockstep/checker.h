// Lock-step of the management hart: every retirement record of the RTL against the golden model (docs/management.md,
// sections 2 and 9). What section 9 lists is taken from the record; all else is compared.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heddle/management/hart.h"
#include "heddle/management/retirement.h"
#include "heddle/model/device_memory.h"

namespace heddle::management {

class Checker {
 public:
  // In reset. Device memory is zero; of SRAM nothing is known until it is written or loaded. `rom` as the host reads
  // it.
  Checker(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom);
  ~Checker();

  // What the host has put into SRAM or device memory.
  void load(std::uint32_t address, std::span<const std::uint8_t> bytes);
  std::uint8_t byte(std::uint32_t address) const;
  // Device memory that answers with an error: [first, last], whole words.
  void refuse(std::uint32_t first, std::uint32_t last);
  // From now on others write device memory, too: what the hart reads and fetches there is taken from its records.
  void share_memory();
  // The hart leaves its reset; memory stays.
  void reset();

  // Does what the record's instruction does and compares. Empty: the record is right. Otherwise what is wrong, and
  // nothing that comes after it means anything.
  std::string step(const Retirement& record);

  // Since construction.
  std::uint64_t instructions() const { return instructions_; }  // those that trapped as well
  std::uint64_t interrupts() const { return interrupts_; }
  std::uint64_t traps(std::uint32_t cause) const { return traps_.at(cause & 15); }
  std::uint64_t compressed() const { return compressed_; }
  std::uint64_t copied() const { return copied_; }  // values taken from the record
  bool in_sram(std::uint32_t address) const;
  // Most instructions between an interrupt becoming possible and its being taken.
  unsigned latest() const { return latest_; }

 private:
  class Space;

  std::string check_interrupt(const Retirement& record, Retirement& expected);
  std::string check_instruction(const Retirement& record, Retirement& expected);

  model::DeviceMemory memory_;
  std::unique_ptr<Space> space_;
  Hart hart_;
  unsigned late_ = 0;  // instructions since an interrupt has been possible
  unsigned latest_ = 0;
  std::uint64_t instructions_ = 0, interrupts_ = 0, compressed_ = 0, copied_ = 0;
  std::array<std::uint64_t, 16> traps_{};
};

}  // namespace heddle::management
