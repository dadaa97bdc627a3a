#include "copy_driver.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::copy_test {
namespace {

constexpr unsigned kNames = 32;  // that the engine has for workgroups

std::uint8_t byte_of(const std::uint32_t* words, unsigned n) {
  return static_cast<std::uint8_t>(words[n / 4] >> n % 4 * 8);
}

template <typename Port>
Origin origin_of(const Port& port) {
  return {port[0], port[1], port[2]};
}

}  // namespace

CopyDriver::CopyDriver(unsigned engine, std::uint32_t seed)
    : base(kMemoryBases[(engine + seed) % kMemoryBases.size()]),
      memory(kMemoryBytes),
      scratch(kScratchBytes),
      regions(4),
      shape_(kShapes.at(engine)),
      top_(std::make_unique<Vcopy_bench>(&context_)),
      random_(seed) {
  for (std::uint8_t& byte : memory) byte = static_cast<std::uint8_t>(random_());
  for (std::uint8_t& byte : scratch) byte = static_cast<std::uint8_t>(random_());
  regions[0] = {base, base + (kMemoryBytes - 1), true, true};
  for (unsigned n = 0; n < kAgents; ++n) names_[n] = (9 * n + seed) % kNames;
  top_->select_i = engine;
  top_->rst_ni = 0;
  drive(nullptr);
  clock();
  clock();
  top_->rst_ni = 1;
}

CopyDriver::~CopyDriver() { top_->final(); }

void CopyDriver::rename(unsigned n) {
  unsigned other = random_() % kNames;
  while (of_name(other) != kAgents) other = (other + 1) % kNames;
  names_.at(n) = other;
}

unsigned CopyDriver::of_name(unsigned name_of_it) const {
  unsigned n = 0;
  while (n < kAgents && name(n) != name_of_it) ++n;
  return n;
}

std::uint32_t CopyDriver::names(std::uint32_t workgroups) const {
  std::uint32_t result = 0;
  for (unsigned n = 0; n < kAgents; ++n) result |= (workgroups >> n & 1) << name(n);
  return result;
}

void CopyDriver::clock() {
  top_->clk_i = 0;
  top_->eval();
  top_->clk_i = 1;
  top_->eval();
}

void CopyDriver::drive(const Command* offer) {
  const auto ready = [this] { return timing.refuse == 0 || random_() % timing.refuse != 0; };
  for (unsigned r = 0; r < 4; ++r) {
    top_->region_base_i[r] = regions[r].base;
    top_->region_last_i[r] = regions[r].last;
  }
  top_->region_r_i = 0;
  top_->region_w_i = 0;
  for (unsigned r = 0; r < 4; ++r) {
    top_->region_r_i = top_->region_r_i | static_cast<unsigned>(regions[r].read) << r;
    top_->region_w_i = top_->region_w_i | static_cast<unsigned>(regions[r].write) << r;
  }
  top_->command_valid_i = offer != nullptr;
  if (offer != nullptr) {
    for (unsigned w = 0; w < kDescriptorWords; ++w) top_->command_i[w] = offer->descriptor[w];
    top_->owner_i = name(offer->owner);
    top_->scratch_base_i = offer->scratch_base;
    top_->scratch_size_i = offer->scratch_size;
    for (unsigned w = 0; w < offer->origin.size(); ++w) top_->origin_i[w] = offer->origin[w];
  }
  top_->cancel_i = names(cancel);
  top_->forget_i = names(forget);
  top_->done_ready_i = !hold_ends && (!timing.ends_wait || random_() % 4 != 0);
  top_->fault_ready_i = !hold_ends && (!timing.ends_wait || random_() % 4 != 0);
  top_->memory_ready_i = ready();
  top_->scratch_ready_i = ready();
}

bool CopyDriver::allowed(std::uint32_t address, bool write) const {
  if (address < 0x8000'0000) return false;
  return std::any_of(regions.begin(), regions.end(), [&](const Region& region) {
    return (write ? region.write : region.read) && address >= region.base && address <= region.last;
  });
}

void CopyDriver::answer_memory() {
  top_->memory_response_valid_i = 0;
  top_->memory_response_error_i = 0;
  for (unsigned w = 0; w < 32; ++w) top_->memory_response_data_i[w] = random_();
  std::vector<std::size_t> due;
  for (std::size_t n = 0; n < memory_requests_.size(); ++n) {
    if (memory_requests_[n].due <= cycles_) due.push_back(n);
  }
  if (due.empty() || hold_memory) return;
  const std::size_t n = due[timing.memory_delay < 16 ? 0 : random_() % due.size()];
  const MemoryRequest request = memory_requests_[n];
  memory_requests_.erase(memory_requests_.begin() + static_cast<std::ptrdiff_t>(n));
  ids_.erase(request.id);
  top_->memory_response_valid_i = 1;
  top_->memory_response_id_i = request.id;
  top_->memory_response_error_i = !request.write && refused.count(request.address) != 0;
  if (top_->memory_response_error_i) errors.push_back(request.address);
  for (unsigned b = 0; b < shape_.line; ++b) {
    if ((request.strobe[b / 32] >> b % 32 & 1) == 0) continue;
    const std::uint32_t address = request.address + b;
    ASSERT_TRUE(allowed(address, request.write)) << std::hex << address;
    ASSERT_LT(address - base, kMemoryBytes);
    std::uint8_t& byte = memory[address - base];
    if (request.write) {
      byte = byte_of(request.data.data(), b);
    } else {
      const std::uint32_t mask = 0xFFu << b % 4 * 8;
      top_->memory_response_data_i[b / 4] =
          (top_->memory_response_data_i[b / 4] & ~mask) | (std::uint32_t{byte} << b % 4 * 8);
    }
  }
}

void CopyDriver::answer_scratch() {
  top_->scratch_response_valid_i = 0;
  for (unsigned w = 0; w < 16; ++w) top_->scratch_response_data_i[w] = random_();
  if (scratch_requests_.empty() || scratch_requests_.front().due > cycles_) return;
  const ScratchRequest request = scratch_requests_.front();
  scratch_requests_.pop_front();
  top_->scratch_response_valid_i = 1;
  for (unsigned b = 0; b < shape_.port; ++b) {
    std::uint8_t& byte = scratch[request.address + b];
    const std::uint32_t mask = 0xFFu << b % 4 * 8;
    if (!request.write) {
      top_->scratch_response_data_i[b / 4] =
          (top_->scratch_response_data_i[b / 4] & ~mask) | (std::uint32_t{byte} << b % 4 * 8);
    } else if ((request.strobe >> b & 1) != 0) {
      byte = byte_of(request.data.data(), b);
    }
  }
}

void CopyDriver::take_requests() {
  if (top_->memory_valid_o && top_->memory_ready_i) {
    MemoryRequest request;
    request.write = top_->memory_write_o != 0;
    request.address = top_->memory_address_o;
    request.id = top_->memory_id_o;
    request.due = cycles_ + 1 + (timing.memory_delay == 0 ? 0 : random_() % timing.memory_delay);
    for (unsigned w = 0; w < 4; ++w) request.strobe[w] = top_->memory_strobe_o[w];
    for (unsigned w = 0; w < 32; ++w) request.data[w] = top_->memory_data_o[w];
    EXPECT_EQ(request.address % shape_.line, 0u);
    EXPECT_TRUE(ids_.insert(request.id).second) << "identifier in use";
    EXPECT_EQ(origin_of(top_->memory_origin_o), origins_.at((request.address - base) / kPart));
    if (requests_++ == 0) first_request_ = cycles_;
    memory_requests_.push_back(request);
  }
  if (top_->scratch_valid_o && top_->scratch_ready_i) {
    ScratchRequest request;
    request.write = top_->scratch_write_o != 0;
    request.address = top_->scratch_address_o;
    request.due = cycles_ + 1 + (timing.scratch_delay == 0 ? 0 : random_() % timing.scratch_delay);
    request.strobe = top_->scratch_strobe_o;
    for (unsigned w = 0; w < 16; ++w) request.data[w] = top_->scratch_data_o[w];
    EXPECT_EQ(request.address % shape_.port, 0u);
    EXPECT_EQ(origin_of(top_->scratch_origin_o), origins_.at(request.address / kAllocation));
    scratch_requests_.push_back(request);
  }
}

void CopyDriver::take_ends() {
  ends.clear();
  if (top_->done_valid_o && top_->done_ready_i) {
    ends.push_back({of_name(top_->done_owner_o),
                    top_->done_id_o,
                    {},
                    top_->done_complete_o != 0,
                    top_->done_barrier_o,
                    top_->done_bytes_o,
                    origin_of(top_->done_origin_o)});
  }
  if (top_->fault_valid_o && top_->fault_ready_i) {
    ends.push_back({of_name(top_->fault_owner_o),
                    top_->fault_id_o,
                    {static_cast<Cause>(top_->fault_cause_o), top_->fault_value_o},
                    false,
                    0,
                    0,
                    origin_of(top_->fault_origin_o)});
  }
}

bool CopyDriver::cycle(const Command* offer) {
  drive(offer);
  answer_memory();
  answer_scratch();
  top_->clk_i = 0;
  top_->eval();
  const bool taken = offer != nullptr && top_->command_ready_o;
  busy_ = 0;
  for (unsigned n = 0; n < kAgents; ++n) busy_ |= (top_->busy_o >> name(n) & 1) << n;
  EXPECT_EQ(top_->busy_o, names(busy_));
  take_requests();
  take_ends();
  clock();
  ++cycles_;
  if (taken) origins_.at(offer->owner) = offer->origin;
  return taken;
}

}  // namespace heddle::copy_test
