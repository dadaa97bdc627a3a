// The multipliers and the divider with their results' way to write-back. Multiplications: one per cycle, written 3 cycles after
// the execute stage, in a bank that is reserved since issue. Division: one at a time; issue asks for space first
// (`divide_space_o`) and reserves it with `issue_divide_i`.
module long_units
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic            clk_i,
  input  logic            rst_ni,

  input  logic            issue_divide_i,
  output logic            divide_space_o,

  input  logic            execute_valid_i,
  input  slot_t           execute_slot_i,
  input  lane_mask_t      mask_i,          // empty when it is killed
  input  lane_words_t     a_i,
  input  lane_words_t     b_i,

  output logic            multiply_valid_o,
  output register_write_t multiply_o,
  output clear_t          multiply_clear_o,
  output logic            divide_valid_o,
  output register_write_t divide_o,
  input  logic            divide_ready_i
);

  localparam int unsigned Stages = MultiplyWrite - AluWrite + 1;

  logic start_multiply, start_divide, divide_done;

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
  logic [Stages-1:0]         valid_q;
  destination_t [Stages-1:0] destination_q;
  lane_words_t               product;

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

  assign multiply_valid_o = valid_q[Stages-1];
  assign multiply_o       = '{warp: destination_q[Stages-1].warp, order: destination_q[Stages-1].order,
                              rd: destination_q[Stages-1].rd, mask: destination_q[Stages-1].mask, data: product};
  // Three cycles before.
  assign multiply_clear_o = '{valid: start_multiply, warp: destination.warp, number: destination.rd};

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
    if (!rst_ni) divide_reserved_q <= 1'b0;
    else         divide_reserved_q <= divide_reserved_d;
  end
  always_ff @(posedge clk_i) begin
    if (start_divide) divide_destination_q <= destination;
  end

`ifndef SYNTHESIS
  a_reserved : assert property (@(posedge clk_i) disable iff (!rst_ni) start_divide |-> divide_reserved_q);
`endif

endmodule
