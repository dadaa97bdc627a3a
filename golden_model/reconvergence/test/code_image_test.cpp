#include "heddle/reconvergence/code_image.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace heddle::reconvergence {
namespace {

// A file with one executable and one data segment, and a symbol table with a function and an object.
std::string make_elf(std::uint16_t machine = EM_RISCV) {
  struct Layout {
    Elf32_Ehdr header{};
    Elf32_Phdr program[2]{};
    std::uint32_t code[3] = {0x00000013, 0x00100073, 0x0000006f};
    std::uint32_t data = 0xDEADBEEF;
    Elf32_Sym symbols[3]{};
    char names[12] = "\0f\0object\0";
    Elf32_Shdr sections[3]{};
  } file;
  const auto offset = [&](const void* part) {
    return static_cast<Elf32_Off>(static_cast<const char*>(part) - reinterpret_cast<const char*>(&file));
  };
  std::memcpy(file.header.e_ident, ELFMAG, SELFMAG);
  file.header.e_ident[EI_CLASS] = ELFCLASS32;
  file.header.e_ident[EI_DATA] = ELFDATA2LSB;
  file.header.e_ident[EI_VERSION] = EV_CURRENT;
  file.header.e_type = ET_EXEC;
  file.header.e_machine = machine;
  file.header.e_version = EV_CURRENT;
  file.header.e_entry = 0x80000000;
  file.header.e_phoff = offset(file.program);
  file.header.e_shoff = offset(file.sections);
  file.header.e_ehsize = sizeof(Elf32_Ehdr);
  file.header.e_phentsize = sizeof(Elf32_Phdr);
  file.header.e_phnum = 2;
  file.header.e_shentsize = sizeof(Elf32_Shdr);
  file.header.e_shnum = 3;
  file.program[0] = {PT_LOAD, offset(file.code), 0x80000000, 0x80000000, 12, 12, PF_R | PF_X, 4};
  file.program[1] = {PT_LOAD, offset(&file.data), 0x80001000, 0x80001000, 4, 4, PF_R | PF_W, 4};
  file.symbols[1] = {1, 0x80000004, 8, ELF32_ST_INFO(STB_GLOBAL, STT_FUNC), 0, SHN_ABS};
  file.symbols[2] = {3, 0x80001000, 4, ELF32_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, SHN_ABS};
  file.sections[1] = {0, SHT_SYMTAB, 0, 0, offset(file.symbols), sizeof file.symbols, 2, 0, 4, sizeof(Elf32_Sym)};
  file.sections[2] = {0, SHT_STRTAB, 0, 0, offset(file.names), sizeof file.names, 0, 0, 1, 0};
  return {reinterpret_cast<const char*>(&file), sizeof file};
}

class CodeImageTest : public testing::Test {
 protected:
  std::string write(const std::string& content) {
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string("code_image_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::ofstream(path_, std::ios::binary) << content;
    return path_.string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::filesystem::path path_;
};

TEST_F(CodeImageTest, ReadsCodeAndFunctions) {
  const CodeImage code = CodeImage::read(write(make_elf()));
  ASSERT_EQ(code.segments.size(), 1u);
  EXPECT_EQ(code.word(0x80000004), 0x00100073u);
  EXPECT_EQ(code.word(0x80000008), 0x0000006fu);
  EXPECT_EQ(code.word(0x8000000C), std::nullopt);
  EXPECT_EQ(code.word(0x7FFFFFFC), std::nullopt);
  EXPECT_EQ(code.functions, (std::set<std::uint32_t>{0x80000000, 0x80000004}));
}

TEST_F(CodeImageTest, RefusesOtherFiles) {
  EXPECT_THROW(CodeImage::read("/nonexistent/file.elf"), CodeImageError);
  EXPECT_THROW(CodeImage::read(write("not an ELF file at all")), CodeImageError);
  EXPECT_THROW(CodeImage::read(write(make_elf(EM_386))), CodeImageError);
  std::string truncated = make_elf();
  reinterpret_cast<Elf32_Phdr*>(truncated.data() + sizeof(Elf32_Ehdr))->p_filesz = 1 << 20;
  EXPECT_THROW(CodeImage::read(write(truncated)), CodeImageError);
}

}  // namespace
}  // namespace heddle::reconvergence
