#include "memory_port.h"

namespace heddle::bridge_test {

std::uint32_t MemoryPort::get_word(std::uint64_t address) const {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{get(address + i)} << 8 * i;
  return word;
}

void MemoryPort::put_word(std::uint64_t address, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) put(address + i, static_cast<std::uint8_t>(value >> 8 * i));
}

void MemoryPort::perform(Transaction& transaction, bool write) {
  transaction.performed = true;
  const std::uint64_t page = transaction.request.address >> 12;
  const auto found = pages.find(page);
  if (found == pages.end()) ++strays;
  transaction.error = found == pages.end() || (write ? write_errors : read_errors).contains(page);
  for (unsigned beat = 0; beat <= transaction.request.len; ++beat) {
    const std::uint64_t offset = (transaction.request.address & 0xFFF) + std::uint64_t{beat} * beat_bytes_;
    if (!write) transaction.lines.emplace_back().fill(0xEE);
    if (transaction.error || offset + beat_bytes_ > 4096) continue;
    for (unsigned i = 0; i < beat_bytes_; ++i) {
      std::uint8_t& byte = found->second[offset + i];
      if (!write) {
        transaction.lines.back()[i] = byte;
      } else if (transaction.data[beat].strobe >> i & 1) {
        byte = transaction.data[beat].data[i];
      }
    }
  }
}

std::size_t MemoryPort::choose(const std::deque<Transaction>& queue) {
  std::set<unsigned> seen;
  std::size_t chosen = queue.size();
  unsigned eligible = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (!seen.insert(queue[i].request.id).second) continue;
    if (queue[i].due == 0 || queue[i].due > now_) continue;
    if (!timing.reorder) return i;
    if (random_() % ++eligible == 0) chosen = i;
  }
  return chosen;
}

void MemoryPort::clock(const MasterSignals& master) {
  ++now_;
  const auto due = [this] { return now_ + timing.latency + (timing.jitter == 0 ? 0 : random_() % timing.jitter); };
  if (master.ar.valid && outputs_.ar_ready) {
    reads_.push_back({.request = master.ar, .due = due()});
    reads += master.ar.len + 1;
    if (watch) watch(master.ar.address >> 12, false, master.ar.id);
  }
  if (master.aw.valid && outputs_.aw_ready) {
    writes_.push_back({.request = master.aw});
    writes += master.aw.len + 1;
    if (watch) watch(master.aw.address >> 12, true, master.aw.id);
  }
  if (master.w.valid && outputs_.w_ready) data_.push_back(master.w);
  for (Transaction& write : writes_) {
    while (!write.complete && !data_.empty()) {
      write.data.push_back(data_.front());
      data_.pop_front();
      write.complete = write.data.size() == write.request.len + 1;
      if (write.complete) write.due = due();
    }
  }
  for (auto* queue : {&reads_, &writes_}) {
    for (Transaction& transaction : *queue) {
      // Only what goes first of its identifier may take effect early, so that accesses of one stay in order.
      const bool write = queue == &writes_;
      if (!timing.reorder || transaction.performed || (write && !transaction.complete)) break;
      if (draw(20)) perform(transaction, write);
      break;
    }
  }

  if (!outputs_.b.valid || master.b_ready) {
    outputs_.b.valid = false;
    const std::size_t n = choose(writes_);
    if (n != writes_.size() && draw(timing.valid)) {
      if (!writes_[n].performed) perform(writes_[n], true);
      outputs_.b = {.valid = true, .id = writes_[n].request.id, .resp = writes_[n].error ? error_response : 0U};
      writes_.erase(writes_.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }
  if (!outputs_.r.valid || master.r_ready) {
    const bool in_burst = outputs_.r.valid && !outputs_.r.last;
    outputs_.r.valid = false;
    std::size_t n = reads_.size();
    if (in_burst && !(timing.reorder && draw(30))) {
      n = 0;
      while (reads_[n].request.id != outputs_.r.id) ++n;
    } else {
      n = choose(reads_);
    }
    if (n != reads_.size() && draw(timing.valid)) {
      Transaction& read = reads_[n];
      if (!read.performed) perform(read, false);
      outputs_.r.data = read.lines[read.sent];
      outputs_.r.id = read.request.id;
      outputs_.r.resp = read.error ? error_response : 0;
      outputs_.r.last = read.sent++ == read.request.len;
      outputs_.r.valid = true;
      if (outputs_.r.last) reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(n));
    }
  }
  outputs_.ar_ready = draw(timing.ready);
  outputs_.aw_ready = draw(timing.ready);
  outputs_.w_ready = draw(timing.ready);
}

}  // namespace heddle::bridge_test
