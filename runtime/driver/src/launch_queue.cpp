#include "launch_queue.h"

#include <fmt/format.h>

#include "heddle/driver/error.h"
#include "heddle/generated/registers.h"
#include "read_image.h"

namespace heddle::driver {
namespace {

constexpr uint32_t kQueue = 0, kContext = 0, kPackets = 16;
constexpr uint32_t kSignal = kPackets * HD_PACKET_BYTES, kObject = kSignal + sizeof(hd_signal);
constexpr uint32_t kBytes = kObject + 64;

}  // namespace

LaunchQueue::LaunchQueue(Backend& backend, Allocator& allocator, const std::filesystem::path& image)
    : backend_(backend),
      management_(backend, read_image(image)),
      memory_(allocator.allocate(kBytes, Allocator::kDefaultAlignment, "queue", false)) {
  static_assert(Allocator::kDefaultAlignment % HD_PACKET_BYTES == 0);
}

void LaunchQueue::start(const LaunchRegisters& launch, uint64_t private_bytes) {
  if (launch.accumulators != 0) {
    throw DeviceError(ErrorKind::kInvalidArgument,
                      "a packet cannot ask for buffers of accumulators: use a configuration without management=1");
  }
  hd_packet packet{};
  for (size_t axis = 0; axis < 3; ++axis) {
    const uint64_t items = uint64_t{launch.num_groups[axis]} * launch.local_size[axis];
    if (items > UINT32_MAX) {
      throw DeviceError(ErrorKind::kInvalidArgument,
                        fmt::format("a grid of {} work-items along an axis: a packet holds at most 2^32 - 1", items));
    }
    packet.dispatch.workgroup_size[axis] = static_cast<uint16_t>(launch.local_size[axis]);
    packet.dispatch.grid_size[axis] = static_cast<uint32_t>(items);
  }
  packet.dispatch.header = HD_PACKET_DISPATCH;
  packet.dispatch.setup = 3;
  packet.dispatch.private_segment_size = launch.private_size;
  packet.dispatch.group_segment_size = launch.scratch_size;
  packet.dispatch.kernel_object = memory_ + kObject;
  packet.dispatch.kernarg_address = launch.args;
  packet.dispatch.completion_signal = memory_ + kSignal;

  ContextSettings context{{}, launch.private_base, static_cast<uint32_t>(private_bytes)};
  for (const Region& region : launch.regions) {
    context.regions.push_back({region.base, region.last,
                               regs::region_attr::kR.set(region.read) | regs::region_attr::kW.set(region.write) |
                                   regs::region_attr::kX.set(region.execute)});
  }
  const auto write = [&](uint32_t address, const auto& value) {
    backend_.write_memory(address, std::as_bytes(std::span(&value, 1)));
  };
  write(memory_ + kObject, hd_kernel_object{HD_KERNEL_MAGIC, launch.entry, launch.kernel, 0});
  hd_signal signal{};
  signal.kind = 1;
  signal.value = 1;
  write(memory_ + kSignal, signal);
  management_.set_context(kContext, context);
  if (management_.status(kQueue).state != HD_QUEUE_OPENED) {
    management_.open(kQueue,
                     {.ring = memory_, .packets = kPackets, .context = kContext, .priority = 0, .time_limit = 0});
  }
  last_ = management_.submit(kQueue, packet);
}

bool LaunchQueue::ended() {
  const QueueStatus status = management_.status(kQueue);
  return status.state != HD_QUEUE_OPENED || status.complete > last_;
}

std::string LaunchQueue::refusal() {
  const QueueStatus status = management_.status(kQueue);
  return status.reason == HD_QUEUE_FAULT ? std::string() : status.error_text();
}

void LaunchQueue::abort() { management_.close(kQueue); }

}  // namespace heddle::driver
