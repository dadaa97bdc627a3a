// Looks pages of host memory up in the table of pinned windows. One page at a time; who asks takes turns.
// Latency: a page that is asked for without waiting has its answer in the next cycle. Throughput: a page in two cycles.
// A page stays asked for (valid_i, page_i) until its answer, done_o, unless it is given up; then the answer has no meaning.
// Invariants: an answer goes to one user; ok_o holds what the table says in the cycle of done_o.
module pin_check
  import heddle_config_pkg::*;
  import dma_pkg::*;
#(
  parameter int unsigned      Users  = 4,
  parameter logic [Users-1:0] Writes = '0   // users that want to write; the others read
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  pin_t [HostPins-1:0] pins_i,
  input  page_t [Users-1:0]   page_i,
  input  logic [Users-1:0]    valid_i,
  output logic [Users-1:0]    done_o,
  output logic                ok_o
);

  logic [Users-1:0]         grant, user_d, user_q;   // one-hot, or none
  logic [$clog2(Users)-1:0] index;
  page_t                    page_q;
  logic [HostPins-1:0]      match;

  rr_arbiter #(
    .Width(Users)
  ) u_turn (
    .clk_i,
    .rst_ni,
    .request_i(valid_i),
    .accept_i (user_q == '0),
    .valid_o  (),
    .grant_o  (grant),
    .index_o  (index)
  );

  assign user_d = (user_q == '0) ? grant : '0;
  assign done_o = user_q;

  always_comb begin
    for (int unsigned p = 0; p < HostPins; p++) begin
      match[p] = pins_i[p].first <= page_q && page_q <= pins_i[p].last && (((user_q & Writes) != '0) ? pins_i[p].w : pins_i[p].r);
    end
  end
  assign ok_o = match != '0;

  always_ff @(posedge clk_i) begin
    page_q <= page_i[index];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) user_q <= '0;
    else         user_q <= user_d;
  end

`ifndef SYNTHESIS
  a_one : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(user_q));
`endif

endmodule
