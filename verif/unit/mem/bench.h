// Drives mem_bench as cores would: at most one unchecked instruction per warp, nothing after an atomic before it is
// complete. Everything that comes out is handed to the reference.
#pragma once

#include <Vmem_bench.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "axi_memory.h"
#include "axi_watch.h"
#include "reference.h"
#include "types.h"

namespace heddle::membench {

struct Timing {
  AxiTiming axi;
  unsigned issue_percent = 100;      // a core with something to issue does
  unsigned writeback_percent = 100;  // a core takes a write-back
  unsigned fetch_percent = 0;        // an instruction fetch port asks for a line
};

class Bench {
 public:
  // Makes the next instruction of a warp; core, warp and order are filled in already. None: the warp has ended.
  using Source = std::function<bool(Instruction&)>;

  Bench(unsigned seed, const Timing& timing);
  ~Bench();

  const Shape& shape() const { return shape_; }
  std::mt19937& random() { return random_; }
  Reference& reference() { return *reference_; }
  AxiMemory& memory() { return *axi_; }
  const Launch& launch() const { return launch_; }

  // Runs until every warp's source has ended and nothing is outstanding; then flushes the L2 cache, compares memory,
  // lets the host change some of it and invalidates the cache. Returns the cycles until nothing was outstanding.
  uint64_t run(const Source& source);
  // Corners of the L2 cache and how often they were reached.
  static constexpr std::array<const char*, 16> kCorners = {"read of a full line",
                                                           "read of a partial line",
                                                           "fetch of a line",
                                                           "fetch of a partial line",
                                                           "request waits for a line",
                                                           "write or atomic waits for a line",
                                                           "write takes a way",
                                                           "write replaces a dirty line",
                                                           "fetch replaces a dirty line",
                                                           "fetch waits for a write-back",
                                                           "write-back waits for another",
                                                           "line merged into dirty bytes",
                                                           "every way is being fetched",
                                                           "line cleaned",
                                                           "answer with an error",
                                                           "no room for a miss"};
  uint64_t corner(size_t i) const { return dut_->corner_o[i]; }
  // What went wrong so far, one per line; empty if nothing did.
  std::string errors() const;

  // Pool of lines for instruction fetch: nothing writes there.
  static constexpr uint32_t kFetchBase = kDramBase + 0xF'0000;

 private:
  struct Warp {
    uint32_t order = 0;
    bool unchecked = false, ended = false;
    std::optional<uint32_t> blocked_on;  // order of an atomic that is not complete
  };
  struct Core {
    std::optional<Instruction> offered;
    std::deque<Instruction> accepted;  // not yet checked
    std::optional<std::pair<uint32_t, uint32_t>>
        announced;         // warp and register of the write-back that has to be offered now
    bool commits = false;  // the last of them is safe and was accepted in the cycle before
    std::vector<Warp> warps;
    struct Fetch {
      uint32_t address;
      bool busy = false;
      bool stale = false;  // under way while the host wrote
    };
    std::vector<Fetch> fetches;
    std::optional<unsigned> fetch_offered;
  };

  void cycle(const Source& source);
  bool all_idle() const;
  std::string waiting_text() const;
  void flush();
  void drive_core(unsigned c, const Source& source);
  void sample_events();
  void sample_memory_event(unsigned bank);
  void sample_core(unsigned c);
  void fail(const std::string& text) { errors_.push_back("cycle " + std::to_string(cycle_) + ": " + text); }
  Warp& warp(unsigned c, unsigned w) { return cores_[c].warps[w]; }
  bool chance(unsigned percent) { return random_() % 100 < percent; }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vmem_bench> dut_;
  std::mt19937 random_;
  Timing timing_;
  Shape shape_{};
  Launch launch_;
  std::unique_ptr<AxiMemory> axi_;
  std::unique_ptr<harness::AxiChecker> axi_checker_;
  std::unique_ptr<Reference> reference_;
  std::vector<Core> cores_;
  std::vector<std::string> errors_;
  bool flushing_ = false;
  uint64_t lost_stores_ = 0;  // in the launches before
  uint64_t cycle_ = 0, last_progress_ = 0;
};

}  // namespace heddle::membench
