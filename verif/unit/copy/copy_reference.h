// What a copy command does, written from docs/copy.md ("Copy commands").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace heddle::copy_test {

constexpr unsigned kDescriptorWords = 32;
using Descriptor = std::array<std::uint32_t, kDescriptorWords>;

enum class Cause : std::uint8_t { kNone, kAfter, kFormat, kSize, kAlignment, kRange, kAccess, kMemory };

struct Region {
  std::uint32_t base = 0, last = 0;  // bytes, both inclusive
  bool read = false, write = false;
};

struct Fault {
  Cause cause = Cause::kNone;
  std::uint32_t value = 0;
};

// A byte that moves. A fill, and an element outside of the tensor that is loaded, has no source.
struct Move {
  std::uint32_t scratch = 0;            // from the start of the allocation
  std::optional<std::uint32_t> memory;  // address
  std::uint8_t fill = 0;
};

struct Outcome {
  std::optional<Fault> fault;  // of causes 2 to 6
  bool store = false;
  std::vector<Move> moves;  // in order; where access faults those of the elements before
  std::uint32_t bytes = 0;  // of the box
};

// `scratch_size`: bytes of the workgroup's allocation.
Outcome perform(const Descriptor& descriptor, std::uint32_t scratch_size, const std::vector<Region>& regions);

}  // namespace heddle::copy_test
