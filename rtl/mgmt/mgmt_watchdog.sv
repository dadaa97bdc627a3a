// Warns when it was not kicked for `timeout` cycles, and asks for a reset of the hart `grace` cycles later (docs/management.md, section 6).
// `refuse_o` follows the access combinationally: it must be answered with an error and has no effect.
// Invariants: no reset without a warning before; nothing counts while it is off.
module mgmt_watchdog
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,    // a store that is allowed, but for refuse_o
  input  logic [11:0] offset_i,
  input  word_t       data_i,
  output word_t       read_o,
  output logic        refuse_o,
  output logic        warned_o,
  output logic        reset_o     // a level, until the reset comes
);

  localparam word_t Kick = 32'h4B49_434B;

  logic  enable_d, enable_q, lock_d, lock_q, warned_d, warned_q, reset_d, reset_q, locked_offset, write;
  word_t timeout_d, timeout_q, grace_d, grace_q, count_d, count_q;

  assign locked_offset = offset_i inside {MGMT_WATCHDOG_CONTROL, MGMT_WATCHDOG_TIMEOUT, MGMT_WATCHDOG_GRACE};
  assign refuse_o      = (lock_q && locked_offset) || (offset_i == MGMT_WATCHDOG_KICK && data_i != Kick);
  assign write         = write_i && !refuse_o;

  always_comb begin
    enable_d  = enable_q;
    lock_d    = lock_q;
    timeout_d = timeout_q;
    grace_d   = grace_q;
    count_d   = count_q;
    warned_d  = warned_q;
    reset_d   = reset_q;
    if (enable_q) begin
      count_d = count_q + 32'd1;
      if (!warned_q && count_q >= timeout_q) begin
        warned_d = 1'b1;
        count_d  = '0;
      end
      if (warned_q && count_q >= grace_q) begin
        reset_d = 1'b1;
        count_d = count_q;
      end
    end
    if (write) begin
      unique case (offset_i)
        MGMT_WATCHDOG_CONTROL: begin
          enable_d = data_i[MGMT_WATCHDOG_CONTROL_ENABLE_LSB];
          lock_d   = data_i[MGMT_WATCHDOG_CONTROL_LOCK_LSB];
          if (enable_d != enable_q) begin
            count_d  = '0;
            warned_d = 1'b0;
          end
        end
        MGMT_WATCHDOG_TIMEOUT: timeout_d = data_i;
        MGMT_WATCHDOG_GRACE:   grace_d   = data_i;
        default: begin  // the right kick
          count_d  = '0;
          warned_d = 1'b0;
        end
      endcase
    end
  end

  always_comb begin
    unique case (offset_i)
      MGMT_WATCHDOG_CONTROL: read_o = {30'h0, lock_q, enable_q};
      MGMT_WATCHDOG_TIMEOUT: read_o = timeout_q;
      MGMT_WATCHDOG_GRACE:   read_o = grace_q;
      MGMT_WATCHDOG_COUNT:   read_o = count_q;
      MGMT_WATCHDOG_STATUS:  read_o = {31'h0, warned_q};
      default:               read_o = '0;
    endcase
  end

  assign warned_o = warned_q;
  assign reset_o  = reset_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      enable_q  <= 1'b0;
      lock_q    <= 1'b0;
      timeout_q <= MGMT_WATCHDOG_TIMEOUT_RESET;
      grace_q   <= MGMT_WATCHDOG_GRACE_RESET;
      count_q   <= '0;
      warned_q  <= 1'b0;
      reset_q   <= 1'b0;
    end else begin
      enable_q  <= enable_d;
      lock_q    <= lock_d;
      timeout_q <= timeout_d;
      grace_q   <= grace_d;
      count_q   <= count_d;
      warned_q  <= warned_d;
      reset_q   <= reset_d;
    end
  end

`ifndef SYNTHESIS
  a_reset_after_warning : assert property (@(posedge clk_i) disable iff (!rst_ni) $rose(reset_q) |-> $past(warned_q && enable_q));
  a_off_counts_nothing  : assert property (@(posedge clk_i) disable iff (!rst_ni) !enable_q && !write |=> $stable(count_q));
`endif

endmodule
