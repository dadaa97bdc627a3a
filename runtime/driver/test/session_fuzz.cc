// libFuzzer: requests of any content to a daemon's session, with a device that takes everything.
#include <cstdint>

#include "session.h"

namespace {

using namespace heddle::driver;

class AnyPort final : public Port {
 public:
  DeviceInfo info() override { return {}; }
  std::pair<uint32_t, uint64_t> memory() override { return {0x8000'0000, 1 << 20}; }
  void set_regions(const std::vector<Region>&, uint32_t, uint32_t) override {}
  void write(uint32_t, std::span<const std::byte>) override {}
  void read(uint32_t, std::span<std::byte>) override {}
  uint64_t pin(std::span<std::byte>) override { return 0; }
  void unpin(uint64_t) override {}
  uint32_t open_queue(const QueueOptions&) override { return 0; }
  void reset_queue(uint32_t) override {}
  void close_queue(uint32_t) override {}
  void submit(uint32_t, uint64_t, const Command&) override {}
};

class AnyProvider final : public Provider {
 public:
  DeviceInfo info() override { return {}; }
  std::unique_ptr<Port> connect(const ContextOptions&, std::shared_ptr<Listener>) override {
    return std::make_unique<AnyPort>();
  }
  std::string status() override { return "{}"; }
  void reset() override {}
};

}  // namespace

// Requests one behind the other: type, length (one byte, times 4), body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  AnyProvider provider;
  Session session(provider, [](const wire::Frame&) {}, "fuzzer");
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    (void)session.answer(
        {wire::Type::kHello, 0, wire::Writer().put(uint8_t{1}).put(uint64_t{0}).put(std::string()).take()});
    for (size_t at = 0; at + 2 <= size;) {
      const auto type = static_cast<wire::Type>(data[at]);
      const size_t length = std::min<size_t>(size_t{data[at + 1]} * 4, size - at - 2);
      const auto body = bytes.subspan(at + 2, length);
      at += 2 + length;
      (void)session.answer({type, 1, {body.begin(), body.end()}});
    }
  } catch (const wire::WireError&) {
    return 0;
  }
  return 0;
}
