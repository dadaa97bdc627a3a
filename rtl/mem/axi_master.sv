// AXI4 master for transactions of one line: a burst of MemoryBeats. Every channel is independent: AR, AW and W leave through their own
// register stage, B is handed on as it comes, and so is R, if a line is one beat. An identifier is used by one transaction at a time (the
// user's duty).
// Latency: one cycle to AR, AW and W; none from B; from the last beat of R none where it is the only one, one otherwise.
// Throughput: one read and one write per MemoryBeats cycles.
// Invariants: valid and payload of AR, AW and W stay until ready; a write enters AW and W together.
module axi_master
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                read_valid_i,
  output logic                read_ready_o,
  input  axi_id_t             read_id_i,
  input  line_address_t       read_line_i,
  input  logic                write_valid_i,
  output logic                write_ready_o,
  input  axi_id_t             write_id_i,
  input  line_address_t       write_line_i,
  input  line_t               write_data_i,
  input  line_strobe_t        write_strobe_i,
  output line_read_t          r_o,
  output logic                r_valid_o,
  input  logic                r_ready_i,
  output axi_write_response_t b_o,
  output logic                b_valid_o,
  input  logic                b_ready_i,
  output axi_request_t        axi_o,
  input  axi_response_t       axi_i
);

  axi_address_t ar, ar_out, aw, aw_out;
  line_write_t  w, w_out;
  logic         ar_valid, aw_valid, w_valid, aw_ready, w_ready, w_taken;

  assign ar = '{id: read_id_i, addr: {read_line_i, OffsetBits'(0)}, len: 8'(MemoryBeats - 1), size: 3'($clog2(AxiBytes)), burst: 2'b01};
  assign aw = '{id: write_id_i, addr: {write_line_i, OffsetBits'(0)}, len: 8'(MemoryBeats - 1), size: 3'($clog2(AxiBytes)), burst: 2'b01};
  assign w  = '{data: write_data_i, strobe: write_strobe_i};

  assign write_ready_o = aw_ready & w_ready;

  skid_buffer #(
    .Width($bits(axi_address_t))
  ) u_ar (
    .clk_i,
    .rst_ni,
    .data_i (ar),
    .valid_i(read_valid_i),
    .ready_o(read_ready_o),
    .data_o (ar_out),
    .valid_o(ar_valid),
    .ready_i(axi_i.ar_ready)
  );

  skid_buffer #(
    .Width($bits(axi_address_t))
  ) u_aw (
    .clk_i,
    .rst_ni,
    .data_i (aw),
    .valid_i(write_valid_i & w_ready),
    .ready_o(aw_ready),
    .data_o (aw_out),
    .valid_o(aw_valid),
    .ready_i(axi_i.aw_ready)
  );

  skid_buffer #(
    .Width($bits(line_write_t))
  ) u_w (
    .clk_i,
    .rst_ni,
    .data_i (w),
    .valid_i(write_valid_i & aw_ready),
    .ready_o(w_ready),
    .data_o (w_out),
    .valid_o(w_valid),
    .ready_i(w_taken)
  );

  axi_write_beats u_write_beats (
    .clk_i,
    .rst_ni,
    .line_i (w_out),
    .valid_i(w_valid),
    .taken_o(w_taken),
    .w_o    (axi_o.w),
    .ready_i(axi_i.w_ready)
  );

  axi_read_lines u_read_lines (
    .clk_i,
    .rst_ni,
    .r_i    (axi_i.r),
    .valid_i(axi_i.r_valid),
    .ready_o(axi_o.r_ready),
    .line_o (r_o),
    .valid_o(r_valid_o),
    .ready_i(r_ready_i)
  );

  assign axi_o.ar       = ar_out;
  assign axi_o.ar_valid = ar_valid;
  assign axi_o.aw       = aw_out;
  assign axi_o.aw_valid = aw_valid;
  assign axi_o.w_valid  = w_valid;
  assign axi_o.b_ready  = b_ready_i;
  assign b_o            = axi_i.b;
  assign b_valid_o      = axi_i.b_valid;

endmodule
