// Surrounds heddle_regs for a C++ test: every value that hardware gives is hw_value_i + the offset of its register, cut to
// its fields, and mirror_o shows what reg_o holds for the register at mirror_addr_i, as a word. Combinational around the block.
module regs_bench
  import heddle_config_pkg::*;
  import heddle_regs_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        busy_i,
  input  logic        wr_en_i,
  input  logic [31:0] wr_addr_i,
  input  logic [31:0] wr_data_i,
  input  logic [3:0]  wr_strb_i,
  output logic        wr_error_o,
  input  logic [31:0] rd_addr_i,
  output logic [31:0] rd_data_o,
  output logic        rd_error_o,
  input  logic [31:0] hw_value_i,
  input  logic [11:0] mirror_addr_i,
  output logic [31:0] mirror_o,
  output logic [1:0]  control_o,
  output logic        interrupt_clear_o
);

  heddle_regs_in_t  hw;
  heddle_regs_out_t regs;
  logic [31:0]      status;
  logic [23:0]      place;

  assign status = hw_value_i + 32'(REG_STATUS);
  assign place  = 24'(hw_value_i + 32'(REG_FAULT_PLACE));

  always_comb begin
    hw                 = '0;
    hw.status.busy     = status[0];
    hw.status.done     = status[1];
    hw.status.fault    = status[2];
    hw.status.aborted  = status[3];
    hw.status.rejected = status[4];
    hw.status.reason   = status[10:8];
    hw.fault_cause     = hw_value_i + 32'(REG_FAULT_CAUSE);
    hw.fault_pc        = hw_value_i + 32'(REG_FAULT_PC);
    hw.fault_value     = hw_value_i + 32'(REG_FAULT_VALUE);
    hw.fault_detail    = hw_value_i + 32'(REG_FAULT_DETAIL);
    for (int unsigned i = 0; i < 3; i++) hw.fault_group[i] = hw_value_i + 32'(REG_FAULT_GROUP) + 32'(4 * i);
    hw.fault_local      = hw_value_i + 32'(REG_FAULT_LOCAL);
    hw.fault_place.lane = place[7:0];
    hw.fault_place.warp = place[15:8];
    hw.fault_place.core = place[23:16];
    hw.cycles_lo        = hw_value_i + 32'(REG_CYCLES_LO);
    hw.cycles_hi        = hw_value_i + 32'(REG_CYCLES_HI);
    hw.warp_instrs_lo   = hw_value_i + 32'(REG_WARP_INSTRS_LO);
    hw.warp_instrs_hi   = hw_value_i + 32'(REG_WARP_INSTRS_HI);
    hw.lane_instrs_lo   = hw_value_i + 32'(REG_LANE_INSTRS_LO);
    hw.lane_instrs_hi   = hw_value_i + 32'(REG_LANE_INSTRS_HI);
    hw.warp_cycles_issued_lo = hw_value_i + 32'(REG_WARP_CYCLES_ISSUED_LO);
    hw.warp_cycles_issued_hi = hw_value_i + 32'(REG_WARP_CYCLES_ISSUED_HI);
    hw.warp_cycles_operand_lo = hw_value_i + 32'(REG_WARP_CYCLES_OPERAND_LO);
    hw.warp_cycles_operand_hi = hw_value_i + 32'(REG_WARP_CYCLES_OPERAND_HI);
    hw.warp_cycles_memory_lo = hw_value_i + 32'(REG_WARP_CYCLES_MEMORY_LO);
    hw.warp_cycles_memory_hi = hw_value_i + 32'(REG_WARP_CYCLES_MEMORY_HI);
    hw.warp_cycles_unit_lo = hw_value_i + 32'(REG_WARP_CYCLES_UNIT_LO);
    hw.warp_cycles_unit_hi = hw_value_i + 32'(REG_WARP_CYCLES_UNIT_HI);
    hw.warp_cycles_port_lo = hw_value_i + 32'(REG_WARP_CYCLES_PORT_LO);
    hw.warp_cycles_port_hi = hw_value_i + 32'(REG_WARP_CYCLES_PORT_HI);
    hw.warp_cycles_control_lo = hw_value_i + 32'(REG_WARP_CYCLES_CONTROL_LO);
    hw.warp_cycles_control_hi = hw_value_i + 32'(REG_WARP_CYCLES_CONTROL_HI);
    hw.warp_cycles_fetch_lo = hw_value_i + 32'(REG_WARP_CYCLES_FETCH_LO);
    hw.warp_cycles_fetch_hi = hw_value_i + 32'(REG_WARP_CYCLES_FETCH_HI);
    hw.warp_cycles_barrier_lo = hw_value_i + 32'(REG_WARP_CYCLES_BARRIER_LO);
    hw.warp_cycles_barrier_hi = hw_value_i + 32'(REG_WARP_CYCLES_BARRIER_HI);
    hw.warp_cycles_drain_lo = hw_value_i + 32'(REG_WARP_CYCLES_DRAIN_LO);
    hw.warp_cycles_drain_hi = hw_value_i + 32'(REG_WARP_CYCLES_DRAIN_HI);
    hw.warp_cycles_idle_lo = hw_value_i + 32'(REG_WARP_CYCLES_IDLE_LO);
    hw.warp_cycles_idle_hi = hw_value_i + 32'(REG_WARP_CYCLES_IDLE_HI);
  end

  heddle_regs u_regs (
    .clk_i,
    .rst_ni,
    .busy_i,
    .wr_en_i,
    .wr_addr_i,
    .wr_data_i,
    .wr_strb_i,
    .wr_error_o,
    .rd_addr_i,
    .rd_data_o,
    .rd_error_o,
    .hw_i (hw),
    .reg_o(regs)
  );

  assign control_o         = {regs.control.abort, regs.control.start};
  assign interrupt_clear_o = regs.interrupt_clear.done;

  always_comb begin
    mirror_o = '0;
    unique case (mirror_addr_i)
      REG_INTERRUPT_ENABLE: mirror_o[0] = regs.interrupt_enable.done;
      REG_ENTRY:            mirror_o = regs.entry;
      REG_KERNEL:           mirror_o = regs.kernel;
      REG_ARGS:             mirror_o = regs.args;
      REG_PRIVATE_BASE:     mirror_o = regs.private_base;
      REG_PRIVATE_SIZE:     mirror_o = regs.private_size;
      REG_SCRATCH_SIZE:     mirror_o = regs.scratch_size;
      REG_ACCUMULATORS:     mirror_o = regs.accumulators;
      default:              mirror_o = '0;
    endcase
    for (int unsigned i = 0; i < 3; i++) begin
      if (mirror_addr_i == REG_NUM_GROUPS + 12'(4 * i)) mirror_o = regs.num_groups[i];
      if (mirror_addr_i == REG_LOCAL_SIZE + 12'(4 * i)) mirror_o = regs.local_size[i];
    end
    for (int unsigned i = 0; i < Regions; i++) begin
      if (mirror_addr_i == REG_REGION_BASE + 12'(16 * i)) mirror_o = regs.region_base[i];
      if (mirror_addr_i == REG_REGION_LAST + 12'(16 * i)) mirror_o = regs.region_last[i];
      if (mirror_addr_i == REG_REGION_ATTR + 12'(16 * i)) begin
        mirror_o[0] = regs.region_attr[i].r;
        mirror_o[1] = regs.region_attr[i].w;
        mirror_o[2] = regs.region_attr[i].x;
      end
    end
  end

endmodule
