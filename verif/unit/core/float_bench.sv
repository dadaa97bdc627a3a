// Bench top: floating point of a core, and its multipliers and divider, with plain ports.
module float_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] warps_o,
  output logic [31:0] lanes_o,
  input  logic        start_valid_i,
  input  logic [31:0] start_warp_i,

  input  logic        issue_valid_i,
  input  logic [3:0]  issue_unit_i,
  input  logic [31:0] issue_warp_i,
  output logic [2:0]  space_o,             // special, float divide, divide
  output logic [31:0] idle_o,
  output logic [31:0] reserved_o,
  input  logic [31:0] look_warp_i,
  output logic [2:0]  frm_o [Lanes],
  output logic [7:0]  fcsr_o [Lanes],

  input  logic        execute_valid_i,
  input  logic [3:0]  unit_i,
  input  logic [5:0]  operation_i,
  input  logic [31:0] warp_i,
  input  logic [31:0] order_i,
  input  logic [5:0]  rd_i,
  input  logic        killed_i,
  input  logic [31:0] path_i,
  input  logic [31:0] mask_i,              // lanes that do not trap
  input  logic [2:0]  rounding_i [Lanes],
  input  logic [31:0] a_i [Lanes],
  input  logic [31:0] b_i [Lanes],
  input  logic [31:0] c_i [Lanes],

  input  logic        event_valid_i,
  input  logic        csr_write_i,
  input  logic [31:0] event_warp_i,
  input  logic [31:0] executed_i,
  input  logic [11:0] csr_i,
  input  logic [31:0] csr_data_i [Lanes],
  output logic        csr_writes_o,

  // results: floating-point pipe, other floating point, multipliers, divider
  output logic [3:0]  valid_o,
  input  logic [3:0]  ready_i,
  output logic [31:0] result_warp_o [4],
  output logic [31:0] result_order_o [4],
  output logic [5:0]  result_rd_o [4],
  output logic [31:0] result_mask_o [4],
  output logic [31:0] result_data_o [4][Lanes],
  output logic [4:0]  result_flags_o [2][Lanes],
  output logic        done_o,
  output logic        waits_o,
  // registers that become free: of the pipe, of the multipliers
  output logic [1:0]  clear_valid_o,
  output logic [31:0] clear_warp_o [2],
  output logic [5:0]  clear_number_o [2],

  input  logic        ended_valid_i,
  input  logic [31:0] ended_warp_i,
  output logic [7:0]  ended_fcsr_o [Lanes]
);

  slot_t                 issue_slot, slot;
  event_t                csr_event;
  lane_words_t           a, b, c;
  lane_rounding_t        rounding, frm;
  logic [Lanes-1:0][7:0] fcsr, ended_fcsr;
  register_write_t [3:0] write;
  lane_flags_t [1:0]     flags;
  clear_t [1:0]          clear;
  logic [Warps-1:0]      idle, reserved;

  assign warps_o = 32'(Warps);
  assign lanes_o = 32'(Lanes);

  always_comb begin
    issue_slot              = '0;
    issue_slot.warp         = warp_id_t'(issue_warp_i);
    issue_slot.decoded.unit = unit_e'(issue_unit_i);
    slot                    = '0;
    slot.warp               = warp_id_t'(warp_i);
    slot.order              = order_i;
    slot.mask               = lane_mask_t'(path_i);
    slot.killed             = killed_i;
    slot.decoded.unit       = unit_e'(unit_i);
    slot.decoded.operation  = operation_i;
    slot.decoded.writes     = rd_i != '0;
    slot.decoded.d_float    = rd_i[5];
    slot.decoded.instr      = {20'd0, rd_i[4:0], 7'd0};
    csr_event               = '0;
    csr_event.path.warp     = warp_id_t'(event_warp_i);
    csr_event.path.executed = lane_mask_t'(executed_i);
    csr_event.csr_write     = csr_write_i;
    csr_event.csr           = csr_i;
    for (int l = 0; l < Lanes; l++) begin
      a[l]                   = a_i[l];
      b[l]                   = b_i[l];
      c[l]                   = c_i[l];
      rounding[l]            = rounding_i[l];
      csr_event.lane_data[l] = csr_data_i[l];
    end
  end

  floating_point u_float (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i     (warp_id_t'(start_warp_i)),
    .issue_valid_i,
    .issue_slot_i     (issue_slot),
    .divide_space_o   (space_o[1]),
    .special_space_o  (space_o[2]),
    .idle_o           (idle),
    .reserved_mode_o  (reserved),
    .frm_warp_i       (warp_id_t'(look_warp_i)),
    .frm_o            (frm),
    .fcsr_warp_i      (warp_id_t'(look_warp_i)),
    .fcsr_o           (fcsr),
    .execute_valid_i,
    .execute_slot_i   (slot),
    .mask_i           (lane_mask_t'(mask_i)),
    .rounding_i       (rounding),
    .a_i              (a),
    .b_i              (b),
    .c_i              (c),
    .event_valid_i,
    .event_i          (csr_event),
    .csr_writes_o,
    .pipe_valid_o     (valid_o[0]),
    .pipe_write_o     (write[0]),
    .pipe_flags_o     (flags[0]),
    .pipe_clear_o     (clear[0]),
    .write_valid_o    (valid_o[1]),
    .write_ready_i    (ready_i[1]),
    .waits_o,
    .done_o,
    .write_o          (write[1]),
    .flags_o          (flags[1]),
    .warp_done_valid_i(ended_valid_i),
    .warp_done_i      (warp_id_t'(ended_warp_i)),
    .trace_fcsr_o     (ended_fcsr)
  );

  long_units u_long (
    .clk_i,
    .rst_ni,
    .issue_divide_i  (issue_valid_i && unit_e'(issue_unit_i) == UnitDiv),
    .divide_space_o  (space_o[0]),
    .execute_valid_i,
    .execute_slot_i  (slot),
    .mask_i          (lane_mask_t'(mask_i)),
    .a_i             (a),
    .b_i             (b),
    .multiply_valid_o(valid_o[2]),
    .multiply_o      (write[2]),
    .multiply_clear_o(clear[1]),
    .divide_valid_o  (valid_o[3]),
    .divide_o        (write[3]),
    .divide_ready_i  (ready_i[3])
  );

  assign idle_o     = 32'(idle);
  assign reserved_o = 32'(reserved);
  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign frm_o[l]        = frm[l];
    assign fcsr_o[l]       = fcsr[l];
    assign ended_fcsr_o[l] = ended_fcsr[l];
  end
  for (genvar r = 0; r < 4; r++) begin : gen_result
    assign result_warp_o[r]  = 32'(write[r].warp);
    assign result_order_o[r] = write[r].order;
    assign result_rd_o[r]    = write[r].rd;
    assign result_mask_o[r]  = 32'(write[r].mask);
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      assign result_data_o[r][l] = write[r].data[l];
    end
  end
  for (genvar k = 0; k < 2; k++) begin : gen_clear
    assign clear_valid_o[k]  = clear[k].valid;
    assign clear_warp_o[k]   = 32'(clear[k].warp);
    assign clear_number_o[k] = clear[k].number;
    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      assign result_flags_o[k][l] = flags[k][l];
    end
  end

  // What exceeds the shape, and results that are always taken.
  logic unused;
  assign unused = ^{start_warp_i, issue_warp_i, look_warp_i, warp_i, path_i, mask_i, event_warp_i, executed_i, ended_warp_i, ready_i[0], ready_i[2]};

endmodule
