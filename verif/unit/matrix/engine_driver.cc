#include "engine_driver.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::matrix_test {

using matrix::Group;
using matrix::test::Draw;

namespace {
constexpr unsigned kBufferWords = 128;  // of the memory of a buffer, in every size
}  // namespace

EngineDriver::EngineDriver(unsigned dim, std::uint32_t seed)
    : dim_(dim), top_(std::make_unique<Vengine_bench>(&context_)), random_(seed), accumulators_(2 * 16 * dim * dim) {
  top_->select_i = dim == 4 ? 0 : dim == 8 ? 1 : 2;
  top_->rst_ni = 0;
  cycle();
  cycle();
  top_->rst_ni = 1;
  clear();  // they have no reset
}

void EngineDriver::clear() {
  for (unsigned word = kBufferWords; word-- > 0;) {
    top_->clear_i = 1;
    top_->clear_word_i = static_cast<std::uint8_t>(word);
    cycle();
  }
  top_->clear_i = 0;
  std::ranges::fill(accumulators_, 0);
}

EngineDriver::~EngineDriver() { top_->final(); }

std::uint32_t EngineDriver::request_address(unsigned line) const {
  constexpr unsigned kBits = 18;
  const unsigned bit = kBits * line, word = bit / 32, shift = bit % 32;
  std::uint64_t bits = top_->request_address_o[word];
  if (shift + kBits > 32) bits |= static_cast<std::uint64_t>(top_->request_address_o[word + 1]) << 32;
  return static_cast<std::uint32_t>(bits >> shift) & ((1u << kBits) - 1);
}

void EngineDriver::cycle() {
  const auto accept = [&] { return !refuse_events && (event_hesitation == 0 || random_() % event_hesitation != 0); };
  top_->done_ready_i = accept() ? 1 : 0;
  top_->fault_ready_i = accept() ? 1 : 0;
  top_->response_valid_i = 0;
  for (unsigned port = 0; port < 2; ++port) {
    if (const auto words = ports_.respond(port, cycle_, random_)) {
      for (unsigned w = 0; w < words->size(); ++w) {
        (port == 0 ? top_->a_response_data_i : top_->b_response_data_i)[w] = (*words)[w];
      }
      top_->response_valid_i |= 1u << port;
    }
  }
  top_->request_ready_i = 0;
  top_->clk_i = 0;
  top_->eval();
  std::array<ScratchPorts::Request, 2> requests;
  for (unsigned port = 0; port < 2; ++port) {
    requests[port].valid = top_->rst_ni != 0 && (top_->request_valid_o >> port & 1) != 0;
    requests[port].lines = 1 + (top_->request_two_o >> port & 1);
    for (unsigned line = 0; line < 2; ++line) requests[port].address[line] = request_address(2 * port + line);
  }
  const auto ready = ports_.ready(requests, random_);
  top_->request_ready_i = (ready[0] ? 1 : 0) | (ready[1] ? 2 : 0);
  top_->eval();
  if (top_->rst_ni != 0) {
    for (unsigned port = 0; port < 2; ++port) {
      const ScratchPorts::Request& request = requests[port];
      if (!request.valid || !ready[port]) continue;
      for (unsigned line = 0; line < request.lines; ++line) {
        EXPECT_EQ(request.address[line] % ScratchPorts::kLine, 0u);
        if (!confined) continue;
        EXPECT_GE(request.address[line], from_.base);
        EXPECT_LE(request.address[line] + ScratchPorts::kLine, from_.base + (from_.size + 31) / 32 * 32);
      }
      ports_.take(port, request, cycle_);
    }
    if (ordered) compare_order();
    for (unsigned port = 0; port < 2 && ordered; ++port) {
      if (requests[port].valid && ready[port]) count_request(port);
    }
    taken_ = top_->command_valid_i && top_->command_ready_o;
    lanes_taken_ = top_->lane_valid_i && top_->lane_ready_o;
    if (top_->done_valid_o && top_->done_ready_i) {
      compare_origin(top_->done_owner_o, top_->done_id_o, top_->done_origin_o);
      dones.push_back({top_->done_owner_o, top_->done_id_o, top_->done_arrive_o != 0, top_->done_barrier_o});
      ++ended_;
    }
    if (top_->fault_valid_o && top_->fault_ready_i) {
      compare_origin(top_->fault_owner_o, top_->fault_id_o, top_->fault_origin_o);
      faults.push_back(
          {top_->fault_owner_o, top_->fault_id_o, top_->fault_cause_o, top_->fault_operand_o, top_->fault_value_o});
      ++ended_;
    }
    if (top_->lane_valid_o) compare_response();
  }
  top_->clk_i = 1;
  top_->eval();
  ++cycle_;
}

template <typename Port>
void EngineDriver::compare_origin(unsigned owner, unsigned id, const Port& origin) {
  const auto found =
      std::ranges::find_if(given_, [&](const Given& given) { return given.owner == owner && given.id == id; });
  ASSERT_NE(found, given_.end()) << "an end of command " << id << " of workgroup " << owner;
  for (unsigned w = 0; w < found->origin.size(); ++w) EXPECT_EQ(origin[w], found->origin[w]);
  given_.erase(found);
}

void EngineDriver::expect_reads(const Descriptor& words) {
  const matrix::Format format{static_cast<matrix::Element>(words[0] & 7),
                              static_cast<matrix::Element>(words[0] >> 3 & 7),
                              static_cast<matrix::Scale>(words[0] >> 6 & 3)};
  for (unsigned port = 0; port < 2; ++port) {
    Reads reads{words[2], port == 0 ? words[1] & 0xFFFF : words[1] >> 16, 0, 0};
    reads.scale_lines = (reads.rows * matrix::group_scales(format) + 31) / 32;
    if ((words[0] >> (8 + port) & 1) != 0) reads.block = matrix::group_elements(port == 0 ? format.a : format.b);
    reads_[port].push_back(reads);
  }
}

// The operand that has asked for fewer groups is behind; of the same group, the one with more rows left.
void EngineDriver::compare_order() const {
  if (top_->request_valid_o != 3 || reads_[0].empty() || reads_[1].empty()) return;
  std::array<std::uint64_t, 2> missing{};
  for (unsigned port = 0; port < 2; ++port) {
    const Reads& reads = reads_[port].front();
    const unsigned lines = (dim_ > 8 ? 2 : 1) * (request_[port] - std::min(request_[port], reads.scale_lines));
    if (number_[0] == number_[1] && request_[port] < reads.scale_lines) return;
    missing[port] = reads.rows - (reads.block == 0 ? lines : lines / reads.block * reads.block);
    if (number_[0] != number_[1]) missing[port] = number_[1 - port];
  }
  EXPECT_EQ(top_->request_behind_o, missing[0] > missing[1]   ? 1u
                                    : missing[0] < missing[1] ? 2u
                                                              : 0u)
      << "cycle " << cycle_ << ": " << missing[0] << " and " << missing[1];
}

void EngineDriver::count_request(unsigned port) {
  ASSERT_FALSE(reads_[port].empty());
  const Reads& reads = reads_[port].front();
  const unsigned lines = reads.block == 0 ? reads.rows : (reads.rows + reads.block - 1) / reads.block * reads.block;
  if (++request_[port] < reads.scale_lines + lines / (dim_ > 8 ? 2 : 1)) return;
  request_[port] = 0;
  ++number_[port];
  if (++group_[port] < reads.groups) return;
  group_[port] = 0;
  reads_[port].pop_front();
}

void EngineDriver::issue(const Descriptor& descriptor, const Context& context) {
  for (unsigned w = 0; w < descriptor.size(); ++w) top_->command_i[w] = descriptor[w];
  top_->owner_i = context.owner;
  Given given{context.owner, descriptor[0] >> 16, {}};
  for (unsigned w = 0; w < given.origin.size(); ++w) top_->origin_i[w] = given.origin[w] = random_();
  top_->scratch_base_i = context.base;
  top_->scratch_size_i = context.size;
  top_->buffers_i = context.buffers;
  from_ = context;
  top_->command_valid_i = 1;
  taken_ = false;
  for (unsigned waited = 0; !taken_; ++waited) {
    ASSERT_LT(waited, patience) << "a command is not taken";
    cycle();
  }
  top_->command_valid_i = 0;
  ++issued_;
  given_.push_back(given);
  if (ordered) expect_reads(descriptor);
}

void EngineDriver::forget(unsigned owner) {
  top_->forget_i = 1u << owner;
  cycle();
  top_->forget_i = 0;
}

void EngineDriver::wait() {
  for (unsigned waited = 0; ended_ != issued_; ++waited) {
    ASSERT_LT(waited, patience) << "a command does not end";
    EXPECT_FALSE(top_->idle_o);
    cycle();
  }
  for (unsigned i = 0; i < 20; ++i) cycle();
  EXPECT_EQ(ended_, issued_);
  EXPECT_TRUE(top_->idle_o);
}

std::uint32_t EngineDriver::allocate(std::uint32_t bytes) {
  const std::uint32_t at = free_ + ScratchPorts::kLine * pick(3);
  free_ = at + (bytes + 31) / 32 * 32;
  EXPECT_LE(free_, ScratchPorts::kBytes);
  return at;
}

EngineDriver::Operands EngineDriver::place(Command& command, Draw& draw) {
  return place(command, [&](bool second, unsigned /*row*/, unsigned /*group*/) {
    const auto drawn = draw.next(command.format);
    return second ? drawn.b : drawn.a;
  });
}

EngineDriver::Operands EngineDriver::place(Command& command, const Groups& groups_of) {
  const unsigned scales = matrix::group_scales(command.format);
  constexpr std::uint32_t kWorstCase = 2 * 64 * 1024;
  free_ = std::max(free_, base);
  if (free_ + kWorstCase > ScratchPorts::kBytes) {
    wait();
    free_ = base;
  }
  Operands operands;
  auto& memory = ports_.memory;
  for (const bool second : {false, true}) {
    Place& to = second ? command.b : command.a;
    std::vector<Group>& groups = second ? operands.b : operands.a;
    const unsigned rows = second ? command.columns : command.rows;
    const unsigned bytes = element_bytes(second ? command.format.b : command.format.a);
    const unsigned elements = bytes == 0 ? 0 : 32 / bytes;
    const std::uint32_t one = to.transposed ? (rows * bytes + 31) / 32 * 32 : command.groups * 32;
    to.stride = one + 32 * pick(3);
    to.address = allocate(to.stride * (to.transposed ? command.groups * elements : rows));
    to.scale_stride = (rows * scales + 31) / 32 * 32 + 32 * pick(2);
    to.scale_address = allocate(to.scale_stride * command.groups);
    for (unsigned row = 0; row < rows; ++row) {
      for (unsigned g = 0; g < command.groups; ++g) {
        const Group group = groups_of(second, row, g);
        groups.push_back(group);
        for (unsigned i = 0; i < 32; ++i) {
          const std::uint32_t at = to.transposed ? (g * elements + i / bytes) * to.stride + row * bytes + i % bytes
                                                 : row * to.stride + g * 32 + i;
          memory[to.address + at] = group.bytes[i];
        }
        for (unsigned s = 0; s < scales; ++s) {
          memory[to.scale_address + g * to.scale_stride + row * scales + s] = group.scales[s];
        }
      }
    }
    to.address -= base;
    to.scale_address -= base;
  }
  return operands;
}

void EngineDriver::perform(const Command& command, const Operands& operands) {
  issue(encode(command), {0, base, ScratchPorts::kBytes - base, 3});
  for (unsigned row = 0; row < command.rows; ++row) {
    for (unsigned column = 0; column < command.columns; ++column) {
      std::uint32_t& c = accumulators_[word(command.buffer, command.row + row, command.column + column)];
      const std::uint32_t begin = command.accumulate ? c : 0;
      c = matrix::accumulate(command.format, std::span(operands.a).subspan(row * command.groups, command.groups),
                             std::span(operands.b).subspan(column * command.groups, command.groups), begin);
    }
  }
}

void EngineDriver::lanes(bool write, std::uint32_t mask, const std::array<std::uint16_t, kMaxLanes>& address,
                         const std::array<std::uint32_t, kMaxLanes>& data) {
  top_->lane_write_i = write ? 1 : 0;
  top_->lane_mask_i = static_cast<std::uint16_t>(mask);
  for (unsigned w = 0; w < kMaxLanes / 2; ++w) {
    top_->lane_address_i[w] = address[2 * w] | static_cast<std::uint32_t>(address[2 * w + 1]) << 16;
  }
  for (unsigned l = 0; l < kMaxLanes; ++l) top_->lane_data_i[l] = data[l];
  top_->lane_valid_i = 1;
  lanes_taken_ = false;
  for (unsigned waited = 0; !lanes_taken_; ++waited) {
    ASSERT_LT(waited, patience) << "a request of lanes is not taken";
    cycle();
  }
  top_->lane_valid_i = 0;
  Access access{write, mask, {}};
  for (unsigned l = 0; l < kMaxLanes; ++l) {
    if ((mask >> l & 1) == 0) continue;
    if (write) accumulators_[address[l]] = data[l];
    access.data[l] = accumulators_[address[l]];
  }
  accesses_.push_back(access);
}

void EngineDriver::compare_response() {
  ASSERT_FALSE(accesses_.empty()) << "a response without a request";
  const Access access = accesses_.front();
  accesses_.pop_front();
  for (unsigned l = 0; l < kMaxLanes && !access.write; ++l) {
    if ((access.mask >> l & 1) == 0) continue;
    EXPECT_EQ(top_->lane_data_o[l], access.data[l]) << "dim " << dim_ << ", lane " << l << ", cycle " << cycle_;
    ++compared_;
  }
}

void EngineDriver::wait_lanes() {
  for (unsigned waited = 0; !accesses_.empty(); ++waited) {
    ASSERT_LT(waited, patience) << "a request of lanes has no response";
    cycle();
  }
}

void EngineDriver::compare_all() {
  for (std::uint32_t at = 0; at < accumulators_.size() && !testing::Test::HasFailure(); at += dim_) {
    std::array<std::uint16_t, kMaxLanes> address{};
    for (unsigned l = 0; l < dim_; ++l) address[l] = static_cast<std::uint16_t>(at + l);
    lanes(false, (1u << dim_) - 1, address, {});
  }
  wait_lanes();
}

}  // namespace heddle::matrix_test
