// What the core sends: random accesses, and simple ones.
#include <algorithm>

#include "bench.h"
#include "heddle/generated/memory_map.h"

namespace heddle::memory_unit_test {

using dcachebench::kErrorBase;

enum Place : unsigned { kAreas, kPrivate, kScratch, kUneven, kErrors, kAnywhere };

bool Bench::may_go(const Warp& warp) const {
  const auto& last = warp.last;
  if (last == nullptr) return true;
  if (last == offered_) return false;
  if (last->safe) return true;
  if (last->checked == 0) return false;
  return !last->atomic() || last->done();
}

uint32_t Bench::draw(Access& access, unsigned place) {
  const bool no_errors = access.op == kStore || access.op == kSc;  // they do not fail
  const uint32_t line = shape_.line_bytes;
  uint32_t a = 0;
  switch (place) {
    case kPrivate:
      a = random(3) == 0 ? launch_.private_size - random(3 * line) : random(4 * line);
      if (random(8) == 0) a = random(launch_.private_size + 1);
      a = memory_map::kPrivateBase + (a & (memory_map::kPrivateSize - 1));
      break;
    case kScratch:
      a = random(3) == 0 ? launch_.scratch_size - 8 + random(10) : random(launch_.scratch_size + 1);
      a = memory_map::kScratchpadBase + (a & (memory_map::kScratchpadSize - 1));
      break;
    case kUneven:
      if (launch_.uneven.empty()) return draw(access, kAreas);
      a = launch_.regions[launch_.uneven[random(launch_.uneven.size())]].base + random(3 * line) - line / 2;
      break;
    case kErrors:
      if (no_errors) return draw(access, kAreas);
      a = kErrorBase + random(4 * line);
      break;
    case kAnywhere: {
      const uint32_t bases[] = {memory_map::kPrivateBase, memory_map::kScratchpadBase, launch_.areas[random(3)], 0U};
      a = bases[random(4)] ^ (1U << random(32));
      if (random(3) == 0) a = random_() >> random(32);
      if (a >= kErrorBase) a &= ~0x7000'0000U;
      break;
    }
    default:
      a = launch_.areas[random(3)] + random(traffic_.lines) * line + random(line);
      if (access.op == kLoad && percent(20) && warps_[access.warp].last_store != 0) a = warps_[access.warp].last_store;
  }
  return a;
}

void Bench::draw_addresses(Access& access) {
  const auto choose = [&] {
    unsigned rest = random(100), place = 0;
    while (place < traffic_.places.size() - 1 && rest >= traffic_.places[place]) rest -= traffic_.places[place++];
    return place;
  };
  const unsigned place = choose(), pattern = random(4);
  const uint32_t base = draw(access, place), stride = pattern == 0 ? access.bytes() : 4U << random(6);
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    uint32_t& a = access.address[l];
    a = percent(traffic_.mixed_percent) ? draw(access, choose())
        : pattern == 1                  ? base
        : pattern == 2                  ? draw(access, place)
                                        : base + l * stride;
    a &= -access.bytes();
    if (percent(traffic_.misaligned_percent)) a += random(4);
    // A strided access may not run into what fails.
    if ((access.op == kStore || access.op == kSc) && a >= kErrorBase) a = launch_.areas[0];
  }
}

std::shared_ptr<Access> Bench::make(unsigned warp) {
  auto access = std::make_shared<Access>();
  access->warp = warp;
  const unsigned kind = random(100);
  access->op = kind < traffic_.store_percent                             ? unsigned{kStore}
               : kind < traffic_.store_percent + traffic_.atomic_percent ? kAmo + random(3)
                                                                         : unsigned{kLoad};
  if (percent(traffic_.fence_percent)) access->op = kFence;
  // An LR is often followed by its SC.
  if (warps_[warp].last != nullptr && warps_[warp].last->op == kLr && random(3) != 0) access->op = kSc;
  access->size = access->op <= kStore ? random(3) : unsigned{access->op == kFence ? kByte : kWord};
  access->amo = access->op == kAmo ? random(9) : 0;
  access->zero_extend = access->op == kLoad && access->size != kWord && random(2) == 0;
  access->rd = access->op == kStore || access->op == kFence ? 0 : 1 + random(access->zero_extend ? 31 : 63);
  if (access->size == kByte && access->rd >= 32) access->rd -= 31;
  access->mask = random_() & ((uint64_t{1} << shape_.lanes) - 1);
  if (random(2) == 0 || access->mask == 0) access->mask = (uint64_t{1} << shape_.lanes) - 1;
  access->scratch_base = random(shape_.scratchpad_bytes) & -64U;
  access->pc = random_() & -4U;
  access->address.resize(shape_.lanes);
  access->data.resize(shape_.lanes);
  for (uint32_t& word : access->data) word = random(2) == 0 ? random_() : next_value_++ * 0x0101'0101U;
  draw_addresses(*access);
  return access;
}

// Its place in the program: what it must do is known from here on.
void Bench::begin(const std::shared_ptr<Access>& access) {
  Warp& warp = warps_[access->warp];
  access->order = warp.order++;
  resolve(*access, launch_, shape_);
  const uint32_t traps = access->misaligned | access->fault;
  access->safe = access->safe && access->op <= kStore && traps == 0;
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if ((access->own >> l & 1) == 0) continue;
    const uint32_t word = access->place[l] & ~3U;
    auto [own, fresh] = warp.own.try_emplace(word, 0);
    if (fresh) own->second = memory_->history(word).back().value;
    if (access->op == kLoad) {
      access->expected[l] = own->second;
      access->known |= 1U << l;
    }
    for (unsigned b = 0; access->op == kStore && b < access->bytes(); ++b) {
      const unsigned shift = 8 * (access->place[l] % 4 + b);
      own->second = (own->second & ~(0xffU << shift)) | ((access->data[l] >> 8 * b & 0xff) << shift);
    }
  }
  if (access->op == kStore && access->device != 0) warp.last_store = access->place[__builtin_ctz(access->device)] & ~3U;
  if (access->op == kLr) {
    if (access->device != 0) {
      warp.memory_reserved = true;
      access->lines.front().reserve = true;
    }
    if (access->scratch != 0) warp.scratch_reserved = true;
  }
  if (access->op == kSc) {
    for (Line& line : access->lines) line.reserve = warp.memory_reserved;
    access->scratch_reserve = warp.scratch_reserved;
    if (access->device != 0) warp.memory_reserved = false;
    if (access->scratch != 0) warp.scratch_reserved = false;
  }
  access->offered = cycle_;
  warp.window.push_back(access);
  warp.last = access;
  unchecked_.push_back(access);
  offered_ = access;
}

void Bench::offer() {
  start_warp_ = -1;
  if (offered_ != nullptr) return;
  if (!script_.empty()) {
    const auto access = script_.front();
    if (!may_go(warps_[access->warp])) return;
    script_.pop_front();
    begin(access);
    return;
  }
  const unsigned warp = random(shape_.warps);
  if (made_ >= target_ || !percent(traffic_.issue_percent)) return;
  Warp& state = warps_[warp];
  // Another warp begins in the place of one whose stores may still be on their way.
  const bool over = std::all_of(state.window.begin(), state.window.end(),
                                [](const auto& access) { return access->checked != 0 && access->posted(); });
  if (random(100) == 0 && over && (top_->over_o >> warp & 1) != 0) {
    start_warp_ = static_cast<int>(warp);
    state.memory_reserved = state.scratch_reserved = false;
    return;
  }
  if (!may_go(state)) return;
  ++made_;
  const auto access = make(warp);
  access->safe = percent(traffic_.safe_percent);
  begin(access);
}

std::shared_ptr<Access> Bench::simple(Op op, unsigned warp, uint32_t byte, bool safe) {
  auto access = std::make_shared<Access>();
  access->op = op;
  access->warp = warp;
  access->rd = op == kStore ? 0 : 5;
  access->mask = (uint64_t{1} << shape_.lanes) - 1;
  access->safe = safe;
  access->data.assign(shape_.lanes, next_value_++);
  for (unsigned l = 0; l < shape_.lanes; ++l) access->address.push_back(launch_.areas[0] + byte + 4 * l);
  return access;
}

std::shared_ptr<Access> Bench::in_scratch(Op op, unsigned warp) {
  auto access = simple(op, warp, 0, true);
  for (unsigned l = 0; l < shape_.lanes; ++l) access->address[l] = memory_map::kScratchpadBase + 4 * l;
  return access;
}

}  // namespace heddle::memory_unit_test
