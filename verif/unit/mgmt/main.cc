// Without arguments, or with GoogleTest's: the tests. With files: runs each as a bare-metal program and says what it
// did.
#include <gtest/gtest.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "elf_run.h"
#include "measure.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 1) return RUN_ALL_TESTS();
  if (argc == 2 && argv[1] == std::string("measure")) {
    heddle::mgmtbench::measure();
    return 0;
  }
  int failed = 0;
  for (int i = 1; i < argc; ++i) {
    std::string said;
    try {
      said = heddle::mgmtbench::run_elf(argv[i], 2'000'000);
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    std::printf("%s: %s\n", argv[i], said.empty() ? "passed" : said.c_str());
    failed += !said.empty();
  }
  std::printf("%d programs, %d failed\n", argc - 1, failed);
  return failed == 0 ? 0 : 1;
}
