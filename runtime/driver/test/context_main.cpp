// [--rtl DIRECTORY CONFIGURATION [SEED]]: the verilated RTL in lock-step instead of the golden model; with a seed,
// everything outside of it comes at random times.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "test_device.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc >= 4 && std::strcmp(argv[1], "--rtl") == 0) {
    using namespace heddle::driver;
    test_device = {.backend = BackendKind::kRtl,
                   .configuration = argv[3],
                   .library = argv[2],
                   .random = argc > 4,
                   .seed = argc > 4 ? std::stoull(argv[4]) : 1};
  }
  return RUN_ALL_TESTS();
}
