// Moves a program to another place than it was linked to. Everything in it keeps its distance from everything else, so
// what is relative to the pc or to gp stays; words and upper halves of absolute addresses change. (The lower halves do
// not: the distance is a multiple of 4 KiB.)
#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>

#include "debug_info.h"
#include "heddle/driver/error.h"
#include "heddle/driver/kernel_image.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kUpperMask = 0xFFFF'F000;  // of lui and auipc

/// The symbol's place is in the image: it moves along.
bool moves(Elf* elf, const GElf_Sym& symbol) {
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE) return false;
  GElf_Shdr section;
  Elf_Scn* const found = elf_getscn(elf, symbol.st_shndx);
  return found != nullptr && gelf_getshdr(found, &section) != nullptr && (section.sh_flags & SHF_ALLOC) != 0 &&
         section.sh_addr >= 0x8000'0000;
}

}  // namespace

uint32_t KernelImage::span() const {
  const Segment& last = segments_.back();
  return last.address + last.memory_bytes - segments_.front().address;
}

std::byte* KernelImage::loaded(uint32_t address, size_t bytes) {
  for (Segment& segment : segments_) {
    const uint32_t offset = address - segment.address;
    if (offset < segment.contents.size() && bytes <= segment.contents.size() - offset) {
      return segment.contents.data() + offset;
    }
  }
  return nullptr;
}

void KernelImage::move_to(uint32_t base) {
  const uint32_t distance = base - segments_.front().address;
  if (distance == 0) return;
  if (base % kPlaceAlignment != segments_.front().address % kPlaceAlignment) {
    throw DeviceError(ErrorKind::kInvalidArgument, fmt::format("{:#010x} is no place for a program", base));
  }
  Elf* const elf = debug_->elf();
  bool found = false;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr; section = elf_nextscn(elf, section)) {
    GElf_Shdr header, target, table;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_RELA || header.sh_entsize == 0) continue;
    Elf_Scn* const target_section = elf_getscn(elf, header.sh_info);
    Elf_Scn* const table_section = elf_getscn(elf, header.sh_link);
    if (target_section == nullptr || gelf_getshdr(target_section, &target) == nullptr) continue;
    if (table_section == nullptr || gelf_getshdr(table_section, &table) == nullptr) continue;
    if ((target.sh_flags & SHF_ALLOC) == 0) continue;  // debug information stays as it is: locate() takes care
    Elf_Data* const entries = elf_getdata(section, nullptr);
    Elf_Data* const symbols = elf_getdata(table_section, nullptr);
    if (entries == nullptr || symbols == nullptr) fail("damaged relocations; build kernel programs with 'heddle cc'");
    found = true;
    for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Rela entry;
      GElf_Sym symbol;
      if (gelf_getrela(entries, static_cast<int>(i), &entry) == nullptr ||
          gelf_getsym(symbols, static_cast<int>(GELF_R_SYM(entry.r_info)), &symbol) == nullptr) {
        fail(fmt::format("damaged relocation {}; build kernel programs with 'heddle cc'", i));
      }
      const auto type = GELF_R_TYPE(entry.r_info);
      const bool relative = type == R_RISCV_PCREL_HI20 || type == R_RISCV_CALL || type == R_RISCV_CALL_PLT;
      const bool absolute = type == R_RISCV_HI20 || type == R_RISCV_32;
      const bool moving = moves(elf, symbol);
      if (!(absolute && moving) && !(relative && !moving)) continue;
      const auto address = static_cast<uint32_t>(entry.r_offset) + moved_;
      std::byte* const place = loaded(address, 4);
      if (place == nullptr) fail(fmt::format("a relocation at {:#x} is outside the program", entry.r_offset));
      uint32_t word = 0;
      std::memcpy(&word, place, 4);
      if (type == R_RISCV_32) {
        word += distance;
      } else {
        const uint32_t upper = (word & kUpperMask) + (relative ? 0 - distance : distance);
        word = (upper & kUpperMask) | (word & ~kUpperMask);
      }
      std::memcpy(place, &word, 4);
    }
  }
  if (!found) fail("has no relocations, so it can only be where it was linked to; link it with --emit-relocs");
  for (Segment& segment : segments_) segment.address += distance;
  for (Symbol& symbol : symbols_) {
    if (symbol.address >= 0x8000'0000) symbol.address += distance;
  }
  entry_ += distance;
  moved_ += distance;
}

}  // namespace heddle::driver
