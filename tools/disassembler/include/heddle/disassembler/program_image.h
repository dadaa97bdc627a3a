#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle::isa {

// The file cannot be read, or is no 32-bit little-endian RISC-V ELF file. what() names the file and the reason.
class ProgramError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CodeSection {
  std::string name;
  uint32_t address;  // of its first byte; in an object file, which is not linked yet, 0
  std::vector<uint8_t> bytes;
  std::map<uint32_t, std::vector<std::string>> labels;  // symbols at an address, in the order of the file
};

struct SourceLine {
  std::string file;
  int line;
  bool operator==(const SourceLine&) const = default;
};

// What a disassembly shows of an ELF file: code, labels and source lines. Everything is read in the constructor.
class ProgramImage {
 public:
  // Throws ProgramError.
  explicit ProgramImage(const std::filesystem::path& file);

  const std::vector<CodeSection>& code() const { return code_; }
  // Is it an object file, not linked yet? Such files have no source lines here: their addresses are not final.
  bool is_object() const { return is_object_; }
  // Does the file say that it has 16-bit instructions?
  bool has_compressed() const { return has_compressed_; }

  // "name" or "name+0x10": the last label at or before an address of this section; empty where there is none.
  std::string describe(const CodeSection& section, uint32_t address) const;

  // The source line an instruction comes from, from the DWARF line table; nothing where there is none.
  std::optional<SourceLine> source_line(uint32_t address) const;

 private:
  friend class ElfReader;

  std::vector<CodeSection> code_;
  // From this address on, up to the next entry; no line where a sequence of the line table ends.
  std::map<uint32_t, std::optional<SourceLine>> lines_;
  bool is_object_ = false;
  bool has_compressed_ = false;
};

}  // namespace heddle::isa
