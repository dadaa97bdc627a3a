// What comes out of the unit, against what must.
#include <algorithm>

#include "bench.h"

namespace heddle::memory_unit_test {
namespace {

constexpr unsigned kSoon = 16;  // cycles until it is seen that a warp has nothing outstanding

}  // namespace

std::shared_ptr<Access> Bench::find(uint32_t warp, uint32_t order, const char* what) {
  if (warp < shape_.warps) {
    for (const auto& access : warps_[warp].window) {
      if (access->order == order && (access->accepted != 0 || access == offered_)) return access;
    }
  }
  fail(std::string(what) + " of warp " + std::to_string(warp) + " number " + std::to_string(order) +
       ", which is not there");
  return nullptr;
}

// A warp is idle when none of its accesses is outstanding, over when those that are will take place and nothing comes
// back.
void Bench::see_idle() {
  for (unsigned w = 0; w < shape_.warps; ++w) {
    Warp& warp = warps_[w];
    bool outstanding = false, owing = false, unsent = false;
    for (const auto& access : warp.window) {
      if (access->accepted == 0 || access->done()) continue;
      outstanding = true;
      unsent = unsent || access->sent < access->lines.size();
      owing = owing || access->checked == 0 || access->op != kStore ||
              (access->scratch != 0 && !access->scratch_stored) ||
              std::any_of(access->lines.begin(), access->lines.end(),
                          [&](const Line& line) { return (line.lanes & access->own) != 0 && !line.stored; });
      // The rest of a store of both kinds is not looked at.
      unsent = unsent || !access->posted();
    }
    const bool idle = (top_->idle_o >> w & 1) != 0, over = (top_->over_o >> w & 1) != 0;
    if (idle && outstanding) fail("warp " + std::to_string(w) + " is idle while an access is outstanding");
    if (over && owing) fail("warp " + std::to_string(w) + " is over while something is owed");
    const bool waits = offered_ != nullptr && offered_->warp == w;
    warp.calm_idle = outstanding || waits ? 0 : warp.calm_idle + 1;
    warp.calm_over = owing || unsent || waits ? 0 : warp.calm_over + 1;
    if (warp.calm_idle > kSoon && !idle) fail("warp " + std::to_string(w) + " does not become idle");
    if (warp.calm_over > kSoon && !over) fail("warp " + std::to_string(w) + " is not over");
    if (over && outstanding) ++counts_["over, stores under way"];
  }
  if (top_->quiet_o && !flying_.empty()) fail("quiet while a request is in flight");
}

// What was announced is there in the next cycle.
void Bench::see_early() {
  held_ = held_ || early_;
  if (early_) {
    ++counts_["announced"];
    if (!top_->writeback_valid_o || !top_->writeback_last_o || top_->writeback_warp_o != early_warp_ ||
        top_->writeback_rd_o != early_rd_)
      fail("not the write-back that was announced");
  }
  early_ = top_->early_valid_o != 0;
  early_warp_ = top_->early_warp_o;
  early_rd_ = top_->early_rd_o;
}

void Bench::see_check() {
  if (!top_->check_valid_o) return;
  quiet_ = 0;
  if (unchecked_.empty() || unchecked_.front()->accepted == 0) {
    fail("a check of nothing");
    return;
  }
  const auto access = unchecked_.front();
  unchecked_.pop_front();
  access->checked = cycle_;
  if (top_->check_warp_o != access->warp || top_->check_order_o != access->order || top_->check_core_o != launch_.core)
    fail("a check of another access", *access);
  if (top_->check_misaligned_o != access->misaligned || top_->check_fault_o != access->fault)
    fail("other lanes trap: misaligned " + std::to_string(top_->check_misaligned_o) + " for " +
             std::to_string(access->misaligned) + ", fault " + std::to_string(top_->check_fault_o) + " for " +
             std::to_string(access->fault),
         *access);
  if (access->misaligned != 0) ++counts_["misaligned"];
  if (access->fault != 0) ++counts_["access fault"];
  if (access->op == kFence) {
    ++counts_["fence"];
    for (const auto& earlier : warps_[access->warp].window) {
      if (earlier == access) break;
      if (!earlier->done()) fail("a fence is complete before an earlier access", *earlier);
    }
  }
}

void Bench::compare_line(Access& access, Line& line) {
  if (access.checked == 0) fail("a request before its check", access);
  for (const auto& earlier : warps_[access.warp].window) {
    if (earlier.get() == &access) break;
    if (access.atomic() && !earlier->done()) fail("an atomic leaves before an earlier access is complete", access);
  }
  static constexpr unsigned kOps[] = {0, 1, 2, 3, 4};  // of mem_op_e, by Op
  bool same = top_->mem_op_o == kOps[access.op] && top_->mem_address_o == line.address &&
              top_->mem_private_o == line.private_line && top_->mem_core_o == launch_.core;
  if (access.op == kAmo) same = same && top_->mem_amo_o == access.amo;
  if (access.op == kLr || access.op == kSc)
    same = same && top_->mem_reserve_o == line.reserve &&
           top_->mem_lane_o == static_cast<unsigned>(__builtin_ctz(line.lanes));
  for (unsigned w = 0; w < shape_.words(); ++w) {
    same = same && top_->mem_strobe_o[w] == line.strobe[w];
    uint32_t mask = 0;
    for (unsigned b = 0; b < 4; ++b) mask |= (line.strobe[w] >> b & 1) != 0 ? 0xffU << 8 * b : 0;
    if (access.op != kLr) same = same && ((top_->mem_data_o[w] ^ line.data[w]) & mask) == 0;
  }
  if (!same) fail("another request than the one that was asked for", access);
}

void Bench::see_memory() {
  if (top_->mem_rsp_valid_i) {
    const auto found = flying_.find(top_->mem_rsp_id_i);
    if (found != flying_.end()) {
      const auto& [access, number] = found->second;
      if (access != nullptr) access->lines[number].stored = true;
      flying_.erase(found);
    }
    quiet_ = 0;
  }
  if (!top_->mem_valid_o || !top_->mem_ready_i) return;
  quiet_ = 0;
  dcachebench::MemoryRequest request{
      0, top_->mem_id_o, static_cast<dcachebench::Op>(top_->mem_op_o), top_->mem_address_o, {}, {}, {}};
  for (unsigned w = 0; w < shape_.words(); ++w) {
    request.strobe.push_back(top_->mem_strobe_o[w]);
    request.data.push_back(top_->mem_data_o[w]);
  }
  if (flying_.contains(request.id)) fail("an identifier that is in flight");
  flying_[request.id] = {nullptr, 0};
  if (request.op == dcachebench::Op::kRead) {
    if (request.address % shape_.line_bytes != 0 ||
        std::any_of(request.strobe.begin(), request.strobe.end(), [](uint8_t s) { return s != 0xf; }))
      fail("a read of less than a line");
  } else {
    const auto access = find(top_->mem_warp_o, top_->mem_order_o, "a request");
    if (access == nullptr) return;
    // Of a warp, requests leave in their order.
    for (const auto& earlier : warps_[access->warp].window) {
      if (earlier == access) break;
      if (earlier->op != kLoad && earlier->sent < earlier->lines.size())
        fail("a request overtakes another one", *access);
    }
    if (access->sent >= access->lines.size() || access->op == kLoad) {
      fail("a request too many", *access);
      return;
    }
    const size_t number = access->sent++;
    compare_line(*access, access->lines[number]);
    flying_[request.id] = {access, number};
    request.ordered = [this, access, number](uint64_t, uint32_t word) {
      Line& line = access->lines[number];
      if (access->atomic()) {
        const unsigned lane = __builtin_ctz(line.lanes);
        access->expected[lane] = word;
        if (line.address < dcachebench::kErrorBase) access->known |= 1U << lane;
        if (access->op == kSc) access->failed = access->failed || (word & 1) != 0;
      }
      if (line.address >= dcachebench::kErrorBase) return;
      for (unsigned w = 0; w < shape_.words(); ++w) {
        if (line.strobe[w] == 0) continue;
        const uint32_t at = (line.address & -shape_.line_bytes) + 4 * w;
        line.versions.emplace_back(at, memory_->history(at).size() - 1);
      }
    };
  }
  memory_->accept(request, cycle_);
}

void Bench::see_scratch() {
  if (top_->scratch_rsp_valid_i) {
    const auto access = scratch_answers_.front().access;
    access->scratch_stored = true;
    scratch_answers_.pop_front();
    quiet_ = 0;
  }
  if (!top_->scratch_valid_o || !top_->scratch_ready_i) return;
  quiet_ = 0;
  const auto access = find(top_->scratch_warp_o, top_->scratch_order_o, "a scratchpad request");
  if (access == nullptr) return;
  for (const auto& earlier : warps_[access->warp].window) {
    if (earlier == access) break;
    if (earlier->scratch != 0 && !earlier->scratch_sent) fail("a scratchpad request overtakes another one", *access);
    if (access->atomic() && !earlier->done()) fail("an atomic leaves before an earlier access is complete", *access);
  }
  bool same = access->scratch != 0 && !access->scratch_sent && access->checked != 0 &&
              top_->scratch_op_o == access->op && top_->scratch_mask_o == access->scratch &&
              top_->scratch_core_o == launch_.core;
  if (access->op == kAmo) same = same && top_->scratch_amo_o == access->amo;
  if (access->op == kSc) same = same && top_->scratch_reserve_o == access->scratch_reserve;
  access->scratch_sent = true;
  std::vector<uint32_t> answer(shape_.lanes, 0xDEAD'BEEF);
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if ((access->scratch >> l & 1) == 0) continue;
    const uint32_t place = access->place[l];
    same = same && top_->scratch_address_o[l] == place;
    uint32_t& word = scratchpad_[place / 4];
    answer[l] = word;
    if (access->op == kLoad || access->op == kLr) continue;
    uint32_t mask = 0, data = 0;
    for (unsigned b = 0; b < access->bytes(); ++b) {
      mask |= 0xffU << 8 * (place % 4 + b);
      data |= (access->data[l] >> 8 * b & 0xff) << 8 * (place % 4 + b);
    }
    const unsigned strobe = ((1U << access->bytes()) - 1) << place % 4;
    same = same && top_->scratch_strobe_o[l] == strobe && ((top_->scratch_data_o[l] ^ data) & mask) == 0;
    const bool fails = access->op == kSc && random(2) == 0;
    if (!fails) word = (word & ~mask) | (data & mask);
    if (access->op == kSc) {
      answer[l] = fails ? 1 : 0;
      access->failed = access->failed || fails;
    }
  }
  if (!same) fail("another scratchpad request than the one that was asked for", *access);
  if (access->writes_register()) {
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      if ((access->scratch >> l & 1) != 0) access->expected[l] = answer[l];
    }
    access->known |= access->scratch;
  }
  const uint64_t after = scratch_answers_.empty() ? cycle_ : scratch_answers_.back().due;
  scratch_answers_.push_back(
      {access, answer, std::max(after + 1, cycle_ + 3 + random(traffic_.scratch_percent < 100 ? 8 : 1))});
}

void Bench::see_writeback() {
  std::vector<uint32_t> offered;
  if (top_->writeback_valid_o) {
    offered = {top_->writeback_core_o, top_->writeback_warp_o, top_->writeback_order_o, top_->writeback_rd_o,
               top_->writeback_mask_o, top_->writeback_last_o, top_->writeback_failed_o};
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      if ((top_->writeback_mask_o >> l & 1) != 0) offered.push_back(top_->writeback_data_o[l]);
    }
  }
  // What was announced stays until it is taken; another part may give way to a load on the short way.
  if (held_ && !held_writeback_.empty() && offered != held_writeback_)
    fail("a write-back that was not taken has changed");
  held_ = held_ && !top_->writeback_ready_i;
  held_writeback_ = held_ ? offered : std::vector<uint32_t>();
  if (!top_->writeback_valid_o) return;
  const auto access = find(top_->writeback_warp_o, top_->writeback_order_o, "a write-back");
  if (access == nullptr) return;
  const uint32_t mask = top_->writeback_mask_o;
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if ((mask >> l & 1) != 0 && access->written[l] == 0) access->written[l] = cycle_;  // its moment is over
  }
  if (!top_->writeback_ready_i) return;
  quiet_ = 0;
  if (!access->writes_register() || mask == 0 || (mask & ~access->waits) != 0)
    fail("a write-back of other lanes", *access);
  if (!access->safe && access->checked == 0) fail("a write-back before the check", *access);
  if (top_->writeback_rd_o != access->rd || top_->writeback_core_o != launch_.core)
    fail("a write-back to another register", *access);
  access->waits &= ~mask;
  if ((access->waits == 0) != (top_->writeback_last_o != 0)) fail("not the last write-back", *access);
  const bool failed = access->op == kSc && access->waits == 0 && access->failed;
  if (top_->writeback_failed_o != failed) fail("whether a lane's SC fails", *access);
  for (unsigned l = 0; l < shape_.lanes; ++l) {
    if ((mask >> l & 1) != 0) access->value[l] = top_->writeback_data_o[l];
  }
  if (mask != access->good()) ++counts_["write-back in parts"];
  if (access->op == kLoad && cycle_ == access->accepted + 2) ++counts_["short way"];
}

void Bench::see_error() {
  if (!top_->error_valid_o) return;
  const auto access = find(top_->error_warp_o, top_->error_order_o, "an error");
  if (access == nullptr) return;
  ++counts_["bus error"];
  const bool writes = access->op == kAmo;
  for (Line& line : access->lines) {
    const unsigned lane = __builtin_ctz(line.lanes);
    if (line.failed || line.address < dcachebench::kErrorBase || top_->error_address_o != access->place[lane] ||
        top_->error_lane_o != lane)
      continue;
    line.failed = true;
    if (top_->error_pc_o != access->pc || top_->error_write_o != writes || top_->error_core_o != launch_.core)
      fail("an error is told wrongly", *access);
    return;
  }
  fail("an error of another line", *access);
}

// Accesses are checked in program order once they and all before them are complete.
void Bench::check_finished(Warp& warp) {
  while (!warp.window.empty() && warp.window.front()->accepted != 0 && warp.window.front()->done()) {
    const auto access = warp.window.front();
    if (access->op == kStore && !access->atomic() && access->sent != access->lines.size()) break;
    warp.window.pop_front();
    static constexpr const char* kNames[] = {"load", "store", "AMO", "LR", "SC", "fence"};
    ++counts_[kNames[access->op]];
    for (const Line& line : access->lines) {
      if (access->op != kStore && line.address >= dcachebench::kErrorBase && !line.failed)
        fail("an error is not told", *access);
    }
    for (unsigned l = 0; access->writes_register() && l < shape_.lanes; ++l) {
      if ((access->good() >> l & 1) == 0) continue;
      if ((access->known >> l & 1) != 0) {
        const uint32_t expected = formatted(*access, l, access->expected[l]);
        if (access->value[l] != expected)
          fail("lane " + std::to_string(l) + " reads " + std::to_string(access->value[l]) + " for " +
                   std::to_string(expected),
               *access);
      } else if (access->op == kLoad && access->place[l] < dcachebench::kErrorBase) {
        check_load(warp, *access, l);
      }
    }
    for (const Line& line : access->lines) {
      for (const auto& [word, version] : line.versions) warp.seen[word] = std::max(warp.seen[word], version);
    }
  }
}

// A value that the bytes held between commit and write-back, not older than what the warp has seen or stored there.
void Bench::check_load(Warp& warp, const Access& access, unsigned lane) {
  const uint32_t word = access.place[lane] & ~3U;
  const auto& versions = memory_->history(word);
  uint64_t& seen = warp.seen[word];
  const uint64_t from = access.safe ? access.offered + 1 : access.checked;
  uint64_t first = seen;
  while (first + 1 < versions.size() && versions[first + 1].begin + memory_->snoop_latency() <= from) ++first;
  for (uint64_t v = first; v < versions.size() && versions[v].begin <= access.written[lane]; ++v) {
    if (formatted(access, lane, versions[v].value) != access.value[lane]) continue;
    if (v + 1 < versions.size()) ++counts_["old value allowed"];
    seen = v;
    return;
  }
  fail("lane " + std::to_string(lane) + " loads " + std::to_string(access.value[lane]) + " from " +
           std::to_string(access.place[lane]) + ", for " +
           std::to_string(formatted(access, lane, versions[first].value)) + " or later" +
           (first == seen ? ", which it has seen" : ""),
       access);
}

}  // namespace heddle::memory_unit_test
