// Write-back of what comes in parts: takes parts of instructions from the memory and the scratchpad side in turn, formats each lane's
// word (load_format), and offers it to the core.
// Latency: one cycle (output register). Throughput: one part per cycle.
// Invariant: an offered write-back stays until it is taken.
module lsu_writeback
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  lsu_part_t        memory_i,
  input  logic             memory_valid_i,
  output logic             memory_ready_o,
  input  lsu_part_t        scratch_i,
  input  logic             scratch_valid_i,
  output logic             scratch_ready_o,
  // the part's instruction
  output lsu_slot_t        slot_o,
  output lane_mask_t       mask_o,
  output logic             take_o,           // the part is taken in this cycle
  output logic             failed_o,         // it holds a failed SC
  input  lsu_slot_info_t   info_i,
  input  logic [31:0]      order_i,
  input  logic             last_i,
  input  logic             failed_i,         // an earlier part held a failed SC
  output lsu_writeback_t   writeback_o,
  output logic             writeback_valid_o,
  input  logic             writeback_ready_i,
  output logic [Warps-1:0] busy_o            // the warp of the write-back offered
);

  lsu_writeback_t writeback_d, writeback_q;
  logic           valid_d, valid_q, pick_scratch, prefer_memory_d, prefer_memory_q;
  lsu_part_t      part;
  lane_words_t    data;

  assign pick_scratch    = scratch_valid_i & ~(memory_valid_i & prefer_memory_q);
  assign part            = pick_scratch ? scratch_i : memory_i;
  assign take_o          = (memory_valid_i | scratch_valid_i) & (~valid_q | writeback_ready_i);
  assign memory_ready_o  = take_o & ~pick_scratch;
  assign scratch_ready_o = take_o & pick_scratch;
  assign slot_o          = part.slot;
  assign mask_o          = part.mask;
  assign prefer_memory_d = take_o ? pick_scratch : prefer_memory_q;

  load_format u_format (
    .valid_i   (take_o),
    .mask_i    (part.mask),
    .words_i   (part.words),
    .bytes_i   (part.bytes),
    .size_i    (info_i.size),
    .unsigned_i(info_i.unsigned_load),
    .boxed_i   (info_i.rd[5]),
    .data_o    (data)
  );

  always_comb begin
    failed_o = 1'b0;
    if (take_o && info_i.op == LsuSc) begin
      for (int unsigned l = 0; l < Lanes; l++) failed_o = failed_o | (part.mask[l] & part.words[l][0]);
    end
  end

  always_comb begin
    writeback_d.tag       = '{core: info_i.core, warp: info_i.warp, order: order_i};
    writeback_d.rd        = info_i.rd;
    writeback_d.mask      = part.mask;
    writeback_d.data      = data;
    writeback_d.last      = last_i;
    writeback_d.sc_failed = last_i & (failed_i | failed_o);
  end

  assign valid_d           = take_o | (valid_q & ~writeback_ready_i);
  assign writeback_o       = writeback_q;
  assign writeback_valid_o = valid_q;

  always_comb begin
    busy_o = '0;
    if (valid_q) busy_o[writeback_q.tag.warp] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (take_o) writeback_q <= writeback_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q         <= 1'b0;
      prefer_memory_q <= 1'b0;
    end else begin
      valid_q         <= valid_d;
      prefer_memory_q <= prefer_memory_d;
    end
  end

`ifndef SYNTHESIS
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
