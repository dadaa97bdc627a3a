// Lines and the beats of their bursts (rtl/mem/axi_read_lines.sv, axi_write_beats.sv): what comes out, in every cycle.
#include <algorithm>
#include <optional>
#include <vector>

#include "caches_fixture.h"

namespace heddle::caches_test {
namespace {

// Bursts of all identifiers interleaved, an error in any of their beats, a reader that is not always ready.
TEST_F(Caches, LinesFromBeats) {
  const unsigned beats = line_bytes() / beat_bytes();
  if (beats == 1) GTEST_SKIP() << "a line is one beat in this shape";
  struct Burst {
    unsigned beats = 0;
    bool error = false;
    line_data data{};
  };
  struct Line {
    uint32_t id;
    Burst burst;
  };
  std::vector<Burst> bursts(read_ids());
  std::optional<Line> out;
  line_data beat{};
  bool offered = false;
  unsigned valid_percent = 50, ready_percent = 50, error_percent = 10;
  uint64_t lines = 0, errors = 0, waits = 0;
  for (unsigned n = 0; n < 40'000; ++n) {
    if (n % 250 == 0) {
      valid_percent = 20 + below(81);
      ready_percent = 10 + below(91);
      error_percent = below(2) * below(40);
    }
    // An offered beat stays until it is taken.
    if (!offered) {
      offered = percent(valid_percent);
      top_.beat_id_i = below(read_ids());
      for (unsigned i = 0; i < beat_bytes(); ++i) beat[i] = static_cast<uint8_t>(random_());
      std::copy_n(beat.begin(), beat_bytes(), reinterpret_cast<uint8_t*>(&top_.beat_data_i));
      top_.beat_error_i = percent(error_percent);
    }
    Burst& burst = bursts[top_.beat_id_i];
    const bool last = burst.beats + 1 == beats;
    top_.beat_valid_i = offered;
    top_.beat_last_i = last;
    top_.line_ready_i = percent(ready_percent);
    settle();
    const bool ready = !last || !out || top_.line_ready_i;
    ASSERT_EQ(bool(top_.beat_ready_o), ready) << "cycle " << n;
    ASSERT_EQ(bool(top_.line_valid_o), out.has_value()) << "cycle " << n;
    if (out) {
      ASSERT_EQ(top_.line_id_o, out->id) << "cycle " << n;
      ASSERT_EQ(bool(top_.line_error_o), out->burst.error) << "cycle " << n;
      const auto* data = reinterpret_cast<const uint8_t*>(&top_.line_data_o);
      ASSERT_TRUE(std::equal(data, data + line_bytes(), out->burst.data.begin())) << "cycle " << n;
      lines += top_.line_ready_i;
      errors += out->burst.error;
      waits += !top_.line_ready_i;
    }
    if (out && top_.line_ready_i) out.reset();
    if (offered && ready) {
      std::copy_n(beat.begin(), beat_bytes(), burst.data.begin() + burst.beats * beat_bytes());
      burst.error |= top_.beat_error_i != 0;
      ++burst.beats;
      if (last) {
        out = Line{top_.beat_id_i, burst};
        burst = {};
      }
      offered = false;
    }
    edge();
  }
  for (const uint64_t count : {lines, errors, waits}) EXPECT_GT(count, 500U);
}

TEST_F(Caches, BeatsOfLines) {
  const unsigned beats = line_bytes() / beat_bytes();
  line_data line{};
  bool offered = false;
  unsigned beat = 0;
  for (unsigned n = 0; n < 10'000; ++n) {
    if (!offered) {
      offered = below(4) != 0;
      for (unsigned i = 0; i < line_bytes(); ++i) line[i] = static_cast<uint8_t>(random_());
      std::copy_n(line.begin(), line_bytes(), reinterpret_cast<uint8_t*>(&top_.store_data_i));
      top_.store_strobe_i = random_() & byte_mask();
    }
    top_.store_valid_i = offered;
    top_.store_ready_i = below(3) != 0;
    settle();
    const bool last = beat + 1 == beats;
    ASSERT_EQ(bool(top_.store_last_o), last) << "cycle " << n;
    ASSERT_EQ(bool(top_.store_taken_o), last && top_.store_ready_i) << "cycle " << n;
    const auto* data = reinterpret_cast<const uint8_t*>(&top_.store_beat_o);
    ASSERT_TRUE(std::equal(data, data + beat_bytes(), line.begin() + beat * beat_bytes())) << "cycle " << n;
    ASSERT_EQ(top_.store_beat_strobe_o,
              top_.store_strobe_i >> (beat * beat_bytes()) & (~uint64_t{0} >> (64 - beat_bytes())))
        << "cycle " << n;
    if (offered && top_.store_ready_i) {
      beat = (beat + 1) % beats;
      offered = beat != 0;
    }
    edge();
  }
}

}  // namespace
}  // namespace heddle::caches_test
