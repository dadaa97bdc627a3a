#include "axi_memory.h"

#include <algorithm>
#include <bitset>

namespace heddle::harness {

namespace {
constexpr unsigned kReadyPercent = 70;
constexpr unsigned kValidPercent = 70;
constexpr unsigned kInterleavePercent = 30;  // of the beats of a burst, that another burst may go before
constexpr unsigned kEarlyPercent = 20;       // of transactions not yet due, per cycle, that take effect now
}  // namespace

AxiMemory::AxiMemory(const Settings& settings, BeatStore& memory)
    : settings_(settings), memory_(memory), random_(settings.seed) {
  ready_follows_valid_ = settings_.random && settings_.seed % 4 == 0;
  reset();
}

void AxiMemory::reset() {
  outputs_ = {};
  read_queue_.clear();
  write_queue_.clear();
  write_data_.clear();
  silent_ = false;
  if (settings_.dram) dram_.emplace(*settings_.dram, settings_.line_bytes);
}

void AxiMemory::set_error_range(uint64_t first, uint64_t last, unsigned response) {
  error_range_ = {first, last};
  error_response_ = static_cast<uint8_t>(response);
}

void AxiMemory::set_silent_range(uint64_t first, uint64_t last) { silent_range_ = {first, last}; }

bool AxiMemory::touches(const Range& range, uint64_t address) const {
  return range.first <= range.last && address + (settings_.beat_bytes - 1) >= range.first && address <= range.last;
}

bool AxiMemory::touches(const Range& range, const AxiAddress& request) const {
  for (unsigned beat = 0; beat <= request.len; ++beat) {
    if (touches(range, request.address + beat * settings_.beat_bytes)) return true;
  }
  return false;
}

double AxiMemory::peak() const {
  if (!dram_) return settings_.bandwidth;
  return std::min(settings_.bandwidth, dram_->peak() * settings_.line_bytes / settings_.beat_bytes);
}

uint64_t AxiMemory::draw_latency() {
  if (!settings_.random) return settings_.latency;
  return 1 + random_() % (2 * uint64_t{settings_.latency});
}

bool AxiMemory::draw(unsigned percent) { return random_() % 100 < percent; }

void AxiMemory::accept(const AxiMasterSignals& master) {
  if (master.ar.valid && outputs_.ar_ready && touches(silent_range_, master.ar)) {
    silent_ = true;
  } else if (master.ar.valid && outputs_.ar_ready) {
    Transaction& read = read_queue_.emplace_back();
    read.request = master.ar;
    if (!dram_) read.due = now_ + draw_latency();
    read.token = tokens_++;
    read.beats_left = master.ar.len + 1U;
    reads_ += read.beats_left;
    ++activity_;
  }
  if (master.aw.valid && outputs_.aw_ready) {
    Transaction& write = write_queue_.emplace_back();
    write.request = master.aw;
    write.token = tokens_++;
    write.beats_left = master.aw.len + 1U;
    write.silent = touches(silent_range_, master.aw);
    writes_ += write.beats_left;
    ++activity_;
  }
  if (master.w.valid && outputs_.w_ready) {
    write_data_.push_back(master.w);
    ++activity_;
  }
}

// Write data comes in the order of the addresses; it may come before them.
void AxiMemory::attach_write_data() {
  while (!write_data_.empty()) {
    const auto open = std::find_if(write_queue_.begin(), write_queue_.end(), [](const auto& w) { return !w.complete; });
    if (open == write_queue_.end()) return;
    open->data.push_back(write_data_.front());
    write_data_.pop_front();
    if (--open->beats_left != 0) continue;
    if (open->silent) {
      silent_ = true;
      write_queue_.erase(open);
      continue;
    }
    open->complete = true;
    if (!dram_) open->due = now_ + draw_latency();
  }
}

void AxiMemory::clock_dram() {
  // Lines, of which a burst may be a part, or several.
  const unsigned line_bytes = settings_.line_bytes;
  const auto lines = [&](const Transaction& transaction) {
    return std::max(1U, (transaction.request.len + 1U) * settings_.beat_bytes / line_bytes);
  };
  const auto line_address = [&](const Transaction& transaction) {
    return (static_cast<uint32_t>(transaction.request.address) & ~(line_bytes - 1)) + transaction.started * line_bytes;
  };
  const auto start = [&](std::deque<Transaction>& queue, bool write) {
    for (Transaction& transaction : queue) {
      if (write && !transaction.complete) return;
      for (; transaction.started < lines(transaction); ++transaction.started) {
        if (!dram_->accepts(line_address(transaction))) return;
        dram_->start(transaction.token, line_address(transaction), write);
      }
    }
  };
  start(read_queue_, false);
  start(write_queue_, true);
  dram_->clock();
  for (const uint64_t token : dram_->finished()) {
    for (std::deque<Transaction>* queue : {&read_queue_, &write_queue_}) {
      const auto found =
          std::find_if(queue->begin(), queue->end(), [token](const auto& t) { return t.token == token; });
      if (found != queue->end() && ++found->moved == lines(*found)) found->due = now_;
    }
  }
}

void AxiMemory::perform_write(Transaction& write) {
  write.performed = true;
  const bool observed = uncached_observer_ && write.request.id >= settings_.uncached_id;
  const unsigned bytes = settings_.beat_bytes;
  for (size_t beat = 0; beat < write.data.size(); ++beat) {
    const uint64_t address = (write.request.address & ~uint64_t{bytes - 1}) + beat * bytes;
    const AxiWrite& data = write.data[beat];
    const std::span<const std::byte> line = std::as_bytes(std::span(data.data).first(bytes));
    if (touches(error_range_, address) || !memory_.write_beat(address, line, data.strobe)) {
      write.error = true;
      continue;
    }
    for (unsigned i = 0; observed && i < bytes; ++i) {
      if (strobe_bit(data.strobe, i)) uncached_observer_(static_cast<uint32_t>(address) + i, line[i]);
    }
  }
}

void AxiMemory::perform_read(Transaction& read) {
  read.performed = true;
  const unsigned bytes = settings_.beat_bytes;
  for (unsigned beat = 0; beat <= read.request.len; ++beat) {
    const uint64_t address = (read.request.address & ~uint64_t{bytes - 1}) + beat * bytes;
    LineData& line = read.line.emplace_back();
    if (!touches(error_range_, address) &&
        memory_.read_beat(address, std::as_writable_bytes(std::span(line).first(bytes)))) {
      continue;
    }
    read.error = true;
    line.fill(0xEE);  // nobody may use it
  }
}

// The oldest transaction of each id that is due may be answered; without randomness the oldest of those. At a fixed
// latency that is the oldest of all.
size_t AxiMemory::choose(const std::deque<Transaction>& queue) {
  if (!settings_.random && !dram_)
    return !queue.empty() && queue[0].due <= now_ && (queue[0].due != 0) ? 0 : queue.size();
  std::bitset<256> seen;
  size_t chosen = queue.size();
  unsigned eligible = 0;
  for (size_t i = 0; i < queue.size(); ++i) {
    const Transaction& transaction = queue[i];
    if (seen[transaction.request.id]) continue;
    seen[transaction.request.id] = true;
    if (transaction.due == 0 || transaction.due > now_) continue;
    if (!settings_.random) return i;
    if (random_() % ++eligible == 0) chosen = i;
  }
  return chosen;
}

void AxiMemory::drive_write_response(const AxiMasterSignals& master) {
  if (outputs_.b.valid && !master.b_ready) return;
  outputs_.b.valid = false;
  if (write_queue_.empty()) return;
  if (settings_.random && !draw(kValidPercent)) return;
  if (write_tokens_ < 1.0) return;
  const size_t index = choose(write_queue_);
  if (index == write_queue_.size()) return;
  Transaction& write = write_queue_[index];
  if (!write.performed) perform_write(write);
  write_tokens_ -= static_cast<double>(write.data.size());
  outputs_.b = {.valid = true, .id = write.request.id, .resp = write.error ? error_response_ : uint8_t{kRespOkay}};
  write_queue_.erase(write_queue_.begin() + static_cast<std::ptrdiff_t>(index));
  ++activity_;
}

void AxiMemory::drive_read_response(const AxiMasterSignals& master) {
  if (outputs_.r.valid && !master.r_ready) return;
  const bool in_burst = outputs_.r.valid && !outputs_.r.last;
  outputs_.r.valid = false;
  if (read_queue_.empty()) return;
  if (settings_.random && !in_burst && !draw(kValidPercent)) return;
  if (read_tokens_ < 1.0) return;
  size_t index = 0;
  if (in_burst && !(settings_.random && draw(kInterleavePercent))) {
    while (read_queue_[index].request.id != outputs_.r.id) ++index;
  } else {
    index = choose(read_queue_);
    if (index == read_queue_.size()) return;
  }
  Transaction& read = read_queue_[index];
  if (!read.performed) perform_read(read);
  read_tokens_ -= 1.0;
  const size_t beat = read.line.size() - read.beats_left;
  --read.beats_left;
  outputs_.r.valid = true;
  outputs_.r.id = read.request.id;
  outputs_.r.resp = read.error ? error_response_ : uint8_t{kRespOkay};
  outputs_.r.last = read.beats_left == 0;
  outputs_.r.data = read.line[beat];
  if (read.beats_left == 0) read_queue_.erase(read_queue_.begin() + static_cast<std::ptrdiff_t>(index));
  ++activity_;
}

void AxiMemory::clock(const AxiMasterSignals& master) {
  ++now_;
  read_tokens_ = std::min(1.0, read_tokens_ + settings_.bandwidth);
  write_tokens_ = std::min(1.0, write_tokens_ + settings_.bandwidth);
  accept(master);
  attach_write_data();
  if (dram_) clock_dram();
  if (settings_.random) {
    std::bitset<256> blocked;  // same-id writes stay in order
    for (Transaction& write : write_queue_) {
      if (!write.complete) break;
      if (!write.performed && !blocked[write.request.id] && draw(kEarlyPercent)) perform_write(write);
      if (!write.performed) blocked[write.request.id] = true;
    }
    for (Transaction& read : read_queue_) {
      if (!read.performed && draw(kEarlyPercent)) perform_read(read);
    }
  }
  drive_write_response(master);
  drive_read_response(master);
  const auto ready = [this](size_t waiting, bool valid, bool was_ready) {
    if (waiting >= kDepth || (settings_.random && !draw(kReadyPercent))) return false;
    return !ready_follows_valid_ || (valid && !was_ready);
  };
  outputs_.ar_ready = ready(read_queue_.size(), master.ar.valid, outputs_.ar_ready);
  outputs_.aw_ready = ready(write_queue_.size(), master.aw.valid, outputs_.aw_ready);
  outputs_.w_ready = ready(write_data_.size(), master.w.valid, outputs_.w_ready);
}

}  // namespace heddle::harness
