#include "heddle/driver/host_bus.h"

#include <algorithm>
#include <cstring>

namespace heddle::driver {
namespace {

uint64_t whole_pages(uint64_t bytes) { return (bytes + HostBus::kPageBytes - 1) / HostBus::kPageBytes; }

}  // namespace

uint64_t HostBus::attach(std::span<std::byte> memory) {
  const uint64_t address = next_;
  next_ += (whole_pages(memory.size()) + 1) * kPageBytes;  // a page between any two is nobody's
  memory_[address] = memory;
  return address;
}

void HostBus::detach(uint64_t address) { memory_.erase(address); }

bool HostBus::read(uint64_t address, std::span<std::byte> out) const {
  auto found = memory_.upper_bound(address);
  if (found == memory_.begin()) return false;
  --found;
  const std::span<std::byte> memory = found->second;
  const uint64_t at = address - found->first;
  if (at + out.size() > whole_pages(memory.size()) * kPageBytes) return false;
  const size_t there = at < memory.size() ? std::min<size_t>(out.size(), memory.size() - at) : 0;
  if (there != 0) std::memcpy(out.data(), memory.data() + at, there);
  std::ranges::fill(out.subspan(there), std::byte{0});
  return true;
}

bool HostBus::write(uint64_t address, std::span<const std::byte> in) {
  if (address == kMessages && in.size() == sizeof(uint32_t)) {
    uint32_t message = 0;
    std::memcpy(&message, in.data(), sizeof message);
    messages_.push_back(message);
    return true;
  }
  auto found = memory_.upper_bound(address);
  if (found == memory_.begin()) return false;
  --found;
  const uint64_t at = address - found->first;
  if (at + in.size() > found->second.size()) return false;
  std::memcpy(found->second.data() + at, in.data(), in.size());
  return true;
}

}  // namespace heddle::driver
