// The short way of loads of one line that have committed: the load looks into the data cache in the first cycle of its check. When the line
// is there its write-back is offered in the next cycle, and it takes no slot and no request. It may do so only when every earlier
// request of the unit has gone through the cache (`clear_i`), which keeps program order.
// Latency: one cycle from look to write-back. Throughput: one load per cycle.
// Invariant: a write-back stays until it is taken.
module lsu_fast
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  // stage A of the check
  input  logic             plain_valid_i,
  input  line_address_t    plain_line_i,
  input  lsu_request_t     plain_i,
  output logic             served_o,
  input  logic             clear_i,          // nothing of the unit is on its way to the cache
  // data cache
  output logic             look_valid_o,
  output line_address_t    look_line_o,
  input  logic             look_hit_i,
  output logic             look_take_o,
  input  line_t            look_data_i,      // from the cycle after look_take_o until look_done_o
  output logic             look_done_o,
  // write-back
  output lsu_writeback_t   writeback_o,
  output logic             writeback_valid_o,
  input  logic             writeback_ready_i,
  output logic [Warps-1:0] busy_o
);

  typedef logic [Lanes-1:0][OffsetBits-1:0] lane_offsets_t;

  logic           valid_d, valid_q;
  slot_tag_t      tag_q;
  reg_id_t        rd_q;
  lane_mask_t     mask_q;
  mem_size_e      size_q;
  logic           unsigned_q;
  lane_offsets_t  offsets_q;
  logic [LineWords-1:0][31:0] line_words;
  lane_words_t    words;
  lane_bytes_t    bytes;

  assign look_valid_o = plain_valid_i & clear_i;
  assign look_line_o  = plain_line_i;
  assign look_take_o  = look_valid_o & look_hit_i;
  assign served_o     = look_take_o;
  assign look_done_o  = valid_q & writeback_ready_i;
  assign valid_d      = look_take_o | (valid_q & ~writeback_ready_i);

  always_ff @(posedge clk_i) begin
    if (look_take_o) begin
      tag_q      <= plain_i.tag;
      rd_q       <= plain_i.rd;
      mask_q     <= plain_i.mask;
      size_q     <= plain_i.size;
      unsigned_q <= plain_i.unsigned_load;
      for (int unsigned l = 0; l < Lanes; l++) offsets_q[l] <= plain_i.address[l][OffsetBits-1:0];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 1'b0;
    else         valid_q <= valid_d;
  end

  assign line_words = look_data_i;

  always_comb begin
    words = '0;
    bytes = '0;
    if (valid_q) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        words[l] = line_words[offsets_q[l][OffsetBits-1:2]];
        bytes[l] = offsets_q[l][1:0];
      end
    end
  end

  load_format u_format (
    .valid_i   (valid_q),
    .mask_i    (mask_q),
    .words_i   (words),
    .bytes_i   (bytes),
    .size_i    (size_q),
    .unsigned_i(unsigned_q),
    .boxed_i   (rd_q[5]),
    .data_o    (writeback_o.data)
  );

  assign writeback_valid_o     = valid_q;
  assign writeback_o.tag       = tag_q;
  assign writeback_o.rd        = rd_q;
  assign writeback_o.mask      = mask_q;
  assign writeback_o.last      = 1'b1;
  assign writeback_o.sc_failed = 1'b0;

  always_comb begin
    busy_o = '0;
    if (valid_q) busy_o[tag_q.warp] = 1'b1;
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_room : assert (!look_take_o || !valid_q || writeback_ready_i);
      a_load : assert (!look_take_o || (plain_i.op == LsuLoad && plain_i.mask != '0));
    end
  end
  stability_check #(
    .Width($bits(lsu_writeback_t))
  ) u_stability (
    .clk_i,
    .rst_ni,
    .data_i (writeback_o),
    .valid_i(writeback_valid_o),
    .ready_i(writeback_ready_i)
  );
`endif

endmodule
