// Tags of a bank of the L2 cache (rtl/mem/l2_tags.sv): everything that comes out, in every cycle.
#include <algorithm>
#include <optional>
#include <vector>

#include "caches_fixture.h"

namespace heddle::caches_test {
namespace {

class Bank {
 public:
  struct Line {
    bool valid = false, full = false;
    uint32_t line = 0;
    uint64_t dirty = 0;
  };
  struct Set {
    std::vector<Line> ways;
    bool dirty_mark = false, whole_mark = false;
  };

  Bank(unsigned sets, unsigned ways, uint64_t bytes)
      : bytes_(bytes), sets_(sets, {std::vector<Line>(ways), false, false}) {}

  [[nodiscard]] Set& at(uint32_t line) { return sets_[set_of(line, static_cast<uint32_t>(sets_.size()))]; }
  [[nodiscard]] const std::vector<Set>& sets() const { return sets_; }

  [[nodiscard]] std::optional<unsigned> find(uint32_t line) {
    return first(at(line), [&](const Line& l) { return l.valid && l.line == line; });
  }
  [[nodiscard]] std::optional<unsigned> empty_way(uint32_t line) {
    return first(at(line), [](const Line& l) { return !l.valid; });
  }
  // The next in turn of those that are not locked, if there is one.
  [[nodiscard]] std::optional<unsigned> turn(uint32_t locked) const {
    const auto ways = static_cast<unsigned>(sets_[0].ways.size());
    for (unsigned n = 0; n < ways; ++n) {
      const unsigned way = (turn_ + n) % ways;
      if (!(locked >> way & 1)) return way;
    }
    return std::nullopt;
  }
  void took_turn(uint32_t locked) {
    if (const auto way = turn(locked)) turn_ = (*way + 1) % static_cast<unsigned>(sets_[0].ways.size());
  }
  [[nodiscard]] std::optional<unsigned> to_clean(uint32_t line, uint32_t locked, bool whole) {
    const Set& set = at(line);
    for (unsigned way = 0; way < set.ways.size(); ++way) {
      const Line& l = set.ways[way];
      if (l.valid && !(locked >> way & 1) && (whole ? l.dirty == bytes_ : l.dirty != 0)) return way;
    }
    return std::nullopt;
  }
  void write(uint32_t line, Line& l, uint64_t strobe) {
    l.dirty |= strobe;
    l.full = l.full || l.dirty == bytes_;
    at(line).dirty_mark = true;
    if (l.dirty == bytes_) at(line).whole_mark = true;
  }
  // The line of the way, if there is one, is clean; what is left decides the marks of the set.
  void clean(uint32_t line, std::optional<unsigned> way) {
    Set& set = at(line);
    if (way) set.ways[*way].dirty = 0;
    set.dirty_mark = set.dirty_mark && std::any_of(set.ways.begin(), set.ways.end(),
                                                   [](const Line& l) { return l.valid && l.dirty != 0; });
    set.whole_mark = set.whole_mark && std::any_of(set.ways.begin(), set.ways.end(),
                                                   [&](const Line& l) { return l.valid && l.dirty == bytes_; });
  }
  [[nodiscard]] bool all_clean() const {
    return std::none_of(sets_.begin(), sets_.end(), [](const Set& s) { return s.dirty_mark; });
  }
  void invalidate() {
    for (Set& set : sets_) {
      set.whole_mark = false;
      for (Line& line : set.ways) line.valid = false;
    }
  }

 private:
  template <typename Is>
  static std::optional<unsigned> first(const Set& set, Is is) {
    const auto found = std::find_if(set.ways.begin(), set.ways.end(), is);
    return found == set.ways.end() ? std::nullopt : std::optional<unsigned>(found - set.ways.begin());
  }

  uint64_t bytes_;
  std::vector<Set> sets_;
  unsigned turn_ = 0;
};

TEST_F(Caches, L2Tags) {
  Bank bank(l2_sets(), l2_ways(), byte_mask());
  const uint32_t all_ways = (1U << l2_ways()) - 1;
  std::vector<uint32_t> sets(6), tags(4);
  std::optional<uint32_t> row;  // the set that was read in the last cycle
  bool draining = false;
  uint64_t hits = 0, evictions = 0, cleaned = 0, invalidations = 0, locked_turns = 0;
  for (unsigned n = 0; n < 60'000; ++n) {
    if (n % 400 == 0) {
      for (auto& set : sets) set = below(l2_sets());
      sets[0] = below(2) ? 0 : l2_sets() - 1;
      for (auto& tag : tags) tag = static_cast<uint32_t>(random_()) & (line_mask() / l2_sets());
      draining = n % 2000 == 0 && n > 0;
    }
    top_.l2_flush_i = draining || below(4) == 0;
    top_.l2_whole_i = below(3) == 0;
    top_.l2_invalidate_i = top_.l2_allocate_i = top_.l2_fill_i = top_.l2_write_i = top_.l2_clean_i = 0;
    top_.l2_strobe_i = random_() & byte_mask();
    top_.l2_clean_whole_i = below(2);
    top_.l2_valid_i = row && (draining || below(10) != 0);
    const uint32_t set_now = row.value_or(below(l2_sets()));
    uint32_t tag = tags[below(tags.size())];
    if (below(5) == 0) tag ^= (1U << below(line_bits())) & (line_mask() / l2_sets());
    const uint32_t line = line_in(tag, set_now, l2_sets());
    top_.l2_line_i = line;
    Bank::Set& set = bank.at(line);
    uint32_t locked = 0;
    if (!draining) {
      for (unsigned way = 0; way < l2_ways(); ++way) locked |= uint32_t{set.ways[way].valid && below(4) == 0} << way;
    }
    top_.l2_locked_i = locked;

    const auto hit = top_.l2_valid_i ? bank.find(line) : std::nullopt;
    std::optional<unsigned> way, clean_way;
    if (top_.l2_valid_i) {
      const auto spare = bank.empty_way(line);
      if (draining || below(4) == 0) {
        top_.l2_clean_i = 1;
        if (draining) top_.l2_clean_whole_i = 0;
        way = clean_way = bank.to_clean(line, locked, top_.l2_clean_whole_i);
      } else if (hit) {
        way = hit;
        top_.l2_write_i = below(2);
        top_.l2_fill_i = below(4) == 0;
      } else if (below(4) != 0 && (spare || locked != all_ways)) {
        way = spare ? spare : bank.turn(locked);
        top_.l2_allocate_i = 1;
        top_.l2_write_i = below(2);
        top_.l2_fill_i = below(4) == 0;
      }
      if (below(3) == 0) top_.l2_strobe_i = byte_mask();
      if (below(3) == 0) top_.l2_strobe_i = uint64_t{1} << below(line_bytes());
    }
    if (draining && bank.all_clean() && !top_.l2_valid_i) {
      top_.l2_invalidate_i = 1;
      draining = false;
      ++invalidations;
    }

    // A set that is marked and is not at work now.
    std::optional<uint32_t> marked;
    for (uint32_t s = 0; s < l2_sets() && !marked && (top_.l2_flush_i || top_.l2_whole_i); ++s) {
      const bool mark = top_.l2_flush_i ? bank.sets()[s].dirty_mark : bank.sets()[s].whole_mark;
      if (mark && !(top_.l2_valid_i && s == set_now)) marked = s;
    }
    const uint32_t next = draining ? marked.value_or(set_now) : sets[below(sets.size())];
    top_.l2_read_i = (!top_.l2_valid_i || next != set_now) && below(10) != 0;
    top_.l2_read_set_i = next;

    settle();
    ASSERT_EQ(bool(top_.l2_hit_o), hit.has_value()) << "cycle " << n;
    if (hit) {
      ASSERT_EQ(bool(top_.l2_full_o), set.ways[*hit].full) << "cycle " << n;
      ASSERT_EQ(top_.l2_dirty_o, set.ways[*hit].dirty) << "cycle " << n;
    }
    if (way) ASSERT_EQ(top_.l2_way_o, *way) << "cycle " << n;
    const bool evicts = clean_way || (top_.l2_allocate_i && set.ways[*way].valid && set.ways[*way].dirty != 0);
    ASSERT_EQ(bool(top_.l2_evict_o), evicts) << "cycle " << n;
    if (evicts) {
      ASSERT_EQ(top_.l2_evict_line_o, set.ways[*way].line) << "cycle " << n;
      ASSERT_EQ(top_.l2_evict_strobe_o, set.ways[*way].dirty) << "cycle " << n;
    }
    ASSERT_EQ(bool(top_.l2_clean_valid_o), marked.has_value()) << "cycle " << n;
    if (marked) ASSERT_EQ(top_.l2_clean_set_o, *marked) << "cycle " << n;
    ASSERT_EQ(bool(top_.l2_all_clean_o), bank.all_clean()) << "cycle " << n;
    hits += hit.has_value();
    evictions += evicts && top_.l2_allocate_i;
    cleaned += clean_way.has_value();

    if (top_.l2_allocate_i) {
      locked_turns += locked != 0 && !bank.empty_way(line);
      bank.took_turn(locked);
      set.ways[*way] = {true, false, line, 0};
    }
    if (top_.l2_write_i) bank.write(line, set.ways[*way], top_.l2_strobe_i);
    if (top_.l2_fill_i) set.ways[*way].full = true;
    if (top_.l2_clean_i) bank.clean(line, clean_way);
    if (top_.l2_invalidate_i) bank.invalidate();
    row = top_.l2_read_i ? std::optional(next) : std::nullopt;
    edge();
  }
  EXPECT_GT(hits, 3000U);
  EXPECT_GT(evictions, 500U);
  EXPECT_GT(cleaned, 1000U);
  EXPECT_GT(invalidations, 10U);
  if (l2_ways() > 1) EXPECT_GT(locked_turns, 100U);
}

}  // namespace
}  // namespace heddle::caches_test
