// Moves the bytes of a descriptor's source to the places that they have in the beats of its destination. What is in places that the
// descriptor does not name has no meaning.
// Latency: one cycle. Throughput: one beat per cycle, and one cycle more where a descriptor's last beat leaves something (flush).
// Invariants: per descriptor as many beats leave as its destination has; they are always taken.
module dma_align
  import heddle_pkg::*;
  import dma_pkg::*;
(
  input  logic      clk_i,
  input  logic      rst_ni,
  input  logic      stop_i,          // descriptors are forgotten; beats in here still leave
  output logic      idle_o,
  input  align_t    align_i,         // of the descriptor whose beats come next
  input  logic      align_valid_i,
  output logic      align_ready_o,
  input  axi_data_t data_i,
  input  logic      valid_i,
  output logic      ready_o,
  output axi_data_t data_o,
  output logic      valid_o
);

  axi_data_t rotated, beat_q, carry_q;
  byte_t     rotate_q;
  beats_t    seen_d, seen_q;                 // beats of this descriptor
  logic      take, last, full_d, full_q, leaves, silent_q, flush_q, flushing_d, flushing_q;

  // ---- places --------------------------------------------------------------------------------------------------------
  always_comb begin
    rotated = data_i;
    for (int unsigned b = 0; b < ByteBits; b++) begin
      if (align_i.rotate[b]) rotated = (rotated << (8 << b)) | (rotated >> (8 * AxiBytes - (8 << b)));
    end
  end

  assign take          = valid_i && ready_o && align_valid_i && !stop_i;
  assign ready_o       = !full_q || leaves;
  assign last          = seen_q == align_i.beats - beats_t'(1);
  assign seen_d        = stop_i ? '0 : !take ? seen_q : last ? '0 : seen_q + beats_t'(1);
  assign align_ready_o = (take && last) || stop_i;

  // ---- out: places below `rotate` from the beat before ------------------------------------------------------------------
  assign leaves     = flushing_q || !flush_q;
  assign flushing_d = full_q && flush_q && !flushing_q;
  assign full_d     = take || (full_q && !leaves);
  assign valid_o    = full_q && (flushing_q || !silent_q);
  assign idle_o     = !full_q;

  always_comb begin
    for (int unsigned p = 0; p < AxiBytes; p++) begin
      data_o[8*p +: 8] = (p < 32'(rotate_q)) ? carry_q[8*p +: 8] : beat_q[8*p +: 8];
    end
  end

  always_ff @(posedge clk_i) begin
    if (full_q) carry_q <= beat_q;
    if (take) begin
      beat_q   <= rotated;
      rotate_q <= align_i.rotate;
      silent_q <= align_i.prime && seen_q == '0;
      flush_q  <= align_i.flush && last;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      seen_q     <= '0;
      full_q     <= 1'b0;
      flushing_q <= 1'b0;
    end else begin
      seen_q     <= seen_d;
      full_q     <= full_d;
      flushing_q <= flushing_d;
    end
  end

`ifndef SYNTHESIS
  a_beat_of_a_descriptor : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i && !stop_i |-> align_valid_i);
`endif

endmodule
