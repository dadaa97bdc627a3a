// A device with a management core, in this process, and a context on it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "heddle/driver/context.h"
#include "heddle/driver/engine.h"
#include "kernel_args.h"
#include "test_device.h"

namespace heddle::driver {

inline DeviceOptions shared_options() { return device_options("nano:management=1"); }

class ContextTest : public testing::Test {
 protected:
  std::shared_ptr<Engine> engine_ = Engine::open(shared_options());
  ContextPointer context_ = Context::create(*engine_, {.memory_bytes = 0, .owner = "test"});

  nlohmann::json status() const { return nlohmann::json::parse(engine_->status()); }

  static std::vector<uint32_t> words(Context& context, uint32_t address, size_t count) {
    std::vector<uint32_t> values(count);
    context.read(address, std::as_writable_bytes(std::span(values)));
    return values;
  }
  static void store(Context& context, uint32_t address, const std::vector<uint32_t>& values) {
    context.write(address, std::as_bytes(std::span(values)));
  }
};

inline constexpr LaunchOptions kSmall{.private_bytes = 256, .extra_scratch_bytes = 0, .timeout = 0};

}  // namespace heddle::driver
