#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "heddle/driver/allocator.h"
#include "heddle/driver/backend.h"
#include "heddle/driver/error.h"
#include "heddle/driver/kernel_image.h"
#include "heddle/driver/launch_options.h"
#include "heddle/driver/launch_registers.h"
#include "heddle/driver/regions.h"

namespace heddle::driver {

class ContextLaunches;

enum class BackendKind { kModel, kRtl, kRemote };

struct DeviceOptions : BackendOptions {
  BackendKind backend = BackendKind::kModel;
  /// Device memory behind 0x8000_0000. The first kProgramBytes hold the kernel program, the rest is for allocations.
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::filesystem::path socket;  ///< kRemote: the daemon's; empty: default_socket().
  /// Receives what kernels print, line by line or in larger pieces. Default: standard output.
  std::function<void(std::string_view)> output;
};

/// The back end that the options ask for. Throws DeviceError(kUnavailable).
std::unique_ptr<Backend> open_backend(const DeviceOptions& options);

/// Cycles (model: issue slots) after which a launch is aborted that has no limit of its own.
uint64_t default_timeout(BackendKind backend);

/// One Heddle device. Launches go through its launch registers, or, where the options name firmware and with kRemote,
/// through a queue of the management core (context.h is the interface to all that has). At most one program is loaded
/// and one launch runs at a time. Every member function throws DeviceError; after any error but kLockstepMismatch and
/// kDeviceLost the device is ready for the next launch. Not thread-safe.
class Device {
 public:
  static constexpr uint64_t kProgramBytes = uint64_t{64} << 20;

  /// Opens a device. Throws kUnavailable (unknown configuration, library missing, not a Heddle device, ...).
  static Device open(const DeviceOptions& options);
  /// The same on a back end of the caller's own.
  static Device open(const DeviceOptions& options, std::unique_ptr<Backend> backend);

  Device(Device&&) noexcept;
  Device& operator=(Device&&) noexcept;
  ~Device();

  const DeviceShape& shape() const { return shape_; }
  /// Of a daemon's device, too.
  const std::string& configuration() const { return options_.configuration; }

  /// Device memory that kernels may read and write: exactly `bytes` bytes, with unowned guards around it. Contents are
  /// undefined. `label` names it in fault reports. Throws kOutOfMemory, kInvalidArgument.
  uint32_t allocate(uint64_t bytes, std::string label = {}, uint32_t alignment = Allocator::kDefaultAlignment);
  void free(uint32_t address);

  /// Copies to and from one allocation; throw kInvalidArgument if the bytes are not all inside it, or while a launch
  /// runs.
  void write(uint32_t address, std::span<const std::byte> bytes);
  void read(uint32_t address, std::span<std::byte> bytes);
  template <typename T>
  void write(uint32_t address, const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    write(address, std::as_bytes(std::span(values)));
  }
  template <typename T>
  std::vector<T> read(uint32_t address, size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> values(count);
    read(address, std::as_writable_bytes(std::span(values)));
    return values;
  }
  /// Allocates and fills.
  template <typename T>
  uint32_t upload(const std::vector<T>& values, std::string label = {}) {
    const uint32_t address = allocate(values.size() * sizeof(T), std::move(label));
    write(address, values);
    return address;
  }

  /// Loads a kernel program in place of the previous one. Throws kBadElf and then leaves the previous one in place.
  void load(const std::filesystem::path& elf);
  /// The loaded program; throws kInvalidArgument if there is none.
  const KernelImage& program() const;

  /// Starts `kernel` over `grid` workgroups of `workgroup` work-items, with a copy of `args` as its argument block.
  /// Throws kInvalidArgument before the device is touched (unknown kernel, workgroup too large for a core, scratchpad
  /// too large, ...), each naming the limit; kRejected if the device refuses.
  void launch(const std::string& kernel, Size3 grid, Size3 workgroup, std::span<const std::byte> args,
              const LaunchOptions& options = {});
  template <typename Args>
  void launch(const std::string& kernel, Size3 grid, Size3 workgroup, const Args& args,
              const LaunchOptions& options = {}) {
    static_assert(std::is_trivially_copyable_v<Args>);
    launch(kernel, grid, workgroup, std::as_bytes(std::span(&args, 1)), options);
  }
  /// Waits for the running launch, prints what it printed, and returns its counters. Throws kFault, kTimeout (after the
  /// launch was aborted), kLockstepMismatch, kDeviceLost.
  LaunchStatistics wait();
  /// launch, then wait.
  template <typename Args>
  LaunchStatistics run(const std::string& kernel, Size3 grid, Size3 workgroup, const Args& args,
                       const LaunchOptions& options = {}) {
    launch(kernel, grid, workgroup, args, options);
    return wait();
  }
  bool running() const { return launch_.has_value(); }

  /// Counters of the last launch, also of one that failed; all zero for one that never started.
  const LaunchStatistics& last_statistics() const { return last_; }
  LockstepStatistics lockstep() { return backend().lockstep(); }
  /// The back end underneath; where launches go through firmware without registers and time.
  Backend& backend();

 private:
  /// A running launch.
  struct Launch {
    std::string kernel;
    Size3 grid{}, workgroup{};
    LaunchOptions options;
    uint32_t args_base = 0;  // its allocation
  };

  Device(const DeviceOptions& options, std::unique_ptr<Backend> backend);
  Device(const DeviceOptions& options, std::unique_ptr<ContextLaunches> shared);
  void require_idle(const char* operation) const;
  void write_writable_segments();
  void reserve_private(uint32_t bytes_per_lane);
  std::vector<Region> regions() const;
  LaunchRegisters launch_registers(uint32_t kernel_address) const;
  void start(const LaunchRegisters& launch);
  bool launch_ended();
  /// Stops the running launch and waits until it has ended.
  void abort();
  void stop_overdue();
  /// Where a lane of the running launch is, in words; the same goes into `fault`.
  std::string describe_lane(const LanePosition& position, FaultReport& fault) const;
  /// `error`, which is kDeviceLost, with what the device waits for.
  DeviceError explain_lost(const DeviceError& error) const;
  [[noreturn]] void throw_fault();
  void finish();
  void drain_output();
  void print(const std::string& text) const;
  LaunchStatistics wait_shared();
  void check_lockstep() const;
  void check_copy(const char* operation, uint32_t address, size_t bytes) const;

  DeviceOptions options_;
  std::unique_ptr<Backend> backend_;
  DeviceShape shape_;
  Allocator allocator_;
  std::unique_ptr<ContextLaunches> shared_;  // with firmware: all goes there, and there is no backend_
  std::optional<KernelImage> image_;
  bool program_dirty_ = false;  // a failed launch may have left its globals half-changed
  uint32_t private_base_ = 0;
  uint64_t private_bytes_ = 0;
  std::optional<Launch> launch_;
  LaunchStatistics last_;
};

}  // namespace heddle::driver
