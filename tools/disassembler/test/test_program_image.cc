#include "heddle/disassembler/program_image.h"

#include <gtest/gtest.h>

#include <sstream>

#include "build.h"
#include "heddle/disassembler/listing.h"

namespace heddle::isa {
namespace {

constexpr const char* kSource =
    "int work(int x) {\n"
    "  int y = x * 3;\n"
    "  return y + 1;\n"
    "}\n"
    "void _start(void) {\n"
    "  volatile int z = work(2);\n"
    "  for (;;) (void)z;\n"
    "}\n";

class ProgramTest : public testing::Test {
 protected:
  void build(const std::string& arguments) {
    folder_.write("program.c", kSource);
    folder_.clang(std::string(test::kTarget) + "-O0 -nostdlib " + arguments + " program.c -o program.elf");
  }

  std::string listing(const ListingOptions& options) {
    std::ostringstream out;
    write_listing(ProgramImage(folder_ / "program.elf"), options, out);
    return out.str();
  }

  // The text of the error that reading this file ends in.
  std::string error(const std::filesystem::path& file) {
    try {
      const ProgramImage image(file);
    } catch (const ProgramError& problem) {
      return problem.what();
    }
    return "accepted";
  }

  test::TemporaryFolder folder_;
};

TEST_F(ProgramTest, LabelsAndLinesOfALinkedProgram) {
  build("-g -fuse-ld=lld -Wl,-Ttext=0x80000000");
  const ProgramImage image(folder_ / "program.elf");
  EXPECT_FALSE(image.is_object());
  EXPECT_FALSE(image.has_compressed());
  ASSERT_EQ(image.code().size(), 1u);
  const CodeSection& text = image.code()[0];
  EXPECT_EQ(text.name, ".text");
  EXPECT_EQ(text.address, 0x8000'0000u);
  uint32_t work = 0;
  for (const auto& [address, names] : text.labels) {
    if (names.front() == "work") work = address;
  }
  ASSERT_GE(work, 0x8000'0000u);
  EXPECT_EQ(image.describe(text, work), "work");
  EXPECT_EQ(image.describe(text, work + 8), "work+0x8");
  EXPECT_EQ(image.source_line(work), (SourceLine{(folder_ / "program.c").string(), 1}));
  EXPECT_EQ(image.source_line(0x7fff'fffc), std::nullopt);
  EXPECT_EQ(image.source_line(text.address + static_cast<uint32_t>(text.bytes.size())), std::nullopt);
}

TEST_F(ProgramTest, ListingShowsLabelsTargetsAndSource) {
  build("-g -fuse-ld=lld -Wl,-Ttext=0x80000000");
  const std::string plain = listing({});
  EXPECT_NE(plain.find("80000000 <work>:\n80000000:  "), std::string::npos) << plain;
  EXPECT_NE(plain.find(" <_start+0x"), std::string::npos) << plain;
  EXPECT_NE(plain.find("ret\n"), std::string::npos) << plain;
  EXPECT_EQ(plain.find("program.c"), std::string::npos) << plain;
  const std::string source = listing({.style = Style::kPlain, .source = true});
  EXPECT_NE(source.find("program.c:2    int y = x * 3;\n"), std::string::npos) << source;
  EXPECT_NE(source.find("jalr zero, 0(ra)\n"), std::string::npos) << source;
}

TEST_F(ProgramTest, WithoutDebugInformationThereAreNoLines) {
  build("-fuse-ld=lld");
  const ProgramImage image(folder_ / "program.elf");
  EXPECT_EQ(image.source_line(image.code().at(0).address), std::nullopt);
}

TEST_F(ProgramTest, ObjectFile) {
  build("-g -c -ffunction-sections");
  const ProgramImage image(folder_ / "program.elf");
  EXPECT_TRUE(image.is_object());
  ASSERT_EQ(image.code().size(), 2u);
  EXPECT_EQ(image.describe(image.code()[1], 4), "_start+0x4");
}

TEST_F(ProgramTest, CompressedInstructionsAreShownAsHalfWords) {
  folder_.write("program.c", kSource);
  folder_.clang("--target=riscv32 -march=rv32imac -mabi=ilp32 -O0 -c program.c -o program.elf");
  EXPECT_TRUE(ProgramImage(folder_ / "program.elf").has_compressed());
  const std::string text = listing({});
  EXPECT_NE(text.find("8082      .half 0x8082"), std::string::npos) << text;  // ret
}

TEST_F(ProgramTest, OtherFilesAreRefused) {
  const std::string text = folder_.write("text.elf", "no program at all, but some text that is long enough\n");
  EXPECT_EQ(error(text), text + ": is not an ELF file");
  const std::string empty = folder_.write("empty.elf", "");
  EXPECT_EQ(error(empty), empty + ": is not an ELF file");
  EXPECT_EQ(error("/nonexistent/file"), "/nonexistent/file: No such file or directory");
  EXPECT_EQ(error("/tmp"), "/tmp: is a directory");

  folder_.write("other.c", "int x(void) { return 1; }\n");
  const std::string other = folder_ / "other.o";
  folder_.clang("--target=riscv64 -c other.c -o other.o");
  EXPECT_EQ(error(other), other + ": is a 64-bit ELF file; Heddle runs 32-bit RISC-V programs");
  folder_.clang("--target=i386-linux -c other.c -o other.o");
  EXPECT_EQ(error(other), other + ": is an ELF file for another processor (machine 3); Heddle runs RISC-V programs");
  folder_.clang("--target=powerpc-linux -c other.c -o other.o");
  EXPECT_EQ(error(other), other + ": is a big-endian ELF file; Heddle runs little-endian RISC-V programs");
}

TEST_F(ProgramTest, ACutFileIsRefused) {
  build("-g -fuse-ld=lld");
  const std::filesystem::path file = folder_ / "program.elf";
  const auto size = std::filesystem::file_size(file);
  for (const uintmax_t length : {size / 2, size / 4, uintmax_t{52}, uintmax_t{40}, uintmax_t{17}}) {
    std::filesystem::resize_file(file, length);
    EXPECT_EQ(error(file).rfind(file.string() + ": ", 0), 0u) << length << ": " << error(file);
  }
}

TEST_F(ProgramTest, AProgramWithoutCodeIsRefused) {
  folder_.write("data.c", "int x = 1;\n");
  folder_.clang(std::string(test::kTarget) + "-c data.c -o data.o");
  const std::string file = folder_ / "data.o";
  EXPECT_EQ(error(file), file + ": has no code");
}

// Whatever is broken in a file: an error or a listing, never a crash.
TEST_F(ProgramTest, DamagedFilesDoNoHarm) {
  build("-g -fuse-ld=lld");
  std::ifstream stream(folder_ / "program.elf", std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  unsigned seed = 1;
  size_t refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string bad = good;
    for (int n = 0; n < 4; ++n) {
      seed = seed * 1664525 + 1013904223;
      // The header and the section table, at the end, are hit most.
      const size_t at = (seed >> 8) % (n % 2 == 0 ? 52 : bad.size());
      bad[n == 3 ? bad.size() - 1 - at % 400 : at] = static_cast<char>(seed >> 24);
    }
    const std::string file = folder_.write("bad.elf", bad);
    try {
      std::ostringstream out;
      write_listing(ProgramImage(file), {.source = true}, out);
    } catch (const ProgramError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace heddle::isa
