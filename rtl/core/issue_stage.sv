// Issue: the scoreboard, the choice of a warp, and its instruction. Combinational from the heads of the
// buffers; what issues is taken when `accept_i`.
// An instruction in dynamic rounding mode keeps its warp waiting (`control_o`) only where a lane has a reserved frm, so that
// it may trap.
// Invariants: those of scoreboard and issue.
module issue_stage
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                start_valid_i,
  input  warp_id_t            start_warp_i,
  input  logic                stall_i,
  input  logic                accept_i,
  input  logic [Warps-1:0]    ready_i,
  input  logic [Warps-1:0]    head_valid_i,
  input  decoded_t            head_i [Warps],
  input  unit_space_t         space_i,
  input  logic [Warps-1:0]    float_idle_i,
  input  logic [Warps-1:0]    reserved_mode_i,
  input  clear_t [Clears-1:0] clear_i,
  input  squash_t [Squashes-1:0]   squash_i,
  input  logic [Squashes-1:0][1:0] squash_count_i,
  output logic [Warps-1:0]    any_busy_o,
  output logic                valid_o,
  output warp_id_t            warp_o,
  output logic [31:0]         order_o,         // of the slot, for the monitors
  output decoded_t            head_o,
  output logic                control_o,       // the instruction always has a path event
  output pc_t                 distance_o       // from its pc to where the warp goes on, unless there is an event
);

  logic [Warps-1:0] hazard;
  logic             pick_valid;
  warp_id_t         warp;
  decoded_t         head;
  logic [31:0]      order_q [Warps];           // for the monitors

  scoreboard u_scoreboard (
    .clk_i,
    .rst_ni,
    .head_i,
    .hazard_o      (hazard),
    .any_busy_o,
    .set_valid_i   (valid_o && head.writes),
    .set_warp_i    (warp),
    .set_register_i(rd_of(head)),
    .clear_i
  );

  issue u_issue (
    .clk_i,
    .rst_ni,
    .stall_i,
    .accept_i,
    .ready_i,
    .head_valid_i,
    .head_i,
    .hazard_i(hazard),
    .space_i,
    .float_idle_i,
    .valid_o (pick_valid),
    .warp_o  (warp)
  );

  assign warp_o    = warp;
  assign order_o   = order_q[warp];
  assign head      = head_i[warp];
  assign head_o    = head;
  assign valid_o   = pick_valid && accept_i;
  assign distance_o = head.predict_taken ? jump_offset(head.instr) : pc_t'(1);
  assign control_o = head.control || (head.dynamic_mode && reserved_mode_i[warp]);

  always_ff @(posedge clk_i) begin
    if (valid_o)       order_q[warp]         <= order_q[warp] + 32'd1;
    for (int unsigned s = 0; s < Squashes; s++) begin
      if (squash_i[s].valid) order_q[squash_i[s].warp] <= order_q[squash_i[s].warp] - 32'(squash_count_i[s]);
    end
    if (start_valid_i) order_q[start_warp_i] <= '0;
  end

endmodule
