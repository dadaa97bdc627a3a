#include "heddle/driver/context.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "heddle/driver/error.h"
#include "heddle/driver/output_ring.h"
#include "heddle/generated/memory_map.h"

namespace heddle::driver {
namespace {

[[noreturn]] void invalid(const std::string& text) { throw DeviceError(ErrorKind::kInvalidArgument, text); }

}  // namespace

KernelArguments Module::arguments(const std::string& kernel) const {
  if (!image_->function(kernel)) {
    invalid(fmt::format("no kernel '{}' in {}; it has: {}", kernel, image_->file().string(),
                        fmt::join(image_->functions(), ", ")));
  }
  if (auto found = image_->arguments(kernel)) return *found;
  invalid(fmt::format("{}: what '{}' takes is not known; build it with debug information ('heddle cc -g2')",
                      image_->file().string(), kernel));
}

ContextPointer Context::create(Provider& provider, const ContextOptions& options) {
  ContextPointer made(new Context);
  made->port_ = provider.connect(options, made->events_);
  made->info_ = made->port_->info();
  const auto [base, bytes] = made->port_->memory();
  made->allocator_.emplace(base, bytes);
  return made;
}

Context::~Context() = default;

// ---- memory ----

uint32_t Context::allocate(uint64_t bytes, uint32_t alignment, std::string label) {
  const std::lock_guard held(mutex_);
  const uint32_t address =
      allocator_->allocate(bytes, alignment == 1 || alignment == 2 ? 4 : alignment, std::move(label));
  publish();
  return address;
}

void Context::free(uint32_t address) {
  const std::lock_guard held(mutex_);
  const auto block = allocator_->find(address);
  if (block && (!block->kernel_access || modules_.contains(block->base))) {
    invalid(fmt::format("free: {:#010x} belongs to the driver", address));
  }
  for (const auto& [view, of] : views_) {
    if (block && of.address >= block->base && of.address <= block->last()) {
      invalid(fmt::format("free: the allocation at {:#010x} is mapped", block->base));
    }
  }
  allocator_->free(address);
  publish();
}

void Context::check_inside(const char* what, uint32_t address, uint64_t bytes) const {
  const auto block = allocator_->find(address);
  if (!block || !block->kernel_access || modules_.contains(block->base) ||
      bytes > block->bytes - (address - block->base)) {
    invalid(fmt::format("{}: {} bytes at {:#010x} are not all inside one allocation", what, bytes, address));
  }
}

void Context::write(uint32_t address, std::span<const std::byte> bytes) {
  const std::lock_guard held(mutex_);
  check_inside("write", address, bytes.size());
  port_->write(address, bytes);
}

void Context::read(uint32_t address, std::span<std::byte> bytes) {
  const std::lock_guard held(mutex_);
  check_inside("read", address, bytes.size());
  port_->read(address, bytes);
}

void* Context::map(uint32_t address, uint64_t bytes, uint32_t flags) {
  const std::lock_guard held(mutex_);
  if (bytes == 0) invalid("map: 0 bytes");
  if (flags == 0 || (flags & ~(kMapRead | kMapWrite)) != 0) invalid(fmt::format("map: flags {:#x}", flags));
  check_inside("map", address, bytes);
  for (const auto& [view, of] : views_) {
    const bool apart = of.address >= address + bytes || address >= uint64_t{of.address} + of.bytes->size();
    if (!apart && ((flags | of.flags) & kMapWrite) != 0) {
      invalid(fmt::format("map: overlaps with the map of {} bytes at {:#010x}", of.bytes->size(), of.address));
    }
  }
  View made{address, flags, std::make_unique<std::vector<std::byte>>(bytes)};
  if ((flags & kMapRead) != 0) port_->read(address, *made.bytes);
  void* const view = made.bytes->data();
  views_[view] = std::move(made);
  return view;
}

void Context::unmap(const void* view) {
  const std::lock_guard held(mutex_);
  const auto found = views_.find(view);
  if (found == views_.end()) invalid("unmap: this is no map of the context (unmapped already?)");
  const View ended = std::move(found->second);
  views_.erase(found);
  if ((ended.flags & kMapWrite) != 0) port_->write(ended.address, *ended.bytes);
}

void Context::pin(std::span<std::byte> memory) {
  const std::lock_guard held(mutex_);
  if (memory.empty()) invalid("pin: 0 bytes");
  if (memory.size() > UINTPTR_MAX - reinterpret_cast<uintptr_t>(memory.data())) {
    invalid(fmt::format("pin: {} bytes reach past the end of the address space", memory.size()));
  }
  const auto behind = pins_.lower_bound(memory.data() + memory.size());
  if (behind != pins_.begin()) {
    const auto& [first, pin] = *std::prev(behind);
    if (first + pin.bytes > memory.data()) invalid("pin: overlaps with memory that is pinned already");
  }
  pins_[memory.data()] = {memory.size(), port_->pin(memory)};
}

void Context::unpin(const std::byte* memory) {
  const std::lock_guard held(mutex_);
  const auto found = pins_.find(memory);
  if (found == pins_.end()) invalid("unpin: this is no pinned memory of the context");
  port_->unpin(found->second.address);
  pins_.erase(found);
}

uint64_t Context::capacity() const { return allocator_->capacity(); }

uint64_t Context::used() const {
  const std::lock_guard held(mutex_);
  return allocator_->used();
}

// Tells the device what kernels may touch.
void Context::publish() {
  snapshot_.reset();
  std::vector<Region> regions;
  for (const auto& [base, block] : allocator_->blocks()) {
    if (block.kernel_access && !modules_.contains(base)) regions.push_back({base, block.last(), true, true, false});
  }
  for (const auto& [base, module] : modules_) {
    for (const KernelImage::Segment& segment : module->image().segments()) {
      regions.push_back({segment.address, segment.address + (segment.memory_bytes - 1), segment.read, segment.write,
                         segment.execute});
    }
  }
  port_->set_regions(regions, private_base_, static_cast<uint32_t>(private_bytes_));
}

// A block that has become too small stays: kernels in queues may use it.
void Context::reserve_private(uint32_t bytes_per_lane) {
  const uint64_t bytes = uint64_t{info_.shape.cores} * info_.shape.threads() * bytes_per_lane;
  if (bytes <= private_bytes_) return;
  private_base_ = allocator_->allocate(bytes, Allocator::kDefaultAlignment, "private memory of the lanes", false);
  private_bytes_ = bytes;
  publish();
}

std::shared_ptr<const Allocator> Context::snapshot() {
  if (!snapshot_) snapshot_ = std::make_shared<const Allocator>(*allocator_);
  return snapshot_;
}

// ---- modules ----

ModulePointer Context::load(const std::filesystem::path& elf) {
  auto image = std::make_shared<KernelImage>(elf, memory_map::kDeviceBase, uint64_t{64} << 20);
  const std::lock_guard held(mutex_);
  const uint32_t base =
      allocator_->allocate(image->span(), KernelImage::kPlaceAlignment, "program " + elf.filename().string());
  try {
    image->move_to(base);
    auto made = std::make_shared<Module>();
    made->base_ = base;
    for (const KernelImage::Segment& segment : image->segments()) {
      port_->write(segment.address, segment.memory());
    }
    made->image_ = std::move(image);
    modules_[base] = made;
    publish();
    return made;
  } catch (...) {
    modules_.erase(base);
    allocator_->free(base);
    throw;
  }
}

ModulePointer Context::load(std::span<const std::byte> elf, const std::string& name) {
  const int file = memfd_create(name.c_str(), MFD_CLOEXEC);
  if (file < 0) throw DeviceError(ErrorKind::kBadElf, "no memory for the program");
  struct Closer {
    int file;
    ~Closer() { close(file); }
  } const closer{file};
  for (size_t done = 0; done < elf.size();) {
    const ssize_t count = ::write(file, elf.data() + done, elf.size() - done);
    if (count <= 0) throw DeviceError(ErrorKind::kBadElf, "no memory for the program");
    done += static_cast<size_t>(count);
  }
  return load(std::filesystem::path(fmt::format("/proc/self/fd/{}", file)));
}

void Context::restore(const Module& module) {
  const std::lock_guard held(mutex_);
  for (const KernelImage::Segment& segment : module.image().segments()) {
    if (!segment.write) continue;
    port_->write(segment.address, segment.memory());
  }
}

void Context::unload(const Module& module) {
  const std::lock_guard held(mutex_);
  const auto found = modules_.find(module.base_);
  if (found == modules_.end() || found->second.get() != &module) invalid("unload: the module is not of this context");
  modules_.erase(found);
  allocator_->free(module.base_);
  publish();
}

std::string Context::take_output(const Module& module) {
  const auto ring = module.image().symbol("__hd_stdout");
  if (!ring) return {};
  const std::lock_guard held(mutex_);
  KernelOutput output;
  try {
    output = drain_output_ring(
        {[this](uint32_t address, std::span<std::byte> bytes) { port_->read(address, bytes); },
         [this](uint32_t address, std::span<const std::byte> bytes) { port_->write(address, bytes); }},
        *ring);
  } catch (const DeviceError& error) {
    if (error.kind() != ErrorKind::kInvalidArgument) throw;
    return {};  // a kernel has written over the ring's header
  }
  std::string text = output.text;
  if (output.dropped_bytes != 0) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += fmt::format("[a kernel printed more than its buffer holds: {} bytes lost]\n", output.dropped_bytes);
  }
  return text;
}

// ---- queues ----

QueuePointer Context::create_queue(const QueueOptions& options) {
  const uint32_t number = port_->open_queue(options);
  return QueuePointer(new Queue(shared_from_this(), number));
}

Queue::~Queue() {
  try {
    context_->port_->close_queue(number_);
  } catch (const DeviceError&) {  // the device is gone, and the queue with it
    return;
  }
}

void Queue::reset() { context_->port_->reset_queue(number_); }

EventPointer Queue::submit(Command command, LaunchRecord launch, std::span<const EventPointer> after) {
  for (const EventPointer& event : after) {
    if (!event) invalid("an event to wait for is null");
    if (event->table() != context_->events_.get()) invalid("an event to wait for is of another context");
    command.after.push_back(event->id());
  }
  const std::lock_guard held(context_->submitting_);
  const uint64_t id = ++context_->last_id_;
  EventPointer event = context_->events_->make(id, command.label, std::move(launch));
  try {
    context_->port_->submit(number_, id, command);
  } catch (...) {
    context_->events_->forget(id);
    throw;
  }
  return event;
}

EventPointer Queue::launch(const Module& module, const std::string& kernel, Size3 grid, Size3 workgroup,
                           std::span<const std::byte> arguments, const LaunchOptions& options,
                           std::span<const EventPointer> after) {
  Context& context = *context_;
  Dispatch dispatch;
  LaunchRecord record;
  {
    const std::lock_guard held(context.mutex_);
    const auto found = context.modules_.find(module.base_);
    if (found == context.modules_.end() || found->second.get() != &module) {
      invalid("launch: the module is not of this context");
    }
    const KernelImage& image = module.image();
    dispatch.kernel = check_launch(context.info_.shape, image, kernel, grid, workgroup, options);
    context.reserve_private(options.private_bytes);
    const auto direct = image.direct_entry(kernel);
    const bool aligned = options.private_bytes % KernelImage::kStackAlignment == 0;
    dispatch.entry = direct && aligned ? *direct : image.entry();
    dispatch.groups = grid;
    dispatch.local = workgroup;
    dispatch.private_bytes = options.private_bytes;
    dispatch.scratch_bytes = image.scratch_bytes() + options.extra_scratch_bytes;
    dispatch.accumulators = options.accumulators;
    dispatch.arguments.assign(arguments.begin(), arguments.end());
    record = {module.image_, context.snapshot(), kernel, workgroup, dispatch.private_bytes, dispatch.scratch_bytes};
  }
  return submit({.work = std::move(dispatch), .after = {}, .label = kernel}, std::move(record), after);
}

EventPointer Queue::copy(uint32_t destination, uint32_t source, uint64_t bytes, std::span<const EventPointer> after) {
  {
    const std::lock_guard held(context_->mutex_);
    if (bytes == 0) invalid("copy: 0 bytes");
    context_->check_inside("copy to", destination, bytes);
    context_->check_inside("copy from", source, bytes);
    if (destination < source + bytes && source < destination + bytes) {
      invalid(fmt::format("copy: {} bytes from {:#010x} to {:#010x} overlap", bytes, source, destination));
    }
  }
  return submit({.work = Copy{destination, source, static_cast<uint32_t>(bytes)}, .after = {}, .label = {}}, {}, after);
}

EventPointer Queue::fill(uint32_t destination, uint32_t value, uint64_t bytes, std::span<const EventPointer> after) {
  {
    const std::lock_guard held(context_->mutex_);
    if (bytes == 0) invalid("fill: 0 bytes");
    if (destination % 4 != 0 || bytes % 4 != 0) invalid("fill: address and size have to be multiples of 4");
    context_->check_inside("fill", destination, bytes);
  }
  return submit({.work = Fill{destination, value, static_cast<uint32_t>(bytes)}, .after = {}, .label = {}}, {}, after);
}

EventPointer Queue::transfer(const char* what, const std::byte* host, uint32_t device, uint64_t bytes, bool to_host,
                             std::span<const EventPointer> after) {
  Transfer made{.host = 0, .device = device, .bytes = static_cast<uint32_t>(bytes), .to_host = to_host};
  {
    const std::lock_guard held(context_->mutex_);
    if (bytes == 0) invalid(fmt::format("{}: 0 bytes", what));
    context_->check_inside(what, device, bytes);
    auto pin = context_->pins_.upper_bound(host);
    const auto offset = [&] { return reinterpret_cast<uintptr_t>(host) - reinterpret_cast<uintptr_t>(pin->first); };
    if (pin == context_->pins_.begin() || (--pin, offset() > pin->second.bytes) ||
        bytes > pin->second.bytes - offset()) {
      invalid(fmt::format("{}: {} bytes of the host's memory are not all pinned", what, bytes));
    }
    made.host = pin->second.address + offset();
  }
  return submit({.work = made, .after = {}, .label = {}}, {}, after);
}

EventPointer Queue::write(uint32_t destination, std::span<const std::byte> from, std::span<const EventPointer> after) {
  return transfer("write", from.data(), destination, from.size(), false, after);
}

EventPointer Queue::read(std::span<std::byte> to, uint32_t source, std::span<const EventPointer> after) {
  return transfer("read", to.data(), source, to.size(), true, after);
}

EventPointer Queue::marker(std::span<const EventPointer> after) {
  return submit({.work = Marker{}, .after = {}, .label = {}}, {}, after);
}

}  // namespace heddle::driver
