#include "heddle/driver/server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>

#include "heddle/driver/error.h"
#include "session.h"

namespace heddle::driver {
namespace {

constexpr size_t kOutboxBytes = 64U << 20;
constexpr int kSendSeconds = 10;  // a client that takes nothing for so long is cut off

[[noreturn]] void unavailable(const std::filesystem::path& socket, const std::string& why) {
  throw DeviceError(ErrorKind::kUnavailable, fmt::format("{}: {}", socket.string(), why));
}

std::string peer_of(int socket) {
  ucred peer{};
  socklen_t bytes = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return "unknown process";
  return fmt::format("process {}", peer.pid);
}

/// What is to be sent to a client, so that nobody waits for one that does not read.
class Outbox {
 public:
  explicit Outbox(int socket) : socket_(socket), sender_([this] { work(); }) {}
  ~Outbox() {
    {
      const std::lock_guard held(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    sender_.join();
  }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void put(const wire::Frame& frame) {
    std::vector<std::byte> bytes = wire::encode(frame);
    const std::lock_guard held(mutex_);
    waiting_bytes_ += bytes.size();
    if (waiting_bytes_ > kOutboxBytes) {  // it will never catch up
      shutdown(socket_, SHUT_RDWR);
      return;
    }
    waiting_.push_back(std::move(bytes));
    changed_.notify_all();
  }

 private:
  void work() {
    std::unique_lock held(mutex_);
    for (;;) {
      changed_.wait(held, [this] { return stop_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const std::vector<std::byte> bytes = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= bytes.size();
      held.unlock();
      const bool sent = wire::send(socket_, bytes);
      held.lock();
      if (!sent) {  // gone, or it does not read
        shutdown(socket_, SHUT_RDWR);
        waiting_.clear();
        waiting_bytes_ = 0;
      }
    }
  }

  int socket_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<std::byte>> waiting_;
  size_t waiting_bytes_ = 0;
  bool stop_ = false;
  std::thread sender_;
};

}  // namespace

struct Server::Connection {
  Connection(Provider& provider, int accepted) : socket(accepted), thread([this, &provider] { serve(provider); }) {}
  ~Connection() {
    shutdown(socket, SHUT_RDWR);
    thread.join();
    close(socket);
  }

  void serve(Provider& provider) {
    {
      const auto outbox = std::make_shared<Outbox>(socket);  // sends what is in it before it ends
      Session session(provider, [outbox](const wire::Frame& frame) { outbox->put(frame); }, peer_of(socket));
      try {
        for (wire::Frame frame; wire::receive(socket, frame);) outbox->put(session.answer(frame));
      } catch (const std::exception& error) {  // a WireError, or no memory
        wire::Writer body;
        body.put(static_cast<uint32_t>(ErrorKind::kDeviceLost)).put(std::string(error.what()));
        outbox->put({wire::Type::kError, 0, body.take()});
      }
    }
    shutdown(socket, SHUT_RDWR);
    ended = true;
  }

  int socket;
  std::atomic<bool> ended = false;
  std::thread thread;
};

Server::Server(Provider& provider, std::filesystem::path socket) : provider_(provider), socket_(std::move(socket)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = socket_.string();
  if (text.size() >= sizeof address.sun_path) unavailable(socket_, "too long for a socket's name");
  text.copy(address.sun_path, text.size());
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool taken = probe >= 0 && ::connect(probe, where, sizeof address) == 0;
  if (probe >= 0) close(probe);
  if (taken) unavailable(socket_, "a daemon listens there already");
  struct stat found{};
  if (lstat(text.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) unavailable(socket_, "there is a file of that name");
    unlink(text.c_str());  // of a daemon that was killed
  }
  listening_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = umask(0177);
  const bool bound = listening_ >= 0 && bind(listening_, where, sizeof address) == 0;
  const int problem = errno;
  umask(before);
  if (!bound || listen(listening_, 16) != 0 || pipe2(stop_, O_CLOEXEC) != 0) {
    if (listening_ >= 0) close(listening_);
    unavailable(socket_, fmt::format("no socket can be made there ({})", std::strerror(problem)));
  }
}

Server::~Server() {
  close(listening_);
  unlink(socket_.c_str());
  reap(true);
  close(stop_[0]);
  close(stop_[1]);
}

void Server::stop() {
  const char byte = 0;
  (void)!::write(stop_[1], &byte, 1);
}

void Server::reap(bool all) {
  connections_.remove_if([&](const auto& connection) { return all || connection->ended; });
}

void Server::accept_one() {
  const int accepted = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) return;
  if (connections_.size() >= kConnections) {
    close(accepted);
    return;
  }
  const timeval limit{kSendSeconds, 0};
  (void)setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  connections_.push_back(std::make_unique<Connection>(provider_, accepted));
}

void Server::run() {
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{listening_, POLLIN, 0}, pollfd{stop_[0], POLLIN, 0}};
    const int ready = poll(watched.data(), watched.size(), 1000);
    reap(false);
    if (ready < 0 && errno != EINTR) return;
    if (ready <= 0) continue;
    if (watched[1].revents != 0) return;
    accept_one();
  }
}

}  // namespace heddle::driver
