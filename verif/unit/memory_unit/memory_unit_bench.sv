// Bench top: the load/store unit of a core with its data cache, with plain ports. The C++ side plays the core above, the memory and the
// scratchpad below. Lanes and words of a line are arrays, so that it is the same for every configuration without engines.
module memory_unit_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam int unsigned LineWords = LineBytes / 4
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // warps, lanes, line bytes, banks, regions, bytes of the scratchpad, core identifiers
  output logic [31:0] shape_o [7],
  // launch
  input  logic [31:0] core_id_i,
  input  logic [31:0] base_i [Regions],
  input  logic [31:0] last_i [Regions],
  input  logic [2:0]  rights_i [Regions],  // x, w, r
  input  logic [31:0] private_base_i,
  input  logic [31:0] private_size_i,
  input  logic [31:0] scratch_size_i,
  input  logic        invalidate_i,
  input  logic        start_valid_i,
  input  logic [31:0] start_warp_i,
  // core
  input  logic        request_valid_i,
  output logic        request_ready_o,
  input  logic [2:0]  request_op_i,
  input  logic [3:0]  request_amo_i,
  input  logic [1:0]  request_size_i,
  input  logic        request_unsigned_i,
  input  logic [5:0]  request_rd_i,
  input  logic [31:0] request_warp_i,
  input  logic [31:0] request_order_i,
  input  logic [31:0] request_pc_i,
  input  logic [31:0] request_mask_i,
  input  logic [31:0] request_scratch_base_i,
  input  logic [31:0] request_address_i [Lanes],
  input  logic [31:0] request_data_i [Lanes],
  input  logic [1:0]  safe_i,
  output logic        check_valid_o,
  output logic [31:0] check_core_o,
  output logic [31:0] check_warp_o,
  output logic [31:0] check_order_o,
  output logic [31:0] check_misaligned_o,
  output logic [31:0] check_fault_o,
  output logic        writeback_valid_o,
  input  logic        writeback_ready_i,
  output logic [31:0] writeback_core_o,
  output logic [31:0] writeback_warp_o,
  output logic [31:0] writeback_order_o,
  output logic [5:0]  writeback_rd_o,
  output logic [31:0] writeback_mask_o,
  output logic [31:0] writeback_data_o [Lanes],
  output logic        writeback_last_o,
  output logic        writeback_failed_o,
  output logic        early_valid_o,
  output logic [31:0] early_warp_o,
  output logic [5:0]  early_rd_o,
  output logic [31:0] idle_o,
  output logic [31:0] over_o,
  output logic        quiet_o,
  output logic [3:0]  engines_o,  // requests to engines and accumulators, and what comes of them
  output logic        error_valid_o,
  output logic [31:0] error_core_o,
  output logic [31:0] error_warp_o,
  output logic [31:0] error_order_o,
  output logic [31:0] error_pc_o,
  output logic [31:0] error_lane_o,
  output logic [31:0] error_address_o,
  output logic        error_write_o,
  // memory
  output logic        mem_valid_o,
  input  logic        mem_ready_i,
  output logic [2:0]  mem_op_o,
  output logic [3:0]  mem_amo_o,
  output logic [31:0] mem_address_o,
  output logic [31:0] mem_id_o,
  output logic [31:0] mem_core_o,
  output logic [31:0] mem_warp_o,
  output logic [31:0] mem_order_o,
  output logic [31:0] mem_lane_o,
  output logic        mem_reserve_o,
  output logic        mem_private_o,
  output logic [3:0]  mem_strobe_o [LineWords],
  output logic [31:0] mem_data_o [LineWords],
  input  logic        mem_rsp_valid_i,
  input  logic [31:0] mem_rsp_id_i,
  input  logic        mem_rsp_error_i,
  input  logic [31:0] mem_rsp_data_i [LineWords],
  input  logic        snoop_valid_i [L2Banks],
  input  logic [31:0] snoop_address_i [L2Banks],
  // scratchpad
  output logic        scratch_valid_o,
  input  logic        scratch_ready_i,
  output logic [2:0]  scratch_op_o,
  output logic [3:0]  scratch_amo_o,
  output logic [31:0] scratch_core_o,
  output logic [31:0] scratch_warp_o,
  output logic [31:0] scratch_order_o,
  output logic [31:0] scratch_mask_o,
  output logic        scratch_reserve_o,
  output logic [31:0] scratch_address_o [Lanes],
  output logic [3:0]  scratch_strobe_o [Lanes],
  output logic [31:0] scratch_data_o [Lanes],
  input  logic        scratch_rsp_valid_i,
  input  logic [31:0] scratch_rsp_mask_i,
  input  logic [31:0] scratch_rsp_data_i [Lanes]
);

  assign shape_o = '{Warps, Lanes, LineBytes, L2Banks, Regions, ScratchpadBytes, 1 << CoreBits};

  launch_t           launch;
  lsu_request_t      request;
  lsu_check_t        check;
  lsu_writeback_t    writeback;
  slot_tag_t         error_tag;
  warp_id_t          early_warp;
  lane_id_t          error_lane;
  logic [31:2]       error_pc;
  logic [Warps-1:0]  idle, over, over_phase;
  mem_request_t      mem_request;
  mem_response_t     mem_response;
  snoop_t            snoop;
  scratch_request_t  scratch_request;
  scratch_response_t scratch_response;

  always_comb begin
    launch              = '0;
    launch.private_base = private_base_i;
    launch.private_size = private_size_i;
    launch.scratch_size = scratch_size_i;
    for (int r = 0; r < Regions; r++) begin
      launch.regions[r] = '{base: base_i[r], last: last_i[r], x: rights_i[r][2], w: rights_i[r][1], r: rights_i[r][0]};
    end

    request               = '0;
    request.tag           = '{core: core_id_t'(core_id_i), warp: warp_id_t'(request_warp_i), order: request_order_i};
    request.op            = lsu_op_e'(request_op_i);
    request.amo           = amo_op_e'(request_amo_i);
    request.size          = mem_size_e'(request_size_i);
    request.unsigned_load = request_unsigned_i;
    request.rd            = request_rd_i;
    request.mask          = lane_mask_t'(request_mask_i);
    request.scratch_base  = ScratchBits'(request_scratch_base_i);
    request.pc            = request_pc_i[31:2];

    mem_response       = '0;
    mem_response.id    = mem_id_t'(mem_rsp_id_i);
    mem_response.error = mem_rsp_error_i;
    scratch_response      = '0;
    scratch_response.mask = lane_mask_t'(scratch_rsp_mask_i);
    for (int l = 0; l < Lanes; l++) begin
      request.address[l]       = request_address_i[l];
      request.data[l]          = request_data_i[l];
      scratch_response.data[l] = scratch_rsp_data_i[l];
    end
    for (int w = 0; w < LineWords; w++) mem_response.data[32*w +: 32] = mem_rsp_data_i[w];
    for (int b = 0; b < L2Banks; b++) begin
      snoop.valid[b] = snoop_valid_i[b];
      snoop.line[b]  = snoop_address_i[b][31:OffsetBits];
    end
  end

  memory_unit u_memory_unit (
    .clk_i,
    .rst_ni,
    .core_id_i              (core_id_t'(core_id_i)),
    .launch_i               (launch),
    .start_valid_i,
    .start_warp_i           (warp_id_t'(start_warp_i)),
    .request_i              (request),
    .request_valid_i,
    .request_ready_o,
    .safe_i,
    .check_o                (check),
    .check_valid_o,
    .writeback_o            (writeback),
    .writeback_valid_o,
    .writeback_ready_i,
    .early_valid_o,
    .early_warp_o           (early_warp),
    .early_rd_o,
    .idle_o                 (idle),
    .over_o                 (over),
    .error_valid_o,
    .error_tag_o            (error_tag),
    .error_pc_o             (error_pc),
    .error_lane_o           (error_lane),
    .error_address_o,
    .error_write_o,
    .invalidate_i,
    .quiet_o,
    .snoop_i                (snoop),
    .mem_request_o          (mem_request),
    .mem_request_valid_o    (mem_valid_o),
    .mem_request_ready_i    (mem_ready_i),
    .mem_response_i         (mem_response),
    .mem_response_valid_i   (mem_rsp_valid_i),
    .scratch_request_o      (scratch_request),
    .scratch_request_valid_o(scratch_valid_o),
    .scratch_request_ready_i(scratch_ready_i),
    .scratch_response_i     (scratch_response),
    .scratch_response_valid_i(scratch_rsp_valid_i),
    .engine_command_o       (),
    .engine_command_valid_o (engines_o[0]),
    .engine_command_ready_i (1'b0),
    .engine_answer_i        ('0),
    .engine_answer_valid_i  (1'b0),
    .window_request_o       (),
    .window_request_valid_o (engines_o[1]),
    .window_request_ready_i (1'b0),
    .window_response_i      ('0),
    .window_response_valid_i(1'b0),
    .over_phase_o           (over_phase),
    .engine_error_o         (),
    .engine_error_valid_o   (engines_o[2]),
    .engine_error_ready_i   (1'b0)
  );

  assign engines_o[3]       = over_phase != '0;
  assign check_core_o       = 32'(check.tag.core);
  assign check_warp_o       = 32'(check.tag.warp);
  assign check_order_o      = check.tag.order;
  assign check_misaligned_o = 32'(check.misaligned);
  assign check_fault_o      = 32'(check.access_fault);
  assign writeback_core_o   = 32'(writeback.tag.core);
  assign writeback_warp_o   = 32'(writeback.tag.warp);
  assign writeback_order_o  = writeback.tag.order;
  assign writeback_rd_o     = writeback.rd;
  assign writeback_mask_o   = 32'(writeback.mask);
  assign writeback_last_o   = writeback.last;
  assign writeback_failed_o = writeback.sc_failed;
  assign early_warp_o       = 32'(early_warp);
  assign idle_o             = 32'(idle);
  assign over_o             = 32'(over);
  assign error_core_o       = 32'(error_tag.core);
  assign error_warp_o       = 32'(error_tag.warp);
  assign error_order_o      = error_tag.order;
  assign error_pc_o         = {error_pc, 2'b00};
  assign error_lane_o       = 32'(error_lane);
  assign mem_op_o           = mem_request.op;
  assign mem_amo_o          = mem_request.amo;
  assign mem_address_o      = mem_request.address;
  assign mem_id_o           = 32'(mem_request.id);
  assign mem_core_o         = 32'(mem_request.tag.core);
  assign mem_warp_o         = 32'(mem_request.tag.warp);
  assign mem_order_o        = mem_request.tag.order;
  assign mem_lane_o         = 32'(mem_request.lane);
  assign mem_reserve_o      = mem_request.reserve;
  assign mem_private_o      = mem_request.private_line;
  assign scratch_op_o       = scratch_request.op;
  assign scratch_amo_o      = scratch_request.amo;
  assign scratch_core_o     = 32'(scratch_request.tag.core);
  assign scratch_warp_o     = 32'(scratch_request.tag.warp);
  assign scratch_order_o    = scratch_request.tag.order;
  assign scratch_mask_o     = 32'(scratch_request.mask);
  assign scratch_reserve_o  = scratch_request.reserve;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign writeback_data_o[l]  = writeback.data[l];
    assign scratch_address_o[l] = 32'(scratch_request.address[l]);
    assign scratch_strobe_o[l]  = scratch_request.strobe[l];
    assign scratch_data_o[l]    = scratch_request.data[l];
  end
  for (genvar w = 0; w < LineWords; w++) begin : gen_word
    assign mem_data_o[w]   = mem_request.data[32*w +: 32];
    assign mem_strobe_o[w] = mem_request.strobe[4*w +: 4];
  end

  // What exceeds the shape.
  logic unused;
  assign unused = ^{core_id_i, start_warp_i, request_warp_i, request_mask_i, request_scratch_base_i, request_pc_i[1:0], mem_rsp_id_i, scratch_rsp_mask_i};

endmodule
