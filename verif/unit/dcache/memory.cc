#include "memory.h"

#include <set>

namespace heddle::dcachebench {

Memory::Memory(const Shape& shape, const MemoryTiming& timing, std::mt19937& random)
    : shape_(shape),
      timing_(timing),
      random_(random),
      snoop_now_(shape.cores * shape.banks),
      response_now_(shape.cores),
      has_response_(shape.cores) {}

const std::vector<Version>& Memory::history(uint32_t word) {
  auto& versions = words_[word];
  if (versions.empty()) versions.push_back({word ^ 0x5A00'0000, 0});
  return versions;
}

void Memory::write(uint32_t word, uint32_t value, uint8_t strobe, uint64_t cycle) {
  history(word);
  auto& versions = words_[word];
  uint32_t mask = 0;
  for (unsigned b = 0; b < 4; ++b) {
    if ((strobe >> b) & 1) mask |= 0xFFU << (8 * b);
  }
  versions.push_back({(versions.back().value & ~mask) | (value & mask), cycle});
}

void Memory::host_write(uint32_t word, uint32_t value, uint64_t cycle) { write(word, value, 0xF, cycle); }

void Memory::accept(const MemoryRequest& request, uint64_t cycle) {
  const unsigned span = timing_.max_latency - timing_.min_latency + 1;
  queue_.push_back({request, cycle + timing_.min_latency + random_() % span});
}

void Memory::perform(const MemoryRequest& request, uint64_t cycle) {
  const uint32_t line = request.address & ~(shape_.line_bytes - 1);
  MemoryResponse response{request.id, line >= kErrorBase, std::vector<uint32_t>(shape_.words(), 0xDEAD'BEEF)};
  bool changed = false;
  const unsigned index = (request.address - line) / 4;
  uint32_t answer = 0;
  if (!response.error) {
    switch (request.op) {
      case Op::kRead:
        for (unsigned w = 0; w < shape_.words(); ++w) response.data[w] = history(line + 4 * w).back().value;
        break;
      case Op::kWrite:
        for (unsigned w = 0; w < shape_.words(); ++w) {
          if (request.strobe[w] != 0) write(line + 4 * w, request.data[w], request.strobe[w], cycle);
        }
        changed = true;
        break;
      case Op::kAmo:
        answer = history(request.address).back().value;
        write(request.address, request.data[index], 0xF, cycle);
        changed = true;
        break;
      case Op::kLr: answer = history(request.address).back().value; break;
      case Op::kSc:
        changed = random_() % 100 < timing_.sc_success_percent;
        answer = changed ? 0 : 1;
        if (changed) write(request.address, request.data[index], 0xF, cycle);
        break;
    }
    if (request.op >= Op::kAmo) response.data[index] = answer;
  }
  if (changed) {
    for (unsigned c = 0; c < shape_.cores; ++c) {
      if (c == request.core && request.op == Op::kWrite) continue;
      telling_.push_back({cycle + timing_.snoop_latency, c, bank(line), line});
    }
  }
  if (request.ordered) request.ordered(cycle, answer);
  const unsigned span = timing_.max_latency - timing_.min_latency + 1;
  const unsigned least = changed ? timing_.snoop_latency : 1;
  answers_.push_back(
      {request.core, response, cycle + std::max<uint64_t>(least, timing_.min_latency + random_() % span)});
}

void Memory::tick(uint64_t cycle) {
  // Perform: one access per bank, each line of each port in order.
  std::set<std::pair<unsigned, uint32_t>> blocked;
  std::vector<bool> bank_used(shape_.banks);
  for (size_t i = 0; i < queue_.size();) {
    const MemoryRequest request = queue_[i].request;
    const uint32_t line = request.address & ~(shape_.line_bytes - 1);
    const auto key = std::pair(request.core, line);
    const bool may = !blocked.contains(key) && !bank_used[bank(line)] && queue_[i].due <= cycle;
    if (may) {
      bank_used[bank(line)] = true;
      perform(request, cycle);
      queue_.erase(queue_.begin() + i);
    } else {
      ++i;
    }
    blocked.insert(key);
  }
  // Tell.
  std::fill(snoop_now_.begin(), snoop_now_.end(), Snoop{});
  std::erase_if(telling_, [&](const Told& told) {
    if (told.cycle != cycle) return false;
    snoop_now_[told.core * shape_.banks + told.bank] = {true, told.line};
    return true;
  });
  // Answer: one per port, the one that is due first.
  for (unsigned c = 0; c < shape_.cores; ++c) {
    size_t best = answers_.size();
    for (size_t i = 0; i < answers_.size(); ++i) {
      if (answers_[i].core == c && answers_[i].due <= cycle &&
          (best == answers_.size() || answers_[i].due < answers_[best].due)) {
        best = i;
      }
    }
    has_response_[c] = best != answers_.size();
    if (has_response_[c]) {
      response_now_[c] = answers_[best].response;
      answers_.erase(answers_.begin() + best);
    }
  }
}

}  // namespace heddle::dcachebench
