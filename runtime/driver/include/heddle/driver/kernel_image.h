#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heddle::driver {

/// What is known about one code address.
struct SourceLocation {
  std::string symbol;          ///< Function symbol that covers the address, empty if none.
  uint32_t symbol_offset = 0;  ///< Address minus the symbol's.
  std::string inlined;         ///< Innermost function inlined there, empty if none.
  std::string file;            ///< Empty without debug information.
  unsigned line = 0;           ///< 0 if unknown.
};

/// What a program expects of its memory.
enum class ImageUse {
  kKernel,     ///< Built with 'heddle cc': its segments have rights, data that every lane owns is not initialised.
  kBareMetal,  ///< Expects plain memory: rights are not looked at. May have segments in the private window.
};

/// One member of a kernel's argument struct.
struct KernelArgument {
  std::string name;
  uint32_t offset = 0, bytes = 0;
};

/// The argument struct of a kernel.
struct KernelArguments {
  uint32_t bytes = 0;
  std::vector<KernelArgument> members;
};

/// A program read from an ELF file: what to load, its symbols and its debug information. Immutable but for its place.
class KernelImage {
 public:
  struct Segment {
    uint32_t address = 0;
    uint32_t memory_bytes = 0;        ///< Bytes in memory; those past `contents` are zero.
    std::vector<std::byte> contents;  ///< From the file.
    bool read = false, write = false, execute = false;

    /// What memory holds once it is loaded.
    std::vector<std::byte> memory() const;
  };

  /// Reads `file` for `use`. `memory_base`/`memory_bytes` is the part of device memory that programs are loaded into.
  /// Throws DeviceError(kBadElf) naming the file, what is wrong with it and what to do: it cannot be read; is not ELF;
  /// is not 32 bits, RISC-V, little endian or executable; a segment lies outside the program memory; it has no entry
  /// point.
  KernelImage(const std::filesystem::path& file, uint32_t memory_base, uint64_t memory_bytes,
              ImageUse use = ImageUse::kKernel);
  ~KernelImage();
  KernelImage(KernelImage&&) noexcept;
  KernelImage& operator=(KernelImage&&) noexcept;

  /// Places the image elsewhere: every address that this class gives, and those in the contents of its segments, are
  /// then what they are there. `base` is a multiple of kPlaceAlignment and the address of the lowest segment. Throws
  /// DeviceError(kBadElf) where the file has no relocations, or one that cannot be applied.
  void move_to(uint32_t base);
  static constexpr uint32_t kPlaceAlignment = 4096;
  /// Bytes from the lowest segment's first to the highest one's last.
  uint32_t span() const;
  /// What `kernel` (HD_KERNEL) takes, from the debug information; nothing where that does not say.
  std::optional<KernelArguments> arguments(const std::string& kernel) const;

  const std::filesystem::path& file() const { return file_; }
  uint32_t entry() const { return entry_; }
  /// Where lanes of `kernel` may begin instead of at entry(), if they have no thread-local variables to set up: needs
  /// `sp` on a multiple of kStackAlignment.
  std::optional<uint32_t> direct_entry(const std::string& kernel) const;
  static constexpr uint32_t kStackAlignment = 16;
  /// Loadable segments in device memory, by ascending address.
  const std::vector<Segment>& segments() const { return segments_; }
  /// Loadable segments in the private window (kBareMetal), by ascending address: every lane has its own copy.
  const std::vector<Segment>& private_segments() const { return private_segments_; }
  /// Bytes of statically allocated scratchpad (variables in the scratchpad window).
  uint32_t scratch_bytes() const { return scratch_bytes_; }

  /// Address of the function `name`, or nothing.
  std::optional<uint32_t> function(const std::string& name) const;
  /// Address of any symbol `name`, or nothing.
  std::optional<uint32_t> symbol(const std::string& name) const;
  /// Global functions, for error texts.
  std::vector<std::string> functions() const;
  /// Function (kBareMetal: if there is none, the label before it) and source line of a code address.
  SourceLocation locate(uint32_t pc) const;

 private:
  struct Symbol {
    std::string name;
    uint32_t address = 0, bytes = 0;
    bool function = false, global = false;
  };
  class DebugInfo;

  [[noreturn]] void fail(const std::string& what) const;
  void read_header();
  void read_segments(uint32_t memory_base, uint64_t memory_bytes);
  void check_layout() const;
  const char* remedy() const;
  void read_symbols();
  std::byte* loaded(uint32_t address, size_t bytes);

  std::filesystem::path file_;
  ImageUse use_;
  std::unique_ptr<DebugInfo> debug_;
  uint32_t entry_ = 0;
  bool thread_local_ = false;
  uint32_t scratch_bytes_ = 0;
  uint32_t moved_ = 0;  // by how much, modulo 2^32
  std::vector<Segment> segments_, private_segments_;
  std::vector<Symbol> symbols_;
};

}  // namespace heddle::driver
