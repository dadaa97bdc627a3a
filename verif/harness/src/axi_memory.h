// A slow memory behind the AXI4 port: settable latency and bandwidth, random stalls and reordering from a seed; or a
// DRAM, whose timing then takes the place of the latency.
//
// Reads and writes are independent, as AXI4 has it: a write takes effect between the acceptance of its last beat and
// its response, a read is sampled between its acceptance and its response, at a random moment when stalls are random.
// The device must not lean on more. Transactions of one id are answered in order, those of different ids in any order
// when reordering is on. At most kDepth transactions wait in each direction; then ready is withheld. With random
// stalls, of every four seeds one makes a memory that is ready only for what is valid already, which AXI4 allows, too.
// The memory takes full-width single-beat or INCR bursts; anything else is a matter for AxiChecker.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "axi_signals.h"
#include "beat_store.h"
#include "dram_timing.h"

namespace heddle::harness {

class AxiMemory {
 public:
  struct Settings {
    unsigned beat_bytes = 64;            // width of the port
    unsigned line_bytes = 64;            // what a DRAM moves at once; at least a beat
    unsigned latency = 100;              // cycles, at least 1
    double bandwidth = 1.0;              // beats per cycle and direction, in (0, 1]
    bool random = false;                 // stalls, latencies, reordering
    std::optional<DramParameters> dram;  // latency then has no meaning; not together with random
    uint64_t seed = 1;
    unsigned uncached_id = 256;  // the first of the identifiers of whoever goes past the caches, which are the last
  };
  static constexpr size_t kDepth = 128;

  AxiMemory(const Settings& settings, BeatStore& memory);

  // One rising clock edge: `master` and outputs() are the values before it; outputs() are those after it on return.
  // Before the first one nothing is ready.
  void clock(const AxiMasterSignals& master);
  const AxiSlaveSignals& outputs() const { return outputs_; }

  // The device is reset: forgets what is under way; of the writes not answered, some may have taken effect.
  void reset();

  // Accesses that touch [first, last] get `response` (SLVERR or DECERR) and have no effect.
  void set_error_range(uint64_t first, uint64_t last, unsigned response = kRespSlverr);
  // Accesses that touch [first, last] are accepted, have no effect and are never answered.
  void set_silent_range(uint64_t first, uint64_t last);

  // Told of every byte that is written past the caches (management core, DMA engine), when it takes effect.
  void observe_uncached(std::function<void(uint32_t address, std::byte value)> observer) {
    uncached_observer_ = std::move(observer);
  }

  // Beats read and written, and those per cycle, read and written together, that it cannot exceed: fixed latency,
  // `bandwidth` in each direction, counted once (a beat a cycle); DRAM, what its data buses move, if that is less.
  uint64_t reads() const { return reads_; }
  uint64_t writes() const { return writes_; }
  double peak() const;
  // Nothing accepted waits for an answer.
  bool idle() const { return read_queue_.empty() && write_queue_.empty() && write_data_.empty() && !silent_; }
  // Transactions accepted or answered so far, to see whether anything moves.
  uint64_t activity() const { return activity_; }

 private:
  struct Transaction {
    AxiAddress request;
    uint64_t due = 0;  // first cycle of the response
    unsigned beats_left = 0;
    uint64_t token = 0;     // names it to the DRAM
    unsigned started = 0;   // lines that the DRAM has been asked for ...
    unsigned moved = 0;     // ... and has moved
    bool complete = false;  // writes: all data is there
    bool performed = false;
    std::vector<AxiWrite> data;  // writes
    std::vector<LineData> line;  // reads, once sampled
    bool error = false;
    bool silent = false;
  };
  // Addresses first to last; none if last < first.
  struct Range {
    uint64_t first = 1;
    uint64_t last = 0;
  };

  // Whether the line at `address` touches the range.
  bool touches(const Range& range, uint64_t address) const;
  bool touches(const Range& range, const AxiAddress& request) const;
  uint64_t draw_latency();
  bool draw(unsigned percent);
  void accept(const AxiMasterSignals& master);
  void attach_write_data();
  // Hands lines to the DRAM in order while it takes them, and notes those that it has moved.
  void clock_dram();
  void perform_write(Transaction& write);
  void perform_read(Transaction& read);
  // Index of the transaction to answer now, or queue size for none.
  size_t choose(const std::deque<Transaction>& queue);
  void drive_write_response(const AxiMasterSignals& master);
  void drive_read_response(const AxiMasterSignals& master);

  Settings settings_;
  BeatStore& memory_;
  AxiSlaveSignals outputs_;
  std::deque<Transaction> read_queue_;
  std::deque<Transaction> write_queue_;
  std::deque<AxiWrite> write_data_;
  std::optional<DramTiming> dram_;
  std::mt19937_64 random_;
  uint64_t now_ = 0;
  uint64_t tokens_ = 0;
  double read_tokens_ = 1.0;
  double write_tokens_ = 1.0;
  std::function<void(uint32_t, std::byte)> uncached_observer_;
  Range error_range_, silent_range_;
  uint8_t error_response_ = kRespSlverr;
  bool silent_ = false;               // something was accepted that is never answered
  bool ready_follows_valid_ = false;  // see above
  uint64_t reads_ = 0;
  uint64_t writes_ = 0;
  uint64_t activity_ = 0;
};

}  // namespace heddle::harness
