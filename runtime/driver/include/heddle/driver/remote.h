#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "heddle/driver/port.h"

namespace heddle::driver {

/// The device of a daemon (`heddle daemon`): each context is a connection of its own.
class RemoteProvider final : public Provider {
 public:
  /// Throws DeviceError(kUnavailable): no daemon listens there, or it speaks another version.
  explicit RemoteProvider(std::filesystem::path socket);
  ~RemoteProvider() override;

  DeviceInfo info() override;
  std::unique_ptr<Port> connect(const ContextOptions& options, std::shared_ptr<Listener> listener) override;
  std::string status() override;
  void reset() override;

 private:
  class Link;
  class RemotePort;

  std::filesystem::path socket_;
  std::unique_ptr<Link> link_;  // for what needs no context
};

}  // namespace heddle::driver
