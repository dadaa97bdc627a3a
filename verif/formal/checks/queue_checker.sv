// A queue gives out what it took, in order, once. Bound into fifo, skid_buffer and bypass_buffer.
// Depth: words it holds. Bypass: an empty queue shows what is offered to it.
module queue_checker #(
  parameter int unsigned Width  = 8,
  parameter int unsigned Depth  = 2,
  parameter bit          Bypass = 1'b0
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Width-1:0] data_i,
  input logic             valid_i,
  input logic             ready_o,
  input logic [Width-1:0] data_o,
  input logic             valid_o,
  input logic             ready_i
);

  localparam int unsigned CountBits = $clog2(Depth + 2);

  // What is inside, the oldest word first.
  logic [Depth-1:0][Width-1:0] words_d, words_q;
  logic [CountBits-1:0]        count_d, count_q;
  logic                        push, pop;

  assign push = valid_i && ready_o;
  assign pop  = valid_o && ready_i;

  always_comb begin
    words_d = words_q;
    count_d = count_q;
    if (push) begin
      for (int unsigned i = 0; i < Depth; i++) if (CountBits'(i) == count_d) words_d[i] = data_i;
      count_d = count_d + CountBits'(1);
    end
    if (pop) begin
      for (int unsigned i = 0; i + 1 < Depth; i++) words_d[i] = words_d[i+1];
      count_d = count_d - CountBits'(1);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      words_q <= '0;
    end else begin
      count_q <= count_d;
      words_q <= words_d;
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_range : assert (count_q <= CountBits'(Depth));
      a_ready : assert (ready_o == (count_q != CountBits'(Depth)));
      a_valid : assert (valid_o == (count_q != 0 || (Bypass && valid_i)));
      if (count_q != 0) a_in_order : assert (data_o == words_q[0]);
      if (Bypass && count_q == 0 && valid_i) a_passes : assert (data_o == data_i);
      c_full : cover (count_q == CountBits'(Depth));
      c_emptied : cover (count_q == 1 && pop && !push);
      if (Depth > 1 || Bypass) c_through : cover (push && pop);
    end
  end

endmodule

