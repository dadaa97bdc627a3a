// [--kills N]: so many clients are killed instead of a few. `client SOCKET` is what the tests start and kill.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "kill_client.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "client") == 0) return heddle::driver::run_client(argv[2]);
  if (argc == 3 && std::strcmp(argv[1], "--kills") == 0) heddle::driver::kills = std::stoi(argv[2]);
  return RUN_ALL_TESTS();
}
