#include "traffic.h"

#include <gtest/gtest.h>

#include <bit>

namespace heddle::bridge_test {

Address Traffic::draw_address(std::size_t page) {
  Address address;
  address.valid = true;
  address.id = static_cast<unsigned>(random_() % ids);
  const unsigned page_beats = 4096 / beat_bytes_;
  const unsigned beats = 1 + static_cast<unsigned>(random_() % longest);
  const unsigned first = static_cast<unsigned>(random_() % (page_beats - beats + 1));
  address.address = pages[page] + first * beat_bytes_;
  address.len = beats - 1;
  address.size = static_cast<unsigned>(std::countr_zero(beat_bytes_));
  if (!narrow) return address;
  switch (random_() % 9) {
    case 0:  // a single beat of fewer bytes
      address.len = 0;
      address.size = static_cast<unsigned>(random_() % (address.size + 1));
      address.address += random_() % beat_bytes_ >> address.size << address.size;
      address.burst = static_cast<unsigned>(random_() % 2);
      break;
    case 1:  // its first beat is a part of one
      address.address += random_() % beat_bytes_;
      break;
    case 2:  // refused: not the full width
      if (address.len != 0) --address.size;
      break;
    case 3:  // refused: not INCR
      if (address.len != 0) address.burst = 0;
      break;
    case 4:  // refused: too long
      address.address = pages[page];
      if (page_beats >= 32) address.len = 16 + static_cast<unsigned>(random_() % 16);
      break;
    case 5:  // refused: more than the port has
      address.len = 0;
      address.size += 1 + static_cast<unsigned>(random_() % (7 - address.size));
      address.address &= ~((std::uint64_t{1} << address.size) - 1);
      break;
    default: break;
  }
  return address;
}

void Traffic::clock(const SlaveSignals& slave) {
  // ---- reads ----
  if (outputs_.ar.valid && slave.ar_ready) outputs_.ar.valid = false;
  if (slave.r.valid && outputs_.r_ready) {
    const bool refusal = refused(read_);
    EXPECT_TRUE(reading_ && !outputs_.ar.valid);
    EXPECT_EQ(slave.r.id, read_.id);
    EXPECT_EQ(slave.r.last, beats_read_ == read_.len);
    EXPECT_EQ(slave.r.resp, refusal ? 2U : 0U);
    const std::uint64_t base = read_.address / beat_bytes_ * beat_bytes_ + std::uint64_t{beats_read_} * beat_bytes_;
    for (unsigned i = 0; i < beat_bytes_ && !refusal; ++i) {
      if (slave.r.data[i] != expected[base >> 12][(base & 0xFFF) + i]) {
        ADD_FAILURE() << "read of " << std::hex << base + i << ": " << +slave.r.data[i];
        break;
      }
    }
    for (unsigned i = 0; i < beat_bytes_ && refusal && refused_reads_zero; ++i) EXPECT_EQ(slave.r.data[i], 0U);
    if (++beats_read_ == read_.len + 1) {
      reading_ = false;
      ++accesses;
      refusals += refusal;
    }
  }
  if (!reading_ && enabled && draw(active)) {
    read_page_ = random_() % pages.size();
    if (!writing_ || read_page_ != write_page_) {
      reading_ = true;
      beats_read_ = 0;
      read_ = outputs_.ar = draw_address(read_page_);
    }
  }
  outputs_.r_ready = draw(ready);
  // ---- writes ----
  if (outputs_.aw.valid && slave.aw_ready) outputs_.aw.valid = false;
  if (outputs_.w.valid && slave.w_ready) outputs_.w.valid = false;
  if (slave.b.valid && outputs_.b_ready) {
    const bool refusal = refused(write_);
    EXPECT_TRUE(writing_ && !outputs_.aw.valid && !outputs_.w.valid && data_.empty());
    EXPECT_EQ(slave.b.id, write_.id);
    EXPECT_EQ(slave.b.resp, refusal ? 2U : 0U);
    for (unsigned beat = 0; beat <= write_.len && !refusal; ++beat) {
      const std::uint64_t base = write_.address / beat_bytes_ * beat_bytes_ + std::uint64_t{beat} * beat_bytes_;
      for (unsigned i = 0; i < beat_bytes_; ++i) {
        if (all_data_[beat].strobe >> i & 1) expected[base >> 12][(base & 0xFFF) + i] = all_data_[beat].data[i];
      }
    }
    writing_ = false;
    ++accesses;
    refusals += refusal;
  }
  if (!writing_ && enabled && draw(active)) {
    write_page_ = random_() % pages.size();
    if (!reading_ || read_page_ != write_page_) {
      writing_ = true;
      write_ = outputs_.aw = draw_address(write_page_);
      all_data_.clear();
      for (unsigned beat = 0; beat <= write_.len; ++beat) {
        WriteBeat& data = all_data_.emplace_back();
        data.valid = true;
        data.last = beat == write_.len;
        for (unsigned i = 0; i < beat_bytes_; ++i) data.data[i] = static_cast<std::uint8_t>(random_());
        data.strobe = draw(50) ? ~std::uint64_t{0} : random_();
        if (beat_bytes_ < 64) data.strobe &= (std::uint64_t{1} << beat_bytes_) - 1;
        if (write_.size != static_cast<unsigned>(std::countr_zero(beat_bytes_))) {
          const unsigned place = static_cast<unsigned>(write_.address % beat_bytes_);
          if (1U << write_.size < beat_bytes_) data.strobe &= ((std::uint64_t{1} << (1U << write_.size)) - 1) << place;
        } else if (beat == 0) {
          data.strobe &= ~std::uint64_t{0} << write_.address % beat_bytes_;
        }
      }
      data_ = all_data_;
    }
  }
  if (!outputs_.w.valid && !data_.empty() && draw(70)) {
    outputs_.w = data_.front();
    data_.erase(data_.begin());
  }
  outputs_.b_ready = draw(ready);
}

}  // namespace heddle::bridge_test
