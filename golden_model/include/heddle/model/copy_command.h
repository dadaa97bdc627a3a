// Copy commands (docs/copy.md): a descriptor, its checks, and what the command moves.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "heddle/model/memory.h"

namespace heddle::model {

inline constexpr unsigned kCopyDescriptorWords = 32;
using CopyDescriptor = std::array<std::uint32_t, kCopyDescriptorWords>;

// What stops a command: code, operand and value of the tables of docs/copy.md and docs/matrix.md.
struct EngineFault {
  unsigned code = 0;
  unsigned operand = 0;
  std::uint32_t value = 0;

  bool operator==(const EngineFault&) const = default;
};
inline constexpr unsigned kFaultAfter = 1;  // of both engines: the workgroup has had a fault of it before

struct CopyCommand {
  static constexpr unsigned kRank = 5;
  enum class Direction : std::uint8_t { kLoad, kStore, kFill };

  unsigned rank = 1;
  unsigned element = 1;  // bytes
  Direction direction = Direction::kLoad;
  unsigned swizzle = 0;
  bool complete = false;
  std::uint32_t identifier = 0;
  std::uint32_t base = 0;
  // Beyond the rank: size and box 1, the rest 0.
  std::array<std::uint32_t, kRank> size{};
  std::array<std::uint32_t, kRank> stride{};  // bytes
  std::array<std::uint32_t, kRank> box{};
  std::array<std::int32_t, kRank> first{};
  std::uint32_t scratch = 0;  // from the start of the allocation, as the mbarrier
  std::uint32_t barrier = 0;
  std::uint32_t fill = 0;

  std::uint32_t bytes() const;                    // of the box
  std::uint32_t place(std::uint32_t byte) const;  // of a byte of the box, from the start of the allocation
  static std::uint32_t identifier_of(const CopyDescriptor& d) { return d[0] >> 16; }
};

// Causes 2 to 5, for a workgroup with an allocation of so many bytes; fills `command` where there is none.
std::optional<EngineFault> check(const CopyDescriptor& descriptor, std::uint32_t allocation, CopyCommand& command);

// Performs the command that a warp gave, in its workgroup's allocation and with its launch's rights; causes 6.
std::optional<EngineFault> perform(const CopyCommand& command, const WarpIdentity& giver, Memory& memory);

}  // namespace heddle::model
