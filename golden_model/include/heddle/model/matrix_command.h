// Matrix commands (docs/matrix.md): a descriptor, its checks, and what the command does to the accumulators.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "heddle/matrix/dot.h"
#include "heddle/model/copy_command.h"
#include "heddle/model/types.h"

namespace heddle::model {

inline constexpr unsigned kMatrixDescriptorWords = 16;
using MatrixDescriptor = std::array<std::uint32_t, kMatrixDescriptorWords>;

struct MatrixCommand {
  // Where the rows of A, or the columns of B, are; from the start of the allocation.
  struct Operand {
    bool transpose = false;
    std::uint32_t address = 0;
    std::uint32_t stride = 0;
    std::uint32_t scale_address = 0;
    std::uint32_t scale_stride = 0;
  };

  matrix::Format format;
  Operand a, b;
  unsigned buffer = 0;  // of the workgroup's
  bool accumulate = false;
  bool arrive = false;
  std::uint32_t identifier = 0;
  unsigned rows = 0;     // M
  unsigned columns = 0;  // N
  unsigned groups = 0;   // K
  unsigned row = 0;      // of the tile in the buffer
  unsigned column = 0;
  std::uint32_t barrier = 0;

  static std::uint32_t identifier_of(const MatrixDescriptor& d) { return d[0] >> 16; }
};

// Causes 2 to 6, for a workgroup with so many buffers and an allocation of so many bytes; fills `command` where there
// is none.
std::optional<EngineFault> check(const MatrixDescriptor& descriptor, const Shape& shape, unsigned buffers,
                                 std::uint32_t allocation, MatrixCommand& command);

// `scratch`: the workgroup's allocation; `accumulators`: of the buffer that the command names.
void perform(const MatrixCommand& command, const Shape& shape, std::span<const std::uint8_t> scratch,
             std::span<std::uint32_t> accumulators);

}  // namespace heddle::model
