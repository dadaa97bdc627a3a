#include "session.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "heddle/driver/error.h"

namespace heddle::driver {
namespace {

/// Names come from clients, and go to terminals.
std::string printable(std::string text) {
  constexpr size_t kLongest = 64;
  if (text.size() > kLongest) text.resize(kLongest);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

class Session::Forwarder final : public Listener {
 public:
  explicit Forwarder(std::function<void(const wire::Frame&)> send) : send_(std::move(send)) {}
  void completed(uint64_t command, const Completion& completion) override {
    wire::Writer body;
    body.put(command);
    wire::put(body, completion);
    const std::lock_guard held(mutex_);
    if (send_) send_({wire::Type::kCompleted, 0, body.take()});
  }
  void close() {
    const std::lock_guard held(mutex_);
    send_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void(const wire::Frame&)> send_;
};

Session::Session(Provider& provider, std::function<void(const wire::Frame&)> send, std::string peer)
    : provider_(provider), forwarder_(std::make_shared<Forwarder>(std::move(send))), peer_(std::move(peer)) {}

Session::~Session() {
  port_.reset();
  forwarder_->close();  // ends of commands may still be on their way
}

Port& Session::port() {
  if (!port_) throw wire::WireError("a request of a context without one");
  return *port_;
}

wire::Writer Session::hello(wire::Reader& body) {
  if (greeted_) throw wire::WireError("a second greeting");
  const bool context = body.get<uint8_t>() != 0;
  const auto bytes = body.get<uint64_t>();
  const std::string name = body.text();
  body.end();
  std::pair<uint32_t, uint64_t> memory{};
  if (context) {
    port_ =
        provider_.connect({.memory_bytes = bytes, .owner = fmt::format("{} ({})", printable(name), peer_)}, forwarder_);
    memory = port_->memory();
  }
  greeted_ = true;
  wire::Writer answer;
  wire::put(answer, provider_.info());
  answer.put(memory.first).put(memory.second);
  return answer;
}

wire::Writer Session::carry_out(const wire::Frame& request) {
  wire::Reader body(request.body);
  wire::Writer answer;
  if (request.type == wire::Type::kHello) return hello(body);
  if (!greeted_) throw wire::WireError("a request before the greeting");
  switch (request.type) {
    case wire::Type::kStatus:
      body.end();
      answer.put(provider_.status());
      return answer;
    case wire::Type::kReset:
      body.end();
      provider_.reset();
      return answer;
    case wire::Type::kSetRegions: {
      const auto private_base = body.get<uint32_t>();
      const auto private_bytes = body.get<uint32_t>();
      std::vector<Region> regions(body.count(9));
      for (Region& region : regions) {
        region.base = body.get<uint32_t>();
        region.last = body.get<uint32_t>();
        const auto rights = body.get<uint8_t>();
        region.read = (rights & 1) != 0;
        region.write = (rights & 2) != 0;
        region.execute = (rights & 4) != 0;
      }
      body.end();
      port().set_regions(regions, private_base, private_bytes);
      return answer;
    }
    case wire::Type::kWrite: {
      const auto address = body.get<uint32_t>();
      const auto bytes = body.bytes();
      body.end();
      port().write(address, bytes);
      return answer;
    }
    case wire::Type::kRead: {
      const auto address = body.get<uint32_t>();
      const auto count = body.get<uint32_t>();
      body.end();
      if (count > wire::kMaximumTransfer) throw wire::WireError("a read that is too long");
      std::vector<std::byte> bytes(count);
      port().read(address, bytes);
      answer.put(std::span<const std::byte>(bytes));
      return answer;
    }
    case wire::Type::kOpenQueue: {
      const auto priority = body.get<uint32_t>();
      const auto time_limit = body.get<uint32_t>();
      body.end();
      answer.put(port().open_queue({.priority = priority, .time_limit = time_limit}));
      return answer;
    }
    case wire::Type::kResetQueue:
    case wire::Type::kCloseQueue: {
      const auto queue = body.get<uint32_t>();
      body.end();
      if (request.type == wire::Type::kResetQueue) {
        port().reset_queue(queue);
      } else {
        port().close_queue(queue);
      }
      return answer;
    }
    case wire::Type::kSubmit: {
      const auto queue = body.get<uint32_t>();
      const auto id = body.get<uint64_t>();
      Command command = wire::get_command(body);
      body.end();
      command.label = printable(command.label);
      port().submit(queue, id, command);
      return answer;
    }
    case wire::Type::kEnd:
      body.end();
      port_.reset();
      return answer;
    default: throw wire::WireError(fmt::format("a request of unknown type {}", static_cast<unsigned>(request.type)));
  }
}

wire::Frame Session::answer(const wire::Frame& request) {
  try {
    return {wire::Type::kAnswer, request.tag, carry_out(request).take()};
  } catch (const DeviceError& error) {
    wire::Writer body;
    body.put(static_cast<uint32_t>(error.kind())).put(std::string(error.what()));
    return {wire::Type::kError, request.tag, body.take()};
  }
}

}  // namespace heddle::driver
