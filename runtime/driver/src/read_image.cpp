#include "read_image.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <span>

#include "heddle/driver/error.h"

namespace heddle::driver {

std::vector<std::byte> read_image(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || bytes.empty()) {
    throw DeviceError(ErrorKind::kUnavailable, fmt::format("the firmware {} cannot be read", path.string()));
  }
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

}  // namespace heddle::driver
