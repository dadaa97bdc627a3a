#include "heddle/driver/provider.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "heddle/driver/engine.h"
#include "heddle/driver/remote.h"

namespace heddle::driver {

std::filesystem::path default_socket() {
  if (const char* set = std::getenv("HEDDLE_SOCKET"); set != nullptr && set[0] != '\0') return set;
  return std::filesystem::temp_directory_path() / fmt::format("heddle-{}.socket", getuid());
}

std::shared_ptr<Provider> open_provider(const DeviceOptions& options) {
  if (options.backend == BackendKind::kRemote) {
    return std::make_shared<RemoteProvider>(options.socket.empty() ? default_socket() : options.socket);
  }
  return Engine::open(options);
}

}  // namespace heddle::driver
