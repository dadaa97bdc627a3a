#include "heddle/disassembler/program_image.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace heddle::isa {

// Fills a ProgramImage; owns the handles while it does.
class ElfReader {
 public:
  ElfReader(const std::filesystem::path& file, ProgramImage& image) : file_(file), image_(image) {}
  ~ElfReader() {
    if (elf_ != nullptr) elf_end(elf_);
    if (descriptor_ >= 0) close(descriptor_);
  }
  ElfReader(const ElfReader&) = delete;
  ElfReader& operator=(const ElfReader&) = delete;

  void read() {
    open();
    check_header();
    read_sections();
    read_symbols();
    if (!image_.is_object_) read_lines();
  }

 private:
  [[noreturn]] void fail(const std::string& text) const { throw ProgramError(file_.string() + ": " + text); }

  void open();
  void check_header();
  void read_sections();
  void read_symbols();
  void read_lines();
  void read_unit(Dwarf_Die* unit);

  const std::filesystem::path file_;
  ProgramImage& image_;
  int descriptor_ = -1;
  Elf* elf_ = nullptr;
  std::map<size_t, size_t> section_of_index_;  // ELF section number -> element of code_
};

void ElfReader::open() {
  descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(std::strerror(errno));
  if (std::filesystem::is_directory(file_)) fail("is a directory");
  elf_version(EV_CURRENT);
  elf_ = elf_begin(descriptor_, ELF_C_READ, nullptr);
  if (elf_ == nullptr) fail(elf_errmsg(-1));
  if (elf_kind(elf_) == ELF_K_AR) fail("is an archive, not a program");
  if (elf_kind(elf_) != ELF_K_ELF) fail("is not an ELF file");
}

void ElfReader::check_header() {
  GElf_Ehdr header;
  if (gelf_getehdr(elf_, &header) == nullptr) fail(fmt::format("broken ELF header: {}", elf_errmsg(-1)));
  if (header.e_ident[EI_CLASS] != ELFCLASS32) fail("is a 64-bit ELF file; Heddle runs 32-bit RISC-V programs");
  if (header.e_ident[EI_DATA] != ELFDATA2LSB)
    fail("is a big-endian ELF file; Heddle runs little-endian RISC-V programs");
  if (header.e_machine != EM_RISCV) {
    fail(fmt::format("is an ELF file for another processor (machine {}); Heddle runs RISC-V programs",
                     header.e_machine));
  }
  // libelf silently takes a section table beyond the end of the file for none.
  const uint64_t table_end = uint64_t{header.e_shoff} + uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff == 0) fail("has no section table");
  if (table_end > std::filesystem::file_size(file_)) fail("is cut short");
  image_.is_object_ = header.e_type == ET_REL;
  image_.has_compressed_ = (header.e_flags & EF_RISCV_RVC) != 0;
}

void ElfReader::read_sections() {
  size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) fail(fmt::format("broken section names: {}", elf_errmsg(-1)));
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) fail(fmt::format("broken section: {}", elf_errmsg(-1)));
    if ((header.sh_flags & SHF_EXECINSTR) == 0 || header.sh_type != SHT_PROGBITS || header.sh_size == 0) continue;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || data->d_size != header.sh_size) {
      fail(fmt::format("section {} is cut short", name != nullptr ? name : "?"));
    }
    const auto* bytes = static_cast<const uint8_t*>(data->d_buf);
    section_of_index_[elf_ndxscn(section)] = image_.code_.size();
    image_.code_.push_back({name != nullptr ? name : "",
                            static_cast<uint32_t>(header.sh_addr),
                            std::vector<uint8_t>(bytes, bytes + data->d_size),
                            {}});
  }
  if (image_.code_.empty()) fail("has no code");
}

void ElfReader::read_symbols() {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) fail(fmt::format("broken symbol table: {}", elf_errmsg(-1)));
    const size_t count = data->d_size / header.sh_entsize;
    for (size_t i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
      const int type = GELF_ST_TYPE(symbol.st_info);
      if (type != STT_FUNC && type != STT_NOTYPE && type != STT_OBJECT) continue;
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      // `$x`, `$d` and `.L` names are the tools' own.
      if (name == nullptr || *name == '\0' || *name == '$' || std::strncmp(name, ".L", 2) == 0) continue;
      const auto found = section_of_index_.find(symbol.st_shndx);
      if (found == section_of_index_.end()) continue;
      image_.code_[found->second].labels[static_cast<uint32_t>(symbol.st_value)].emplace_back(name);
    }
  }
}

void ElfReader::read_lines() {
  Dwarf* dwarf = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
  if (dwarf == nullptr) return;  // built without -g
  Dwarf_Off offset = 0;
  Dwarf_Off next = 0;
  size_t header_size = 0;
  while (dwarf_nextcu(dwarf, offset, &next, &header_size, nullptr, nullptr, nullptr) == 0) {
    Dwarf_Die unit;
    if (dwarf_offdie(dwarf, offset + header_size, &unit) != nullptr) read_unit(&unit);
    offset = next;
  }
  dwarf_end(dwarf);
}

void ElfReader::read_unit(Dwarf_Die* unit) {
  Dwarf_Lines* lines = nullptr;
  size_t count = 0;
  if (dwarf_getsrclines(unit, &lines, &count) != 0) return;
  Dwarf_Attribute attribute;
  const char* folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  for (size_t i = 0; i < count; ++i) {
    Dwarf_Line* line = dwarf_onesrcline(lines, i);
    Dwarf_Addr address = 0;
    int number = 0;
    bool end = false;
    if (dwarf_lineaddr(line, &address) != 0 || dwarf_lineno(line, &number) != 0) continue;
    dwarf_lineendsequence(line, &end);
    const uint32_t key = static_cast<uint32_t>(address);
    if (end) {
      image_.lines_.try_emplace(key, std::nullopt);  // another sequence may already begin here
      continue;
    }
    const char* name = dwarf_linesrc(line, nullptr, nullptr);
    if (name == nullptr || number == 0) continue;
    std::filesystem::path path = name;
    if (path.is_relative() && folder != nullptr) path = std::filesystem::path(folder) / path;
    image_.lines_[key] = SourceLine{path.lexically_normal().string(), number};
  }
}

ProgramImage::ProgramImage(const std::filesystem::path& file) { ElfReader(file, *this).read(); }

std::string ProgramImage::describe(const CodeSection& section, uint32_t address) const {
  auto label = section.labels.upper_bound(address);
  if (label == section.labels.begin()) return {};
  --label;
  const std::string& name = label->second.front();
  const uint32_t distance = address - label->first;
  return distance == 0 ? name : fmt::format("{}+{:#x}", name, distance);
}

std::optional<SourceLine> ProgramImage::source_line(uint32_t address) const {
  auto line = lines_.upper_bound(address);
  if (line == lines_.begin()) return std::nullopt;
  return std::prev(line)->second;
}

}  // namespace heddle::isa
