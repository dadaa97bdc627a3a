#include "debug_info.h"

#include <dwarf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>

namespace heddle::driver {
namespace {

/// Functions of the kernel API are inlined everywhere: what matters to a reader is who called them.
bool is_runtime_header(const std::string& file) {
  const std::string name = std::filesystem::path(file).filename();
  return name == "heddle.h" || name == "assert.h";
}

std::optional<unsigned> number_attribute(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr(die, name, &attribute) == nullptr || dwarf_formudata(&attribute, &value) != 0) return std::nullopt;
  return static_cast<unsigned>(value);
}

/// Names the innermost inlined function of `scopes` (innermost first), and moves the location out of the runtime's
/// headers to the place that called into them.
void locate_inlined(Dwarf_Die* unit, std::span<Dwarf_Die> scopes, SourceLocation& location) {
  Dwarf_Files* files = nullptr;
  size_t file_count = 0;
  if (dwarf_getsrcfiles(unit, &files, &file_count) != 0) return;
  for (Dwarf_Die& scope : scopes) {
    if (dwarf_tag(&scope) == DW_TAG_subprogram) return;
    if (dwarf_tag(&scope) != DW_TAG_inlined_subroutine) continue;
    const char* name = dwarf_diename(&scope);
    if (name != nullptr && location.inlined.empty()) location.inlined = name;
    if (!is_runtime_header(location.file)) return;
    const auto file = number_attribute(&scope, DW_AT_call_file);
    const auto line = number_attribute(&scope, DW_AT_call_line);
    if (!file || !line || *file >= file_count) return;
    location.file = dwarf_filesrc(files, *file, nullptr, nullptr);
    location.line = *line;
  }
}

}  // namespace

KernelImage::DebugInfo::DebugInfo(const std::filesystem::path& file) {
  elf_version(EV_CURRENT);
  descriptor_ = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ >= 0) elf_ = elf_begin(descriptor_, ELF_C_READ, nullptr);
}

KernelImage::DebugInfo::~DebugInfo() {
  if (dwarf_ != nullptr) dwarf_end(dwarf_);
  if (elf_ != nullptr) elf_end(elf_);
  if (descriptor_ >= 0) close(descriptor_);
}

void KernelImage::DebugInfo::locate(uint32_t pc, SourceLocation& location) const {
  if (dwarf_ == nullptr) dwarf_ = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
  if (dwarf_ == nullptr) return;

  // Linkers write no address index for every producer, so walk the units instead of asking .debug_aranges.
  Dwarf_CU* unit = nullptr;
  Dwarf_Die unit_die;
  while (dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &unit_die, nullptr) == 0) {
    if (dwarf_haspc(&unit_die, pc) <= 0) continue;
    if (Dwarf_Line* line = dwarf_getsrc_die(&unit_die, pc)) {
      int number = 0;
      if (const char* name = dwarf_linesrc(line, nullptr, nullptr)) location.file = name;
      if (dwarf_lineno(line, &number) == 0 && number > 0) location.line = static_cast<unsigned>(number);
    }
    Dwarf_Die* innermost = nullptr;
    if (dwarf_getscopes(&unit_die, pc, &innermost) > 0) {
      // dwarf_getscopes goes on with where an inlined function was written; what is wanted is what it was inlined into.
      Dwarf_Die* scopes = nullptr;
      const int count = dwarf_getscopes_die(innermost, &scopes);
      locate_inlined(&unit_die, {scopes, scopes + std::max(count, 0)}, location);
      free(scopes);  // NOLINT(cppcoreguidelines-no-malloc): libdw allocates them with malloc
      free(innermost);
    }
    return;
  }
}

}  // namespace heddle::driver
