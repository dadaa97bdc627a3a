#include "reference.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace heddle::membench {
namespace {

constexpr uint32_t kScratchBase = 0x1000'0000, kPrivateBase = 0x4000'0000, kWindowBytes = 0x0100'0000;
constexpr size_t kErrorsKept = 20;

std::string format(const char* text, ...) {
  char buffer[400];
  va_list arguments;
  va_start(arguments, text);
  vsnprintf(buffer, sizeof buffer, text, arguments);
  va_end(arguments);
  return buffer;
}

uint32_t amo_result(Amo amo, uint32_t old, uint32_t operand) {
  const auto s = [](uint32_t v) { return static_cast<int32_t>(v); };
  switch (amo) {
    case Amo::Swap: return operand;
    case Amo::Add: return old + operand;
    case Amo::Xor: return old ^ operand;
    case Amo::And: return old & operand;
    case Amo::Or: return old | operand;
    case Amo::Min: return s(old) < s(operand) ? old : operand;
    case Amo::Max: return s(old) > s(operand) ? old : operand;
    case Amo::Minu: return std::min(old, operand);
    case Amo::Maxu: return std::max(old, operand);
  }
  return 0;
}

}  // namespace

Reference::Reference(const Shape& shape, const Launch& launch, const std::vector<uint8_t>& device,
                     const std::vector<uint8_t>& scratch)
    : shape_(shape), launch_(launch), bytes_{device, scratch} {
  for (auto& space : reservations_) space.resize(shape.cores * shape.warps);
}

void Reference::error(std::string text) {
  if (errors_.size() < kErrorsKept) errors_.push_back(std::move(text));
}

Reference::Pending* Reference::find(unsigned core, unsigned warp, uint32_t order) {
  for (Pending& pending : pending_) {
    const Instruction& i = pending.instruction;
    if (i.core == core && i.warp == warp && i.order == order) return &pending;
  }
  error(format("core %u warp %u order %u: no such instruction outstanding", core, warp, order));
  return nullptr;
}

void Reference::erase(const Pending* pending) {
  pending_.erase(std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return &p == pending; }));
}

Check Reference::expect_check(const Instruction& i) const {
  Check check;
  if (i.op == Op::Fence) return check;
  const uint32_t bytes = i.atomic() ? 4 : 1u << i.size;
  const bool need_r = i.op != Op::Store, need_w = i.op == Op::Store || i.op == Op::Amo || i.op == Op::Sc;
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if (!(i.mask >> l & 1)) continue;
    const uint32_t a = i.address[l];
    bool good = false;
    if (a % bytes != 0) {
      check.misaligned |= 1u << l;
      continue;
    }
    if (a >= kScratchBase && a - kScratchBase < kWindowBytes) {
      good = uint64_t{a - kScratchBase} + bytes <= launch_.scratch_size;
    } else if (a >= kPrivateBase && a - kPrivateBase < kWindowBytes) {
      good = !i.atomic() && uint64_t{a - kPrivateBase} + bytes <= launch_.private_size;
    } else if (a >= kDramBase) {
      for (const Region& region : launch_.regions) {
        good |= (!need_r || region.r) && (!need_w || region.w) && a >= region.base && a + (bytes - 1) <= region.last;
      }
    }
    if (!good) check.fault |= 1u << l;
  }
  return check;
}

void Reference::checked(const Instruction& i, const Check& check) {
  if (i.op == Op::Fence) return;
  Pending p;
  p.instruction = i;
  p.mask = i.mask & ~(check.misaligned | check.fault);
  if (p.mask == 0) return;
  ++counts_[i.op == Op::Load    ? "load"
            : i.op == Op::Store ? "store"
            : i.op == Op::Amo   ? "amo"
            : i.op == Op::Lr    ? "lr"
                                : "sc"];
  const uint32_t bytes = i.atomic() ? 4 : 1u << i.size;
  p.lanes.resize(shape_.lanes);
  std::set<uint32_t> error_lines;
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if (!(p.mask >> l & 1)) continue;
    Lane& lane = p.lanes[l];
    const uint32_t a = i.address[l];
    if (a >= kDramBase) {
      lane.space = kDevice;
      lane.address = a;
    } else if (a >= kPrivateBase) {
      const uint32_t o = a - kPrivateBase, slot = i.core * shape_.warps + i.warp;
      lane.space = kDevice;
      lane.address =
          launch_.private_base + ((slot * (launch_.private_size / 4) + o / 4) * shape_.lanes + l) * 4 + o % 4;
    } else {
      lane.space = kScratch;
      lane.address = i.scratch_base + (a - kScratchBase);
    }
    lane.poisoned = lane.space == kDevice && in_error_area(lane.address);
    // A store or SC needs no answer from memory; a load makes one access per line, other atomics one per lane.
    if (lane.poisoned && i.op != Op::Sc && i.op != Op::Store &&
        (i.atomic() || error_lines.insert(lane.address / shape_.line_bytes).second)) {
      expected_errors_.push_back({i.core, i.warp, i.order, lane.address, l, i.op == Op::Amo});
    }
    if (i.op == Op::Store) {
      for (uint32_t b = 0; b < bytes; ++b) {
        p.store[{lane.space, lane.address + b}] = static_cast<uint8_t>(i.data[l] >> (8 * b));
      }
    }
    if (i.op == Op::Load) {
      for (uint32_t b = 0; b < bytes; ++b) {
        LoadByte load;
        load.allowed = {byte(lane.space, lane.address + b)};
        for (const Pending& other : pending_) {
          if (other.instruction.core == i.core && other.instruction.warp == i.warp &&
              other.store.contains({lane.space, lane.address + b})) {
            ++load.older_stores;
            // Through the private window the cache may answer with what the lane has stored, before it takes its place
            // in the order.
            if (a >= kPrivateBase && a < kDramBase) load.own = other.store.at({lane.space, lane.address + b});
          }
        }
        if (load.older_stores > 0) ++counts_["load after own store"];
        lane.bytes.push_back(load);
      }
    }
  }
  pending_.push_back(std::move(p));
}

void Reference::start(unsigned core, unsigned warp) {
  reservation(kDevice, core, warp).valid = false;
  reservation(kScratch, core, warp).valid = false;
}

uint32_t Reference::word(Space space, uint32_t address) const {
  uint32_t value = 0;
  for (unsigned b = 0; b < 4; ++b) value |= static_cast<uint32_t>(byte(space, address + b)) << (8 * b);
  return value;
}

void Reference::write_word(const Pending& by, Space space, uint32_t address, uint32_t value) {
  for (unsigned b = 0; b < 4; ++b) write_byte(by, space, address + b, static_cast<uint8_t>(value >> (8 * b)));
}

void Reference::write_byte(const Pending& by, Space space, uint32_t address, uint8_t value) {
  byte(space, address) = value;
  const Instruction& writer = by.instruction;
  if (space == kDevice && in_error_area(address)) {
    written_error_lines_.insert(address / shape_.line_bytes);
    ++counts_["lost store"];
  }
  for (Reservation& r : reservations_[space]) {
    if (r.valid && r.word == (address & ~3u)) {
      r.valid = false;
      ++counts_["reservation lost"];
    }
  }
  for (Pending& p : pending_) {
    if (p.instruction.op != Op::Load) continue;
    const bool own = p.instruction.core == writer.core && p.instruction.warp == writer.warp;
    for (Lane& lane : p.lanes) {
      if (lane.space != space || address < lane.address || address - lane.address >= lane.bytes.size()) continue;
      LoadByte& load = lane.bytes[address - lane.address];
      if (own && writer.order > p.instruction.order)
        continue;  // cannot be: it would be a later store overtaking the load
      if (own && --load.older_stores == 0) {
        load.allowed = {value};
      } else if (!own && load.older_stores == 0) {
        load.allowed.push_back(value);
      }
    }
  }
}

void Reference::store_byte(Pending& pending, Space space, uint32_t address, uint8_t value) {
  const Instruction& i = pending.instruction;
  const auto at = pending.store.find({space, address});
  if (at == pending.store.end()) {
    error(format("core %u warp %u order %u: stores byte %08x, which it may not or has already", i.core, i.warp, i.order,
                 address));
    return;
  }
  if (at->second != value) {
    error(format("core %u warp %u order %u: stores %02x to %08x, expected %02x", i.core, i.warp, i.order, value,
                 address, at->second));
  }
  write_byte(pending, space, address, value);
  pending.store.erase(at);
}

void Reference::perform_atomic(Pending& p, unsigned l, Space space, uint32_t address, uint32_t operand, uint32_t old,
                               bool success) {
  const Instruction& i = p.instruction;
  Lane& lane = p.lanes[l];
  if (lane.space != space || lane.address != address || lane.performed) {
    error(format("core %u warp %u order %u lane %u: atomic on %08x unexpected", i.core, i.warp, i.order, l, address));
    return;
  }
  for (unsigned lower = 0; lower < l; ++lower) {
    const Lane& other = p.lanes[lower];
    if (other.space == space && other.address == address && !other.performed && i.op == Op::Amo) {
      error(format("core %u warp %u order %u: lane %u before lane %u on %08x", i.core, i.warp, i.order, l, lower,
                   address));
    }
  }
  lane.performed = true;
  if (i.op != Op::Lr && operand != i.data[l]) {
    error(format("core %u warp %u order %u lane %u: operand %08x, expected %08x", i.core, i.warp, i.order, l, operand,
                 i.data[l]));
  }
  if (i.op != Op::Sc && old != word(space, address)) {
    error(format("core %u warp %u order %u lane %u: old word %08x, expected %08x", i.core, i.warp, i.order, l, old,
                 word(space, address)));
  }
  Reservation& r = reservation(space, i.core, i.warp);
  switch (i.op) {
    case Op::Amo:
      lane.result = old;
      write_word(p, space, address, amo_result(i.amo, old, i.data[l]));
      break;
    case Op::Lr: {
      lane.result = old;
      unsigned lowest = 0;
      while (p.lanes[lowest].space != space) ++lowest;
      if (l == lowest) r = {true, l, address};
      break;
    }
    default: {
      const bool expected = r.valid && r.lane == l && r.word == address;
      ++counts_[expected ? "sc success" : "sc failure"];
      if (expected != success) {
        error(format("core %u warp %u order %u lane %u: SC %s, should %s", i.core, i.warp, i.order, l,
                     success ? "succeeds" : "fails", expected ? "succeed" : "fail"));
      }
      lane.result = success ? 0 : 1;
      if (success) write_word(p, space, address, i.data[l]);
    }
  }
}

void Reference::memory_event(unsigned core, unsigned warp, uint32_t order, MemOp op, Amo amo, uint32_t address,
                             const std::vector<std::pair<uint32_t, uint8_t>>& bytes, unsigned lane, uint32_t old_word,
                             bool success) {
  Pending* p = find(core, warp, order);
  if (p == nullptr) return;
  const Op wanted = op == MemOp::Write ? Op::Store : op == MemOp::Amo ? Op::Amo : op == MemOp::Lr ? Op::Lr : Op::Sc;
  if (p->instruction.op != wanted || op == MemOp::Read || (op == MemOp::Amo && p->instruction.amo != amo)) {
    error(format("core %u warp %u order %u: event of another operation", core, warp, order));
    return;
  }
  if (op == MemOp::Write) {
    for (const auto& [a, value] : bytes) store_byte(*p, kDevice, a, value);
    if (p->store.empty()) erase(p);
    return;
  }
  uint32_t operand = 0;
  if (bytes.size() != 4 || bytes[0].first != address) {
    error(format("core %u warp %u order %u: atomic of other than a word", core, warp, order));
  } else {
    for (unsigned b = 0; b < 4; ++b) operand |= static_cast<uint32_t>(bytes[b].second) << (8 * b);
  }
  perform_atomic(*p, lane, kDevice, address, operand, old_word, success);
}

void Reference::scratch_event(unsigned core, unsigned warp, uint32_t order, Op op, Amo amo, uint32_t mask,
                              const std::vector<uint32_t>& address, const std::vector<uint32_t>& strobe,
                              const std::vector<uint32_t>& data, const std::vector<uint32_t>& old, uint32_t success) {
  Pending* p = find(core, warp, order);
  if (p == nullptr) return;
  if (p->instruction.op != op || (op == Op::Amo && p->instruction.amo != amo)) {
    error(format("core %u warp %u order %u: scratchpad event of another operation", core, warp, order));
    return;
  }
  if (op != Op::Store) {
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      if (mask >> l & 1) perform_atomic(*p, l, kScratch, address[l], data[l], old[l], success >> l & 1);
    }
    return;
  }
  std::map<uint32_t, uint8_t> bytes;  // lanes in ascending order: the highest remains
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    for (unsigned b = 0; b < 4; ++b) {
      if ((mask >> l & 1) && (strobe[l] >> b & 1)) {
        bytes[(address[l] & ~3u) + b] = static_cast<uint8_t>(data[l] >> (8 * b));
      }
    }
  }
  for (const auto& [a, value] : bytes) store_byte(*p, kScratch, a, value);
  if (p->store.empty()) erase(p);
}

bool Reference::writeback(unsigned core, unsigned warp, uint32_t order, unsigned rd, uint32_t mask,
                          const std::vector<uint32_t>& data, bool last, bool sc_failed) {
  Pending* p = find(core, warp, order);
  if (p == nullptr) return last;
  const Instruction& i = p->instruction;
  const auto at = format("core %u warp %u order %u", core, warp, order);
  if (i.op == Op::Store) error(at + ": write-back of a store");
  if (rd != i.rd) error(at + ": write-back to another register");
  if (mask == 0 || (mask & ~p->mask) != 0)
    error(at + format(": write-back of lanes %x, waiting for %x", mask, p->mask));
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if (!(mask >> l & 1)) continue;
    const Lane& lane = p->lanes[l];
    if (lane.poisoned && i.op != Op::Sc) continue;
    if (i.op == Op::Load) {
      const unsigned bits = 8u << i.size;
      for (size_t b = 0; b < lane.bytes.size(); ++b) {
        const LoadByte& load = lane.bytes[b];
        const auto value = static_cast<uint8_t>(data[l] >> (8 * b));
        if (load.older_stores > 0 && load.own == value) {
          ++counts_["load of own store"];
        } else if (load.older_stores > 0) {
          error(at + format(" lane %u: load of %08x before %d of the warp's own earlier stores", l, lane.address,
                            static_cast<int>(load.older_stores)));
        } else if (std::find(load.allowed.begin(), load.allowed.end(), value) == load.allowed.end()) {
          error(at + format(" lane %u: byte %zu of %08x loads %02x, expected %02x (%zu values)", l, b, lane.address,
                            value, load.allowed.back(), load.allowed.size()));
        }
      }
      const uint32_t low = bits == 32 ? data[l] : data[l] & ((1u << bits) - 1);
      const bool sign = bits < 32 && !i.unsigned_load && (low >> (bits - 1) & 1);
      const bool boxed = bits == 16 && i.rd >= 32;  // a half in a floating-point register
      if (data[l] != (sign || boxed ? low | ~((1u << bits) - 1) : low)) {
        error(at + format(" lane %u: %08x is not an extended %u-bit value", l, data[l], bits));
      }
    } else if (!lane.performed) {
      error(at + format(" lane %u: write-back of an atomic before it is performed", l));
    } else if (data[l] != lane.result) {
      error(at + format(" lane %u: atomic gives %08x, expected %08x", l, data[l], lane.result));
    }
    if (i.op == Op::Sc && lane.result != 0) p->failed = true;
  }
  p->mask &= ~mask;
  if (last != (p->mask == 0)) error(at + format(": last is %d with lanes %x left", last, p->mask));
  if (last && i.op == Op::Sc && sc_failed != p->failed) error(at + ": sc_failed is wrong");
  if (sc_failed && (!last || i.op != Op::Sc)) error(at + ": sc_failed on another write-back");
  if (last) {
    if (i.op == Op::Sc) {  // ends the reservation of each memory that it is for
      for (const Lane& lane : p->lanes) {
        if (lane.space != kNone) reservation(lane.space, core, warp).valid = false;
      }
    }
    erase(p);
  }
  return last;
}

void Reference::memory_error(unsigned core, unsigned warp, uint32_t order, uint32_t address, unsigned lane,
                             bool write) {
  const auto at = std::find_if(expected_errors_.begin(), expected_errors_.end(), [&](const ExpectedError& e) {
    return e.core == core && e.warp == warp && e.order == order && e.address == address && e.lane == lane &&
           e.write == write;
  });
  if (at == expected_errors_.end()) {
    error(format("core %u warp %u order %u: error reported for %08x", core, warp, order, address));
  } else {
    expected_errors_.erase(at);
    ++counts_["memory error"];
  }
}

bool Reference::outstanding(unsigned core, unsigned warp) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const Pending& p) { return p.instruction.core == core && p.instruction.warp == warp; });
}

std::string Reference::outstanding_text() const {
  std::string text;
  for (const Pending& p : pending_) {
    const Instruction& i = p.instruction;
    text += format("core %u warp %u order %u op %u lanes %x; ", i.core, i.warp, i.order, static_cast<unsigned>(i.op),
                   p.mask);
  }
  return text;
}

void Reference::quiet(unsigned core, unsigned warp) {
  if (outstanding(core, warp))
    error(format("core %u warp %u is said to be idle with an access outstanding", core, warp));
}

size_t Reference::expected_errors() const {
  return std::count_if(expected_errors_.begin(), expected_errors_.end(), [&](const ExpectedError& e) {
    return !written_error_lines_.contains(e.address / shape_.line_bytes);
  });
}

void Reference::compare_device(const std::vector<uint8_t>& device) {
  for (uint32_t b = 0; b < kDramBytes; ++b) {
    if (!in_error_area(kDramBase + b) && device[b] != bytes_[kDevice][b]) {
      error(format("memory at %08x holds %02x, expected %02x", kDramBase + b, device[b], bytes_[kDevice][b]));
    }
  }
}

}  // namespace heddle::membench
