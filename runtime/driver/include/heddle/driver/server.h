#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "heddle/driver/port.h"

namespace heddle::driver {

/// Gives the contexts of a device to other processes, through a Unix socket that only the own user may use. A client
/// that ends, in whatever way, loses its context; one that does not keep to the protocol loses its connection.
class Server {
 public:
  static constexpr size_t kConnections = 32;

  /// Listens. `provider` must outlive this. Throws DeviceError(kUnavailable): another daemon is there, or the socket
  /// cannot be made.
  Server(Provider& provider, std::filesystem::path socket);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until stop().
  void run();
  /// From any thread, or a signal handler.
  void stop();

 private:
  struct Connection;
  void accept_one();
  void reap(bool all);

  Provider& provider_;
  std::filesystem::path socket_;
  int listening_ = -1;
  int stop_[2] = {-1, -1};
  std::list<std::unique_ptr<Connection>> connections_;
};

}  // namespace heddle::driver
