// The scratchpad as the matrix engine's two operand ports see it: responses in order per port, after a latency.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace heddle::matrix_test {

class ScratchPorts {
 public:
  static constexpr unsigned kBytes = 1u << 18;
  static constexpr unsigned kLine = 32;
  using Line = std::array<std::uint32_t, kLine / 4>;

  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(kBytes);
  unsigned latency = 2;     // cycles from a request to its response
  unsigned hesitation = 0;  // refuses requests and delays responses in one cycle of so many; 0: never
  // Words that are read per cycle, as that of a cluster with as many lanes: as many banks, words distributed as in
  // rtl/cluster/scratchpad.sv. 0: both ports are served in every cycle.
  unsigned width = 0;

  // Which of the ports may be served in this cycle.
  std::array<bool, 2> ready(const std::array<bool, 2>& valid, const std::array<std::uint32_t, 2>& address,
                            std::mt19937& random) {
    std::array<bool, 2> served = {!hesitates(random), !hesitates(random)};
    if (width == 0) return served;
    if (blocked_ != 0) {  // a line takes several cycles
      --blocked_;
      return {false, false};
    }
    const unsigned first = turn_;
    if (valid[0] && valid[1]) {
      // Lines of 8 words: with 16 banks two can be read together if they lie in different halves of them.
      if (width < 16 || half(address[0]) == half(address[1])) served[1 - first] = false;
    }
    return served;
  }

  void take(unsigned port, std::uint32_t address, std::uint64_t cycle) {
    waiting_[port].push_back({address, cycle + latency});
    ++reads;
    if (width != 0) {
      turn_ = 1 - port;
      blocked_ = width < 8 ? 8 / width - 1 : 0;
    }
  }

  // The response that leaves in this cycle.
  std::optional<Line> respond(unsigned port, std::uint64_t cycle, std::mt19937& random) {
    auto& waiting = waiting_[port];
    if (waiting.empty() || waiting.front().due > cycle || hesitates(random)) return std::nullopt;
    Line line;
    for (unsigned w = 0; w < line.size(); ++w) {
      const std::uint8_t* byte = &memory[waiting.front().address + 4 * w];
      line[w] = static_cast<std::uint32_t>(byte[0]) | byte[1] << 8 | byte[2] << 16 |
                static_cast<std::uint32_t>(byte[3]) << 24;
    }
    waiting.pop_front();
    return line;
  }

  std::uint64_t reads = 0;

 private:
  struct Read {
    std::uint32_t address;
    std::uint64_t due;
  };
  bool hesitates(std::mt19937& random) const { return hesitation != 0 && random() % hesitation == 0; }
  // A word's bank is its index XORed with its row of banks; of 16 banks bit 3 names the half.
  static unsigned half(std::uint32_t address) { return (address >> 5 ^ address >> 9) & 1; }

  std::array<std::deque<Read>, 2> waiting_;
  unsigned turn_ = 0;
  unsigned blocked_ = 0;
};

}  // namespace heddle::matrix_test
