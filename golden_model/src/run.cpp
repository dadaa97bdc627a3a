// The fast simulator's inner loop.
#include "converged.h"
#include "executor_rules.h"
#include "heddle/model/step.h"
#include "run_converged.h"

namespace heddle::model {

namespace {

// The path of the next slot. A greedy path of a diverged warp that goes straight on needs no new look at the lanes.
template <unsigned kWidth>
class Selector {
 public:
  explicit Selector(const Warp& warp) : warp_(warp) {}

  const Path& next() {
    if (!follows_) {
      path_ = detail::select_path<kWidth>(warp_);
      by_greed_ = path_.several && detail::greedy_decides(warp_);
      rival_known_ = false;
    }
    return path_;
  }

  // After a slot of that path.
  void slot_done(bool straight) {
    follows_ = by_greed_ && straight && detail::greedy_decides(warp_);
    if (!follows_) return;
    if (!rival_known_) {
      rival_ = detail::rival_pc<kWidth>(warp_, path_);
      rival_known_ = true;
    }
    path_.pc += 4;
    follows_ = path_.pc < rival_;
  }

 private:
  const Warp& warp_;
  Path path_;
  std::uint32_t rival_ = 0;
  bool follows_ = false;
  bool by_greed_ = false;
  bool rival_known_ = false;
};

template <unsigned kWidth>
RunResult run_width(Warp& warp, Memory& memory, std::uint64_t max_slots, Company company) {
  RunResult result;
  HostWindows windows(memory, warp, company);
  Executor<kWidth, false, false> executor(warp, memory, nullptr, &windows);
  static const ConvergedFunction run_converged = converged_versions(kWidth).back().function;
  Selector<kWidth> selector(warp);
  LaneMask counted = 0;  // counting bits is slow on the oldest processors that this is built for
  unsigned lanes = 0;
  while (result.slots < max_slots) {
    if (goes_together(warp, kWidth)) {
      const std::uint64_t slots = run_converged(warp, windows, max_slots - result.slots);
      result.slots += slots;
      result.warp_instrs += slots;
      result.lane_instrs += slots * kWidth;
      if (result.slots == max_slots) break;
    }
    const Path& path = selector.next();
    if (!path) break;
    executor.slot(path);
    if (executor.declined()) {
      result.declined = true;
      break;
    }
    selector.slot_done(executor.straight());
    ++result.slots;
    ++warp.cycle;
    if (const LaneMask completed = executor.completed(); completed != 0) {
      if (completed != counted) {
        counted = completed;
        lanes = lane_count(completed);
      }
      ++result.warp_instrs;
      result.lane_instrs += lanes;
    }
    if (executor.fault()) {
      result.fault = executor.fault();
      break;
    }
  }
  return result;
}

}  // namespace

RunResult run(Warp& warp, Memory& memory, std::uint64_t max_slots, Company company) {
  if (warp.lanes <= 4) return run_width<4>(warp, memory, max_slots, company);
  if (warp.lanes <= 8) return run_width<8>(warp, memory, max_slots, company);
  if (warp.lanes <= 16) return run_width<16>(warp, memory, max_slots, company);
  return run_width<32>(warp, memory, max_slots, company);
}

}  // namespace heddle::model
