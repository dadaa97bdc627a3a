/// What goes through the socket between a daemon and its clients (docs/driver.md): frames of a header and a body of
/// plain fields, all little endian. Both sides check every length before they believe it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "heddle/driver/port.h"

namespace heddle::driver::wire {

inline constexpr uint32_t kMagic = 0x524C'4448;  // the bytes H D L R
inline constexpr uint16_t kVersion = 2;
inline constexpr uint32_t kMaximumBody = 2U << 20;
/// Of one transfer to or from device memory; the client cuts longer ones.
inline constexpr uint32_t kMaximumTransfer = 1U << 20;

enum class Type : uint16_t {
  // From clients; each has one answer with its tag, in order.
  kHello = 1,
  kStatus,
  kReset,
  kSetRegions,
  kWrite,
  kRead,
  kOpenQueue,
  kResetQueue,
  kCloseQueue,
  kSubmit,
  kEnd,
  // From the daemon.
  kAnswer = 64,
  kError,
  kCompleted,  // of a command; tag 0
};

struct Frame {
  Type type = Type::kHello;
  uint32_t tag = 0;
  std::vector<std::byte> body;
};

/// The other side does not keep to this page.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Appends fields.
class Writer {
 public:
  template <typename Value>
  Writer& put(Value value)
    requires std::is_unsigned_v<Value>
  {
    for (size_t i = 0; i < sizeof value; ++i) bytes_.push_back(static_cast<std::byte>(value >> 8 * i));
    return *this;
  }
  Writer& put(const std::string& text) { return put(std::as_bytes(std::span(text))); }
  Writer& put(std::span<const std::byte> bytes) {
    put(static_cast<uint32_t>(bytes.size()));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// Takes fields. Throws WireError where they are not there.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <typename Value>
  Value get() {
    const auto field = take(sizeof(Value));
    Value value = 0;
    for (size_t i = 0; i < sizeof value; ++i) value |= static_cast<Value>(static_cast<Value>(field[i]) << 8 * i);
    return value;
  }
  std::span<const std::byte> bytes() { return take(get<uint32_t>()); }
  std::string text() {
    const auto field = bytes();
    return {reinterpret_cast<const char*>(field.data()), field.size()};
  }
  /// A count of elements that take at least `bytes` bytes each.
  uint32_t count(size_t bytes) {
    const auto value = get<uint32_t>();
    if (value > bytes_.size() / bytes) throw WireError("a list is longer than its message");
    return value;
  }
  /// Nothing may be left.
  void end() const {
    if (!bytes_.empty()) throw WireError("a message has bytes behind its end");
  }

 private:
  std::span<const std::byte> take(size_t count) {
    if (count > bytes_.size()) throw WireError("a message is cut short");
    const auto field = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return field;
  }
  std::span<const std::byte> bytes_;
};

void put(Writer& to, const DeviceInfo& info);
DeviceInfo get_info(Reader& from);
void put(Writer& to, const Command& command);
Command get_command(Reader& from);
void put(Writer& to, const Completion& completion);
Completion get_completion(Reader& from);

/// One frame as bytes.
std::vector<std::byte> encode(const Frame& frame);
/// Reads one frame from a socket. False: it has ended between two. Throws WireError; then nothing more can be read.
bool receive(int socket, Frame& frame);
/// False: the other side is gone.
bool send(int socket, std::span<const std::byte> bytes);

}  // namespace heddle::driver::wire
