// The floating-point state of lanes (fflags, frm), and per warp what is in flight.
//
// The flags have one port that reads and writes: a dispatch, a CSR instruction's event and a completion use it, in that
// order; `busy_o` says that a completion must wait. frm and fcsr are read in the operand stage, where the scoreboard of
// `idle_o` has made sure that a CSR instruction finds all earlier instructions of its warp complete.
// `reserved_o[w]`: a lane of warp w has a reserved rounding mode, so that an instruction in dynamic mode may trap.
// Invariants: a completion has an issue; a warp that starts has nothing in flight.
module float_csrs
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  start_valid_i,
  input  warp_id_t              start_warp_i,

  input  logic                  issue_i,          // a floating-point instruction issues
  input  warp_id_t              issue_warp_i,
  output logic [Warps-1:0]      idle_o,           // nothing of the warp is in flight
  output logic [Warps-1:0]      reserved_o,

  input  warp_id_t              read_warp_i,
  output lane_rounding_t        frm_o,
  output logic [Lanes-1:0][7:0] fcsr_o,

  input  logic                  event_valid_i,
  input  event_t                event_i,
  output logic                  writes_o,         // the event writes here: no dispatch in this cycle
  output logic                  busy_o,           // no completion in this cycle

  input  logic                  complete_i,
  input  warp_id_t              complete_warp_i,
  input  lane_mask_t            complete_mask_i,
  input  lane_flags_t           complete_flags_i,

  input  warp_id_t              trace_warp_i,     // for the monitors
  output logic [Lanes-1:0][7:0] trace_fcsr_o
);

  // ---- CSR instructions ----
  logic write_flags, write_frm;

  assign write_flags = event_valid_i && event_i.csr_write && event_i.csr inside {CSR_FFLAGS, CSR_FCSR};
  assign write_frm   = event_valid_i && event_i.csr_write && event_i.csr inside {CSR_FRM, CSR_FCSR};
  assign writes_o    = write_flags || write_frm;
  assign busy_o      = start_valid_i || write_flags;

  // ---- flags ----
  lane_flags_t flags_q [Warps];
  lane_flags_t flags_old, flags_new, flags_read;
  warp_id_t    flags_warp;
  logic        flags_write;

  assign flags_write = start_valid_i || write_flags || complete_i;
  assign flags_warp  = start_valid_i ? start_warp_i : write_flags ? event_i.path.warp : complete_warp_i;
  assign flags_old   = flags_q[flags_warp];
  assign flags_read  = flags_q[read_warp_i];

  always_comb begin
    flags_new = '0;
    if (flags_write && !start_valid_i) begin
      flags_new = flags_old;
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (write_flags) begin
          if (event_i.path.executed[l]) flags_new[l] = event_i.lane_data[l][4:0];
        end else if (complete_mask_i[l]) begin
          flags_new[l] = flags_old[l] | complete_flags_i[l];
        end
      end
      // Planted bug 11: the last lane does not accumulate its flags.
      if (PlantedBug == 11 && !write_flags) flags_new[Lanes-1] = flags_old[Lanes-1];
    end
  end

  always_ff @(posedge clk_i) begin
    if (flags_write) flags_q[flags_warp] <= flags_new;
  end

  // ---- rounding modes ----
  lane_rounding_t         frm_q [Warps];
  logic [Warps-1:0][Lanes-1:0] trapping_q;  // lanes with a reserved mode
  lane_rounding_t         frm_new;
  lane_mask_t             frm_enable, trapping_new, trapping_old;
  warp_id_t               frm_warp;

  assign frm_warp     = start_valid_i ? start_warp_i : event_i.path.warp;
  assign trapping_old = trapping_q[frm_warp];

  always_comb begin
    frm_new      = '0;
    trapping_new = '0;
    frm_enable   = start_valid_i ? '1 : write_frm ? event_i.path.executed : '0;
    if (write_frm && !start_valid_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        frm_new[l]      = (event_i.csr == CSR_FCSR) ? event_i.lane_data[l][7:5] : event_i.lane_data[l][2:0];
        trapping_new[l] = frm_enable[l] ? (frm_new[l] > 3'd4) : trapping_old[l];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (frm_enable[l]) frm_q[frm_warp][l] <= frm_new[l];
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                         trapping_q           <= '0;
    else if (start_valid_i || write_frm) trapping_q[frm_warp] <= trapping_new;
  end

  assign frm_o = frm_q[read_warp_i];
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) fcsr_o[l] = {frm_o[l], flags_read[l]};
    for (int unsigned l = 0; l < Lanes; l++) trace_fcsr_o[l] = {frm_q[trace_warp_i][l], flags_q[trace_warp_i][l]};
    for (int unsigned w = 0; w < Warps; w++) reserved_o[w] = trapping_q[w] != '0;
  end

  // ---- in flight ----
  localparam int unsigned FlightBits = $clog2(FloatQueue + SpecialQueue + SpecialFlight + 4);
  typedef logic [FlightBits-1:0] flight_t;

  flight_t [Warps-1:0] flight_d, flight_q;

  always_comb begin
    flight_d = flight_q;
    if (issue_i)    flight_d[issue_warp_i]    = flight_d[issue_warp_i] + flight_t'(1);
    if (complete_i) flight_d[complete_warp_i] = flight_d[complete_warp_i] - flight_t'(1);
    for (int unsigned w = 0; w < Warps; w++) idle_o[w] = flight_q[w] == '0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) flight_q <= '0;
    else         flight_q <= flight_d;
  end

`ifndef SYNTHESIS
  a_has_issue : assert property (@(posedge clk_i) disable iff (!rst_ni) complete_i |-> !idle_o[complete_warp_i]);
  a_no_wrap : assert property (@(posedge clk_i) disable iff (!rst_ni) issue_i |-> flight_q[issue_warp_i] != '1);
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> idle_o[start_warp_i]);
  a_complete_free : assert property (@(posedge clk_i) disable iff (!rst_ni) complete_i |-> !busy_o);
  a_start_event : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> !writes_o);
`endif

endmodule
