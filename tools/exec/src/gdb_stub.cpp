#include "gdb_stub.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <stdexcept>

namespace heddle::exec {
namespace {

constexpr unsigned kRegisters = 33;
constexpr size_t kLongest = 4096;
constexpr char kInterrupt = 3;
constexpr unsigned kStepsPerLook = 4096;  // between looks for an interrupt of the debugger
constexpr std::string_view kStopped = "S05", kError = "E01", kDone = "OK";

struct Socket {
  int number = -1;
  ~Socket() {
    if (number >= 0) close(number);
  }
};

// Takes a hexadecimal number from the front.
std::optional<uint32_t> take_number(std::string_view& text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// A word as the protocol has it: bytes of the target, in its order.
std::string word_text(uint32_t value) { return fmt::format("{:08x}", __builtin_bswap32(value)); }

std::optional<uint32_t> take_word(std::string_view& text) {
  if (text.size() < 8) return std::nullopt;
  std::string_view first = text.substr(0, 8);
  const auto value = take_number(first);
  if (!value || !first.empty()) return std::nullopt;
  text.remove_prefix(8);
  return __builtin_bswap32(*value);
}

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

std::string framed(std::string_view body) {
  uint8_t sum = 0;
  for (const char c : body) sum = static_cast<uint8_t>(sum + static_cast<uint8_t>(c));
  return fmt::format("${}#{:02x}", body, sum);
}

}  // namespace

std::string GdbStub::registers() const {
  std::string text;
  for (unsigned i = 0; i < kRegisters; ++i) text += word_text(target_.read_register(i).value_or(0));
  return text;
}

bool GdbStub::set_registers(std::string_view hex) {
  for (unsigned i = 0; i < kRegisters; ++i) {
    const auto value = take_word(hex);
    if (!value || !target_.write_register(i, *value)) return false;
  }
  return hex.empty();
}

std::string GdbStub::memory(std::string_view arguments) const {
  const auto address = take_number(arguments);
  if (!address || !take(arguments, ',')) return std::string(kError);
  const auto bytes = take_number(arguments);
  if (!bytes || !arguments.empty() || *bytes > kLongest / 2) return std::string(kError);
  std::string text;
  for (uint32_t i = 0; i < *bytes; ++i) {
    const auto byte = target_.read_byte(*address + i);
    if (!byte) break;  // what there is
    text += fmt::format("{:02x}", *byte);
  }
  return text.empty() && *bytes != 0 ? std::string(kError) : text;
}

bool GdbStub::set_memory(std::string_view arguments) {
  const auto address = take_number(arguments);
  if (!address || !take(arguments, ',')) return false;
  const auto bytes = take_number(arguments);
  if (!bytes || !take(arguments, ':') || arguments.size() != uint64_t{2} * *bytes) return false;
  for (uint32_t i = 0; i < *bytes; ++i) {
    std::string_view pair = arguments.substr(size_t{2} * i, 2);
    const auto value = take_number(pair);
    if (!value || !pair.empty() || !target_.write_byte(*address + i, static_cast<uint8_t>(*value))) return false;
  }
  return true;
}

bool GdbStub::interrupted() {
  pollfd watched{connection_, POLLIN, 0};
  if (poll(&watched, 1, 0) <= 0) return false;
  char c = 0;
  if (recv(connection_, &c, 1, MSG_PEEK) <= 0) {
    left_ = true;
    return true;
  }
  if (c != kInterrupt) return false;
  (void)recv(connection_, &c, 1, 0);
  return true;
}

std::string GdbStub::run(bool single) {
  for (unsigned steps = 1;; ++steps) {
    if (!ended_) ended_ = target_.step();
    if (ended_) return fmt::format("W{:02x}", static_cast<unsigned>(*ended_) & 0xFF);
    if (single || breakpoints_.contains(target_.read_register(GdbTarget::kPc).value_or(0))) break;
    if (steps % kStepsPerLook == 0 && connection_ >= 0 && interrupted()) return "S02";
  }
  return std::string(kStopped);
}

// Zn,address,kind and zn,address,kind: n 0 and 1 are the same here, nothing is written to memory.
std::string GdbStub::breakpoint(std::string_view packet) {
  const bool set = packet.front() == 'Z';
  packet.remove_prefix(1);
  if (packet.empty() || packet.front() > '1') return {};
  packet.remove_prefix(1);
  if (!take(packet, ',')) return std::string(kError);
  const auto address = take_number(packet);
  if (!address) return std::string(kError);
  if (set) {
    breakpoints_.insert(*address);
  } else {
    breakpoints_.erase(*address);
  }
  return std::string(kDone);
}

std::string GdbStub::answer(std::string_view packet) {
  if (packet.empty()) return {};
  const char kind = packet.front();
  std::string_view rest = packet.substr(1);
  const auto outcome = [](bool good) { return std::string(good ? kDone : kError); };
  switch (kind) {
    case '?': return std::string(kStopped);
    case 'g': return registers();
    case 'G': return outcome(set_registers(rest));
    case 'm': return memory(rest);
    case 'M': return outcome(set_memory(rest));
    case 'p': {
      const auto number = take_number(rest);
      const auto value = number && rest.empty() ? target_.read_register(*number) : std::nullopt;
      return value ? word_text(*value) : std::string(kError);
    }
    case 'P': {
      const auto number = take_number(rest);
      if (!number || !take(rest, '=')) return std::string(kError);
      const auto value = take_word(rest);
      return outcome(value && rest.empty() && target_.write_register(*number, *value));
    }
    case 'c':
    case 's':
      if (!rest.empty()) {  // from another place
        const auto address = take_number(rest);
        if (!address || !target_.write_register(GdbTarget::kPc, *address)) return std::string(kError);
      }
      return run(kind == 's');
    case 'Z':
    case 'z': return breakpoint(packet);
    case 'D': left_ = true; return std::string(kDone);
    case 'k': killed_ = true; return {};
    case 'H': return std::string(kDone);  // there is one thread
    case 'q':
      if (rest.starts_with("Supported")) return fmt::format("PacketSize={:x}", kLongest);
      if (rest == "Attached") return "1";
      return {};
    default: return {};
  }
}

bool GdbStub::serve(uint16_t port, const std::function<void(uint16_t)>& announce) {
  const Socket listening{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)setsockopt(listening.number, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  socklen_t bytes = sizeof address;
  if (bind(listening.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listening.number, 1) != 0 ||
      getsockname(listening.number, reinterpret_cast<sockaddr*>(&address), &bytes) != 0) {
    throw std::runtime_error(fmt::format("port {} of this machine cannot be had; choose another, or 0 for any", port));
  }
  announce(ntohs(address.sin_port));
  const Socket connection{accept4(listening.number, nullptr, nullptr, SOCK_CLOEXEC)};
  connection_ = connection.number;
  std::string body;
  enum { kOutside, kBody, kSum } state = kOutside;
  unsigned sum_characters = 0;
  for (char c = 0; !left_ && !killed_ && recv(connection_, &c, 1, 0) == 1;) {
    if (state == kOutside) {
      if (c == '$') {
        body.clear();
        state = kBody;
      }
    } else if (state == kBody) {
      if (c == '#') {
        state = kSum;
        sum_characters = 0;
      } else if (body.size() < kLongest) {
        body += c;
      }
    } else if (++sum_characters == 2) {  // TCP has seen to the sum itself
      state = kOutside;
      if (!send_all(connection_, "+")) break;
      if (!send_all(connection_, framed(answer(body)))) break;
    }
  }
  connection_ = -1;
  return ended_.has_value() || killed_;
}

}  // namespace heddle::exec
