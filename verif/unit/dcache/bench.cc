#include "bench.h"

#include <verilated.h>

#include <algorithm>

namespace heddle::dcachebench {
namespace {

constexpr uint32_t kShared = 0x8000'0000, kPrivate = 0xA000'0000, kStream = 0x8800'0000;
constexpr unsigned kPrivateLines = 12, kStreamLines = 4096;
// Names of the bits of events_o, from bit 0.
constexpr const char* kEvents[] = {"hit",
                                   "merge",
                                   "pending line",
                                   "store update",
                                   "atomic drops line",
                                   "more than one waits",
                                   "fill",
                                   "prefetch",
                                   "prefetch dropped",
                                   "hit held up",
                                   "fill held up",
                                   "eviction",
                                   "closed load",
                                   "private hit on pending",
                                   "snoop closes load",
                                   "loads used up",
                                   "merge into prefetch"};

}  // namespace

Bench::Bench(unsigned seed, const MemoryTiming& timing, const Traffic& traffic)
    : random_(seed), traffic_(traffic), top_(std::make_unique<Vdcache_bench>()) {
  Verilated::randReset(2);
  Verilated::randSeed(static_cast<int>(seed));
  top_->clk_i = 0;
  top_->rst_ni = 0;
  top_->invalidate_i = 0;
  top_->eval();
  const auto& s = top_->shape_o;
  shape_ = {s[0], s[1], s[2], s[3], s[4], s[5], s[6]};
  memory_ = std::make_unique<Memory>(shape_, timing, random_);
  cores_.resize(shape_.cores);
  for (unsigned c = 0; c < shape_.cores; ++c) {
    cores_[c].warps.resize(shape_.warps);
    cores_[c].id_used.resize(shape_.lsu_requests);
    cores_[c].flying.resize(shape_.lsu_requests);
    top_->req_valid_i[c] = top_->mem_rsp_valid_i[c] = top_->mem_ready_i[c] = 0;
    for (unsigned b = 0; b < shape_.banks; ++b) top_->snoop_valid_i[c][b] = 0;
  }
  for (int i = 0; i < 4; ++i) {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }
  top_->rst_ni = 1;
}

Bench::~Bench() { top_->final(); }

void Bench::fail(const std::string& text) {
  if (errors_.size() < 2000) errors_ += "cycle " + std::to_string(cycle_) + ": " + text + "\n";
}

// The words of the access's line that it reads or writes, their data, and for private lines whose they are.
void Bench::choose_words(Access& access) {
  const unsigned words = shape_.words(), owners = shape_.cores * shape_.warps;
  access.strobe.assign(words, 0);
  access.data.assign(words, 0);
  if (access.op >= Op::kAmo) {
    const unsigned w = random(words);
    access.strobe[w] = 0xF;
    access.data[w] = next_value_++;
    return;
  }
  const bool all = random(4) == 0;
  const unsigned one = random(words), number = (access.line - kPrivate) / shape_.line_bytes;
  const bool full = random(4) != 0;
  for (unsigned w = 0; w < words; ++w) {
    if (access.private_line) {
      const unsigned owner = number < kPrivateLines / 2 ? (number * words + w) % owners : number % owners;
      if (owner != access.core * shape_.warps + access.warp) continue;
    } else if (!all && w != one && random(4) != 0) {
      continue;
    }
    access.strobe[w] = access.op == Op::kRead || full ? 0xF : 1 + random(15);
    access.data[w] = next_value_++ * 0x0101'0101U;
  }
}

std::shared_ptr<Access> Bench::make(unsigned core, unsigned warp) {
  Warp& state = cores_[core].warps[warp];
  auto access = std::make_shared<Access>();
  access->core = core;
  access->warp = warp;
  access->op = percent(traffic_.store_percent) ? Op::kWrite : Op::kRead;
  const unsigned line_bytes = shape_.line_bytes;
  if (percent(traffic_.atomic_percent)) {
    access->op = static_cast<Op>(2 + random(3));
    access->line = kShared + random(traffic_.lines) * line_bytes;
  } else if (percent(traffic_.private_percent)) {
    access->line = kPrivate + random(kPrivateLines) * line_bytes;
    access->private_line = access->op == Op::kWrite || random(8) != 0;
  } else if (percent(traffic_.error_percent)) {
    access->line = kErrorBase + random(4) * line_bytes;
  } else if (access->op == Op::kRead && percent(traffic_.stream_percent)) {
    access->line = kStream + (core * shape_.warps + warp) * 0x1'0000 + state.stream++ % kStreamLines * line_bytes;
  } else if (access->op == Op::kRead && state.last_store != 0 && percent(traffic_.own_percent)) {
    access->line = state.last_store;
  } else {
    access->line = kShared + random(traffic_.lines) * line_bytes;
  }
  access->error_line = access->line >= kErrorBase;
  do {
    choose_words(*access);
    if (std::ranges::any_of(access->strobe, [](uint8_t s) { return s != 0; })) break;
    access->line = kPrivate + random(kPrivateLines) * line_bytes;
  } while (true);
  // What a private access must see, or leaves.
  if (access->private_line) {
    access->value.assign(shape_.words(), 0);
    for (unsigned w = 0; w < shape_.words(); ++w) {
      if (access->strobe[w] == 0) continue;
      const uint32_t word = access->line + 4 * w;
      auto [own, fresh] = state.own.try_emplace(word, 0);
      if (fresh) own->second = memory_->history(word).back().value;
      if (access->op == Op::kWrite) {
        for (unsigned b = 0; b < 4; ++b) {
          const uint32_t mask = ((access->strobe[w] >> b) & 1) != 0 ? 0xFFU << (8 * b) : 0;
          own->second = (own->second & ~mask) | (access->data[w] & mask);
        }
      } else {
        access->data[w] = own->second;
      }
    }
  }
  if (access->op == Op::kWrite && !access->private_line && !access->error_line) state.last_store = access->line;
  return access;
}

void Bench::check_private(const Access& access) {
  for (unsigned w = 0; w < shape_.words(); ++w) {
    if (access.strobe[w] != 0 && access.value[w] != access.data[w]) {
      fail("private word " + std::to_string(access.line + 4 * w) + " of core " + std::to_string(access.core) +
           " warp " + std::to_string(access.warp) + ": expected " + std::to_string(access.data[w]) + " got " +
           std::to_string(access.value[w]));
    }
  }
}

// A value that the word held while the load was under way, not older than what the warp has seen or stored there.
void Bench::check_load(Warp& warp, const Access& access) {
  for (unsigned w = 0; w < shape_.words(); ++w) {
    if (access.strobe[w] == 0) continue;
    const uint32_t word = access.line + 4 * w;
    const auto& versions = memory_->history(word);
    uint64_t& seen = warp.seen[word];
    uint64_t first = seen;
    // Skip what was overwritten before the load, as far as the caches have been told.
    const auto over = [&](uint64_t v) {
      return v + 1 < versions.size() && versions[v + 1].begin + memory_->snoop_latency() <= access.offered;
    };
    while (over(first)) ++first;
    uint64_t match = first;
    while (match < versions.size() && versions[match].begin <= access.answered &&
           versions[match].value != access.value[w]) {
      ++match;
    }
    if (match < versions.size() && versions[match].begin <= access.answered) {
      if (match + 1 < versions.size()) ++counts_["old value allowed"];
      seen = match;
      continue;
    }
    std::string text = "core " + std::to_string(access.core) + " warp " + std::to_string(access.warp) + " loads " +
                       std::to_string(access.value[w]) + " from word " + std::to_string(word) + " between cycles " +
                       std::to_string(access.offered) + " and " + std::to_string(access.answered) + "; allowed:";
    for (uint64_t v = first; v < versions.size() && v < first + 6; ++v) {
      text += " " + std::to_string(versions[v].value) + " from " + std::to_string(versions[v].begin);
    }
    fail(text + (first == seen ? "; the warp has seen or stored the first" : ""));
  }
}

// Accesses are checked in program order once they and all before them are complete.
void Bench::check_finished(Warp& warp) {
  while (!warp.window.empty() && warp.window.front()->done) {
    const auto access = warp.window.front();
    warp.window.pop_front();
    if (access->error != access->error_line) fail("error answered wrongly for line " + std::to_string(access->line));
    if (access->error_line) {
      ++counts_["bus error"];
      continue;
    }
    if (access->op == Op::kRead) {
      ++counts_["load"];
      if (access->private_line)
        check_private(*access);
      else
        check_load(warp, *access);
      continue;
    }
    for (unsigned w = 0; w < shape_.words(); ++w) {
      if (access->strobe[w] == 0) continue;
      uint64_t& seen = warp.seen[access->line + 4 * w];
      seen = std::max(seen, access->version[w]);
    }
    if (access->op == Op::kWrite) {
      ++counts_["store"];
      if (access->answered < access->ordered + memory_->snoop_latency()) fail("a store is acknowledged too early");
    } else {
      ++counts_["atomic"];
      const unsigned w = std::ranges::find(access->strobe, 0xF) - access->strobe.begin();
      if (access->value[w] != access->expected_word) fail("an atomic answers another word");
    }
  }
}

void Bench::answer(Access& access, unsigned core) {
  access.done = true;
  access.answered = cycle_;
  access.error = top_->rsp_error_o[core] != 0;
  access.value.assign(shape_.words(), 0);
  for (unsigned w = 0; w < shape_.words(); ++w) access.value[w] = top_->rsp_data_o[core][w];
  Warp& warp = cores_[core].warps[access.warp];
  --warp.outstanding;
  if (warp.outstanding == 0) warp.fence = false;
  check_finished(warp);
}

void Bench::step() {
  memory_->tick(cycle_);
  top_->invalidate_i = invalidate_;
  for (unsigned c = 0; c < shape_.cores; ++c) {
    Core& core = cores_[c];
    // Offer.
    if (!core.offered && made_ < target_ && percent(traffic_.issue_percent)) {
      const unsigned warp = random(shape_.warps);
      Warp& state = core.warps[warp];
      const auto id = std::ranges::find(core.id_used, false) - core.id_used.begin();
      if (!state.fence && id < static_cast<long>(shape_.lsu_requests)) {
        auto access = make(c, warp);
        const bool atomic = access->op >= Op::kAmo;
        if (!atomic || state.outstanding == 0) {
          access->id = static_cast<unsigned>(id);
          access->offered = cycle_;
          core.id_used[id] = true;
          core.offered = access;
          core.flying[id] = access;
          state.window.push_back(access);
          ++state.outstanding;
          state.fence = atomic || percent(traffic_.fence_percent);
          ++made_;
        } else if (atomic) {
          state.fence = true;
        }
      }
    }
    top_->req_valid_i[c] = core.offered != nullptr;
    if (core.offered) {
      const Access& access = *core.offered;
      top_->req_op_i[c] = static_cast<unsigned>(access.op);
      top_->req_id_i[c] = access.id;
      top_->req_order_i[c] = static_cast<uint32_t>(access.offered);
      top_->req_private_i[c] = access.private_line;
      uint32_t address = access.line;
      for (unsigned w = 0; w < shape_.words(); ++w) {
        top_->req_strobe_i[c][w] = access.strobe[w];
        top_->req_data_i[c][w] = access.data[w];
        if (access.op >= Op::kAmo && access.strobe[w] != 0) address += 4 * w;
      }
      top_->req_address_i[c] = address;
    }
    // Below.
    top_->mem_ready_i[c] = random(100) < memory_->ready_percent();
    const MemoryResponse* response = memory_->response(c);
    top_->mem_rsp_valid_i[c] = response != nullptr;
    if (response != nullptr) {
      top_->mem_rsp_id_i[c] = response->id;
      top_->mem_rsp_error_i[c] = response->error;
      for (unsigned w = 0; w < shape_.words(); ++w) top_->mem_rsp_data_i[c][w] = response->data[w];
    }
    for (unsigned b = 0; b < shape_.banks; ++b) {
      top_->snoop_valid_i[c][b] = memory_->snoop(c, b).valid;
      top_->snoop_address_i[c][b] = memory_->snoop(c, b).line;
    }
  }
  top_->eval();

  ++quiet_;
  for (unsigned c = 0; c < shape_.cores; ++c) {
    Core& core = cores_[c];
    for (unsigned e = 0; e < std::size(kEvents); ++e) {
      if ((top_->events_o[c] >> e) & 1) ++counts_[kEvents[e]];
    }
    if (core.offered && top_->req_ready_o[c]) {
      if (core.offered->op != Op::kRead) core.forwarded.push_back(core.offered);
      core.offered.reset();
      quiet_ = 0;
    }
    if (top_->mem_valid_o[c] && top_->mem_ready_i[c]) {
      MemoryRequest request{c, top_->mem_id_o[c], static_cast<Op>(top_->mem_op_o[c]), top_->mem_address_o[c], {}, {},
                            {}};
      for (unsigned w = 0; w < shape_.words(); ++w) {
        request.strobe.push_back(top_->mem_strobe_o[c][w]);
        request.data.push_back(top_->mem_data_o[c][w]);
      }
      if (request.op == Op::kRead) {
        if (request.address % shape_.line_bytes != 0 ||
            std::ranges::any_of(request.strobe, [](uint8_t s) { return s != 0xF; })) {
          fail("a read of less than a line");
        }
        ++counts_["read below"];
      } else if (core.forwarded.empty()) {
        fail("a write that nobody asked for");
      } else {
        const auto access = core.forwarded.front();
        core.forwarded.pop_front();
        const uint32_t line = request.address & ~(shape_.line_bytes - 1);
        if (request.op != access->op || line != access->line || request.strobe != access->strobe ||
            request.data != access->data || top_->mem_order_o[c] != static_cast<uint32_t>(access->offered)) {
          fail("a write differs from what was asked for");
        }
        request.ordered = [this, access](uint64_t cycle, uint32_t word) {
          access->ordered = cycle;
          access->expected_word = word;
          // The versions that stand now are this access's own, or what the LR saw: nothing of the warp that follows may
          // see less.
          for (unsigned w = 0; w < shape_.words() && !access->error_line; ++w) {
            access->version.push_back(memory_->history(access->line + 4 * w).size() - 1);
          }
        };
      }
      memory_->accept(request, cycle_);
      quiet_ = 0;
    }
    if (top_->rsp_valid_o[c]) {
      const unsigned id = top_->rsp_id_o[c];
      if (id >= shape_.lsu_requests || !core.flying[id]) {
        fail("a response that nobody waits for");
      } else {
        const auto access = core.flying[id];
        if (access == core.offered) fail("a response before its request was taken");
        core.flying[id].reset();
        core.id_used[id] = false;
        answer(*access, c);
      }
      quiet_ = 0;
    }
  }
  if (quiet_ > 2000) {
    bool waits = false;
    for (const Core& core : cores_)
      waits = waits || std::ranges::any_of(core.flying, [](const auto& a) { return a != nullptr; });
    if (waits) fail("nothing moves any more");
  }
  top_->clk_i = 1;
  top_->eval();
  top_->clk_i = 0;
  ++cycle_;
}

void Bench::run(uint64_t accesses) {
  target_ = made_ + accesses;
  const auto finished = [&] {
    if (made_ < target_) return false;
    return std::ranges::all_of(cores_, [](const Core& core) {
      return std::ranges::all_of(core.flying, [](const auto& access) { return access == nullptr; });
    });
  };
  while (!finished() && errors_.empty()) step();
}

void Bench::new_launch() {
  for (int i = 0; i < 2000 && errors_.empty(); ++i) {
    bool idle = !memory_->busy();
    for (unsigned c = 0; c < shape_.cores; ++c) idle = idle && top_->idle_o[c];
    if (idle) break;
    step();
    if (i == 1999) fail("the caches do not become idle");
  }
  if (!errors_.empty()) return;
  for (unsigned n = 0; n < traffic_.lines; ++n) {
    for (unsigned w = 0; w < shape_.words(); ++w) {
      if (random(2) == 0)
        memory_->host_write(kShared + n * shape_.line_bytes + 4 * w, next_value_++ * 0x0101'0101U, cycle_);
    }
  }
  for (unsigned i = 0; i < kPrivateLines * shape_.words(); ++i)
    memory_->host_write(kPrivate + 4 * i, next_value_++, cycle_);
  for (Core& core : cores_) {
    for (Warp& warp : core.warps) warp.own.clear();
  }
  invalidate_ = true;
  step();
  invalidate_ = false;
  cycle_ += 4;  // what the host wrote is older than anything that follows
}

}  // namespace heddle::dcachebench
