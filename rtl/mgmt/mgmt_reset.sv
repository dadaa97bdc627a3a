// The reset of the hart: after power-on, while the host holds it, and when the watchdog asks. It lasts at least 16 cycles, and until what
// the hart had under way on the bus is answered, so that no answer meets a hart that did not ask. hart_rst_no comes from a register and rst_ni.
// Invariant: while the hart is out of reset, it left it with nothing under way.
module mgmt_reset (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       hold_i,
  input  logic       watchdog_i,
  input  logic       idle_i,        // nothing of the hart is under way
  output logic       hart_rst_no,
  output logic [1:0] cause_o        // 0 power-on, 1 host, 2 watchdog
);

  localparam logic [1:0] CausePowerOn  = 2'd0;
  localparam logic [1:0] CauseHost     = 2'd1;
  localparam logic [1:0] CauseWatchdog = 2'd2;

  logic       run_d, run_q;
  logic [3:0] count_d, count_q;
  logic [1:0] cause_d, cause_q;

  always_comb begin
    run_d   = run_q;
    count_d = count_q;
    cause_d = cause_q;
    if (run_q) begin
      count_d = '0;
      if (watchdog_i) cause_d = CauseWatchdog;
      if (hold_i)     cause_d = CauseHost;
      if (watchdog_i || hold_i) run_d = 1'b0;
    end else begin
      if (count_q != '1) count_d = count_q + 4'd1;
      if (hold_i) begin
        count_d = '0;
        cause_d = CauseHost;
      end
      run_d = count_q == '1 && idle_i && !hold_i;
    end
  end

  // Low from the beginning of rst_ni, whatever the register came up with.
  assign hart_rst_no = run_q && rst_ni;
  assign cause_o     = cause_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      run_q   <= 1'b0;
      count_q <= '0;
      cause_q <= CausePowerOn;
    end else begin
      run_q   <= run_d;
      count_q <= count_d;
      cause_q <= cause_d;
    end
  end

`ifndef SYNTHESIS
  a_left_idle : assert property (@(posedge clk_i) disable iff (!rst_ni) $rose(run_q) |-> $past(idle_i));
`endif

endmodule
