#include "dram_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "heddle/harness/rtl_device.h"

namespace heddle::harness {

namespace {

// Nanoseconds as cycles of 1 GHz. DDR4-3200 (JESD79-4, speed bin 22-22-22, 8 Gb): 25.6 bytes a cycle. HBM2 (JESD235, 2
// Gb/s a pin, 128-bit channels): 32 bytes a cycle and channel.
const std::array<DramParameters, 2> kParts = {{
    {.name = "ddr4",
     .channels = 1,
     .banks = 16,
     .row_bytes = 8192,
     .activate = 14,
     .precharge = 14,
     .column = 14,
     .row_active = 32,
     .write_recovery = 15,
     .turnaround = 8,
     .burst_quarters = 10,
     .refresh_interval = 7800,
     .refresh = 350,
     .queue = 32,
     .controller = 20},
    {.name = "hbm",
     .channels = 8,
     .banks = 16,
     .row_bytes = 2048,
     .activate = 14,
     .precharge = 14,
     .column = 14,
     .row_active = 33,
     .write_recovery = 15,
     .turnaround = 6,
     .burst_quarters = 8,
     .refresh_interval = 3900,
     .refresh = 260,
     .queue = 16,
     .controller = 20},
}};

}  // namespace

const DramParameters& DramParameters::named(std::string_view name) {
  for (const DramParameters& part : kParts) {
    if (part.name == name) return part;
  }
  throw RtlOptionsError(fmt::format("unknown memory '{}': fixed, ddr4 or hbm", name));
}

DramTiming::DramTiming(const DramParameters& parameters, unsigned line_bytes)
    : parameters_(parameters),
      line_bytes_(line_bytes),
      line_quarters_(parameters.burst_quarters *
                     ((line_bytes + DramParameters::kBurstBytes - 1) / DramParameters::kBurstBytes)),
      channels_(parameters.channels) {
  for (Channel& channel : channels_) {
    channel.banks.resize(parameters.banks);
    channel.next_refresh = parameters.refresh_interval;
  }
}

double DramTiming::peak() const { return 4.0 * parameters_.channels / line_quarters_; }

DramTiming::Place DramTiming::place(uint32_t address) const {
  uint32_t rest = address / line_bytes_;
  const unsigned channel = rest % parameters_.channels;
  rest /= parameters_.channels;
  rest /= parameters_.row_bytes / line_bytes_;
  const unsigned bank = rest % parameters_.banks;
  return {.channel = channel, .bank = bank, .row = rest / parameters_.banks};
}

bool DramTiming::accepts(uint32_t address) const {
  return channels_[place(address).channel].queue.size() < parameters_.queue;
}

void DramTiming::start(uint64_t token, uint32_t address, bool write) {
  const Place where = place(address);
  channels_[where.channel].queue.push_back({.token = token, .bank = where.bank, .row = where.row, .write = write});
}

void DramTiming::refresh(Channel& channel) {
  if (parameters_.refresh_interval == 0 || now_ < channel.next_refresh) return;
  channel.next_refresh += parameters_.refresh_interval;
  uint64_t closed = now_;
  for (Bank& bank : channel.banks) {
    if (bank.open) closed = std::max(closed, bank.precharge_from + parameters_.precharge);
    bank.open = false;
  }
  channel.busy_until = closed + parameters_.refresh;
}

// Opens the row of the oldest request that needs another one and whose bank has nothing older to do.
void DramTiming::activate(Channel& channel) {
  uint64_t wanted_banks = 0;  // of older requests
  for (const Request& request : channel.queue) {
    Bank& bank = channel.banks[request.bank];
    const uint64_t bit = uint64_t{1} << request.bank;
    if ((wanted_banks & bit) != 0) continue;
    wanted_banks |= bit;
    if ((bank.open && bank.row == request.row) || now_ < bank.column_from) continue;
    if (bank.open && now_ < bank.precharge_from) continue;
    const uint64_t closed = bank.open ? now_ + parameters_.precharge : now_;
    bank = {.open = true,
            .fresh = true,
            .row = request.row,
            .column_from = closed + parameters_.activate,
            .precharge_from = closed + parameters_.row_active};
    return;
  }
}

// The oldest request whose row is open gets the data bus as soon as that is free.
void DramTiming::access(Channel& channel) {
  const auto ready = [&](const Request& request) {
    const Bank& bank = channel.banks[request.bank];
    if (!bank.open || bank.row != request.row || now_ < bank.column_from) return false;
    const uint64_t idle = channel.last_was_write != request.write ? 4 * parameters_.turnaround : 0;
    return channel.bus_free_quarters + idle < 4 * (now_ + parameters_.column + 1);
  };
  const bool only_oldest = !channel.queue.empty() && channel.queue.front().bypassed >= kMaxBypass;
  const auto end = only_oldest ? channel.queue.begin() + 1 : channel.queue.end();
  const auto chosen = std::find_if(channel.queue.begin(), end, ready);
  if (chosen == end) return;
  for (auto passed = channel.queue.begin(); passed != chosen; ++passed) ++passed->bypassed;

  Bank& bank = channel.banks[chosen->bank];
  ++(bank.fresh ? row_misses_ : row_hits_);
  bank.fresh = false;
  const uint64_t idle = channel.last_was_write != chosen->write ? 4 * parameters_.turnaround : 0;
  const uint64_t data = std::max(4 * (now_ + parameters_.column), channel.bus_free_quarters + idle);
  channel.bus_free_quarters = data + line_quarters_;
  channel.last_was_write = chosen->write;
  const uint64_t finished = (channel.bus_free_quarters + 3) / 4;
  const uint64_t recovered = chosen->write ? finished + parameters_.write_recovery : now_ + 1;
  bank.precharge_from = std::max(bank.precharge_from, recovered);
  pending_.push_back({.token = chosen->token, .due = finished + parameters_.controller});
  channel.queue.erase(chosen);
}

void DramTiming::clock() {
  ++now_;
  finished_.clear();
  for (Channel& channel : channels_) {
    refresh(channel);
    if (now_ < channel.busy_until) continue;
    access(channel);
    activate(channel);
  }
  std::erase_if(pending_, [this](const Pending& pending) {
    if (pending.due > now_) return false;
    finished_.push_back(pending.token);
    return true;
  });
}

}  // namespace heddle::harness
