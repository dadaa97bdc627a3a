// Every row of the table with random operands: disassembled here, assembled by clang-19 (Xheddle through the generated
// macros), and the words must come back. This checks the encodings of docs/spec, the disassembler and asm/xheddle.inc
// against an assembler that knows the base instruction set from elsewhere.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "build.h"
#include "heddle/disassembler/disassemble.h"
#include "heddle/disassembler/program_image.h"
#include "heddle/generated/csrs.h"
#include "heddle/generated/isa.h"

namespace heddle::isa {
namespace {

// A word of this row. Bits that the text does not show (reserved and ignored, fm) are zero, CSR numbers are known ones
// half of the time.
uint32_t random_word(size_t row, std::mt19937& random) {
  const InstructionInfo& info = kInstructions[row];
  uint32_t free = ~info.mask;
  if (info.klass == Class::Fence) free = 0x0ff0'0000;
  if (info.klass == Class::Fencei) free = 0;
  uint32_t word = info.match | (random() & free);
  if (info.klass == Class::Csr && random() % 2 == 0) {
    word = (word & 0xf'ffff) | static_cast<uint32_t>(kCsrs[random() % kCsrCount].number) << 20;
  }
  // Registers that aliases are made of come more often than by chance.
  if (info.format != Format::U && info.format != Format::J && random() % 4 == 0) word &= ~(0x000f'8000u & free);
  if (random() % 4 == 0) word &= ~(0x0000'0f80u & free);
  // Assemblers do not take reserved rounding modes.
  if (info.has_rounding && (rm(word) == 5 || rm(word) == 6)) word |= 0x7000;
  if (info.reads_rs2 && random() % 4 == 0) word &= ~(0x01f0'0000u & free);
  return word;
}

// What clang-19 takes: targets as offsets, Xheddle's CSRs by number.
std::string for_clang(uint32_t word, uint32_t pc, Style style) {
  std::string text = disassemble(word, pc, style);
  if (const auto target = branch_target(word, pc)) {
    const size_t at = text.rfind("0x");
    EXPECT_EQ(text.substr(at), fmt::format("{:#x}", *target));
    return text.substr(0, at) + std::to_string(static_cast<int32_t>(*target - pc));
  }
  const size_t at = text.find("hd_");
  if (at == std::string::npos) return text;
  return text.replace(at, std::string(find_csr(csr(word))->name).size(), fmt::format("{:#x}", csr(word)));
}

std::string style_name(const testing::TestParamInfo<Style>& info) {
  return info.param == Style::kPlain ? "Plain" : "Aliases";
}

class RoundTrip : public testing::TestWithParam<Style> {};

TEST_P(RoundTrip, EveryRow) {
  std::mt19937 random(1);
  std::vector<uint32_t> words;
  std::string source = ".include \"" XHEDDLE_INC "\"\n.text\n";
  for (size_t row = 1; row < kOpCount; ++row) {
    for (int i = 0; i < 60; ++i) {
      const uint32_t word = random_word(row, random);
      source += for_clang(word, static_cast<uint32_t>(random()) & ~3u, GetParam()) + "\n";
      words.push_back(word);
    }
  }
  const test::TemporaryFolder folder;
  folder.write("rows.s", source);
  ASSERT_NO_THROW(folder.clang(std::string(test::kTarget) + "-c rows.s -o rows.o"));
  const ProgramImage image(folder / "rows.o");
  ASSERT_EQ(image.code().size(), 1u);
  const std::vector<uint8_t>& bytes = image.code()[0].bytes;
  ASSERT_EQ(bytes.size(), words.size() * 4);
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t word =
        bytes[4 * i] | bytes[4 * i + 1] << 8 | bytes[4 * i + 2] << 16 | static_cast<uint32_t>(bytes[4 * i + 3]) << 24;
    EXPECT_EQ(fmt::format("{:08x}", word), fmt::format("{:08x}", words[i])) << disassemble(words[i], 0, GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(All, RoundTrip, testing::Values(Style::kPlain, Style::kAliases), style_name);

// The C header's statements and the assembler's macros are the same instructions.
TEST(Header, StatementsAssembleToTheirRows) {
  std::string source =
      "#include \"heddle/heddle_isa.h\"\nint main(void) {\n  int a, b = 1, c = 2, d = 3;\n  float x, y = 1;\n";
  std::vector<Op> expected;
  for (size_t row = 1; row < kOpCount; ++row) {
    const InstructionInfo& info = kInstructions[row];
    if (std::string(info.extension) != "Xheddle") continue;
    std::string macro = "HEDDLE_INSN_";
    for (const char* c = info.name; *c != '\0'; ++c) macro += *c == '.' ? '_' : static_cast<char>(std::toupper(*c));
    if (info.writes_rd) {
      macro += "(\"%0\", \"%1\"";
      if (info.reads_rs2) macro += ", \"%2\"";
      if (info.reads_rs3) macro += ", \"%3\"";
      macro += ")";
    } else if (info.reads_rs1) {
      macro += info.reads_rs2 ? "(\"%1\", \"%2\")" : "(\"%1\")";
    }
    source += "  __asm__ volatile(" + macro +
              (info.rd_float ? " : \"=f\"(x) : \"f\"(y));\n" : " : \"=r\"(a) : \"r\"(b), \"r\"(c), \"r\"(d));\n");
    expected.push_back(static_cast<Op>(row));
  }
  source += "  return a + (int)x;\n}\n";
  const test::TemporaryFolder folder;
  folder.write("header.c", source);
  const std::string include = std::filesystem::path(XHEDDLE_INC).parent_path().parent_path() / "include";
  ASSERT_NO_THROW(
      folder.clang(std::string(test::kTarget) + "-Wall -Wextra -Werror -O1 -c header.c -o header.o -I" + include));
  const ProgramImage image(folder / "header.o");
  std::vector<Op> found;
  for (const CodeSection& section : image.code()) {
    for (size_t at = 0; at + 4 <= section.bytes.size(); at += 4) {
      const uint32_t word = section.bytes[at] | section.bytes[at + 1] << 8 | section.bytes[at + 2] << 16 |
                            static_cast<uint32_t>(section.bytes[at + 3]) << 24;
      const uint32_t opcode = word & 0x7f;
      if (opcode == 0x0b || opcode == 0x2b) found.push_back(decode(word));
    }
  }
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace heddle::isa
