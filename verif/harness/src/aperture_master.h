// The host's end of BAR2, an AXI4 port: one access at a time, as INCR bursts of the port's whole width, with strobes
// for what is less than a beat. AxiChecker watches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

#include "axi_signals.h"

namespace heddle::harness {

class ApertureMaster {
 public:
  // With `random`, addresses, data and readiness to take answers come in random cycles, and identifiers are any.
  ApertureMaster(unsigned beat_bytes, bool random, uint64_t seed)
      : beat_bytes_(beat_bytes), random_(random), draw_(seed) {}

  // Begin an access to bytes of the window; none may be under way. What the span names stays until the end.
  void start_read(uint32_t offset, std::span<std::byte> out);
  void start_write(uint32_t offset, std::span<const std::byte> in);
  bool busy() const { return in_burst_ || (okay_ && next_ != end_); }
  // Of the last access. At the first burst that is answered with an error it ends.
  bool okay() const { return okay_; }

  // One rising edge: what the device drives before it; what the host drives after it.
  const AxiMasterSignals& clock(const AxiSlaveSignals& slave);
  // What the host drives now.
  const AxiMasterSignals& outputs() const { return outputs_; }

 private:
  static constexpr unsigned kBurstBeats = 16;  // docs/host_port.md, section 4
  static constexpr uint32_t kPageBytes = 4096;

  bool now() { return !random_ || draw_() % 2 == 0; }
  void start(uint32_t offset, size_t bytes, bool write);
  void begin_burst();
  void end_burst();
  // The bytes of the access that are in the beat at `beat`: where in the beat, where in the access, how many.
  struct Part {
    unsigned in_beat = 0;
    size_t in_access = 0;
    unsigned bytes = 0;
  };
  Part part(uint32_t beat) const;
  void take(const AxiSlaveSignals& slave);
  void drive_beat();

  unsigned beat_bytes_;
  bool random_;
  std::mt19937_64 draw_;
  AxiMasterSignals outputs_;

  bool write_ = false, okay_ = true;
  std::span<std::byte> out_;
  std::span<const std::byte> in_;
  uint32_t first_ = 0, next_ = 0, end_ = 0;  // offsets: of the access, behind the bursts so far, behind the access
  bool in_burst_ = false;
  uint32_t burst_ = 0;              // its first beat
  unsigned beats_ = 0, moved_ = 0;  // of the burst: all; sent or received
  bool address_left_ = false;       // not driven yet
  bool error_ = false;              // in the burst
};

}  // namespace heddle::harness
