// An AXI4 slave with random readiness, latency and response order. It takes what the rules allow: a read sees memory at
// any moment between its acceptance and its answer, and a write changes it at any such moment, so that a master that
// leans on more is caught.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "types.h"

namespace heddle::membench {

struct AxiTiming {
  unsigned ready_percent = 100;
  unsigned min_latency = 1, max_latency = 1;  // cycles
  bool reorder = false;                       // answers in random order instead of by age
};

class AxiMemory {
 public:
  struct Write {
    uint32_t id, address;
    std::vector<uint8_t> data;
    std::vector<bool> strobe;
    uint64_t due;
    bool applied;
  };

  AxiMemory(unsigned line_bytes, const AxiTiming& timing, std::mt19937& random)
      : timing_(timing), random_(random), bytes_(kDramBytes), line_bytes_(line_bytes) {}

  std::vector<uint8_t>& bytes() { return bytes_; }
  // Writes that have reached this memory and are not answered.
  const std::deque<Write>& writes() const { return writes_; }
  bool quiet() const { return reads_.empty() && writes_quiet(); }
  bool writes_quiet() const { return writes_.empty() && aws_.empty() && ws_.empty(); }

  // Sets the inputs of the coming cycle.
  template <class Dut>
  void drive(Dut& dut) {
    dut.ar_ready_i = chance();
    dut.aw_ready_i = chance();
    dut.w_ready_i = chance();
    if (!r_shown_) r_shown_ = choose(reads_, r_index_);
    dut.r_valid_i = r_shown_;
    if (r_shown_) {
      Read& read = reads_[r_index_];
      if (!read.sampled) sample(read);
      dut.r_id_i = read.id;
      dut.r_resp_i = in_error_area(read.address) ? 2 : 0;
      for (unsigned w = 0; w < line_bytes_ / 4; ++w) {
        dut.r_data_i[w] = read.data[4 * w] | read.data[4 * w + 1] << 8 | read.data[4 * w + 2] << 16 |
                          static_cast<uint32_t>(read.data[4 * w + 3]) << 24;
      }
    }
    if (!b_shown_) b_shown_ = choose(writes_, b_index_);
    dut.b_valid_i = b_shown_;
    if (b_shown_) {
      Write& write = writes_[b_index_];
      apply(write);
      dut.b_id_i = write.id;
      dut.b_resp_i = in_error_area(write.address) ? 3 : 0;
    }
  }

  // Takes the handshakes of a settled cycle. Returns an empty string, or what rule was broken.
  template <class Dut>
  const char* sample(const Dut& dut) {
    ++now_;
    if (dut.r_valid_i && dut.r_ready_o) {
      reads_.erase(reads_.begin() + r_index_);
      r_shown_ = false;
    }
    if (dut.b_valid_i && dut.b_ready_o) {
      writes_.erase(writes_.begin() + b_index_);
      b_shown_ = false;
    }
    if (dut.ar_valid_o && dut.ar_ready_i) {
      for (const Read& read : reads_) {
        if (read.id == dut.ar_id_o) return "read identifier used twice";
      }
      if (dut.ar_addr_o % line_bytes_ != 0 || !inside(dut.ar_addr_o)) return "bad read address";
      reads_.push_back({dut.ar_id_o, dut.ar_addr_o, {}, due(), false});
      if (random_() % 2) sample(reads_.back());
    }
    if (dut.aw_valid_o && dut.aw_ready_i) {
      if (dut.aw_addr_o % line_bytes_ != 0 || !inside(dut.aw_addr_o)) return "bad write address";
      aws_.push_back({dut.aw_id_o, dut.aw_addr_o, {}, {}, 0, false});
    }
    if (dut.w_valid_o && dut.w_ready_i) {
      Write write{};
      for (unsigned b = 0; b < line_bytes_; ++b) {
        write.data.push_back(static_cast<uint8_t>(dut.w_data_o[b / 4] >> (8 * (b % 4))));
        write.strobe.push_back(dut.w_strb_o[b / 4] >> (b % 4) & 1);
      }
      ws_.push_back(write);
    }
    if (!aws_.empty() && !ws_.empty()) {
      Write write = ws_.front();
      write.id = aws_.front().id;
      write.address = aws_.front().address;
      write.due = due();
      ws_.pop_front();
      aws_.pop_front();
      for (const Write& other : writes_) {
        if (other.id == write.id) return "write identifier used twice";
      }
      writes_.push_back(write);
      if (random_() % 2) apply(writes_.back());
    }
    return "";
  }

 private:
  struct Read {
    uint32_t id, address;
    std::vector<uint8_t> data;
    uint64_t due;
    bool sampled;
  };

  bool chance() { return random_() % 100 < timing_.ready_percent; }
  bool inside(uint32_t address) const { return address >= kDramBase && address - kDramBase < kDramBytes; }
  uint64_t due() { return now_ + timing_.min_latency + random_() % (timing_.max_latency - timing_.min_latency + 1); }

  void sample(Read& read) {
    const auto first = bytes_.begin() + (read.address - kDramBase);
    read.data.assign(first, first + line_bytes_);
    read.sampled = true;
  }

  void apply(Write& write) {
    if (write.applied) return;
    write.applied = true;
    if (in_error_area(write.address)) return;
    for (unsigned b = 0; b < line_bytes_; ++b) {
      if (write.strobe[b]) bytes_[write.address - kDramBase + b] = write.data[b];
    }
  }

  // Picks one of those that are due; false if there is none.
  template <class Queue>
  bool choose(const Queue& queue, size_t& index) {
    std::vector<size_t> due;
    for (size_t i = 0; i < queue.size() && (due.empty() || timing_.reorder); ++i) {
      if (queue[i].due <= now_) due.push_back(i);
    }
    if (due.empty()) return false;
    index = due[random_() % due.size()];
    return true;
  }

  AxiTiming timing_;
  std::mt19937& random_;
  std::vector<uint8_t> bytes_;
  unsigned line_bytes_;
  uint64_t now_ = 0;
  std::deque<Read> reads_;
  std::deque<Write> writes_, aws_, ws_;
  bool r_shown_ = false, b_shown_ = false;
  size_t r_index_ = 0, b_index_ = 0;
};

}  // namespace heddle::membench
