// Bench top: who has which core, and whose turn it is, side by side.
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
  input  logic                           flushed_i
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

  for (genvar c = 0; c < Cores; c++) begin : gen_owner
    assign owner_o[c] = 8'(owner[c]);
  end
  assign holder_o = 8'(holder);

endmodule
