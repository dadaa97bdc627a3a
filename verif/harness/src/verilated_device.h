// The RtlDevice over a ClockedTop: clock and reset, host port transactions, memory, protocol checks, lock-step.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aperture_master.h"
#include "axi_checker.h"
#include "axi_lite_checker.h"
#include "axi_memory.h"
#include "bus_sink.h"
#include "clocked_top.h"
#include "core_requests.h"
#include "faulty_port.h"
#include "heddle/harness/rtl_device.h"
#include "heddle/lockstep/checker.h"
#include "host_master.h"
#include "host_memory.h"
#include "launch_registers.h"
#include "management_lockstep.h"
#include "monitor_sink.h"
#include "shared_writes.h"
#include "sparse_memory.h"
#include "warp_positions.h"

namespace heddle::harness {

// Width of the AXI4 port.
inline unsigned beat_bytes(const Configuration& configuration) {
  return configuration.line_bytes / configuration.memory_beats;
}

class VerilatedDevice final : public RtlDevice {
 public:
  // Throws RtlOptionsError.
  explicit VerilatedDevice(const RtlOptions& options);
  ~VerilatedDevice() override;

  std::string configuration() const override { return configuration_.canonical(); }
  uint32_t read_register(uint32_t offset) override;
  void write_register(uint32_t offset, uint32_t value) override;
  void read_memory(uint32_t address, std::span<std::byte> bytes) override;
  void write_memory(uint32_t address, std::span<const std::byte> bytes) override;
  void read_host_memory(uint64_t address, std::span<std::byte> bytes) override;
  void write_host_memory(uint64_t address, std::span<const std::byte> bytes) override;
  void inject_host_error(uint64_t first, uint64_t last) override;
  void connect_host(HostSide* host) override;
  void read_aperture(uint32_t offset, std::span<std::byte> bytes) override;
  void write_aperture(uint32_t offset, std::span<const std::byte> bytes) override;
  uint64_t advance(uint64_t cycles) override;
  void reset() override;
  RtlStatistics statistics() const override;
  std::optional<std::string> mismatch() const override { return mismatch_; }
  std::optional<RunningLane> running_lane() const override;
  std::optional<RunningLane> lane_position(unsigned core, unsigned warp, unsigned lane) const override;
  std::optional<OutstandingRequest> oldest_request() const override;
  std::vector<WatchEvent> take_watch_events() override;
  void inject_bus_error(uint32_t first, uint32_t last, BusError error) override;
  void inject_silence(uint32_t first, uint32_t last) override { memory_.set_silent_range(first, last); }
  void inject_fault(const InjectedFault& fault) override;
  void trace(const std::string& path) override;

 private:
  static constexpr unsigned kResetCycles = 8;
  static constexpr unsigned kRegisterTimeout = 1000;  // cycles
  // The host's end of BAR2, and what watches it.
  struct Aperture {
    ApertureMaster master;
    AxiChecker checker;
  };

  void check_options() const;
  void pull_reset();
  // For each launch slot a checker that knows what memory holds; none with lock-step off.
  void make_checkers();
  // One clock cycle. Throws ProtocolError, AssertionError.
  void cycle();
  void trace_window();
  // AXI4-Lite transactions; false is SLVERR.
  bool transact_write(uint32_t offset, uint32_t value);
  bool transact_read(uint32_t offset, uint32_t& value);
  // Launch slot of the block that the register at `offset` is in, and its offset in the block; no slot: 0 and as it is.
  std::pair<unsigned, uint32_t> place_of(uint32_t offset) const;
  // A launch is about to begin, or to be aborted, by a write of `value` to the slot's control register.
  void note_control(unsigned slot, uint32_t value);
  // The management core has written to a register of the host port, in the cycle that is being evaluated.
  void management_wrote(uint32_t offset, uint32_t value);
  void await_host(const char* what, uint32_t offset);
  // What is at the host's end of BAR2 after a reset.
  Aperture make_aperture() const;
  // Throws MemoryRangeError.
  void check_aperture(uint32_t offset, size_t bytes) const;
  // The access that has begun ends.
  void await_aperture(const char* what, uint32_t offset);
  // Throws MemoryRangeError.
  HostMemory& host_memory(uint64_t address, uint64_t size);
  void activate();
  void watch_progress();
  // The AXI4 transaction that has waited longest, in words.
  std::string oldest_transaction() const;
  // Of launches that have ended: reads what a host would read and lets the checkers compare.
  void finish_launches();
  lockstep::LaunchOutcome read_outcome();
  void note_divergence(const lockstep::Checker& checker);
  // Others than host and management core write device memory, or it refuses accesses.
  void share_memory();
  bool launch_running() const { return running_ != 0; }
  uint64_t progress() const;

  Configuration configuration_;
  RtlOptions options_;
  SparseMemory dram_;
  AxiMemory memory_;
  FaultyPort port_;
  std::optional<HostMemory> host_memory_;  // with host_dma
  std::optional<Aperture> aperture_;       // with host_dma
  AxiChecker axi_checker_;
  AxiLiteChecker host_checker_;
  std::vector<LaunchRegisters> registers_;                    // by launch slot
  std::vector<std::unique_ptr<lockstep::Checker>> checkers_;  // by launch slot
  std::optional<ManagementLockstep> management_;              // with a management core and lock-step
  SharedWrites writes_;
  HostMaster host_;
  WarpPositions positions_;
  CoreRequests requests_;
  MonitorSink sink_;
  BusSink bus_;
  std::unique_ptr<ClockedTop> top_;

  uint64_t cycle_ = 0;
  uint64_t reset_cycle_ = 0;  // of the latest reset: the device's own counter, and the checker's, begin there
  lockstep::CheckerStatistics checked_before_;  // by the checkers of the time before
  uint64_t management_compared_before_ = 0, management_copied_before_ = 0;
  uint32_t error_first_ = 1, error_last_ = 0;  // injected
  std::optional<InjectedFault> state_fault_;   // number: the cycle
  bool tracing_ = false;
  unsigned running_ = 0;  // launch slots, a bit for each
  uint64_t last_progress_ = 0;
  uint64_t last_progress_cycle_ = 0;
  std::optional<std::string> mismatch_;
};

}  // namespace heddle::harness
