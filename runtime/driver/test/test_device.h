// The device of the tests of contexts: the golden model, or what the command line says (context_main.cpp).
#pragma once

#include <string>

#include "heddle/driver.h"
#include "heddle/driver/device.h"

namespace heddle::driver {

struct TestDevice {
  BackendKind backend = BackendKind::kModel;
  std::string configuration, library;  // the RTL's
  bool random = false;                 // delays of its memories and of the host
  uint64_t seed = 1;
};
inline TestDevice test_device;

// Cycles, of the RTL's memory: firmware writes a word at a time, so that clearing memory takes that long for each.
inline constexpr unsigned kLatency = 10;
inline constexpr const char* kWithDma = "nano:management=1,host_dma=1,memory_requests=16";

/// On the model of this configuration, or on the RTL as it is.
inline DeviceOptions device_options(const std::string& model_configuration) {
  DeviceOptions options;
  options.backend = test_device.backend;
  options.configuration = test_device.backend == BackendKind::kModel ? model_configuration : test_device.configuration;
  options.rtl_library = test_device.library;
  options.memory_latency = kLatency;
  options.random_stalls = test_device.random;
  options.seed = test_device.seed;
  options.firmware = HEDDLE_TEST_FIRMWARE;
  options.memory_bytes = uint64_t{64} << 20;
  return options;
}

/// The same for the C interface, with a DMA engine.
inline heddle_device_options c_options() {
  const bool model = test_device.backend == BackendKind::kModel;
  return {.backend = model ? "model" : "rtl",
          .configuration = model ? kWithDma : test_device.configuration.c_str(),
          .firmware = HEDDLE_TEST_FIRMWARE,
          .rtl_library = model ? nullptr : test_device.library.c_str(),
          .socket = nullptr,
          .memory_bytes = 64U << 20};
}

}  // namespace heddle::driver
