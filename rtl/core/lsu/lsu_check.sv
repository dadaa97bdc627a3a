// Check phase of the load/store unit: finds the lanes that trap before anything of the instruction takes effect.
// Two pipeline stages. Stage A sorts the lanes by window and names one distinct line of device memory per cycle; stage B
// compares that line with the region table. With the last line, stage B reports the check and then hands the
// instruction, with physical addresses, to the issue phase; it waits there while the issue phase is busy. A fence waits
// in stage B until its warp has no access outstanding: its check is its completion.
// Latency: check in the second cycle after the request is taken, plus one per further distinct device line.
// Throughput: one instruction per cycle when each has at most one distinct device line.
// Invariants: checks in request order, one per request; misaligned and access_fault are disjoint parts of the mask.
module lsu_check
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  core_id_t         core_id_i,
  input  launch_t          launch_i,
  input  lsu_request_t     request_i,
  input  logic             request_valid_i,
  output logic             request_ready_o,
  output lsu_check_t       check_o,
  output logic             check_valid_o,
  output lsu_checked_t     checked_o,
  output logic             checked_valid_o,
  input  logic             checked_ready_i,
  // a load of one line of device memory, of which no lane traps, leaves stage A: it may be answered at once and is then not handed over
  input  logic [1:0]       safe_i,          // the oldest request without a check, the next one: it has committed, no lane of it traps
  output logic             plain_valid_o,
  output line_address_t    plain_line_o,
  output lsu_request_t     plain_o,
  input  logic             served_i,
  output logic             blocked_o,       // stage B holds what has to go to the memory before it
  input  logic [Warps-1:0] busy_i,          // warps with accesses beyond this phase
  output logic [Warps-1:0] busy_o           // warps with a request in this phase
);

  localparam int unsigned LaneShift = $clog2(Lanes);

  // ---- stage A: windows, one line per cycle --------------------------------------------------------------------
  lsu_request_t  a_q;
  logic          a_valid_d, a_valid_q, a_first_d, a_first_q;
  lane_mask_t    a_rest_d, a_rest_q;
  lane_mask_t    a_misaligned, a_fault, a_scratch, a_private, a_device, a_window;
  lane_mask_t    a_lines, a_same;
  lane_id_t      a_lane;
  line_address_t a_line;
  logic          a_last, a_leave, a_take, a_plain;
  mem_size_e     a_size;
  word_t         a_private_base;

  // ---- stage B: regions, check, hand-over ------------------------------------------------------------------------
  logic          b_valid_d, b_valid_q, b_last_q, b_served_q, b_checked_d, b_checked_q;
  lsu_request_t  b_q;
  mem_size_e     b_size_q;
  lane_mask_t    b_misaligned_q, b_window_fault_q, b_scratch_q, b_private_q, b_window_q;
  lane_mask_t    b_same_q, b_region_fault_d, b_region_fault_q;
  line_address_t b_line_q;
  word_t         b_private_base_q;
  line_strobe_t  b_allow;
  lane_mask_t    b_line_fault, b_fault, b_good;
  logic          b_fence, b_done, b_ready, b_need_r, b_need_w, b_scratch_only;

  assign a_size = (a_q.op == LsuLoad || a_q.op == LsuStore) ? a_q.size : SizeWord;

  lsu_windows u_windows (
    .op_i          (a_q.op),
    .engine_i      (a_q.engine),
    .size_i        (a_size),
    .mask_i        (a_q.mask),
    .address_i     (a_q.address),
    .scratch_size_i(launch_i.scratch_size),
    .private_size_i(launch_i.private_size),
    .accumulators_i(launch_i.accumulators),
    .misaligned_o  (a_misaligned),
    .fault_o       (a_fault),
    .scratch_o     (a_scratch),
    .private_o     (a_private),
    .device_o      (a_device),
    .accumulator_o (a_window)
  );

  assign a_lines = a_first_q ? a_device : a_rest_q;

  lowest_one #(
    .Width(Lanes)
  ) u_lane (
    .bits_i  (a_lines),
    .any_o   (),
    .onehot_o(),
    .index_o (a_lane)
  );

  assign a_line = a_q.address[a_lane][31:OffsetBits];

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      a_same[l] = a_lines[l] && a_q.address[l][31:OffsetBits] == a_line;
    end
  end

  // Each hardware warp slot, counted over all cores, owns private_size bytes for each of its lanes.
  always_comb begin
    word_t slot;
    slot = 32'(core_id_i) * Warps + 32'(a_q.tag.warp);
    if (PlantedBug == 10) slot[0] = 1'b0;  // planted bug 10: the private windows of two neighbouring warps coincide
    a_private_base = launch_i.private_base + ((slot * launch_i.private_size) << LaneShift);
  end

  assign a_last          = (a_lines & ~a_same) == '0;
  assign a_leave         = a_valid_q & b_ready;
  assign request_ready_o = ~a_valid_q | (a_leave & a_last);
  assign a_take          = request_valid_i & request_ready_o;
  assign a_valid_d       = a_take | (a_valid_q & ~(a_leave & a_last));
  assign a_first_d       = a_take | (a_first_q & ~a_leave);
  assign a_rest_d        = a_leave ? a_lines & ~a_same : a_rest_q;

  // ---- stage B -----------------------------------------------------------------------------------------------------
  assign b_need_r = b_q.op != LsuStore;
  assign b_need_w = b_q.op == LsuStore || b_q.op == LsuAmo || b_q.op == LsuSc;

  region_check u_region_check (
    .regions_i(launch_i.regions),
    .line_i   (b_line_q),
    .size_i   (b_size_q),
    .need_r_i (b_need_r),
    .need_w_i (b_need_w),
    .need_x_i (1'b0),
    .allow_o  (b_allow)
  );

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      b_line_fault[l] = b_same_q[l] && !b_allow[b_q.address[l][OffsetBits-1:0]];
    end
  end

  assign b_fault = b_window_fault_q | b_region_fault_q | b_line_fault;
  assign b_good  = b_q.mask & ~b_misaligned_q & ~b_fault;
  assign b_fence = b_q.op == LsuFence;
  assign b_scratch_only = (b_q.op == LsuLoad || b_q.op == LsuStore) && (b_good & ~b_scratch_q & ~b_window_q) == '0;

  assign check_valid_o        = b_valid_q & b_last_q & ~b_checked_q & ~(b_fence & busy_i[b_q.tag.warp]);
  assign check_o.tag          = b_q.tag;
  assign check_o.misaligned   = b_misaligned_q;
  assign check_o.access_fault = b_fault;

  assign checked_valid_o = b_valid_q & b_last_q & ~b_fence & (b_good != '0) & ~b_served_q;

  // Its line is named by the lowest lane of its mask, which is that of a_device if it is plain: that path is shorter.
  lane_id_t a_lead;

  lowest_one #(
    .Width(Lanes)
  ) u_lead (
    .bits_i  (a_q.mask),
    .any_o   (),
    .onehot_o(),
    .index_o (a_lead)
  );

  assign a_plain       = a_q.op == LsuLoad && a_first_q && a_last && a_device == a_q.mask && a_q.mask != '0;
  assign plain_valid_o = a_leave & a_plain & ((b_valid_q & ~b_checked_q) ? safe_i[1] : safe_i[0]);
  assign plain_line_o  = a_q.address[a_lead][31:OffsetBits];
  assign plain_o       = a_q;
  assign blocked_o     = b_valid_q & ~b_served_q & ~(b_last_q & b_scratch_only);

  // Done with the instruction: nothing left to issue once it is checked, or the issue phase takes it.
  assign b_done  = (b_served_q || b_fence || b_good == '0) ? check_valid_o | b_checked_q : checked_ready_i;
  assign b_ready = ~b_valid_q | ~b_last_q | b_done;

  assign b_valid_d   = a_leave | (b_valid_q & ~b_ready);
  assign b_checked_d = (b_checked_q | check_valid_o) & ~b_ready;
  assign b_region_fault_d = !a_leave ? b_region_fault_q : a_first_q ? '0 : b_region_fault_q | b_line_fault;

  always_comb begin
    checked_o.tag           = b_q.tag;
    checked_o.op            = b_q.op;
    checked_o.amo           = b_q.amo;
    checked_o.size          = b_size_q;
    checked_o.unsigned_load = b_q.unsigned_load;
    checked_o.rd            = b_q.rd;
    checked_o.scratch_mask  = b_good & b_scratch_q;
    checked_o.memory_mask   = b_good & ~b_scratch_q & ~b_window_q;
    checked_o.window_mask   = b_good & b_window_q;
    checked_o.engine        = b_q.engine;
    checked_o.scratch_base  = b_q.scratch_base;
    checked_o.first_buffer  = b_q.first_buffer;
    checked_o.private_mask  = b_good & b_private_q;
    checked_o.data          = b_q.data;
    checked_o.pc            = b_q.pc;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (b_scratch_q[l]) begin
        checked_o.address[l] = 32'(b_q.scratch_base) + 32'(b_q.address[l][ScratchBits-1:0]);
      end else if (b_window_q[l]) begin
        checked_o.address[l] = (b_q.first_buffer ? BufferBytes : 32'd0) + 32'(b_q.address[l][AccumulatorBits-1:0]);
      end else if (b_private_q[l]) begin
        // Word o/4 of lane l is word (o/4) * lanes + l of the warp's part; the byte within the word stays.
        checked_o.address[l] = b_private_base_q + ((b_q.address[l] & (PRIVATE_SIZE - 32'd4)) << LaneShift) +
                               32'({l, b_q.address[l][1:0]});
      end else begin
        checked_o.address[l] = b_q.address[l];
      end
    end
  end

  always_comb begin
    busy_o = '0;
    if (a_valid_q) busy_o[a_q.tag.warp] = 1'b1;
    if (b_valid_q) busy_o[b_q.tag.warp] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (a_take) a_q <= request_i;
    if (a_leave) begin
      b_q              <= a_q;
      b_size_q         <= a_size;
      b_misaligned_q   <= a_misaligned;
      b_window_fault_q <= a_fault;
      b_scratch_q      <= a_scratch;
      b_private_q      <= a_private;
      b_window_q       <= a_window;
      b_same_q         <= a_same;
      b_line_q         <= a_line;
      b_private_base_q <= a_private_base;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      a_valid_q        <= 1'b0;
      a_first_q        <= 1'b0;
      a_rest_q         <= '0;
      b_valid_q        <= 1'b0;
      b_last_q         <= 1'b0;
      b_served_q       <= 1'b0;
      b_checked_q      <= 1'b0;
      b_region_fault_q <= '0;
    end else begin
      a_valid_q        <= a_valid_d;
      a_first_q        <= a_first_d;
      a_rest_q         <= a_rest_d;
      b_valid_q        <= b_valid_d;
      if (a_leave) begin
        b_last_q       <= a_last;
        b_served_q     <= served_i;
      end
      b_checked_q      <= b_checked_d;
      b_region_fault_q <= b_region_fault_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_disjoint : assert (!check_valid_o || ((check_o.misaligned & check_o.access_fault) == '0 &&
        ((check_o.misaligned | check_o.access_fault) & ~b_q.mask) == '0));
      a_no_issue_before_check : assert (!(checked_valid_o && checked_ready_i) || (check_valid_o || b_checked_q));
      a_one_check : assert (!check_valid_o || (!b_checked_q));
      a_served : assert (!served_i || plain_valid_o);
      a_served_good : assert (!(b_valid_q && b_served_q) || (check_valid_o && b_good == b_q.mask));
      a_plain_line : assert (!plain_valid_o || plain_line_o == a_line);
    end
  end
`endif

endmodule
