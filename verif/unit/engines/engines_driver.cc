#include "engines_driver.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::engines_test {

EnginesDriver::EnginesDriver(std::uint32_t seed)
    : memory(kMemoryBytes), top_(std::make_unique<Vengines_bench>(&context_)), random_(seed) {
  top_->rst_ni = 0;
  for (unsigned n = 0; n < 3; ++n) cycle();
  top_->rst_ni = 1;
  cycle();
}

EnginesDriver::~EnginesDriver() { top_->final(); }

void EnginesDriver::answer_memory() {
  top_->memory_response_valid_i = 0;
  std::vector<std::size_t> due;
  for (std::size_t n = 0; n < requests_.size(); ++n) {
    if (requests_[n].due <= cycles_) due.push_back(n);
  }
  if (due.empty()) return;
  const auto at = requests_.begin() + static_cast<std::ptrdiff_t>(due[random_() % due.size()]);
  top_->memory_response_valid_i = 1;
  top_->memory_response_id_i = at->id;
  for (unsigned b = 0; b < kLineBytes; ++b) {
    const std::uint32_t offset = at->address - memory_base + b, shift = b % 4 * 8;
    std::uint32_t& word = top_->memory_response_data_i[b / 4];
    if (b % 4 == 0) word = random_();
    if ((at->strobe >> b & 1) == 0) continue;
    ASSERT_LT(offset, kMemoryBytes);
    if (at->write) {
      memory[offset] = static_cast<std::uint8_t>(at->data[b / 4] >> shift);
    } else {
      word = (word & ~(0xFFu << shift)) | std::uint32_t{memory[offset]} << shift;
    }
  }
  requests_.erase(at);
}

void EnginesDriver::take_memory() {
  if (!top_->memory_valid_o || !top_->memory_ready_i) return;
  Request request;
  request.write = top_->memory_write_o != 0;
  request.address = top_->memory_address_o;
  request.id = top_->memory_id_o;
  request.due = cycles_ + 1 + (memory_delay == 0 ? 0 : random_() % memory_delay);
  request.strobe = top_->memory_strobe_o;
  for (unsigned w = 0; w < kLineBytes / 4; ++w) request.data.push_back(top_->memory_data_o[w]);
  requests_.push_back(request);
}

void EnginesDriver::cycle() {
  top_->memory_ready_i = refuse == 0 || random_() % refuse != 0;
  top_->fault_ready_i = hold_faults ? 0 : random_() % 2;
  top_->cancel_i = static_cast<std::uint8_t>(cancel);
  top_->cancel_waiter_i = static_cast<std::uint8_t>(cancel_waiters);
  top_->region_base_i = memory_base;
  top_->region_last_i = memory_base + kMemoryBytes - 1;
  if (hammer && !top_->lane_valid_i) {
    hammering_ = true;
    top_->lane_valid_i = 1;
    top_->lane_write_i = 0;
    top_->lane_address_i = random_() & 0x7FFC;
  }
  answer_memory();
  top_->clk_i = 0;
  top_->eval();
  bool hammered = false;
  if (top_->rst_ni) {
    take_memory();
    woken_ |= top_->wake_o;
    hammered = hammering_ && top_->lane_ready_o;
    if (top_->lane_valid_i && top_->lane_ready_o) ++unanswered_;
    if (top_->lane_valid_o) --unanswered_;
    if (top_->fault_valid_o && top_->fault_ready_i) {
      faults_.push_back({top_->fault_owner_o, top_->fault_engine_o, top_->fault_id_o, top_->fault_cause_o,
                         top_->fault_value_o, top_->fault_pc_o, top_->fault_warp_o, top_->fault_lane_o,
                         top_->fault_operand_o});
    }
  }
  top_->clk_i = 1;
  top_->eval();
  ++cycles_;
  if (hammered) top_->lane_valid_i = hammering_ = false;
}

bool EnginesDriver::patient(unsigned& waited) const {
  EXPECT_LT(waited, 100000u) << "nothing happens any more";
  return waited++ < 100000;
}

void EnginesDriver::settle() {
  unsigned waited = 0;
  while ((hammering_ || unanswered_ != 0) && patient(waited)) cycle();
}

void EnginesDriver::offer(CData& valid, const CData& ready) {
  valid = 1;
  unsigned waited = 0;
  for (bool taken = false; !taken && patient(waited);) {
    top_->eval();
    taken = ready != 0;
    cycle();
  }
  valid = 0;
}

void EnginesDriver::store(std::uint32_t address, std::uint32_t word) {
  top_->lane_write_i = 1;
  top_->lane_address_i = base + address;
  top_->lane_data_i = word;
  offer(top_->lane_valid_i, top_->lane_ready_o);
}

std::uint32_t EnginesDriver::load(std::uint32_t address) {
  settle();
  top_->lane_write_i = 0;
  top_->lane_address_i = base + address;
  offer(top_->lane_valid_i, top_->lane_ready_o);
  unsigned waited = 0;
  while (patient(waited)) {
    top_->eval();
    const bool there = top_->lane_valid_o != 0;
    const std::uint32_t word = top_->lane_data_o;
    cycle();
    if (there) return word;
  }
  return 0;
}

void EnginesDriver::command(bool matrix, std::uint32_t descriptor) {
  settle();  // as a core does
  top_->owner_i = owner;
  top_->scratch_base_i = base;
  top_->scratch_size_i = size;
  top_->command_buffers_i = origin.buffers;
  top_->command_first_buffer_i = origin.first_buffer;
  top_->command_pc_i = origin.pc >> 2;
  top_->command_warp_i = origin.warp;
  top_->command_lane_i = origin.lane;
  top_->command_matrix_i = matrix;
  top_->command_address_i = base + descriptor;
  offer(top_->command_valid_i, top_->command_ready_o);
}

EnginesDriver::Answer EnginesDriver::barrier(BarrierOp op, std::uint32_t address, std::uint32_t operand) {
  top_->scratch_base_i = base;
  top_->scratch_size_i = size;
  top_->barrier_op_i = static_cast<unsigned>(op);
  top_->barrier_address_i = base + address;
  top_->barrier_operand_i = operand;
  top_->barrier_waiter_i = waiter;
  woken_ = 0;
  offer(top_->barrier_valid_i, top_->barrier_ready_o);
  unsigned waited = 0;
  while (patient(waited)) {
    top_->eval();
    const bool there = top_->answer_valid_o != 0;
    Answer answer{top_->answer_error_o, top_->answer_over_o != 0, top_->answer_phase_o, 0};
    cycle();
    answer.woken = woken_;
    if (there) return answer;
  }
  return {};
}

void EnginesDriver::wait(std::uint32_t address, unsigned phase) {
  const Answer answer = barrier(BarrierOp::kWait, address, phase);
  ASSERT_EQ(answer.error, 0u);
  unsigned waited = 0;
  while (!answer.over && (woken_ >> waiter & 1) == 0 && patient(waited)) cycle();
}

std::vector<std::uint32_t> EnginesDriver::window(std::uint32_t word) {
  top_->window_word_i = word;
  offer(top_->window_valid_i, top_->window_ready_o);
  unsigned waited = 0;
  std::vector<std::uint32_t> words;
  while (words.empty() && patient(waited)) {
    top_->eval();
    if (top_->window_valid_o) {
      for (unsigned l = 0; l < kLanes; ++l) words.push_back(top_->window_data_o[l]);
    }
    cycle();
  }
  return words;
}

void EnginesDriver::forget() {
  top_->forget_i = static_cast<std::uint8_t>(1u << owner);
  cycle();
  top_->forget_i = 0;
}

bool EnginesDriver::busy() const { return (top_->busy_o >> owner & 1) != 0; }

bool EnginesDriver::any_busy() const { return top_->busy_o != 0; }

std::vector<Fault> EnginesDriver::drain(bool of_all) {
  unsigned waited = 0;
  for (unsigned quiet = 0; quiet < 20 && patient(waited);) {
    cycle();
    quiet = (of_all ? any_busy() : busy()) ? 0 : quiet + 1;
  }
  std::vector<Fault> faults;
  faults.swap(faults_);
  return faults;
}

}  // namespace heddle::engines_test
