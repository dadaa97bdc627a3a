#include "heddle/driver/kernel_image.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "expect_error.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kBase = 0x8000'0000;
constexpr uint64_t kBytes = 1 << 24;

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class KernelImageTest : public testing::Test {
 protected:
  KernelImageTest() : bytes_(read_file(HEDDLE_TEST_KERNEL)) {
    file_ = std::filesystem::path(testing::TempDir()) /
            (std::string("kernel-image-") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".elf");
  }
  ~KernelImageTest() override { std::filesystem::remove(file_); }

  KernelImage load(const std::string& bytes, uint64_t memory = kBytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
    return KernelImage(file_, kBase, memory);
  }
  void expect_bad(std::string_view part, const std::string& bytes, uint64_t memory = kBytes) {
    expect_error(ErrorKind::kBadElf, part, [&] { load(bytes, memory); });
    expect_error(ErrorKind::kBadElf, file_.string(), [&] { load(bytes, memory); });
  }
  template <typename T, typename Change>
  std::string changed(size_t offset, const Change& change) {
    std::string bytes = bytes_;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    change(value);
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
    return bytes;
  }
  template <typename Change>
  std::string with_header(const Change& change) {
    return changed<Elf32_Ehdr>(0, change);
  }
  template <typename Change>
  std::string with_first_segment(const Change& change) {
    return changed<Elf32_Phdr>(header().e_phoff, change);
  }
  Elf32_Ehdr header() const {
    Elf32_Ehdr header;
    std::memcpy(&header, bytes_.data(), sizeof(header));
    return header;
  }

  std::string bytes_;
  std::filesystem::path file_;
};

TEST_F(KernelImageTest, ReadsAProgram) {
  const KernelImage image = load(bytes_);
  EXPECT_EQ(image.entry(), header().e_entry);
  ASSERT_FALSE(image.segments().empty());
  EXPECT_EQ(image.segments().front().address, kBase);
  EXPECT_TRUE(image.segments().front().execute);
  EXPECT_FALSE(image.segments().front().write);
  EXPECT_TRUE(image.function("fill"));
  EXPECT_FALSE(image.function("__hd_stdout")) << "not a function";
  EXPECT_TRUE(image.symbol("__hd_stdout"));
  EXPECT_FALSE(image.symbol("nobody"));
}

TEST_F(KernelImageTest, LocatesCode) {
  const KernelImage image = load(bytes_);
  const uint32_t fill = image.function("fill").value();
  const SourceLocation location = image.locate(fill + 4);
  EXPECT_EQ(location.symbol, "fill");
  EXPECT_EQ(location.symbol_offset, 4U);
  EXPECT_TRUE(location.file.ends_with("kernel.c")) << location.file;
  EXPECT_GT(location.line, 0U);
  const SourceLocation nowhere = image.locate(0x1234);
  EXPECT_EQ(nowhere.symbol, "");
  EXPECT_EQ(nowhere.line, 0U);
}

TEST_F(KernelImageTest, RefusesOtherFiles) {
  expect_bad("not an ELF file", "hello");
  expect_bad("not an ELF file", "");
  expect_bad("not a RISC-V program (ELF machine 62)", with_header([](Elf32_Ehdr& h) { h.e_machine = EM_X86_64; }));
  expect_bad("64-bit (RV64)", with_header([](Elf32_Ehdr& h) { h.e_ident[EI_CLASS] = ELFCLASS64; }));
  expect_bad("an object file", with_header([](Elf32_Ehdr& h) { h.e_type = ET_REL; }));
  expect_bad("position independent", with_header([](Elf32_Ehdr& h) { h.e_type = ET_DYN; }));
  expect_bad("entry point 0x80800000", with_header([](Elf32_Ehdr& h) { h.e_entry = 0x8080'0000; }));
  expect_error(ErrorKind::kBadElf, "cannot be opened", [] { KernelImage("/nowhere/x.elf", kBase, kBytes); });
}

TEST_F(KernelImageTest, RefusesBigEndian) {
  // A big-endian header as such a linker would write it.
  std::string bytes(sizeof(Elf32_Ehdr), '\0');
  std::memcpy(bytes.data(), ELFMAG, SELFMAG);
  bytes[EI_CLASS] = ELFCLASS32;
  bytes[EI_DATA] = ELFDATA2MSB;
  bytes[EI_VERSION] = EV_CURRENT;
  bytes[17] = ET_EXEC;
  bytes[19] = static_cast<char>(EM_RISCV);
  bytes[23] = EV_CURRENT;
  expect_bad("big endian", bytes);
}

TEST_F(KernelImageTest, RefusesWhatDoesNotFit) {
  expect_bad("does not fit", bytes_, 4096);
  expect_bad("does not fit", with_first_segment([](Elf32_Phdr& s) { s.p_vaddr = 0x1000; }));
  expect_bad("does not fit", with_first_segment([](Elf32_Phdr& s) { s.p_vaddr = 0xFFFF'FFF0; }));
  expect_bad("does not fit", with_first_segment([](Elf32_Phdr& s) { s.p_memsz = 0xFFFF'FFFF; }));
  expect_bad("segments overlap", with_first_segment([](Elf32_Phdr& s) { s.p_memsz = kBytes / 2; }));
}

TEST_F(KernelImageTest, RefusesAFileThatIsCutShort) {
  expect_bad("cut short",
             with_first_segment([this](Elf32_Phdr& s) { s.p_offset = static_cast<uint32_t>(bytes_.size()); }));
  expect_bad("cut short", with_first_segment([](Elf32_Phdr& s) { s.p_filesz = s.p_memsz + 1; }));
  for (const size_t size : {4, 20, 60, 100}) {
    EXPECT_ANY_THROW(load(bytes_.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace heddle::driver
