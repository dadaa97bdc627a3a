#include "heddle/management/hart.h"

#include <stdexcept>

#include "hart_executor.h"

namespace heddle::management {
namespace {

constexpr std::uint32_t kMie = 1u << 3, kMpie = 1u << 7;  // of mstatus
constexpr std::uint32_t kInterruptCause = 0x8000'0000;
constexpr std::uint32_t kVectored = 1;                                       // of mtvec
constexpr std::uint32_t kInhibitCycle = 1u << 0, kInhibitInstret = 1u << 2;  // of mcountinhibit

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
void set_low(std::uint64_t& counter, std::uint32_t value) { counter = counter >> 32 << 32 | value; }
void set_high(std::uint64_t& counter, std::uint32_t value) { counter = std::uint64_t{value} << 32 | low(counter); }

}  // namespace

Hart::Hart(Bus& bus) : bus_(bus) { reset(); }

void Hart::reset() {
  pc_ = mgmt::kBootRomBase;
  x_ = {};
  for (std::size_t i = 0; i < stored_.size(); ++i) stored_[i] = mgmt::kCsrs[i].reset;
  mcycle_ = minstret_ = retired_ = 0;
  order_ = 0;
  bus_.forget_fetched();
}

std::optional<unsigned> Hart::possible_interrupt(std::uint32_t mip) const {
  if ((stored<mgmt::csr::kMstatus>() & kMie) == 0) return std::nullopt;
  const std::uint32_t asking = mip & stored<mgmt::csr::kMie>();
  for (const unsigned bit : {kExternal, kSoftware, kTimer}) {
    if ((asking >> bit & 1) != 0) return bit;
  }
  return std::nullopt;
}

Retirement Hart::take_interrupt(std::uint32_t mip) {
  const std::optional<unsigned> bit = possible_interrupt(mip);
  if (!bit) throw std::logic_error("no interrupt is pending and enabled");
  Retirement record{.order = order_++, .interrupt = true, .pc = pc_, .mip = mip};
  enter_handler(kInterruptCause + *bit, 0, record);
  if ((stored<mgmt::csr::kMtvec>() & kVectored) != 0) pc_ = record.next_pc += 4 * *bit;
  return record;
}

std::optional<Retirement> Hart::step(const Inputs& inputs) {
  Retirement record;
  record.order = order_;
  const bool counts_cycle = (stored<mgmt::csr::kMcountinhibit>() & kInhibitCycle) == 0;
  if (!Executor(*this, inputs, record).run()) return std::nullopt;
  ++order_;
  if (counts_cycle) ++mcycle_;
  return record;
}

void Hart::count(std::uint64_t instructions) {
  const std::uint32_t inhibit = stored<mgmt::csr::kMcountinhibit>();
  if ((inhibit & kInhibitCycle) == 0) mcycle_ += instructions;
  if ((inhibit & kInhibitInstret) == 0) minstret_ += instructions;
  retired_ += instructions;
  order_ += static_cast<std::uint32_t>(instructions);
}

void Hart::enter_handler(std::uint32_t cause, std::uint32_t tval, Retirement& record) {
  stored<mgmt::csr::kMepc>() = pc_;
  stored<mgmt::csr::kMcause>() = cause;
  stored<mgmt::csr::kMtval>() = tval;
  std::uint32_t& mstatus = stored<mgmt::csr::kMstatus>();
  mstatus = (mstatus & kMie) != 0 ? kMpie : 0;
  pc_ = stored<mgmt::csr::kMtvec>() & ~3u;
  record.cause = cause;
  record.tval = tval;
  record.next_pc = pc_;
}

std::optional<std::uint32_t> Hart::csr(std::uint32_t number, const Inputs& inputs) const {
  const mgmt::CsrInfo* info = mgmt::find_csr(number);
  if (info == nullptr) return std::nullopt;
  switch (info->kind) {
    case mgmt::CsrKind::Constant:
    case mgmt::CsrKind::Ignored: return info->value;
    case mgmt::CsrKind::Stored:
      return (stored_[static_cast<std::size_t>(info - mgmt::kCsrs)] & info->mask) | info->value;
    case mgmt::CsrKind::Pending: return inputs.mip;
    case mgmt::CsrKind::Counter: break;
  }
  switch (number) {
    case mgmt::csr::kMinstret:
    case mgmt::csr::kInstret: return low(minstret_);
    case mgmt::csr::kMinstreth:
    case mgmt::csr::kInstreth: return high(minstret_);
    default: break;
  }
  if (inputs.counter) return inputs.counter;
  switch (number) {
    case mgmt::csr::kTime: return low(inputs.time);
    case mgmt::csr::kTimeh: return high(inputs.time);
    case mgmt::csr::kMcycle:
    case mgmt::csr::kCycle: return low(mcycle_);
    default: return high(mcycle_);
  }
}

void Hart::set_csr(std::uint32_t number, std::uint32_t value) {
  const mgmt::CsrInfo* info = mgmt::find_csr(number);
  if (info == nullptr) return;
  if (info->kind == mgmt::CsrKind::Stored) {
    stored_[static_cast<std::size_t>(info - mgmt::kCsrs)] = value & info->mask;
    return;
  }
  switch (number) {
    case mgmt::csr::kMcycle: set_low(mcycle_, value); break;
    case mgmt::csr::kMcycleh: set_high(mcycle_, value); break;
    case mgmt::csr::kMinstret: set_low(minstret_, value); break;
    case mgmt::csr::kMinstreth: set_high(minstret_, value); break;
    default: break;
  }
}

}  // namespace heddle::management
