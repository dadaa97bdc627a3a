// The local ids (x y z) of every work-item of a workgroup, one row per warp. They are the same for every workgroup of a launch,
// so they are generated once, a few lanes per cycle, while the first warps already start, and then read at one warp per cycle.
//
// Latency: row w is valid (Lanes / LanesPerStep) * (w + 1) cycles after start_i; reading is combinational.
// Invariant: rows become valid in order and stay so until the next start.
module local_id_table
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                                   clk_i,
  input  logic                                   rst_ni,

  input  logic                                   start_i,       // forget all rows, generate anew
  input  local_id_t [1:0]                        local_size_i,  // x y, none zero; stable until the next start
  input  logic [WarpBits:0]                      group_warps_i, // rows to generate; stable until the next start

  input  warp_id_t                               warp_i,        // row to read
  output logic                                   valid_o,
  output logic [Lanes-1:0][2:0][LocalIdBits-1:0] local_id_o     // lanes past the local size: anything
);

  localparam int unsigned LanesPerStep = (Lanes < 4) ? Lanes : 4;
  localparam int unsigned Steps        = Lanes / LanesPerStep;
  localparam int unsigned StepBits     = (Steps > 1) ? $clog2(Steps) : 1;

  typedef logic [2:0][LocalIdBits-1:0] id_t;
  typedef logic [LanesPerStep-1:0][2:0][LocalIdBits-1:0] ids_t;

  // The work-item after this one, x fastest. Past the last work-item z goes on counting, which nobody looks at.
  function automatic id_t next_id(id_t id, local_id_t [1:0] size);
    id_t next;
    logic x_wraps, y_wraps;
    x_wraps = id[0] + 1'b1 == size[0];
    y_wraps = (PlantedBug == 19 ? id[1] : id[1] + 1'b1) == size[1];  // planted bug 19: y goes one too far
    next[0] = x_wraps ? '0 : id[0] + 1'b1;
    next[1] = !x_wraps ? id[1] : y_wraps ? '0 : id[1] + 1'b1;
    next[2] = x_wraps && y_wraps ? id[2] + 1'b1 : id[2];
    return next;
  endfunction

  id_t                 id_d, id_q;        // of the first lane of this step
  ids_t                ids;
  logic [StepBits-1:0] step_d, step_q;
  logic [WarpBits:0]   rows_d, rows_q;    // rows that are complete
  logic                active, last_step;

  assign active    = rows_q < group_warps_i && !start_i;
  assign last_step = step_q == StepBits'(Steps - 1);

  always_comb begin
    id_t id;
    id = id_q;
    for (int unsigned i = 0; i < LanesPerStep; i++) begin
      ids[i] = id;
      id     = next_id(id, local_size_i);
    end
    id_d   = id_q;
    step_d = step_q;
    rows_d = rows_q;
    if (start_i) begin
      id_d   = '0;
      step_d = '0;
      rows_d = '0;
    end else if (active) begin
      id_d   = id;
      step_d = last_step ? '0 : step_q + 1'b1;
      rows_d = rows_q + (WarpBits + 1)'(last_step);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      id_q   <= '0;
      step_q <= '0;
      rows_q <= '0;
    end else begin
      id_q   <= id_d;
      step_q <= step_d;
      rows_q <= rows_d;
    end
  end

  for (genvar s = 0; s < Steps; s++) begin : gen_column
    ids_t rows [Warps];

    always_ff @(posedge clk_i) begin
      if (active && step_q == StepBits'(s)) rows[rows_q[WarpBits-1:0]] <= ids;
    end

    assign local_id_o[s*LanesPerStep +: LanesPerStep] = rows[warp_i];
  end

  assign valid_o = {1'b0, warp_i} < rows_q;

`ifndef SYNTHESIS
  // The table never grows past its memory.
  assert property (@(posedge clk_i) disable iff (!rst_ni) rows_q <= (WarpBits + 1)'(Warps));
`endif

endmodule
