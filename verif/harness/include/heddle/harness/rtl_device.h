// The verilated device as a C++ object: host port, memory, clock and lock-step checker behind one abstract class.
//
// One shared object (libheddle_rtl.so) holds one configuration of the RTL. It exports two C functions, declared at the
// end of this file, and nothing else; whoever loads it needs this header only (no library to link). Both sides must be
// built with the same C++ library; `heddle_rtl_describe` is there to be checked first.
//
// Addresses are physical device addresses (docs/architecture.md, section 5), register offsets are those of
// docs/spec/registers.yaml. Not thread-safe: one thread per device. Two devices of one library may be open at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// Exceptions cross the boundary of the shared object, in which everything else is hidden.
#define HEDDLE_HARNESS_VISIBLE __attribute__((visibility("default")))

namespace heddle::harness {

// Raised whenever the layout of a type in this file changes.
inline constexpr unsigned kRtlInterface = 9;

// Base of every error a device or the factory throws.
class HEDDLE_HARNESS_VISIBLE RtlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The options do not fit the library: another configuration, tracing asked of a build without it, a value out of range.
class HEDDLE_HARNESS_VISIBLE RtlOptionsError : public RtlError {
 public:
  using RtlError::RtlError;
};

// The device answered SLVERR to a register access.
class HEDDLE_HARNESS_VISIBLE RegisterAccessError : public RtlError {
 public:
  RegisterAccessError(const std::string& text, uint32_t offset, bool write)
      : RtlError(text), offset_(offset), write_(write) {}
  uint32_t offset() const { return offset_; }
  bool write() const { return write_; }

 private:
  uint32_t offset_;
  bool write_;
};

// A host copy outside device memory, or outside BAR2.
class HEDDLE_HARNESS_VISIBLE MemoryRangeError : public RtlError {
 public:
  using RtlError::RtlError;
};

// The device, or its memory, answered an access through BAR2 with an error.
class HEDDLE_HARNESS_VISIBLE ApertureError : public RtlError {
 public:
  using RtlError::RtlError;
};

// The RTL stopped making progress: an access of the host never answered, or a running launch neither retired an
// instruction nor used its memory port for RtlOptions::max_idle_cycles. The text names the oldest outstanding request;
// RtlDevice::oldest_request() gives it, too.
class HEDDLE_HARNESS_VISIBLE HangError : public RtlError {
 public:
  using RtlError::RtlError;
};

// The RTL broke the AXI4 or AXI4-Lite protocol. The text names the rule, the channel and the cycle.
class HEDDLE_HARNESS_VISIBLE ProtocolError : public RtlError {
 public:
  using RtlError::RtlError;
};

// An assertion in the RTL failed. The text names it; the device is of no use any more.
class HEDDLE_HARNESS_VISIBLE AssertionError : public RtlError {
 public:
  using RtlError::RtlError;
};

struct RtlOptions {
  // Canonical text of the configuration the caller wants; empty: whatever the library has.
  std::string configuration;
  // Check every retired instruction against the golden model.
  bool lockstep = true;
  // Seed of everything random: stalls, reordering, and the initial values of registers without reset.
  uint64_t seed = 1;
  // Cycles from an accepted memory request to its response, at least 1.
  unsigned memory_latency = 100;
  // Lines the port moves in each direction, per cycle: above 0, at most 1 (the port's own limit).
  double memory_bandwidth = 1.0;
  // What lies behind the port: "fixed" (memory_latency), "ddr4" or "hbm" (timing of a DRAM with banks, rows, channels
  // and refresh, at a device clock of 1 GHz; memory_latency is then ignored). Random stalls go with "fixed" only.
  std::string memory_kind = "fixed";
  // Random back-pressure on every memory channel, latency drawn from 1 to 2 * memory_latency, responses reordered
  // between ids.
  bool random_stalls = false;
  // Waveform (FST) to write, empty for none; needs a library built with tracing. The window is in cycles since reset.
  std::string trace_path;
  uint64_t trace_begin = 0;
  uint64_t trace_end = UINT64_MAX;
  // A launch that neither retires nor accesses memory for so long throws HangError.
  uint64_t max_idle_cycles = 100'000;
  // Address, as a lane sees it, whose stores are collected for take_watch_events(); empty: nothing is.
  std::optional<uint32_t> watch_address;
  // Check the assertions of the RTL and the rules of its buses. Without them it runs as it would in hardware.
  bool checks = true;
  // What to type to see this run again; printed in the mismatch report.
  std::string replay;
};

// How many values the checker took from the RTL instead of checking them, by kind.
struct CopiedCount {
  std::string kind;
  uint64_t count = 0;
};

// Since the device was opened.
struct RtlStatistics {
  uint64_t cycles = 0;               // clock cycles after reset
  uint64_t lockstep_compared = 0;    // instruction slots compared; 0 with lock-step off
  uint64_t lockstep_accesses = 0;    // accesses of lanes to memory in those slots
  uint64_t management_compared = 0;  // instructions and interrupts of the management core compared
  uint64_t management_copied = 0;    // values in them that were taken from the RTL (verif/lockstep/management)
  uint32_t management_pc = 0;        // of the last of those
  std::vector<CopiedCount> copied;   // every kind is listed, with 0 where nothing was copied
  uint64_t warp_instrs = 0;          // slots that retired an instruction
  uint64_t lane_instrs = 0;          // lanes summed over those
  uint64_t memory_reads = 0;         // lines read through the AXI port
  uint64_t memory_writes = 0;        // lines written through the AXI port
  double memory_peak = 0.0;          // lines per cycle, read and written together, that the memory cannot exceed
};

// Where a lane of the running launch is; for a report about a launch that does not end.
struct RunningLane {
  uint32_t pc = 0;                  // of the instruction that its warp committed last, or that is spoken of
  std::array<uint32_t, 3> group{};  // workgroup id
  uint32_t local_linear = 0;        // work-item in the workgroup
  unsigned lane = 0;
  unsigned warp = 0;
  unsigned core = 0;
};

// A memory request without an answer.
struct OutstandingRequest {
  std::string text;                 // what, whose, which address, id and port, since how many cycles
  uint32_t address = 0;             // of the line; AMO, LR, SC: of the word
  std::optional<RunningLane> lane;  // that made it (of several the lowest); empty for instruction fetch
};

// Something that goes wrong once, between memory and device or in the device (verif/inject).
struct InjectedFault {
  enum class Kind { kData, kResponse, kId, kLast, kLost, kTwice, kState };
  Kind kind = Kind::kState;
  bool write = false;   // a write response of the AXI4 port, not a beat of read data
  uint64_t number = 0;  // which: so many came before; kState: after so many cycles
  unsigned bit = 0;     // that is turned over; without meaning for kLast, kLost, kTwice
  size_t signal = 0;    // kState: number in the library's signals.json
};

enum class BusError { kSlverr, kDecerr };

// What a lane did, while an address is watched: a store to exactly that address, at its commit (it may not be in memory
// yet), or its end by hd.exit.
struct WatchEvent {
  unsigned core = 0;
  unsigned warp = 0;
  unsigned lane = 0;
  bool exits = false;
  uint32_t value = 0;  // of a store: its bytes, in the low bits
};

// What a device with host_dma finds as bus master, where the user of the device has it (RtlDevice::connect_host).
class HEDDLE_HARNESS_VISIBLE HostSide {
 public:
  virtual ~HostSide() = default;
  // All the bytes, which are of one beat. False: answered with SLVERR; of a write nothing has happened then.
  virtual bool read(uint64_t address, std::span<std::byte> out) = 0;
  virtual bool write(uint64_t address, std::span<const std::byte> in) = 0;
};

class HEDDLE_HARNESS_VISIBLE RtlDevice {
 public:
  RtlDevice() = default;
  RtlDevice(const RtlDevice&) = delete;
  RtlDevice& operator=(const RtlDevice&) = delete;
  virtual ~RtlDevice() = default;

  // Canonical text of the configuration that was built.
  virtual std::string configuration() const = 0;

  // One AXI4-Lite transaction each; they take device cycles. `offset` is a multiple of 4: below 0x1000 a register,
  // from 64 KiB on an address of the management core's bus (docs/management.md, section 7).
  // Throw RegisterAccessError on SLVERR, HangError when no answer comes.
  virtual uint32_t read_register(uint32_t offset) = 0;
  virtual void write_register(uint32_t offset, uint32_t value) = 0;

  // Straight between the host and the harness's DRAM (and the checker's memory); take no device cycles. To be used
  // while no launch runs. Memory that nobody wrote reads zero. Throw MemoryRangeError outside device memory.
  virtual void read_memory(uint32_t address, std::span<std::byte> bytes) = 0;
  virtual void write_memory(uint32_t address, std::span<const std::byte> bytes) = 0;

  // The host's memory, which a device with host_dma reaches as bus master: kHostMemoryBytes at kHostMemoryBase (a
  // multiple of 2^32 lies within), where nothing else is connected. Memory that nobody wrote reads zero. Bytes of
  // transfers that are under way are old or new. Throw MemoryRangeError outside, and without host_dma.
  static constexpr uint64_t kHostMemoryBase = 0x3F'C000'0000;
  static constexpr uint64_t kHostMemoryBytes = 0x8000'0000;
  virtual void read_host_memory(uint64_t address, std::span<std::byte> bytes) = 0;
  virtual void write_host_memory(uint64_t address, std::span<const std::byte> bytes) = 0;
  // Accesses of the device that touch these host addresses are answered with SLVERR and have no effect; a later call
  // replaces the range.
  virtual void inject_host_error(uint64_t first, uint64_t last) = 0;

  // In place of that memory; null: that again. It is used while the device's time passes. Nothing may be under way.
  // Throws MemoryRangeError without host_dma.
  virtual void connect_host(HostSide* host) = 0;

  // BAR2 (docs/host_port.md, section 4): bytes of its kApertureBytes, as bursts of whole beats, with strobes. They take
  // device cycles. Throw ApertureError when a burst is answered with an error (those before it are done),
  // MemoryRangeError outside, and without host_dma; HangError when no answer comes.
  static constexpr uint32_t kApertureBytes = 1U << 24;
  virtual void read_aperture(uint32_t offset, std::span<std::byte> bytes) = 0;
  virtual void write_aperture(uint32_t offset, std::span<const std::byte> bytes) = 0;

  // Runs up to `cycles` cycles and returns how many ran. Returns early at the end of a launch, after an event
  // that is watched, and when the checker has found a divergence (then every later call returns 0). With no launch
  // running it runs all the cycles. At the end of a launch lock-step adds some cycles of its own, in which it reads the
  // result registers as a host would; they are in statistics() only.
  virtual uint64_t advance(uint64_t cycles) = 0;

  virtual RtlStatistics statistics() const = 0;

  // Pulls the device's reset, whatever it does: what is under way is lost, registers read as after opening, memory
  // holds what had reached it. Injected errors stay, and so does what statistics() has counted.
  virtual void reset() = 0;

  // The one-screen report of the first divergence between RTL and model; empty while there is none.
  virtual std::optional<std::string> mismatch() const = 0;

  // A lane of the live warp that committed an instruction last; empty with no launch running.
  virtual std::optional<RunningLane> running_lane() const = 0;
  // One lane, at the instruction that it committed last; empty if its warp does not run, or began without it.
  virtual std::optional<RunningLane> lane_position(unsigned core, unsigned warp, unsigned lane) const = 0;

  // With RtlOptions::watch_address: the events since the last call, in the order of their commits (lanes of one
  // instruction ascending).
  virtual std::vector<WatchEvent> take_watch_events() = 0;

  // The memory request that has waited longest: of the cores, or, where no core waits, of the AXI4 port. Empty if all
  // are answered.
  virtual std::optional<OutstandingRequest> oldest_request() const = 0;

  // An AXI error for every access to [first, last] from now on, so that bus errors can be tested; last < first clears
  // it.
  virtual void inject_bus_error(uint32_t first, uint32_t last, BusError error = BusError::kSlverr) = 0;

  // Accesses to [first, last] are never answered from now on, so that a dead memory can be tested; last < first clears
  // it.
  virtual void inject_silence(uint32_t first, uint32_t last) = 0;

  // Lets something go wrong, counted from now on; one at a time. kState throws RtlOptionsError when it is due where the
  // library was built without its signals, or has no such bit.
  virtual void inject_fault(const InjectedFault& fault) = 0;

  // Writes a waveform of everything from now on, in place of what the options said. Throws RtlOptionsError where the
  // library was built without tracing.
  virtual void trace(const std::string& path) = 0;
};

// What a library is, for a check before it is used.
struct RtlDescription {
  unsigned interface_version;  // kRtlInterface of the library
  const char* configuration;   // canonical text
  bool tracing;                // built with waveforms
};

}  // namespace heddle::harness

extern "C" {
// Opens a device: elaborated, reset, idle. The caller deletes it. Throws RtlOptionsError.
HEDDLE_HARNESS_VISIBLE heddle::harness::RtlDevice* heddle_rtl_open(const heddle::harness::RtlOptions& options);
HEDDLE_HARNESS_VISIBLE const heddle::harness::RtlDescription* heddle_rtl_describe();
}

namespace heddle::harness {
// Names and types for dlsym.
using RtlOpenFunction = RtlDevice*(const RtlOptions&);
using RtlDescribeFunction = const RtlDescription*();
inline constexpr const char* kRtlOpenSymbol = "heddle_rtl_open";
inline constexpr const char* kRtlDescribeSymbol = "heddle_rtl_describe";
}  // namespace heddle::harness
