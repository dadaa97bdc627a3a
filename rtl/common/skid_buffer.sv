// Register stage between a valid/ready source and sink that cuts every combinational path, ready included.
// Latency 1 cycle, full throughput, two words of storage. A word stays stable at the output until it is taken.
// Invariant: nothing is lost or duplicated (the second word fills only when the first is held up).
module skid_buffer #(
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

  logic [Width-1:0] head_q, spare_q;
  logic             head_valid_d, head_valid_q, spare_valid_d, spare_valid_q;
  logic             push, pop, load_head, load_spare;

  assign ready_o = ~spare_valid_q;
  assign valid_o = head_valid_q;
  assign data_o  = head_q;
  assign push    = valid_i & ready_o;
  assign pop     = head_valid_q & ready_i;

  // The head is loaded when it is empty or leaves; the spare takes a word only when the head is held up.
  assign load_head  = (~head_valid_q | pop) & (spare_valid_q | push);
  assign load_spare = push & head_valid_q & ~pop;

  assign head_valid_d  = load_head | (head_valid_q & ~pop);
  assign spare_valid_d = load_spare | (spare_valid_q & ~pop);

  always_ff @(posedge clk_i) begin
    if (load_head)  head_q  <= spare_valid_q ? spare_q : data_i;
    if (load_spare) spare_q <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q  <= 1'b0;
      spare_valid_q <= 1'b0;
    end else begin
      head_valid_q  <= head_valid_d;
      spare_valid_q <= spare_valid_d;
    end
  end

`ifndef SYNTHESIS
  a_spare_needs_head : assert property (@(posedge clk_i) disable iff (!rst_ni) spare_valid_q |-> head_valid_q);
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
