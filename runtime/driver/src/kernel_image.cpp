#include "heddle/driver/kernel_image.h"

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "debug_info.h"
#include "heddle/driver/error.h"
#include "heddle/generated/memory_map.h"

namespace heddle::driver {
namespace {

// HD_KERNEL's other form of a kernel, with which lanes may begin.
constexpr std::string_view kDirectPrefix = "__hd_direct_";

bool in_scratchpad(uint64_t address) {
  return address >= memory_map::kScratchpadBase && address - memory_map::kScratchpadBase < memory_map::kScratchpadSize;
}

bool in_private_window(uint64_t address, uint64_t bytes) {
  using namespace memory_map;
  return address >= kPrivateBase && address - kPrivateBase < kPrivateSize &&
         bytes <= kPrivateSize - (address - kPrivateBase);
}

}  // namespace

KernelImage::KernelImage(const std::filesystem::path& file, uint32_t memory_base, uint64_t memory_bytes, ImageUse use)
    : file_(file), use_(use), debug_(std::make_unique<DebugInfo>(file)) {
  if (!debug_->readable()) fail("the file cannot be opened; check the path and its permissions");
  read_header();
  read_segments(memory_base, memory_bytes);
  check_layout();
  read_symbols();
}

KernelImage::~KernelImage() = default;
KernelImage::KernelImage(KernelImage&&) noexcept = default;
KernelImage& KernelImage::operator=(KernelImage&&) noexcept = default;

void KernelImage::fail(const std::string& what) const {
  throw DeviceError(ErrorKind::kBadElf, fmt::format("{}: {}", file_.string(), what));
}

const char* KernelImage::remedy() const {
  return use_ == ImageUse::kKernel ? "build kernel programs with 'heddle cc'"
                                   : "build it for bare-metal RV32, statically linked to 0x80000000";
}

void KernelImage::read_header() {
  Elf* elf = debug_->elf();
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) fail(fmt::format("not an ELF file; {}", remedy()));
  GElf_Ehdr header;
  if (gelf_getehdr(elf, &header) == nullptr) fail(fmt::format("damaged ELF header ({})", elf_errmsg(-1)));
  if (header.e_machine != EM_RISCV) {
    fail(fmt::format("not a RISC-V program (ELF machine {}), but this device runs RV32; {}", header.e_machine,
                     remedy()));
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS32) {
    fail(fmt::format("a 64-bit (RV64) program, but this device runs RV32; {}", remedy()));
  }
  if (header.e_ident[EI_DATA] != ELFDATA2LSB)
    fail(fmt::format("big endian, but this device is little endian; {}", remedy()));
  if (header.e_type != ET_EXEC) {
    fail(fmt::format("not an executable (ELF type {}: {}); {}", header.e_type,
                     header.e_type == ET_REL   ? "an object file"
                     : header.e_type == ET_DYN ? "position independent or a shared library"
                                               : "something else",
                     remedy()));
  }
  entry_ = static_cast<uint32_t>(header.e_entry);
}

std::vector<std::byte> KernelImage::Segment::memory() const {
  std::vector<std::byte> bytes = contents;
  bytes.resize(memory_bytes);
  return bytes;
}

void KernelImage::read_segments(uint32_t memory_base, uint64_t memory_bytes) {
  Elf* elf = debug_->elf();
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) fail(fmt::format("damaged program headers ({})", elf_errmsg(-1)));
  size_t file_bytes = 0;
  const char* raw = elf_rawfile(elf, &file_bytes);
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) fail(fmt::format("damaged program header {}", i));
    thread_local_ |= header.p_type == PT_TLS && header.p_memsz != 0;
    if (header.p_type != PT_LOAD || header.p_memsz == 0) continue;
    if (in_scratchpad(header.p_vaddr) && header.p_filesz == 0) {
      const uint64_t end = header.p_vaddr + header.p_memsz - memory_map::kScratchpadBase;
      scratch_bytes_ = std::max(scratch_bytes_, static_cast<uint32_t>(end));
      continue;
    }
    const bool own = use_ == ImageUse::kBareMetal && in_private_window(header.p_vaddr, header.p_memsz);
    if (own) {
      // Loaded lane by lane.
    } else if (header.p_vaddr < memory_base || header.p_vaddr - memory_base + header.p_memsz > memory_bytes) {
      fail(fmt::format("does not fit: segment {} takes {:#x}..{:#x}, but programs live in {:#x}..{:#x} ({} KiB); {}", i,
                       header.p_vaddr, header.p_vaddr + header.p_memsz - 1, memory_base, memory_base + memory_bytes - 1,
                       memory_bytes / 1024,
                       header.p_vaddr < memory_base || use_ == ImageUse::kBareMetal
                           ? remedy()
                           : "make it smaller, or allocate large arrays from the host instead"));
    }
    if (header.p_filesz > header.p_memsz || raw == nullptr || header.p_offset > file_bytes ||
        header.p_filesz > file_bytes - header.p_offset) {
      fail(fmt::format("the file is cut short: segment {} needs bytes up to {}, the file has {}; {}", i,
                       header.p_offset + header.p_filesz, file_bytes, remedy()));
    }
    Segment segment;
    segment.address = static_cast<uint32_t>(header.p_vaddr);
    segment.memory_bytes = static_cast<uint32_t>(header.p_memsz);
    const auto* bytes = reinterpret_cast<const std::byte*>(raw + header.p_offset);
    segment.contents.assign(bytes, bytes + header.p_filesz);
    segment.read = (header.p_flags & PF_R) != 0;
    segment.write = (header.p_flags & PF_W) != 0;
    segment.execute = (header.p_flags & PF_X) != 0;
    (own ? private_segments_ : segments_).push_back(std::move(segment));
  }
  std::ranges::sort(segments_, {}, &Segment::address);
  std::ranges::sort(private_segments_, {}, &Segment::address);
}

void KernelImage::check_layout() const {
  for (const std::vector<Segment>* list : {&segments_, &private_segments_}) {
    for (size_t i = 0; i + 1 < list->size(); ++i) {
      const Segment& segment = (*list)[i];
      const Segment& next = (*list)[i + 1];
      if (next.address - segment.address < segment.memory_bytes) {
        fail(fmt::format("segments overlap at {:#x}; {}", next.address, remedy()));
      }
    }
  }
  const bool entry_ok = std::ranges::any_of(segments_, [this](const Segment& segment) {
    return (segment.execute || use_ == ImageUse::kBareMetal) && entry_ >= segment.address &&
           entry_ - segment.address < segment.memory_bytes;
  });
  if (!entry_ok) fail(fmt::format("its entry point {:#x} is in no executable segment; {}", entry_, remedy()));
}

void KernelImage::read_symbols() {
  Elf* elf = debug_->elf();
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    // Static scratchpad variables need no program header.
    if ((header.sh_flags & SHF_ALLOC) != 0 && header.sh_type == SHT_NOBITS && in_scratchpad(header.sh_addr)) {
      const uint64_t end = header.sh_addr + header.sh_size - memory_map::kScratchpadBase;
      scratch_bytes_ = std::max(scratch_bytes_, static_cast<uint32_t>(end));
    }
    if (header.sh_type != SHT_SYMTAB || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) continue;
    for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Sym entry;
      if (gelf_getsym(data, static_cast<int>(i), &entry) == nullptr || entry.st_shndx == SHN_UNDEF) continue;
      const char* name = elf_strptr(elf, header.sh_link, entry.st_name);
      const int type = GELF_ST_TYPE(entry.st_info);
      // "$x" and "$d" mark code and data for disassemblers.
      if (name == nullptr || name[0] == '\0' || name[0] == '$' || type == STT_FILE || type == STT_SECTION) continue;
      symbols_.push_back({name, static_cast<uint32_t>(entry.st_value), static_cast<uint32_t>(entry.st_size),
                          type == STT_FUNC, GELF_ST_BIND(entry.st_info) != STB_LOCAL});
    }
  }
  std::ranges::stable_sort(symbols_, {}, &Symbol::address);
}

std::optional<uint32_t> KernelImage::function(const std::string& name) const {
  for (const Symbol& symbol : symbols_) {
    if (symbol.function && symbol.name == name) return symbol.address;
  }
  return std::nullopt;
}

std::optional<uint32_t> KernelImage::direct_entry(const std::string& kernel) const {
  return thread_local_ ? std::nullopt : function(std::string(kDirectPrefix) + kernel);
}

std::optional<uint32_t> KernelImage::symbol(const std::string& name) const {
  for (const Symbol& symbol : symbols_) {
    if (symbol.name == name) return symbol.address;
  }
  return std::nullopt;
}

std::vector<std::string> KernelImage::functions() const {
  std::vector<std::string> names;
  for (const Symbol& symbol : symbols_) {
    if (symbol.function && symbol.global && !symbol.name.starts_with(kDirectPrefix)) names.push_back(symbol.name);
  }
  std::ranges::sort(names);
  return names;
}

std::optional<KernelArguments> KernelImage::arguments(const std::string& kernel) const {
  return debug_->arguments(kernel);
}

SourceLocation KernelImage::locate(uint32_t pc) const {
  SourceLocation location;
  for (const Symbol& symbol : symbols_) {
    if (!symbol.function || pc < symbol.address || pc - symbol.address >= std::max(symbol.bytes, 1U)) continue;
    location.symbol = symbol.name.starts_with(kDirectPrefix) ? symbol.name.substr(kDirectPrefix.size()) : symbol.name;
    location.symbol_offset = pc - symbol.address;
  }
  // Assembly has labels where compilers have functions.
  if (use_ == ImageUse::kBareMetal && location.symbol.empty()) {
    for (const Symbol& symbol : symbols_) {
      if (symbol.address > pc) break;
      location.symbol = symbol.name;
      location.symbol_offset = pc - symbol.address;
    }
  }
  debug_->locate(pc - moved_, location);
  if (location.inlined == location.symbol) location.inlined.clear();  // a kernel in its other form
  return location;
}

}  // namespace heddle::driver
