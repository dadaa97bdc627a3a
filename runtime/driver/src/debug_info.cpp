#include "debug_info.h"

#include <dwarf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

namespace heddle::driver {

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
    Dwarf_Die* scopes = nullptr;
    const int count = dwarf_getscopes(&unit_die, pc, &scopes);
    for (int i = 0; i < count; ++i) {
      const int tag = dwarf_tag(&scopes[i]);
      if (tag == DW_TAG_subprogram) break;
      if (tag != DW_TAG_inlined_subroutine) continue;
      if (const char* name = dwarf_diename(&scopes[i])) location.inlined = name;
      break;
    }
    free(scopes);  // NOLINT(cppcoreguidelines-no-malloc): libdw allocates it with malloc
    return;
  }
}

}  // namespace heddle::driver
