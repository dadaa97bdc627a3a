#include "heddle/blas/format.h"

#include <algorithm>
#include <array>

namespace heddle::blas {
namespace {

// docs/matrix.md, word 0 of a command.
enum Element : uint32_t { kInt8, kTf32, kFp16, kBf16, kE5m2, kE4m3, kE2m1 };
constexpr uint32_t command(Element a, Element b, uint32_t scale) { return a | b << 3 | scale << 6; }

constexpr std::array kFormats = {
    FormatInfo{Format::kInt8, "int8", 8, 32, 0, command(kInt8, kInt8, 0), false, false},
    FormatInfo{Format::kTf32, "tf32", 32, 8, 0, command(kTf32, kTf32, 0), false, false},
    FormatInfo{Format::kFp16, "fp16", 16, 16, 0, command(kFp16, kFp16, 0), false, false},
    FormatInfo{Format::kBf16, "bf16", 16, 16, 0, command(kBf16, kBf16, 0), false, false},
    FormatInfo{Format::kFp8E4m3, "fp8_e4m3", 8, 32, 0, command(kE4m3, kE4m3, 0), true, false},
    FormatInfo{Format::kFp8E5m2, "fp8_e5m2", 8, 32, 0, command(kE5m2, kE5m2, 0), true, false},
    FormatInfo{Format::kFp8E4m3E5m2, "fp8_e4m3_e5m2", 8, 32, 0, command(kE4m3, kE5m2, 0), true, false},
    FormatInfo{Format::kFp8E5m2E4m3, "fp8_e5m2_e4m3", 8, 32, 0, command(kE5m2, kE4m3, 0), true, false},
    FormatInfo{Format::kMxfp8E4m3, "mxfp8_e4m3", 8, 32, 1, command(kE4m3, kE4m3, 1), true, false},
    FormatInfo{Format::kMxfp8E5m2, "mxfp8_e5m2", 8, 32, 1, command(kE5m2, kE5m2, 1), true, false},
    FormatInfo{Format::kMxfp4, "mxfp4", 4, 64, 2, command(kE2m1, kE2m1, 1), false, true},
    FormatInfo{Format::kNvfp4, "nvfp4", 4, 64, 4, command(kE2m1, kE2m1, 2), false, true},
    FormatInfo{Format::kFp32, "fp32", 32, 1, 0, 0, false, false},
};

constexpr std::array kOutputs = {
    OutputInfo{Output::kFp32, "fp32", 32, 0, 0},
    OutputInfo{Output::kInt32, "int32", 32, 0, 0},
    OutputInfo{Output::kFp16, "fp16", 16, 0, 0},
    OutputInfo{Output::kBf16, "bf16", 16, 0, 0},
    OutputInfo{Output::kInt8, "int8", 8, 0, 0},
    OutputInfo{Output::kFp8E4m3, "fp8_e4m3", 8, 0, 0},
    OutputInfo{Output::kFp8E5m2, "fp8_e5m2", 8, 0, 0},
    OutputInfo{Output::kMxfp8E4m3, "mxfp8_e4m3", 8, 32, 1},
    OutputInfo{Output::kMxfp8E5m2, "mxfp8_e5m2", 8, 32, 1},
    OutputInfo{Output::kMxfp4, "mxfp4", 4, 32, 2},
    OutputInfo{Output::kNvfp4, "nvfp4", 4, 16, 4},
};

}  // namespace

const FormatInfo& info(Format format) { return kFormats.at(static_cast<size_t>(format)); }
std::span<const FormatInfo> formats() { return kFormats; }
std::optional<Format> format_named(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &FormatInfo::name);
  if (found == kFormats.end()) return std::nullopt;
  return found->format;
}

const OutputInfo& info(Output output) { return kOutputs.at(static_cast<size_t>(output)); }
std::span<const OutputInfo> outputs() { return kOutputs; }

}  // namespace heddle::blas
