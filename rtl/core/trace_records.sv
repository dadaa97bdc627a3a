// The records that the verification monitors read (core_pkg): what the execute stage and memory instructions commit, and what
// is written back, in the cycle it happens. Combinational; nothing in the design depends on it, so synthesis removes it.
module trace_records
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  core_id_t                          core_id_i,

  input  logic       [Ports-1:0]            execute_valid_i,   // not a memory instruction, not killed
  input  slot_t      [Ports-1:0]            execute_slot_i,
  input  event_t     [Ports-1:0]            execute_event_i,
  input  lane_mask_t [Ports-1:0]            taken_i,
  input  word_t      [Ports-1:0]            target_i,
  input  logic       [Ports-1:0]            again_i,           // an hd.mbar.wait that is performed again: its operands
  input  lane_words_t [Ports-1:0]           address_i,
  input  lane_words_t [Ports-1:0]           data_i,

  input  logic                              safe_valid_i,      // a memory instruction that does not wait for the check
  input  slot_t                             safe_slot_i,
  input  lane_words_t                       safe_address_i,
  input  lane_words_t                       safe_data_i,

  input  logic                              check_valid_i,     // one that does
  input  lsu_check_t                        check_i,
  input  slot_t                             checked_slot_i,
  input  lane_words_t                       checked_address_i,
  input  lane_words_t                       checked_data_i,

  input  logic [TracePorts-1:0]             write_valid_i,     // taken in this cycle
  input  register_write_t [TracePorts-1:0]  write_i,
  input  lane_flags_t                       pipe_flags_i,      // of the floating-point pipe's port
  input  lane_flags_t                       flags_i,           // of the last port, the other floating-point units

  output logic [TraceCommits-1:0]           commit_valid_o,
  output trace_commit_t [TraceCommits-1:0]  commit_o,
  output logic [TracePorts-1:0]             writeback_valid_o,
  output trace_writeback_t [TracePorts-1:0] writeback_o
);

  logic [4:0] base_cause;
  assign base_cause = (lsu_op_e'(checked_slot_i.decoded.operation[2:0]) inside {LsuLoad, LsuLr}) ? 5'd4 : 5'd6;

  always_comb begin
    commit_valid_o      = {execute_valid_i, check_valid_i, safe_valid_i};

    commit_o[0]         = '0;
    commit_o[0].tag     = '{core: core_id_i, warp: safe_slot_i.warp, order: safe_slot_i.order};
    commit_o[0].pc      = pc_word(safe_slot_i.pc);
    commit_o[0].instr   = safe_slot_i.decoded.instr;
    commit_o[0].mask    = safe_slot_i.mask;
    commit_o[0].retire  = 1'b1;
    commit_o[0].address = safe_address_i;
    commit_o[0].data    = safe_data_i;

    for (int unsigned p = 0; p < Ports; p++) begin
      commit_o[2+p].tag     = '{core: core_id_i, warp: execute_slot_i[p].warp, order: execute_slot_i[p].order};
      commit_o[2+p].pc      = pc_word(execute_slot_i[p].pc);
      commit_o[2+p].instr   = execute_slot_i[p].decoded.instr;
      commit_o[2+p].mask    = execute_event_i[p].path.executed;
      commit_o[2+p].retire  = !(execute_event_i[p].path.leave inside {LaneToSync, LaneToWait});
      commit_o[2+p].taken   = taken_i[p];
      commit_o[2+p].target  = target_i[p];
      commit_o[2+p].trap    = execute_event_i[p].path.trapping;
      commit_o[2+p].cause   = {Lanes{execute_event_i[p].cause}};
      commit_o[2+p].address = again_i[p] ? address_i[p] : '0;
      commit_o[2+p].data    = again_i[p] ? data_i[p] : '0;
    end

    commit_o[1]         = '0;
    commit_o[1].tag     = '{core: core_id_i, warp: checked_slot_i.warp, order: checked_slot_i.order};
    commit_o[1].pc      = pc_word(checked_slot_i.pc);
    commit_o[1].instr   = checked_slot_i.decoded.instr;
    commit_o[1].mask    = checked_slot_i.mask;
    commit_o[1].retire  = 1'b1;
    commit_o[1].trap    = check_i.misaligned | check_i.access_fault;
    commit_o[1].address = checked_address_i;
    commit_o[1].data    = checked_data_i;
    for (int unsigned l = 0; l < Lanes; l++) commit_o[1].cause[l] = base_cause + 5'(check_i.access_fault[l]);
  end

  always_comb begin
    writeback_valid_o = write_valid_i;
    for (int unsigned p = 0; p < TracePorts; p++) begin
      writeback_o[p].tag   = '{core: core_id_i, warp: write_i[p].warp, order: write_i[p].order};
      writeback_o[p].rd    = write_i[p].rd;
      writeback_o[p].mask  = write_i[p].mask;
      writeback_o[p].data  = write_i[p].data;
      writeback_o[p].flags = '0;
    end
    writeback_o[Ports+1].flags      = pipe_flags_i;
    writeback_o[TracePorts-1].flags = flags_i;
  end

  // Whatever commits in one cycle for one warp is in slot order.
`ifndef SYNTHESIS
  for (genvar i = 0; i < TraceCommits; i++) begin : gen_first
    for (genvar j = i + 1; j < TraceCommits; j++) begin : gen_second
      a_order : assert property (@(posedge clk_i) disable iff (!rst_ni)
          commit_valid_o[i] && commit_valid_o[j] && commit_o[i].tag.warp == commit_o[j].tag.warp |->
          commit_o[i].tag.order < commit_o[j].tag.order);
    end
  end
`else
  logic unused;
  assign unused = ^{clk_i, rst_ni};
`endif

endmodule
