#include "wire.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace heddle::driver::wire {
namespace {

constexpr size_t kHeaderBytes = 16;
enum WorkKind : uint8_t { kMarker, kDispatch, kCopy, kFill };

/// False: the end came before the first byte.
bool read_all(int socket, std::span<std::byte> to) {
  for (size_t done = 0; done < to.size();) {
    const ssize_t count = recv(socket, to.data() + done, to.size() - done, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      if (done == 0) return false;
      throw WireError("a message is cut short");
    }
    done += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

void put(Writer& to, const DeviceInfo& info) {
  to.put(info.backend).put(info.configuration);
  to.put(info.shape.cores).put(info.shape.warps).put(info.shape.lanes).put(info.shape.regions);
  to.put(info.shape.scratchpad_bytes).put(info.shape.line_bytes).put(info.shape.matrix_dim);
  for (const bool has : {info.shape.copy_engine, info.shape.matrix_fp8, info.shape.matrix_fp4}) {
    to.put(static_cast<uint8_t>(has ? 1 : 0));
  }
  to.put(info.memory_bytes).put(info.contexts).put(info.queues);
}

DeviceInfo get_info(Reader& from) {
  DeviceInfo info;
  info.backend = from.text();
  info.configuration = from.text();
  for (unsigned* field : {&info.shape.cores, &info.shape.warps, &info.shape.lanes, &info.shape.regions}) {
    *field = from.get<uint32_t>();
  }
  info.shape.scratchpad_bytes = from.get<uint32_t>();
  info.shape.line_bytes = from.get<uint32_t>();
  info.shape.matrix_dim = from.get<uint32_t>();
  for (bool* has : {&info.shape.copy_engine, &info.shape.matrix_fp8, &info.shape.matrix_fp4}) {
    *has = from.get<uint8_t>() != 0;
  }
  info.memory_bytes = from.get<uint64_t>();
  info.contexts = from.get<uint32_t>();
  info.queues = from.get<uint32_t>();
  return info;
}

void put(Writer& to, const Command& command) {
  to.put(command.label).put(static_cast<uint32_t>(command.after.size()));
  for (const uint64_t id : command.after) to.put(id);
  if (const auto* dispatch = std::get_if<Dispatch>(&command.work)) {
    to.put(static_cast<uint8_t>(kDispatch)).put(dispatch->entry).put(dispatch->kernel);
    for (size_t i = 0; i < 3; ++i) to.put(dispatch->groups[i]).put(dispatch->local[i]);
    to.put(dispatch->private_bytes)
        .put(dispatch->scratch_bytes)
        .put(dispatch->accumulators)
        .put(std::span(dispatch->arguments));
  } else if (const auto* copy = std::get_if<Copy>(&command.work)) {
    to.put(static_cast<uint8_t>(kCopy)).put(copy->destination).put(copy->source).put(copy->bytes);
  } else if (const auto* fill = std::get_if<Fill>(&command.work)) {
    to.put(static_cast<uint8_t>(kFill)).put(fill->destination).put(fill->value).put(fill->bytes);
  } else if (std::holds_alternative<Marker>(command.work)) {
    to.put(static_cast<uint8_t>(kMarker));
  } else {
    throw WireError("memory of a client is not within a daemon's reach");
  }
}

Command get_command(Reader& from) {
  Command command;
  command.label = from.text();
  command.after.resize(from.count(sizeof(uint64_t)));
  for (uint64_t& id : command.after) id = from.get<uint64_t>();
  const auto word = [&] { return from.get<uint32_t>(); };
  switch (from.get<uint8_t>()) {
    case kMarker: break;
    case kDispatch: {
      Dispatch dispatch;
      dispatch.entry = word();
      dispatch.kernel = word();
      for (size_t i = 0; i < 3; ++i) {
        dispatch.groups[i] = word();
        dispatch.local[i] = word();
      }
      dispatch.private_bytes = word();
      dispatch.scratch_bytes = word();
      dispatch.accumulators = word();
      const auto arguments = from.bytes();
      dispatch.arguments.assign(arguments.begin(), arguments.end());
      command.work = std::move(dispatch);
      break;
    }
    case kCopy: {
      const uint32_t destination = word(), source = word();
      command.work = Copy{destination, source, word()};
      break;
    }
    case kFill: {
      const uint32_t destination = word(), value = word();
      command.work = Fill{destination, value, word()};
      break;
    }
    default: throw WireError("a command of an unknown kind");
  }
  return command;
}

void put(Writer& to, const Completion& completion) {
  to.put(static_cast<uint32_t>(completion.outcome)).put(completion.text);
  to.put(completion.queued).put(completion.submitted).put(completion.started).put(completion.ended);
  std::array<uint32_t, sizeof(hd_fault) / 4> fault{};
  std::memcpy(fault.data(), &completion.fault, sizeof completion.fault);
  for (const uint32_t word : fault) to.put(word);
  to.put(static_cast<uint8_t>(completion.counters ? 1 : 0));
  if (!completion.counters) return;
  to.put(completion.counters->cycles).put(completion.counters->warp_instrs).put(completion.counters->lane_instrs);
  for (const uint64_t cycles : completion.counters->warp_cycles) to.put(cycles);
}

Completion get_completion(Reader& from) {
  Completion completion;
  const auto outcome = from.get<uint32_t>();
  if (outcome > static_cast<uint32_t>(Outcome::kLost)) throw WireError("an end of an unknown kind");
  completion.outcome = static_cast<Outcome>(outcome);
  completion.text = from.text();
  for (uint64_t* time : {&completion.queued, &completion.submitted, &completion.started, &completion.ended}) {
    *time = from.get<uint64_t>();
  }
  std::array<uint32_t, sizeof(hd_fault) / 4> fault{};
  for (uint32_t& word : fault) word = from.get<uint32_t>();
  std::memcpy(&completion.fault, fault.data(), sizeof completion.fault);
  if (from.get<uint8_t>() == 0) return completion;
  LaunchStatistics& counters = completion.counters.emplace();
  counters.cycles = from.get<uint64_t>();
  counters.warp_instrs = from.get<uint64_t>();
  counters.lane_instrs = from.get<uint64_t>();
  for (uint64_t& cycles : counters.warp_cycles) cycles = from.get<uint64_t>();
  return completion;
}

std::vector<std::byte> encode(const Frame& frame) {
  Writer header;
  header.put(kMagic).put(kVersion).put(static_cast<uint16_t>(frame.type)).put(frame.tag);
  header.put(static_cast<uint32_t>(frame.body.size()));
  std::vector<std::byte> bytes = header.take();
  bytes.insert(bytes.end(), frame.body.begin(), frame.body.end());
  return bytes;
}

bool receive(int socket, Frame& frame) {
  std::array<std::byte, kHeaderBytes> bytes{};
  if (!read_all(socket, bytes)) return false;
  Reader header(bytes);
  if (header.get<uint32_t>() != kMagic) throw WireError("the other side does not speak this protocol");
  if (const auto version = header.get<uint16_t>(); version != kVersion) {
    throw WireError(
        fmt::format("the other side speaks version {} of the protocol, this one version {}", version, kVersion));
  }
  frame.type = static_cast<Type>(header.get<uint16_t>());
  frame.tag = header.get<uint32_t>();
  const auto length = header.get<uint32_t>();
  if (length > kMaximumBody) throw WireError(fmt::format("a message of {} bytes: too long", length));
  frame.body.resize(length);
  if (length != 0 && !read_all(socket, frame.body)) throw WireError("a message is cut short");
  return true;
}

bool send(int socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace heddle::driver::wire
