// Reads of two lines by two readers, with random back-pressure on both sides: what each request asks for, what each
// read is answered with, and who is preferred.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "Vlines_bench.h"

namespace heddle::verif {
namespace {

constexpr unsigned kWords = 8, kLineBytes = 32, kOutstanding = 8;

struct Read {
  std::array<uint32_t, 2> address{};
  bool all = false;
};

struct Reader {
  std::optional<Read> offered;
  bool first_gone = false;     // of the read that is offered
  std::deque<Read> under_way;  // not answered, the one that is offered not among them
  uint64_t answered = 0;
};

// How often something happens, of 100.
struct Rates {
  unsigned offers, both_lines, ready, responds;
};

class LinesTest : public testing::Test {
 protected:
  LinesTest() {
    top_.rst_ni = 0;
    for (unsigned i = 0; i < 4; ++i) tick();
    top_.rst_ni = 1;
    top_.eval();
    bytes_ = top_.bytes_o;
    lanes_ = top_.lanes_o;
    room_ = lanes_ >= 2 * kWords;
  }
  ~LinesTest() override { top_.final(); }

  void tick() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }
  bool chance(unsigned percent) { return random_() % 100 < percent; }

  // What the scratchpad holds; odd numbers, so that no word of one address is that of another.
  static uint32_t word_at(uint32_t address) { return (address + 0x1234'5678) * 0x9E37'79B1U; }

  // The bank of a word, as scratch_pkg describes it.
  uint32_t bank(uint32_t address) const {
    const auto shift = static_cast<unsigned>(std::countr_zero(lanes_));
    const uint32_t word = address / 4, row = (word >> shift ^ word >> 2 * shift) & (lanes_ - 1);
    const uint32_t upper = row ^ row >> 1;
    return (word ^ upper ^ upper << 1 ^ upper << 3) & (lanes_ - 1);
  }
  uint32_t banks(uint32_t line) const {
    uint32_t all = 0;
    for (unsigned w = 0; w < kWords; ++w) all |= 1U << bank(line + 4 * w);
    return all;
  }
  bool apart(uint32_t one, uint32_t other) const { return (banks(one) & banks(other)) == 0; }

  // A read of a reader. None of its lines is one that the other wants: from a request one sees whose it is.
  Read draw(unsigned reader) {
    const auto& other = readers_[1 - reader].offered;
    const auto line = [&] {
      for (;;) {
        const auto address = static_cast<uint32_t>(random_() % (bytes_ / kLineBytes)) * kLineBytes;
        if (!other || (address != other->address[0] && address != other->address[1])) return address;
      }
    };
    return {{line(), line()}, chance(rates_.both_lines)};
  }

  void cycle() {
    for (unsigned r = 0; r < 2; ++r) {
      if (!readers_[r].offered && chance(rates_.offers)) readers_[r].offered = draw(r);
    }
    for (unsigned r = 0; r < 2; ++r) {
      const Read read = readers_[r].offered.value_or(draw(r));  // anything where none is offered
      for (unsigned l = 0; l < 2; ++l) top_.address_i[2 * r + l] = read.address[l];
      set(top_.all_i, r, read.all);
      set(top_.valid_i, r, readers_[r].offered.has_value());
    }
    if (chance(10)) behind_ = static_cast<unsigned>(random_() % 3);
    top_.behind_i = static_cast<uint8_t>(behind_);
    top_.request_ready_i = chance(rates_.ready);
    top_.response_valid_i = !requests_.empty() && chance(rates_.responds);
    for (unsigned l = 0; l < lanes_; ++l) {
      const bool asked = top_.response_valid_i && (requests_.front().mask >> l & 1) != 0;
      top_.data_i[l] = asked ? word_at(requests_.front().address[l]) : static_cast<uint32_t>(random_());
    }
    top_.clk_i = 0;
    top_.eval();
    answers();
    if (top_.response_valid_i) requests_.pop_front();
    request();
    top_.clk_i = 1;
    top_.eval();
  }

  template <typename Port>
  static void set(Port& port, unsigned bit, bool value) {
    port = static_cast<Port>((port & ~(1U << bit)) | static_cast<unsigned>(value) << bit);
  }

  void answers() {
    for (unsigned r = 0; r < 2; ++r) {
      if ((top_.valid_o >> r & 1) == 0) continue;
      ASSERT_FALSE(readers_[r].under_way.empty()) << "an answer that nobody waits for";
      const Read read = readers_[r].under_way.front();
      readers_[r].under_way.pop_front();
      ++readers_[r].answered;
      for (unsigned l = 0; l < (read.all ? 2U : 1U); ++l) {
        for (unsigned w = 0; w < kWords; ++w) {
          ASSERT_EQ(top_.line_o[(2 * r + l) * kWords + w], word_at(read.address[l] + 4 * w))
              << "reader " << r << ", line " << l << ", word " << w;
        }
      }
    }
  }

  // The lines of a request, each the next one of its reader; what it leaves behind could not have gone with it.
  void request() {
    const bool offered = readers_[0].offered || readers_[1].offered;
    ASSERT_EQ(top_.request_valid_o != 0, offered && before_ < kOutstanding);
    unsigned taken = 0;
    if (top_.request_valid_o) {
      ASSERT_TRUE(top_.load_o);
      std::vector<uint32_t> lines;
      uint32_t hit = 0, mask = 0;
      for (unsigned place = 0; place < (room_ ? 2U : 1U); ++place) {
        const unsigned lane = place == 0 ? 0 : lanes_ - kWords;
        if ((top_.mask_o >> lane & 1) == 0) continue;
        lines.push_back(top_.request_address_o[lane]);
        for (unsigned w = 0; w < kWords; ++w) {
          ASSERT_EQ(top_.request_address_o[lane + w], lines.back() + 4 * w);
          ASSERT_EQ(hit >> bank(top_.request_address_o[lane + w]) & 1, 0U) << "two words in a bank";
          hit |= 1U << bank(top_.request_address_o[lane + w]);
          mask |= 1U << (lane + w);
        }
      }
      ASSERT_EQ(top_.mask_o, mask);
      ASSERT_FALSE(lines.empty());
      if (top_.request_ready_i) {
        taken = explain(lines);
        requests_.push_back({top_.mask_o, {}});
        for (unsigned l = 0; l < lanes_; ++l) requests_.back().address.push_back(top_.request_address_o[l]);
      }
    }
    ASSERT_EQ(top_.ready_o, taken) << "of the reads whose last line has been requested";
    before_ = static_cast<unsigned>(requests_.size());
  }

  uint32_t next_line(const Reader& reader) const { return reader.offered->address[reader.first_gone ? 1 : 0]; }
  bool own_pair(const Reader& reader) const {
    return room_ && reader.offered && reader.offered->all && !reader.first_gone &&
           apart(reader.offered->address[0], reader.offered->address[1]);
  }

  // The next lines of both readers can go together, and one of them ends a read that has begun.
  bool ends_what_has_begun(bool across) const { return across && (readers_[0].first_gone || readers_[1].first_gone); }

  // Who goes first: the one that is behind, of equals by turns; but nobody alone while the other has two lines.
  unsigned preferred(bool across) const {
    const unsigned wanted = behind_ != 0 ? behind_ - 1 : turn_;
    const unsigned reader = readers_[wanted].offered ? wanted : 1 - wanted;
    const bool alone = own_pair(readers_[1 - reader]) && !own_pair(readers_[reader]) && !ends_what_has_begun(across);
    return alone ? 1 - reader : reader;
  }

  // Whose lines they are; returns the readers whose reads are complete.
  unsigned explain(const std::vector<uint32_t>& lines) {
    std::array<unsigned, 2> count{};
    const bool across =
        room_ && readers_[0].offered && readers_[1].offered && apart(next_line(readers_[0]), next_line(readers_[1]));
    const unsigned first = preferred(across);
    EXPECT_EQ(lines[0], next_line(readers_[first])) << "reader " << first << " goes first";
    if (own_pair(readers_[first]) && !ends_what_has_begun(across)) {
      count[first] = 2;
      EXPECT_EQ(lines.size(), 2U) << "both lines of reader " << first << " could have gone";
      EXPECT_EQ(lines.back(), readers_[first].offered->address[1]);
    } else if (across) {
      count = {1, 1};
      EXPECT_EQ(lines.size(), 2U) << "a line of the other reader could have gone";
      EXPECT_EQ(lines.back(), next_line(readers_[1 - first]));
    } else {
      count[first] = 1;
      EXPECT_EQ(lines.size(), 1U) << "one line alone can go";
      EXPECT_FALSE(own_pair(readers_[0]) || own_pair(readers_[1])) << "two lines could have gone";
    }
    ++requested_[lines.size() - 1];
    turn_ = 1 - first;
    unsigned taken = 0;
    for (unsigned r = 0; r < 2; ++r) {
      Reader& reader = readers_[r];
      for (; count[r] != 0; --count[r]) {
        if (reader.offered->all && !reader.first_gone) {
          reader.first_gone = true;
          continue;
        }
        reader.under_way.push_back(*reader.offered);
        reader.offered.reset();
        reader.first_gone = false;
        taken |= 1U << r;
      }
    }
    return taken;
  }

  struct Request {
    uint32_t mask;
    std::vector<uint32_t> address;
  };

  std::mt19937 random_{1};
  Vlines_bench top_;
  uint32_t bytes_ = 0;               // of the scratchpad
  unsigned lanes_ = 0, before_ = 0;  // requests under way when the cycle begins
  bool room_ = false;
  unsigned behind_ = 0, turn_ = 0;  // the reader that is behind, plus one; whose turn it is where none is
  Rates rates_{50, 50, 50, 50};
  std::array<Reader, 2> readers_;
  std::deque<Request> requests_;
  std::array<uint64_t, 2> requested_{};  // requests of one line, of two
};

TEST_F(LinesTest, Random) {
  for (unsigned phase = 0; phase < 200 && !HasFatalFailure(); ++phase) {
    const auto rate = [&] { return std::array<unsigned, 5>{3, 20, 50, 90, 100}[random_() % 5]; };
    rates_ = {rate(), rate(), rate(), rate()};
    for (unsigned i = 0; i < 500 && !HasFatalFailure(); ++i) cycle();
  }
  rates_ = {0, 0, 100, 100};
  for (unsigned i = 0; i < 40 && !HasFatalFailure(); ++i) cycle();
  for (const Reader& reader : readers_) {
    EXPECT_TRUE(reader.under_way.empty() && !reader.offered);
    EXPECT_GT(reader.answered, 5000U);
  }
  EXPECT_GT(requested_[0], 5000U);
  if (room_) EXPECT_GT(requested_[1], 2000U);
}

// Neither waits for the other, nor is a cycle lost: without back-pressure there is a request in each, of two lines
// wherever there is room and banks differ.
TEST_F(LinesTest, RequestInEveryCycle) {
  rates_ = {100, 100, 100, 100};
  for (unsigned i = 0; i < 10'000 && !HasFatalFailure(); ++i) {
    cycle();
    if (i > 0) ASSERT_TRUE(top_.request_valid_o);
  }
  EXPECT_EQ(requested_[0] + requested_[1], 10'000U);
}

// As many requests as there is room for, and no more, until an answer comes.
TEST_F(LinesTest, NoAnswers) {
  for (unsigned repeat = 0; repeat < 20 && !HasFatalFailure(); ++repeat) {
    rates_ = {100, 50, 100, 0};
    for (unsigned i = 0; i < 30 && !HasFatalFailure(); ++i) cycle();
    EXPECT_EQ(requests_.size(), kOutstanding);
    rates_ = {100, 50, 100, 100};
    for (unsigned i = 0; i < repeat && !HasFatalFailure(); ++i) cycle();
  }
}

}  // namespace
}  // namespace heddle::verif
