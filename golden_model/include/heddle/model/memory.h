// The memories of a device as a lane sees them, and the rules that check an access (docs/architecture.md, section 5).
//
// Two levels. The *physical* level (read_word, write, amo, load_reserved, store_conditional) acts on device memory or
// the cluster's scratchpad with no checks: the lock-step checker keeps its copy current with these calls, one per
// traced event. The *lane* level (locate) maps a lane's virtual address to a physical one or to a trap cause.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "heddle/model/device_memory.h"
#include "heddle/model/reservations.h"
#include "heddle/model/types.h"
#include "heddle/model/warp.h"

namespace heddle::model {

enum class Space : std::uint8_t { kDevice, kScratchpad, kAccumulators };

// A physical place: private windows are already mapped to their backing store in device memory, scratchpad offsets to
// the cluster's scratchpad, accumulators to those of both buffers.
struct Location {
  Space space = Space::kDevice;
  std::uint32_t address = 0;

  bool operator==(const Location&) const = default;
};

enum class AmoKind : std::uint8_t { kSwap, kAdd, kXor, kAnd, kOr, kMin, kMax, kMinu, kMaxu };

// The word an AMO leaves behind.
std::uint32_t amo_result(AmoKind kind, std::uint32_t old_word, std::uint32_t operand);

enum class AccessKind : std::uint8_t { kLoad, kStore, kAmo, kLr, kSc };

// Where a lane's access goes, or why it traps.
struct Translation {
  bool ok = false;
  Cause cause = Cause::kLoadAccess;  // when !ok
  Location location;                 // when ok
};

class Engines;

class Memory {
 public:
  explicit Memory(const Shape& shape);

  const Shape& shape() const { return shape_; }
  // The launch that a core belongs to: region table, window sizes and private base that the lane level checks against.
  const Launch& launch(unsigned core) const { return of_core_[core]->launch; }
  // All cores belong to it. Clears all reservations.
  void set_launch(const Launch& launch);
  // That core does. Clears the reservations of its warps.
  void set_launch(unsigned core, const Launch& launch);

  // Scratchpad and accumulators hold nothing of an earlier launch.
  void clear_scratchpad();

  DeviceMemory& device() { return device_; }
  const DeviceMemory& device() const { return device_; }
  std::span<std::uint8_t> scratchpad() { return scratchpad_; }
  std::span<const std::uint8_t> scratchpad() const { return scratchpad_; }
  // Words: buffer, row, column, the column fastest.
  std::span<std::uint32_t> accumulators() { return accumulators_; }
  std::span<const std::uint32_t> accumulators() const { return accumulators_; }
  // Who performs commands and operations on mbarriers as they are executed; not owned. Null: nobody (they may only be
  // recorded), as there are no such engines or a checker has the order.
  void set_engines(Engines* engines) { engines_ = engines; }
  Engines* engines() const { return engines_; }
  // There are none of the accumulators.
  Reservations& reservations(Space space) {
    return space == Space::kDevice ? device_reservations_ : scratchpad_reservations_;
  }
  const Reservations& reservations(Space space) const {
    return space == Space::kDevice ? device_reservations_ : scratchpad_reservations_;
  }

  // ---- physical level; `place.address` may point anywhere in a word for the word calls ---------------------------
  std::uint32_t read_word(Location place) const;
  // Little-endian bytes, 1, 2 or 4, zero-extended; aligned to `size`.
  std::uint32_t read(Location place, unsigned size) const;
  // Bytes of the word as `strobe` says; drops the reservations of that word.
  void write_word(Location place, std::uint32_t data, unsigned strobe = 0xF);
  // Low `size` bytes of `data`; aligned to `size`.
  void write(Location place, std::uint32_t data, unsigned size);
  // Returns the old word.
  std::uint32_t amo(Location place, AmoKind kind, std::uint32_t operand);
  // Returns the word and gives this lane the warp's reservation of that memory. Only the lowest lane of an LR
  // instruction takes the reservation; for the others of the instruction use read_word.
  std::uint32_t load_reserved(Location place, unsigned warp_slot, unsigned lane);
  // True, and the word is written, when the reservation is held. Does not clear the warp's reservation otherwise:
  // end_store_conditional does, once the last lane of the instruction is performed.
  bool store_conditional(Location place, unsigned warp_slot, unsigned lane, std::uint32_t data);
  void end_store_conditional(Space space, unsigned warp_slot) { reservations(space).clear(warp_slot); }

  // ---- lane level -------------------------------------------------------------------------------------------------
  // One lane's access of `size` (1, 2, 4) bytes at `address`: misalignment is found before access faults.
  Translation locate(const Warp& warp, unsigned lane, std::uint32_t address, unsigned size, AccessKind kind) const;
  // The mbarrier or descriptor of `bytes` bytes at a multiple of `alignment` that a lane names (docs/copy.md).
  Translation locate_for_engine(const Warp& warp, std::uint32_t address, unsigned bytes, unsigned alignment) const;
  // Whether one region of the core's launch grants all of [address, address + size) to loads, or to stores.
  bool may_access(unsigned core, std::uint32_t address, std::uint32_t size, bool write) const;
  // Whether an instruction may be fetched by that core from a word-aligned pc.
  bool may_fetch(unsigned core, std::uint32_t pc) const;
  // While set every fetch is an access fault. For a checker that steps an instruction which the bus refused.
  void refuse_fetches(bool refuse) {
    refuse_fetches_ = refuse;
    windows_.assign(windows_.size(), {});
  }

  // One entry of the region table as the fast loops want it: bytes first..last (inclusive).
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  // The regions that grant a core's lanes reads, and those that grant writes.
  std::span<const Range> readable(unsigned core) const { return of_core_[core]->readable; }
  std::span<const Range> writable(unsigned core) const { return of_core_[core]->writable; }
  // The lane's byte `offset` of the private window, in device memory. `offset` is within private_size.
  std::uint32_t private_address(const Warp& warp, unsigned lane, std::uint32_t offset) const;

  // The executable stretch of one page, as far as it has been decoded.
  struct FetchWindow {
    std::uint32_t base = 0;
    std::uint32_t bytes = 0;
    const DecodedInstruction* decoded = nullptr;

    // The instruction at a word-aligned pc; null where it is not here.
    const DecodedInstruction* find(std::uint32_t pc) const {
      const std::uint32_t offset = pc - base;
      return offset < bytes && decoded[offset >> 2].valid ? &decoded[offset >> 2] : nullptr;
    }
  };
  // The decoded instruction at a word-aligned pc, or null where a fetch of that core is an access fault.
  const DecodedInstruction* fetch(unsigned core, std::uint32_t pc) {
    const DecodedInstruction* const decoded = windows_[core].find(pc);
    return decoded != nullptr ? decoded : fetch_slow(core, pc);
  }
  // The window around pc, empty where no fetch is allowed or nothing of the page has been fetched yet.
  FetchWindow fetch_window(unsigned core, std::uint32_t pc) const;

 private:
  // A launch, with its regions by what they grant.
  struct View {
    Launch launch;
    std::vector<Range> readable;
    std::vector<Range> writable;
    std::vector<Range> atomic;  // both
    std::vector<Range> executable;
  };
  static std::shared_ptr<const View> view_of(const Launch& launch);
  const DecodedInstruction* fetch_slow(unsigned core, std::uint32_t pc);

  Shape shape_;
  DeviceMemory device_;
  std::vector<std::uint8_t> scratchpad_;
  std::vector<std::uint32_t> accumulators_;
  Engines* engines_ = nullptr;
  Reservations device_reservations_;
  Reservations scratchpad_reservations_;

  std::vector<std::shared_ptr<const View>> of_core_;
  bool refuse_fetches_ = false;
  std::vector<FetchWindow> windows_;  // per core: that was fetched from last
};

// For step(): the same checks and fetches, but data accesses are only recorded in the StepResult. Whoever owns the
// order of accesses performs them on the Memory and hands the values in with complete_access and finish_sc.
class DeferredMemory {
 public:
  explicit DeferredMemory(Memory& memory) : memory_(&memory) {}
  Memory& memory() const { return *memory_; }

 private:
  Memory* memory_;
};

}  // namespace heddle::model
