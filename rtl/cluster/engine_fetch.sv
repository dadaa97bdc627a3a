// Takes commands of the cores in turn, one at a time: reads the descriptor from scratchpad and gives it to its engine.
// Latency: a command is taken two cycles after the last answer of the scratchpad, if its engine is free.
// Invariants: a command is taken once its engine has taken it; commands of a core stay in order.
module engine_fetch
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam int unsigned ReadBytes = 32,
  localparam int unsigned Reads     = 4    // of a copy command; a matrix command has half of it
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,

  input  engine_pkg::command_t [Cores-1:0] command_i,
  input  logic                 [Cores-1:0] command_valid_i,
  output logic                 [Cores-1:0] command_ready_o,

  // scratch_client of 32 bytes
  output logic [ScratchBits-1:0]      address_o,
  output logic                        valid_o,
  input  logic                        ready_i,
  input  logic [8*ReadBytes-1:0]      data_i,
  input  logic                        valid_i,

  output engine_pkg::command_t        command_o,
  output logic [Reads*8*ReadBytes-1:0] descriptor_o,
  output logic                        copy_valid_o,
  input  logic                        copy_ready_i,
  output logic                        matrix_valid_o,
  input  logic                        matrix_ready_i
);

  typedef enum logic [1:0] {
    StateIdle,
    StateRead,
    StateGive
  } state_e;

  state_e                            state_d, state_q;
  logic [Cores-1:0]                  grant, core_q;
  logic                              any, take, given;
  core_id_t                          core;
  engine_pkg::command_t              command_q;
  logic [2:0]                        sent_d, sent_q, come_d, come_q, reads;
  logic [Reads-1:0][8*ReadBytes-1:0] lines_q;

  rr_arbiter #(
    .Width(Cores)
  ) u_cores (
    .clk_i,
    .rst_ni,
    .request_i(command_valid_i),
    .accept_i (take),
    .valid_o  (any),
    .grant_o  (grant),
    .index_o  (core)
  );

  assign take            = any && state_q == StateIdle;
  assign reads           = command_q.matrix ? 3'(Reads / 2) : 3'(Reads);
  assign address_o       = command_q.address + ScratchBits'(32'(sent_q) * ReadBytes);
  assign valid_o         = state_q == StateRead && sent_q != reads;
  assign given           = (copy_valid_o && copy_ready_i) || (matrix_valid_o && matrix_ready_i);
  assign copy_valid_o    = state_q == StateGive && !command_q.matrix;
  assign matrix_valid_o  = state_q == StateGive && command_q.matrix;
  assign command_o       = command_q;
  assign descriptor_o    = lines_q;
  assign command_ready_o = given ? core_q : '0;

  always_comb begin
    state_d = state_q;
    sent_d  = sent_q;
    come_d  = come_q;
    unique case (state_q)
      StateIdle: if (any) begin
        state_d = StateRead;
        sent_d  = '0;
        come_d  = '0;
      end
      StateRead: begin
        if (valid_o && ready_i) sent_d = sent_q + 3'd1;
        if (valid_i) come_d = come_q + 3'd1;
        if (come_q == reads) state_d = StateGive;
      end
      StateGive: if (given) state_d = StateIdle;
      default: state_d = StateIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      command_q <= command_i[core];
      core_q    <= grant;
    end
    if (valid_i) lines_q[come_q[1:0]] <= data_i;
    sent_q <= sent_d;
    come_q <= come_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= StateIdle;
    else         state_q <= state_d;
  end

`ifndef SYNTHESIS
  a_response : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> state_q == StateRead && come_q < sent_q);
`endif

endmodule
