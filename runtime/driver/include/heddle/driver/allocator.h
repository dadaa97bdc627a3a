#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace heddle::driver {

/// A block of device memory that the caller owns, or its nearest one in a report.
struct Allocation {
  uint32_t base = 0;          ///< First byte.
  uint32_t bytes = 0;         ///< Exact size asked for; never 0.
  std::string label;          ///< For reports; may be empty.
  bool kernel_access = true;  ///< Lanes may read and write it: it gets a region.

  uint32_t last() const { return base + (bytes - 1); }
};

/// First-fit allocator over one range of device addresses. It never touches the memory. Between any two blocks, and at
/// both ends of the range, at least `kGuardBytes` belong to nobody, so that an overrun by less than that hits no
/// region.
class Allocator {
 public:
  static constexpr uint32_t kGuardBytes = 4096;
  static constexpr uint32_t kDefaultAlignment = 128;

  /// Manages [base, base + bytes); `bytes` may reach the end of the 32-bit address space but not wrap.
  Allocator(uint32_t base, uint64_t bytes) : base_(base), end_(uint64_t{base} + bytes) {}

  /// Reserves `bytes` bytes at a multiple of `alignment` (a power of two).
  /// Throws kInvalidArgument for 0 bytes or a bad alignment, kOutOfMemory if no gap fits.
  uint32_t allocate(uint64_t bytes, uint32_t alignment, std::string label, bool kernel_access = true);

  /// Gives a block back. Throws kInvalidArgument if `base` is not the first byte of a block.
  void free(uint32_t base);

  /// The block that holds `address`, or nothing.
  std::optional<Allocation> find(uint32_t address) const;
  /// The kernel-accessible block whose nearer end is closest to `address`, or nothing if there is none.
  std::optional<Allocation> nearest(uint32_t address) const;

  const std::map<uint32_t, Allocation>& blocks() const { return blocks_; }
  /// Bytes in blocks, guards not counted.
  uint64_t used() const { return used_; }
  /// Bytes of the whole range.
  uint64_t capacity() const { return end_ - base_; }

 private:
  uint32_t base_;
  uint64_t end_;
  uint64_t used_ = 0;
  std::map<uint32_t, Allocation> blocks_;
};

}  // namespace heddle::driver
