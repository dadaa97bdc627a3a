// A memory behind an AXI4 port, with 64-bit addresses: pages that exist, pages that answer with an error, random
// latencies, stalls and order. Transactions of one identifier are answered in order. A write takes effect, and a read
// reads, at a random moment before the answer.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace heddle::bridge_test {

inline constexpr unsigned kMaxBeat = 64;
using Beat = std::array<std::uint8_t, kMaxBeat>;

// AW or AR.
struct Address {
  bool valid = false;
  unsigned id = 0;
  std::uint64_t address = 0;
  unsigned len = 0;  // beats - 1
  unsigned size = 0;
  unsigned burst = 1;
};

struct WriteBeat {
  bool valid = false;
  Beat data{};
  std::uint64_t strobe = 0;
  bool last = false;
};

struct Answer {
  bool valid = false;
  unsigned id = 0;
  unsigned resp = 0;
};

struct ReadBeat {
  bool valid = false;
  unsigned id = 0;
  Beat data{};
  unsigned resp = 0;
  bool last = false;
};

struct MasterSignals {
  Address aw, ar;
  WriteBeat w;
  bool b_ready = false, r_ready = false;
};

struct SlaveSignals {
  bool aw_ready = false, w_ready = false, ar_ready = false;
  Answer b;
  ReadBeat r;
};

class MemoryPort {
 public:
  using Page = std::array<std::uint8_t, 4096>;

  struct Timing {
    unsigned latency = 1;  // cycles, at least 1
    unsigned jitter = 0;   // as many more at most
    unsigned ready = 100;  // percent of cycles
    unsigned valid = 100;  // percent of cycles in which an answer that is due is given
    bool reorder = false;  // of different identifiers
  };

  MemoryPort(unsigned beat_bytes, std::uint64_t seed) : beat_bytes_(beat_bytes), random_(seed) {}

  Timing timing;
  std::map<std::uint64_t, Page> pages;  // by number; an access to another is answered with an error, and counted
  std::set<std::uint64_t> read_errors, write_errors;  // pages
  unsigned error_response = 3;                        // DECERR; 2: SLVERR
  std::function<void(std::uint64_t page, bool write, unsigned id)>
      watch;                            // told of every burst when its address is taken
  unsigned strays = 0;                  // accesses to pages that do not exist
  std::uint64_t reads = 0, writes = 0;  // beats

  // One rising edge: `master` and outputs() are the values before it.
  void clock(const MasterSignals& master);
  const SlaveSignals& outputs() const { return outputs_; }
  bool idle() const { return reads_.empty() && writes_.empty() && data_.empty(); }

  std::uint8_t get(std::uint64_t address) const { return pages.at(address >> 12)[address & 0xFFF]; }
  void put(std::uint64_t address, std::uint8_t value) { pages.at(address >> 12)[address & 0xFFF] = value; }
  std::uint32_t get_word(std::uint64_t address) const;
  void put_word(std::uint64_t address, std::uint32_t value);

 private:
  struct Transaction {
    Address request;
    std::uint64_t due = 0;
    std::vector<WriteBeat> data;
    std::vector<Beat> lines;
    unsigned sent = 0;
    bool complete = false;  // writes: all data are here
    bool performed = false;
    bool error = false;
  };

  bool draw(unsigned percent) { return percent >= 100 || random_() % 100 < percent; }
  void perform(Transaction& transaction, bool write);
  // Index of the transaction to be answered next; queue size for none.
  std::size_t choose(const std::deque<Transaction>& queue);

  unsigned beat_bytes_;
  std::mt19937_64 random_;
  SlaveSignals outputs_;
  std::deque<Transaction> reads_, writes_;
  std::deque<WriteBeat> data_;
  std::uint64_t now_ = 0;
};

}  // namespace heddle::bridge_test
