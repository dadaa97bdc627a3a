// Issue: the scoreboard, the banks' schedule, the choice of a warp for each port, and their instructions. Combinational from the
// heads of the buffers; a port takes what is picked for it if `accept_i`.
// An instruction in dynamic rounding mode keeps its warp waiting (`control_o`) only where a lane has a reserved frm, so that
// it may trap.
// Invariants: those of scoreboard, write_schedule and issue; instructions of a warp execute in the order in which they issue.
module issue_stage
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     start_valid_i,
  input  warp_id_t                 start_warp_i,
  input  logic                     stall_i,
  input  logic     [Ports-1:0]     accept_i,
  input  logic     [Ports-1:0]     collecting_i,     // the instruction that the port took last still waits for operands
  input  warp_id_t [Ports-1:0]     collecting_warp_i,
  input  logic [Warps-1:0]         ready_i,
  input  logic [Warps-1:0]         head_valid_i,
  input  decoded_t                 head_i [Warps],
  input  unit_space_t              space_i,
  input  logic [Warps-1:0]         float_idle_i,
  input  logic [Warps-1:0]         reserved_mode_i,
  input  clear_t [Clears-1:0]      clear_i,
  input  squash_t [Squashes-1:0]   squash_i,
  input  logic [Squashes-1:0][1:0] squash_count_i,
  output logic [Warps-1:0]         any_busy_o,
  output logic [Warps-1:0]         hazard_o,         // for the stall counters: waits for a register ...
  output logic [Warps-1:0]         hazard_memory_o,  // ... that comes from memory
  output logic [Warps-1:0]         blocked_memory_o, // no room for a memory instruction
  output logic [Warps-1:0]         request_o,        // could issue
  output logic     [Ports-1:0]     valid_o,
  output warp_id_t [Ports-1:0]     warp_o,
  output logic [Ports-1:0][31:0]   order_o,          // of the slot, for the monitors
  output decoded_t [Ports-1:0]     head_o,
  output logic [RegisterBanks-1:0][LastWrite:0] bank_free_o,  // write_schedule
  output logic     [Ports-1:0]     control_o,        // the instruction always has a path event
  output pc_t      [Ports-1:0]     distance_o,       // from its pc to where the warp goes on, unless there is an event
  output logic [Warps-1:0][31:0]   next_order_o      // for the monitors: of the next slot
);

  typedef logic [3:0]          delay_t;

  logic [Warps-1:0]                      hazard, request, first_only, last_only, fixed;
  bank_t [Warps-1:0]                     bank;
  delay_t [Warps-1:0]                    delay;
  logic [RegisterBanks-1:0][LastWrite:0] bank_free;
  logic [31:0]                           order_q [Warps];   // for the monitors

  logic      [Ports-1:0] set_valid, set_memory, reserve;
  register_t [Ports-1:0] set_register;
  bank_t     [Ports-1:0] reserve_bank;
  delay_t    [Ports-1:0] reserve_delay;

  scoreboard u_scoreboard (
    .clk_i,
    .rst_ni,
    .head_i,
    .hazard_o      (hazard),
    .hazard_memory_o,
    .any_busy_o,
    .set_valid_i   (set_valid),
    .set_warp_i    (warp_o),
    .set_register_i(set_register),
    .set_memory_i  (set_memory),
    .clear_i
  );

  write_schedule u_schedule (
    .clk_i,
    .rst_ni,
    .reserve_i(reserve),
    .bank_i   (reserve_bank),
    .delay_i  (reserve_delay),
    .free_o   (bank_free)
  );

  assign hazard_o    = hazard;
  assign bank_free_o = bank_free;
  assign request_o   = request;

  always_comb begin
    for (int unsigned w = 0; w < Warps; w++) begin
      blocked_memory_o[w] = !space_i.memory && head_i[w].unit == UnitMemory;
      first_only[w] = for_first_port(head_i[w].unit);
      last_only[w]  = for_last_port(head_i[w].unit);
      fixed[w]      = head_i[w].writes && !(head_i[w].unit inside {UnitDiv, UnitMemory, UnitFloatDivide, UnitSpecial});
      bank[w]       = bank_of(warp_id_t'(w), rd_of(head_i[w]));
      delay[w]      = delay_t'(AluWrite);
      if (head_i[w].unit == UnitMul)   delay[w] = delay_t'(MultiplyWrite);
      if (head_i[w].unit == UnitFloat) delay[w] = delay_t'(FloatWrite);
      delay[w]      = delay[w] + delay_t'(head_i[w].extra);
      request[w]    = ready_i[w] && head_valid_i[w] && !hazard[w] &&
                      (!fixed[w] || bank_free[bank[w]][delay[w]]) &&
                      (space_i.memory || head_i[w].unit != UnitMemory) &&
                      (space_i.divide || head_i[w].unit != UnitDiv) &&
                      (space_i.fpu_divide || head_i[w].unit != UnitFloatDivide) &&
                      (space_i.special || head_i[w].unit != UnitSpecial) &&
                      (float_idle_i[w] || !head_i[w].waits_float);
      for (int unsigned p = 0; p < Ports; p++) begin
        if (collecting_i[p] && collecting_warp_i[p] == warp_id_t'(w)) request[w] = 1'b0;
      end
    end
  end

  issue u_issue (
    .clk_i,
    .rst_ni,
    .stall_i,
    .accept_i,
    .request_i   (request),
    .first_only_i(first_only),
    .last_only_i (last_only),
    .fixed_i     (fixed),
    .bank_i      (bank),
    .delay_i     (delay),
    .valid_o,
    .warp_o
  );

  for (genvar w = 0; w < Warps; w++) begin : gen_order
    assign next_order_o[w] = order_q[w];
  end

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    assign order_o[p]       = order_q[warp_o[p]];
    assign head_o[p]        = head_i[warp_o[p]];
    assign control_o[p]     = head_o[p].control || (head_o[p].dynamic_mode && reserved_mode_i[warp_o[p]]);
    assign distance_o[p]    = head_o[p].predict_taken ? jump_offset(head_o[p].instr) : pc_t'(1);
    assign set_valid[p]     = valid_o[p] && head_o[p].writes;
    assign set_memory[p]    = head_o[p].unit == UnitMemory;
    assign set_register[p]  = rd_of(head_o[p]);
    assign reserve[p]       = valid_o[p] && fixed[warp_o[p]];
    assign reserve_bank[p]  = bank[warp_o[p]];
    assign reserve_delay[p] = delay[warp_o[p]];
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned p = 0; p < Ports; p++) begin
      if (valid_o[p]) order_q[warp_o[p]] <= order_q[warp_o[p]] + 32'd1;
    end
    for (int unsigned s = 0; s < Squashes; s++) begin
      if (squash_i[s].valid) order_q[squash_i[s].warp] <= order_q[squash_i[s].warp] - 32'(squash_count_i[s]);
    end
    if (start_valid_i) order_q[start_warp_i] <= '0;
  end

endmodule
