// Whose a core is, against books of its own: it goes from a launch only when nothing of that launch is there, to one that asked for it, with
// empty caches; and who has none gets one.
// Bounds: while a launch has workgroups and no core, others are given at most Launches - 1 cores; and where a core can be had (one is free or on
// its way to be, or a launch has several) it has one at most 3 * Launches cycles of ready cores later: ready are cores of which those
// without an owner are clean, and those that their owners leave are vacant, too. How long that takes is the launches' affair.
module core_owners_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic                           clk_i,
  input logic                           rst_ni,
  input logic [Launches-1:0]            more_i,
  input logic [Launches-1:0][Cores-1:0] vacant_i,
  input logic [Launches-1:0][Cores-1:0] owned_o,
  input logic [Launches-1:0][Cores-1:0] usable_o,
  input logic [Cores-1:0]               clean_i,
  input launch_id_t [Cores-1:0]         owner_o,
  input logic [Cores-1:0]               invalidate_o
);

  localparam int unsigned Bound = 3 * Launches;

  typedef logic [Cores-1:0] cores_t;

  logic [Launches-1:0][Cores-1:0] owned_q, usable_q, vacant_q;
  logic [Launches-1:0]            more_q, several, several_q, poor, poor_q;
  cores_t                         clean_q, invalidate_q, any_owned, any_usable;
  logic                           started_q, source, ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      started_q    <= 1'b0;
      owned_q      <= '0;
      usable_q     <= '0;
      invalidate_q <= '0;
    end else begin
      started_q    <= 1'b1;
      owned_q      <= owned_o;
      usable_q     <= usable_o;
      invalidate_q <= invalidate_o;
    end
  end

  always_ff @(posedge clk_i) begin
    vacant_q  <= vacant_i;
    more_q    <= more_i;
    clean_q   <= clean_i;
    poor_q    <= poor;
    several_q <= several;
  end

  always_comb begin
    any_owned  = '0;
    any_usable = '0;
    for (int unsigned s = 0; s < Launches; s++) begin
      any_owned  |= owned_o[s];
      any_usable |= usable_o[s];
      poor[s]     = more_i[s] && usable_o[s] == '0;
      several[s]  = 32'($countones(usable_o[s])) > 32'd1;
    end
  end

  // A core can be had; those that may be are ready.
  assign source = any_usable != '1 || several != '0;
  always_comb begin
    ready = 1'b1;
    for (int unsigned c = 0; c < Cores; c++) begin
      if (!any_usable[c] && !(clean_i[c] && (!any_owned[c] || vacant_i[owner_o[c]][c]))) ready = 1'b0;
    end
  end

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    logic [Launches-1:0] mine, mine_q;
    for (genvar s = 0; s < Launches; s++) begin : gen_launch
      assign mine[s]   = owned_o[s][c];
      assign mine_q[s] = owned_q[s][c];
      always_comb begin
        if (rst_ni) begin
          // Of a running launch: it has a workgroup there, or something of it is under way.
          if (owned_q[s][c] && (!vacant_q[s][c] || !clean_q[c])) a_not_given_away : assert (owned_o[s][c]);
          // For good: it is used again only after it has been free and given.
          if (owned_q[s][c] && !usable_q[s][c]) a_left_for_good : assert (!usable_o[s][c]);
          if (owned_o[s][c]) a_owner : assert (32'(owner_o[c]) == s);
          if (usable_o[s][c]) a_usable_owned : assert (owned_o[s][c]);
          // Left because there is nothing more to place, or because another has none.
          if (usable_q[s][c] && !usable_o[s][c]) a_left_why : assert (!more_q[s] || (several_q[s] && poor_q != '0));
          // A new owner wanted it, and had none if others had none.
          if (owned_o[s][c] && !owned_q[s][c]) a_wanted : assert (more_q[s] && (poor_q[s] || poor_q == '0));
        end
      end
    end
    always_comb begin
      if (rst_ni) begin
        a_one_owner : assert ($onehot0(mine));
        // From one owner to another only over a cycle without.
        if (mine != '0 && mine != mine_q) a_was_free : assert (mine_q == '0 && clean_q[c]);
        if (started_q) a_invalidated : assert (invalidate_q[c] == (mine != '0 && mine_q == '0));
      end
    end
  end

  for (genvar s = 0; s < Launches; s++) begin : gen_turn
    logic [7:0] passed_d, passed_q, waited_d, waited_q;
    logic       given, waits;
    assign given = invalidate_q != '0 && (invalidate_q & owned_o[s]) == '0;  // in the cycle before, to another
    assign waits = more_q[s] && usable_q[s] == '0 && started_q;              // ... in which it had none
    assign passed_d = poor[s] ? passed_q + 8'(given && waits) : 8'd0;
    assign waited_d = poor[s] ? waited_q + 8'(source && ready) : 8'd0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        passed_q <= '0;
        waited_q <= '0;
      end else begin
        passed_q <= passed_d;
        waited_q <= waited_d;
      end
    end
    always_comb begin
      if (rst_ni) begin
        a_turn : assert (32'(passed_q) < Launches);
        a_waits : assert (32'(waited_q) <= Bound);
        c_passed : cover (32'(passed_q) == Launches - 1);
      end
    end
  end

  always_comb begin
    if (rst_ni) begin
      c_shared : cover (any_usable == '1 && owned_o[0] != '0 && owned_o[1] != '0);
      c_reclaimed : cover (usable_q[1] == '1 && usable_o[1] != '1 && more_q[1]);
    end
  end

endmodule
bind core_owners core_owners_checker u_check (.*);
