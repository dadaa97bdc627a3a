#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace heddle::driver {

/// The bytes of a firmware image. Throws DeviceError(kUnavailable).
std::vector<std::byte> read_image(const std::filesystem::path& path);

}  // namespace heddle::driver
