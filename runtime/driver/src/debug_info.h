#pragma once

#include <elfutils/libdw.h>
#include <libelf.h>

#include <filesystem>
#include <mutex>

#include "heddle/driver/kernel_image.h"

namespace heddle::driver {

/// Owns the open file, its libelf handle and, if the file has debug information, its libdw handle.
class KernelImage::DebugInfo {
 public:
  /// Opens `file`; `elf()` is null if it is not readable or not an archive member or object libelf understands.
  explicit DebugInfo(const std::filesystem::path& file);
  ~DebugInfo();
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;

  bool readable() const { return descriptor_ >= 0; }
  Elf* elf() const { return elf_; }
  /// Fills file, line and inlined of `location`, as far as the debug information goes.
  void locate(uint32_t pc, SourceLocation& location) const;
  /// The struct that the only parameter of the function `kernel` points to.
  std::optional<KernelArguments> arguments(const std::string& kernel) const;

 private:
  Dwarf* dwarf() const;  // with the lock held
  int descriptor_ = -1;
  Elf* elf_ = nullptr;
  // libdw reads on demand, into what its handle has: one thread at a time.
  mutable std::mutex mutex_;
  mutable Dwarf* dwarf_ = nullptr;
};

}  // namespace heddle::driver
