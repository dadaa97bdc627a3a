// When a DRAM behind the memory port would have moved a line: channels, banks with open rows, refresh, bounded queues.
//
// Time is in clock cycles of the device. Lines are spread over the channels first, then over the columns of a row, the
// banks and the rows, from the lowest address bits up. Each channel accesses, of the requests in its queue, the oldest
// whose row is open (a request is passed over at most kMaxBypass times), and meanwhile opens rows for others, one
// command of each kind a cycle. An access moves its line over the channel's data bus. Refresh closes all rows of a
// channel and occupies it. What is moved and in which order it takes effect is not this class's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::harness {

struct DramParameters {
  std::string name;
  unsigned channels;          // power of two
  unsigned banks;             // per channel, power of two
  unsigned row_bytes;         // power of two, at least a line
  unsigned activate;          // tRCD: activate to column access
  unsigned precharge;         // tRP
  unsigned column;            // tCL: column access to data
  unsigned row_active;        // tRAS: activate to precharge, at least
  unsigned write_recovery;    // tWR: end of write data to precharge
  unsigned turnaround;        // idle cycles of the data bus between a read and a write
  unsigned burst_quarters;    // data bus time of a burst of kBurstBytes, in quarters of a cycle
  unsigned refresh_interval;  // tREFI; 0: none
  unsigned refresh;           // tRFC
  unsigned queue;             // requests that wait per channel
  unsigned controller;        // cycles of controller and wires, added to every request

  static constexpr unsigned kBurstBytes = 64;  // a line takes whole bursts

  // "ddr4": one channel of DDR4-3200, "hbm": eight channels of HBM2, at 1 GHz. Throws RtlOptionsError for other names.
  static const DramParameters& named(std::string_view name);
};

class DramTiming {
 public:
  static constexpr unsigned kMaxBypass = 16;

  DramTiming(const DramParameters& parameters, unsigned line_bytes);

  // Lines per cycle that the data buses of all channels move.
  double peak() const;

  // Room in the queue of the line's channel?
  bool accepts(uint32_t address) const;
  // Only when it accepts. `token` names the request in finished().
  void start(uint64_t token, uint32_t address, bool write);
  // One clock cycle.
  void clock();
  // Requests that finished in the cycle just clocked, in any order.
  const std::vector<uint64_t>& finished() const { return finished_; }

  uint64_t row_hits() const { return row_hits_; }
  uint64_t row_misses() const { return row_misses_; }

 private:
  struct Request {
    uint64_t token;
    unsigned bank;
    uint32_t row;
    bool write;
    unsigned bypassed = 0;
  };
  struct Bank {
    bool open = false;
    bool fresh = false;  // nothing has used the row since it was opened
    uint32_t row = 0;
    uint64_t column_from = 0;     // earliest column access
    uint64_t precharge_from = 0;  // earliest precharge
  };
  struct Channel {
    std::vector<Request> queue;  // oldest first
    std::vector<Bank> banks;
    uint64_t bus_free_quarters = 0;
    bool last_was_write = false;
    uint64_t next_refresh = 0;
    uint64_t busy_until = 0;  // refresh
  };
  struct Place {
    unsigned channel;
    unsigned bank;
    uint32_t row;
  };
  struct Pending {
    uint64_t token;
    uint64_t due;
  };

  Place place(uint32_t address) const;
  void refresh(Channel& channel);
  void activate(Channel& channel);
  void access(Channel& channel);

  const DramParameters parameters_;
  const unsigned line_bytes_;
  const unsigned line_quarters_;  // data bus time of a line
  std::vector<Channel> channels_;
  std::vector<Pending> pending_;
  std::vector<uint64_t> finished_;
  uint64_t now_ = 0;
  uint64_t row_hits_ = 0;
  uint64_t row_misses_ = 0;
};

}  // namespace heddle::harness
