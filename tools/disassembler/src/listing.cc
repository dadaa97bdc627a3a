#include "heddle/disassembler/listing.h"

#include <fmt/ostream.h>

#include <fstream>
#include <ostream>
#include <unordered_map>

namespace heddle::isa {
namespace {

// Lines of source files, read once. A file that cannot be read has none.
class SourceText {
 public:
  std::string line(const SourceLine& where) {
    auto [entry, is_new] = files_.try_emplace(where.file);
    if (is_new) {
      std::ifstream stream(where.file);
      for (std::string text; std::getline(stream, text);) entry->second.push_back(text);
    }
    const auto index = static_cast<size_t>(where.line) - 1;
    return index < entry->second.size() ? entry->second[index] : std::string();
  }

 private:
  std::unordered_map<std::string, std::vector<std::string>> files_;
};

uint32_t load(const std::vector<uint8_t>& bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= static_cast<uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

void write_section(const ProgramImage& image, const CodeSection& section, const ListingOptions& options,
                   SourceText& source, std::ostream& out) {
  fmt::print(out, "\nsection {}\n", section.name);
  std::optional<SourceLine> shown;
  for (size_t at = 0; at < section.bytes.size();) {
    const uint32_t address = section.address + static_cast<uint32_t>(at);
    if (const auto labels = section.labels.find(address); labels != section.labels.end()) {
      fmt::print(out, "\n");
      for (const std::string& label : labels->second) fmt::print(out, "{:08x} <{}>:\n", address, label);
      shown.reset();
    }
    const std::optional<SourceLine> line = options.source ? image.source_line(address) : std::nullopt;
    if (line && line != shown) {
      fmt::print(out, "; {}:{}", line->file, line->line);
      const std::string text = source.line(*line);
      fmt::print(out, "{}{}\n", text.empty() ? "" : "  ", text);
      shown = line;
    }
    const size_t left = section.bytes.size() - at;
    const bool half = left < 4 || (image.has_compressed() && (section.bytes[at] & 3) != 3);
    if (half) {
      const size_t size = left < 2 ? 1 : 2;
      const uint32_t value = load(section.bytes, at, size);
      fmt::print(out, "{:8x}:  {:<8}  {} {:#x}\n", address, fmt::format("{:0{}x}", value, size * 2),
                 size == 1 ? ".byte" : ".half", value);
      at += size;
      continue;
    }
    const uint32_t instr = load(section.bytes, at, 4);
    fmt::print(out, "{:8x}:  {:08x}  {}", address, instr, disassemble(instr, address, options.style));
    if (const auto target = branch_target(instr, address)) {
      const std::string place = image.describe(section, *target);
      if (!place.empty()) fmt::print(out, " <{}>", place);
    }
    fmt::print(out, "\n");
    at += 4;
  }
}

}  // namespace

void write_listing(const ProgramImage& image, const ListingOptions& options, std::ostream& out) {
  SourceText source;
  for (const CodeSection& section : image.code()) write_section(image, section, options, source, out);
}

}  // namespace heddle::isa
