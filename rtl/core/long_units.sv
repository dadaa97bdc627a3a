// The multipliers and the divider with their results' way to write-back. They take instructions from the execute stage
// without back-pressure: issue asks for space first (`multiply_space_o`, `divide_space_o`) and reserves it with
// `issue_*_i`. Multiplications: one per cycle, 4 cycles to write-back. Division: one at a time.
// Invariant: the multiplication queue never overflows.
module long_units
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic            clk_i,
  input  logic            rst_ni,

  input  logic            issue_multiply_i,
  input  logic            issue_divide_i,
  output logic            multiply_space_o,
  output logic            divide_space_o,

  input  logic            execute_valid_i,
  input  slot_t           execute_slot_i,
  input  lane_mask_t      mask_i,          // empty when it is killed
  input  lane_words_t     a_i,
  input  lane_words_t     b_i,

  output logic            multiply_valid_o,
  output register_write_t multiply_o,
  input  logic            multiply_ready_i,
  output logic            divide_valid_o,
  output register_write_t divide_o,
  input  logic            divide_ready_i
);

  localparam int unsigned Stages     = 3;
  localparam int unsigned CreditBits = $clog2(MultiplyQueue + 1);

  logic start_multiply, start_divide, multiply_done, divide_done;

  assign start_multiply = execute_valid_i && execute_slot_i.decoded.unit == UnitMul;
  assign start_divide   = execute_valid_i && execute_slot_i.decoded.unit == UnitDiv;

  typedef struct packed {
    warp_id_t    warp;
    logic [31:0] order;
    register_t   rd;
    lane_mask_t  mask;
  } destination_t;

  destination_t destination;
  assign destination = '{warp: execute_slot_i.warp, order: execute_slot_i.order,
                         rd: rd_of(execute_slot_i.decoded), mask: mask_i};

  // ---- multiplication ----
  logic [CreditBits-1:0]     credits_d, credits_q;
  logic [Stages-1:0]         valid_q;
  destination_t [Stages-1:0] destination_q;
  lane_words_t               product;
  register_write_t           multiply_result;
  logic                      unused_ready;
  logic [CreditBits-1:0]     unused_count;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    multiplier u_multiplier (
      .clk_i,
      .rst_ni,
      .valid_i    (start_multiply),
      .operation_i(execute_slot_i.decoded.operation[1:0]),
      .a_i        (a_i[l]),
      .b_i        (b_i[l]),
      .result_o   (product[l])
    );
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Stages-2:0], start_multiply};
  end
  always_ff @(posedge clk_i) begin
    destination_q <= {destination_q[Stages-2:0], destination};
  end

  assign multiply_result = '{warp: destination_q[Stages-1].warp, order: destination_q[Stages-1].order,
                             rd: destination_q[Stages-1].rd, mask: destination_q[Stages-1].mask,
                             data: product};

  fifo #(
    .Width($bits(register_write_t)),
    .Depth(MultiplyQueue)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i (multiply_result),
    .valid_i(valid_q[Stages-1]),
    .ready_o(unused_ready),
    .data_o (multiply_o),
    .valid_o(multiply_valid_o),
    .ready_i(multiply_ready_i),
    .count_o(unused_count)
  );

  assign multiply_done    = multiply_valid_o && multiply_ready_i;
  assign multiply_space_o = credits_q != '0;
  assign credits_d        = credits_q - CreditBits'(issue_multiply_i) + CreditBits'(multiply_done);

  // ---- division ----
  logic         divide_reserved_d, divide_reserved_q;
  destination_t divide_destination_q;
  lane_words_t  quotient;

  divider u_divider (
    .clk_i,
    .rst_ni,
    .start_i    (start_divide),
    .operation_i(execute_slot_i.decoded.operation[1:0]),
    .mask_i,
    .a_i,
    .b_i,
    .done_o     (divide_valid_o),
    .accept_i   (divide_done),
    .result_o   (quotient)
  );

  assign divide_o = '{warp: divide_destination_q.warp, order: divide_destination_q.order,
                      rd: divide_destination_q.rd, mask: divide_destination_q.mask, data: quotient};
  assign divide_done       = divide_valid_o && divide_ready_i;
  assign divide_space_o    = !divide_reserved_q;
  assign divide_reserved_d = issue_divide_i || (divide_reserved_q && !divide_done);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      credits_q         <= CreditBits'(MultiplyQueue);
      divide_reserved_q <= 1'b0;
    end else begin
      credits_q         <= credits_d;
      divide_reserved_q <= divide_reserved_d;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_divide) divide_destination_q <= destination;
  end

`ifndef SYNTHESIS
  a_no_overflow : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_q[Stages-1] |-> unused_ready);
  a_reserved : assert property (@(posedge clk_i) disable iff (!rst_ni) start_divide |-> divide_reserved_q);
`endif

endmodule
