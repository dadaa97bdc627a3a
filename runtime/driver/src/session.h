#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "heddle/driver/port.h"
#include "wire.h"

namespace heddle::driver {

/// What a daemon does for one client: frames in, answers out. It knows nothing of sockets.
class Session {
 public:
  /// `send` takes what the client is told about its commands, from any thread; `peer` is who it is.
  Session(Provider& provider, std::function<void(const wire::Frame&)> send, std::string peer);
  /// Ends the client's context. Nothing is sent afterwards.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The answer to a request; errors of the device are answers. Throws WireError where it is no request: then the
  /// session is of no use any more.
  wire::Frame answer(const wire::Frame& request);

 private:
  class Forwarder;
  wire::Writer carry_out(const wire::Frame& request);
  wire::Writer hello(wire::Reader& body);
  Port& port();

  Provider& provider_;
  std::shared_ptr<Forwarder> forwarder_;
  std::string peer_;
  bool greeted_ = false;
  std::unique_ptr<Port> port_;
};

}  // namespace heddle::driver
