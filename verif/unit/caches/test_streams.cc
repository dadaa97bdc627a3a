// Streams of loads (rtl/core/lsu/data_cache_prefetch.sv): which lines are named, in which cycle.
#include <array>
#include <deque>

#include "caches_fixture.h"

namespace heddle::caches_test {
namespace {

constexpr unsigned kStreams = 8;
constexpr unsigned kAhead = 4;    // lines by which a load may be ahead of its stream
constexpr unsigned kBehind = 8;   // ... behind it
constexpr unsigned kWaiting = 4;  // named lines that wait
constexpr unsigned kFrameBytes = 65536;

// The rules at the head of the module. Lines are numbers of `bits` bits, and wrap.
class Streams {
 public:
  Streams(unsigned bits, unsigned line_bytes, unsigned most)
      : mask_((1U << bits) - 1), half_(1U << (bits - 1)), frame_(kFrameBytes / line_bytes), most_(most) {}

  [[nodiscard]] bool offers(bool clear) const { return !waiting_.empty() && !clear; }
  [[nodiscard]] uint32_t offered() const { return waiting_.front(); }
  [[nodiscard]] bool idle() const { return waiting_.empty() && !working_; }

  void cycle(bool clear, bool load, uint32_t line, bool take) {
    // The stream that moved last names a line, on the state before this cycle's load.
    Stream& worker = streams_[worker_];
    const uint32_t lead = (worker.named - worker.newest) & mask_;
    const bool overtaken = lead == 0 || lead >= half_;
    const uint32_t target = ((overtaken ? worker.newest : worker.named) + 1) & mask_;
    const bool enough =
        worker.reach == 0 || (!overtaken && lead >= worker.reach) || target / frame_ != worker.newest / frame_;
    const bool names = working_ && !enough;
    const bool room = waiting_.size() < kWaiting;
    const bool keeps_working = names;

    int moves = -1;
    bool near = false;
    for (int s = kStreams - 1; s >= 0; --s) {
      const Stream& stream = streams_[s];
      if (!load || !stream.known) continue;
      const uint32_t forward = (line - stream.newest) & mask_, back = (stream.newest - line) & mask_;
      if (forward != 0 && forward <= kAhead) moves = s;
      if (back <= kBehind) near = true;
    }
    if (near) moves = -1;
    const bool begins = load && !near && moves < 0;

    if ((take || clear) && !waiting_.empty()) waiting_.pop_front();
    if (names && room) {
      waiting_.push_back(target);
      worker.named = target;
    }
    if (moves >= 0) {
      Stream& stream = streams_[moves];
      stream.newest = line;
      stream.reach = stream.reach == 0 ? std::min(2U, most_) : std::min(2 * stream.reach, most_);
      worker_ = moves;
    }
    working_ = (moves >= 0 || keeps_working) && !clear;
    if (begins) {
      streams_[oldest_] = {!clear, line, line, 0};
      if (!clear) oldest_ = (oldest_ + 1) % kStreams;
    }
    if (clear) {
      for (Stream& stream : streams_) stream.known = false;
    }
  }

 private:
  struct Stream {
    bool known = false;
    uint32_t newest = 0, named = 0;
    unsigned reach = 0;
  };

  uint32_t mask_, half_, frame_;
  unsigned most_;
  std::array<Stream, kStreams> streams_{};
  unsigned oldest_ = 0, worker_ = 0;
  bool working_ = false;
  std::deque<uint32_t> waiting_;
};

TEST_F(Caches, Streams) {
  if (ahead() == 0) GTEST_SKIP() << "nothing is fetched ahead in this shape";
  Streams reference(line_bits(), line_bytes(), ahead());
  const uint32_t frame = kFrameBytes / line_bytes();
  std::array<uint32_t, 10> places{};
  for (auto& place : places) place = static_cast<uint32_t>(random_()) & line_mask();
  uint64_t named = 0, full = 0;
  unsigned load_percent = 50, take_percent = 50, clear_permille = 0, stay_percent = 50, at = 0;
  for (unsigned n = 0; n < 60'000; ++n) {
    if (n % 500 == 0) {
      load_percent = 10 + below(91);
      take_percent = below(3) == 0 ? 100 : 5 + below(95);
      clear_permille = below(2) == 0 ? 0 : 20;
      stay_percent = below(2) == 0 ? 90 : 30;
    }
    if (!percent(stay_percent)) at = below(places.size());
    uint32_t& place = places[at];
    switch (below(24)) {
      case 0: place = static_cast<uint32_t>(random_()); break;
      case 1: place = (below(1U << (line_bits() - 12)) * frame) - 1 - below(12); break;  // towards the end of a frame
      case 2: place = places[below(places.size())] + (1U << below(line_bits())); break;  // one bit away from another
      case 3: place = below(2) == 0 ? -below(12) : below(12); break;
      case 4: place -= below(12); break;
      case 5: break;
      default: place += 1 + below(below(4) == 0 ? 6 : 2); break;
    }
    place &= line_mask();
    top_.stream_clear_i = below(1000) < clear_permille;
    top_.stream_load_i = percent(load_percent);
    top_.stream_line_i = place;
    top_.stream_take_i = percent(take_percent);
    settle();
    ASSERT_EQ(bool(top_.stream_valid_o), reference.offers(top_.stream_clear_i)) << "cycle " << n;
    ASSERT_EQ(bool(top_.stream_idle_o), reference.idle()) << "cycle " << n;
    if (top_.stream_valid_o) ASSERT_EQ(top_.stream_line_o, reference.offered()) << "cycle " << n;
    // Only what is offered can be taken.
    if (!top_.stream_valid_o) top_.stream_take_i = 0;
    named += top_.stream_valid_o && top_.stream_take_i;
    full += top_.stream_valid_o && !top_.stream_take_i;
    reference.cycle(top_.stream_clear_i, top_.stream_load_i, place, top_.stream_take_i);
    edge();
  }
  EXPECT_GT(named, 2000U);
  EXPECT_GT(full, 2000U);
}

}  // namespace
}  // namespace heddle::caches_test
