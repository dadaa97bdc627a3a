// LR/SC reservations on scratchpad words, one per warp of the cluster (docs/architecture.md, section 5).
// Words are named by bank and row, so a step that writes one row in each of some banks is one event.
// The query is combinational on the state before this cycle's event; an event shows in the next cycle.
module scratchpad_reservations
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter  int unsigned RowBits   = 4,
  localparam int unsigned Owners    = Cores * Warps,
  localparam int unsigned OwnerBits = (Owners > 1) ? $clog2(Owners) : 1
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic [OwnerBits-1:0]          owner_i,       // of all that follows
  // the reservation as it is
  output logic                          valid_o,
  output logic [RowBits-1:0]            row_o,
  output lane_id_t                      bank_o,
  output lane_id_t                      lane_o,
  // an LR takes it
  input  logic                          set_i,
  input  logic [RowBits-1:0]            set_row_i,
  input  lane_id_t                      set_bank_i,
  input  lane_id_t                      set_lane_i,
  // an SC ends it
  input  logic                          clear_i,
  // words written in this cycle, one row per bank at most: ends the reservations of all owners on them
  input  lane_mask_t                    write_banks_i,
  input  logic [Lanes-1:0][RowBits-1:0] write_rows_i
);

  typedef struct packed {
    logic [RowBits-1:0] row;
    lane_id_t           bank;
    lane_id_t           lane;
  } reservation_t;

  logic         [Owners-1:0] valid_d, valid_q;
  reservation_t [Owners-1:0] reservation_d, reservation_q;

  assign valid_o = valid_q[owner_i];
  assign row_o   = reservation_q[owner_i].row;
  assign bank_o  = reservation_q[owner_i].bank;
  assign lane_o  = reservation_q[owner_i].lane;

  always_comb begin
    valid_d       = valid_q;
    reservation_d = reservation_q;
    if (valid_q != '0 && write_banks_i != '0) begin
      for (int unsigned o = 0; o < Owners; o++) begin
        if (write_banks_i[reservation_q[o].bank] && write_rows_i[reservation_q[o].bank] == reservation_q[o].row) begin
          valid_d[o] = 1'b0;
        end
      end
    end
    if (clear_i) valid_d[owner_i] = 1'b0;
    if (set_i) begin
      valid_d[owner_i]            = 1'b1;
      reservation_d[owner_i].row  = set_row_i;
      reservation_d[owner_i].bank = set_bank_i;
      reservation_d[owner_i].lane = set_lane_i;
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
      a_one_event : assert (!set_i || (!clear_i && write_banks_i == '0));
    end
  end
`endif

endmodule
