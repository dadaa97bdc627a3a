// LR/SC reservations on device memory, one per warp of the cluster (docs/architecture.md, section 5).
// The query is combinational on the state before this cycle's event; an event (set or write) shows in the next cycle.
// Invariant: after a write no reservation is left on any word it touched.
module hub_reservations
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  // an LR takes the owner's reservation
  input  logic          set_i,
  input  owner_t        set_owner_i,
  input  logic [31:2]   set_word_i,
  input  lane_id_t      set_lane_i,
  // a write is performed
  input  logic          write_i,
  input  line_address_t write_line_i,
  input  line_words_t   write_words_i,    // words with at least one byte written
  // would an SC succeed?
  input  owner_t        query_owner_i,
  input  logic [31:2]   query_word_i,
  input  lane_id_t      query_lane_i,
  output logic          query_hit_o
);

  typedef struct packed {
    logic [31:2] word;
    lane_id_t    lane;
  } reservation_t;

  logic         [Owners-1:0] valid_d, valid_q;
  reservation_t [Owners-1:0] reservation_d, reservation_q;

  assign query_hit_o = valid_q[query_owner_i] && reservation_q[query_owner_i].word == query_word_i &&
                       reservation_q[query_owner_i].lane == query_lane_i;

  always_comb begin
    valid_d       = valid_q;
    reservation_d = reservation_q;
    if (write_i && valid_q != '0 && PlantedBug != 9) begin  // planted bug 9: writes leave reservations alone
      for (int unsigned o = 0; o < Owners; o++) begin
        if (reservation_q[o].word[31:OffsetBits] == write_line_i &&
            write_words_i[reservation_q[o].word[OffsetBits-1:2]]) begin
          valid_d[o] = 1'b0;
        end
      end
    end
    if (set_i) begin
      valid_d[set_owner_i]            = 1'b1;
      reservation_d[set_owner_i].word = set_word_i;
      reservation_d[set_owner_i].lane = set_lane_i;
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
      a_one_event : assert (!(set_i && write_i));
    end
  end
`endif

endmodule
