// What engine.cpp, engine_port.cpp and engine_status.cpp share.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "command_queue.h"
#include "heddle/driver/engine.h"
#include "ranges.h"

namespace heddle::driver {

/// One context as the engine knows it.
struct Engine::Context {
  /// At the beginning of its memory: the argument blocks of its queues.
  static constexpr uint32_t kArgumentsBytes = HD_QUEUES * CommandQueue::kArgumentsBytes;

  uint32_t number = 0;
  std::string owner;
  std::shared_ptr<Listener> listener;
  uint32_t base = 0;  // of its memory, argument blocks included
  uint64_t bytes = 0;
  std::vector<Region> regions;
  uint32_t private_base = 0, private_bytes = 0;
  bool table_dirty = true;    // the management core's table is to be written before the next dispatch
  unsigned dispatches = 0;    // in rings
  std::set<uint64_t> open;    // commands that have not ended
  std::set<uint64_t> failed;  // commands that have not completed well
  uint64_t last_id = 0;
  std::map<uint64_t, uint64_t> pins;  // pinned memory of the host: bytes by address on the bus
  Ranges used;                        // what may hold anything but zeroes

  uint32_t first() const { return base + kArgumentsBytes; }
  uint64_t size() const { return bytes - kArgumentsBytes; }
};

struct Engine::Delivery {
  std::shared_ptr<Listener> listener;
  uint64_t id = 0;
  Completion completion;
};

/// Of a context's user to the engine.
class Engine::ContextPort final : public Port {
 public:
  ContextPort(std::shared_ptr<Engine> engine, uint32_t number) : engine_(std::move(engine)), number_(number) {}
  ~ContextPort() override;
  DeviceInfo info() override { return engine_->info(); }
  std::pair<uint32_t, uint64_t> memory() override;
  void set_regions(const std::vector<Region>& regions, uint32_t private_base, uint32_t private_bytes) override;
  void write(uint32_t address, std::span<const std::byte> bytes) override;
  void read(uint32_t address, std::span<std::byte> bytes) override;
  uint64_t pin(std::span<std::byte> memory) override;
  void unpin(uint64_t address) override;
  uint32_t open_queue(const QueueOptions& options) override;
  void reset_queue(uint32_t queue) override;
  void close_queue(uint32_t queue) override;
  void submit(uint32_t queue, uint64_t id, const Command& command) override;

 private:
  void check(const Command& command) const;

  std::shared_ptr<Engine> engine_;
  uint32_t number_;
};

}  // namespace heddle::driver
