// Which floating-point encodings exist: every one of them, registers aside, asked of LLVM's disassembler, which knows F
// and Zfh from elsewhere. What it does not know must be illegal here (other formats, reserved rounding modes,
// conversions that there are not), and the other way round.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "build.h"
#include "heddle/generated/isa.h"

namespace heddle::isa {
namespace {

std::vector<uint32_t> floating_point_words() {
  constexpr uint32_t kRegisters = 11 << 15 | 10 << 7;  // rs1 and rd
  std::vector<uint32_t> words;
  for (uint32_t function = 0; function < 1 << 12; ++function) {  // funct7 and rs2
    for (uint32_t mode = 0; mode < 8; ++mode) words.push_back(0x53 | function << 20 | mode << 12 | kRegisters);
  }
  for (const uint32_t opcode : {0x43, 0x47, 0x4B, 0x4F}) {  // fmadd, fmsub, fnmsub, fnmadd
    for (uint32_t format = 0; format < 4; ++format) {
      for (uint32_t mode = 0; mode < 8; ++mode) {
        words.push_back(opcode | 12u << 27 | format << 25 | 13 << 20 | mode << 12 | kRegisters);
      }
    }
  }
  for (const uint32_t opcode : {0x07, 0x27}) {  // loads and stores
    for (uint32_t width = 0; width < 8; ++width) words.push_back(opcode | 5 << 20 | width << 12 | kRegisters);
  }
  return words;
}

// The rows leave the rounding mode open; 5 and 6 in it are illegal as a rule (docs/architecture.md, section 9).
bool is_legal(uint32_t word) {
  const Op op = decode(word);
  const uint32_t mode = rm(word);
  return op != Op::Illegal && !(info(op).has_rounding && (mode == 5 || mode == 6));
}

TEST(Reserved, FloatingPointAsLlvmKnowsIt) {
  const std::vector<uint32_t> words = floating_point_words();
  std::string source = ".text\n";
  for (const uint32_t word : words) source += fmt::format(".insn 4, {:#010x}\n", word);
  const test::TemporaryFolder folder;
  folder.write("words.s", source);
  ASSERT_NO_THROW(folder.clang(std::string(test::kTarget) + "-c words.s -o words.o"));
  const std::string command = fmt::format("llvm-objdump-19 -d --no-show-raw-insn --no-leading-addr '{}' > '{}'",
                                          (folder / "words.o").string(), (folder / "listing").string());
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  std::ifstream listing(folder / "listing");
  size_t at = 0, legal = 0;
  for (std::string line; std::getline(listing, line);) {
    if (line.empty() || line[0] != ' ') continue;  // a headline
    ASSERT_LT(at, words.size());
    const bool known = line.find("<unknown>") == std::string::npos;
    EXPECT_EQ(is_legal(words[at]), known) << fmt::format("{:08x}: {}", words[at], line);
    legal += known;
    ++at;
  }
  EXPECT_EQ(at, words.size());
  // By hand: 1057 in each format (add, sub, mul, div 4 * 32 * 6; square root 6; signs, comparisons 3 * 32 each;
  // minimum, maximum 2 * 32; class and moves 3; integers 4 * 6), two conversions between formats, four of FMA per
  // format, loads and stores.
  EXPECT_EQ(legal, 2 * 1057u + 2 * 6 + 2 * 4 * 6 + 4);
}

}  // namespace
}  // namespace heddle::isa
