// mtime and mtimecmp (docs/management.md, section 6). A store takes effect in the cycle after it is accepted.
// The level irq_o is registered: one cycle behind the two numbers.
module mgmt_timer
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic [11:0] offset_i,
  input  word_t       data_i,
  output word_t       read_o,
  output logic [63:0] time_o,
  output logic        irq_o
);

  logic [63:0] time_d, time_q, compare_d, compare_q;
  logic        irq_q;

  always_comb begin
    time_d    = time_q + 64'd1;
    compare_d = compare_q;
    if (write_i) begin
      unique case (offset_i)
        MGMT_TIMER_MTIME_LO:    time_d[31:0]     = data_i;
        MGMT_TIMER_MTIME_HI:    time_d[63:32]    = data_i;
        MGMT_TIMER_MTIMECMP_LO: compare_d[31:0]  = data_i;
        MGMT_TIMER_MTIMECMP_HI: compare_d[63:32] = data_i;
        default: ;
      endcase
    end
  end

  always_comb begin
    unique case (offset_i)
      MGMT_TIMER_MTIME_LO:    read_o = time_q[31:0];
      MGMT_TIMER_MTIME_HI:    read_o = time_q[63:32];
      MGMT_TIMER_MTIMECMP_LO: read_o = compare_q[31:0];
      MGMT_TIMER_MTIMECMP_HI: read_o = compare_q[63:32];
      default:                read_o = '0;
    endcase
  end

  assign time_o = time_q;
  assign irq_o  = irq_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      time_q    <= '0;
      compare_q <= {MGMT_TIMER_MTIMECMP_HI_RESET, MGMT_TIMER_MTIMECMP_LO_RESET};
      irq_q     <= 1'b0;
    end else begin
      time_q    <= time_d;
      compare_q <= compare_d;
      irq_q     <= time_q >= compare_q;
    end
  end

endmodule
