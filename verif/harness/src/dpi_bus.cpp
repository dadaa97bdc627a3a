// The C++ side of rtl/bus_pkg.sv.
#include <svdpi.h>

#include <cstring>

#include "bus_sink.h"

namespace heddle::harness {

BusSink*& active_bus() {
  static thread_local BusSink* bus = nullptr;
  return bus;
}

namespace {

AxiAddress address_of(unsigned id, unsigned addr, unsigned len, unsigned size, unsigned burst) {
  return {.valid = true,
          .id = static_cast<uint8_t>(id),
          .address = addr,
          .len = static_cast<uint8_t>(len),
          .size = static_cast<uint8_t>(size),
          .burst = static_cast<uint8_t>(burst)};
}

template <typename Call>
void guarded(BusSink& bus, Call&& call) {
  if (bus.error) return;
  try {
    call();
  } catch (...) {
    bus.error = std::current_exception();
  }
}

}  // namespace
}  // namespace heddle::harness

using heddle::harness::active_bus;
using heddle::harness::BusSink;

extern "C" {

void heddle_bus_aw(unsigned id, unsigned addr, unsigned len, unsigned size, unsigned burst) {
  active_bus()->master.aw = heddle::harness::address_of(id, addr, len, size, burst);
}

void heddle_bus_ar(unsigned id, unsigned addr, unsigned len, unsigned size, unsigned burst) {
  active_bus()->master.ar = heddle::harness::address_of(id, addr, len, size, burst);
}

void heddle_bus_w(const svBitVecVal* data, const svBitVecVal* strb, svBit last) {
  BusSink& bus = *active_bus();
  std::memcpy(bus.master.w.data.data(), data, bus.beat_bytes);
  std::memcpy(bus.master.w.strobe.data(), strb, sizeof bus.master.w.strobe);
  bus.master.w.last = last != 0;
}

void heddle_bus_reset(svBit aw_valid, svBit w_valid, svBit ar_valid) {
  BusSink& bus = *active_bus();
  if (!bus.registers_reset || !bus.checks) return;
  heddle::harness::AxiMasterSignals master;
  master.aw.valid = aw_valid != 0;
  master.w.valid = w_valid != 0;
  master.ar.valid = ar_valid != 0;
  heddle::harness::guarded(bus, [&] { bus.checker->observe_reset(master, bus.memory->outputs()); });
}

void heddle_host_reset(svBit b_valid, svBit r_valid) {
  BusSink& bus = *active_bus();
  if (!bus.registers_reset || !bus.checks) return;
  heddle::harness::HostResponse device;
  device.b_valid = b_valid != 0;
  device.r_valid = r_valid != 0;
  heddle::harness::guarded(bus, [&] { bus.host_checker->observe_reset(bus.host->request(), device); });
}

void heddle_bus_clock(svBit aw_valid, svBit w_valid, svBit b_ready, svBit ar_valid, svBit r_ready, svBit* aw_ready,
                      svBit* w_ready, svBit* b_valid, svBit* ar_ready, svBit* r_valid) {
  BusSink& bus = *active_bus();
  bus.master.aw.valid = aw_valid != 0;
  bus.master.w.valid = w_valid != 0;
  bus.master.b_ready = b_ready != 0;
  bus.master.ar.valid = ar_valid != 0;
  bus.master.r_ready = r_ready != 0;
  heddle::harness::guarded(bus, [&] {
    if (bus.checks) bus.checker->observe(bus.master, bus.memory->outputs());
    bus.memory->clock(bus.master);
  });
  const heddle::harness::AxiSlaveSignals& slave = bus.memory->outputs();
  *aw_ready = slave.aw_ready;
  *w_ready = slave.w_ready;
  *b_valid = slave.b.valid;
  *ar_ready = slave.ar_ready;
  *r_valid = slave.r.valid;
}

void heddle_bus_b(unsigned* id, unsigned* resp) {
  const auto& response = active_bus()->memory->outputs().b;
  *id = response.id;
  *resp = response.resp;
}

void heddle_bus_r(unsigned* id, unsigned* resp, svBit* last, svBitVecVal* data) {
  const BusSink& bus = *active_bus();
  const auto& read = bus.memory->outputs().r;
  *id = read.id;
  *resp = read.resp;
  *last = read.last;
  std::memcpy(data, read.data.data(), bus.beat_bytes);
}

void heddle_host_clock(svBit aw_ready, svBit w_ready, svBit b_valid, unsigned b_resp, svBit ar_ready, svBit r_valid,
                       unsigned r_data, unsigned r_resp, svBit* aw_valid, unsigned* aw_addr, svBit* w_valid,
                       unsigned* w_data, svBit* b_ready, svBit* ar_valid, unsigned* ar_addr, svBit* r_ready) {
  BusSink& bus = *active_bus();
  heddle::harness::HostRequest request;
  heddle::harness::guarded(bus, [&] {
    const heddle::harness::HostResponse device{.aw_ready = aw_ready != 0,
                                               .w_ready = w_ready != 0,
                                               .b_valid = b_valid != 0,
                                               .b_resp = b_resp,
                                               .ar_ready = ar_ready != 0,
                                               .r_valid = r_valid != 0,
                                               .r_data = r_data,
                                               .r_resp = r_resp};
    if (bus.checks) bus.host_checker->observe(bus.host->request(), device);
    request = bus.host->clock(device);
  });
  *aw_valid = request.aw_valid;
  *aw_addr = request.aw_address;
  *w_valid = request.w_valid;
  *w_data = request.w_data;
  *b_ready = request.b_ready;
  *ar_valid = request.ar_valid;
  *ar_addr = request.ar_address;
  *r_ready = request.r_ready;
}

}  // extern "C"
