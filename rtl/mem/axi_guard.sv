// Between the memory's responses and the AXI4 master: lets pass only what was asked for. A beat or a write response whose identifier has
// no transaction is dropped and reported; a read burst that ends where its length does not say becomes an error of its line. So a
// response that is doubled, or comes under a wrong identifier, never is taken for that of another transaction; what is lost is missed.
// Latency: none. Throughput: one beat and one write response per cycle.
// Invariants: an identifier is open from its address to its last response; what passes belongs to an open one and has `last` on
// its last beat.
module axi_guard
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  axi_request_t  request_i,     // of the master, as memory sees it but for r_ready
  input  axi_response_t memory_i,
  output axi_response_t response_o,    // to the master
  output logic          r_ready_o,     // to memory
  output logic          stray_o        // something was dropped
);

  localparam int unsigned BeatBits = (MemoryBeats > 1) ? $clog2(MemoryBeats) : 1;

  logic [MemoryRequests-1:0]               read_d, read_q, write_d, write_q;  // open
  logic [MemoryRequests-1:0][BeatBits-1:0] beat_d, beat_q;                    // that have come
  logic                                    read_known, write_known, last;

  assign read_known  = read_q[memory_i.r.id];
  assign write_known = write_q[memory_i.b.id];
  assign last        = beat_q[memory_i.r.id] == BeatBits'(MemoryBeats - 1);
  assign r_ready_o   = request_i.r_ready | ~read_known;
  assign stray_o     = (memory_i.r_valid & ~read_known) | (memory_i.b_valid & ~write_known);

  always_comb begin
    response_o           = memory_i;
    response_o.r_valid   = memory_i.r_valid & read_known;
    response_o.r.last    = last;
    response_o.r.resp[1] = memory_i.r.resp[1] | (memory_i.r.last != last);
    response_o.b_valid   = memory_i.b_valid & write_known;
  end

  always_comb begin
    read_d  = read_q;
    write_d = write_q;
    beat_d  = beat_q;
    if (response_o.r_valid && request_i.r_ready) begin
      beat_d[memory_i.r.id] = last ? '0 : beat_q[memory_i.r.id] + BeatBits'(1);
      if (last) read_d[memory_i.r.id] = 1'b0;
    end
    if (response_o.b_valid && request_i.b_ready)     write_d[memory_i.b.id]    = 1'b0;
    if (request_i.ar_valid && memory_i.ar_ready)     read_d[request_i.ar.id]   = 1'b1;
    if (request_i.aw_valid && memory_i.aw_ready)     write_d[request_i.aw.id]  = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      beat_q  <= '0;
    end else begin
      read_q  <= read_d;
      write_q <= write_d;
      beat_q  <= beat_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_read_once : assert (!(request_i.ar_valid && memory_i.ar_ready) || !read_q[request_i.ar.id]);
      a_write_once : assert (!(request_i.aw_valid && memory_i.aw_ready) || !write_q[request_i.aw.id]);
    end
  end
`endif

endmodule
