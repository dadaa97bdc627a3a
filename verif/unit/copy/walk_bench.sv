// copy_walk with plain ports.
module walk_bench
  import copy_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [2:0]       element_i,
  input  logic [31:0]      base_i,
  input  logic [4:0][31:0] size_i,
  input  logic [3:0][31:0] stride_i,
  input  logic [4:0][15:0] box_i,
  input  logic [4:0][31:0] first_i,
  input  logic [17:0]      scratch_i,
  input  logic             valid_i,
  output logic             ready_o,
  output logic             in_bounds_o,
  output logic [31:0]      address_o,
  output logic [17:0]      scratch_o,
  output logic [12:0]      bytes_o,
  output logic             last_o,
  output logic             valid_o,
  input  logic             ready_i
);

  box_t box;
  run_t run;

  always_comb begin
    box.element = element_i;
    box.base    = base_i;
    box.size    = size_i;
    box.stride  = stride_i;
    box.first   = first_i;
    box.scratch = scratch_i;
    for (int unsigned d = 0; d < Rank; d++) box.box[d] = box_i[d][8:0];
  end

  copy_walk u_walk (
    .clk_i,
    .rst_ni,
    .box_i  (box),
    .valid_i,
    .ready_o,
    .stop_i (1'b0),
    .run_o  (run),
    .valid_o,
    .ready_i
  );

  assign in_bounds_o = run.in_bounds;
  assign address_o   = run.address;
  assign scratch_o   = run.scratch;
  assign bytes_o     = run.bytes;
  assign last_o      = run.last;

endmodule
