// Many sessions, seed after seed, in worker processes, until a failure, a number or a time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "draw.h"
#include "library.h"
#include "runner.h"

namespace heddle::fuzz {

struct CampaignOptions {
  uint64_t first_seed = 1;
  uint64_t count = 0;                         // sessions; 0: no limit
  std::optional<std::chrono::seconds> limit;  // of time
  unsigned jobs = 1;
  unsigned max_failures = 1;
  uint32_t planted_bug = 0;
  RunLimits limits;
};

struct Found {
  uint64_t seed = 0;
  Failure failure;
  uint64_t cycles = 0;  // until it showed
  double seconds = 0;   // since the start
};

struct CampaignResult {
  uint64_t sessions = 0;
  uint64_t programs = 0;  // launches
  uint64_t compared = 0;
  uint64_t lane_instrs = 0;
  uint64_t cycles = 0;
  uint64_t faults = 0;
  uint64_t aborts = 0;
  uint64_t rejections = 0;
  uint64_t resets = 0;
  double seconds = 0;
  double cpu_seconds = 0;       // of the workers, as far as they have ended
  std::vector<Found> failures;  // the first of each name, at most max_failures
  uint64_t failing_sessions = 0;
};

CampaignResult run_campaign(const CampaignOptions& options, const std::vector<Choice>& choices,
                            const Libraries& libraries,
                            const std::function<void(const CampaignResult& so_far)>& progress);

}  // namespace heddle::fuzz
