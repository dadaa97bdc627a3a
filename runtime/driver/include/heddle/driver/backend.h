#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace heddle::driver {

class Dma;

/// Where a running lane is, for reports of launches that do not end.
struct LanePosition {
  uint32_t pc = 0;
  std::array<uint32_t, 3> group{};
  uint32_t local_linear = 0;
  unsigned lane = 0, warp = 0, core = 0;
};

/// A memory request without an answer, for reports of launches that do not end.
struct PendingRequest {
  std::string text;                  ///< What, whose, which address and port, since when.
  uint32_t address = 0;              ///< Of its line or word.
  std::optional<LanePosition> lane;  ///< That made it, at which instruction; empty for instruction fetch.
};

/// What passed the memory port since the device was opened.
struct MemoryStatistics {
  uint64_t lines_read = 0;
  uint64_t lines_written = 0;
  double peak_lines = 0.0;  ///< Lines per cycle, read and written together, that the memory behind it cannot exceed.
};

/// What a lane did, while an address is watched (BackendOptions::watch_address): a store to exactly that address, or
/// its end by hd.exit.
struct WatchEvent {
  unsigned core = 0, warp = 0, lane = 0;
  bool exits = false;
  uint32_t value = 0;  ///< Of a store: its bytes, in the low bits.
};

/// What the lock-step checker did since the device was opened; all zero and empty without one.
struct LockstepStatistics {
  bool enabled = false;
  uint64_t compared = 0;                                 ///< Issue slots compared.
  uint64_t management = 0;                               ///< Instructions of the management core compared.
  uint64_t management_copied = 0;                        ///< Values in them that were taken from the RTL.
  uint32_t management_pc = 0;                            ///< Of the last of those instructions.
  std::vector<std::pair<std::string, uint64_t>> copied;  ///< Values taken from the RTL instead, by kind.
};

/// Issue slots of the same launches under Heddle's path selection and under an exact post-dominator stack.
struct StackReference {
  uint64_t heddle_slots = 0;
  uint64_t stack_slots = 0;
  std::string
      problem;  ///< Why there is no figure (a lock between lanes of a warp never ends under a stack); else empty.
};

/// Warp instructions of one kind (integer, float, load, branch, other), and how many of them worked on values that are
/// the same in all lanes (uniform) or on a line over the lanes (affine).
struct ValuePatterns {
  std::string kind;
  uint64_t instructions = 0;
  uint64_t uniform = 0;
  uint64_t affine = 0;
};

/// A device as the driver sees it: the BAR0 registers of docs/spec/registers.yaml, device memory, and time. Errors of
/// the device underneath arrive as DeviceError. Memory is touched only while no launch runs.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual uint32_t read_register(uint32_t offset) = 0;
  virtual void write_register(uint32_t offset, uint32_t value) = 0;
  virtual void read_memory(uint32_t address, std::span<std::byte> bytes) = 0;
  virtual void write_memory(uint32_t address, std::span<const std::byte> bytes) = 0;

  /// Lets up to `cycles` cycles (model: issue slots) pass and returns how many did; fewer at the end of a launch, and
  /// soon after an event that is watched.
  virtual uint64_t advance(uint64_t cycles) = 0;
  /// Cycles that have passed since the device was opened (also those that accesses to registers took).
  virtual uint64_t cycle() const = 0;
  /// What was watched since the last call, in order (lanes of one instruction ascending).
  virtual std::vector<WatchEvent> take_watch_events() { return {}; }

  virtual LockstepStatistics lockstep() const { return {}; }
  /// The checker's report of the first divergence; empty while there is none.
  virtual std::optional<std::string> mismatch() const { return std::nullopt; }
  /// All launches so far against an exact post-dominator stack; empty unless asked for at opening.
  virtual std::optional<StackReference> stack_reference() const { return std::nullopt; }
  /// All launches so far, a row per kind of instruction; empty unless asked for at opening.
  virtual std::vector<ValuePatterns> value_patterns() const { return {}; }
  /// Some live lane of the running launch, if the back end can see inside.
  virtual std::optional<LanePosition> running_lane() const { return std::nullopt; }
  /// One lane of a warp that runs, at its latest instruction (model: its next one), if the back end can see inside.
  virtual std::optional<LanePosition> lane_position(unsigned /*core*/, unsigned /*warp*/, unsigned /*lane*/) const {
    return std::nullopt;
  }
  /// The memory request that has waited longest, if the back end has memory requests and can see them.
  virtual std::optional<PendingRequest> oldest_request() const { return std::nullopt; }
  /// The DMA engine and the messages of the device; null without host_dma in the configuration.
  virtual Dma* dma() { return nullptr; }
  /// Empty where there is no memory port.
  virtual std::optional<MemoryStatistics> memory() const { return std::nullopt; }
};

/// What opening a back end needs; the fields of DeviceOptions that reach it.
struct BackendOptions {
  std::string configuration = "edge";  ///< NAME or NAME:key=value,...
  std::filesystem::path rtl_library;   ///< Directory with libheddle_rtl.so.
  /// Firmware for the management core (configurations with management=1): kernels are then launched through a queue.
  /// Empty: by the launch registers.
  std::filesystem::path firmware;
  bool lockstep = true;
  uint64_t seed = 1;
  unsigned memory_latency = 100;      ///< Cycles; of memory "fixed".
  double memory_bandwidth = 1.0;      ///< Lines per cycle and direction, at most 1.
  std::string memory_kind = "fixed";  ///< fixed, ddr4, hbm: see RtlOptions.
  bool random_stalls = false;
  std::filesystem::path trace;            ///< Waveform file, empty for none.
  bool stack_reference = false;           ///< Model: also count the issue slots of an exact post-dominator stack.
  unsigned host_threads = 1;              ///< Model: threads of the host that its cores run on, from 1.
  bool engine_delays = false;             ///< Model: the engines perform commands at random times, which `seed` gives.
  bool value_patterns = false;            ///< Model: also count instructions on uniform and affine values.
  std::optional<uint32_t> watch_address;  ///< Address, as a lane sees it, whose stores are collected.
  std::string replay;                     ///< Command that repeats the run, for the mismatch report.
};

/// Opens the golden model / the verilated RTL. Throw DeviceError(kUnavailable) with what to do.
std::unique_ptr<Backend> open_model(const BackendOptions& options);
std::unique_ptr<Backend> open_rtl(const BackendOptions& options);

}  // namespace heddle::driver
