// The books of warp_slots, against books of its own: a slot belongs to one workgroup at a time, a workgroup completes exactly when the
// last of its warps has ended, its slots come back together, and no slot is lost.
module warp_slots_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic                   clear_i,
  input logic [WarpBits:0]      group_warps_i,
  input logic [WarpBits:0]      available_o,
  input logic                   place_i,
  input warp_id_t               free_slot_o,
  input logic                   take_i,
  input logic                   take_first_i,
  input logic [ScratchBits-1:0] take_base_i,
  input warp_id_t               take_group_i,
  input logic                   starting_i,
  input logic                   warp_done_valid_i,
  input warp_id_t               warp_done_i,
  input logic                   running_o,
  input logic                   release_valid_o,
  input logic                   release_ready_i,
  input logic [ScratchBits-1:0] release_base_o,
  input logic [Warps-1:0]       taken_q,
  input logic [Warps-1:0]       running_q,
  input logic [Warps-1:0]       complete_q,
  input warp_id_t [Warps-1:0]   group_q,
  input warp_id_t               release_group
);

  typedef logic [WarpBits:0] count_t;

  // How the dispatcher uses it: it places a workgroup that fits, then starts its warps one by one, warp 0 first, and only then places
  // the next. `to_start`: warps of the placed workgroup that have not started.
  count_t   size_q, to_start_d, to_start_q;
  warp_id_t name_d, name_q;
  logic     first;

  // A launch that is stopped starts nothing more, whatever it still had to start.
  logic     killed, killed_d, killed_q;

  assign first    = to_start_q == size_q;
  assign killed   = killed_q || (to_start_q != '0 && !first && !starting_i);
  assign killed_d = killed && !clear_i;

  always_comb begin
    to_start_d = to_start_q;
    name_d     = name_q;
    if (take_i) begin
      to_start_d = to_start_q - count_t'(1);
      name_d     = take_group_i;
    end
    if (place_i) to_start_d = group_warps_i;
    if (clear_i) to_start_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      to_start_q <= '0;
      size_q     <= '0;
      killed_q   <= 1'b0;
    end else begin
      to_start_q <= to_start_d;
      killed_q   <= killed_d;
      if (clear_i) size_q <= group_warps_i;
    end
  end
  always_ff @(posedge clk_i) name_q <= name_d;

  always_comb begin
    if (rst_ni) begin
      m_fits : assume (!place_i || (available_o >= group_warps_i && !clear_i && !killed &&
                                    (to_start_q == '0 || (to_start_q == count_t'(1) && take_i))));
      m_size : assume (clear_i || group_warps_i == size_q);
      m_size_range : assume (group_warps_i != '0 && 32'(group_warps_i) <= Warps);
      m_take : assume (!take_i || (to_start_q != '0 && !clear_i && !killed));
      m_first : assume (take_first_i == (take_i && first));
      m_group : assume (!take_i || take_group_i == (first ? free_slot_o : name_q));
      m_starting : assume (!starting_i || (to_start_q != '0 && !first && !killed_q));
      m_named : assume (!starting_i || take_group_i == name_q);
      m_done : assume (!warp_done_valid_i || (32'(warp_done_i) < Warps && running_q[warp_done_i]));
      // A launch begins when the one before has ended.
      m_clear : assume (!clear_i || running_q == '0);
    end
  end

  // The base of the workgroup that each slot names.
  logic [Warps-1:0][ScratchBits-1:0] base_q;
  for (genvar w = 0; w < Warps; w++) begin : gen_base
    always_ff @(posedge clk_i) if (take_i && take_first_i && free_slot_o == warp_id_t'(w)) base_q[w] <= take_base_i;
  end

  // What comes back in this cycle is available in it.
  logic [Warps-1:0] kept;
  for (genvar w = 0; w < Warps; w++) begin : gen_kept
    assign kept[w] = taken_q[w] && !(release_valid_o && release_ready_i && group_q[w] == release_group);
  end

  logic [Warps-1:0] members, running_members;
  for (genvar w = 0; w < Warps; w++) begin : gen_slot
    // Members and running members of the workgroup that this slot names.
    logic [Warps-1:0] mine;
    logic [Warps-1:0] named;
    for (genvar v = 0; v < Warps; v++) begin : gen_member
      assign mine[v]  = taken_q[v] && group_q[v] == warp_id_t'(w);
    end
    assign members[w]         = mine != '0;
    assign running_members[w] = (mine & running_q) != '0;
    always_comb begin
      if (rst_ni) begin
        a_runs_taken : assert (!running_q[w] || taken_q[w]);
        // A workgroup is named by a slot of its own.
        if (taken_q[w]) a_name_taken : assert (32'(group_q[w]) < Warps && taken_q[group_q[w]] && group_q[group_q[w]] == group_q[w]);
        // Complete: it has members, none of them runs, none is to start. And the reverse.
        if (!killed) a_complete : assert (complete_q[w] ==
                                            (members[w] && !running_members[w] && !(to_start_q != '0 && !first && name_q == warp_id_t'(w))));
        // Its size is that of the launch, but for what has not started.
        if (members[w] && !killed) a_size : assert (count_t'($countones(mine)) + ((to_start_q != '0 && !first && name_q == warp_id_t'(w)) ? to_start_q : '0) == size_q);
      end
    end
  end

  always_comb begin
    if (rst_ni) begin
      // No slot is lost: what is not available is taken, or promised.
      if (!clear_i) a_at_most : assert (32'(available_o) + 32'($countones(kept)) <= Warps);
      if (!killed && !clear_i) a_books : assert (32'(available_o) + 32'($countones(kept)) + 32'(to_start_q) == Warps);
      a_running : assert (running_o == (running_q != '0));
      if (take_i) a_take_free : assert (!taken_q[free_slot_o]);
      if (release_valid_o) a_release_base : assert (release_base_o == base_q[release_group] && complete_q[release_group]);
      if (to_start_q != '0 && !first && !killed) a_name : assert (members[name_q]);
      a_start_range : assert (to_start_q <= size_q);
      c_all_taken : cover (taken_q == '1);
      c_two_groups : cover ($countones(members) == 2);
      c_place_as_released : cover (place_i && release_valid_o && release_ready_i && available_o == group_warps_i);
      if (Warps >= 4) c_release_while_starting : cover (release_valid_o && release_ready_i && starting_i);
    end
  end

endmodule
bind warp_slots warp_slots_checker u_check (.*);
