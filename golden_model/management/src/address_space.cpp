#include "heddle/management/address_space.h"

#include <algorithm>
#include <stdexcept>

namespace heddle::management {
namespace {

constexpr unsigned kWholeWord = 15;

bool in(const mgmt::Window& window, std::uint32_t base) { return window.base == base; }
bool has_memory(const mgmt::Window& window) {
  return in(window, mgmt::kBootRomBase) || in(window, mgmt::kSramBase) || in(window, mgmt::kDeviceMemoryBase);
}

std::uint32_t bytes_of(const mgmt::Window& window) { return window.last - window.base + 1; }

}  // namespace

AddressSpace::AddressSpace(std::uint32_t sram_bytes, std::vector<std::uint8_t> rom, model::DeviceMemory& memory)
    : rom_(std::move(rom)), sram_(sram_bytes), memory_(memory) {
  const std::uint32_t rom_bytes = bytes_of(*mgmt::find_window(mgmt::kBootRomBase));
  if (rom_.size() > rom_bytes || sram_bytes > bytes_of(*mgmt::find_window(mgmt::kSramBase)) || sram_bytes % 4 != 0) {
    throw std::invalid_argument("boot ROM or SRAM are larger than their windows, or no whole words");
  }
  rom_.resize(rom_bytes);
}

bool AddressSpace::refused(std::uint32_t address) const {
  for (const auto& [first, last] : refused_) {
    if (address >= first && address <= last) return true;
  }
  return false;
}

std::optional<std::uint32_t> AddressSpace::stored_word(std::uint32_t address) const {
  const auto word_of = [](const std::vector<std::uint8_t>& bytes, std::uint32_t at) -> std::optional<std::uint32_t> {
    if (at >= bytes.size()) return std::nullopt;
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[at + i]) << 8 * i;
    return word;
  };
  const mgmt::Window& window = *mgmt::find_window(address);
  if (in(window, mgmt::kBootRomBase)) return word_of(rom_, address - window.base);
  if (in(window, mgmt::kSramBase)) return word_of(sram_, address - window.base);
  if (refused(address)) return std::nullopt;
  return memory_.read_word(address);
}

std::optional<std::uint32_t> AddressSpace::fetch(std::uint32_t address) {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !window->hart.execute) return std::nullopt;
  return stored_word(address);
}

std::optional<std::uint32_t> AddressSpace::load(std::uint32_t address, unsigned strobe) {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !window->hart.read) return std::nullopt;
  if (window->external) return load_external(address, strobe);
  if (has_memory(*window)) return stored_word(address);
  const mgmt::RegisterInfo* info = mgmt::find_register(address);
  if (info == nullptr || !info->hart.read || strobe != kWholeWord) return std::nullopt;
  return load_register(address);
}

bool AddressSpace::store(std::uint32_t address, unsigned strobe, std::uint32_t data) {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !window->hart.write) return false;
  if (window->external) return store_external(address, strobe, data);
  if (in(*window, mgmt::kSramBase)) {
    const std::uint32_t at = address - window->base;
    if (at >= sram_.size()) return false;
    for (unsigned i = 0; i < 4; ++i) {
      if ((strobe >> i & 1) != 0) sram_[at + i] = static_cast<std::uint8_t>(data >> 8 * i);
    }
    return true;
  }
  if (in(*window, mgmt::kDeviceMemoryBase)) {
    if (refused(address)) return false;
    memory_.write_word(address, data, strobe);
    return true;
  }
  const mgmt::RegisterInfo* info = mgmt::find_register(address);
  if (info == nullptr || !info->hart.write || strobe != kWholeWord) return false;
  return store_register(address, data);
}

void AddressSpace::write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  if (address >= mgmt::kDeviceMemoryBase) return memory_.write(address, bytes);
  const std::uint32_t at = address - mgmt::kSramBase;
  if (at > sram_.size() || bytes.size() > sram_.size() - at) {
    throw std::out_of_range("a write outside SRAM and device memory");
  }
  std::ranges::copy(bytes, sram_.begin() + at);
}

std::uint8_t AddressSpace::byte(std::uint32_t address) const {
  const mgmt::Window* window = mgmt::find_window(address);
  if (window == nullptr || !has_memory(*window)) throw std::out_of_range("a read outside ROM, SRAM and device memory");
  const std::optional<std::uint32_t> word = stored_word(address & ~3u);
  if (!word) throw std::out_of_range("a read of memory that does not exist or refuses");
  return static_cast<std::uint8_t>(*word >> 8 * (address & 3));
}

}  // namespace heddle::management
