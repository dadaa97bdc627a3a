#include "faulty_port.h"

namespace heddle::harness {

using Kind = InjectedFault::Kind;

void FaultyPort::inject(const InjectedFault& fault) {
  fault_ = fault;
  read_ = {};
  write_ = {};
}

void FaultyPort::reset() {
  read_.fresh = write_.fresh = true;
  read_.due = write_.due = false;
  outputs_ = memory_.outputs();
}

// `valid`: as the memory has it.
bool FaultyPort::answer(Channel& channel, bool valid, bool ready) const {
  if (!valid) return ready;
  bool taken = ready;
  if (channel.due && fault_->kind == Kind::kLost) taken = true;
  if (channel.due && channel.repeats && ready) {
    channel.repeats = false;
    taken = false;
  }
  channel.fresh = taken;
  return taken;
}

void FaultyPort::advance(Channel& channel, bool write, bool valid) {
  if (!valid) {
    channel.due = false;
    channel.fresh = true;
    return;
  }
  if (!channel.fresh) return;
  channel.fresh = false;
  channel.due = fault_->write == write && fault_->number == channel.begun++;
  channel.repeats = channel.due && fault_->kind == Kind::kTwice;
}

void FaultyPort::clock(const AxiMasterSignals& master) {
  if (!fault_ || fault_->kind == Kind::kState) {
    memory_.clock(master);
    outputs_ = memory_.outputs();
    return;
  }
  AxiMasterSignals seen = master;
  seen.r_ready = answer(read_, memory_.outputs().r.valid, master.r_ready);
  seen.b_ready = answer(write_, memory_.outputs().b.valid, master.b_ready);
  memory_.clock(seen);
  outputs_ = memory_.outputs();
  advance(read_, false, outputs_.r.valid);
  advance(write_, true, outputs_.b.valid);
  const unsigned bit = fault_->bit;
  if (read_.due) {
    AxiRead& read = outputs_.r;
    if (fault_->kind == Kind::kData) read.data[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    if (fault_->kind == Kind::kResponse) read.resp ^= static_cast<uint8_t>(1U << bit);
    if (fault_->kind == Kind::kId) read.id ^= static_cast<uint8_t>(1U << bit);
    if (fault_->kind == Kind::kLast) read.last = !read.last;
    if (fault_->kind == Kind::kLost) read.valid = false;
  }
  if (write_.due) {
    AxiWriteResponse& response = outputs_.b;
    if (fault_->kind == Kind::kResponse) response.resp ^= static_cast<uint8_t>(1U << bit);
    if (fault_->kind == Kind::kId) response.id ^= static_cast<uint8_t>(1U << bit);
    if (fault_->kind == Kind::kLost) response.valid = false;
  }
}

}  // namespace heddle::harness
