#include "sparse_memory.h"

#include <algorithm>
#include <cstring>

namespace heddle::harness {

SparseMemory::SparseMemory() : pages_((uint64_t{1} << 32) / kPageBytes - kBase / kPageBytes) {}

bool SparseMemory::contains(uint32_t address, uint64_t size) {
  return address >= kBase && uint64_t{address} + size <= (uint64_t{1} << 32);
}

std::byte* SparseMemory::writable(uint32_t address) {
  const uint32_t index = (address - kBase) / kPageBytes;
  auto& page = pages_[index];
  if (!page) {
    page = std::make_unique<Page>();  // zeroed
    written_.push_back(index);
  }
  return page->data() + address % kPageBytes;
}

void SparseMemory::read(uint32_t address, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const size_t part = std::min<size_t>(bytes.size(), kPageBytes - address % kPageBytes);
    const auto& page = pages_[(address - kBase) / kPageBytes];
    if (page) {
      std::memcpy(bytes.data(), page->data() + address % kPageBytes, part);
    } else {
      std::memset(bytes.data(), 0, part);
    }
    bytes = bytes.subspan(part);
    address += static_cast<uint32_t>(part);
  }
}

void SparseMemory::write(uint32_t address, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const size_t part = std::min<size_t>(bytes.size(), kPageBytes - address % kPageBytes);
    std::memcpy(writable(address), bytes.data(), part);
    bytes = bytes.subspan(part);
    address += static_cast<uint32_t>(part);
  }
}

bool SparseMemory::read_beat(uint64_t address, std::span<std::byte> out) const {
  const auto at = static_cast<uint32_t>(address);
  if (at != address || !contains(at, out.size())) return false;
  read(at, out);
  return true;
}

bool SparseMemory::write_beat(uint64_t address, std::span<const std::byte> in, const LineStrobe& strobe) {
  const auto at = static_cast<uint32_t>(address);
  if (at != address || !contains(at, in.size())) return false;
  std::byte* const line = writable(at);
  for (unsigned i = 0; i < in.size(); ++i) {
    if (strobe_bit(strobe, i)) line[i] = in[i];
  }
  return true;
}

}  // namespace heddle::harness
