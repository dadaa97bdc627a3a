// LR/SC reservations on device memory, one per warp of the cluster (docs/architecture.md, section 5), for all banks of the
// L2 cache together: an LR in one bank replaces the warp's reservation in another.
// A query is combinational on the state before this cycle's events; an event (LR or write) shows in the next cycle. Events of one
// cycle come from different banks, so they are on different lines.
// Invariants: after a write no reservation is left on any word it touched; a warp has one LR that takes its reservation in flight at
// most.
module l2_reservations
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  l2_event_t     [L2Banks-1:0] event_i,
  // would an SC succeed?
  input  owner_t        [L2Banks-1:0] query_owner_i,
  input  logic   [L2Banks-1:0][31:2]  query_word_i,
  input  lane_id_t      [L2Banks-1:0] query_lane_i,
  output logic          [L2Banks-1:0] query_hit_o
);

  typedef struct packed {
    logic [31:2] word;
    lane_id_t    lane;
  } reservation_t;

  logic         [Owners-1:0]  valid_d, valid_q;
  reservation_t [Owners-1:0]  reservation_d, reservation_q;

  for (genvar b = 0; b < L2Banks; b++) begin : gen_query
    assign query_hit_o[b] = valid_q[query_owner_i[b]] && reservation_q[query_owner_i[b]].word == query_word_i[b] &&
                            reservation_q[query_owner_i[b]].lane == query_lane_i[b];
  end

  always_comb begin
    valid_d       = valid_q;
    reservation_d = reservation_q;
    for (int unsigned b = 0; b < L2Banks; b++) begin
      if (event_i[b].write && valid_q != '0 && PlantedBug != 9) begin  // planted bug 9: writes leave reservations alone
        for (int unsigned o = 0; o < Owners; o++) begin
          if (reservation_q[o].word[31:OffsetBits] == event_i[b].line &&
              event_i[b].words[reservation_q[o].word[OffsetBits-1:2]]) begin
            valid_d[o] = 1'b0;
          end
        end
      end
    end
    for (int unsigned b = 0; b < L2Banks; b++) begin
      if (event_i[b].lr) begin
        valid_d[event_i[b].owner]            = 1'b1;
        reservation_d[event_i[b].owner].word = {event_i[b].line, event_i[b].word};
        reservation_d[event_i[b].owner].lane = event_i[b].lane;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q       <= '0;
      reservation_q <= '0;
    end else begin
      valid_q       <= valid_d;
      reservation_q <= reservation_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      for (int unsigned b = 0; b < L2Banks; b++) begin
        a_one_event : assert (!(event_i[b].lr && event_i[b].write));
        for (int unsigned c = 0; c < b; c++) begin
          a_one_lr : assert (!(event_i[b].lr && event_i[c].lr && event_i[b].owner == event_i[c].owner));
        end
      end
    end
  end
`endif

endmodule
