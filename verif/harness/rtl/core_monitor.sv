// Bound to simt_core: reports dispatch, commits, register writes, faults and ended warps in the cycle they happen, without
// lock-step only what says where each warp is. Purely an observer.
module core_monitor
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
  import monitor_pkg::*;
(
  input logic                                clk_i,
  input logic                                rst_ni,
  input core_id_t                            core_id_i,
  input launch_t                             launch_i,
  input logic                                kill_i,
  input dispatch_t                           dispatch_i,
  input logic                                dispatch_valid_i,
  input logic                                dispatch_ready_o,
  input logic                                warp_done_valid_o,
  input warp_id_t                            warp_done_o,
  input logic                                fault_valid_o,
  input fault_t                              fault_o,
  input retire_t                             retire_o,
  input logic [TraceCommits-1:0]             trace_commit_valid,
  input trace_commit_t [TraceCommits-1:0]    trace_commit,
  input logic [TracePorts-1:0]               trace_writeback_valid,
  input trace_writeback_t [TracePorts-1:0]   trace_writeback,
  input logic [Lanes-1:0][7:0]               trace_fcsr,
  input logic [Warps-1:0]                    trace_wake,
  input logic [Warps-1:0][31:0]              trace_wake_order
);

  // For waveforms (verif/harness/waves), with names and widths that are the same for every configuration.
  /* verilator lint_off UNUSEDSIGNAL */  // read in waveforms alone
  for (genvar c = 0; c < TraceCommits; c++) begin : gen_commit
    logic  valid;
    word_t warp, order, pc, instr, mask, trap;
    assign valid = trace_commit_valid[c];
    assign warp  = 32'(trace_commit[c].tag.warp);
    assign order = trace_commit[c].tag.order;
    assign pc    = trace_commit[c].pc;
    assign instr = trace_commit[c].instr;
    assign mask  = 32'(trace_commit[c].mask);
    assign trap  = 32'(trace_commit[c].trap);
  end
  for (genvar p = 0; p < TracePorts; p++) begin : gen_writeback
    logic  valid;
    word_t warp, order, rd, mask;
    assign valid = trace_writeback_valid[p];
    assign warp  = 32'(trace_writeback[p].tag.warp);
    assign order = trace_writeback[p].tag.order;
    assign rd    = 32'(trace_writeback[p].rd);
    assign mask  = 32'(trace_writeback[p].mask);
  end
  /* verilator lint_on UNUSEDSIGNAL */

  bit lockstep, watch;
  initial begin
    lockstep = heddle_monitor_lockstep();
    watch    = heddle_monitor_watch();
  end

  // Only loads, stores, atomics and what goes to the engines have addresses and data.
  function automatic logic has_operands(input word_t instr);
    return instr[6:0] inside {7'h03, 7'h07, 7'h23, 7'h27, 7'h2F} || (instr[6:0] == 7'h0B && instr[14:13] == 2'b10);
  endfunction

  // What a watch is told: stores, and hd.exit.
  function automatic logic is_watched(input word_t instr);
    return instr[6:0] inside {7'h23, 7'h27} || heddle_isa_pkg::decode_op(instr) == heddle_isa_pkg::OP_HD_EXIT;
  endfunction

  function automatic lane_bits_t widen_causes(input logic [Lanes-1:0][4:0] cause);
    for (int unsigned lane = 0; lane < Lanes; lane++) widen_causes[lane] = 32'(cause[lane]);
  endfunction

  function automatic lane_bits_t widen_flags(input lane_flags_t flags);
    for (int unsigned lane = 0; lane < Lanes; lane++) widen_flags[lane] = 32'(flags[lane]);
  endfunction

  function automatic lane_bits_t widen_fcsr(input logic [Lanes-1:0][7:0] bytes);
    for (int unsigned lane = 0; lane < Lanes; lane++) widen_fcsr[lane] = 32'(bytes[lane]);
  endfunction

  function automatic lane_bits_t local_ids(input logic [Lanes-1:0][2:0][LocalIdBits-1:0] ids, input int unsigned axis);
    for (int unsigned lane = 0; lane < Lanes; lane++) local_ids[lane] = 32'(ids[lane][axis]);
  endfunction

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (retire_o.slots != '0) heddle_monitor_retire(32'(core_id_i), 32'(retire_o.slots), 32'(retire_o.lanes));
      if (!lockstep) begin
        for (int unsigned c = 0; c < TraceCommits; c++) begin
          if (trace_commit_valid[c]) begin
            heddle_monitor_slot(32'(trace_commit[c].tag.core), 32'(trace_commit[c].tag.warp), trace_commit[c].tag.order,
                                trace_commit[c].pc, 32'(trace_commit[c].mask));
          end
        end
      end
      if (lockstep || watch) begin
        for (int unsigned c = 0; c < TraceCommits; c++) begin
          if (trace_commit_valid[c] && (lockstep || is_watched(trace_commit[c].instr))) begin
            if (|trace_commit[c].trap) heddle_monitor_causes(widen_causes(trace_commit[c].cause));
            if (has_operands(trace_commit[c].instr)) begin
              heddle_monitor_operands(trace_commit[c].address, trace_commit[c].data);
            end
            heddle_monitor_commit(32'(trace_commit[c].tag.core), 32'(trace_commit[c].tag.warp),
                                  trace_commit[c].tag.order, trace_commit[c].pc, trace_commit[c].instr,
                                  32'(trace_commit[c].mask), trace_commit[c].retire, 32'(trace_commit[c].taken),
                                  trace_commit[c].target, 32'(trace_commit[c].trap));
          end
        end
      end
      if (lockstep) begin
        for (int unsigned p = 0; p < TracePorts; p++) begin
          if (trace_writeback_valid[p]) begin
            if (trace_writeback[p].flags != '0) heddle_monitor_flags(widen_flags(trace_writeback[p].flags));
            heddle_monitor_writeback(32'(trace_writeback[p].tag.core), 32'(trace_writeback[p].tag.warp),
                                     trace_writeback[p].tag.order, 32'(trace_writeback[p].rd),
                                     32'(trace_writeback[p].mask), trace_writeback[p].data);
          end
        end
        for (int unsigned w = 0; w < Warps; w++) begin
          if (trace_wake[w]) heddle_monitor_wake(32'(core_id_i), w, trace_wake_order[w]);
        end
        if (fault_valid_o) begin
          heddle_monitor_fault(32'(core_id_i), 32'(fault_o.warp), 32'(fault_o.lane), fault_o.cause, fault_o.pc,
                               fault_o.value, fault_o.detail, fault_o.group_id[0], fault_o.group_id[1], fault_o.group_id[2],
                               32'(fault_o.local_id));
        end
      end
      if (warp_done_valid_o) begin
        heddle_monitor_warp_done(32'(core_id_i), 32'(warp_done_o), kill_i, widen_fcsr(trace_fcsr));
      end
      if (dispatch_valid_i && dispatch_ready_o) begin
        if (lockstep) begin
          heddle_monitor_local_ids(local_ids(dispatch_i.local_id, 0), local_ids(dispatch_i.local_id, 1),
                                   local_ids(dispatch_i.local_id, 2));
        end
        heddle_monitor_dispatch(32'(core_id_i), 32'(dispatch_i.warp), 32'(dispatch_i.group_slot),
                                32'(dispatch_i.group_warps), 32'(dispatch_i.warp_in_group), 32'(dispatch_i.mask),
                                dispatch_i.group_id[0], dispatch_i.group_id[1], dispatch_i.group_id[2],
                                32'(dispatch_i.scratch_base), 32'(dispatch_i.first_buffer),
                                32'(dispatch_i.local_base), launch_i.entry);
      end
    end
  end

endmodule
