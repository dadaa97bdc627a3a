#include "heddle/driver/allocator.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "heddle/driver/error.h"

namespace heddle::driver {
namespace {

uint64_t round_up(uint64_t value, uint64_t alignment) { return (value + alignment - 1) & ~(alignment - 1); }

uint64_t distance(const Allocation& block, uint32_t address) {
  if (address < block.base) return block.base - address;
  return address > block.last() ? address - block.last() : 0;
}

}  // namespace

uint32_t Allocator::allocate(uint64_t bytes, uint32_t alignment, std::string label, bool kernel_access) {
  if (bytes == 0) throw DeviceError(ErrorKind::kInvalidArgument, "allocate: 0 bytes asked for");
  if (!std::has_single_bit(alignment)) {
    throw DeviceError(ErrorKind::kInvalidArgument,
                      fmt::format("allocate: alignment {} is not a power of two", alignment));
  }
  uint64_t start = round_up(uint64_t{base_} + kGuardBytes, alignment);
  for (const auto& [block_base, block] : blocks_) {
    if (start + bytes + kGuardBytes <= block_base) break;
    start = round_up(uint64_t{block.last()} + 1 + kGuardBytes, alignment);
  }
  if (bytes > capacity() || start + bytes + kGuardBytes > end_) {
    throw DeviceError(ErrorKind::kOutOfMemory,
                      fmt::format("out of device memory: {} bytes asked for{}, {} of {} bytes in use", bytes,
                                  label.empty() ? "" : fmt::format(" for '{}'", label), used_, capacity()));
  }
  const auto base = static_cast<uint32_t>(start);
  blocks_[base] = {base, static_cast<uint32_t>(bytes), std::move(label), kernel_access};
  used_ += bytes;
  return base;
}

void Allocator::free(uint32_t base) {
  const auto block = blocks_.find(base);
  if (block == blocks_.end()) {
    const auto inside = find(base);
    throw DeviceError(ErrorKind::kInvalidArgument,
                      fmt::format("free: {:#010x} is {}", base,
                                  inside ? fmt::format("inside the allocation at {:#010x}, not its start", inside->base)
                                         : std::string("no allocation (freed already?)")));
  }
  used_ -= block->second.bytes;
  blocks_.erase(block);
}

std::optional<Allocation> Allocator::find(uint32_t address) const {
  auto above = blocks_.upper_bound(address);
  if (above == blocks_.begin()) return std::nullopt;
  const Allocation& block = std::prev(above)->second;
  if (address > block.last()) return std::nullopt;
  return block;
}

std::optional<Allocation> Allocator::nearest(uint32_t address) const {
  std::optional<Allocation> best;
  for (const auto& [base, block] : blocks_) {
    if (block.kernel_access && (!best || distance(block, address) < distance(*best, address))) best = block;
  }
  return best;
}

}  // namespace heddle::driver
