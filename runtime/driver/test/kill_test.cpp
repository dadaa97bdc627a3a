// Processes die: clients at any moment, and the daemon.
#include "kill_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "expect_error.h"
#include "heddle/driver/context.h"
#include "heddle/driver/remote.h"
#include "kernel_args.h"

namespace heddle::driver {

int kills = 6;

namespace {

using namespace std::chrono_literals;
constexpr LaunchOptions kSmall{.private_bytes = 256, .extra_scratch_bytes = 0, .timeout = 0};

pid_t start(const std::vector<std::string>& words) {
  const pid_t child = fork();
  if (child != 0) return child;
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int nothing = open("/dev/null", O_WRONLY);
  dup2(nothing, STDOUT_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

class Killing : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = fmt::format("/tmp/heddle-test-{}.socket", getpid());
    daemon_ = start({HEDDLE_TEST_DAEMON, "--backend", "model", "--config", "nano:management=1", "--firmware",
                     HEDDLE_TEST_FIRMWARE, "--socket", socket_});
    ASSERT_GT(daemon_, 0);
    for (int i = 0; i < 500 && !answers(); ++i) std::this_thread::sleep_for(20ms);
  }
  bool answers() const {
    try {
      (void)RemoteProvider(socket_).info();
      return true;
    } catch (const DeviceError&) {
      return false;
    }
  }
  void TearDown() override {
    if (daemon_ <= 0) return;
    kill(daemon_, SIGTERM);
    int status = 0;
    waitpid(daemon_, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the daemon ended with " << status;
    EXPECT_NE(access(socket_.c_str(), F_OK), 0) << "its socket is still there";
  }

  // Nobody has anything any more, within a while.
  static void expect_nothing_left(Provider& provider) {
    nlohmann::json status;
    for (int i = 0; i < 500; ++i) {
      status = nlohmann::json::parse(provider.status());
      if (status["contexts"].empty()) break;
      std::this_thread::sleep_for(20ms);
    }
    EXPECT_TRUE(status["contexts"].empty()) << status.dump(1);
    EXPECT_TRUE(status["queues"].empty()) << status.dump(1);
    EXPECT_EQ(status["memory"]["in_contexts"], 0U);
    EXPECT_EQ(status["state"], "ready");
  }

  static void expect_service(Provider& provider) {
    const ContextPointer context = Context::create(provider);
    const ModulePointer module = context->load(HEDDLE_TEST_KERNEL);
    const uint32_t data = context->allocate(1 << 16);
    std::vector<uint32_t> values(1 << 14);
    context->read(data, std::as_writable_bytes(std::span(values)));
    EXPECT_EQ(values, std::vector<uint32_t>(1 << 14)) << "of whoever was there before";
    const QueuePointer queue = context->create_queue();
    queue->launch(*module, "fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data, 5}, kSmall)->get();
    context->read(data, std::as_writable_bytes(std::span(values).first(16)));
    for (uint32_t i = 0; i < 16; ++i) EXPECT_EQ(values[i], 5 + i);
  }

  std::string socket_;
  pid_t daemon_ = 0;
};

TEST_F(Killing, Clients) {
  RemoteProvider provider(socket_);
  std::mt19937 draw(3);
  for (int i = 0; i < kills && !HasFailure(); ++i) {
    const pid_t client = start({"/proc/self/exe", "client", socket_});
    std::this_thread::sleep_for(std::chrono::microseconds(draw() % 150'000));
    kill(client, SIGKILL);
    int status = 0;
    waitpid(client, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the client ended by itself: " << status;
    expect_nothing_left(provider);
    if (i % 5 == 0) expect_service(provider);
  }
  expect_service(provider);
  expect_nothing_left(provider);
  fmt::print("{} clients killed\n", kills);
}

TEST_F(Killing, Daemon) {
  const auto provider = std::make_unique<RemoteProvider>(socket_);
  const ContextPointer context = Context::create(*provider);
  const ModulePointer module = context->load(HEDDLE_TEST_KERNEL);
  const QueuePointer queue = context->create_queue();
  const uint32_t data = context->allocate(4);
  const EventPointer endless = queue->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data, 0}, kSmall);
  kill(daemon_, SIGKILL);
  expect_error(ErrorKind::kDeviceLost, "is gone", [&] { endless->get(); });
  expect_error(ErrorKind::kDeviceLost, "is gone", [&] { context->write(data, {}); });
  expect_error(ErrorKind::kDeviceLost, "is gone", [&] { (void)provider->status(); });
  waitpid(daemon_, nullptr, 0);  // its socket may take connections after others have been closed
  expect_error(ErrorKind::kUnavailable, "no heddle daemon at", [&] { Context::create(*provider); });
  SetUp();  // a new one takes the place of the dead one's socket
  RemoteProvider again(socket_);
  expect_service(again);
}

}  // namespace

int run_client(const std::string& socket) {
  RemoteProvider provider(socket);
  std::mt19937 draw(static_cast<unsigned>(getpid()));
  for (;;) {
    const ContextPointer context = Context::create(provider);
    const ModulePointer module = context->load(HEDDLE_TEST_KERNEL);
    std::vector<QueuePointer> queues;
    for (int i = 0; i < 3; ++i) queues.push_back(context->create_queue({.priority = 0, .time_limit = 100'000}));
    const uint32_t data = context->allocate(1 << 16);
    const std::vector<std::byte> noise(1 << 16, std::byte{0xA5});
    for (int i = 0; i < 20; ++i) {
      const QueuePointer& queue = queues[draw() % queues.size()];
      try {
        switch (draw() % 6) {
          case 0: context->write(data, noise); break;
          case 1: queue->fill(data, 7, 1 << 16); break;
          case 2: queue->launch(*module, "spin", {1, 1, 1}, {1, 1, 1}, kernel_args{data + 4096, 0}, kSmall); break;
          case 3: queue->launch(*module, "write", {2, 1, 1}, {2, 1, 1}, kernel_args{0, 0}, kSmall)->wait(); break;
          case 4: queue->reset(); break;
          default: queue->launch(*module, "fill", {2, 1, 1}, {8, 1, 1}, kernel_args{data, 5}, kSmall)->wait(); break;
        }
      } catch (const DeviceError& error) {
        if (error.kind() != ErrorKind::kAborted) throw;
      }
    }
  }
}

}  // namespace heddle::driver
