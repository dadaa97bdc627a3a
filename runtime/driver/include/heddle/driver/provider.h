#pragma once

#include <filesystem>
#include <memory>

#include "heddle/driver/device.h"
#include "heddle/driver/port.h"

namespace heddle::driver {

/// The device that the options ask for: an Engine, or that of a daemon (BackendKind::kRemote). Throws DeviceError.
std::shared_ptr<Provider> open_provider(const DeviceOptions& options);

/// The daemon's socket where nothing else is said: HEDDLE_SOCKET of the environment, or a file of the user's in the
/// directory for temporary files.
std::filesystem::path default_socket();

}  // namespace heddle::driver
