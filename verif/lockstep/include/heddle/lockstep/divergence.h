// The first disagreement between RTL and model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/lockstep/records.h"

namespace heddle::lockstep {

struct LaneDifference {
  unsigned lane = 0;
  uint32_t expected = 0;
  uint32_t got = 0;
};

struct Divergence {
  // The field of the record that differs, e.g. "commit.pc" or "writeback.data", or the rule that was broken, e.g.
  // "store.visible". Stable names: tests and scripts rely on them.
  std::string field;
  std::string explanation;  // one or two lines
  std::optional<Tag> tag;   // the slot concerned
  uint64_t cycle = 0;
  std::vector<LaneDifference> lanes;  // only those that differ; empty when the field is not per lane
  // Device memory or scratchpad words concerned, for the list of accesses in flight.
  std::vector<uint32_t> words;
};

}  // namespace heddle::lockstep
