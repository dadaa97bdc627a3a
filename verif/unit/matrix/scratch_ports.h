// The scratchpad as the matrix engine's two operand ports see it: requests for a line or two, responses in order per
// port, after a latency.
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
  static constexpr unsigned kWords = kLine / 4;

  struct Request {
    bool valid = false;
    unsigned lines = 1;
    std::array<std::uint32_t, 2> address{};
  };
  using Response = std::array<std::uint32_t, 2 * kWords>;

  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(kBytes);
  unsigned latency = 2;     // cycles from a request to its response
  unsigned hesitation = 0;  // refuses requests and delays responses in one cycle of so many; 0: never
  // Words that are read per cycle, as that of a cluster with as many lanes: as many banks, words distributed as in
  // rtl/cluster/scratchpad.sv. 0: both ports are served in every cycle.
  unsigned width = 0;

  // Whose requests are over with this cycle.
  std::array<bool, 2> ready(const std::array<Request, 2>& requests, std::mt19937& random) {
    if (width == 0) return {!hesitates(random), !hesitates(random)};
    std::array<bool, 2> served{};
    if (hesitates(random)) return served;
    if (blocked_ != 0) {  // a line takes several cycles
      --blocked_;
      return served;
    }
    const unsigned first = requests[turn_].valid ? turn_ : 1 - turn_, other = 1 - first;
    if (!requests[first].valid) return served;
    turn_ = other;
    if (width < 8) blocked_ = 8 / width - 1;
    const unsigned bank_half = half(requests[first].address[begun_[first]]);
    served[first] = serve(first, requests[first]);
    if (width < 16) return served;
    // A second line of this request, or of the other one, from the other half of the banks.
    if (!served[first] && half(requests[first].address[1]) != bank_half) {
      served[first] = serve(first, requests[first]);
    } else if (requests[other].valid && half(requests[other].address[begun_[other]]) != bank_half) {
      served[other] = serve(other, requests[other]);
    }
    return served;
  }

  void take(unsigned port, const Request& request, std::uint64_t cycle) {
    waiting_[port].push_back({request, cycle + latency});
    reads += request.lines;
  }

  // The response that leaves in this cycle.
  std::optional<Response> respond(unsigned port, std::uint64_t cycle, std::mt19937& random) {
    auto& waiting = waiting_[port];
    if (waiting.empty() || waiting.front().due > cycle || hesitates(random)) return std::nullopt;
    Response words{};
    const Request& request = waiting.front().request;
    for (unsigned w = 0; w < request.lines * kWords; ++w) {
      const std::uint8_t* byte = &memory[request.address[w / kWords] + 4 * (w % kWords)];
      words[w] = static_cast<std::uint32_t>(byte[0]) | byte[1] << 8 | byte[2] << 16 |
                 static_cast<std::uint32_t>(byte[3]) << 24;
    }
    waiting.pop_front();
    return words;
  }

  std::uint64_t reads = 0;

 private:
  struct Read {
    Request request;
    std::uint64_t due;
  };
  // The next line of a request; whether it was the last.
  bool serve(unsigned port, const Request& request) {
    begun_[port] = begun_[port] + 1 == request.lines ? 0 : begun_[port] + 1;
    return begun_[port] == 0;
  }
  bool hesitates(std::mt19937& random) const { return hesitation != 0 && random() % hesitation == 0; }
  // Of 16 banks bit 3 of a word's bank names the half (scratch_pkg.sv): bit 3 of its index, and bits 0, 1 and 2 of its
  // row of banks XOR bits 4 to 6.
  static unsigned half(std::uint32_t address) {
    const std::uint32_t row = address >> 6 ^ address >> 10;
    return (address >> 5 ^ row ^ row >> 1 ^ row >> 2) & 1;
  }

  std::array<std::deque<Read>, 2> waiting_;
  std::array<unsigned, 2> begun_{};  // lines of a request that have been served
  unsigned turn_ = 0;
  unsigned blocked_ = 0;
};

}  // namespace heddle::matrix_test
