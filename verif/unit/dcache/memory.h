// The memory below the caches: an ordering point that performs one access per bank and cycle, in any order it likes
// except that requests of one port to one line stay in order; answers in any order; tells the caches of changes a fixed
// number of cycles later and acknowledges a change no earlier than that.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace heddle::dcachebench {

enum class Op { kRead, kWrite, kAmo, kLr, kSc };

struct Shape {
  unsigned cores, warps, line_bytes, lsu_requests, banks, cache_lines, prefetch;
  unsigned words() const { return line_bytes / 4; }
};

struct MemoryTiming {
  unsigned snoop_latency = 1;  // 0 to 2
  unsigned ready_percent = 100;
  unsigned min_latency = 1, max_latency = 10;  // until an access is performed, and again until it is answered
  unsigned sc_success_percent = 50;
};

// A value of a word and the cycle in which it took its place.
struct Version {
  uint32_t value;
  uint64_t begin;
};

struct MemoryRequest {
  unsigned core = 0, id = 0;
  Op op = Op::kRead;
  uint32_t address = 0;  // of the line; atomics: of the word
  std::vector<uint8_t> strobe;
  std::vector<uint32_t> data;
  std::function<void(uint64_t cycle, uint32_t word)>
      ordered;  // called when it takes its place; word: what an atomic answers
};

struct MemoryResponse {
  unsigned id = 0;
  bool error = false;
  std::vector<uint32_t> data;
};

struct Snoop {
  bool valid = false;
  uint32_t line = 0;
};

constexpr uint32_t kErrorBase = 0xF000'0000;  // from here on everything answers errors

class Memory {
 public:
  Memory(const Shape& shape, const MemoryTiming& timing, std::mt19937& random);

  void accept(const MemoryRequest& request, uint64_t cycle);
  // Performs what it likes in this cycle; then snoops and responses of the cycle stand ready.
  void tick(uint64_t cycle);
  const Snoop& snoop(unsigned core, unsigned bank) const { return snoop_now_[core * shape_.banks + bank]; }
  // The response to a port in this cycle, or none.
  const MemoryResponse* response(unsigned core) const { return has_response_[core] ? &response_now_[core] : nullptr; }
  bool busy() const { return !queue_.empty() || !answers_.empty(); }

  // The history of a word, oldest first; never empty.
  const std::vector<Version>& history(uint32_t word);
  // The host writes.
  void host_write(uint32_t word, uint32_t value, uint64_t cycle);
  unsigned ready_percent() const { return timing_.ready_percent; }
  unsigned snoop_latency() const { return timing_.snoop_latency; }

 private:
  struct Pending {
    MemoryRequest request;
    uint64_t due;
  };
  struct Answer {
    unsigned core;
    MemoryResponse response;
    uint64_t due;
  };
  struct Told {
    uint64_t cycle;
    unsigned core, bank;
    uint32_t line;
  };

  void perform(const MemoryRequest& request, uint64_t cycle);
  unsigned bank(uint32_t address) const { return address / shape_.line_bytes % shape_.banks; }
  void write(uint32_t word, uint32_t value, uint8_t strobe, uint64_t cycle);

  Shape shape_;
  MemoryTiming timing_;
  std::mt19937& random_;
  std::map<uint32_t, std::vector<Version>> words_;
  std::vector<Pending> queue_;  // in order of arrival
  std::vector<Answer> answers_;
  std::vector<Told> telling_;
  std::vector<Snoop> snoop_now_;
  std::vector<MemoryResponse> response_now_;
  std::vector<bool> has_response_;
};

}  // namespace heddle::dcachebench
