// What needs neither a device nor a compiler.
#include <gtest/gtest.h>

#include "build_options.h"
#include "digest.h"
#include "kernel_info.h"
#include "printing.h"
#include "rectangle.h"

namespace heddle::opencl {
namespace {

using Words = std::vector<std::string>;

TEST(BuildOptions, WordsAsInAShell) {
  EXPECT_EQ(split_words(R"(-D a="b c" 'd e'  f\ g "\"")"), (Words{"-D", "a=b c", "d e", "f g", "\""}));
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_THROW(split_words("\"a"), std::invalid_argument);
}

TEST(BuildOptions, KnownOnesGoToClang) {
  const BuildOptions options = parse_build_options("-DX=1 -D Y -cl-mad-enable -cl-std=CL3.0 -I /usr");
  EXPECT_EQ(options.problem, "");
  EXPECT_EQ(options.clang, (Words{"-DX=1", "-DY", "-cl-mad-enable", "-I/usr", "-cl-std=CL3.0"}));
  EXPECT_EQ(parse_build_options("").clang, Words{"-cl-std=CL1.2"});
}

TEST(BuildOptions, OthersAreAProblem) {
  for (const char* text : {"-O3", "-cl-std=CL2.0", "-D", "x", "-I", "'-w"})
    EXPECT_NE(parse_build_options(text).problem, "") << text;
  EXPECT_EQ(parse_build_options("-create-library", true).problem, "");
  EXPECT_NE(parse_build_options("-create-library").problem, "");
  EXPECT_NE(parse_build_options("-DX", true).problem, "");
}

TEST(KernelInfo, ReadsWhatTheCompilerWrites) {
  const auto kernels = parse_kernels(
      "kernel k 64 32 1024\nattribute reqd_work_group_size 8 4 1\nattribute vec_type_hint <4 x i32> undef, i32 1\n"
      "argument global 16 4 8\nname a b\ntype float*\nqualifier const volatile\nargument value 24 8 8\nname \ntype "
      "long\nqualifier \n"
      "kernel none 16 0 256\n");
  ASSERT_EQ(kernels.size(), 2U);
  EXPECT_EQ(kernels[0].required_size, (std::array<uint32_t, 3>{8, 4, 1}));
  EXPECT_EQ(kernels[0].attributes, "reqd_work_group_size(8,4,1) vec_type_hint(int4)");
  ASSERT_EQ(kernels[0].arguments.size(), 2U);
  EXPECT_EQ(kernels[0].arguments[0].name, "a b");
  EXPECT_EQ(kernels[0].arguments[0].qualifier, "const volatile");
  EXPECT_EQ(kernels[0].arguments[1].offset, 24U);
  EXPECT_EQ(kernels[0].arguments[1].name, "");
  EXPECT_TRUE(kernels[1].arguments.empty());
}

TEST(KernelInfo, NamesTheLineThatIsWrong) {
  for (const char* text :
       {"name x\n", "kernel k 1\n", "kernel k 1 2 3\nargument odd 1 2 3\n", "kernel k 1 2 3\nqualifier x\n"}) {
    EXPECT_THROW(parse_kernels(text), std::runtime_error) << text;
  }
}

std::string format(std::string_view text, const std::vector<uint32_t>& words) {
  return format_call(text, words, [](uint32_t) { return std::string("string"); });
}

TEST(Printing, FormatsScalarsVectorsAndStrings) {
  EXPECT_EQ(format("%d|%5u|%-3x|%%|%c", {0xFFFFFFFE, 7, 10, 'z'}), "-2|    7|a  |%|z");
  EXPECT_EQ(format("%.1f %e", {0x3FC00000, 0x40000000}), "1.5 2.000000e+00");
  EXPECT_EQ(format("%v3hd", {0x0002'FFFF, 0x0000'0003}), "-1,2,3");
  EXPECT_EQ(format("%v2hlf", {0x3F800000, 0x40000000}), "1.000000,2.000000");
  EXPECT_EQ(format("%v4hhx", {0x04030201}), "1,2,3,4");
  EXPECT_EQ(format("%ld %s", {0, 1, 5}), "4294967296 string");
  EXPECT_EQ(format("%hhd", {0x1FF}), "-1");
  EXPECT_EQ(format("%d %d", {1}), "1 0");  // fewer than the format asks for
  EXPECT_EQ(format("100% %q", {}), "100% %q");
}

TEST(Printing, RecordsCutShortSayNothing) {
  Printer printer([](uint32_t address, std::span<std::byte> bytes) {
    static const char text[] = "n=%d\n";
    bytes[0] = static_cast<std::byte>(text[address]);
  });
  testing::internal::CaptureStdout();
  // The format at address 0, the number 5; then one that ends early.
  printer.take(
      "a\x01"
      "AAAAAAAA"
      "FAAAAAAA"
      "\x02"
      "b\n\x01"
      "AAAAAAAA"
      "FA");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "an=5\nb\n");
}

TEST(Rectangle, PitchesAndBounds) {
  const size_t origin[3] = {4, 1, 1}, region[3] = {8, 2, 2};
  const Rectangle box(origin, region, 16, 64);
  EXPECT_TRUE(box.valid());
  EXPECT_EQ(box.row(0, 0), 4U + 16 + 64);
  EXPECT_EQ(box.end(), 4U + 16 + 64 + 64 + 16 + 8);
  EXPECT_FALSE(Rectangle(origin, region, 7, 0).valid());
  EXPECT_FALSE(Rectangle(origin, region, 16, 24).valid());
  EXPECT_FALSE(Rectangle(origin, region, 16, 40).valid());
  const size_t empty[3] = {8, 0, 1};
  EXPECT_FALSE(Rectangle(origin, empty, 0, 0).valid());
}

TEST(Rectangle, OverlapIsByBytes) {
  const size_t region[3] = {4, 2, 1}, a[3] = {0, 0, 0}, beside[3] = {4, 0, 0}, below[3] = {0, 1, 0},
               skew[3] = {3, 1, 0};
  const Rectangle first(a, region, 16, 0);
  EXPECT_FALSE(first.overlaps(Rectangle(beside, region, 16, 0)));
  EXPECT_TRUE(first.overlaps(Rectangle(below, region, 16, 0)));
  EXPECT_TRUE(first.overlaps(Rectangle(skew, region, 16, 0)));
  EXPECT_TRUE(first.overlaps(first));
}

TEST(Digest, TellsNeighboursApart) {
  const auto of = [](std::initializer_list<const char*> texts) {
    Digest digest;
    for (const char* text : texts) digest.add(text);
    return digest.text();
  };
  EXPECT_EQ(of({"a", "b"}), of({"a", "b"}));
  EXPECT_NE(of({"a", "b"}), of({"ab"}));
  EXPECT_NE(of({"a", "b"}), of({"b", "a"}));
  EXPECT_EQ(of({}).size(), 32U);
}

}  // namespace
}  // namespace heddle::opencl
