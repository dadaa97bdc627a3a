// Workgroup barriers. Counts, per workgroup, the warps that have arrived and those that have ended; when they are all,
// the arrived ones are released in the next cycle.
// A workgroup is named by the slot of its warp 0, which is dispatched first and stays the workgroup's until all of it
// has ended. When one begins, those that waited in a killed one of that name are forgotten.
// Invariants: arrived + ended <= warps of the workgroup; a warp arrives once per release; only warps of the workgroup
// that is there now are released.
module barrier_unit
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_valid_i,
  input  dispatch_t        start_i,
  input  logic             arrived_i,   // warp_i waits with all its lanes
  input  logic             ended_i,     // warp_i has no lane left
  input  warp_id_t         warp_i,
  output logic [Warps-1:0] release_o
);

  typedef logic [WarpBits:0] count_t;

  warp_id_t         group_q [Warps];
  count_t           size_q [Warps];      // the following two by workgroup
  count_t           arrived_q [Warps];
  count_t           ended_q [Warps];
  logic [Warps-1:0] waiting_d, waiting_q, release_d, release_q;

  warp_id_t group;
  count_t   arrived, ended;
  logic     complete;

  always_comb begin
    group    = group_q[warp_i];
    arrived  = arrived_q[group] + count_t'(arrived_i);
    ended    = ended_q[group] + count_t'(ended_i);
    complete = (arrived + ended == size_q[group]) && arrived != '0;
    // Planted bug 5: the barrier opens one warp early.
    if (PlantedBug == 5) complete = (arrived + ended + count_t'(1) >= size_q[group]) && arrived != '0;
    complete = complete && (arrived_i || ended_i);

    waiting_d = waiting_q;
    if (arrived_i) waiting_d[warp_i] = 1'b1;
    release_d = '0;
    if (complete) begin
      for (int unsigned w = 0; w < Warps; w++) release_d[w] = waiting_d[w] && group_q[w] == group;
    end
    waiting_d = waiting_d & ~release_d;
    // Killed while they waited: the one in this slot before, and all of the workgroup that had this name before.
    if (start_valid_i) begin
      waiting_d[start_i.warp] = 1'b0;
      if (start_i.warp_in_group == '0) begin
        for (int unsigned w = 0; w < Warps; w++) if (group_q[w] == start_i.group_slot) waiting_d[w] = 1'b0;
      end
    end
  end

  assign release_o = release_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      waiting_q <= '0;
      release_q <= '0;
    end else begin
      waiting_q <= waiting_d;
      release_q <= release_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (arrived_i || ended_i) begin
      arrived_q[group] <= complete ? '0 : arrived;
      ended_q[group]   <= ended;
    end
    if (start_valid_i) begin
      group_q[start_i.warp] <= start_i.group_slot;
      if (start_i.warp_in_group == '0) begin
        size_q[start_i.group_slot]    <= start_i.group_warps;
        arrived_q[start_i.group_slot] <= '0;
        ended_q[start_i.group_slot]   <= '0;
      end
    end
  end

`ifndef SYNTHESIS
  count_t group_size;  // (an element of an unpacked array in an assertion is too much for verilator 5.006)
  assign group_size = size_q[group];
  a_one_event : assert property (@(posedge clk_i) disable iff (!rst_ni) !(arrived_i && ended_i));
  a_arrives_once : assert property (@(posedge clk_i) disable iff (!rst_ni) arrived_i |-> !waiting_q[warp_i]);
  a_not_while_it_begins : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> !release_q[start_i.warp]);
  a_not_too_many : assert property (@(posedge clk_i) disable iff (!rst_ni)
                                    (arrived_i || ended_i) && PlantedBug != 5 |-> arrived + ended <= group_size);
`endif

endmodule
