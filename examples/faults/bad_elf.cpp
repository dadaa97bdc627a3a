#include "bad_elf.h"

#include <elf.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace faults {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out << bytes;
  if (!out.flush()) throw std::runtime_error(file.string() + ": cannot be written");
}

/// `bytes`, a 32-bit ELF file, with its header replaced by what `change` makes of it.
template <typename Change>
std::string with_header(std::string bytes, const Change& change) {
  Elf32_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  change(header);
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

/// The same with its first program header changed.
template <typename Change>
std::string with_segment(std::string bytes, const Change& change) {
  Elf32_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  Elf32_Phdr segment;
  std::memcpy(&segment, bytes.data() + header.e_phoff, sizeof(segment));
  change(segment);
  std::memcpy(bytes.data() + header.e_phoff, &segment, sizeof(segment));
  return bytes;
}

}  // namespace

BadElves::BadElves(const fs::path& good)
    : folder_(fs::temp_directory_path() / ("heddle-faults-" + std::to_string(getpid()))) {
  std::ifstream in(good, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.size() < sizeof(Elf64_Ehdr)) throw std::runtime_error(good.string() + ": cannot be read");
  fs::create_directories(folder_);
  write(text(), "This is no program.\n");
  write(rv64(), with_header(bytes, [](Elf32_Ehdr& header) { header.e_ident[EI_CLASS] = ELFCLASS64; }));
  write(object(), with_header(bytes, [](Elf32_Ehdr& header) { header.e_type = ET_REL; }));
  write(too_large(), with_segment(bytes, [](Elf32_Phdr& segment) { segment.p_memsz = 0x40000000; }));
  write(cut(),
        with_segment(bytes, [&](Elf32_Phdr& segment) { segment.p_offset = static_cast<Elf32_Off>(bytes.size()) - 4; }));
}

BadElves::~BadElves() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path BadElves::foreign() const { return fs::read_symlink("/proc/self/exe"); }

}  // namespace faults
