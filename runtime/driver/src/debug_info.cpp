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

std::optional<Dwarf_Die> first_child(Dwarf_Die& die) {
  Dwarf_Die child;
  if (dwarf_child(&die, &child) != 0) return std::nullopt;
  return child;
}

std::optional<Dwarf_Die> next_sibling(Dwarf_Die& die) {
  Dwarf_Die sibling;
  if (dwarf_siblingof(&die, &sibling) != 0) return std::nullopt;
  return sibling;
}

/// The type of `die`, without typedefs and qualifiers.
std::optional<Dwarf_Die> type_of(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  Dwarf_Die type, plain;
  if (dwarf_attr_integrate(&die, DW_AT_type, &attribute) == nullptr) return std::nullopt;
  if (dwarf_formref_die(&attribute, &type) == nullptr || dwarf_peel_type(&type, &plain) != 0) return std::nullopt;
  return plain;
}

std::optional<KernelArguments> pointed_struct(Dwarf_Die& parameter) {
  auto pointer = type_of(parameter);
  if (!pointer || dwarf_tag(&*pointer) != DW_TAG_pointer_type) return std::nullopt;
  auto structure = type_of(*pointer);
  if (!structure || dwarf_tag(&*structure) != DW_TAG_structure_type) return std::nullopt;
  const int bytes = dwarf_bytesize(&*structure);
  if (bytes < 0) return std::nullopt;  // declared only: the kernel looks at nothing
  KernelArguments arguments{static_cast<uint32_t>(bytes), {}};
  for (auto member = first_child(*structure); member; member = next_sibling(*member)) {
    const char* name = dwarf_diename(&*member);
    const auto offset = number_attribute(&*member, DW_AT_data_member_location);
    auto type = type_of(*member);
    Dwarf_Word size = 0;
    if (dwarf_tag(&*member) != DW_TAG_member || name == nullptr || !offset || !type) continue;
    if (dwarf_aggregate_size(&*type, &size) != 0) continue;
    arguments.members.push_back({name, *offset, static_cast<uint32_t>(size)});
  }
  return arguments;
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

Dwarf* KernelImage::DebugInfo::dwarf() const {
  if (dwarf_ == nullptr) dwarf_ = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
  return dwarf_;
}

std::optional<KernelArguments> KernelImage::DebugInfo::arguments(const std::string& kernel) const {
  const std::lock_guard held(mutex_);
  if (dwarf() == nullptr) return std::nullopt;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die unit_die;
  while (dwarf_get_units(dwarf_, unit, &unit, nullptr, nullptr, &unit_die, nullptr) == 0) {
    for (auto function = first_child(unit_die); function; function = next_sibling(*function)) {
      const char* name = dwarf_diename(&*function);
      if (dwarf_tag(&*function) != DW_TAG_subprogram || name == nullptr || kernel != name) continue;
      for (auto parameter = first_child(*function); parameter; parameter = next_sibling(*parameter)) {
        if (dwarf_tag(&*parameter) == DW_TAG_formal_parameter) return pointed_struct(*parameter);
      }
    }
  }
  return std::nullopt;
}

void KernelImage::DebugInfo::locate(uint32_t pc, SourceLocation& location) const {
  const std::lock_guard held(mutex_);
  if (dwarf() == nullptr) return;

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
