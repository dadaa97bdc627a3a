// What the accesses of the management hart meet (docs/management.md, sections 4 and 5).
#pragma once

#include <cstdint>
#include <optional>

namespace heddle::management {

class Bus {
 public:
  virtual ~Bus() = default;

  // Addresses are multiples of 4; bit i of a strobe is the byte at address + i. Data are in byte position.
  // No value, false: the place does not exist, has not the right, refuses, or answers with an error; nothing happened.
  virtual std::optional<std::uint32_t> fetch(std::uint32_t address) = 0;
  virtual std::optional<std::uint32_t> load(std::uint32_t address, unsigned strobe) = 0;
  virtual bool store(std::uint32_t address, unsigned strobe, std::uint32_t data) = 0;
  // fence.i: what was fetched before is forgotten.
  virtual void forget_fetched() {}
};

}  // namespace heddle::management
