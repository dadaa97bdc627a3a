// Joins AXI4 masters to one port. Responses find their master by identifier: master m of 1 up has FirstId + m - 1, master 0 all others.
// Latency: one cycle on AR and AW, and W two cycles behind the master's AW; none on R and B. Throughput: one address per channel and one beat per cycle.
// Masters take turns. Write data go in the order of the addresses, burst by burst: a master whose data are late holds the others up.
// Invariants: valid and payload of AR and AW stay until ready, whatever the masters do; W follows an address that has been offered.
module axi_join #(
  parameter int unsigned Masters    = 2,
  parameter int unsigned FirstId    = 1,
  parameter int unsigned Writes     = 16,  // whose data are not complete
  parameter type         address_t  = heddle_pkg::axi_address_t,
  parameter type         request_t  = heddle_pkg::axi_request_t,
  parameter type         response_t = heddle_pkg::axi_response_t
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  request_t  [Masters-1:0] request_i,
  output response_t [Masters-1:0] response_o,
  output request_t                request_o,
  input  response_t               response_i
);

  localparam int unsigned IndexBits = $clog2(Masters);
  typedef logic [IndexBits-1:0] index_t;

  address_t [Masters-1:0] ar, aw;                    // of the masters, here
  logic     [Masters-1:0] ar_valid, aw_valid, ar_leaves, aw_leaves, ar_room, aw_room;
  logic                   ar_any, aw_any, order_room, w_open, w_last_leaves;
  logic                   ar_held_d, ar_held_q, aw_held_d, aw_held_q;  // is offered since an earlier cycle
  index_t                 ar_next, aw_next, ar_index, aw_index, ar_index_q, aw_index_q, w_index, r_index, b_index;

  function automatic index_t master_of(int unsigned id);
    return (id >= FirstId && id < FirstId + Masters - 1) ? index_t'(id - FirstId + 1) : '0;
  endfunction

  // ---- addresses ---------------------------------------------------------------------------------------------------------
  // Each master has a register stage of its own, so no answer to one depends on what another asks for.
  for (genvar m = 0; m < Masters; m++) begin : gen_master
    skid_buffer #(
      .Width($bits(address_t))
    ) u_ar (
      .clk_i,
      .rst_ni,
      .data_i (request_i[m].ar),
      .valid_i(request_i[m].ar_valid),
      .ready_o(ar_room[m]),
      .data_o (ar[m]),
      .valid_o(ar_valid[m]),
      .ready_i(ar_leaves[m])
    );

    skid_buffer #(
      .Width($bits(address_t))
    ) u_aw (
      .clk_i,
      .rst_ni,
      .data_i (request_i[m].aw),
      .valid_i(request_i[m].aw_valid),
      .ready_o(aw_room[m]),
      .data_o (aw[m]),
      .valid_o(aw_valid[m]),
      .ready_i(aw_leaves[m])
    );

    assign ar_leaves[m] = request_o.ar_valid && response_i.ar_ready && ar_index == index_t'(m);
    assign aw_leaves[m] = request_o.aw_valid && response_i.aw_ready && aw_index == index_t'(m);
  end

  rr_arbiter #(
    .Width(Masters)
  ) u_ar_turn (
    .clk_i,
    .rst_ni,
    .request_i(ar_valid),
    .accept_i (!ar_held_q),
    .valid_o  (ar_any),
    .grant_o  (),
    .index_o  (ar_next)
  );

  rr_arbiter #(
    .Width(Masters)
  ) u_aw_turn (
    .clk_i,
    .rst_ni,
    .request_i(aw_valid),
    .accept_i (!aw_held_q && order_room),
    .valid_o  (aw_any),
    .grant_o  (),
    .index_o  (aw_next)
  );

  // What has been offered stays until it is taken.
  assign ar_index           = ar_held_q ? ar_index_q : ar_next;
  assign aw_index           = aw_held_q ? aw_index_q : aw_next;
  assign request_o.ar       = ar[ar_index];
  assign request_o.aw       = aw[aw_index];
  assign request_o.ar_valid = ar_any;
  assign request_o.aw_valid = aw_any && (aw_held_q || order_room);
  assign ar_held_d          = request_o.ar_valid && !response_i.ar_ready;
  assign aw_held_d          = request_o.aw_valid && !response_i.aw_ready;

  always_ff @(posedge clk_i) begin
    ar_index_q <= ar_index;
    aw_index_q <= aw_index;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      ar_held_q <= 1'b0;
      aw_held_q <= 1'b0;
    end else begin
      ar_held_q <= ar_held_d;
      aw_held_q <= aw_held_d;
    end
  end

  // ---- data and responses --------------------------------------------------------------------------------------------------
  // Whose data come next: of an address from the cycle after it was offered.
  fifo #(
    .Width(IndexBits),
    .Depth(Writes)
  ) u_order (
    .clk_i,
    .rst_ni,
    .data_i (aw_next),
    .valid_i(aw_any && !aw_held_q),
    .ready_o(order_room),
    .data_o (w_index),
    .valid_o(w_open),
    .ready_i(w_last_leaves),
    .count_o()
  );

  assign request_o.w       = request_i[w_index].w;
  assign request_o.w_valid = w_open && request_i[w_index].w_valid;
  assign w_last_leaves     = request_o.w_valid && response_i.w_ready && request_o.w.last;

  assign r_index           = master_of(32'(response_i.r.id));
  assign b_index           = master_of(32'(response_i.b.id));
  assign request_o.r_ready = request_i[r_index].r_ready;
  assign request_o.b_ready = request_i[b_index].b_ready;

  always_comb begin
    for (int unsigned m = 0; m < Masters; m++) begin
      response_o[m]          = response_i;
      response_o[m].ar_ready = ar_room[m];
      response_o[m].aw_ready = aw_room[m];
      response_o[m].w_ready  = response_i.w_ready && w_open && w_index == index_t'(m);
      response_o[m].r_valid  = response_i.r_valid && r_index == index_t'(m);
      response_o[m].b_valid  = response_i.b_valid && b_index == index_t'(m);
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_ar_id : assert (!ar_any || master_of(32'(request_o.ar.id)) == ar_index);
      a_aw_id : assert (!aw_any || master_of(32'(request_o.aw.id)) == aw_index);
    end
  end
`endif

endmodule
