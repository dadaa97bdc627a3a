// A bare-metal program: its ELF file, what of it a run needs, and where it lies in device memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "heddle/driver/kernel_image.h"
#include "heddle/generated/memory_map.h"

namespace heddle::exec {

struct ProgramSymbols {
  std::string tohost = "tohost";
  // Both empty: no signature is wanted.
  std::string begin_signature, end_signature;
};

class Program {
 public:
  // Memory that the program may use, readable, writable and executable. Behind it lie the boot code and the backing
  // store of the private windows.
  static constexpr uint32_t kRamBase = memory_map::kDeviceBase;
  static constexpr uint32_t kRamBytes = 64U << 20;
  static constexpr uint32_t kBootBase = kRamBase + kRamBytes;
  static constexpr uint32_t kBootBytes = 4096;
  static constexpr uint32_t kPrivateBacking = kBootBase + 2 * kBootBytes;
  // Of the private window, where the program does not ask for more.
  static constexpr uint32_t kPrivateBytes = 64U << 10;

  struct Range {
    uint32_t first = 0;
    uint32_t bytes = 0;
    bool is_private = false;  // in the private window: every lane has its own
  };

  // Throws DeviceError(kBadElf) that names the file, what is wrong and what to do.
  Program(const std::filesystem::path& elf, const ProgramSymbols& symbols);

  const driver::KernelImage& image() const { return image_; }
  uint32_t tohost() const { return tohost_; }
  const std::optional<Range>& signature() const { return signature_; }
  // Bytes of each lane's private window, at whose end its stack begins; a multiple of 16.
  uint32_t private_bytes() const { return private_bytes_; }
  // Throws DeviceError(kBadElf): it has segments in the private window, which the management core does not have.
  void require_no_private() const;
  bool private_tohost() const { return memory_map::in_private(tohost_); }

 private:
  [[noreturn]] void fail(const std::string& what) const;
  uint32_t symbol(const std::string& name, const char* option) const;
  // Whether the program has this memory: its RAM, or within the segments in the private window.
  bool has_memory(uint32_t first, uint32_t bytes) const;

  driver::KernelImage image_;
  uint32_t private_bytes_ = kPrivateBytes;
  uint32_t tohost_ = 0;
  std::optional<Range> signature_;
};

}  // namespace heddle::exec
