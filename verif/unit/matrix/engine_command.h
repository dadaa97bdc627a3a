// Commands of the matrix engine as docs/matrix.md has them: fields, descriptor, and what the checks must say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>

#include "heddle/matrix/dot.h"

namespace heddle::matrix_test {

struct Place {
  std::uint32_t address = 0, stride = 0, scale_address = 0, scale_stride = 0;  // bytes
  bool transposed = false;
};

struct Command {
  matrix::Format format;
  Place a, b;
  std::uint32_t rows = 0, columns = 0, groups = 0;  // M, N, K
  std::uint32_t row = 0, column = 0;                // of the tile in the buffer
  bool buffer = false, accumulate = false, arrive = false;
  std::uint16_t id = 0;
  std::uint32_t barrier = 0;
};

using Descriptor = std::array<std::uint32_t, 16>;
Descriptor encode(const Command& command);

// Who issues a command: workgroup, its scratchpad allocation, the buffers it may use.
struct Context {
  unsigned owner = 0;
  std::uint32_t base = 0, size = 0x4'0000;  // bytes
  unsigned buffers = 3;
};

struct Fault {
  unsigned owner = 0, id = 0, cause = 0, operand = 0;
  std::uint32_t value = 0;
  bool operator==(const Fault&) const = default;
};

// Bytes of an element; of E2M1 none.
unsigned element_bytes(matrix::Element element);

// What a command reads of an operand (0 A, 1 B, 2 scales of A, 3 scales of B, 4 mbarrier): the first byte behind it,
// from the start of the allocation. None if it does not read that operand.
std::optional<std::uint64_t> end_of(const Command& command, unsigned operand);

// The fault of a descriptor, by docs/matrix.md. `faulted`: workgroups that have had one; the function adds to them.
std::optional<Fault> check(const Descriptor& descriptor, const Context& context, unsigned dim,
                           std::set<unsigned>& faulted);

}  // namespace heddle::matrix_test
