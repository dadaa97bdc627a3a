#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "heddle/driver/backend.h"
#include "heddle/model/machine.h"

namespace heddle::driver {

/// Runs the warps of the model as the architecture says and collects the stores to one address, and the ends of lanes.
class StoreWatch final : public model::WarpRunner {
 public:
  explicit StoreWatch(uint32_t address) : address_(address) {}

  void dispatched(unsigned /*slot*/, const model::Warp& /*warp*/) override {}
  model::RunResult run(unsigned slot, model::Warp& warp, model::Memory& memory, uint64_t max_slots) override;

  bool empty() const { return events_.empty(); }
  std::vector<WatchEvent> take() { return std::exchange(events_, {}); }

 private:
  void collect(const model::Warp& warp);

  uint32_t address_;
  std::vector<WatchEvent> events_;
  model::StepResult step_;
};

}  // namespace heddle::driver
