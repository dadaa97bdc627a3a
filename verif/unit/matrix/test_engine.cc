// The matrix engine against the golden model: tiles of every shape and format, with an ideal scratchpad or one that
// hesitates.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "Vengine_bench.h"
#include "draw.h"
#include "formats.h"
#include "heddle/matrix/dot.h"

namespace heddle::matrix_test {
namespace {

using matrix::Format;
using matrix::Group;
using matrix::Scale;
using matrix::test::all_formats;
using matrix::test::Draw;

constexpr unsigned kScratchBytes = 1u << 18;
constexpr unsigned kGroup = matrix::kGroupBytes;

struct Operand {
  unsigned address, stride, scale_address, scale_stride;
};

struct Command {
  Format format;
  Operand a, b;
  unsigned row_blocks, column_blocks, groups;
  bool buffer, accumulate;
};

// One read port: responses in order after a latency, requests refused now and then.
class Port {
 public:
  explicit Port(const std::vector<std::uint8_t>& memory) : memory_(memory) {}

  bool ready = true;
  // Both before the clock edge. `respond` says whether a response leaves in this cycle.
  template <typename Wide>
  bool respond(Wide& data, bool hesitate, unsigned latency, std::uint64_t cycle) {
    if (waiting_.empty() || waiting_.front().cycle + latency > cycle || hesitate) return false;
    for (unsigned w = 0; w < 8; ++w) {
      const std::uint8_t* byte = &memory_[waiting_.front().address + 4 * w];
      data[w] = byte[0] | byte[1] << 8 | byte[2] << 16 | static_cast<std::uint32_t>(byte[3]) << 24;
    }
    waiting_.pop_front();
    return true;
  }
  void take(unsigned address, std::uint64_t cycle) {
    EXPECT_EQ(address % kGroup, 0u);
    waiting_.push_back({address, cycle});
    ++requests;
  }
  std::uint64_t requests = 0;

 private:
  struct Request {
    unsigned address;
    std::uint64_t cycle;
  };
  const std::vector<std::uint8_t>& memory_;
  std::deque<Request> waiting_;
};

class EngineBench {
 public:
  EngineBench() : top_(std::make_unique<Vengine_bench>(&context_)), memory_(kScratchBytes), a_(memory_), b_(memory_) {
    top_->rst_ni = 0;
    cycle();
    cycle();
    top_->rst_ni = 1;
    for (auto& buffer : accumulators_) buffer.assign(rows() * rows(), 0);
  }
  ~EngineBench() { top_->final(); }

  unsigned dim() const { return top_->dim_o; }
  unsigned blocks() const { return top_->blocks_o; }
  unsigned rows() const { return dim() * blocks(); }
  std::uint64_t cycles() const { return cycle_; }
  std::vector<std::uint8_t>& memory() { return memory_; }
  std::mt19937& random() { return random_; }

  // How the scratchpad behaves: it answers after `latency` cycles; hesitates in one cycle of `hesitation`, 0: never.
  unsigned latency = 1;
  unsigned hesitation = 0;

  void cycle() {
    top_->a_request_ready_i = !hesitates();
    top_->b_request_ready_i = !hesitates();
    top_->a_response_valid_i = a_.respond(top_->a_response_data_i, hesitates(), latency, cycle_) ? 1 : 0;
    top_->b_response_valid_i = b_.respond(top_->b_response_data_i, hesitates(), latency, cycle_) ? 1 : 0;
    top_->clk_i = 0;
    top_->eval();
    if (top_->rst_ni != 0) {
      if (top_->a_request_valid_o && top_->a_request_ready_i) a_.take(top_->a_request_address_o, cycle_);
      if (top_->b_request_valid_o && top_->b_request_ready_i) b_.take(top_->b_request_address_o, cycle_);
      accepted_ = top_->command_valid_i && top_->command_ready_o;
      done_ += top_->done_o;
    }
    top_->clk_i = 1;
    top_->eval();
    ++cycle_;
  }

  // Queues the command, and performs it on the expected accumulators.
  void issue(const Command& command) {
    top_->format_i = static_cast<unsigned>(command.format.a) << 5 | static_cast<unsigned>(command.format.b) << 2 |
                     static_cast<unsigned>(command.format.scale);
    const unsigned scales = matrix::group_scales(command.format);
    top_->scaled_i = scales != 0;
    top_->scales_i = scales == 4 ? 2 : scales == 2 ? 1 : 0;
    top_->a_address_i = command.a.address;
    top_->a_stride_i = command.a.stride;
    top_->a_scale_address_i = command.a.scale_address;
    top_->a_scale_stride_i = command.a.scale_stride;
    top_->b_address_i = command.b.address;
    top_->b_stride_i = command.b.stride;
    top_->b_scale_address_i = command.b.scale_address;
    top_->b_scale_stride_i = command.b.scale_stride;
    top_->row_blocks_i = command.row_blocks;
    top_->column_blocks_i = command.column_blocks;
    top_->groups_i = command.groups;
    top_->buffer_i = command.buffer;
    top_->accumulate_i = command.accumulate;
    top_->command_valid_i = 1;
    accepted_ = false;
    for (unsigned waited = 0; !accepted_; ++waited) {
      ASSERT_LT(waited, 200'000u) << "a command is not taken";
      cycle();
    }
    top_->command_valid_i = 0;
    ++issued_;
    perform(command);
  }

  void wait() {
    for (unsigned waited = 0; done_ != issued_; ++waited) {
      ASSERT_LT(waited, 200'000u) << "a command does not complete";
      cycle();
    }
    for (unsigned i = 0; i < 20; ++i) cycle();
    EXPECT_EQ(done_, issued_);
  }

  void write(bool buffer, unsigned row, unsigned column, std::uint32_t value) {
    place(buffer, row, column);
    top_->lane_data_i = value;
    top_->lane_write_i = 1;
    cycle();
    top_->lane_write_i = 0;
    accumulators_[buffer][row * rows() + column] = value;
  }

  // Every accumulator of both buffers that has been written.
  void compare(bool buffer, unsigned row_blocks, unsigned column_blocks, const char* what) {
    for (unsigned row = 0; row < row_blocks * dim(); ++row) {
      for (unsigned column = 0; column < column_blocks * dim(); ++column) {
        place(buffer, row, column);
        top_->lane_read_i = 1;
        cycle();
        top_->lane_read_i = 0;
        ASSERT_EQ(top_->lane_data_o, accumulators_[buffer][row * rows() + column])
            << what << ", row " << row << " column " << column;
      }
    }
  }

 private:
  bool hesitates() { return hesitation != 0 && random_() % hesitation == 0; }

  // Word and unit of an accumulator, as matrix_array says.
  void place(bool buffer, unsigned row, unsigned column) {
    const unsigned block = column / dim() * blocks() + row / dim();
    const unsigned r = row % dim();
    const unsigned c = column % dim();
    unsigned step = 0;
    unsigned unit = 0;
    if (dim() == 4) {
      step = 2 * r + c / 2;
      unit = c % 2;
    } else {
      const unsigned together = dim() / 8;
      step = r / together;
      unit = r % together * dim() + c;
    }
    top_->lane_buffer_i = buffer;
    top_->lane_word_i = 8 * block + step;
    top_->lane_unit_i = unit;
  }

  Group group(const Operand& operand, unsigned row, unsigned g, unsigned scales) const {
    Group found;
    for (unsigned i = 0; i < kGroup; ++i)
      found.bytes[i] = memory_[operand.address + row * operand.stride + g * kGroup + i];
    for (unsigned s = 0; s < scales; ++s) {
      found.scales[s] = memory_[operand.scale_address + g * operand.scale_stride + row * scales + s];
    }
    return found;
  }

  void perform(const Command& command) {
    const unsigned scales = matrix::group_scales(command.format);
    for (unsigned row = 0; row < command.row_blocks * dim(); ++row) {
      for (unsigned column = 0; column < command.column_blocks * dim(); ++column) {
        std::uint32_t& c = accumulators_[command.buffer][row * rows() + column];
        if (!command.accumulate) c = 0;
        for (unsigned g = 0; g < command.groups; ++g) {
          c = matrix::accumulate(command.format, group(command.a, row, g, scales), group(command.b, column, g, scales),
                                 c);
        }
      }
    }
  }

  VerilatedContext context_;
  std::unique_ptr<Vengine_bench> top_;
  std::vector<std::uint8_t> memory_;
  std::mt19937 random_{1};
  Port a_, b_;
  std::array<std::vector<std::uint32_t>, 2> accumulators_;
  std::uint64_t cycle_ = 0;
  std::uint64_t issued_ = 0, done_ = 0;
  bool accepted_ = false;
};

// Puts drawn groups for both operands into the scratchpad, with gaps between rows.
Command draw_command(EngineBench& bench, Draw& draw, const Format& format, unsigned row_blocks, unsigned column_blocks,
                     unsigned groups) {
  const unsigned stride = kGroup * (groups + bench.random()() % 3);
  const unsigned scale_stride = kGroup * ((bench.rows() * 4 + kGroup - 1) / kGroup + bench.random()() % 2);
  Command command{format, {}, {}, row_blocks, column_blocks, groups, false, false};
  command.a = {0, stride, 0x2'0000, scale_stride};
  command.b = {0x1'0000, stride, 0x3'0000, scale_stride};
  const unsigned scales = matrix::group_scales(format);
  for (unsigned row = 0; row < bench.rows(); ++row) {
    for (unsigned g = 0; g < groups; ++g) {
      const auto drawn = draw.next(format);
      auto& memory = bench.memory();
      std::copy(drawn.a.bytes.begin(), drawn.a.bytes.end(),
                memory.begin() + command.a.address + row * stride + g * kGroup);
      std::copy(drawn.b.bytes.begin(), drawn.b.bytes.end(),
                memory.begin() + command.b.address + row * stride + g * kGroup);
      for (unsigned s = 0; s < scales; ++s) {
        memory[command.a.scale_address + g * scale_stride + row * scales + s] = drawn.a.scales[s];
        memory[command.b.scale_address + g * scale_stride + row * scales + s] = drawn.b.scales[s];
      }
    }
  }
  return command;
}

// Three commands at once: overwrite, accumulate in the same buffer, another format's worth of groups in the other one.
TEST(MatrixEngine, EveryFormatSameAsModel) {
  EngineBench bench;
  Draw draw(1);
  unsigned round = 0;
  for (const auto& named : all_formats()) {
    bench.latency = 1 + round % 4;
    bench.hesitation = round % 3 == 0 ? 0 : 2 + round % 5;
    const unsigned row_blocks = 1 + bench.random()() % bench.blocks();
    const unsigned column_blocks = 1 + bench.random()() % bench.blocks();
    Command command = draw_command(bench, draw, named.format, row_blocks, column_blocks, 1 + bench.random()() % 4);
    bench.issue(command);
    command.accumulate = true;
    bench.issue(command);
    command.accumulate = false;
    command.buffer = true;
    std::swap(command.a, command.b);
    bench.issue(command);
    bench.wait();
    bench.compare(false, row_blocks, column_blocks, named.name.c_str());
    bench.compare(true, row_blocks, column_blocks, named.name.c_str());
    ++round;
  }
}

// A tile of one block uses an accumulator again as soon as it can.
TEST(MatrixEngine, OneBlock) {
  EngineBench bench;
  Draw draw(2);
  const Format format = {matrix::Element::kFp16, matrix::Element::kFp16, Scale::kNone};
  const Command command = draw_command(bench, draw, format, 1, 1, 9);
  bench.issue(command);
  bench.wait();
  bench.compare(false, 1, 1, "one block");
}

TEST(MatrixEngine, AccumulatesWhatLanesWrote) {
  EngineBench bench;
  Draw draw(3);
  const Format format = {matrix::Element::kBf16, matrix::Element::kBf16, Scale::kNone};
  for (unsigned row = 0; row < bench.dim(); ++row) {
    for (unsigned column = 0; column < bench.dim(); ++column)
      bench.write(true, row, column, 0x4000'0000 + (row << 16) + column);
  }
  bench.compare(true, 1, 1, "written");
  Command command = draw_command(bench, draw, format, 1, 1, 2);
  command.buffer = true;
  command.accumulate = true;
  bench.issue(command);
  bench.wait();
  bench.compare(true, 1, 1, "accumulated");
}

// Tiles as of a product of 256 x 256 x 256: from the first command to the end of the last, beside the cycles of the
// blocks alone.
TEST(MatrixEngine, Utilisation) {
  EngineBench bench;
  Draw draw(4);
  const Format format = {matrix::Element::kFp16, matrix::Element::kFp16, Scale::kNone};
  Command command = draw_command(bench, draw, format, bench.blocks(), bench.blocks(), 16);
  const std::uint64_t begin = bench.cycles();
  constexpr unsigned kTiles = 16;
  for (unsigned tile = 0; tile < kTiles; ++tile) {
    command.buffer = tile % 2 != 0;
    bench.issue(command);
  }
  bench.wait();
  const std::uint64_t ideal = std::uint64_t{kTiles} * command.groups * bench.blocks() * bench.blocks() * 8;
  const double share = static_cast<double>(ideal) / static_cast<double>(bench.cycles() - begin);
  std::printf("dim %u: %llu cycles of blocks in %llu, %.2f %%\n", bench.dim(), static_cast<unsigned long long>(ideal),
              static_cast<unsigned long long>(bench.cycles() - begin), 100 * share);
  EXPECT_GE(share, 0.97);
  bench.compare(true, bench.blocks(), bench.blocks(), "last tile");
}

}  // namespace
}  // namespace heddle::matrix_test
