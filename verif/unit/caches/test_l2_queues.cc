// Fetches and write-backs of a bank of the L2 cache, and the reservations of its warps (rtl/mem/l2_misses.sv,
// l2_writebacks.sv, l2_reservations.sv): everything that comes out, in every cycle.
#include <cstring>
#include <deque>
#include <optional>
#include <vector>

#include "caches_fixture.h"

namespace heddle::caches_test {
namespace {

// The first at or after the one that follows the last that was served.
class Turn {
 public:
  [[nodiscard]] std::optional<unsigned> first(const std::vector<bool>& wants) const {
    for (size_t n = 0; n < wants.size(); ++n) {
      const size_t place = (next_ + n) % wants.size();
      if (wants[place]) return static_cast<unsigned>(place);
    }
    return std::nullopt;
  }
  void served(unsigned place, size_t of) { next_ = (place + 1) % of; }

 private:
  size_t next_ = 0;
};

template <typename Is>
std::vector<unsigned> those(size_t count, Is is) {
  std::vector<unsigned> found;
  for (unsigned i = 0; i < count; ++i) {
    if (is(i)) found.push_back(i);
  }
  return found;
}

TEST_F(Caches, Fetches) {
  struct Entry {
    bool busy = false, to_read = false, filled = false;
    uint32_t line = 0, way = 0;
    uint64_t waits = 0;
    std::deque<uint32_t> requests;
  };
  std::vector<Entry> entries(misses());
  std::vector<bool> used(size_t{2} * misses());
  Turn turn;
  const uint32_t all_ways = (1U << l2_ways()) - 1;
  const uint64_t all_misses = ~uint64_t{0} >> (64 - misses());
  std::vector<uint32_t> lines(8);
  auto locked = [&](uint32_t set) {
    uint32_t found = 0;
    for (const Entry& e : entries) found |= uint32_t{e.busy && set_of(e.line, l2_sets()) == set} << e.way;
    return found;
  };
  uint64_t entered = 0, appended = 0, replayed = 0, out_of_room = 0;
  unsigned drain_percent = 50;
  for (unsigned n = 0; n < 60'000; ++n) {
    if (n % 250 == 0) {
      const uint32_t first = static_cast<uint32_t>(random_()) & line_mask();
      for (auto& line : lines)
        line = below(3) == 0 ? static_cast<uint32_t>(random_()) & line_mask() : first ^ (1U << below(line_bits()));
      drain_percent = 5 + below(95);
    }
    const uint32_t line = lines[below(lines.size())];
    top_.miss_line_i = line;
    top_.miss_check_set_i = set_of(lines[below(lines.size())], l2_sets());
    top_.miss_written_i = below(2) == 0 ? 0 : random_() & random_() & all_misses;
    top_.miss_waits_i = below(2) == 0 ? 0 : random_() & all_misses;
    const auto free = those(misses(), [&](unsigned i) { return !entries[i].busy; });
    const auto slots = those(used.size(), [&](unsigned i) { return !used[i]; });
    const auto same = those(misses(), [&](unsigned i) { return entries[i].busy && entries[i].line == line; });
    const auto filled = those(misses(), [&](unsigned i) { return entries[i].filled; });
    const auto sent =
        those(misses(), [&](unsigned i) { return entries[i].busy && !entries[i].to_read && !entries[i].filled; });
    std::vector<bool> wants(misses());
    for (unsigned i = 0; i < misses(); ++i) wants[i] = entries[i].to_read && entries[i].waits == 0;
    const auto reads = turn.first(wants);
    const uint32_t ways = ~locked(set_of(line, l2_sets())) & all_ways;
    top_.miss_replay_take_i = !filled.empty() && percent(drain_percent);
    top_.miss_read_take_i = reads && percent(drain_percent);
    top_.miss_filled_i = !sent.empty() && percent(drain_percent);
    top_.miss_filled_index_i = sent.empty() ? below(misses()) : sent[below(sent.size())];
    top_.miss_fill_index_i = below(misses());
    top_.miss_enter_i = same.empty() && !free.empty() && !slots.empty() && ways != 0 && below(2) == 0;
    top_.miss_append_i = !same.empty() && !slots.empty() && !entries[same[0]].filled && below(2) == 0;
    do top_.miss_way_i = below(l2_ways());
    while (top_.miss_enter_i && !(ways >> top_.miss_way_i & 1));

    settle();
    ASSERT_EQ(bool(top_.miss_free_o), !free.empty() && !slots.empty()) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_free_two_o), free.size() > 1 && slots.size() > 1) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_empty_o), free.size() == misses()) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_check_full_o), locked(top_.miss_check_set_i) == all_ways) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_hit_o), !same.empty()) << "cycle " << n;
    ASSERT_EQ(top_.miss_locked_o, locked(set_of(line, l2_sets()))) << "cycle " << n;
    if (!slots.empty()) ASSERT_EQ(top_.miss_pending_o, slots[0]) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_read_valid_o), reads.has_value()) << "cycle " << n;
    if (reads) {
      ASSERT_EQ(top_.miss_read_index_o, *reads) << "cycle " << n;
      ASSERT_EQ(top_.miss_read_line_o, entries[*reads].line) << "cycle " << n;
    }
    if (entries[top_.miss_fill_index_i].busy)
      ASSERT_EQ(top_.miss_fill_line_o, entries[top_.miss_fill_index_i].line) << "cycle " << n;
    ASSERT_EQ(bool(top_.miss_replay_valid_o), !filled.empty()) << "cycle " << n;
    if (!filled.empty()) {
      ASSERT_EQ(top_.miss_replay_line_o, entries[filled[0]].line) << "cycle " << n;
      ASSERT_EQ(top_.miss_replay_pending_o, entries[filled[0]].requests.front()) << "cycle " << n;
    }
    entered += top_.miss_enter_i;
    appended += top_.miss_append_i;
    replayed += top_.miss_replay_take_i;
    out_of_room += slots.empty() || free.empty();

    for (Entry& e : entries) e.waits &= ~top_.miss_written_i;
    if (top_.miss_read_take_i) {
      entries[*reads].to_read = false;
      turn.served(*reads, misses());
    }
    if (top_.miss_filled_i) entries[top_.miss_filled_index_i].filled = true;
    if (top_.miss_replay_take_i) {
      Entry& e = entries[filled[0]];
      used[e.requests.front()] = false;
      e.requests.pop_front();
      if (e.requests.empty()) e.busy = e.filled = false;
    }
    if (top_.miss_enter_i) {
      entries[free[0]] = {true,      true, false, line, top_.miss_way_i, top_.miss_waits_i & ~top_.miss_written_i,
                          {slots[0]}};
      used[slots[0]] = true;
    }
    if (top_.miss_append_i) {
      entries[same[0]].requests.push_back(slots[0]);
      used[slots[0]] = true;
    }
    edge();
  }
  for (const uint64_t count : {entered, appended, replayed, out_of_room}) EXPECT_GT(count, 1000U);
}

TEST_F(Caches, WriteBacks) {
  struct Entry {
    bool busy = false, filled = false, sent = false, lost = false;
    uint32_t line = 0;
    uint64_t strobe = 0, waits = 0;
    line_data data{};
  };
  std::vector<Entry> entries(misses());
  std::optional<unsigned> entering, out;  // whose data comes, and the one that is offered
  Turn turn;
  std::vector<uint32_t> lines(4);
  unsigned answer_percent = 50, ready_percent = 50;
  uint64_t written = 0, lost = 0, waited = 0, full = 0;
  for (unsigned n = 0; n < 60'000; ++n) {
    if (n % 250 == 0) {
      const uint32_t first = static_cast<uint32_t>(random_()) & line_mask();
      for (auto& line : lines)
        line = below(3) == 0 ? static_cast<uint32_t>(random_()) & line_mask() : first ^ (1U << below(line_bits()));
      answer_percent = 5 + below(95);
      ready_percent = 5 + below(95);
    }
    const auto free = those(misses(), [&](unsigned i) { return !entries[i].busy; });
    const auto sent = those(misses(), [&](unsigned i) { return entries[i].sent; });
    std::vector<bool> wants(misses());
    for (unsigned i = 0; i < misses(); ++i) wants[i] = entries[i].filled && entries[i].waits == 0;
    const auto next = turn.first(wants);
    top_.back_enter_i = !free.empty() && below(2) == 0;
    top_.back_enter_line_i = lines[below(lines.size())];
    top_.back_enter_strobe_i = random_() & random_() & byte_mask();
    top_.back_lost_i = below(2) == 0 ? 0 : uint64_t{1} << below(line_bytes());
    line_data data{};
    for (unsigned i = 0; i < line_bytes(); ++i) data[i] = static_cast<uint8_t>(random_());
    std::memcpy(&top_.back_data_i, data.data(), line_bytes());
    top_.back_match_line_i = lines[below(lines.size())];
    top_.back_write_ready_i = percent(ready_percent);
    top_.back_response_i = !sent.empty() && percent(answer_percent);
    top_.back_response_index_i = sent.empty() ? below(misses()) : sent[below(sent.size())];

    settle();
    const unsigned answered = top_.back_response_index_i;
    uint64_t match = 0;
    for (unsigned i = 0; i < misses(); ++i)
      match |= uint64_t{entries[i].busy && entries[i].line == top_.back_match_line_i} << i;
    ASSERT_EQ(bool(top_.back_free_o), !free.empty()) << "cycle " << n;
    ASSERT_EQ(bool(top_.back_free_two_o), free.size() > 1) << "cycle " << n;
    ASSERT_EQ(bool(top_.back_half_o), 2 * free.size() >= misses()) << "cycle " << n;
    ASSERT_EQ(bool(top_.back_empty_o), free.size() == misses()) << "cycle " << n;
    ASSERT_EQ(top_.back_match_o, match) << "cycle " << n;
    ASSERT_EQ(top_.back_done_o, top_.back_response_i ? uint64_t{1} << answered : 0) << "cycle " << n;
    ASSERT_EQ(bool(top_.back_write_valid_o), out.has_value()) << "cycle " << n;
    if (out) {
      const Entry& e = entries[*out];
      ASSERT_EQ(top_.back_write_index_o, *out) << "cycle " << n;
      ASSERT_EQ(top_.back_write_line_o, e.line) << "cycle " << n;
      ASSERT_EQ(top_.back_write_strobe_o, e.lost ? 0 : e.strobe) << "cycle " << n;
      ASSERT_EQ(std::memcmp(&top_.back_write_data_o, e.data.data(), line_bytes()), 0) << "cycle " << n;
    }
    if (top_.back_response_i) {
      ASSERT_EQ(top_.back_response_line_o, entries[answered].line) << "cycle " << n;
      ASSERT_EQ(bool(top_.back_response_lost_o), entries[answered].lost) << "cycle " << n;
      lost += entries[answered].lost;
    }
    full += free.empty();

    const bool taken = out && top_.back_write_ready_i;
    if (taken) {
      entries[*out].sent = true;
      out.reset();
      ++written;
    }
    if (next && !out) {
      entries[*next].filled = false;
      turn.served(*next, misses());
      out = next;
    }
    if (entering) {
      Entry& e = entries[*entering];
      e.filled = true;
      e.data = data;
      e.lost = (top_.back_lost_i & e.strobe) != 0;
    }
    if (top_.back_response_i) {
      entries[answered].busy = entries[answered].sent = false;
      for (Entry& e : entries) e.waits &= ~(uint64_t{1} << answered);
    }
    entering.reset();
    if (top_.back_enter_i) {
      entering = free[0];
      Entry entry{true, false, false, false, top_.back_enter_line_i, top_.back_enter_strobe_i, 0, {}};
      for (unsigned i = 0; i < misses(); ++i)
        entry.waits |= uint64_t{entries[i].busy && entries[i].line == entry.line} << i;
      waited += entry.waits != 0;
      entries[free[0]] = entry;
    }
    edge();
  }
  for (const uint64_t count : {written, lost, waited, full}) EXPECT_GT(count, 1000U);
}

TEST_F(Caches, Reservations) {
  struct Reservation {
    bool valid = false;
    uint32_t word = 0, lane = 0;
  };
  std::vector<Reservation> reservations(owners());
  const unsigned banks = snoop_ports(), words = line_bytes() / 4;
  if (banks != 1) GTEST_SKIP() << "the reference has one bank";
  std::vector<uint32_t> places(4);
  uint64_t hits = 0, broken = 0;
  for (unsigned n = 0; n < 40'000; ++n) {
    if (n % 100 == 0) {
      places[0] = static_cast<uint32_t>(random_()) >> 2;
      for (size_t i = 1; i < places.size(); ++i) places[i] = places[0] ^ (1U << below(30));
    }
    top_.reserve_lr_i[0] = below(3) == 0;
    top_.reserve_write_i[0] = !top_.reserve_lr_i[0] && below(3) == 0;
    top_.reserve_owner_i[0] = below(owners());
    top_.reserve_lane_i[0] = below(2);
    top_.reserve_word_i[0] = places[below(places.size())];
    top_.reserve_words_i[0] =
        below(2) ? 1U << (top_.reserve_word_i[0] % words) : static_cast<uint32_t>(random_()) & ((1U << words) - 1);
    const unsigned owner = top_.query_owner_i[0] = below(owners());
    const Reservation& held = reservations[owner];
    top_.query_word_i[0] = below(3) == 0   ? held.word ^ (1U << below(30))
                           : below(3) == 0 ? places[below(places.size())]
                                           : held.word;
    top_.query_lane_i[0] = below(4) == 0 ? below(2) : held.lane;
    settle();
    const bool hit = held.valid && held.word == top_.query_word_i[0] && held.lane == top_.query_lane_i[0];
    ASSERT_EQ(bool(top_.query_hit_o[0]), hit) << "cycle " << n;
    hits += hit;
    if (top_.reserve_write_i[0]) {
      for (Reservation& r : reservations) {
        const bool touched =
            r.word / words == top_.reserve_word_i[0] / words && (top_.reserve_words_i[0] >> (r.word % words) & 1);
        broken += r.valid && touched;
        if (touched) r.valid = false;
      }
    }
    if (top_.reserve_lr_i[0])
      reservations[top_.reserve_owner_i[0]] = {true, top_.reserve_word_i[0], top_.reserve_lane_i[0]};
    edge();
  }
  EXPECT_GT(hits, 3000U);
  EXPECT_GT(broken, 1000U);
}

}  // namespace
}  // namespace heddle::caches_test
