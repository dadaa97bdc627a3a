// Arguments: the firmware image, the flat program of programs/kernels.S, the configuration; for the RTL the directory
// of its library, and then any of: random (stalls), full (as many packets and kernels as on the model).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "queue_fixture.h"

namespace heddle::driver {

Arguments arguments;

namespace {

std::vector<std::byte> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::byte> bytes;
  for (auto at = std::istreambuf_iterator<char>(file); at != std::istreambuf_iterator<char>(); ++at) {
    bytes.push_back(static_cast<std::byte>(*at));
  }
  return bytes;
}

int run(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: {} FIRMWARE KERNELS CONFIGURATION [RTL_DIRECTORY [random] [full]]\n", argv[0]);
    return 2;
  }
  try {
    arguments.firmware = contents(argv[1]);
    arguments.kernels = contents(argv[2]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  arguments.options.configuration = argv[3];
  if (argc > 4) {
    arguments.rtl = true;
    arguments.options.rtl_library = argv[4];
  }
  for (int i = 5; i < argc; ++i) {
    if (argv[i] == std::string("random")) arguments.options.random_stalls = true;
    if (argv[i] == std::string("full")) arguments.full = true;
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace heddle::driver

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return heddle::driver::run(argc, argv);
}
