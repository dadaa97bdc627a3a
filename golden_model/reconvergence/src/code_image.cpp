#include "heddle/reconvergence/code_image.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace heddle::reconvergence {

namespace {

struct File {
  int descriptor;
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
};

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }
};

void add_segments(Elf* elf, CodeImage& code) {
  std::size_t count = 0;
  elf_getphdrnum(elf, &count);
  std::size_t file_size = 0;
  const char* bytes = elf_rawfile(elf, &file_size);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) continue;
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0 || header.p_filesz < 4) continue;
    if (header.p_offset > file_size || header.p_filesz > file_size - header.p_offset) {
      throw CodeImageError("a segment lies past the end of the file");
    }
    CodeImage::Segment segment{.base = static_cast<std::uint32_t>(header.p_vaddr), .words = {}};
    segment.words.resize(header.p_filesz / 4);
    std::memcpy(segment.words.data(), bytes + header.p_offset, segment.words.size() * 4);
    code.segments.push_back(std::move(segment));
  }
}

void add_functions(Elf* elf, CodeImage& code) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (std::size_t i = 0; data != nullptr && i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) continue;
      if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF) {
        code.functions.insert(static_cast<std::uint32_t>(symbol.st_value));
      }
    }
  }
}

}  // namespace

std::optional<std::uint32_t> CodeImage::word(std::uint32_t pc) const {
  for (const Segment& segment : segments) {
    const std::uint32_t index = (pc - segment.base) / 4;
    if (pc >= segment.base && index < segment.words.size()) return segment.words[index];
  }
  return std::nullopt;
}

CodeImage CodeImage::read(const std::string& elf_path) {
  const File file{open(elf_path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.descriptor < 0) throw CodeImageError(elf_path + ": " + std::strerror(errno));
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, ElfEnd> elf(elf_begin(file.descriptor, ELF_C_READ, nullptr));
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF || gelf_getehdr(elf.get(), &header) == nullptr) {
    throw CodeImageError(elf_path + ": not an ELF file");
  }
  if (header.e_machine != EM_RISCV || gelf_getclass(elf.get()) != ELFCLASS32) {
    throw CodeImageError(elf_path + ": not for 32-bit RISC-V");
  }
  CodeImage code;
  add_segments(elf.get(), code);
  add_functions(elf.get(), code);
  code.functions.insert(static_cast<std::uint32_t>(header.e_entry));
  return code;
}

CodeImage CodeImage::in_memory(const model::DeviceMemory& memory, const model::Launch& launch) {
  CodeImage code;
  for (const model::Region& region : launch.regions) {
    if (!region.execute || region.base > region.last) continue;
    const std::uint64_t end = std::uint64_t{region.last} + 1;
    std::uint64_t at = (std::uint64_t{region.base} + 3) & ~std::uint64_t{3};
    while (at + 4 <= end) {
      const std::uint64_t page_end = (at / model::DeviceMemory::kPageBytes + 1) * model::DeviceMemory::kPageBytes;
      const std::uint64_t stop = std::min(page_end, end);
      if (memory.find_page(static_cast<std::uint32_t>(at)) != nullptr) {
        Segment segment{.base = static_cast<std::uint32_t>(at), .words = {}};
        for (std::uint64_t word = at; word + 4 <= stop; word += 4) {
          segment.words.push_back(memory.read_word(static_cast<std::uint32_t>(word)));
        }
        code.segments.push_back(std::move(segment));
      }
      at = page_end;
    }
  }
  code.functions.insert(launch.entry);
  return code;
}

}  // namespace heddle::reconvergence
