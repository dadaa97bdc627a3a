// The floating-point units of all lanes with their results' way to write-back: the pipe (FMA, comparison, conversion),
// divide and square root, special functions. They take instructions from the execute stage without back-pressure.
//
// The pipe takes one instruction per cycle; its results come FpuLatency cycles later (`pipe_*_o`) and are written at once, in a
// bank that is reserved since issue. For the others issue asks for space first (`*_space_o`) and reserves it with
// `issue_*_i`. Divide: one at a time. Special functions wait in a queue for their unit. One result of these per cycle goes to
// write-back, divide before special functions.
// An instruction of which every lane traps passes through with an empty mask, so that its reservations end as usual.
// Invariants: no queue overflows; an instruction gives one result.
module float_units
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
  import fpu_pkg::*;
(
  input  logic            clk_i,
  input  logic            rst_ni,

  input  logic            issue_divide_i,
  input  logic            issue_special_i,
  output logic            divide_space_o,
  output logic            special_space_o,

  input  logic            execute_valid_i,
  input  slot_t           execute_slot_i,
  input  lane_mask_t      mask_i,            // lanes that do not trap
  input  lane_rounding_t  rounding_i,
  input  lane_words_t     a_i,
  input  lane_words_t     b_i,
  input  lane_words_t     c_i,

  output logic            pipe_valid_o,
  output register_write_t pipe_write_o,
  output lane_flags_t     pipe_flags_o,
  output clear_t          pipe_clear_o,      // three cycles before
  output logic            pipe_killed_o,     // of an instruction that was squashed

  output logic            valid_o,
  output register_write_t write_o,
  output lane_flags_t     flags_o,
  output logic            killed_o,
  input  logic            ready_i
);

  typedef struct packed {
    warp_id_t    warp;
    logic [31:0] order;
    register_t   rd;
    lane_mask_t  mask;
    logic        killed;
  } destination_t;

  typedef struct packed {
    destination_t destination;
    lane_flags_t  flags;
    lane_words_t  data;
  } result_t;

  logic         start_pipe, start_divide, start_special;
  destination_t place;
  fpu_format_e  format;

  assign start_pipe    = execute_valid_i && execute_slot_i.decoded.unit == UnitFloat;
  assign start_divide  = execute_valid_i && execute_slot_i.decoded.unit == UnitFloatDivide;
  assign start_special = execute_valid_i && execute_slot_i.decoded.unit == UnitSpecial;
  assign format        = fpu_format_e'(execute_slot_i.decoded.operation[FormatBit]);
  assign place         = '{warp: execute_slot_i.warp, order: execute_slot_i.order,
                           rd: rd_of(execute_slot_i.decoded), mask: mask_i, killed: execute_slot_i.killed};

  // ---- pipe ----
  logic [FpuLatency-1:0]          valid_q;
  destination_t [FpuLatency-1:0]  place_q;
  lane_mask_t                     pipe_done;
  result_t                        pipe_new;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    fpu_pipe u_pipe (
      .clk_i,
      .rst_ni,
      .valid_i   (start_pipe && mask_i[l]),
      .op_i      (fpu_op_e'(execute_slot_i.decoded.operation[4:0])),
      .format_i  (format),
      .rounding_i(rounding_i[l]),
      .a_i       (a_i[l]),
      .b_i       (b_i[l]),
      .c_i       (c_i[l]),
      .valid_o   (pipe_done[l]),
      .result_o  (pipe_new.data[l]),
      .flags_o   (pipe_new.flags[l])
    );
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[FpuLatency-2:0], start_pipe};
  end
  always_ff @(posedge clk_i) begin
    if (start_pipe) place_q[0] <= place;
    for (int unsigned s = 1; s < FpuLatency; s++) begin
      if (valid_q[s-1]) place_q[s] <= place_q[s-1];
    end
  end

  assign pipe_new.destination = place_q[FpuLatency-1];
  assign pipe_valid_o         = valid_q[FpuLatency-1];
  assign pipe_flags_o         = pipe_new.flags;
  assign pipe_killed_o        = pipe_new.destination.killed;
  assign pipe_write_o         = '{warp: pipe_new.destination.warp, order: pipe_new.destination.order,
                                  rd: pipe_new.destination.rd, mask: pipe_new.destination.mask, data: pipe_new.data};
  assign pipe_clear_o         = '{valid: valid_q[FpuLatency-4] && place_q[FpuLatency-4].rd != '0,
                                  warp: place_q[FpuLatency-4].warp, number: place_q[FpuLatency-4].rd};

  // ---- divide and square root ----
  logic         divide_reserved_d, divide_reserved_q, divide_done, divide_empty_d, divide_empty_q, divide_valid, divide_taken;
  destination_t divide_place_q;
  lane_words_t  quotient;
  lane_flags_t  quotient_flags;

  fpu_divide u_divide (
    .clk_i,
    .rst_ni,
    .start_i   (start_divide && mask_i != '0),
    .sqrt_i    (execute_slot_i.decoded.operation[0]),
    .format_i  (format),
    .rounding_i,
    .mask_i,
    .a_i,
    .b_i,
    .done_o    (divide_done),
    .accept_i  (divide_taken && !divide_empty_q),
    .result_o  (quotient),
    .flags_o   (quotient_flags)
  );

  assign divide_valid      = divide_done || divide_empty_q;
  assign divide_empty_d    = (start_divide && mask_i == '0) || (divide_empty_q && !divide_taken);
  assign divide_space_o    = !divide_reserved_q;
  assign divide_reserved_d = issue_divide_i || (divide_reserved_q && !divide_taken);

  // ---- special functions ----
  typedef struct packed {
    special_e     operation;
    destination_t destination;
    lane_words_t  a;
  } special_t;

  localparam int unsigned SpecialCreditBits = $clog2(SpecialQueue + 1);
  localparam int unsigned SpecialFlightBits = $clog2(SpecialFlight + 1);

  logic [SpecialCreditBits-1:0] special_credits_d, special_credits_q, unused_special_count;
  logic [SpecialFlightBits-1:0] unused_flight_count;
  special_t                     special_new, special_head;
  destination_t                 special_place;
  lane_words_t                  special_data;
  lane_flags_t                  special_flags;
  logic                         special_queue_valid, special_queue_ready, flight_ready, flight_valid, unit_ready,
                                special_start, special_done, special_taken;

  assign special_new = '{operation: special_e'(execute_slot_i.decoded.operation[2:0]), destination: place, a: a_i};

  fifo #(
    .Width($bits(special_t)),
    .Depth(SpecialQueue)
  ) u_special_queue (
    .clk_i,
    .rst_ni,
    .data_i (special_new),
    .valid_i(start_special),
    .ready_o(special_queue_ready),
    .data_o (special_head),
    .valid_o(special_queue_valid),
    .ready_i(special_start),
    .count_o(unused_special_count)
  );

  assign special_start = special_queue_valid && flight_ready && unit_ready;

  special_unit u_special (
    .clk_i,
    .rst_ni,
    .valid_i   (special_queue_valid && flight_ready),
    .ready_o   (unit_ready),
    .function_i(special_head.operation),
    .mask_i    (special_head.destination.mask),
    .a_i       (special_head.a),
    .done_o    (special_done),
    .accept_i  (special_taken),
    .result_o  (special_data),
    .flags_o   (special_flags)
  );

  fifo #(
    .Width($bits(destination_t)),
    .Depth(SpecialFlight)
  ) u_special_flight (
    .clk_i,
    .rst_ni,
    .data_i (special_head.destination),
    .valid_i(special_start),
    .ready_o(flight_ready),
    .data_o (special_place),
    .valid_o(flight_valid),
    .ready_i(special_taken),
    .count_o(unused_flight_count)
  );

  assign special_space_o   = special_credits_q != '0;
  assign special_credits_d = special_credits_q - SpecialCreditBits'(issue_special_i) + SpecialCreditBits'(special_start);

  // ---- to write-back ----
  result_t result;

  always_comb begin
    result = '{destination: special_place, flags: special_flags, data: special_data};
    if (divide_valid) result = '{destination: divide_place_q, flags: quotient_flags, data: quotient};
  end

  assign valid_o       = divide_valid || special_done;
  assign divide_taken  = ready_i && divide_valid;
  assign special_taken = ready_i && special_done && !divide_valid;
  assign flags_o       = result.flags;
  assign killed_o      = result.destination.killed;
  assign write_o       = '{warp: result.destination.warp, order: result.destination.order, rd: result.destination.rd,
                           mask: result.destination.mask, data: result.data};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      special_credits_q <= SpecialCreditBits'(SpecialQueue);
      divide_reserved_q <= 1'b0;
      divide_empty_q    <= 1'b0;
    end else begin
      special_credits_q <= special_credits_d;
      divide_reserved_q <= divide_reserved_d;
      divide_empty_q    <= divide_empty_d;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_divide) divide_place_q <= place;
  end

`ifndef SYNTHESIS
  logic astray_q;  // registered, because assertions copy what they read in every cycle
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) astray_q <= 1'b0;
    else         astray_q <= pipe_done != (valid_q[FpuLatency-1] ? place_q[FpuLatency-1].mask : '0);
  end
  a_pipe_keyed : assert property (@(posedge clk_i) disable iff (!rst_ni) !astray_q);
  a_write : assert property (@(posedge clk_i) disable iff (!rst_ni) FloatWrite == AluWrite - 1 + FpuLatency);
  a_special_no_overflow : assert property (@(posedge clk_i) disable iff (!rst_ni) start_special |-> special_queue_ready);
  a_special_keyed : assert property (@(posedge clk_i) disable iff (!rst_ni) special_done |-> flight_valid);
  a_divide_reserved : assert property (@(posedge clk_i) disable iff (!rst_ni) start_divide |-> divide_reserved_q);
  a_divide_keyed : assert property (@(posedge clk_i) disable iff (!rst_ni) divide_valid |-> divide_reserved_q);
`else
  logic unused;
  assign unused = ^{pipe_done, special_queue_ready, flight_valid};
`endif

endmodule
