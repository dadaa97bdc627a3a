// Tags of the data cache (rtl/core/lsu/data_cache_tags.sv): hits, places and evictions in every cycle.
#include <algorithm>
#include <optional>
#include <vector>

#include "caches_fixture.h"

namespace heddle::caches_test {
namespace {

class Tags {
 public:
  Tags(unsigned sets, unsigned ways) : sets_(sets), ways_(ways), lines_(size_t{sets} * ways) {}

  [[nodiscard]] std::optional<unsigned> find(uint32_t line) const {
    for (unsigned way = 0; way < ways_; ++way) {
      if (lines_[slot(line, way)] == line) return slot(line, way);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool full(uint32_t line) const { return !free_way(line); }
  // Where the line would go: the lowest free way, otherwise each in turn.
  [[nodiscard]] unsigned place(uint32_t line) const { return slot(line, free_way(line).value_or(turn_)); }

  // The places are those of before; what is dropped goes before what is filled.
  void cycle(const std::vector<uint32_t>& dropped, std::optional<uint32_t> filled) {
    const std::optional<unsigned> where = filled ? std::optional(place(*filled)) : std::nullopt;
    const bool evicts = filled && full(*filled);
    for (uint32_t line : dropped) {
      if (const auto found = find(line)) lines_[*found].reset();
    }
    if (where) lines_[*where] = *filled;
    if (evicts) turn_ = (turn_ + 1) % ways_;
  }
  void clear() { std::fill(lines_.begin(), lines_.end(), std::nullopt); }

 private:
  [[nodiscard]] unsigned slot(uint32_t line, unsigned way) const { return set_of(line, sets_) * ways_ + way; }
  [[nodiscard]] std::optional<unsigned> free_way(uint32_t line) const {
    for (unsigned way = 0; way < ways_; ++way) {
      if (!lines_[slot(line, way)]) return way;
    }
    return std::nullopt;
  }

  unsigned sets_, ways_, turn_ = 0;
  std::vector<std::optional<uint32_t>> lines_;
};

TEST_F(Caches, DataCacheTags) {
  Tags reference(l1_sets(), l1_ways());
  std::vector<uint32_t> lines(24);
  unsigned snoop_percent = 20, fill_percent = 50, spread = 8;
  // A line of before, one that differs from it in one bit, or any.
  auto draw = [&] {
    const uint32_t line = lines[below(spread)];
    return (below(6) == 0 ? line ^ (1U << below(line_bits())) : line) & line_mask();
  };
  uint64_t hits = 0, evictions = 0, kills = 0;
  for (unsigned n = 0; n < 60'000; ++n) {
    if (n % 300 == 0) {
      const uint32_t set = below(l1_sets());
      for (auto& line : lines) {
        const uint32_t above = static_cast<uint32_t>(random_()) & (line_mask() / l1_sets());
        line = line_in(above, below(4) ? set : below(l1_sets()), l1_sets());
      }
      snoop_percent = below(50);
      fill_percent = 20 + below(80);
      spread = 2 + below(lines.size() - 1);
    }
    top_.l1_invalidate_i = below(400) == 0;
    top_.l1_lookup_i = percent(80);
    top_.l1_lookup_line_i = draw();
    top_.l1_fill_line_i = draw();
    std::vector<uint32_t> dropped;
    for (unsigned s = 0; s < snoop_ports(); ++s) {
      top_.l1_snoop_i[s] = percent(snoop_percent);
      top_.l1_snoop_line_i[s] = draw();
      if (top_.l1_snoop_i[s]) dropped.push_back(top_.l1_snoop_line_i[s]);
    }
    const auto hit = reference.find(top_.l1_lookup_line_i);
    top_.l1_kill_i = top_.l1_lookup_i && hit && percent(15);
    top_.l1_fill_i = !reference.find(top_.l1_fill_line_i) && percent(fill_percent);
    if (top_.l1_kill_i) dropped.push_back(top_.l1_lookup_line_i);
    settle();
    ASSERT_EQ(bool(top_.l1_hit_o), top_.l1_lookup_i && hit) << "cycle " << n;
    if (top_.l1_hit_o) ASSERT_EQ(top_.l1_hit_slot_o, *hit) << "cycle " << n;
    ASSERT_EQ(top_.l1_fill_slot_o, reference.place(top_.l1_fill_line_i)) << "cycle " << n;
    ASSERT_EQ(bool(top_.l1_evict_o), top_.l1_fill_i && reference.full(top_.l1_fill_line_i)) << "cycle " << n;
    hits += top_.l1_hit_o;
    evictions += top_.l1_evict_o;
    kills += top_.l1_kill_i;
    if (top_.l1_invalidate_i) {
      // With everything, what would have been filled: the turn stays, too.
      reference.clear();
    } else {
      reference.cycle(dropped, top_.l1_fill_i ? std::optional<uint32_t>(top_.l1_fill_line_i) : std::nullopt);
    }
    edge();
  }
  EXPECT_GT(hits, 5000U);
  EXPECT_GT(evictions, 1000U);
  EXPECT_GT(kills, 500U);
}

}  // namespace
}  // namespace heddle::caches_test
