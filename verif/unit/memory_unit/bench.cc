// A cycle of the bench: what goes in, and the runs.
#include "bench.h"

#include <verilated.h>

#include <algorithm>

namespace heddle::memory_unit_test {

using dcachebench::kErrorBase;

Bench::Bench(unsigned seed, const dcachebench::MemoryTiming& timing, const Traffic& traffic)
    : random_(seed), traffic_(traffic), top_(std::make_unique<Vmemory_unit_bench>()) {
  Verilated::randReset(2);
  Verilated::randSeed(static_cast<int>(seed));
  top_->clk_i = 0;
  top_->rst_ni = 0;
  top_->eval();
  const auto& s = top_->shape_o;
  shape_ = {s[0], s[1], s[2], s[3], s[4], s[5], s[6]};
  // Port 0 is the unit's, port 1 another core's.
  memory_ = std::make_unique<dcachebench::Memory>(
      dcachebench::Shape{2, shape_.warps, shape_.line_bytes, 0, shape_.banks, 0, 0}, timing, random_);
  warps_.resize(shape_.warps);
  for (Warp& warp : warps_) warp.order = random_();
  for (unsigned i = 0; i < shape_.scratchpad_bytes / 4; ++i) scratchpad_.push_back(random_());
  launch_ = random_launch(shape_, traffic_.lines, random_);
  top_->invalidate_i = top_->start_valid_i = top_->request_valid_i = 0;
  top_->mem_rsp_valid_i = top_->mem_ready_i = top_->scratch_ready_i = top_->scratch_rsp_valid_i = 0;
  top_->writeback_ready_i = top_->safe_i = 0;
  for (unsigned b = 0; b < shape_.banks; ++b) top_->snoop_valid_i[b] = 0;
  drive_launch();
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

void Bench::fail(const std::string& text, const Access& access) {
  fail(text + " (op " + std::to_string(access.op) + " size " + std::to_string(access.size) + " of warp " +
       std::to_string(access.warp) + " number " + std::to_string(access.order) + ")");
}

bool Bench::busy() const {
  return offered_ != nullptr || !script_.empty() ||
         std::any_of(warps_.begin(), warps_.end(), [](const Warp& warp) { return !warp.window.empty(); });
}

void Bench::drive_launch() {
  top_->core_id_i = launch_.core;
  top_->private_base_i = launch_.private_base;
  top_->private_size_i = launch_.private_size;
  top_->scratch_size_i = launch_.scratch_size;
  for (unsigned r = 0; r < shape_.regions; ++r) {
    top_->base_i[r] = launch_.regions[r].base;
    top_->last_i[r] = launch_.regions[r].last;
    top_->rights_i[r] = launch_.regions[r].rights;
  }
}

void Bench::drive() {
  top_->invalidate_i = invalidate_;
  top_->start_valid_i = start_warp_ >= 0;
  top_->start_warp_i = start_warp_ >= 0 ? start_warp_ : random_();
  top_->request_valid_i = offered_ != nullptr;
  if (offered_ != nullptr) {
    const Access& access = *offered_;
    top_->request_op_i = access.op;
    top_->request_amo_i = access.amo;
    top_->request_size_i = access.size;
    top_->request_unsigned_i = access.zero_extend;
    top_->request_rd_i = access.rd;
    top_->request_warp_i = access.warp;
    top_->request_order_i = access.order;
    top_->request_pc_i = access.pc;
    top_->request_mask_i = access.mask;
    top_->request_scratch_base_i = access.scratch_base;
    for (unsigned l = 0; l < shape_.lanes; ++l) {
      top_->request_address_i[l] = access.address[l];
      top_->request_data_i[l] = access.data[l];
    }
  }
  unsigned safe = 0;
  for (unsigned i = 0; i < 2 && i < unchecked_.size(); ++i) {
    if (unchecked_[i]->safe && unchecked_[i]->offered < cycle_) safe |= 1U << i;
  }
  top_->safe_i = safe;
  top_->writeback_ready_i = percent(traffic_.take_percent);
  top_->mem_ready_i = random(100) < memory_->ready_percent();
  top_->scratch_ready_i = percent(traffic_.scratch_percent);
  const dcachebench::MemoryResponse* response = memory_->response(0);
  top_->mem_rsp_valid_i = response != nullptr;
  if (response != nullptr) {
    top_->mem_rsp_id_i = response->id;
    top_->mem_rsp_error_i = response->error;
    for (unsigned w = 0; w < shape_.words(); ++w) top_->mem_rsp_data_i[w] = response->data[w];
  }
  for (unsigned b = 0; b < shape_.banks; ++b) {
    top_->snoop_valid_i[b] = memory_->snoop(0, b).valid;
    // What is not valid is nothing, whatever line it names.
    top_->snoop_address_i[b] = top_->snoop_valid_i[b] != 0 ? memory_->snoop(0, b).line : launch_.areas[0];
  }
  top_->scratch_rsp_valid_i = !scratch_answers_.empty() && scratch_answers_.front().due <= cycle_;
  if (top_->scratch_rsp_valid_i != 0) {
    top_->scratch_rsp_mask_i = scratch_answers_.front().access->scratch;
    for (unsigned l = 0; l < shape_.lanes; ++l) top_->scratch_rsp_data_i[l] = scratch_answers_.front().data[l];
  }
}

void Bench::step() {
  if (percent(traffic_.other_percent)) {
    dcachebench::MemoryRequest other{
        1,  0, dcachebench::Op::kWrite, launch_.areas[random(3)] + random(traffic_.lines) * shape_.line_bytes, {},
        {}, {}};
    for (unsigned w = 0; w < shape_.words(); ++w) {
      other.strobe.push_back(random(2) == 0 ? random(16) : 0);
      other.data.push_back(next_value_++ * 0x0101'0101U);
    }
    memory_->accept(other, cycle_);
  }
  memory_->tick(cycle_);
  offer();
  drive();
  top_->eval();

  ++quiet_;
  // First what looks at the state that the cycle began with.
  see_idle();
  see_early();
  see_check();
  if (offered_ != nullptr && top_->request_ready_o) {
    offered_->accepted = cycle_;
    offered_.reset();
    quiet_ = 0;
  }
  see_writeback();
  see_error();
  see_memory();
  see_scratch();
  for (Warp& warp : warps_) check_finished(warp);
  if (quiet_ > 2000 && busy()) fail("nothing moves any more");
  if (top_->engines_o != 0) fail("something is asked of engines that are not there");
  top_->clk_i = 1;
  top_->eval();
  top_->clk_i = 0;
  top_->eval();
  ++cycle_;
}

void Bench::drain() {
  unsigned still = 0;
  for (unsigned i = 0; still < 40 && errors_.empty(); ++i) {
    still = busy() || memory_->busy() ? 0 : still + 1;
    step();
    if (i > 4000) fail("it does not come to an end");
  }
  if (errors_.empty() && !top_->quiet_o) fail("it does not become quiet");
}

void Bench::run(uint64_t accesses) {
  target_ = made_ + accesses;
  while ((made_ < target_ || busy()) && errors_.empty()) step();
}

void Bench::run(const std::vector<std::shared_ptr<Access>>& accesses) {
  script_.insert(script_.end(), accesses.begin(), accesses.end());
  while (busy() && errors_.empty()) step();
  drain();
}

void Bench::new_launch() {
  const unsigned others = traffic_.other_percent;
  traffic_.other_percent = 0;
  drain();
  traffic_.other_percent = others;
  if (!errors_.empty()) return;
  launch_ = random_launch(shape_, traffic_.lines, random_);
  for (uint32_t area : launch_.areas) {
    for (unsigned w = 0; w < traffic_.lines * shape_.words(); ++w) {
      if (random(2) == 0) memory_->host_write(area + 4 * w, next_value_++ * 0x0101'0101U, cycle_);
    }
  }
  for (Warp& warp : warps_) {
    for (const auto& [word, value] : warp.own) memory_->host_write(word, next_value_++, cycle_);
    warp.own.clear();
    warp.last_store = 0;
  }
  drive_launch();
  invalidate_ = true;
  step();
  invalidate_ = false;
  cycle_ += 4;  // what the host wrote is older than anything that follows
}

}  // namespace heddle::memory_unit_test
