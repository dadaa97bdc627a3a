// Bench top: who has which core, whose turn it is, and the beginning and the end of a launch, side by side.
module owners_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                           clk_i,
  input  logic                           rst_ni,
  output logic [31:0]                    launches_o,
  output logic [31:0]                    cores_o,
  // owners
  input  logic [Launches-1:0]            more_i,
  input  logic [Launches-1:0][Cores-1:0] vacant_i,
  output logic [Launches-1:0][Cores-1:0] owned_o,
  output logic [Launches-1:0][Cores-1:0] usable_o,
  input  logic [Cores-1:0]               clean_i,
  output logic [Cores-1:0][7:0]          owner_o,
  output logic [Cores-1:0]               invalidate_o,
  // turns
  input  logic [Launches-1:0]            shares_i,
  input  logic [Launches-1:0]            waits_i,
  input  logic [Launches-1:0]            stopped_i,
  input  logic [Launches-1:0]            write_back_i,
  output logic [Launches-1:0]            quiet_o,
  output logic [Launches-1:0]            flushed_o,
  input  logic [Launches-1:0]            done_i,
  output logic                           held_o,
  output logic [7:0]                     holder_o,
  output logic                           pause_o,
  output logic                           flush_o,
  input  logic                           idle_i,
  input  logic                           flushed_i,
  // gate: start, abort; dispatcher: done, busy, aborted, faulted; memory: quiet, stored, flushed, error
  input  logic [9:0]                     gate_i,
  // done, faulted; start, abort, refused; waits, stopped, invalidate, flush, write-back
  output logic [9:0]                     gate_o,
  input  logic [31:0]                    fault_cause_i,
  input  logic [31:0]                    fault_value_i,
  input  logic [31:0]                    error_line_i,
  output logic [31:0]                    fault_cause_o,
  output logic [31:0]                    fault_value_o,
  output logic [31:0]                    refused_cause_o,
  output logic [31:0]                    refused_value_o
);

  assign launches_o = 32'(Launches);
  assign cores_o    = 32'(Cores);

  launch_id_t [Cores-1:0] owner;
  launch_id_t             holder;

  core_owners u_owners (
    .clk_i,
    .rst_ni,
    .more_i,
    .vacant_i,
    .owned_o,
    .usable_o,
    .clean_i,
    .owner_o(owner),
    .invalidate_o
  );

  launch_turns u_turns (
    .clk_i,
    .rst_ni,
    .shares_i,
    .waits_i,
    .stopped_i,
    .write_back_i,
    .quiet_o,
    .flushed_o,
    .done_i,
    .held_o,
    .holder_o(holder),
    .pause_o,
    .flush_o,
    .idle_i,
    .flushed_i
  );

  fault_t   fault, fault_out, refused;
  core_id_t fault_core;

  always_comb begin
    fault       = '0;
    fault.cause = fault_cause_i;
    fault.value = fault_value_i;
  end

  launch_gate u_gate (
    .clk_i,
    .rst_ni,
    .start_i        (gate_i[0]),
    .abort_i        (gate_i[1]),
    .done_o         (gate_o[0]),
    .faulted_o      (gate_o[1]),
    .fault_o        (fault_out),
    .fault_core_o   (fault_core),
    .start_o        (gate_o[2]),
    .abort_o        (gate_o[3]),
    .done_i         (gate_i[2]),
    .busy_i         (gate_i[3]),
    .aborted_i      (gate_i[4]),
    .faulted_i      (gate_i[5]),
    .fault_i        (fault),
    .fault_core_i   ('0),
    .refused_valid_o(gate_o[4]),
    .refused_o      (refused),
    .waits_o        (gate_o[5]),
    .stopped_o      (gate_o[6]),
    .quiet_i        (gate_i[6]),
    .invalidate_o   (gate_o[7]),
    .flush_o        (gate_o[8]),
    .write_back_o   (gate_o[9]),
    .stored_i       (gate_i[7]),
    .flushed_i      (gate_i[8]),
    .error_i        (gate_i[9]),
    .error_line_i
  );
  assign fault_cause_o   = fault_out.cause;
  assign fault_value_o   = fault_out.value;
  assign refused_cause_o = refused.cause;
  assign refused_value_o = refused.value;

  logic unused;
  assign unused = ^{fault_out, refused, fault_core};

  for (genvar c = 0; c < Cores; c++) begin : gen_owner
    assign owner_o[c] = 8'(owner[c]);
  end
  assign holder_o = 8'(holder);

endmodule
