// Adds up what retires in a cycle, at several places in the core, for the counters. Latency: one cycle.
module retire_counter
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic [RetirePorts-1:0]       valid_i,
  input  lane_mask_t [RetirePorts-1:0] lanes_i,
  output retire_t                      retire_o
);

  retire_t retire_d, retire_q;

  always_comb begin
    retire_d = '0;
    for (int unsigned p = 0; p < RetirePorts; p++) begin
      if (valid_i[p]) begin
        retire_d.slots = retire_d.slots + 1'b1;
        for (int unsigned l = 0; l < Lanes; l++) retire_d.lanes = retire_d.lanes + ($bits(retire_d.lanes))'(lanes_i[p][l]);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) retire_q <= '0;
    else         retire_q <= retire_d;
  end

  assign retire_o = retire_q;

endmodule
