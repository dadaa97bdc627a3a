// A daemon in this process: clients, and messages that are none.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "context_fixture.h"
#include "expect_error.h"
#include "heddle/driver/remote.h"
#include "heddle/driver/server.h"
#include "session.h"

namespace heddle::driver {
namespace {

class RemoteTest : public testing::Test {
 protected:
  RemoteTest() : path_(fmt::format("/tmp/heddle-test-{}.socket", getpid())), server_(*engine_, path_) {
    thread_ = std::thread([this] { server_.run(); });
  }
  ~RemoteTest() override {
    server_.stop();
    thread_.join();
  }

  std::shared_ptr<Engine> engine_ = Engine::open(shared_options());
  std::string path_;
  Server server_;
  std::thread thread_;
};

TEST_F(RemoteTest, ClientsSideBySide) {
  RemoteProvider provider(path_);
  EXPECT_EQ(provider.info().shape.lanes, 2U);
  std::vector<ContextPointer> contexts;
  std::vector<EventPointer> ends;
  std::vector<uint32_t> data;
  std::vector<QueuePointer> queues;
  for (uint32_t i = 0; i < 3; ++i) {
    contexts.push_back(Context::create(provider, {.memory_bytes = 4 << 20, .owner = "client"}));
    const ModulePointer module = contexts[i]->load(HEDDLE_TEST_KERNEL);
    data.push_back(contexts[i]->allocate(64));
    queues.push_back(contexts[i]->create_queue());
    ends.push_back(queues[i]->launch(*module, "fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data[i], 100 * i}, kSmall));
  }
  for (uint32_t i = 0; i < 3; ++i) {
    EXPECT_GT(ends[i]->get().ended, ends[i]->get().started);
    std::vector<uint32_t> values(16);
    contexts[i]->read(data[i], std::as_writable_bytes(std::span(values)));
    EXPECT_EQ(values[15], 100 * i + 15);
  }
  const auto status = nlohmann::json::parse(provider.status());
  EXPECT_EQ(status["contexts"].size(), 3U);
  EXPECT_NE(status["contexts"][0]["owner"].get<std::string>().find("client (process "), std::string::npos);
  expect_error(ErrorKind::kNoResources, "others use", [&] { provider.reset(); });
}

TEST_F(RemoteTest, FaultsReachTheirOwnerWithTheirLine) {
  RemoteProvider provider(path_);
  const ContextPointer mine = Context::create(provider), other = Context::create(provider);
  int told = 0, wrong = 0;
  mine->on_fault([&](const Event&, const DeviceError&) { ++told; });
  other->on_fault([&](const Event&, const DeviceError&) { ++wrong; });
  const ModulePointer module = mine->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = mine->create_queue();
  const auto event = queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0, 0}, kSmall);
  const auto error = error_of([&] { event->get(); });
  ASSERT_TRUE(error && error->fault());
  EXPECT_GT(error->fault()->line, 0U);
  queue->reset();
  queue->marker()->get();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(wrong, 0);
}

TEST_F(RemoteTest, LargeTransfersAreCut) {
  RemoteProvider provider(path_);
  const ContextPointer context = Context::create(provider);
  std::vector<std::byte> bytes((1 << 20) + 1000), back(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 >> 8);
  const uint32_t data = context->allocate(bytes.size());
  context->write(data, bytes);
  context->read(data, back);
  EXPECT_TRUE(bytes == back);
}

TEST_F(RemoteTest, SecondDaemonIsRefused) {
  expect_error(ErrorKind::kUnavailable, "listens there already", [&] { const Server second(*engine_, path_); });
  expect_error(ErrorKind::kUnavailable, "no socket can be made", [&] { const Server second(*engine_, "/nowhere/x"); });
  expect_error(ErrorKind::kUnavailable, "there is a file", [&] { const Server second(*engine_, "/proc/self/exe"); });
  expect_error(ErrorKind::kUnavailable, "heddle daemon", [] { const RemoteProvider provider("/nowhere/x"); });
}

// Sends bytes, and reads until the daemon hangs up. Returns the last frame of it.
std::optional<wire::Frame> talk(const std::string& path, const std::vector<std::byte>& bytes) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  (void)wire::send(socket, bytes);
  shutdown(socket, SHUT_WR);
  std::optional<wire::Frame> last;
  try {
    for (wire::Frame frame; wire::receive(socket, frame);) last = frame;
  } catch (const wire::WireError&) {
    last.reset();
  }
  close(socket);
  return last;
}

wire::Frame hello() {
  return {wire::Type::kHello, 1, wire::Writer().put(uint8_t{1}).put(uint64_t{1 << 20}).put(std::string("x")).take()};
}

TEST_F(RemoteTest, MalformedMessagesEndTheirConnectionAlone) {
  RemoteProvider provider(path_);
  const ContextPointer context = Context::create(provider);
  const auto expect_refusal = [&](std::vector<std::byte> bytes, const char* part) {
    const auto last = talk(path_, bytes);
    ASSERT_TRUE(last && last->type == wire::Type::kError) << part;
    wire::Reader body(last->body);
    (void)body.get<uint32_t>();
    const std::string text = body.text();
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  const auto with = [](wire::Frame frame, auto change) {
    std::vector<std::byte> bytes = wire::encode(frame);
    change(bytes);
    return bytes;
  };
  const auto behind_hello = [&](const wire::Frame& frame) {
    std::vector<std::byte> bytes = wire::encode(hello());
    const auto more = wire::encode(frame);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
  };
  using wire::Type;
  using wire::Writer;
  expect_refusal(with(hello(), [](auto& b) { b[0] = std::byte{0}; }), "does not speak");
  expect_refusal(with(hello(), [](auto& b) { b[4] = std::byte{9}; }), "version 9");
  expect_refusal(with(hello(), [](auto& b) { b[15] = std::byte{0x7F}; }), "too long");
  expect_refusal(with(hello(), [](auto& b) { b.resize(b.size() - 1); }), "cut short");
  expect_refusal(with(hello(), [](auto& b) { b.resize(7); }), "cut short");
  expect_refusal(wire::encode({Type::kHello, 1, {}}), "cut short");
  expect_refusal(wire::encode({Type::kStatus, 1, {}}), "before the greeting");
  expect_refusal(wire::encode({static_cast<Type>(99), 1, {}}), "before the greeting");
  expect_refusal(behind_hello({static_cast<Type>(99), 1, {}}), "unknown type 99");
  expect_refusal(behind_hello(hello()), "second greeting");
  expect_refusal(behind_hello({Type::kWrite, 1, Writer().put(uint32_t{0}).put(uint32_t{100}).take()}), "cut short");
  expect_refusal(behind_hello({Type::kRead, 1, Writer().put(uint32_t{0}).put(UINT32_MAX).take()}), "too long");
  expect_refusal(behind_hello({Type::kStatus, 1, Writer().put(uint8_t{0}).take()}), "behind its end");
  expect_refusal(
      behind_hello({Type::kSetRegions, 1, Writer().put(uint32_t{0}).put(uint32_t{0}).put(UINT32_MAX).take()}),
      "longer than its message");
  context->create_queue()->marker()->get();
}

TEST_F(RemoteTest, RandomRequestsDoNoHarm) {
  const ContextPointer context = Context::create(*engine_);
  const uint32_t secret = context->allocate(4096);
  context->create_queue()->fill(secret, 99, 4096)->get();
  std::mt19937 draw(11);
  unsigned broken = 0;
  for (int round = 0; round < 60; ++round) {
    Session session(*engine_, [](const wire::Frame&) {}, "test");
    (void)session.answer(hello());
    try {
      for (int i = 0; i < 30; ++i) {
        wire::Writer body;
        const auto type = static_cast<wire::Type>(2 + draw() % 10);
        for (unsigned n = draw() % 12; n > 0; --n) {
          switch (draw() % 4) {
            case 0: body.put(static_cast<uint32_t>(draw() % 8)); break;
            case 1: body.put(static_cast<uint32_t>(secret + draw() % 64)); break;
            case 2: body.put(static_cast<uint64_t>(draw() % 64)); break;
            default: body.put(static_cast<uint8_t>(draw())); break;
          }
        }
        if (type != wire::Type::kReset) (void)session.answer({type, 1, body.take()});
      }
    } catch (const wire::WireError&) {
      ++broken;
    }
  }
  EXPECT_GT(broken, 30U);
  std::vector<uint32_t> values(1024);
  context->read(secret, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, std::vector<uint32_t>(1024, 99));
  context->create_queue()->marker()->get();
}

}  // namespace
}  // namespace heddle::driver
