// Sparse byte memory over the whole 32-bit physical address space. Pages come into being when first touched;
// what was never written reads zero. Addresses wrap modulo 2^32. Little endian.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "heddle/model/decoded.h"

namespace heddle::model {

class DeviceMemory {
 public:
  static constexpr unsigned kPageBits = 16;
  static constexpr std::uint32_t kPageBytes = 1u << kPageBits;

  struct Page {
    alignas(64) std::array<std::uint8_t, kPageBytes> bytes{};
    // Decoded instructions of the page, one per word; null until something is fetched from it.
    std::unique_ptr<DecodedInstruction[]> decoded;

    // After the bytes have changed from outside.
    void forget_decoded();
  };

  DeviceMemory();

  void read(std::uint32_t address, std::span<std::uint8_t> out) const;
  void write(std::uint32_t address, std::span<const std::uint8_t> in);
  // The aligned word that contains `address`.
  std::uint32_t read_word(std::uint32_t address) const;
  // Bytes of the aligned word that contains `address`, as strobe bit b says for byte b.
  void write_word(std::uint32_t address, std::uint32_t data, unsigned strobe = 0xF);

  // Null when the page was never touched (it reads zero).
  const Page* find_page(std::uint32_t address) const { return table_[address >> kPageBits].get(); }
  Page* find_page(std::uint32_t address) { return table_[address >> kPageBits].get(); }
  Page& touch_page(std::uint32_t address);

  // The decoded instruction at a word-aligned address, decoding it now if need be. Writes through this class drop
  // the decoded form of the words they touch.
  const DecodedInstruction& decoded(std::uint32_t pc);

  DecodedInstruction* decoded_page(std::uint32_t pc);

  // Everything reads zero again. Pages stay: pointers to them remain good.
  void clear();
  // Takes over all bytes of the other memory.
  void copy_from(const DeviceMemory& other);

 private:
  std::vector<std::unique_ptr<Page>> table_;
};

}  // namespace heddle::model
