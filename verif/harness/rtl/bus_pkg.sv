// The DPI functions behind the ports of the die: the C++ side is verif/harness/src/dpi_bus.cpp. Of an AXI4 port, per rising edge: the
// payloads of the valid channels first, then the clock function with the handshake signals before the edge, which gives
// those after it, then the payloads of the channels that have become valid.
package bus_pkg;

  import heddle_config_pkg::*;

  typedef bit [8*LineBytes/MemoryBeats-1:0] beat_bits_t;
  typedef bit [127:0]                       strobe_bits_t;  // of the widest port

  // AXI4 ports.
  localparam int unsigned DeviceMemory = 0;
  localparam int unsigned HostMemory   = 1;

  import "DPI-C" function void heddle_bus_aw(input int unsigned port, input int unsigned id, input longint unsigned addr, input int unsigned len,
                                             input int unsigned size, input int unsigned burst);
  import "DPI-C" function void heddle_bus_w(input int unsigned port, input beat_bits_t data, input strobe_bits_t strb, input bit last);
  import "DPI-C" function void heddle_bus_ar(input int unsigned port, input int unsigned id, input longint unsigned addr, input int unsigned len,
                                             input int unsigned size, input int unsigned burst);
  import "DPI-C" function void heddle_bus_clock(
      input int unsigned port, input bit aw_valid, input bit w_valid, input bit b_ready, input bit ar_valid, input bit r_ready,
      output bit aw_ready, output bit w_ready, output bit b_valid, output bit ar_ready, output bit r_valid);
  // At an edge during reset: what the device drives.
  import "DPI-C" function void heddle_bus_reset(input int unsigned port, input bit aw_valid, input bit w_valid, input bit ar_valid);
  import "DPI-C" function void heddle_bus_b(input int unsigned port, output int unsigned id, output int unsigned resp);
  import "DPI-C" function void heddle_bus_r(input int unsigned port, output int unsigned id, output int unsigned resp, output bit last,
                                            output beat_bits_t data);

  // BAR2, whose master is the host; per rising edge: what the device answers where it is valid, then the clock function with the
  // handshake signals before the edge, which gives those after it, then the payloads of the channels that are valid then.
  import "DPI-C" function void heddle_aperture_reset(input bit b_valid, input bit r_valid);
  import "DPI-C" function void heddle_aperture_b(input int unsigned id, input int unsigned resp);
  import "DPI-C" function void heddle_aperture_r(input int unsigned id, input int unsigned resp, input bit last, input beat_bits_t data);
  import "DPI-C" function void heddle_aperture_clock(
      input bit aw_ready, input bit w_ready, input bit b_valid, input bit ar_ready, input bit r_valid,
      output bit aw_valid, output bit w_valid, output bit b_ready, output bit ar_valid, output bit r_ready);
  import "DPI-C" function void heddle_aperture_address(input bit write, output int unsigned id, output int unsigned addr, output int unsigned len,
                                                       output int unsigned size, output int unsigned burst);
  import "DPI-C" function void heddle_aperture_w(output beat_bits_t data, output strobe_bits_t strb, output bit last);

  import "DPI-C" function void heddle_host_reset(input bit b_valid, input bit r_valid);
  // The host: what it drives from now on, from what the device answers.
  import "DPI-C" function void heddle_host_clock(
      input bit aw_ready, input bit w_ready, input bit b_valid, input int unsigned b_resp,
      input bit ar_ready, input bit r_valid, input int unsigned r_data, input int unsigned r_resp,
      output bit aw_valid, output int unsigned aw_addr, output bit w_valid, output int unsigned w_data,
      output bit b_ready, output bit ar_valid, output int unsigned ar_addr, output bit r_ready);

endpackage
