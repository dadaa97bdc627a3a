// One launch slot of the host port: its register block, launch validation, the status of the launch, its counters and interrupt.
//
// Latency: control.start raises status.busy in the next cycle; start_o follows when launch_check has found the launch possible, otherwise
// status.done rises with status.rejected.
// Invariants: start_o comes only while no launch of the slot runs; launch_o is stable while status.busy.
module launch_port
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import heddle_regs_pkg::*;
#(
  /* verilator lint_off UNUSEDPARAM */  // for the monitors alone
  parameter int unsigned Slot = 0
  /* verilator lint_on UNUSEDPARAM */
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  // accesses, of which host_port makes answers: offsets within the block
  input  logic                wr_en_i,
  input  word_t               wr_addr_i,
  input  word_t               wr_data_i,
  input  logic [3:0]          wr_strb_i,
  output logic                wr_error_o,
  input  word_t               rd_addr_i,
  output word_t               rd_data_o,
  output logic                rd_error_o,

  output logic                irq_o,
  output logic                ended_o,         // levels: status.done, and with status.fault
  output logic                ended_fault_o,

  // dispatcher
  output launch_t             launch_o,
  output local_id_t           local_items_o,   // work-items of a workgroup
  output logic                start_o,         // pulse
  output logic                abort_o,         // pulse
  input  logic                done_i,          // pulse, with how the launch ended
  input  logic                aborted_i,
  input  logic                faulted_i,
  input  fault_t              fault_i,         // holds from done_i to the next start_o
  input  core_id_t            fault_core_i,

  input  retire_t [Cores-1:0] retire_i,        // what retired in the launch's cores in this cycle
  input  stalls_t [Cores-1:0] stalls_i         // what their warp slots did in it; those of other cores are idle
);

  localparam int unsigned SlotSumBits = $clog2(Cores * RetirePorts + 1);
  localparam int unsigned LaneSumBits = $clog2(Cores * RetirePorts * Lanes + 1);

  localparam int unsigned StallSumBits = $clog2(Cores * Warps + 1);

  typedef enum logic [1:0] {StateIdle, StateCheck, StateRun} state_e;

  heddle_regs_in_t  hw;
  heddle_regs_out_t regs;

  state_e           state_d, state_q;
  logic             done_d, done_q;
  logic             faulted_d, faulted_q;
  logic             aborted_d, aborted_q;         // in StateCheck: the host has asked for it
  logic             rejected_d, rejected_q;
  logic [2:0]       reason_d, reason_q;
  logic             busy, check_done;
  logic [2:0]       check_reason;

  logic [63:0]            cycles_d, cycles_q;
  logic [63:0]            warp_instrs_d, warp_instrs_q;
  logic [63:0]            lane_instrs_d, lane_instrs_q;
  logic [SlotSumBits-1:0] warp_sum_d, warp_sum_q;
  logic [LaneSumBits-1:0] lane_sum_d, lane_sum_q;
  logic [StallReasons-1:0][63:0]             warp_cycles_d, warp_cycles_q;
  logic [StallReasons-1:0][StallSumBits-1:0] stall_sum_d, stall_sum_q;

  heddle_regs u_regs (
    .clk_i,
    .rst_ni,
    .busy_i    (busy),
    .wr_en_i,
    .wr_addr_i,
    .wr_data_i,
    .wr_strb_i,
    .wr_error_o,
    .rd_addr_i,
    .rd_data_o,
    .rd_error_o,
    .hw_i      (hw),
    .reg_o     (regs)
  );

  always_comb begin
    hw                 = '0;
    hw.status.busy     = busy;
    hw.status.done     = done_q;
    hw.status.fault    = faulted_q;
    hw.status.aborted  = aborted_q && !busy;
    hw.status.rejected = rejected_q;
    hw.status.reason   = reason_q;
    hw.fault_cause     = fault_i.cause;
    hw.fault_pc        = fault_i.pc;
    hw.fault_value     = fault_i.value;
    hw.fault_detail    = fault_i.detail;
    hw.fault_group     = fault_i.group_id;
    hw.fault_local     = 32'(fault_i.local_id);
    hw.fault_place.lane = 8'(fault_i.lane);
    hw.fault_place.warp = 8'(fault_i.warp);
    hw.fault_place.core = 8'(fault_core_i);
    hw.cycles_lo       = cycles_q[31:0];
    hw.cycles_hi       = cycles_q[63:32];
    hw.warp_instrs_lo  = warp_instrs_q[31:0];
    hw.warp_instrs_hi  = warp_instrs_q[63:32];
    hw.lane_instrs_lo  = lane_instrs_q[31:0];
    hw.lane_instrs_hi  = lane_instrs_q[63:32];
    hw.warp_cycles_issued_lo = warp_cycles_q[StallIssued][31:0];
    hw.warp_cycles_issued_hi = warp_cycles_q[StallIssued][63:32];
    hw.warp_cycles_operand_lo = warp_cycles_q[StallOperand][31:0];
    hw.warp_cycles_operand_hi = warp_cycles_q[StallOperand][63:32];
    hw.warp_cycles_memory_lo = warp_cycles_q[StallMemory][31:0];
    hw.warp_cycles_memory_hi = warp_cycles_q[StallMemory][63:32];
    hw.warp_cycles_unit_lo = warp_cycles_q[StallUnit][31:0];
    hw.warp_cycles_unit_hi = warp_cycles_q[StallUnit][63:32];
    hw.warp_cycles_port_lo = warp_cycles_q[StallPort][31:0];
    hw.warp_cycles_port_hi = warp_cycles_q[StallPort][63:32];
    hw.warp_cycles_control_lo = warp_cycles_q[StallControl][31:0];
    hw.warp_cycles_control_hi = warp_cycles_q[StallControl][63:32];
    hw.warp_cycles_fetch_lo = warp_cycles_q[StallFetch][31:0];
    hw.warp_cycles_fetch_hi = warp_cycles_q[StallFetch][63:32];
    hw.warp_cycles_barrier_lo = warp_cycles_q[StallBarrier][31:0];
    hw.warp_cycles_barrier_hi = warp_cycles_q[StallBarrier][63:32];
    hw.warp_cycles_drain_lo = warp_cycles_q[StallDrain][31:0];
    hw.warp_cycles_drain_hi = warp_cycles_q[StallDrain][63:32];
    hw.warp_cycles_idle_lo = warp_cycles_q[StallIdle][31:0];
    hw.warp_cycles_idle_hi = warp_cycles_q[StallIdle][63:32];
  end

  assign irq_o         = done_q && regs.interrupt_enable.done;
  assign ended_o       = done_q;
  assign ended_fault_o = done_q && faulted_q;

  // ---- launch -----------------------------------------------------------------------------------------------------
  always_comb begin
    launch_o              = '0;
    launch_o.entry        = regs.entry;
    launch_o.kernel       = regs.kernel;
    launch_o.args         = regs.args;
    launch_o.private_base = regs.private_base;
    launch_o.private_size = regs.private_size;
    launch_o.scratch_size = regs.scratch_size;
    launch_o.accumulators = regs.accumulators[1:0];
    launch_o.num_groups   = regs.num_groups;
    launch_o.local_size   = regs.local_size;
    for (int unsigned i = 0; i < Regions; i++) begin
      launch_o.regions[i].base = regs.region_base[i];
      launch_o.regions[i].last = regs.region_last[i];
      launch_o.regions[i].x    = regs.region_attr[i].x;
      launch_o.regions[i].w    = regs.region_attr[i].w;
      launch_o.regions[i].r    = regs.region_attr[i].r;
    end
  end

  launch_check u_launch_check (
    .clk_i,
    .rst_ni,
    .start_i           (regs.control.start),
    .num_groups_i      (regs.num_groups),
    .local_size_i      (regs.local_size),
    .scratch_size_i    (regs.scratch_size),
    .private_size_low_i(regs.private_size[1:0]),
    .accumulators_i    (regs.accumulators),
    .done_o            (check_done),
    .reason_o          (check_reason),
    .items_o           (local_items_o)
  );

  assign busy    = state_q != StateIdle;
  assign abort_o = state_q == StateRun && regs.control.abort;

  always_comb begin
    state_d    = state_q;
    done_d     = done_q && !regs.interrupt_clear.done;
    faulted_d  = faulted_q;
    aborted_d  = aborted_q;
    rejected_d = rejected_q;
    reason_d   = reason_q;
    start_o    = 1'b0;
    unique case (state_q)
      StateIdle: begin
        if (regs.control.start) begin
          state_d    = StateCheck;
          done_d     = 1'b0;
          faulted_d  = 1'b0;
          aborted_d  = 1'b0;
          rejected_d = 1'b0;
          reason_d   = '0;
        end
      end
      StateCheck: begin
        if (regs.control.abort) aborted_d = 1'b1;
        if (check_done) begin
          rejected_d = check_reason != '0;
          reason_d   = check_reason;
          if (rejected_d || aborted_d) begin
            state_d   = StateIdle;
            done_d    = 1'b1;
            aborted_d = !rejected_d;
          end else begin
            state_d = StateRun;
            start_o = 1'b1;
          end
        end
      end
      StateRun: begin
        if (done_i) begin
          state_d   = StateIdle;
          done_d    = 1'b1;
          aborted_d = aborted_i;
          faulted_d = faulted_i;
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  // ---- counters ---------------------------------------------------------------------------------------------------
  // The sums over the cores are registered, which keeps them off the cores' paths; a warp's last instruction still counts
  // before status.done shows, because the dispatcher needs as many cycles.
  always_comb begin
    warp_sum_d = '0;
    lane_sum_d = '0;
    for (int unsigned c = 0; c < Cores; c++) begin
      warp_sum_d = warp_sum_d + SlotSumBits'(retire_i[c].slots);
      lane_sum_d = lane_sum_d + LaneSumBits'(retire_i[c].lanes);
    end
    // Every cycle adds one reason for each warp slot; that they are those of two cycles ago is lost in the idle ones before a launch.
    for (int unsigned r = 0; r < StallReasons; r++) begin
      stall_sum_d[r] = '0;
      for (int unsigned c = 0; c < Cores; c++) stall_sum_d[r] = stall_sum_d[r] + StallSumBits'(stalls_i[c][r]);
      warp_cycles_d[r] = warp_cycles_q[r];
      if (regs.control.start) warp_cycles_d[r] = '0;
      else if (busy)          warp_cycles_d[r] = warp_cycles_q[r] + 64'(stall_sum_q[r]);
    end
    cycles_d      = cycles_q + 64'(busy);
    warp_instrs_d = warp_instrs_q + 64'(warp_sum_q);
    lane_instrs_d = lane_instrs_q + 64'(lane_sum_q);
    if (regs.control.start) begin
      cycles_d      = '0;
      warp_instrs_d = '0;
      lane_instrs_d = '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q       <= StateIdle;
      done_q        <= 1'b0;
      faulted_q     <= 1'b0;
      aborted_q     <= 1'b0;
      rejected_q    <= 1'b0;
      reason_q      <= '0;
      cycles_q      <= '0;
      warp_instrs_q <= '0;
      lane_instrs_q <= '0;
      warp_cycles_q <= '0;
      stall_sum_q   <= {StallSumBits'(Cores * Warps), ((StallReasons - 1) * StallSumBits)'(0)};  // all idle
      warp_sum_q    <= '0;
      lane_sum_q    <= '0;
    end else begin
      state_q       <= state_d;
      done_q        <= done_d;
      faulted_q     <= faulted_d;
      aborted_q     <= aborted_d;
      rejected_q    <= rejected_d;
      reason_q      <= reason_d;
      cycles_q      <= cycles_d;
      warp_instrs_q <= warp_instrs_d;
      lane_instrs_q <= lane_instrs_d;
      warp_cycles_q <= warp_cycles_d;
      stall_sum_q   <= stall_sum_d;
      warp_sum_q    <= warp_sum_d;
      lane_sum_q    <= lane_sum_d;
    end
  end

`ifndef SYNTHESIS
  logic [63:0] warp_cycles_sum;
  always_comb begin
    warp_cycles_sum = '0;
    if (done_d && !done_q) begin
      for (int unsigned r = 0; r < StallReasons; r++) warp_cycles_sum = warp_cycles_sum + warp_cycles_q[r];
    end
  end
  a_warp_cycles : assert property (@(posedge clk_i) disable iff (!rst_ni)
      done_d && !done_q |-> warp_cycles_sum == cycles_q * 64'(Cores * Warps));
  // (That launch_o is stable while busy is asserted in heddle_regs, which refuses the writes.)
  // A launch ends only if one runs, and either it was rejected or it was started.
  assert property (@(posedge clk_i) disable iff (!rst_ni) done_i |-> state_q == StateRun);
`endif

endmodule
