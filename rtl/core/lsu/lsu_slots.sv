// Table of the instructions that have accesses outstanding, with the lanes each still waits for.
// A slot is allocated as the issue phase takes an instruction and freed when its last lane is done.
// Latency: allocation and clearing show in the next cycle; queries are combinational on the state before them.
// Invariants: lanes are cleared once and only while pending; a slot is allocated only when free.
module lsu_slots
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  // allocation
  output logic             free_o,          // a slot is free
  output lsu_slot_t        free_slot_o,
  input  logic             allocate_i,
  input  warp_id_t         allocate_warp_i,
  input  lane_mask_t       allocate_mask_i,
  input  logic             allocate_posted_i, // its warp need not wait for it to end
  // lanes done: memory stores, scratchpad stores, accumulator stores, write-backs
  input  logic             memory_done_i,
  input  lsu_slot_t        memory_slot_i,
  input  lane_mask_t       memory_mask_i,
  input  logic             scratch_done_i,
  input  lsu_slot_t        scratch_slot_i,
  input  lane_mask_t       scratch_mask_i,
  input  logic             window_done_i,
  input  lsu_slot_t        window_slot_i,
  input  lane_mask_t       window_mask_i,
  input  logic             writeback_done_i,
  input  lsu_slot_t        writeback_slot_i,
  input  lane_mask_t       writeback_mask_i,
  input  logic             writeback_failed_i,  // an SC of these lanes failed
  output logic             writeback_last_o,    // no lane but these is pending
  output logic             writeback_failed_o,  // an SC of an earlier part failed
  // which warps have slots
  output logic [Warps-1:0] busy_o,
  output logic [Warps-1:0] owing_o,         // ... not posted ones
  input  lsu_slot_t        own_slot_i,
  input  warp_id_t         own_warp_i,
  output logic             others_busy_o,       // a slot other than own_slot_i is of own_warp_i
  output logic             others_owing_o       // ... not a posted one
);

  logic       [Slots-1:0] valid_d, valid_q, failed_d, failed_q, posted_d, posted_q;
  lane_mask_t [Slots-1:0] pending_d, pending_q;
  warp_id_t   [Slots-1:0] warp_d, warp_q;

  lowest_one #(
    .Width(Slots)
  ) u_free (
    .bits_i  (~valid_q),
    .any_o   (free_o),
    .onehot_o(),
    .index_o (free_slot_o)
  );

  assign writeback_last_o   = (pending_q[writeback_slot_i] & ~writeback_mask_i) == '0;
  assign writeback_failed_o = failed_q[writeback_slot_i];

  always_comb begin
    pending_d = pending_q;
    failed_d  = failed_q;
    warp_d    = warp_q;
    posted_d  = posted_q;
    valid_d   = valid_q;
    if (memory_done_i)    pending_d[memory_slot_i]    = pending_d[memory_slot_i] & ~memory_mask_i;
    if (scratch_done_i)   pending_d[scratch_slot_i]   = pending_d[scratch_slot_i] & ~scratch_mask_i;
    if (window_done_i)    pending_d[window_slot_i]    = pending_d[window_slot_i] & ~window_mask_i;
    if (writeback_done_i) begin
      pending_d[writeback_slot_i] = pending_d[writeback_slot_i] & ~writeback_mask_i;
      failed_d[writeback_slot_i]  = failed_q[writeback_slot_i] | writeback_failed_i;
    end
    for (int unsigned s = 0; s < Slots; s++) begin
      if (pending_d[s] == '0) valid_d[s] = 1'b0;
    end
    if (allocate_i) begin
      valid_d[free_slot_o]   = 1'b1;
      pending_d[free_slot_o] = allocate_mask_i;
      warp_d[free_slot_o]    = allocate_warp_i;
      failed_d[free_slot_o]  = 1'b0;
      posted_d[free_slot_o]  = allocate_posted_i;
    end
  end

  always_comb begin
    busy_o         = '0;
    owing_o        = '0;
    others_busy_o  = 1'b0;
    others_owing_o = 1'b0;
    for (int unsigned s = 0; s < Slots; s++) begin
      if (valid_q[s]) begin
        busy_o[warp_q[s]] = 1'b1;
        if (!posted_q[s]) owing_o[warp_q[s]] = 1'b1;
        if (warp_q[s] == own_warp_i && own_slot_i != lsu_slot_t'(s)) begin
          others_busy_o = 1'b1;
          if (!posted_q[s]) others_owing_o = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q   <= '0;
      failed_q  <= '0;
      pending_q <= '0;
      warp_q    <= '0;
      posted_q  <= '0;
    end else begin
      valid_q   <= valid_d;
      failed_q  <= failed_d;
      pending_q <= pending_d;
      warp_q    <= warp_d;
      posted_q  <= posted_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_allocate_free : assert (!allocate_i || (free_o && allocate_mask_i != '0));
      a_memory_pending : assert (!memory_done_i || (valid_q[memory_slot_i] &&
        (memory_mask_i & ~pending_q[memory_slot_i]) == '0));
      a_scratch_pending : assert (!scratch_done_i || (valid_q[scratch_slot_i] &&
        (scratch_mask_i & ~pending_q[scratch_slot_i]) == '0));
      a_window_pending : assert (!window_done_i || (valid_q[window_slot_i] &&
        (window_mask_i & ~pending_q[window_slot_i]) == '0));
      a_writeback_pending : assert (!writeback_done_i || (valid_q[writeback_slot_i] &&
        (writeback_mask_i & ~pending_q[writeback_slot_i]) == '0));
    end
  end
`endif

endmodule
