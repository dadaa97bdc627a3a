// From the units to the register file: collects the results of a cycle, arbitrates for the banks, sets registers free, and
// notices results that have waited too long, which get bubbles in the pipe (`starved_o`).
// Results of the execute stage are registered here and always go, one cycle later. Of the others, the lower port wins.
// Ports: 0 execute stage, 1 divider, 2 multipliers, 3 LSU, 4 floating point.
// Invariant: a result that is ready is written, or (a load to x0, an instruction that was killed) goes nowhere, in that cycle.
module results
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                                clk_i,
  input  logic                                rst_ni,

  input  logic                                operand_valid_i,      // operand stage
  input  slot_t                               operand_slot_i,
  input  logic                                alu_valid_i,          // execute stage
  input  register_write_t                     alu_write_i,
  output logic                                alu_pending_o,        // the result of the cycle before
  output warp_id_t                            alu_warp_o,
  input  logic                                divide_valid_i,
  input  register_write_t                     divide_write_i,
  output logic                                divide_ready_o,
  input  logic                                multiply_valid_i,
  input  register_write_t                     multiply_write_i,
  output logic                                multiply_ready_o,
  input  logic                                load_valid_i,
  input  lsu_writeback_t                      load_i,
  output logic                                load_ready_o,
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

  logic                  alu_valid_q, load_drop;
  register_write_t       alu_write_q;
  logic [TracePorts-1:0] valid, ready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) alu_valid_q <= 1'b0;
    else         alu_valid_q <= alu_valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (alu_valid_i) alu_write_q <= alu_write_i;
  end
  assign alu_pending_o = alu_valid_q;
  assign alu_warp_o    = alu_write_q.warp;

  // A load to x0 brings data that goes nowhere.
  assign load_drop        = load_i.rd == '0;
  assign load_ready_o     = load_drop || ready[3];
  assign divide_ready_o   = ready[1];
  assign multiply_ready_o = ready[2];
  assign float_ready_o    = ready[4];

  assign valid      = {float_valid_i, load_valid_i && !load_drop, multiply_valid_i, divide_valid_i, alu_valid_q};
  assign write_o[0] = alu_write_q;
  assign write_o[1] = divide_write_i;
  assign write_o[2] = multiply_write_i;
  assign write_o[3] = '{warp: load_i.tag.warp, order: load_i.tag.order, rd: register_t'(load_i.rd), mask: load_i.mask,
                        data: load_i.data};
  assign write_o[4] = float_write_i;

  writeback #(
    .Sources(TracePorts)
  ) u_writeback (
    .valid_i     (valid),
    .write_i     (write_o),
    .ready_o     (ready),
    .bank_valid_o,
    .bank_write_o
  );

  always_comb begin
    for (int unsigned s = 0; s < TracePorts; s++) begin
      written_o[s] = (s == 4 ? float_done_i : valid[s] && ready[s]) && write_o[s].mask != '0;
    end
  end

  // The result of a one-cycle instruction can be read two cycles after its operands are there.
  assign clear_o[0] = '{valid: operand_valid_i && operand_slot_i.decoded.writes && !is_long(operand_slot_i.decoded.unit),
                        warp: operand_slot_i.warp, number: rd_of(operand_slot_i.decoded)};
  for (genvar s = 1; s < 4; s++) begin : gen_clear
    assign clear_o[s] = '{valid: valid[s] && ready[s] && (s != 3 || load_i.last), warp: write_o[s].warp,
                          number: write_o[s].rd};
  end
  assign clear_o[4] = '{valid: float_done_i && float_write_i.rd != '0, warp: float_write_i.warp,
                        number: float_write_i.rd};
  assign clear_o[5] = release_i;
  assign clear_o[6] = killed_i;

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
  a_alu_goes : assert property (@(posedge clk_i) disable iff (!rst_ni) alu_valid_q |-> ready[0]);
`endif

endmodule
