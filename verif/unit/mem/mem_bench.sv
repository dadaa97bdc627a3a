// Bench top: the load/store units of all cores with their data caches, the L2 cache and the scratchpad, wired as in the cluster. Ports are arrays of
// words so that the C++ side is the same for every configuration. `*_i` fields follow lsu_request_t, launch_t and mem_request_t.
module mem_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam int unsigned LineWords = LineBytes / 4
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // configuration: cores, warps, lanes, line bytes, scratchpad bytes, LSU requests, memory requests, regions, L2 bytes and banks
  output logic [31:0] shape_o [10],
  // launch
  input  logic [31:0] region_base_i [Regions],
  input  logic [31:0] region_last_i [Regions],
  input  logic [2:0]  region_attr_i [Regions],   // x w r
  input  logic [31:0] scratch_size_i,
  input  logic [31:0] private_base_i,
  input  logic [31:0] private_size_i,
  // load/store units
  input  logic        start_valid_i [Cores],
  input  logic [31:0] start_warp_i [Cores],
  input  logic        req_valid_i [Cores],
  output logic        req_ready_o [Cores],
  input  logic [31:0] req_warp_i [Cores],
  input  logic [31:0] req_order_i [Cores],
  input  logic [31:0] req_op_i [Cores],
  input  logic [31:0] req_amo_i [Cores],
  input  logic [31:0] req_size_i [Cores],
  input  logic        req_unsigned_i [Cores],
  input  logic        req_safe_i [Cores],        // it commits in the cycle after it is taken
  input  logic [31:0] req_rd_i [Cores],
  input  logic [31:0] req_mask_i [Cores],
  input  logic [31:0] req_scratch_base_i [Cores],
  input  logic [31:0] req_address_i [Cores][Lanes],
  input  logic [31:0] req_data_i [Cores][Lanes],
  output logic        check_valid_o [Cores],
  output logic [31:0] check_warp_o [Cores],
  output logic [31:0] check_order_o [Cores],
  output logic [31:0] check_misaligned_o [Cores],
  output logic [31:0] check_fault_o [Cores],
  output logic        early_valid_o [Cores],
  output logic [31:0] early_warp_o [Cores],
  output logic [31:0] early_rd_o [Cores],
  output logic        wb_valid_o [Cores],
  input  logic        wb_ready_i [Cores],
  output logic [31:0] wb_warp_o [Cores],
  output logic [31:0] wb_order_o [Cores],
  output logic [31:0] wb_rd_o [Cores],
  output logic [31:0] wb_mask_o [Cores],
  output logic        wb_last_o [Cores],
  output logic        wb_sc_failed_o [Cores],
  output logic [31:0] wb_data_o [Cores][Lanes],
  output logic [31:0] idle_o [Cores],
  output logic        error_valid_o [Cores],
  output logic [31:0] error_warp_o [Cores],
  output logic [31:0] error_order_o [Cores],
  output logic [31:0] error_address_o [Cores],
  output logic [31:0] error_lane_o [Cores],
  output logic        error_write_o [Cores],
  // instruction fetch ports
  input  logic        fetch_valid_i [Cores],
  output logic        fetch_ready_o [Cores],
  input  logic [31:0] fetch_address_i [Cores],
  input  logic [31:0] fetch_id_i [Cores],
  output logic        fetch_response_valid_o [Cores],
  output logic [31:0] fetch_response_id_o [Cores],
  output logic [31:0] fetch_response_data_o [Cores][LineWords],
  // AXI4
  output logic        aw_valid_o,
  input  logic        aw_ready_i,
  output logic [31:0] aw_id_o,
  output logic [31:0] aw_addr_o,
  output logic [7:0]  aw_len_o,
  output logic [2:0]  aw_size_o,
  output logic [1:0]  aw_burst_o,
  output logic        w_valid_o,
  input  logic        w_ready_i,
  output logic [31:0] w_data_o [LineWords],
  output logic [3:0]  w_strb_o [LineWords],
  output logic        w_last_o,
  input  logic        b_valid_i,
  output logic        b_ready_o,
  input  logic [31:0] b_id_i,
  input  logic [1:0]  b_resp_i,
  output logic        ar_valid_o,
  input  logic        ar_ready_i,
  output logic [31:0] ar_id_o,
  output logic [31:0] ar_addr_o,
  output logic [7:0]  ar_len_o,
  output logic [2:0]  ar_size_o,
  output logic [1:0]  ar_burst_o,
  input  logic        r_valid_i,
  output logic        r_ready_o,
  input  logic [31:0] r_id_i,
  input  logic [1:0]  r_resp_i,
  input  logic [31:0] r_data_i [LineWords],
  // L2 cache
  input  logic        flush_i,
  output logic        flushed_o,
  input  logic        invalidate_i,
  output logic        l2_idle_o,
  output logic        l2_error_o,
  output logic [31:0] l2_error_line_o,
  output logic        snoop_valid_o [L2Banks][Cores],
  output logic [31:0] snoop_line_o [L2Banks],
  output logic [31:0] corner_o [16],
  // traces, per bank
  output logic        tm_valid_o [L2Banks],
  output logic [31:0] tm_op_o [L2Banks],
  output logic [31:0] tm_amo_o [L2Banks],
  output logic [31:0] tm_address_o [L2Banks],
  output logic [3:0]  tm_strobe_o [L2Banks][LineWords],
  output logic [31:0] tm_data_o [L2Banks][LineWords],
  output logic [31:0] tm_core_o [L2Banks],
  output logic [31:0] tm_warp_o [L2Banks],
  output logic [31:0] tm_order_o [L2Banks],
  output logic [31:0] tm_lane_o [L2Banks],
  output logic [31:0] tm_old_o [L2Banks],
  output logic        tm_success_o [L2Banks],
  output logic        ts_valid_o,
  output logic [31:0] ts_op_o,
  output logic [31:0] ts_amo_o,
  output logic [31:0] ts_core_o,
  output logic [31:0] ts_warp_o,
  output logic [31:0] ts_order_o,
  output logic [31:0] ts_mask_o,
  output logic [31:0] ts_success_o,
  output logic [31:0] ts_address_o [Lanes],
  output logic [3:0]  ts_strobe_o [Lanes],
  output logic [31:0] ts_data_o [Lanes],
  output logic [31:0] ts_old_o [Lanes]
);

  launch_t                       launch;
  mem_request_t    [2*Cores-1:0] memory_request;
  logic            [2*Cores-1:0] memory_request_valid, memory_request_ready;
  mem_response_t   [2*Cores-1:0] memory_response;
  logic            [2*Cores-1:0] memory_response_valid;

  scratch_request_t  [Cores-1:0] scratch_request;
  logic              [Cores-1:0] scratch_request_valid, scratch_request_ready;
  scratch_response_t [Cores-1:0] scratch_response;
  logic              [Cores-1:0] scratch_response_valid;

  axi_request_t  axi_request;
  axi_response_t axi_response;

  assign shape_o = '{Cores, Warps, Lanes, LineBytes, ScratchpadBytes, LsuRequests, MemoryRequests, Regions, L2Bytes, L2Banks};

  always_comb begin
    launch              = '0;
    launch.scratch_size = scratch_size_i;
    launch.private_base = private_base_i;
    launch.private_size = private_size_i;
    for (int r = 0; r < Regions; r++) begin
      launch.regions[r].base = region_base_i[r];
      launch.regions[r].last = region_last_i[r];
      {launch.regions[r].x, launch.regions[r].w, launch.regions[r].r} = region_attr_i[r];
    end
  end

  snoop_t [Cores-1:0] snoop;
  logic   [Cores-1:0] quiet, fetch_ahead_idle;
  logic               l2_idle;

  assign l2_idle_o = l2_idle && quiet == '1 && fetch_ahead_idle == '1 && memory_request_valid == '0;

  // Packed copies: Verilator 5.006 cannot sample an array port in an assertion.
  logic [Cores-1:0] start_valid, req_valid, wb_ready, fetch_valid;

  always_comb begin
    for (int c = 0; c < Cores; c++) begin
      start_valid[c] = start_valid_i[c];
      req_valid[c]   = req_valid_i[c];
      wb_ready[c]    = wb_ready_i[c];
      fetch_valid[c] = fetch_valid_i[c];
    end
  end

  for (genvar c = 0; c < Cores; c++) begin : gen_core
    lsu_request_t     request;
    lsu_check_t       check;
    lsu_writeback_t   writeback;
    logic [Warps-1:0] idle, over;
    slot_tag_t        error_tag;
    lane_id_t         error_lane;
    logic [31:2]      error_pc;
    warp_id_t         early_warp;
    reg_id_t          early_rd;

    // Which of the requests without a check have committed, the oldest first.
    logic [7:0] safe_d, safe_q;
    logic [2:0] unchecked_d, unchecked_q;

    always_comb begin
      safe_d      = safe_q;
      unchecked_d = unchecked_q;
      if (check_valid_o[c]) begin
        safe_d      = safe_d >> 1;
        unchecked_d = unchecked_d - 3'd1;
      end
      if (req_valid[c] && req_ready_o[c]) begin
        safe_d[unchecked_d] = req_safe_i[c];
        unchecked_d         = unchecked_d + 3'd1;
      end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        safe_q      <= '0;
        unchecked_q <= '0;
      end else begin
        safe_q      <= safe_d;
        unchecked_q <= unchecked_d;
      end
    end

    always_comb begin
      request.tag.core      = core_id_t'(c);
      request.tag.warp      = warp_id_t'(req_warp_i[c]);
      request.tag.order     = req_order_i[c];
      request.op            = lsu_op_e'(req_op_i[c][2:0]);
      request.amo           = amo_op_e'(req_amo_i[c][3:0]);
      request.engine        = LaneInit;
      request.size          = mem_size_e'(req_size_i[c][1:0]);
      request.unsigned_load = req_unsigned_i[c];
      request.rd            = reg_id_t'(req_rd_i[c]);
      request.mask          = lane_mask_t'(req_mask_i[c]);
      request.scratch_base  = ScratchBits'(req_scratch_base_i[c]);
      request.first_buffer  = 1'b0;
      request.pc            = 30'(req_order_i[c]);
      for (int l = 0; l < Lanes; l++) begin
        request.address[l] = req_address_i[c][l];
        request.data[l]    = req_data_i[c][l];
      end
    end

    // A warp with nothing outstanding has nothing to wait for.
    a_idle_over : assert property (@(posedge clk_i) disable iff (!rst_ni) (idle & ~over) == '0);

    memory_unit u_memory_unit (
      .clk_i,
      .rst_ni,
      .core_id_i               (core_id_t'(c)),
      .launch_i                (launch),
      .start_valid_i           (start_valid[c]),
      .start_warp_i            (warp_id_t'(start_warp_i[c])),
      .request_i               (request),
      .request_valid_i         (req_valid[c]),
      .request_ready_o         (req_ready_o[c]),
      .safe_i                  (safe_q[1:0]),
      .check_o                 (check),
      .check_valid_o           (check_valid_o[c]),
      .writeback_o             (writeback),
      .writeback_valid_o       (wb_valid_o[c]),
      .writeback_ready_i       (wb_ready[c]),
      .early_valid_o           (early_valid_o[c]),
      .early_warp_o            (early_warp),
      .early_rd_o              (early_rd),
      .idle_o                  (idle),
      .over_o                  (over),
      .error_valid_o           (error_valid_o[c]),
      .error_tag_o             (error_tag),
      .error_pc_o              (error_pc),
      .error_lane_o            (error_lane),
      .error_address_o         (error_address_o[c]),
      .error_write_o           (error_write_o[c]),
      .invalidate_i,
      .quiet_o                 (quiet[c]),
      .snoop_i                 (snoop[c]),
      .mem_request_o           (memory_request[2*c]),
      .mem_request_valid_o     (memory_request_valid[2*c]),
      .mem_request_ready_i     (memory_request_ready[2*c]),
      .mem_response_i          (memory_response[2*c]),
      .mem_response_valid_i    (memory_response_valid[2*c]),
      .scratch_request_o       (scratch_request[c]),
      .scratch_request_valid_o (scratch_request_valid[c]),
      .scratch_request_ready_i (scratch_request_ready[c]),
      .scratch_response_i      (scratch_response[c]),
      .scratch_response_valid_i(scratch_response_valid[c]),
      .engine_command_o        (),
      .engine_command_valid_o  (),
      .engine_command_ready_i  (1'b0),
      .engine_answer_i         ('0),
      .engine_answer_valid_i   (1'b0),
      .window_request_o        (),
      .window_request_valid_o  (),
      .window_request_ready_i  (1'b0),
      .window_response_i       ('0),
      .window_response_valid_i (1'b0),
      .over_phase_o            (),
      .engine_error_o          (),
      .engine_error_valid_o    (),
      .engine_error_ready_i    (1'b0)
    );

    assign check_warp_o[c]       = 32'(check.tag.warp);
    assign check_order_o[c]      = check.tag.order;
    assign check_misaligned_o[c] = 32'(check.misaligned);
    assign check_fault_o[c]      = 32'(check.access_fault);
    assign early_warp_o[c]       = 32'(early_warp);
    assign early_rd_o[c]         = 32'(early_rd);
    assign wb_warp_o[c]          = 32'(writeback.tag.warp);
    assign wb_order_o[c]         = writeback.tag.order;
    assign wb_rd_o[c]            = 32'(writeback.rd);
    assign wb_mask_o[c]          = 32'(writeback.mask);
    assign wb_last_o[c]          = writeback.last;
    assign wb_sc_failed_o[c]     = writeback.sc_failed;
    assign idle_o[c]             = 32'(idle);
    assign error_warp_o[c]       = 32'(error_tag.warp);
    assign error_order_o[c]      = 32'(error_pc);   // as requested above
    assign error_lane_o[c]       = 32'(error_lane);

    for (genvar l = 0; l < Lanes; l++) begin : gen_lane
      assign wb_data_o[c][l] = writeback.data[l];
    end

    mem_request_t fetch;

    always_comb begin
      fetch         = '0;
      fetch.op      = MemRead;
      fetch.address = fetch_address_i[c];
      fetch.strobe  = '1;
      fetch.id      = mem_id_t'(fetch_id_i[c]);
    end

    fetch_ahead u_fetch_ahead (
      .clk_i,
      .rst_ni,
      .idle_o         (fetch_ahead_idle[c]),
      .request_i      (fetch),
      .request_valid_i(fetch_valid[c]),
      .request_ready_o(fetch_ready_o[c]),
      .request_o      (memory_request[2*c+1]),
      .request_valid_o(memory_request_valid[2*c+1]),
      .request_ready_i(memory_request_ready[2*c+1])
    );

    assign fetch_response_valid_o[c]   = memory_response_valid[2*c+1];
    assign fetch_response_id_o[c]      = 32'(memory_response[2*c+1].id);

    for (genvar w = 0; w < LineWords; w++) begin : gen_word
      assign fetch_response_data_o[c][w] = memory_response[2*c+1].data[32*w +: 32];
    end
  end

  scratchpad u_scratchpad (
    .clk_i,
    .rst_ni,
    .request_i       (scratch_request),
    .request_valid_i (scratch_request_valid),
    .request_ready_o (scratch_request_ready),
    .response_o      (scratch_response),
    .response_valid_o(scratch_response_valid),
    .clear_i         (1'b0),
    .clear_row_i     ('0)
  );

  l2_cache u_l2 (
    .clk_i,
    .rst_ni,
    .pause_i         (1'b0),
    .flush_i,
    .flushed_o,
    .error_o         (l2_error_o),
    .error_line_o    (l2_error_line_o),
    .invalidate_i,
    .idle_o          (l2_idle),
    .request_i       (memory_request),
    .request_valid_i (memory_request_valid),
    .request_ready_o (memory_request_ready),
    .response_o      (memory_response),
    .response_valid_o(memory_response_valid),
    .snoop_o         (snoop),
    .uncached_request_i       ('0),
    .uncached_valid_i         (1'b0),
    .uncached_ready_o         (),
    .uncached_response_o      (),
    .uncached_response_valid_o(),
    .axi_o           (axi_request),
    .axi_i           (axi_response)
  );

  assign aw_valid_o = axi_request.aw_valid;
  assign aw_id_o    = 32'(axi_request.aw.id);
  assign aw_addr_o  = axi_request.aw.addr;
  assign aw_len_o   = axi_request.aw.len;
  assign aw_size_o  = axi_request.aw.size;
  assign aw_burst_o = axi_request.aw.burst;
  assign w_last_o   = axi_request.w.last;
  assign w_valid_o  = axi_request.w_valid;
  assign b_ready_o  = axi_request.b_ready;
  assign ar_valid_o = axi_request.ar_valid;
  assign ar_id_o    = 32'(axi_request.ar.id);
  assign ar_addr_o  = axi_request.ar.addr;
  assign ar_len_o   = axi_request.ar.len;
  assign ar_size_o  = axi_request.ar.size;
  assign ar_burst_o = axi_request.ar.burst;
  assign r_ready_o  = axi_request.r_ready;

  always_comb begin
    axi_response.aw_ready = aw_ready_i;
    axi_response.w_ready  = w_ready_i;
    axi_response.b_valid  = b_valid_i;
    axi_response.b.id     = axi_id_t'(b_id_i);
    axi_response.b.resp   = b_resp_i;
    axi_response.ar_ready = ar_ready_i;
    axi_response.r_valid  = r_valid_i;
    axi_response.r.id     = axi_id_t'(r_id_i);
    axi_response.r.resp   = r_resp_i;
    axi_response.r.last   = 1'b1;
    for (int w = 0; w < LineWords; w++) begin
      axi_response.r.data[32*w +: 32] = r_data_i[w];
    end
  end

  for (genvar w = 0; w < LineWords; w++) begin : gen_word
    assign w_data_o[w] = axi_request.w.data[32*w +: 32];
    assign w_strb_o[w] = axi_request.w.strb[4*w +: 4];
  end

  // How often each corner of the cache was reached, over all banks; kCorners in bench.h names them.
  localparam int unsigned Corners = 16;
  logic [L2Banks-1:0][Corners-1:0] corner;
  logic [Corners-1:0][31:0]        corner_q;

  for (genvar b = 0; b < L2Banks; b++) begin : gen_bank
    trace_memory_t trace;

    assign trace           = u_l2.gen_bank[b].u_bank.u_data.trace_memory;
    assign tm_valid_o[b]   = u_l2.gen_bank[b].u_bank.u_data.trace_memory_valid;
    assign tm_op_o[b]      = 32'(trace.request.op);
    assign tm_amo_o[b]     = 32'(trace.request.amo);
    assign tm_address_o[b] = trace.request.address;
    assign tm_core_o[b]    = 32'(trace.request.tag.core);
    assign tm_warp_o[b]    = 32'(trace.request.tag.warp);
    assign tm_order_o[b]   = trace.request.tag.order;
    assign tm_lane_o[b]    = 32'(trace.request.lane);
    assign tm_old_o[b]     = trace.old_word;
    assign tm_success_o[b] = trace.sc_success;
    assign snoop_line_o[b] = {snoop[0].line[b], OffsetBits'(0)};

    for (genvar w = 0; w < LineWords; w++) begin : gen_word
      assign tm_strobe_o[b][w] = trace.request.strobe[4*w +: 4];
      assign tm_data_o[b][w]   = trace.request.data[32*w +: 32];
    end

    for (genvar c = 0; c < Cores; c++) begin : gen_snoop
      assign snoop_valid_o[b][c] = snoop[c].valid[b];
    end

    always_comb begin
      corner[b][0]  = u_l2.gen_bank[b].u_bank.performs & u_l2.gen_bank[b].u_bank.reads & u_l2.gen_bank[b].u_bank.full;
      corner[b][1]  = u_l2.gen_bank[b].u_bank.performs & u_l2.gen_bank[b].u_bank.reads & ~u_l2.gen_bank[b].u_bank.full;
      corner[b][2]  = u_l2.gen_bank[b].u_bank.fetch & ~u_l2.gen_bank[b].u_bank.hit;
      corner[b][3]  = u_l2.gen_bank[b].u_bank.fetch & u_l2.gen_bank[b].u_bank.hit;
      corner[b][4]  = u_l2.gen_bank[b].u_bank.waits;
      corner[b][5]  = u_l2.gen_bank[b].u_bank.waits & u_l2.gen_bank[b].u_bank.t.op != MemRead;
      corner[b][6]  = u_l2.gen_bank[b].u_bank.writes & u_l2.gen_bank[b].u_bank.allocate;
      corner[b][7]  = u_l2.gen_bank[b].u_bank.writes & u_l2.gen_bank[b].u_bank.evict;
      corner[b][8]  = u_l2.gen_bank[b].u_bank.fetch & u_l2.gen_bank[b].u_bank.evict;
      corner[b][9]  = u_l2.gen_bank[b].u_bank.fetch & u_l2.gen_bank[b].u_bank.written_match != '0;
      corner[b][10] = u_l2.gen_bank[b].u_bank.u_writebacks.same != '0;
      corner[b][11] = u_l2.gen_bank[b].u_bank.fill & u_l2.gen_bank[b].u_bank.dirty != '0;
      corner[b][12] = u_l2.gen_bank[b].u_bank.head_valid_q & u_l2.gen_bank[b].u_bank.head_full;
      corner[b][13] = u_l2.gen_bank[b].u_bank.t_clean & u_l2.gen_bank[b].u_bank.evict;
      corner[b][14] = u_l2.gen_bank[b].u_bank.failed;
      corner[b][15] = u_l2.gen_bank[b].u_bank.head_valid_q & ~(u_l2.gen_bank[b].u_bank.miss_room &
                                                               u_l2.gen_bank[b].u_bank.written_room);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      corner_q <= '0;
    end else begin
      for (int unsigned i = 0; i < Corners; i++) begin
        for (int unsigned b = 0; b < L2Banks; b++) begin
          if (corner[b][i]) corner_q[i] <= corner_q[i] + 1;   // several banks at once count as one
        end
      end
    end
  end

  for (genvar i = 0; i < Corners; i++) begin : gen_corner
    assign corner_o[i] = corner_q[i];
  end

  assign ts_valid_o   = u_scratchpad.trace_scratch_valid;
  assign ts_op_o      = 32'(u_scratchpad.trace_scratch.op);
  assign ts_amo_o     = 32'(u_scratchpad.trace_scratch.amo);
  assign ts_core_o    = 32'(u_scratchpad.trace_scratch.tag.core);
  assign ts_warp_o    = 32'(u_scratchpad.trace_scratch.tag.warp);
  assign ts_order_o   = u_scratchpad.trace_scratch.tag.order;
  assign ts_mask_o    = 32'(u_scratchpad.trace_scratch.mask);
  assign ts_success_o = 32'(u_scratchpad.trace_scratch.sc_success);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign ts_address_o[l] = 32'(u_scratchpad.trace_scratch.address[l]);
    assign ts_strobe_o[l]  = u_scratchpad.trace_scratch.strobe[l];
    assign ts_data_o[l]    = u_scratchpad.trace_scratch.data[l];
    assign ts_old_o[l]     = u_scratchpad.trace_scratch.old[l];
  end

endmodule
