#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace heddle::blas {

/// Formats of A and B: those of docs/matrix.md on the matrix engine, and single precision on the lanes.
enum class Format : uint8_t {
  kInt8,
  kTf32,
  kFp16,
  kBf16,
  kFp8E4m3,
  kFp8E5m2,
  kFp8E4m3E5m2,  ///< A E4M3, B E5M2
  kFp8E5m2E4m3,
  kMxfp8E4m3,
  kMxfp8E5m2,
  kMxfp4,
  kNvfp4,
  kFp32,
};

/// What the results are stored as.
enum class Output : uint8_t {
  kFp32,
  kInt32,  ///< Of kInt8 alone: wraps as its accumulators do.
  kFp16,
  kBf16,
  kInt8,  ///< To nearest, ties to even; saturates.
  kFp8E4m3,
  kFp8E5m2,
  kMxfp8E4m3,  ///< From here on: with scales, laid out as those of an operand.
  kMxfp8E5m2,
  kMxfp4,
  kNvfp4,
};

/// How a format lies in memory.
struct FormatInfo {
  Format format;
  std::string_view name;     ///< As on command lines: fp8_e4m3, ...
  uint32_t element_bits;     ///< Of A and B.
  uint32_t group_elements;   ///< In 32 bytes of a row; 1 for kFp32.
  uint32_t row_scale_bytes;  ///< Scales of a row and a group; 0: the format has none.
  uint32_t command;          ///< Elements and scales as in word 0 of a matrix command.
  bool needs_fp8, needs_fp4;

  bool on_engine() const { return format != Format::kFp32; }
  /// Peak of the engine: multiply-adds per cycle and element of the array.
  uint32_t rate() const { return 32 / element_bits; }
};

const FormatInfo& info(Format format);
std::span<const FormatInfo> formats();
std::optional<Format> format_named(std::string_view name);

struct OutputInfo {
  Output output;
  std::string_view name;
  uint32_t element_bits;
  uint32_t block;            ///< Elements with one scale; 0: no scales.
  uint32_t row_scale_bytes;  ///< Scales of a row and 32 bytes of it; 0: none.
};
const OutputInfo& info(Output output);
std::span<const OutputInfo> outputs();

}  // namespace heddle::blas
