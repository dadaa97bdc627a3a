// First-in first-out queue of any depth from 1 up, one push and one pop per cycle.
// Latency: a pushed word is at the output in the next cycle. The output is stable while valid and not popped.
// A full queue takes no push even when it is popped in the same cycle (no combinational path from pop to ready).
// The storage is an array without reset with one write and one asynchronous read port: it becomes LUTRAM or flip-flops.
// Invariants: never pushed when full, never popped when empty, 0 <= count <= Depth.
module fifo #(
  parameter  int unsigned Width     = 8,
  parameter  int unsigned Depth     = 4,
  localparam int unsigned CountBits = $clog2(Depth + 1)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic [Width-1:0]     data_i,
  input  logic                 valid_i,
  output logic                 ready_o,
  output logic [Width-1:0]     data_o,
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [CountBits-1:0] count_o
);

  localparam int unsigned IndexBits = (Depth > 1) ? $clog2(Depth) : 1;

  logic [Width-1:0] mem [Depth];

  logic [IndexBits-1:0] write_d, write_q, read_d, read_q;
  logic [CountBits-1:0] count_d, count_q;
  logic                 push, pop;

  assign ready_o = (count_q != CountBits'(Depth));
  assign valid_o = (count_q != '0);
  assign data_o  = mem[read_q];
  assign count_o = count_q;
  assign push    = valid_i & ready_o;
  assign pop     = valid_o & ready_i;

  always_comb begin
    write_d = write_q;
    read_d  = read_q;
    count_d = count_q + CountBits'(push) - CountBits'(pop);
    if (push) write_d = (write_q == IndexBits'(Depth - 1)) ? '0 : write_q + IndexBits'(1);
    if (pop)  read_d  = (read_q == IndexBits'(Depth - 1)) ? '0 : read_q + IndexBits'(1);
  end

  always_ff @(posedge clk_i) begin
    if (push) mem[write_q] <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      count_q <= '0;
    end else begin
      write_q <= write_d;
      read_q  <= read_d;
      count_q <= count_d;
    end
  end

`ifndef SYNTHESIS
  a_count_in_range : assert property (@(posedge clk_i) disable iff (!rst_ni) count_q <= CountBits'(Depth));
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
