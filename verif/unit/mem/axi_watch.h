// Shows the AXI4 port of mem_bench to the protocol checker of the harness.
#pragma once

#include <string>

#include "axi_checker.h"
#include "heddle/harness/rtl_device.h"

namespace heddle::membench {

// Once per cycle, with what both sides drive before the rising edge; an empty string, or the rule that was broken.
template <class Dut>
std::string watch_axi(harness::AxiChecker& checker, const Dut& dut, unsigned line_bytes) {
  const auto address = [](auto valid, auto id, auto where, auto len, auto size, auto burst) {
    harness::AxiAddress result;
    result.valid = valid != 0;
    result.id = static_cast<uint8_t>(id);
    result.address = where;
    result.len = static_cast<uint8_t>(len);
    result.size = static_cast<uint8_t>(size);
    result.burst = static_cast<uint8_t>(burst);
    return result;
  };
  harness::AxiMasterSignals master;
  master.aw = address(dut.aw_valid_o, dut.aw_id_o, dut.aw_addr_o, dut.aw_len_o, dut.aw_size_o, dut.aw_burst_o);
  master.ar = address(dut.ar_valid_o, dut.ar_id_o, dut.ar_addr_o, dut.ar_len_o, dut.ar_size_o, dut.ar_burst_o);
  master.w.valid = dut.w_valid_o != 0;
  master.w.last = dut.w_last_o != 0;
  master.b_ready = dut.b_ready_o != 0;
  master.r_ready = dut.r_ready_o != 0;
  harness::AxiSlaveSignals slave;
  slave.aw_ready = dut.aw_ready_i != 0;
  slave.w_ready = dut.w_ready_i != 0;
  slave.ar_ready = dut.ar_ready_i != 0;
  slave.b = {.valid = dut.b_valid_i != 0, .id = static_cast<uint8_t>(dut.b_id_i), .resp = dut.b_resp_i};
  slave.r.valid = dut.r_valid_i != 0;
  slave.r.id = static_cast<uint8_t>(dut.r_id_i);
  slave.r.resp = dut.r_resp_i;
  slave.r.last = true;  // bursts have one beat here
  for (unsigned byte = 0; byte < line_bytes; ++byte) {
    master.w.data[byte] = static_cast<uint8_t>(dut.w_data_o[byte / 4] >> (8 * (byte % 4)));
    const uint64_t strobe = (dut.w_strb_o[byte / 4] >> (byte % 4)) & 1;
    master.w.strobe[byte / 64] |= strobe << (byte % 64);
    slave.r.data[byte] = static_cast<uint8_t>(dut.r_data_i[byte / 4] >> (8 * (byte % 4)));
  }
  try {
    checker.observe(master, slave);
  } catch (const harness::ProtocolError& error) {
    return error.what();
  }
  return {};
}

}  // namespace heddle::membench
