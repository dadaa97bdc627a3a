#include "elf_run.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "bench.h"

namespace heddle::mgmtbench {
namespace {

template <typename T>
T at(const std::vector<char>& file, size_t offset) {
  T value;
  if (offset + sizeof(T) > file.size()) throw std::runtime_error("the file is cut off");
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

uint32_t find_symbol(const std::vector<char>& file, const Elf32_Ehdr& header, const std::string& wanted) {
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto section = at<Elf32_Shdr>(file, header.e_shoff + i * sizeof(Elf32_Shdr));
    if (section.sh_type != SHT_SYMTAB) continue;
    const auto names = at<Elf32_Shdr>(file, header.e_shoff + section.sh_link * sizeof(Elf32_Shdr));
    for (uint32_t offset = 0; offset < section.sh_size; offset += sizeof(Elf32_Sym)) {
      const auto symbol = at<Elf32_Sym>(file, section.sh_offset + offset);
      if (names.sh_offset + symbol.st_name < file.size() && wanted == file.data() + names.sh_offset + symbol.st_name) {
        return symbol.st_value;
      }
    }
  }
  throw std::runtime_error("the program has no symbol '" + wanted + "'");
}

}  // namespace

std::string run_elf(const std::string& path, uint64_t max_cycles) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read the file");
  const std::vector<char> file{std::istreambuf_iterator<char>(stream), {}};
  const auto header = at<Elf32_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 ||
      header.e_machine != EM_RISCV) {
    throw std::runtime_error("no 32-bit RISC-V program");
  }
  Bench bench;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = at<Elf32_Phdr>(file, header.e_phoff + i * sizeof(Elf32_Phdr));
    if (segment.p_type != PT_LOAD) continue;
    if (size_t{segment.p_offset} + segment.p_filesz > file.size()) throw std::runtime_error("the file is cut off");
    std::vector<uint8_t> bytes(file.begin() + segment.p_offset, file.begin() + segment.p_offset + segment.p_filesz);
    bytes.resize(segment.p_memsz);
    bench.load(segment.p_paddr, bytes);
  }
  const uint32_t tohost = find_symbol(file, header, "tohost");
  bench.start(header.e_entry);
  const bool ended = bench.run([&] { return bench.memory_word(tohost) != 0; }, max_cycles);
  if (!bench.problem().empty()) return bench.problem();
  if (!ended) return fmt::format("no result after {} cycles", max_cycles);
  const uint32_t result = bench.memory_word(tohost);
  return result == 1 ? std::string() : fmt::format("test {} failed", result >> 1);
}

}  // namespace heddle::mgmtbench
