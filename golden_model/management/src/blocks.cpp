#include "heddle/management/blocks.h"

namespace heddle::management {

using namespace mgmt::blocks;

namespace {

constexpr unsigned kWholeWord = 15;
constexpr std::uint32_t kBlockMask = ~std::uint32_t{63};

}  // namespace

std::uint32_t Blocks::load(std::uint32_t address) const {
  if (address >= kData) {
    const std::uint32_t word = (address - kData) / 4;
    return buffers_[word / kWords].words[word % kWords];
  }
  if (address >= kStatus) return buffers_[(address - kStatus) / 4].error ? kStatusError : 0;
  return buffers_[(address - kAddress) / 4].address;
}

bool Blocks::store(Bus& memory, std::uint32_t address, std::uint32_t data) {
  if (address >= kData) {
    const std::uint32_t word = (address - kData) / 4;
    buffers_[word / kWords].words[word % kWords] = data;
    return true;
  }
  if (address >= kCommand) return command(memory, buffers_[(address - kCommand) / 4], data);
  buffers_[(address - kAddress) / 4].address = data & kBlockMask;
  return true;
}

bool Blocks::command(Bus& memory, Buffer& buffer, std::uint32_t data) {
  const bool read = data == kCommandRead;
  const bool write = (data & ~kCommandWords) == kCommandWrite;
  if (buffer.address < mgmt::kDeviceMemoryBase || !(read || write)) return false;
  buffer.error = false;
  for (unsigned i = kWords; i-- > 0;) {
    const std::uint32_t at = buffer.address + 4 * i;
    if (read) {
      const std::optional<std::uint32_t> word = memory.load(at, kWholeWord);
      buffer.error |= !word;
      if (word) buffer.words[i] = *word;
    } else if ((data >> (16 + i) & 1) != 0) {
      buffer.error |= !memory.store(at, kWholeWord, buffer.words[i]);
    }
  }
  return true;
}

}  // namespace heddle::management
