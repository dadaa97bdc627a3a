// Which core belongs to which launch (with launches > 1). A launch that has workgroups to place gets free cores, one launch and core per
// cycle: those that have none first, and in turn. A launch leaves a core for good once it has nothing more to place, and one of several
// when another launch has none and no core is free or about to be: then nothing more is placed there, and when its workgroups have
// ended and nothing of theirs is under way the core is free.
//
// Latency: a free core is its launch's in the cycle after it is wanted; a core is free two cycles after it was vacant and clean.
// Invariants: a core has one owner; an owner changes only while the core is vacant and clean; in the cycle before it is owned its caches are
// invalidated, and only then.
module core_owners
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,

  // launches
  input  logic [Launches-1:0]            more_i,        // has workgroups to place
  input  logic [Launches-1:0][Cores-1:0] vacant_i,      // has no workgroup there
  output logic [Launches-1:0][Cores-1:0] owned_o,
  output logic [Launches-1:0][Cores-1:0] usable_o,      // owned, and workgroups may be placed there

  // cores
  input  logic [Cores-1:0]               clean_i,       // nothing of a warp or of the data cache is under way
  output launch_id_t [Cores-1:0]         owner_o,       // of an owned core
  output logic [Cores-1:0]               invalidate_o   // pulse: the caches forget everything
);

  typedef logic [Cores-1:0]    cores_t;
  typedef logic [Launches-1:0] launches_t;

  cores_t                 taken_d, taken_q;      // has an owner
  cores_t                 leaving_d, leaving_q;  // the owner places nothing more there
  launch_id_t [Cores-1:0] owner_d, owner_q;
  launches_t              some, several, poor, wanting;
  cores_t                 vacant, finished, free, given, reclaimed;
  logic                   want, room, contested;
  launch_id_t             next;

  always_comb begin
    for (int unsigned s = 0; s < Launches; s++) begin
      some[s]    = 1'b0;
      several[s] = 1'b0;
      for (int unsigned c = 0; c < Cores; c++) begin
        owned_o[s][c]  = taken_q[c] && owner_q[c] == launch_id_t'(s);
        usable_o[s][c] = owned_o[s][c] && !leaving_q[c];
        several[s]     = several[s] | (some[s] & usable_o[s][c]);
        some[s]        = some[s] | usable_o[s][c];
      end
    end
    for (int unsigned c = 0; c < Cores; c++) begin
      vacant[c]   = vacant_i[owner_q[c]][c];
      finished[c] = !more_i[owner_q[c]];
    end
  end

  // ---- giving: a free core to a launch without one, else to one that wants more ------------------------------------------
  assign poor    = more_i & ~some;
  assign wanting = (poor != '0) ? poor : more_i;

  rr_arbiter #(
    .Width(Launches)
  ) u_next (
    .clk_i,
    .rst_ni,
    .request_i(wanting),
    .accept_i (room),
    .valid_o  (want),
    .grant_o  (),
    .index_o  (next)
  );

  lowest_one #(
    .Width(Cores)
  ) u_core (
    .bits_i  (~taken_q & clean_i),
    .any_o   (room),
    .onehot_o(free),
    .index_o ()
  );

  assign given        = want ? free : '0;
  assign invalidate_o = given;
  assign owner_o      = owner_q;

  // ---- taking back: the highest core of a launch that has several -----------------------------------------------------------
  assign contested = poor != '0 && taken_q == '1 && leaving_q == '0;

  always_comb begin
    reclaimed = '0;
    for (int unsigned c = 0; c < Cores; c++) begin
      if (contested && several[owner_q[c]]) reclaimed = cores_t'(1) << c;
    end
  end

  always_comb begin
    taken_d   = (taken_q & ~(leaving_q & vacant & clean_i)) | given;
    leaving_d = taken_q & taken_d & (leaving_q | finished | reclaimed);
    owner_d   = owner_q;
    for (int unsigned c = 0; c < Cores; c++) begin
      if (given[c]) owner_d[c] = next;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q   <= '0;
      leaving_q <= '0;
      owner_q   <= '0;
    end else begin
      taken_q   <= taken_d;
      leaving_q <= leaving_d;
      owner_q   <= owner_d;
    end
  end

`ifndef SYNTHESIS
  a_given_free : assert property (@(posedge clk_i) disable iff (!rst_ni) (given & taken_q) == '0 && $onehot0(given));
  a_given_clean : assert property (@(posedge clk_i) disable iff (!rst_ni) (given & ~clean_i) == '0);
`endif

endmodule
