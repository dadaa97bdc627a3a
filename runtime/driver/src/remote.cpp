#include "heddle/driver/remote.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "heddle/driver/error.h"
#include "wire.h"

namespace heddle::driver {
namespace {

constexpr std::chrono::seconds kAnswerTime{60};

int open_socket(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw DeviceError(ErrorKind::kUnavailable, fmt::format("{}: too long for a socket's name", text));
  }
  text.copy(address.sun_path, text.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const std::string why = std::strerror(errno);
    if (socket >= 0) close(socket);
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("no heddle daemon at {} ({}); start one with 'heddle daemon', or name its socket in "
                                  "HEDDLE_SOCKET",
                                  text, why));
  }
  return socket;
}

}  // namespace

/// A connection: calls wait for their answers, a thread takes what comes.
class RemoteProvider::Link {
 public:
  Link(std::filesystem::path path, const ContextOptions& options, bool context, std::shared_ptr<Listener> listener)
      : path_(std::move(path)), listener_(std::move(listener)), socket_(open_socket(path_)) {
    reader_ = std::thread([this] { read(); });
    try {
      const auto body =
          call(wire::Type::kHello, wire::Writer()
                                       .put(static_cast<uint8_t>(context ? 1 : 0))
                                       .put(options.memory_bytes)
                                       .put(options.owner.empty() ? program_invocation_short_name : options.owner));
      wire::Reader answer(body);
      info_ = wire::get_info(answer);
      base_ = answer.get<uint32_t>();
      bytes_ = answer.get<uint64_t>();
    } catch (const DeviceError& error) {
      end();
      if (error.kind() != ErrorKind::kDeviceLost) throw;
      throw DeviceError(ErrorKind::kUnavailable, error.what());
    } catch (...) {
      end();
      throw;
    }
  }
  ~Link() { end(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  const DeviceInfo& info() const { return info_; }
  std::pair<uint32_t, uint64_t> memory() const { return {base_, bytes_}; }

  std::vector<std::byte> call(wire::Type type, wire::Writer& body) { return call(type, std::move(body)); }
  std::vector<std::byte> call(wire::Type type, wire::Writer&& body) {
    std::future<wire::Frame> coming;
    uint32_t tag = 0;
    {
      const std::lock_guard held(mutex_);
      if (!broken_.empty()) throw DeviceError(ErrorKind::kDeviceLost, broken_);
      tag = ++tag_;
      coming = waiting_[tag].get_future();
    }
    {
      const std::lock_guard held(sending_);
      (void)wire::send(socket_, wire::encode({type, tag, body.take()}));  // the reader sees the end
    }
    if (coming.wait_for(kAnswerTime) != std::future_status::ready) {
      throw DeviceError(ErrorKind::kDeviceLost, fmt::format("the heddle daemon at {} does not answer", path_.string()));
    }
    wire::Frame frame = coming.get();  // throws what broke the connection
    if (frame.type == wire::Type::kAnswer) return std::move(frame.body);
    wire::Reader error(frame.body);
    const auto kind = error.get<uint32_t>();
    throw DeviceError(
        kind <= static_cast<uint32_t>(ErrorKind::kDeviceLost) ? static_cast<ErrorKind>(kind) : ErrorKind::kDeviceLost,
        error.text());
  }
  void expect(uint64_t command) {
    const std::lock_guard held(mutex_);
    commands_.insert(command);
  }
  void forget(uint64_t command) {
    const std::lock_guard held(mutex_);
    commands_.erase(command);
  }

 private:
  void end() {
    shutdown(socket_, SHUT_RDWR);
    if (reader_.joinable()) reader_.join();
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

  void read() {
    std::string why = fmt::format("the heddle daemon at {} is gone", path_.string());
    try {
      for (wire::Frame frame; wire::receive(socket_, frame);) take(std::move(frame));
    } catch (const wire::WireError& error) {
      why = fmt::format("{}: {}", path_.string(), error.what());
    }
    std::map<uint32_t, std::promise<wire::Frame>> waiting;
    std::set<uint64_t> commands;
    {
      const std::lock_guard held(mutex_);
      broken_ = why;
      waiting.swap(waiting_);
      commands.swap(commands_);
    }
    for (auto& [tag, promise] : waiting) {
      promise.set_exception(std::make_exception_ptr(DeviceError(ErrorKind::kDeviceLost, why)));
    }
    Completion lost;
    lost.outcome = Outcome::kLost;
    lost.text = why;
    for (const uint64_t command : commands) listener_->completed(command, lost);
  }

  void take(wire::Frame frame) {
    if (frame.type == wire::Type::kCompleted) {
      wire::Reader body(frame.body);
      const auto command = body.get<uint64_t>();
      const Completion completion = wire::get_completion(body);
      forget(command);
      if (listener_) listener_->completed(command, completion);
      return;
    }
    std::promise<wire::Frame> promise;
    {
      const std::lock_guard held(mutex_);
      const auto found = waiting_.find(frame.tag);
      if (found == waiting_.end()) throw wire::WireError("an answer to nothing");
      promise = std::move(found->second);
      waiting_.erase(found);
    }
    promise.set_value(std::move(frame));
  }

  std::filesystem::path path_;
  std::shared_ptr<Listener> listener_;
  int socket_;
  std::mutex sending_;
  std::mutex mutex_;  // of what follows
  uint32_t tag_ = 0;
  std::map<uint32_t, std::promise<wire::Frame>> waiting_;
  std::set<uint64_t> commands_;  // whose end has not come
  std::string broken_;
  std::thread reader_;
  DeviceInfo info_;
  uint32_t base_ = 0;
  uint64_t bytes_ = 0;
};

class RemoteProvider::RemotePort final : public Port {
 public:
  RemotePort(const std::filesystem::path& path, const ContextOptions& options, std::shared_ptr<Listener> listener)
      : link_(path, options, true, std::move(listener)) {}
  ~RemotePort() override {
    try {
      link_.call(wire::Type::kEnd, wire::Writer());
    } catch (const DeviceError&) {  // then the daemon is gone, and all of it
      return;
    }
  }
  DeviceInfo info() override { return link_.info(); }
  std::pair<uint32_t, uint64_t> memory() override { return link_.memory(); }
  void set_regions(const std::vector<Region>& regions, uint32_t private_base, uint32_t private_bytes) override {
    wire::Writer body;
    body.put(private_base).put(private_bytes).put(static_cast<uint32_t>(regions.size()));
    for (const Region& region : regions) {
      const unsigned rights = (region.read ? 1U : 0U) | (region.write ? 2U : 0U) | (region.execute ? 4U : 0U);
      body.put(region.base).put(region.last).put(static_cast<uint8_t>(rights));
    }
    link_.call(wire::Type::kSetRegions, body);
  }
  void write(uint32_t address, std::span<const std::byte> bytes) override {
    do {
      const auto part = bytes.first(std::min<size_t>(bytes.size(), wire::kMaximumTransfer));
      link_.call(wire::Type::kWrite, wire::Writer().put(address).put(part));
      address += static_cast<uint32_t>(part.size());
      bytes = bytes.subspan(part.size());
    } while (!bytes.empty());
  }
  uint64_t pin(std::span<std::byte>) override {
    throw DeviceError(ErrorKind::kUnavailable,
                      "memory of a client is not within a daemon's reach: write and read instead");
  }
  void unpin(uint64_t) override { throw DeviceError(ErrorKind::kInvalidArgument, "nothing is pinned"); }
  void read(uint32_t address, std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto part = static_cast<uint32_t>(std::min<size_t>(bytes.size(), wire::kMaximumTransfer));
      const auto body = link_.call(wire::Type::kRead, wire::Writer().put(address).put(part));
      const auto found = wire::Reader(body).bytes();
      if (found.size() != part) throw DeviceError(ErrorKind::kDeviceLost, "the daemon answers with another length");
      std::ranges::copy(found, bytes.begin());
      address += part;
      bytes = bytes.subspan(part);
    }
  }
  uint32_t open_queue(const QueueOptions& options) override {
    const auto body = link_.call(wire::Type::kOpenQueue, wire::Writer().put(options.priority).put(options.time_limit));
    return wire::Reader(body).get<uint32_t>();
  }
  void reset_queue(uint32_t queue) override { link_.call(wire::Type::kResetQueue, wire::Writer().put(queue)); }
  void close_queue(uint32_t queue) override { link_.call(wire::Type::kCloseQueue, wire::Writer().put(queue)); }
  void submit(uint32_t queue, uint64_t id, const Command& command) override {
    wire::Writer body;
    body.put(queue).put(id);
    wire::put(body, command);
    link_.expect(id);
    try {
      link_.call(wire::Type::kSubmit, body);
    } catch (...) {
      link_.forget(id);
      throw;
    }
  }

 private:
  Link link_;
};

RemoteProvider::RemoteProvider(std::filesystem::path socket)
    : socket_(std::move(socket)), link_(std::make_unique<Link>(socket_, ContextOptions{}, false, nullptr)) {}

RemoteProvider::~RemoteProvider() = default;

DeviceInfo RemoteProvider::info() { return link_->info(); }

std::unique_ptr<Port> RemoteProvider::connect(const ContextOptions& options, std::shared_ptr<Listener> listener) {
  return std::make_unique<RemotePort>(socket_, options, std::move(listener));
}

std::string RemoteProvider::status() {
  const auto body = link_->call(wire::Type::kStatus, wire::Writer());
  return wire::Reader(body).text();
}

void RemoteProvider::reset() { link_->call(wire::Type::kReset, wire::Writer()); }

}  // namespace heddle::driver
