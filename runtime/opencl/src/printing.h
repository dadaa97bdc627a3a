#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::opencl {

/// Formats what kernels print: takes the text of the output ring, in which calls of printf are records of words
/// (heddle_opencl_abi.h), and writes to the standard output.
class Printer {
 public:
  using ReadMemory = std::function<void(uint32_t address, std::span<std::byte> bytes)>;
  explicit Printer(ReadMemory read) : read_(std::move(read)) {}

  void take(std::string_view text);

 private:
  std::string string_at(uint32_t address);

  ReadMemory read_;
  std::map<uint32_t, std::string> formats_;
};

/// One call: the format as OpenCL C has it (6.12.13 of 1.2), arguments in whole words. `string_at` gives the string at
/// a device address.
std::string format_call(std::string_view format, std::span<const uint32_t> words,
                        const std::function<std::string(uint32_t)>& string_at);

}  // namespace heddle::opencl
