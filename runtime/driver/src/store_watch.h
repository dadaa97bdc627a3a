#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/model/step_runner.h"

namespace heddle::driver {

/// Runs the warps of the model as the architecture says and collects the stores to one address, and the ends of lanes.
class StoreWatch final : public model::StepRunner {
 public:
  explicit StoreWatch(uint32_t address) : address_(address) {}

  bool empty() const { return events_.empty(); }
  std::vector<WatchEvent> take() { return std::exchange(events_, {}); }

 protected:
  void after(const model::Warp& warp, const model::StepResult& step) override;

 private:
  uint32_t address_;
  std::vector<WatchEvent> events_;
};

}  // namespace heddle::driver
