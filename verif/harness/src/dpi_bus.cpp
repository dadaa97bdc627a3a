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

AxiAddress address_of(unsigned id, uint64_t addr, unsigned len, unsigned size, unsigned burst) {
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

void heddle_bus_aw(unsigned port, unsigned id, unsigned long long addr, unsigned len, unsigned size, unsigned burst) {
  active_bus()->ports[port].master.aw = heddle::harness::address_of(id, addr, len, size, burst);
}

void heddle_bus_ar(unsigned port, unsigned id, unsigned long long addr, unsigned len, unsigned size, unsigned burst) {
  active_bus()->ports[port].master.ar = heddle::harness::address_of(id, addr, len, size, burst);
}

void heddle_bus_w(unsigned port, const svBitVecVal* data, const svBitVecVal* strb, svBit last) {
  BusSink& bus = *active_bus();
  heddle::harness::AxiWrite& w = bus.ports[port].master.w;
  std::memcpy(w.data.data(), data, bus.beat_bytes);
  std::memcpy(w.strobe.data(), strb, sizeof w.strobe);
  w.last = last != 0;
}

void heddle_bus_reset(unsigned port, svBit aw_valid, svBit w_valid, svBit ar_valid) {
  BusSink& bus = *active_bus();
  if (!bus.registers_reset || !bus.checks) return;
  heddle::harness::AxiMasterSignals master;
  master.aw.valid = aw_valid != 0;
  master.w.valid = w_valid != 0;
  master.ar.valid = ar_valid != 0;
  heddle::harness::guarded(bus,
                           [&] { bus.ports[port].checker->observe_reset(master, bus.ports[port].memory->outputs()); });
}

void heddle_host_reset(svBit b_valid, svBit r_valid) {
  BusSink& bus = *active_bus();
  if (!bus.registers_reset || !bus.checks) return;
  heddle::harness::HostResponse device;
  device.b_valid = b_valid != 0;
  device.r_valid = r_valid != 0;
  heddle::harness::guarded(bus, [&] { bus.host_checker->observe_reset(bus.host->request(), device); });
}

void heddle_bus_clock(unsigned number, svBit aw_valid, svBit w_valid, svBit b_ready, svBit ar_valid, svBit r_ready,
                      svBit* aw_ready, svBit* w_ready, svBit* b_valid, svBit* ar_ready, svBit* r_valid) {
  BusSink& bus = *active_bus();
  heddle::harness::BusPort& port = bus.ports[number];
  port.master.aw.valid = aw_valid != 0;
  port.master.w.valid = w_valid != 0;
  port.master.b_ready = b_ready != 0;
  port.master.ar.valid = ar_valid != 0;
  port.master.r_ready = r_ready != 0;
  heddle::harness::guarded(bus, [&] {
    if (bus.checks) port.checker->observe(port.master, port.memory->outputs());
    port.memory->clock(port.master);
  });
  const heddle::harness::AxiSlaveSignals& slave = port.memory->outputs();
  *aw_ready = slave.aw_ready;
  *w_ready = slave.w_ready;
  *b_valid = slave.b.valid;
  *ar_ready = slave.ar_ready;
  *r_valid = slave.r.valid;
}

void heddle_bus_b(unsigned port, unsigned* id, unsigned* resp) {
  const auto& response = active_bus()->ports[port].memory->outputs().b;
  *id = response.id;
  *resp = response.resp;
}

void heddle_bus_r(unsigned port, unsigned* id, unsigned* resp, svBit* last, svBitVecVal* data) {
  const BusSink& bus = *active_bus();
  const auto& read = bus.ports[port].memory->outputs().r;
  *id = read.id;
  *resp = read.resp;
  *last = read.last;
  std::memcpy(data, read.data.data(), bus.beat_bytes);
}

void heddle_aperture_reset(svBit b_valid, svBit r_valid) {
  BusSink& bus = *active_bus();
  if (!bus.registers_reset || !bus.checks) return;
  heddle::harness::AxiSlaveSignals device;
  device.b.valid = b_valid != 0;
  device.r.valid = r_valid != 0;
  heddle::harness::guarded(bus, [&] { bus.aperture.checker->observe_reset(bus.aperture.master->outputs(), device); });
}

void heddle_aperture_b(unsigned id, unsigned resp) {
  heddle::harness::AxiWriteResponse& b = active_bus()->aperture.slave.b;
  b.id = static_cast<uint8_t>(id);
  b.resp = static_cast<uint8_t>(resp);
}

void heddle_aperture_r(unsigned id, unsigned resp, svBit last, const svBitVecVal* data) {
  BusSink& bus = *active_bus();
  heddle::harness::AxiRead& r = bus.aperture.slave.r;
  r.id = static_cast<uint8_t>(id);
  r.resp = static_cast<uint8_t>(resp);
  r.last = last != 0;
  std::memcpy(r.data.data(), data, bus.beat_bytes);
}

void heddle_aperture_clock(svBit aw_ready, svBit w_ready, svBit b_valid, svBit ar_ready, svBit r_valid, svBit* aw_valid,
                           svBit* w_valid, svBit* b_ready, svBit* ar_valid, svBit* r_ready) {
  BusSink& bus = *active_bus();
  heddle::harness::AperturePort& port = bus.aperture;
  port.slave.aw_ready = aw_ready != 0;
  port.slave.w_ready = w_ready != 0;
  port.slave.b.valid = b_valid != 0;
  port.slave.ar_ready = ar_ready != 0;
  port.slave.r.valid = r_valid != 0;
  heddle::harness::guarded(bus, [&] {
    if (bus.checks) port.checker->observe(port.master->outputs(), port.slave);
    port.master->clock(port.slave);
  });
  const heddle::harness::AxiMasterSignals& master = port.master->outputs();
  *aw_valid = master.aw.valid;
  *w_valid = master.w.valid;
  *b_ready = master.b_ready;
  *ar_valid = master.ar.valid;
  *r_ready = master.r_ready;
}

void heddle_aperture_address(svBit write, unsigned* id, unsigned* addr, unsigned* len, unsigned* size,
                             unsigned* burst) {
  const heddle::harness::AxiMasterSignals& master = active_bus()->aperture.master->outputs();
  const heddle::harness::AxiAddress& address = write != 0 ? master.aw : master.ar;
  *id = address.id;
  *addr = static_cast<unsigned>(address.address);
  *len = address.len;
  *size = address.size;
  *burst = address.burst;
}

void heddle_aperture_w(svBitVecVal* data, svBitVecVal* strb, svBit* last) {
  const BusSink& bus = *active_bus();
  const heddle::harness::AxiWrite& w = bus.aperture.master->outputs().w;
  std::memcpy(data, w.data.data(), bus.beat_bytes);
  std::memcpy(strb, w.strobe.data(), sizeof w.strobe);
  *last = w.last;
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
