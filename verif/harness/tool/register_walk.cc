#include "register_walk.h"

#include <fmt/format.h>

#include <array>

#include "heddle/generated/registers.h"

namespace heddle::harness {

namespace {

constexpr uint32_t kBytes = 0x1000;
constexpr std::array<uint32_t, 4> kPatterns{0x5555'5555, 0xAAAA'AAAA, 0x0F0F'F0F0, 0};

// Of any launch slot.
bool is_control(uint32_t offset) {
  const uint32_t own = offset % regs::launches::kStrideValue;
  return own == regs::kControl || own == regs::kInterruptClear;
}

// Whether the device takes a write.
bool try_write(RtlDevice& device, uint32_t offset, uint32_t value) {
  try {
    device.write_register(offset, value);
    return true;
  } catch (const RegisterAccessError&) {
    return false;
  }
}

}  // namespace

void walk_registers(RtlDevice& device) {
  unsigned refused = 0, held = 0;
  for (uint32_t offset = 0; offset < kBytes; offset += 4) {
    if (is_control(offset)) continue;
    if (!try_write(device, offset, 0)) {
      ++refused;
      continue;
    }
    const uint32_t low = device.read_register(offset);
    device.write_register(offset, ~0U);
    const uint32_t writable =  // none, where what is written has no effect
        device.read_register(offset) ^ low;
    held += writable != 0 ? 1 : 0;
    for (const uint32_t pattern : kPatterns) {
      device.write_register(offset, pattern);
      const uint32_t expected = (low & ~writable) | (pattern & writable);
      const uint32_t got = device.read_register(offset);
      if (got != expected) {
        throw RtlError(fmt::format("register {:#05x}: {:#010x} written, {:#010x} read instead of {:#010x}", offset,
                                   pattern, got, expected));
      }
    }
  }
  if (refused == 0 || held == 0) {
    throw RtlError(fmt::format("{} registers hold what is written, {} refuse it", held, refused));
  }
}

}  // namespace heddle::harness
