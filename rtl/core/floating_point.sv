// Floating point of the core: the units, the lanes' fflags and frm, and the account of what is in flight.
// A result is written back and its flags are accumulated in the same cycle: those of the pipe when they come, of the other units in
// the cycle of `done_o`.
// Invariants: those of float_units, float_csrs and float_ledger.
module floating_point
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  start_valid_i,
  input  warp_id_t              start_warp_i,

  // issue
  input  logic                  issue_valid_i,
  input  slot_t                 issue_slot_i,
  output logic                  divide_space_o,
  output logic                  special_space_o,
  output logic [Warps-1:0]      idle_o,
  output logic [Warps-1:0]      reserved_mode_o,

  // operand stage
  input  warp_id_t              frm_warp_i,
  output lane_rounding_t        frm_o,
  input  warp_id_t              fcsr_warp_i,
  output logic [Lanes-1:0][7:0] fcsr_o,

  // execute stage
  input  logic                  execute_valid_i,
  input  slot_t                 execute_slot_i,
  input  lane_mask_t            mask_i,           // lanes that do not trap
  input  lane_rounding_t        rounding_i,
  input  lane_words_t           a_i,
  input  lane_words_t           b_i,
  input  lane_words_t           c_i,

  // CSR instructions
  input  logic                  event_valid_i,
  input  event_t                event_i,
  output logic                  csr_writes_o,     // no dispatch in this cycle

  // write-back
  output logic                  pipe_valid_o,
  output register_write_t       pipe_write_o,
  output lane_flags_t           pipe_flags_o,
  output clear_t                pipe_clear_o,
  output logic                  write_valid_o,    // asks for a register port
  input  logic                  write_ready_i,
  output logic                  waits_o,          // a result cannot complete in this cycle
  output logic                  done_o,
  output register_write_t       write_o,
  output lane_flags_t           flags_o,

  // end of a warp, for assertions and monitors
  input  logic                  warp_done_valid_i,
  input  warp_id_t              warp_done_i,
  output logic [Lanes-1:0][7:0] trace_fcsr_o
);

  logic  issue, valid, drop, pipe_killed, killed;
  unit_e unit;

  assign unit          = issue_slot_i.decoded.unit;
  assign issue         = issue_valid_i && is_float(unit);
  assign drop          = write_o.rd == '0 || write_o.mask == '0;
  assign write_valid_o = valid && !drop;
  assign done_o        = valid && (drop || write_ready_i);
  assign waits_o       = valid && !done_o;

  float_units u_units (
    .clk_i,
    .rst_ni,
    .issue_divide_i (issue_valid_i && unit == UnitFloatDivide),
    .issue_special_i(issue_valid_i && unit == UnitSpecial),
    .divide_space_o,
    .special_space_o,
    .execute_valid_i,
    .execute_slot_i,
    .mask_i,
    .rounding_i,
    .a_i,
    .b_i,
    .c_i,
    .pipe_valid_o,
    .pipe_write_o,
    .pipe_flags_o,
    .pipe_clear_o,
    .pipe_killed_o  (pipe_killed),
    .killed_o       (killed),
    .valid_o        (valid),
    .write_o,
    .flags_o,
    .ready_i        (done_o)
  );

  float_csrs u_csrs (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i,
    .issue_i         (issue),
    .issue_warp_i    (issue_slot_i.warp),
    .idle_o,
    .reserved_o      (reserved_mode_o),
    .frm_warp_i,
    .frm_o,
    .fcsr_warp_i,
    .fcsr_o,
    .event_valid_i,
    .event_i,
    .writes_o        (csr_writes_o),
    .complete_i      ({done_o, pipe_valid_o}),
    .complete_warp_i ({write_o.warp, pipe_write_o.warp}),
    .complete_mask_i ({write_o.mask, pipe_write_o.mask}),
    .complete_flags_i({flags_o, pipe_flags_o}),
    .trace_warp_i    (warp_done_i),
    .trace_fcsr_o
  );

  float_ledger u_ledger (
    .clk_i,
    .rst_ni,
    .issue_i            (execute_valid_i && is_float(execute_slot_i.decoded.unit) && !execute_slot_i.killed),
    .issue_warp_i       (execute_slot_i.warp),
    .issue_order_i      (execute_slot_i.order),
    .issue_register_i   (rd_of(execute_slot_i.decoded)),
    .issue_mask_i       (execute_slot_i.mask),
    .complete_i         ({done_o && !killed, pipe_valid_o && !pipe_killed}),
    .complete_warp_i    ({write_o.warp, pipe_write_o.warp}),
    .complete_order_i   ({write_o.order, pipe_write_o.order}),
    .complete_register_i({write_o.rd, pipe_write_o.rd}),
    .complete_mask_i    ({write_o.mask, pipe_write_o.mask}),
    .done_i             (warp_done_valid_i),
    .done_warp_i        (warp_done_i)
  );

endmodule
