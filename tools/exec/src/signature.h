// The memory that a program leaves for comparison, as the RISC-V architecture tests print it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace heddle::exec {

// One line for every `granularity` bytes (a power of two from 1 to 16): hexadecimal, the byte at the highest address
// first; a last line that is not full is filled with zeros.
std::string signature_text(std::span<const std::byte> bytes, unsigned granularity);

// Throws std::runtime_error that names the file when it cannot be written.
void write_signature(const std::filesystem::path& file, std::span<const std::byte> bytes, unsigned granularity);

}  // namespace heddle::exec
