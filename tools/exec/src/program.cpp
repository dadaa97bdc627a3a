#include "program.h"

#include <fmt/format.h>

#include <algorithm>

#include "heddle/driver/error.h"

namespace heddle::exec {

Program::Program(const std::filesystem::path& elf, const ProgramSymbols& symbols)
    : image_(elf, kRamBase, kRamBytes, driver::ImageUse::kBareMetal) {
  for (const driver::KernelImage::Segment& segment : image_.private_segments()) {
    const uint32_t end = segment.address - memory_map::kPrivateBase + segment.memory_bytes;
    private_bytes_ = std::max(private_bytes_, (end + 15) / 16 * 16);
  }
  tohost_ = symbol(symbols.tohost, "--tohost");
  if (!has_memory(tohost_, 4)) {
    fail(fmt::format("'{}' is at {:#010x}, where the program has no memory", symbols.tohost, tohost_));
  }
  if (tohost_ % 4 != 0) fail(fmt::format("'{}' is at {:#010x}, no multiple of 4", symbols.tohost, tohost_));
  if (symbols.begin_signature.empty()) return;
  const uint32_t first = symbol(symbols.begin_signature, "--begin-signature");
  const uint32_t end = symbol(symbols.end_signature, "--end-signature");
  if (end <= first) {
    fail(fmt::format("the signature is empty: '{}' is at {:#010x}, '{}' at {:#010x}", symbols.begin_signature, first,
                     symbols.end_signature, end));
  }
  if (!has_memory(first, end - first)) {
    fail(fmt::format("the signature, {:#010x} to {:#010x}, is not in the program's memory", first, end - 1));
  }
  signature_ = Range{first, end - first, memory_map::in_private(first)};
}

void Program::require_no_private() const {
  if (image_.private_segments().empty()) return;
  fail(
      fmt::format("has a segment at {:#x}, in the private window of lanes, which the management core does not have; "
                  "link it to {:#x}",
                  image_.private_segments().front().address, kRamBase));
}

void Program::fail(const std::string& what) const {
  throw driver::DeviceError(driver::ErrorKind::kBadElf, fmt::format("{}: {}", image_.file().string(), what));
}

uint32_t Program::symbol(const std::string& name, const char* option) const {
  const std::optional<uint32_t> address = image_.symbol(name);
  if (!address) fail(fmt::format("has no symbol '{}'; name the right one with {}", name, option));
  return *address;
}

bool Program::has_memory(uint32_t first, uint32_t bytes) const {
  const auto inside = [&](uint32_t base, uint32_t size) {
    return first >= base && first - base < size && bytes <= size - (first - base);
  };
  return inside(kRamBase, kRamBytes) || inside(memory_map::kPrivateBase, private_bytes_);
}

}  // namespace heddle::exec
