// Fairness of the round-robin arbiter: who asks without pause is served after at most Width - 1 others.
module rr_arbiter_checker #(
  parameter int unsigned Width = 2
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic [Width-1:0] request_i,
  input logic             accept_i,
  input logic             valid_o,
  input logic [Width-1:0] grant_o,
  input logic [$clog2(Width)-1:0] index_o
);

  // Per requester: how often others were served while it asked.
  logic [Width-1:0][7:0] passed_d, passed_q;

  always_comb begin
    passed_d = passed_q;
    for (int unsigned i = 0; i < Width; i++) begin
      if (!request_i[i] || (accept_i && grant_o[i])) passed_d[i] = '0;
      else if (accept_i && valid_o)                  passed_d[i] = passed_q[i] + 8'd1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) passed_q <= '0;
    else         passed_q <= passed_d;
  end

  for (genvar i = 0; i < Width; i++) begin : gen_fair
    always_comb begin
      if (rst_ni) begin
        a_fair : assert (32'(passed_q[i]) < Width);
        c_waits_longest : cover (32'(passed_q[i]) == Width - 1);
      end
    end
  end

  always_comb begin
    if (rst_ni && valid_o) a_index : assert (32'(index_o) < Width && grant_o[index_o]);
  end

endmodule
bind rr_arbiter rr_arbiter_checker #(.Width(Width)) u_check (.*);
