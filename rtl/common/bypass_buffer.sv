// Cuts the ready path of a valid/ready connection without adding latency: a word passes straight through while the sink is
// ready and waits in one register while it is not. Full throughput.
// Invariants: nothing is lost or duplicated; the word offered stays while it is not taken.
module bypass_buffer #(
  parameter int unsigned Width = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [Width-1:0] data_i,
  input  logic             valid_i,
  output logic             ready_o,
  output logic [Width-1:0] data_o,
  output logic             valid_o,
  input  logic             ready_i
);

  logic [Width-1:0] held_q;
  logic             full_d, full_q, hold;

  assign ready_o = ~full_q;
  assign valid_o = full_q | valid_i;
  assign data_o  = full_q ? held_q : data_i;
  assign hold    = valid_i & ~full_q & ~ready_i;
  assign full_d  = hold | (full_q & ~ready_i);

  always_ff @(posedge clk_i) begin
    if (hold) held_q <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) full_q <= 1'b0;
    else         full_q <= full_d;
  end

`ifndef SYNTHESIS
  stability_check #(
    .Width(Width)
  ) u_stability (
    .clk_i,
    .rst_ni,
    .data_i (data_o),
    .valid_i(valid_o),
    .ready_i(ready_i)
  );
`endif

endmodule
