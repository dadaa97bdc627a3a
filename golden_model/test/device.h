// A Machine that tests drive through its registers: two regions, one workgroup in each launch slot.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

#include "heddle/generated/registers.h"
#include "heddle/model/machine.h"
#include "rig.h"

namespace heddle::model::test {

struct Device {
  Machine machine;
  std::uint32_t block = 0;  // of registers, for everything below

  explicit Device(const Shape& shape = {.cores = 2, .warps = 4, .lanes = 4, .regions = 6, .scratchpad_bytes = 1024})
      : machine(shape) {
    use(0);
  }

  // The registers of that launch slot from now on.
  void use(unsigned slot) {
    block = slot * regs::launches::kStrideValue;
    if (read(regs::kEntry) != 0) return;
    write(regs::kEntry, kCode);
    write(regs::kPrivateBase, kPrivateStore);
    write(regs::kPrivateSize, 64);
    region(0, kCode, 0xFFFF, 5);
    region(1, kData, 0xFFFF, 3);
    grid({1, 1, 1}, {4, 1, 1});
  }

  std::uint32_t read(std::uint32_t offset) const {
    const std::optional<std::uint32_t> value = machine.read_register(block + offset);
    EXPECT_TRUE(value.has_value()) << std::hex << offset;
    return value.value_or(0xDEADDEAD);
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    EXPECT_TRUE(machine.write_register(block + offset, value)) << std::hex << offset;
  }
  void region(unsigned index, std::uint32_t base, std::uint32_t span, std::uint32_t rights) {
    write(regs::kRegionBase + index * regs::kRegionBaseStride, base);
    write(regs::kRegionLast + index * regs::kRegionLastStride, base + span);
    write(regs::kRegionAttr + index * regs::kRegionAttrStride, rights);
  }
  void grid(const Vector3& groups, const Vector3& local) {
    for (unsigned axis = 0; axis < 3; ++axis) {
      write(regs::kNumGroups + 4 * axis, groups[axis]);
      write(regs::kLocalSize + 4 * axis, local[axis]);
    }
  }
  void load(const Program& p) {
    const std::vector<std::uint32_t> words = p.assemble();
    std::vector<std::uint8_t> bytes(words.size() * 4);
    std::memcpy(bytes.data(), words.data(), bytes.size());
    machine.write_memory(p.base(), bytes);
  }
  std::uint32_t word(std::uint32_t address) const { return machine.memory().device().read_word(address); }
  void start() { write(regs::kControl, regs::control::kStart.set(1)); }
  // To the end of the launch; the status register then.
  std::uint32_t run(std::uint64_t most = 1'000'000) {
    start();
    machine.advance(most);
    const std::uint32_t status = read(regs::kStatus);
    EXPECT_FALSE(machine.busy());
    return status;
  }
};

inline constexpr std::uint32_t kDone = regs::status::kDone.mask();
inline constexpr std::uint32_t kFault = regs::status::kFault.mask();

}  // namespace heddle::model::test
