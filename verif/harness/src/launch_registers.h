// The launch registers as the host wrote them: what the checker's model is launched with, whatever the RTL made of it.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "heddle/generated/configuration.h"
#include "heddle/model/types.h"

namespace heddle::harness {

class LaunchRegisters {
 public:
  explicit LaunchRegisters(const Configuration& configuration) : configuration_(configuration) {}

  // A write that the device accepted.
  void written(uint32_t offset, uint32_t value) { values_[offset] = value; }
  // The device is reset.
  void reset() { values_.clear(); }
  model::Launch launch() const;

 private:
  uint32_t value(uint32_t offset) const;

  const Configuration configuration_;
  std::unordered_map<uint32_t, uint32_t> values_;
};

}  // namespace heddle::harness
