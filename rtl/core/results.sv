// From the units to the register file: collects the results of a cycle, arbitrates for the banks, sets registers free, and
// notices results that have waited too long, which get bubbles in the pipe (`starved_o`).
// Results of the execute stages are registered here. They, the multipliers' and those of the floating-point pipe come when the issue
// stage has reserved their bank; the others take what is left, the lower port first.
// Ports: execute stages, multipliers, floating-point pipe, LSU, divider, other floating-point units.
// A load that the LSU announces (`load_early_i`) sets its register free in that cycle, if its bank has room in one of the three
// cycles that follow: whatever issues then reads the bank in time (register_file). Nothing that is reserved later comes before.
// Invariant: a result that is ready is written, or (a load to x0, an instruction that was killed) goes nowhere, in that cycle.
module results
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                                clk_i,
  input  logic                                rst_ni,

  input  clear_t          [Ports-1:0]         alu_clear_i,          // three cycles before the result is written
  input  logic            [Ports-1:0]         alu_valid_i,          // execute stage
  input  register_write_t [Ports-1:0]         alu_write_i,
  output logic            [Ports-1:0]         alu_pending_o,        // the result of the cycle before
  output warp_id_t        [Ports-1:0]         alu_warp_o,
  input  logic                                multiply_valid_i,
  input  register_write_t                     multiply_write_i,
  input  clear_t                              multiply_clear_i,     // three cycles before
  input  logic                                pipe_valid_i,         // of the floating-point pipe
  input  register_write_t                     pipe_write_i,
  input  clear_t                              pipe_clear_i,         // three cycles before
  input  logic                                divide_valid_i,
  input  register_write_t                     divide_write_i,
  output logic                                divide_ready_o,
  input  logic                                load_valid_i,
  input  lsu_writeback_t                      load_i,
  output logic                                load_ready_o,
  input  clear_t                              load_early_i,         // the LSU will offer this one, its last part, from the next cycle on
  input  logic [RegisterBanks-1:0][LastWrite:0] bank_free_i,        // write_schedule
  input  clear_t                              release_i,            // of a memory instruction that traps as a whole
  input  clear_t                              killed_i,             // of one that is squashed
  input  logic                                float_valid_i,
  input  register_write_t                     float_write_i,
  output logic                                float_ready_o,
  input  logic                                float_done_i,         // written, or without a register
  input  logic                                float_waits_i,
  input  logic                                event_waits_i,

  output logic                                starved_o,
  output clear_t [Clears-1:0]                 clear_o,
  output logic [RegisterBanks-1:0]            bank_valid_o,
  output register_write_t [RegisterBanks-1:0] bank_write_o,
  output logic [TracePorts-1:0]               written_o,
  output register_write_t [TracePorts-1:0]    write_o
);

  localparam int unsigned Multiply = Ports;
  localparam int unsigned Pipe     = Ports + 1;
  localparam int unsigned Load     = Ports + 2;
  localparam int unsigned Divide   = Ports + 3;
  localparam int unsigned Float    = Ports + 4;
  localparam int unsigned Fixed    = Ports + 2;   // the first so many

  logic            [Ports-1:0]  alu_valid_q;
  register_write_t [Ports-1:0]  alu_write_q;
  logic                         load_drop, early, early_d, early_q;
  bank_t                        early_bank;
  logic [TracePorts-1:0]        valid, ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) alu_valid_q <= '0;
    else         alu_valid_q <= alu_valid_i;
  end
  always_ff @(posedge clk_i) begin
    for (int unsigned p = 0; p < Ports; p++) begin
      if (alu_valid_i[p]) alu_write_q[p] <= alu_write_i[p];
    end
  end
  assign alu_pending_o = alu_valid_q;
  for (genvar p = 0; p < Ports; p++) begin : gen_alu
    assign alu_warp_o[p] = alu_write_q[p].warp;
    assign write_o[p]    = alu_write_q[p];
    assign clear_o[p]    = alu_clear_i[p];
  end

  // A load to x0 brings data that goes nowhere.
  assign load_drop      = load_i.rd == '0;
  assign load_ready_o   = load_drop || ready[Load];
  assign divide_ready_o = ready[Divide];
  assign float_ready_o  = ready[Float];

  assign valid = {float_valid_i, divide_valid_i, load_valid_i && !load_drop, pipe_valid_i, multiply_valid_i, alu_valid_q};
  assign write_o[Multiply] = multiply_write_i;
  assign write_o[Pipe]     = pipe_write_i;
  assign write_o[Divide]   = divide_write_i;
  assign write_o[Load]     = '{warp: load_i.tag.warp, order: load_i.tag.order, rd: register_t'(load_i.rd),
                               mask: load_i.mask, data: load_i.data};
  assign write_o[Float]    = float_write_i;

  writeback #(
    .Sources(TracePorts)
  ) u_writeback (
    .valid_i     (valid),
    .write_i     (write_o),
    .ready_o     (ready),
    .bank_valid_o,
    .bank_write_o
  );

  // (Results for x0 are reported as well, where they raise flags.)
  always_comb begin
    written_o        = valid & ready;
    written_o[Pipe]  = pipe_valid_i;
    written_o[Float] = float_done_i;
    for (int unsigned s = 0; s < TracePorts; s++) written_o[s] = written_o[s] && write_o[s].mask != '0;
  end

  assign clear_o[Multiply] = multiply_clear_i;
  assign clear_o[Pipe]     = pipe_clear_i;
  assign clear_o[Divide]   = '{valid: valid[Divide] && ready[Divide], warp: write_o[Divide].warp,
                               number: write_o[Divide].rd};
  assign clear_o[Load]     = '{valid: valid[Load] && ready[Load] && load_i.last && !early_q, warp: write_o[Load].warp,
                               number: write_o[Load].rd};
  assign clear_o[Float]    = '{valid: float_done_i && float_write_i.rd != '0, warp: float_write_i.warp,
                               number: float_write_i.rd};
  assign clear_o[Ports+5]  = release_i;
  assign clear_o[Ports+6]  = killed_i;
  assign clear_o[Ports+7]  = '{valid: early, warp: load_early_i.warp, number: load_early_i.number};

  // ---- loads that set their register free before they are written ----
  assign early_bank = bank_of(load_early_i.warp, load_early_i.number);
  assign early      = load_early_i.valid && load_early_i.number != '0 && bank_free_i[early_bank][3:1] != '0;
  assign early_d    = early || (early_q && !(load_valid_i && load_ready_o));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) early_q <= 1'b0;
    else         early_q <= early_d;
  end

  // ---- who waits too long ----
  logic [3:0] waited_d, waited_q;
  logic       waiting;

  assign waiting   = (valid & ~ready) != '0 || float_waits_i || event_waits_i;
  assign waited_d  = !waiting ? 4'd0 : (waited_q == 4'd8) ? waited_q : waited_q + 4'd1;
  assign starved_o = waited_q == 4'd8;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waited_q <= '0;
    else         waited_q <= waited_d;
  end

`ifndef SYNTHESIS
  logic [1:0] early_age_q;
  always_ff @(posedge clk_i) early_age_q <= early ? 2'd0 : early_age_q + 2'd1;
  a_early : assert property (@(posedge clk_i) disable iff (!rst_ni) early_q |-> load_valid_i && load_i.last);
  a_early_written : assert property (@(posedge clk_i) disable iff (!rst_ni) early_q && early_age_q == 2'd2 |-> ready[Load]);
  a_fixed_go : assert property (@(posedge clk_i) disable iff (!rst_ni) (valid[Fixed-1:0] & ~ready[Fixed-1:0]) == '0);
`endif

endmodule
