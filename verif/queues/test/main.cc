// Arguments: the firmware image, the flat program of programs/kernels.S, the configuration; for the RTL the directory
// of its library (empty: the model), and then any of: random (stalls), full (as many packets and kernels as on the
// model), packets=N and seed=N (of the random packets).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>

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

int usage(const char* program) {
  fmt::print(stderr, "usage: {} FIRMWARE KERNELS CONFIGURATION [RTL_DIRECTORY [random] [full] [packets=N] [seed=N]]\n",
             program);
  return 2;
}

// The number behind `name` in `word`.
std::optional<uint64_t> number(std::string_view word, std::string_view name) {
  uint64_t value = 0;
  if (!word.starts_with(name)) return std::nullopt;
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data() + name.size(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

int run(int argc, char** argv) {
  if (argc < 4) return usage(argv[0]);
  try {
    arguments.firmware = contents(argv[1]);
    arguments.kernels = contents(argv[2]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
  arguments.options.configuration = argv[3];
  if (argc > 4 && argv[4][0] != '\0') {
    arguments.rtl = true;
    arguments.options.rtl_library = argv[4];
  }
  for (int i = 5; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "random") {
      arguments.options.random_stalls = true;
    } else if (word == "full") {
      arguments.full = true;
    } else if (const std::optional<uint64_t> packets = number(word, "packets=")) {
      arguments.packets = *packets;
    } else if (const std::optional<uint64_t> seed = number(word, "seed=")) {
      arguments.seed = arguments.options.seed = *seed;
    } else {
      return usage(argv[0]);
    }
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace heddle::driver

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return heddle::driver::run(argc, argv);
}
