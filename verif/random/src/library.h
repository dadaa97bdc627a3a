// A verilated device's library, loaded.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "heddle/harness/rtl_device.h"

namespace heddle::fuzz {

class Library {
 public:
  // Throws std::runtime_error where it cannot be used.
  explicit Library(const std::filesystem::path& path);

  std::unique_ptr<harness::RtlDevice> open(const harness::RtlOptions& options) const;
  const harness::RtlDescription& description() const { return *description_; }

 private:
  harness::RtlOpenFunction* open_ = nullptr;
  const harness::RtlDescription* description_ = nullptr;
};

// By canonical configuration.
using Libraries = std::map<std::string, Library>;

}  // namespace heddle::fuzz
