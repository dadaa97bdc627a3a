// The floating-point state of lanes (fflags, frm), and per warp what is in flight.
//
// Up to two instructions complete in a cycle. frm and fcsr are read in the operand stage, where the scoreboard of
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

  input  warp_id_t              frm_warp_i,
  output lane_rounding_t        frm_o,
  input  warp_id_t              fcsr_warp_i,
  output logic [Lanes-1:0][7:0] fcsr_o,

  input  logic                  event_valid_i,
  input  event_t                event_i,
  output logic                  writes_o,         // the event writes here: no dispatch in this cycle

  input  logic        [1:0]     complete_i,
  input  warp_id_t    [1:0]     complete_warp_i,
  input  lane_mask_t  [1:0]     complete_mask_i,
  input  lane_flags_t [1:0]     complete_flags_i,

  input  warp_id_t              trace_warp_i,     // for the monitors
  output logic [Lanes-1:0][7:0] trace_fcsr_o
);

  // ---- CSR instructions ----
  logic write_flags, write_frm;

  assign write_flags = event_valid_i && event_i.csr_write && event_i.csr inside {CSR_FFLAGS, CSR_FCSR};
  assign write_frm   = event_valid_i && event_i.csr_write && event_i.csr inside {CSR_FRM, CSR_FCSR};
  assign writes_o    = write_flags || write_frm;

  // ---- flags ----
  lane_flags_t flags_q [Warps];
  lane_flags_t flags_csr, flags_read;
  lane_flags_t [1:0] raised, flags_sum;
  logic              together;       // both are of one warp
  warp_id_t          event_warp;

  assign event_warp = event_i.path.warp;
  assign flags_read = flags_q[fcsr_warp_i];
  assign together   = complete_i == 2'b11 && complete_warp_i[0] == complete_warp_i[1];

  always_comb begin
    raised = '0;
    for (int unsigned c = 0; c < 2; c++) begin
      if (complete_i[c]) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          // Planted bug 11: the last lane does not accumulate its flags.
          if (complete_mask_i[c][l] && !(PlantedBug == 11 && l == Lanes - 1)) raised[c][l] = complete_flags_i[c][l];
        end
      end
    end
    for (int unsigned c = 0; c < 2; c++) begin
      flags_sum[c] = flags_q[complete_warp_i[c]] | raised[c] | (together ? raised[1-c] : '0);
    end
    flags_csr = flags_q[event_warp];
    if (write_flags) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (event_i.path.executed[l]) flags_csr[l] = event_i.lane_data[l][4:0];
      end
    end
  end

  // A warp that starts, or that has a CSR instruction, has nothing in flight: these are different warps.
  always_ff @(posedge clk_i) begin
    for (int unsigned c = 0; c < 2; c++) begin
      if (complete_i[c]) flags_q[complete_warp_i[c]] <= flags_sum[c];
    end
    if (write_flags)   flags_q[event_warp]   <= flags_csr;
    if (start_valid_i) flags_q[start_warp_i] <= '0;
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

  assign frm_o = frm_q[frm_warp_i];
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) fcsr_o[l] = {frm_q[fcsr_warp_i][l], flags_read[l]};
    for (int unsigned l = 0; l < Lanes; l++) trace_fcsr_o[l] = {frm_q[trace_warp_i][l], flags_q[trace_warp_i][l]};
    for (int unsigned w = 0; w < Warps; w++) reserved_o[w] = trapping_q[w] != '0;
  end

  // ---- in flight ----
  localparam int unsigned FlightBits = $clog2(FloatWrite + SpecialQueue + SpecialFlight + 4);
  typedef logic [FlightBits-1:0] flight_t;

  flight_t [Warps-1:0] flight_d, flight_q;

  always_comb begin
    flight_d = flight_q;
    if (issue_i)    flight_d[issue_warp_i]    = flight_d[issue_warp_i] + flight_t'(1);
    for (int unsigned c = 0; c < 2; c++) begin
      if (complete_i[c]) flight_d[complete_warp_i[c]] = flight_d[complete_warp_i[c]] - flight_t'(1);
    end
    for (int unsigned w = 0; w < Warps; w++) idle_o[w] = flight_q[w] == '0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) flight_q <= '0;
    else         flight_q <= flight_d;
  end

`ifndef SYNTHESIS
  for (genvar c = 0; c < 2; c++) begin : gen_assert
    a_has_issue : assert property (@(posedge clk_i) disable iff (!rst_ni) complete_i[c] |-> !idle_o[complete_warp_i[c]]);
    a_alone : assert property (@(posedge clk_i) disable iff (!rst_ni) complete_i[c] |->
        !(write_flags && event_warp == complete_warp_i[c]) && !(start_valid_i && start_warp_i == complete_warp_i[c]));
  end
  a_no_wrap : assert property (@(posedge clk_i) disable iff (!rst_ni) issue_i |-> flight_q[issue_warp_i] != '1);
  a_start_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> idle_o[start_warp_i]);
  a_start_event : assert property (@(posedge clk_i) disable iff (!rst_ni) start_valid_i |-> !writes_o);
`endif

endmodule
