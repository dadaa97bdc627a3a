// Kernels of four contexts at once through the driver's own interface, a third of which go wrong in every way: healthy
// ones give exact results, every fault is told to its owner alone, others' memory is unchanged, and the device needs no
// reset.
// [--kernels N] [--rtl DIRECTORY CONFIGURATION]
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <random>

#include "heddle/driver/context.h"
#include "heddle/driver/engine.h"
#include "storm_args.h"

namespace heddle::driver {
namespace {

unsigned kernels = 120;
DeviceOptions device_options;

constexpr uint32_t kItems = 8, kBytes = 16 << 10, kTimeLimit = 40'000;
constexpr LaunchOptions kSmall{.private_bytes = 512, .extra_scratch_bytes = 0, .timeout = 0};

struct Bad {
  const char* kernel;
  ErrorKind kind;
  uint32_t cause;
};
constexpr std::array kBad{Bad{"illegal", ErrorKind::kFault, 2},    Bad{"wild_read", ErrorKind::kFault, 5},
                          Bad{"wild_write", ErrorKind::kFault, 7}, Bad{"wild_fetch", ErrorKind::kFault, 1},
                          Bad{"endless", ErrorKind::kTimeout, 0},  Bad{"overflow", ErrorKind::kFault, 7},
                          Bad{"stuck", ErrorKind::kFault, 24}};

// FNV-1a.
uint64_t hash(std::span<const std::byte> bytes) {
  uint64_t value = 0xCBF2'9CE4'8422'2325;
  for (const std::byte byte : bytes) value = (value ^ static_cast<uint64_t>(byte)) * 0x100'0000'01B3;
  return value;
}

uint32_t expected_word(uint32_t value, uint32_t item) {
  for (int i = 0; i < 50; ++i) value = value * 1664525 + 1013904223 + item;
  return value;
}

struct Order {
  EventPointer event;
  const Bad* bad = nullptr;
  uint32_t where = 0, value = 0;
};

struct Owner {
  ContextPointer context;
  ModulePointer module;
  QueuePointer queue;
  uint32_t data = 0, scratch = 0;  // of good kernels; what bad ones may touch
  std::vector<std::byte> memory;   // of `data`, as it has to be
  std::vector<Order> orders;
  std::atomic<unsigned> told = 0;
  unsigned faults = 0;
};

TEST(Storm, FaultsAreTheirOwnersAlone) {
  const auto engine = Engine::open(device_options);
  std::mt19937 draw(7);
  std::array<Owner, HD_CONTEXTS> owners;
  for (Owner& owner : owners) {
    owner.context = Context::create(*engine, {.memory_bytes = 1 << 20, .owner = "storm"});
    owner.context->on_fault(
        [&owner](const Event& event, const DeviceError&) { owner.told += event.label().empty() ? 1000 : 1; });
    owner.module = owner.context->load(HEDDLE_TEST_STORM);
    owner.queue = owner.context->create_queue({.priority = 0, .time_limit = kTimeLimit});
    owner.data = owner.context->allocate(kBytes, 128, "data");
    owner.scratch = owner.context->allocate(64, 128, "scratch");
    owner.memory.resize(kBytes);
    for (std::byte& byte : owner.memory) byte = static_cast<std::byte>(draw());
    owner.context->write(owner.data, owner.memory);
  }
  const auto submit = [&](size_t number) {
    Owner& owner = owners[number];
    Order order;
    order.where = static_cast<uint32_t>(draw() % (kBytes / 4 - kItems));
    order.value = static_cast<uint32_t>(draw());
    storm_args args{owner.data + 4 * order.where, order.value, 0};
    const char* kernel = "good";
    Size3 groups{2, 1, 1}, local{kItems / 2, 1, 1};
    if (draw() % 3 == 0) {
      order.bad = &kBad[draw() % kBad.size()];
      kernel = order.bad->kernel;
      const Owner& victim = owners[(number + 1 + draw() % (owners.size() - 1)) % owners.size()];
      args.data = owner.scratch;
      // What others have: data, program; and what is nobody's.
      const std::array<uint32_t, 4> targets{victim.data, victim.module->image().entry(), 0x8000'0000, 0xF000'0000};
      args.target = targets[draw() % targets.size()];
      groups = {1, 1, 1};
      local = {2, 1, 1};
    }
    try {
      order.event =
          owner.queue->launch(*owner.module, kernel, groups, local, std::as_bytes(std::span(&args, 1)), kSmall);
    } catch (const DeviceError& error) {  // a faulty one before it has ended already
      const bool after_bad =
          std::ranges::any_of(owner.orders, [](const Order& before) { return before.bad != nullptr; });
      ASSERT_TRUE(error.kind() == ErrorKind::kAborted && after_bad) << error.what();
      return;
    }
    owner.orders.push_back(std::move(order));
  };
  unsigned ran = 0, bad = 0, behind = 0;
  const auto settle = [&](Owner& owner) {
    bool failed = false;
    for (const Order& order : owner.orders) {
      ASSERT_TRUE(order.event->wait(std::chrono::minutes(5))) << "hangs";
      const auto error = order.event->error();
      if (failed) {
        ASSERT_TRUE(error && error->kind() == ErrorKind::kAborted);
        ++behind;
        continue;
      }
      ++ran;
      if (order.bad == nullptr) {
        ASSERT_FALSE(error) << error->what();
        for (uint32_t i = 0; i < kItems; ++i) {
          const uint32_t word = expected_word(order.value, i);
          std::memcpy(owner.memory.data() + 4 * (order.where + i), &word, 4);
        }
        continue;
      }
      failed = true;
      ++bad;
      ++owner.faults;
      ASSERT_TRUE(error);
      ASSERT_EQ(error->kind(), order.bad->kind) << order.bad->kernel << ": " << error->what();
      if (order.bad->cause != 0) {
        ASSERT_EQ(error->fault()->cause, order.bad->cause) << error->what();
        ASSERT_EQ(error->fault()->symbol.empty(), order.bad->cause == 1) << error->what();
      }
    }
    owner.orders.clear();
    if (failed) owner.queue->reset();
  };
  while (ran < kernels) {
    for (size_t number = 0; number < owners.size(); ++number) {
      for (unsigned n = draw() % 6; n > 0; --n) submit(number);
    }
    for (Owner& owner : owners) settle(owner);
    if (HasFatalFailure()) return;
    for (Owner& owner : owners) {
      std::vector<std::byte> memory(kBytes);
      owner.context->read(owner.data, memory);
      ASSERT_EQ(hash(memory), hash(owner.memory)) << "memory of context " << &owner - owners.data();
    }
  }
  for (Owner& owner : owners) {
    owner.queue->marker()->get();  // what was to be told has been told
    EXPECT_EQ(owner.told, owner.faults);
  }
  fmt::print("{} kernels ran, {} of them faulty, each told to its owner alone; {} stood behind a faulty one\n", ran,
             bad, behind);
  EXPECT_GT(bad, kernels / 10);
}

}  // namespace

void set_up(int argc, char** argv) {
  device_options.configuration = "nano:management=1";
  device_options.firmware = HEDDLE_TEST_FIRMWARE;
  device_options.memory_bytes = uint64_t{64} << 20;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--kernels") == 0 && i + 1 < argc)
      kernels = static_cast<unsigned>(std::stoul(argv[i + 1]));
    if (std::strcmp(argv[i], "--rtl") == 0 && i + 2 < argc) {
      device_options.backend = BackendKind::kRtl;
      device_options.rtl_library = argv[i + 1];
      device_options.configuration = argv[i + 2];
    }
  }
}

}  // namespace heddle::driver

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  heddle::driver::set_up(argc, argv);
  return RUN_ALL_TESTS();
}
