// The code of a program, as much as control-flow analysis needs.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "heddle/model/device_memory.h"
#include "heddle/model/types.h"

namespace heddle::reconvergence {

// A file that is no readable ELF32 for RISC-V; what() says why.
class CodeImageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CodeImage {
  struct Segment {
    std::uint32_t base = 0;
    std::vector<std::uint32_t> words;
  };

  std::vector<Segment> segments;      // executable ones
  std::set<std::uint32_t> functions;  // first instructions: symbols of type FUNC and the entry

  // The instruction word at `pc`; nothing outside the segments.
  std::optional<std::uint32_t> word(std::uint32_t pc) const;

  // Throws CodeImageError.
  static CodeImage read(const std::string& elf_path);
  // What a launch may execute: the pages of its executable regions that were ever touched. No function is known but
  // the entry.
  static CodeImage in_memory(const model::DeviceMemory& memory, const model::Launch& launch);
};

}  // namespace heddle::reconvergence
