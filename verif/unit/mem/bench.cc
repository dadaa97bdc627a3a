#include "bench.h"

#include <algorithm>

namespace heddle::membench {
namespace {

constexpr uint64_t kPatience = 20000;  // cycles without progress

}  // namespace

Bench::Bench(unsigned seed, const Timing& timing)
    : context_(std::make_unique<VerilatedContext>()),
      dut_(std::make_unique<Vmem_bench>(context_.get())),
      random_(seed),
      timing_(timing) {
  dut_->eval();
  const auto& s = dut_->shape_o;
  shape_ = {s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9]};

  launch_.scratch_size = 200;
  launch_.private_size = 68;
  launch_.private_base = kDramBase + 0x4'0000 + shape_.line_bytes;
  // One plain region, then odd edges: read-only and write-only parts that abut, and two regions that split a word.
  launch_.regions = {{0x8000'0000, 0x8000'3FFF, true, true, false},
                     {0x8000'4005, 0x8000'4102, true, true, false},
                     {0x8000'4103, 0x8000'4200, true, false, false},
                     {0x8000'4201, 0x8000'43FF, false, true, false}};
  launch_.regions.resize(shape_.regions);
  // The table is full of disabled entries: the last one splits the fourth's range, so that abutting regions appear
  // anywhere.
  launch_.regions.back() = {0x8000'4402, 0x8000'44FF, true, true, true};
  if (shape_.regions > 4) launch_.regions[shape_.regions - 2] = {0x8000'4400, 0x8000'4401, true, true, false};
  for (unsigned r = 0; r < shape_.regions; ++r) {
    const Region& region = launch_.regions[r];
    dut_->region_base_i[r] = region.base;
    dut_->region_last_i[r] = region.last;
    dut_->region_attr_i[r] = region.x << 2 | region.w << 1 | region.r;
  }
  dut_->scratch_size_i = launch_.scratch_size;
  dut_->private_base_i = launch_.private_base;
  dut_->private_size_i = launch_.private_size;

  axi_checker_ = std::make_unique<harness::AxiChecker>(
      harness::AxiChecker::Settings{.beat_bytes = shape_.line_bytes, .ids = shape_.memory_requests});
  axi_ = std::make_unique<AxiMemory>(shape_.line_bytes, timing.axi, random_);
  for (uint8_t& b : axi_->bytes()) b = static_cast<uint8_t>(random_());
  cores_.resize(shape_.cores);
  for (Core& core : cores_) {
    core.warps.resize(shape_.warps);
    core.fetches.resize(2);
  }

  dut_->rst_ni = 0;
  for (int i = 0; i < 4; ++i) {
    dut_->clk_i = i & 1;
    dut_->eval();
  }
  dut_->clk_i = 0;
  dut_->rst_ni = 1;

  // The scratchpad's contents are unknown after reset: stores define them before anything is compared.
  launch_.scratch_size = shape_.scratch_bytes;
  dut_->scratch_size_i = launch_.scratch_size;
  reference_ = std::make_unique<Reference>(shape_, launch_, axi_->bytes(), std::vector<uint8_t>(shape_.scratch_bytes));
  uint32_t next = 0;
  run([&](Instruction& i) {
    if (i.core != 0 || i.warp != 0 || next >= shape_.scratch_bytes) return false;
    i.op = Op::Store;
    i.mask = 0;
    for (unsigned l = 0; l < shape_.lanes && next < shape_.scratch_bytes; ++l, next += 4) {
      i.mask |= 1u << l;
      i.address[l] = 0x1000'0000 + next;
      i.data[l] = random_();
    }
    return true;
  });
  launch_.scratch_size = 200;
  dut_->scratch_size_i = launch_.scratch_size;
  reference_->set_scratch_size(launch_.scratch_size);
}

Bench::~Bench() { dut_->final(); }

std::string Bench::errors() const {
  std::string all;
  for (const auto& list : {errors_, reference_->errors()}) {
    for (const auto& text : list) all += text + "\n";
  }
  return all;
}

uint64_t Bench::run(const Source& source) {
  const uint64_t first = cycle_;
  last_progress_ = cycle_;
  for (Core& core : cores_) {
    for (Warp& warp : core.warps) warp.ended = false;
  }
  for (;;) {
    cycle(source);
    const bool ended = std::all_of(cores_.begin(), cores_.end(), [](const Core& core) {
      return !core.offered && core.accepted.empty() && !core.fetch_offered &&
             std::none_of(core.fetches.begin(), core.fetches.end(), [](const Core::Fetch& f) { return f.busy; }) &&
             std::all_of(core.warps.begin(), core.warps.end(), [](const Warp& w) { return w.ended; });
    });
    // Writes on their way are seen by neither the reference nor the memory: the warps are not idle then.
    if (ended && reference_->outstanding() == 0 && axi_->quiet() && all_idle()) break;
    if (cycle_ - last_progress_ > kPatience) {
      fail("no progress; outstanding: " + reference_->outstanding_text() + waiting_text());
      break;
    }
    if (errors_.size() + reference_->errors().size() > 10) break;
  }
  const uint64_t took = cycle_ - first;
  for (int i = 0; i < 20; ++i) cycle([](Instruction&) { return false; });
  if (!all_idle()) fail("a warp is not idle at the end");
  if (reference_->expected_errors() != 0) fail("an error response was not reported");
  flush();
  return took;
}

void Bench::flush() {
  const auto wait = [&](const CData& done, const char* what) {
    for (uint64_t first = cycle_; !done; cycle([](Instruction&) { return false; })) {
      if (cycle_ - first > kPatience) return fail(what);
    }
  };
  flushing_ = random_() % 2;
  dut_->flush_i = 1;
  cycle([](Instruction&) { return false; });
  wait(dut_->flushed_o, "the cache is not flushed");
  if (!axi_->writes_quiet()) fail("the cache says it is flushed with a write on its way");
  dut_->flush_i = 0;
  flushing_ = false;
  reference_->compare_device(axi_->bytes());
  const uint64_t lost = reference_->count("lost store");
  if (dut_->l2_error_o != (lost != lost_stores_)) fail("error of a write-back not as expected");
  lost_stores_ = lost;
  if (dut_->l2_error_o && !in_error_area(dut_->l2_error_line_o)) fail("the line of the error is another");

  // Between launches the host writes where it likes.
  for (int i = 0; i < 200; ++i) {
    const uint32_t at = random_() % (i % 2 ? kDramBytes : 0x400);
    axi_->bytes()[at] = static_cast<uint8_t>(random_());
    reference_->host_writes(kDramBase + at, axi_->bytes()[at]);
  }
  // Reads on their way may bring what was there before: nothing of that is used after invalidation.
  for (Core& core : cores_) {
    for (auto& fetch : core.fetches) fetch.stale = fetch.busy;
  }
  cycle([](Instruction&) { return false; });
  for (const Core& core : cores_) {
    while (core.fetch_offered) cycle([](Instruction&) { return false; });
  }
  wait(dut_->l2_idle_o, "the cache does not become idle");
  dut_->invalidate_i = 1;
  cycle([](Instruction&) { return false; });
  dut_->invalidate_i = 0;
  cycle([](Instruction&) { return false; });
  if (dut_->l2_error_o) fail("an error outlives invalidation");
}

bool Bench::all_idle() const {
  const uint32_t all = shape_.warps == 32 ? ~0u : (1u << shape_.warps) - 1;
  for (unsigned c = 0; c < shape_.cores; ++c) {
    if (dut_->idle_o[c] != all) return false;
  }
  return true;
}

std::string Bench::waiting_text() const {
  std::string text = axi_->quiet() ? "" : "AXI4; ";
  for (unsigned c = 0; c < shape_.cores; ++c) {
    const Core& core = cores_[c];
    const std::string name = "core " + std::to_string(c) + " ";
    if (core.offered) text += name + "offers; ";
    if (!core.accepted.empty()) text += name + "waits for a check; ";
    for (const auto& fetch : core.fetches) {
      if (fetch.busy) text += name + "fetches; ";
    }
    for (const Warp& warp : core.warps) {
      if (warp.blocked_on) text += name + "waits for an atomic; ";
    }
  }
  return text;
}

void Bench::drive_core(unsigned c, const Source& source) {
  Core& core = cores_[c];
  Vmem_bench& d = *dut_;
  d.start_valid_i[c] = 0;
  if (!core.offered && chance(timing_.issue_percent)) {
    // Any warp that may issue, starting at a random one.
    const unsigned first = random_() % shape_.warps;
    for (unsigned n = 0; n < shape_.warps && !core.offered; ++n) {
      const unsigned w = (first + n) % shape_.warps;
      Warp& warp = core.warps[w];
      if (warp.unchecked || warp.blocked_on || warp.ended) continue;
      Instruction i;
      i.core = c;
      i.warp = w;
      i.order = warp.order;
      i.address.resize(shape_.lanes);
      i.data.resize(shape_.lanes);
      for (auto& a : i.address) a = random_();
      for (auto& v : i.data) v = random_();
      if (!source(i)) {
        warp.ended = true;
        continue;
      }
      i.safe = i.op == Op::Load && random_() % 4 != 0 && reference_->expect_check(i) == Check{};
      ++warp.order;
      warp.unchecked = true;
      core.offered = i;
      // Now and then a warp that has nothing outstanding ends and its slot begins anew.
      if (!reference_->outstanding(c, w) && random_() % 64 == 0 && (d.idle_o[c] >> w & 1)) {
        d.start_valid_i[c] = 1;
        d.start_warp_i[c] = w;
        reference_->start(c, w);
      }
    }
  }
  d.req_valid_i[c] = core.offered.has_value();
  if (core.offered) {
    const Instruction& i = *core.offered;
    d.req_warp_i[c] = i.warp;
    d.req_order_i[c] = i.order;
    d.req_op_i[c] = static_cast<uint32_t>(i.op);
    d.req_amo_i[c] = static_cast<uint32_t>(i.amo);
    d.req_size_i[c] = i.size;
    d.req_unsigned_i[c] = i.unsigned_load;
    d.req_safe_i[c] = i.safe;
    d.req_rd_i[c] = i.rd;
    d.req_mask_i[c] = i.mask;
    d.req_scratch_base_i[c] = i.scratch_base;
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      d.req_address_i[c][l] = i.address[l];
      d.req_data_i[c][l] = i.data[l];
    }
  }
  d.wb_ready_i[c] = chance(timing_.writeback_percent);
  // Fetching ends with the warps, or goes on while the cache is flushed.
  const bool running =
      flushing_ || std::any_of(core.warps.begin(), core.warps.end(), [](const Warp& w) { return !w.ended; });
  if (running && !core.fetch_offered && chance(timing_.fetch_percent)) {
    for (unsigned f = 0; f < core.fetches.size(); ++f) {
      if (core.fetches[f].busy) continue;
      core.fetches[f].busy = true;
      core.fetches[f].stale = false;
      const uint32_t base = random_() % 4 == 0 ? kDramBase : kFetchBase;
      core.fetches[f].address = base + random_() % 16 * shape_.line_bytes;
      core.fetch_offered = f;
      break;
    }
  }
  d.fetch_valid_i[c] = core.fetch_offered.has_value();
  if (core.fetch_offered) {
    d.fetch_id_i[c] = *core.fetch_offered;
    d.fetch_address_i[c] = core.fetches[*core.fetch_offered].address;
  }
}

void Bench::sample_memory_event(unsigned bank) {
  const Vmem_bench& d = *dut_;
  const auto op = static_cast<MemOp>(d.tm_op_o[bank]);
  const bool changes =
      d.tm_valid_o[bank] && (op == MemOp::Write || op == MemOp::Amo || (op == MemOp::Sc && d.tm_success_o[bank]));
  const uint32_t line = d.tm_address_o[bank] & ~(shape_.line_bytes - 1);
  for (unsigned c = 0; c < shape_.cores; ++c) {
    const bool told = changes && (op != MemOp::Write || d.tm_core_o[bank] != c);
    if (d.snoop_valid_o[bank][c] != told || (told && d.snoop_line_o[bank] != line)) fail("snoop not as the event asks");
  }
  if (!d.tm_valid_o[bank]) return;
  last_progress_ = cycle_;
  std::vector<std::pair<uint32_t, uint8_t>> bytes;
  for (unsigned b = 0; b < shape_.line_bytes; ++b) {
    if (d.tm_strobe_o[bank][b / 4] >> (b % 4) & 1) {
      bytes.emplace_back(line + b, static_cast<uint8_t>(d.tm_data_o[bank][b / 4] >> (8 * (b % 4))));
    }
  }
  reference_->memory_event(d.tm_core_o[bank], d.tm_warp_o[bank], d.tm_order_o[bank], op,
                           static_cast<Amo>(d.tm_amo_o[bank]), d.tm_address_o[bank], bytes, d.tm_lane_o[bank],
                           d.tm_old_o[bank], d.tm_success_o[bank]);
}

void Bench::sample_events() {
  const Vmem_bench& d = *dut_;
  for (unsigned bank = 0; bank < shape_.l2_banks; ++bank) sample_memory_event(bank);
  if (d.ts_valid_o) {
    std::vector<uint32_t> address, strobe, data, old;
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      address.push_back(d.ts_address_o[l]);
      strobe.push_back(d.ts_strobe_o[l]);
      data.push_back(d.ts_data_o[l]);
      old.push_back(d.ts_old_o[l]);
    }
    reference_->scratch_event(d.ts_core_o, d.ts_warp_o, d.ts_order_o, static_cast<Op>(d.ts_op_o),
                              static_cast<Amo>(d.ts_amo_o), d.ts_mask_o, address, strobe, data, old, d.ts_success_o);
  }
}

void Bench::sample_core(unsigned c) {
  Core& core = cores_[c];
  const Vmem_bench& d = *dut_;
  if (core.commits) reference_->checked(core.accepted.back(), {});
  core.commits = false;
  if (core.announced &&
      !(d.wb_valid_o[c] && d.wb_last_o[c] && *core.announced == std::pair(d.wb_warp_o[c], d.wb_rd_o[c]))) {
    fail("the write-back that was announced is not offered");
  }
  if (!d.wb_valid_o[c] || d.wb_ready_i[c]) core.announced.reset();
  if (d.early_valid_o[c]) core.announced = std::pair(d.early_warp_o[c], d.early_rd_o[c]);
  if (d.wb_valid_o[c] && d.wb_ready_i[c]) {
    std::vector<uint32_t> data;
    for (unsigned l = 0; l < shape_.lanes; ++l) data.push_back(d.wb_data_o[c][l]);
    const bool last = reference_->writeback(c, d.wb_warp_o[c], d.wb_order_o[c], d.wb_rd_o[c], d.wb_mask_o[c], data,
                                            d.wb_last_o[c], d.wb_sc_failed_o[c]);
    if (Warp& w = warp(c, d.wb_warp_o[c]); last && w.blocked_on == d.wb_order_o[c]) w.blocked_on.reset();
    last_progress_ = cycle_;
  }
  if (d.check_valid_o[c]) {
    last_progress_ = cycle_;
    const Check check{d.check_misaligned_o[c], d.check_fault_o[c]};
    if (core.accepted.empty()) {
      fail("check without a request");
    } else {
      const Instruction i = core.accepted.front();
      core.accepted.pop_front();
      const Check expected = reference_->expect_check(i);
      if (i.warp != d.check_warp_o[c] || i.order != d.check_order_o[c]) fail("check of another instruction");
      if (!(check == expected)) {
        char text[200];
        snprintf(text, sizeof text, "core %u warp %u order %u: check says misaligned %x fault %x, expected %x %x", c,
                 i.warp, i.order, check.misaligned, check.fault, expected.misaligned, expected.fault);
        fail(text);
      }
      if (i.op == Op::Fence) reference_->quiet(c, i.warp);
      if (!i.safe) reference_->checked(i, expected);
      Warp& w = warp(c, i.warp);
      w.unchecked = false;
      if (i.atomic() && (i.mask & ~(expected.misaligned | expected.fault)) != 0) w.blocked_on = i.order;
    }
  }
  if (d.error_valid_o[c]) {
    reference_->memory_error(c, d.error_warp_o[c], d.error_order_o[c], d.error_address_o[c], d.error_lane_o[c],
                             d.error_write_o[c]);
  }
  // Idle by the design's account, with nothing offered or unchecked by ours.
  for (unsigned w = 0; w < shape_.warps; ++w) {
    if ((d.idle_o[c] >> w & 1) == 0) continue;
    for (const Instruction& i : core.accepted) {
      if (i.warp == w) fail("a warp with an unchecked instruction is said to be idle");
    }
    reference_->quiet(c, w);
  }
  if (d.req_valid_i[c] && d.req_ready_o[c]) {
    core.accepted.push_back(*core.offered);
    core.commits = core.offered->safe;
    core.offered.reset();
    last_progress_ = cycle_;
  }
  if (d.fetch_response_valid_o[c]) {
    auto& fetch = core.fetches.at(d.fetch_response_id_o[c]);
    if (!fetch.busy || core.fetch_offered == d.fetch_response_id_o[c]) fail("fetch response without a request");
    fetch.busy = false;
    for (unsigned w = 0; w < shape_.line_bytes / 4; ++w) {
      uint32_t expected = 0;
      for (unsigned b = 0; b < 4; ++b) {
        expected |= static_cast<uint32_t>(axi_->bytes()[fetch.address - kDramBase + 4 * w + b]) << (8 * b);
      }
      // Elsewhere the warps write.
      if (fetch.address >= kFetchBase && !fetch.stale && d.fetch_response_data_o[c][w] != expected)
        fail("fetch gives wrong data");
    }
  }
  if (d.fetch_valid_i[c] && d.fetch_ready_o[c]) core.fetch_offered.reset();
}

void Bench::cycle(const Source& source) {
  ++cycle_;
  axi_->drive(*dut_);
  for (unsigned c = 0; c < shape_.cores; ++c) drive_core(c, source);
  dut_->clk_i = 0;
  dut_->eval();
  sample_events();
  for (unsigned c = 0; c < shape_.cores; ++c) sample_core(c);
  if (const std::string broken = watch_axi(*axi_checker_, *dut_, shape_.line_bytes); !broken.empty()) fail(broken);
  if (const std::string broken = axi_->sample(*dut_); !broken.empty()) fail(broken);
  dut_->clk_i = 1;
  dut_->eval();
  context_->timeInc(1);
}

}  // namespace heddle::membench
