#include "heddle/driver/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "context_launches.h"
#include "heddle/driver/fault_report.h"
#include "heddle/driver/output_ring.h"
#include "heddle/generated/configuration.h"
#include "heddle/generated/memory_map.h"
#include "heddle/generated/registers.h"

namespace heddle::driver {
namespace {

constexpr uint64_t kAdvanceChunk = 1'000'000;
/// An aborted launch ends once its accesses in flight have completed; far longer means that the device is stuck.
constexpr uint64_t kAbortCycles = 1'000'000;

[[noreturn]] void invalid(const std::string& text) { throw DeviceError(ErrorKind::kInvalidArgument, text); }

const char* rejection_text(uint32_t reason) {
  switch (reason) {
    case 1: return "local size";
    case 2: return "grid size";
    case 3: return "scratchpad size";
    case 4: return "private size";
    case 5: return "buffers of accumulators";
    default: return "unknown reason";
  }
}

}  // namespace

std::unique_ptr<Backend> open_backend(const DeviceOptions& options) {
  try {
    Configuration::parse(options.configuration);
  } catch (const ConfigurationError& error) {
    throw DeviceError(ErrorKind::kUnavailable, error.what());
  }
  return options.backend == BackendKind::kModel ? open_model(options) : open_rtl(options);
}

uint64_t default_timeout(BackendKind backend) { return backend == BackendKind::kModel ? 20'000'000'000 : 200'000'000; }

Device Device::open(const DeviceOptions& options) {
  if (options.backend != BackendKind::kRemote) return open(options, open_backend(options));
  return {options, std::make_unique<ContextLaunches>(options)};
}

Device Device::open(const DeviceOptions& options, std::unique_ptr<Backend> backend) {
  if (options.firmware.empty()) return {options, std::move(backend)};
  return {options, std::make_unique<ContextLaunches>(options, std::move(backend))};
}

Device::Device(const DeviceOptions& options, std::unique_ptr<Backend> backend)
    : options_(options),
      backend_(std::move(backend)),
      allocator_(memory_map::kDeviceBase + static_cast<uint32_t>(kProgramBytes),
                 options.memory_bytes > kProgramBytes ? options.memory_bytes - kProgramBytes : 0) {
  if (options.memory_bytes > memory_map::kDeviceSize) {
    throw DeviceError(ErrorKind::kUnavailable,
                      fmt::format("device memory of {} bytes asked for, the address map has {}", options.memory_bytes,
                                  memory_map::kDeviceSize));
  }
  shape_ = identify(*backend_);
}

Device::Device(const DeviceOptions& options, std::unique_ptr<ContextLaunches> shared)
    : options_(options), allocator_(0, 0), shared_(std::move(shared)) {
  shape_ = shared_->info().shape;
  options_.configuration = shared_->info().configuration;
}

Backend& Device::backend() { return shared_ ? shared_->backend() : *backend_; }

Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;
Device::~Device() = default;

void Device::require_idle(const char* operation) const {
  if (launch_) invalid(fmt::format("{}: kernel '{}' is still running; wait for it first", operation, launch_->kernel));
}

uint32_t Device::allocate(uint64_t bytes, std::string label, uint32_t alignment) {
  require_idle("allocate");
  if (shared_) return shared_->context().allocate(bytes, alignment, std::move(label));
  return allocator_.allocate(bytes, std::max(alignment, 4U), std::move(label));
}

void Device::free(uint32_t address) {
  require_idle("free");
  if (shared_) return shared_->context().free(address);
  const auto block = allocator_.find(address);
  if (block && !block->kernel_access) invalid(fmt::format("free: {:#010x} belongs to the driver", address));
  allocator_.free(address);
}

void Device::check_copy(const char* operation, uint32_t address, size_t bytes) const {
  require_idle(operation);
  const auto block = allocator_.find(address);
  if (!block || bytes > block->bytes - (address - block->base)) {
    invalid(fmt::format("{}: {} bytes at {:#010x} are not all inside one allocation", operation, bytes, address));
  }
}

void Device::write(uint32_t address, std::span<const std::byte> bytes) {
  if (shared_) {
    require_idle("write");
    return shared_->context().write(address, bytes);
  }
  check_copy("write", address, bytes.size());
  backend_->write_memory(address, bytes);
}

void Device::read(uint32_t address, std::span<std::byte> bytes) {
  if (shared_) {
    require_idle("read");
    return shared_->context().read(address, bytes);
  }
  check_copy("read", address, bytes.size());
  backend_->read_memory(address, bytes);
}

void Device::load(const std::filesystem::path& elf) {
  require_idle("load");
  if (shared_) return shared_->load(elf);
  KernelImage image(elf, memory_map::kDeviceBase, std::min(kProgramBytes, options_.memory_bytes));
  for (const KernelImage::Segment& segment : image.segments()) {
    backend_->write_memory(segment.address, segment.memory());
  }
  image_ = std::move(image);
  program_dirty_ = false;
}

const KernelImage& Device::program() const {
  if (shared_ && shared_->image() != nullptr) return *shared_->image();
  if (!image_) invalid("no kernel program is loaded");
  return *image_;
}

void Device::write_writable_segments() {
  for (const KernelImage::Segment& segment : image_->segments()) {
    if (!segment.write) continue;
    backend_->write_memory(segment.address, segment.memory());
  }
  program_dirty_ = false;
}

void Device::reserve_private(uint32_t bytes_per_lane) {
  const uint64_t bytes = uint64_t{shape_.cores} * shape_.warps * shape_.lanes * bytes_per_lane;
  if (bytes <= private_bytes_) return;
  if (private_bytes_ != 0) allocator_.free(private_base_);
  private_bytes_ = 0;
  private_base_ = allocator_.allocate(bytes, Allocator::kDefaultAlignment, "private memory of the lanes", false);
  private_bytes_ = bytes;
}

std::vector<Region> Device::regions() const {
  std::vector<Region> all;
  for (const KernelImage::Segment& segment : image_->segments()) {
    all.push_back(
        {segment.address, segment.address + (segment.memory_bytes - 1), segment.read, segment.write, segment.execute});
  }
  for (const auto& [base, block] : allocator_.blocks()) {
    const bool args = launch_ && base == launch_->args_base;
    if (args) all.push_back({base, block.last(), true, false, false});
    if (block.kernel_access) all.push_back({base, block.last(), true, true, false});
  }
  return fit_regions(std::move(all), shape_.regions);
}

LaunchRegisters Device::launch_registers(uint32_t kernel_address) const {
  const auto direct = image_->direct_entry(launch_->kernel);
  const bool aligned = launch_->options.private_bytes % KernelImage::kStackAlignment == 0;
  return {.entry = direct && aligned ? *direct : image_->entry(),
          .kernel = kernel_address,
          .args = launch_->args_base,
          .private_base = private_base_,
          .private_size = launch_->options.private_bytes,
          .scratch_size = image_->scratch_bytes() + launch_->options.extra_scratch_bytes,
          .accumulators = launch_->options.accumulators,
          .num_groups = launch_->grid,
          .local_size = launch_->workgroup,
          .regions = regions()};
}

void Device::start(const LaunchRegisters& launch) {
  write_launch_registers(*backend_, launch, shape_.regions);
  backend_->write_register(regs::kControl, regs::control::kStart.set(1));
  const uint32_t status = backend_->read_register(regs::kStatus);
  if (regs::status::kRejected.get(status) != 0) {
    throw DeviceError(ErrorKind::kRejected, fmt::format("launch of '{}': the device rejected its {}", launch_->kernel,
                                                        rejection_text(regs::status::kReason.get(status))));
  }
}

bool Device::launch_ended() { return regs::status::kDone.get(backend_->read_register(regs::kStatus)) != 0; }

void Device::launch(const std::string& kernel, Size3 grid, Size3 workgroup, std::span<const std::byte> args,
                    const LaunchOptions& options) {
  require_idle("launch");
  last_ = {};
  const uint32_t address = check_launch(shape_, program(), kernel, grid, workgroup, options);
  if (shared_) {
    shared_->launch(kernel, grid, workgroup, args, options);
    launch_ = Launch{kernel, grid, workgroup, options, 0};
    return;
  }
  if (program_dirty_) write_writable_segments();
  reserve_private(options.private_bytes);

  launch_ = Launch{kernel, grid, workgroup, options, 0};
  try {
    launch_->args_base =
        allocator_.allocate(std::max<size_t>(args.size(), 4), Allocator::kDefaultAlignment, "arguments", false);
    if (!args.empty()) backend_->write_memory(launch_->args_base, args);
    start(launch_registers(address));
  } catch (...) {
    finish();
    throw;
  }
}

LaunchStatistics Device::wait() {
  if (!launch_) invalid("wait: no launch is running");
  if (shared_) return wait_shared();
  const uint64_t limit = launch_->options.timeout != 0 ? launch_->options.timeout : default_timeout(options_.backend);
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t processor_begin = std::clock();
  const auto note_time = [&] {
    last_.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    last_.processor_seconds = static_cast<double>(std::clock() - processor_begin) / CLOCKS_PER_SEC;
  };
  try {
    uint64_t used = 0;
    while (!launch_ended()) {
      if (used >= limit) stop_overdue();
      used += backend_->advance(std::min(kAdvanceChunk, limit - used));
      check_lockstep();
    }
    check_lockstep();
    const uint32_t status = backend_->read_register(regs::kStatus);
    last_ = read_counters(*backend_);
    note_time();
    drain_output();
    if (regs::status::kFault.get(status) != 0) throw_fault();
  } catch (const DeviceError& error) {
    program_dirty_ = true;
    note_time();
    if (error.kind() == ErrorKind::kDeviceLost) {
      const DeviceError explained = explain_lost(error);
      finish();
      throw explained;
    }
    finish();
    throw;
  }
  finish();
  return last_;
}

LaunchStatistics Device::wait_shared() {
  try {
    shared_->wait(last_);
  } catch (const DeviceError& error) {
    launch_.reset();
    const bool usable = error.kind() != ErrorKind::kDeviceLost && error.kind() != ErrorKind::kLockstepMismatch;
    if (usable) print(shared_->take_output());
    throw;
  }
  launch_.reset();
  print(shared_->take_output());
  return last_;
}

std::string Device::describe_lane(const LanePosition& position, FaultReport& fault) const {
  fault.pc = position.pc;
  fault.group = position.group;
  fault.local_linear = position.local_linear;
  fault.lane = position.lane;
  fault.warp = position.warp;
  fault.core = position.core;
  locate_lane(fault, {*image_, allocator_, launch_->workgroup, launch_->options.private_bytes, 0, 0});
  return fmt::format("{}; workgroup ({}, {}, {}), work-item ({}, {}, {}), lane {} of warp {} on core {}",
                     place_text(fault), fault.group[0], fault.group[1], fault.group[2], fault.local[0], fault.local[1],
                     fault.local[2], fault.lane, fault.warp, fault.core);
}

DeviceError Device::explain_lost(const DeviceError& error) const {
  std::string text = fmt::format("kernel '{}': {}", launch_->kernel, error.what());
  const auto request = backend_->oldest_request();
  if (!request) return {ErrorKind::kDeviceLost, text};
  if (text.find(request->text) == std::string::npos) text += "; oldest outstanding request: " + request->text;
  if (!request->lane) return {ErrorKind::kDeviceLost, text};
  FaultReport fault;
  fault.cause_text = "memory does not answer";
  fault.address = request->address;
  text += "; made at " + describe_lane(*request->lane, fault);
  return {ErrorKind::kDeviceLost, text, fault};
}

void Device::stop_overdue() {
  const auto position = backend_->running_lane();
  abort();
  last_ = read_counters(*backend_);
  drain_output();
  std::string text = fmt::format(
      "kernel '{}': still running after {} cycles, aborted (a kernel that never ends, or a time limit "
      "that is too short)",
      launch_->kernel, last_.cycles);
  if (!position) throw DeviceError(ErrorKind::kTimeout, text);
  FaultReport fault;
  fault.cause_text = "never ends";
  text += "; a lane of it was at " + describe_lane(*position, fault);
  throw DeviceError(ErrorKind::kTimeout, text, fault);
}

void Device::abort() {
  backend_->write_register(regs::kControl, regs::control::kAbort.set(1));
  uint64_t waited = 0;
  while (regs::status::kDone.get(backend_->read_register(regs::kStatus)) == 0) {
    if (waited >= kAbortCycles) {
      throw DeviceError(
          ErrorKind::kDeviceLost,
          fmt::format("still running at its time limit, and it did not end {} cycles after its abort; the "
                      "device must be opened again",
                      kAbortCycles));
    }
    backend_->advance(1000);
    check_lockstep();
    waited += 1000;
  }
}

void Device::throw_fault() {
  FaultReport fault = read_fault_record(*backend_);
  explain_fault(fault, {*image_, allocator_, launch_->workgroup, launch_->options.private_bytes,
                        image_->scratch_bytes() + launch_->options.extra_scratch_bytes, launch_->args_base});
  throw DeviceError(ErrorKind::kFault, fault_text(fmt::format("kernel '{}'", launch_->kernel), fault), fault);
}

void Device::finish() {
  if (launch_->args_base != 0) allocator_.free(launch_->args_base);
  launch_.reset();
}

void Device::drain_output() {
  const auto ring = image_->symbol("__hd_stdout");
  if (!ring) return;
  const KernelOutput output = drain_output_ring(
      {[this](uint32_t address, std::span<std::byte> bytes) { backend_->read_memory(address, bytes); },
       [this](uint32_t address, std::span<const std::byte> bytes) { backend_->write_memory(address, bytes); }},
      *ring);
  std::string text = output.text;
  if (output.dropped_bytes != 0) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += fmt::format("[kernel '{}' printed more than its buffer holds: {} bytes lost]\n", launch_->kernel,
                        output.dropped_bytes);
  }
  print(text);
}

void Device::print(const std::string& text) const {
  if (text.empty()) return;
  if (options_.output) {
    options_.output(text);
  } else {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
}

void Device::check_lockstep() const {
  if (auto report = backend_->mismatch()) {
    throw DeviceError(ErrorKind::kLockstepMismatch,
                      fmt::format("kernel '{}': the RTL and the golden model disagree; the device must be opened again",
                                  launch_->kernel),
                      *report);
  }
}

}  // namespace heddle::driver
