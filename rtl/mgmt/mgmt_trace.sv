// Makes the retirement records of docs/management.md, section 9. Nothing in the design depends on them: where trace_o is left open, synthesis
// removes this module.
// What an instruction is, is kept when it leaves execute; the record appears when write-back has its answer. A trap of execute
// and an interrupt appear one cycle after they happen, in which nothing else can.
// Invariant: one record per cycle.
module mgmt_trace
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,

  // execute
  input  mgmt_fetched_t fetched_i,
  input  logic          done_i,
  input  logic          memory_i,
  input  mgmt_request_t request_i,
  input  word_t         next_pc_i,
  input  logic          x_trap_i,
  input  logic          interrupt_i,
  input  word_t         trap_pc_i,
  input  word_t         trap_cause_i,
  input  word_t         trap_tval_i,
  input  word_t         handler_i,
  input  word_t         mip_i,

  // write-back
  input  logic          answered_i,
  input  logic          error_i,
  input  logic          load_i,
  input  logic          writes_i,
  input  logic [4:0]    rd_i,
  input  word_t         value_i,
  input  word_t         read_data_i,

  output mgmt_trace_t   trace_o,
  output logic          trace_valid_o
);

  mgmt_trace_t kept_d, kept_q;
  logic        trapped_d, trapped_q;
  logic [31:0] order_d, order_q;

  assign trapped_d = x_trap_i || interrupt_i;
  assign order_d   = order_q + 32'(trace_valid_o);

  always_comb begin
    kept_d = kept_q;
    if (done_i || x_trap_i || interrupt_i) begin
      kept_d         = '0;
      kept_d.pc      = fetched_i.pc;
      kept_d.next_pc = next_pc_i;
      kept_d.instr   = fetched_i.compressed ? {16'h0, fetched_i.half} : fetched_i.instr;
      kept_d.mip     = mip_i;
      if (done_i && memory_i) begin
        kept_d.memory_write   = request_i.write;
        kept_d.memory_strobe  = request_i.strobe;
        kept_d.memory_address = request_i.address;
        kept_d.memory_data    = request_i.write ? request_i.data : '0;
      end
      if (!done_i) begin
        kept_d.interrupt = interrupt_i;
        kept_d.trap      = x_trap_i;
        kept_d.pc        = trap_pc_i;
        kept_d.next_pc   = handler_i;
        kept_d.cause     = trap_cause_i;
        kept_d.tval      = trap_tval_i;
        if (interrupt_i || fetched_i.fault) kept_d.instr = '0;
      end
    end
  end

  always_comb begin
    trace_o       = kept_q;
    trace_o.order = order_q;
    if (answered_i && !error_i && writes_i) begin
      trace_o.rd    = rd_i;
      trace_o.value = value_i;
    end
    if (answered_i && load_i) trace_o.memory_data = read_data_i;
    if (error_i) begin
      trace_o.trap           = 1'b1;
      trace_o.next_pc        = handler_i;
      trace_o.cause          = trap_cause_i;
      trace_o.tval           = trap_tval_i;
      trace_o.memory_write   = 1'b0;
      trace_o.memory_strobe  = '0;
      trace_o.memory_address = '0;
      trace_o.memory_data    = '0;
    end
  end

  assign trace_valid_o = answered_i || trapped_q;

  always_ff @(posedge clk_i) begin
    kept_q <= kept_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      trapped_q <= 1'b0;
      order_q   <= '0;
    end else begin
      trapped_q <= trapped_d;
      order_q   <= order_d;
    end
  end

`ifndef SYNTHESIS
  a_one_record : assert property (@(posedge clk_i) disable iff (!rst_ni) !(answered_i && trapped_q));
`endif

endmodule
