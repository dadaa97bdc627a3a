// Bench top: the execute stage of the last port, with plain ports.
module execute_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic [31:0] warps_o,
  output logic [31:0] lanes_o,

  // operand stage
  input  logic        valid_i,
  input  logic [31:0] warp_i,
  input  logic [31:0] order_i,
  input  logic [31:0] pc_i,
  input  logic [5:0]  depth_i,
  input  logic [31:0] mask_i,
  input  logic [31:0] instr_i,
  input  logic [3:0]  unit_i,
  input  logic [5:0]  operation_i,
  input  logic [2:0]  imm_i,
  // predict_stop, predict_taken, killed, speculative, resolve, sync, dynamic_mode, d_float, writes, b_imm, a_pc
  input  logic [10:0] bits_i,
  input  logic [31:0] a_i [Lanes],
  input  logic [31:0] b_i [Lanes],
  input  logic [31:0] c_i [Lanes],
  input  logic [31:0] csr_i [Lanes],
  input  logic [2:0]  frm_i [Lanes],
  input  logic [1:0]  squash_valid_i,
  input  logic [31:0] squash_warp_i [Squashes],
  output logic        csr_read_o,
  output logic [11:0] csr_number_o,

  // execute stage
  input  logic [31:0] live_i,
  output logic        valid_o,
  output logic [31:0] warp_o,
  output logic [31:0] order_o,
  output logic        killed_o,
  output logic [31:0] a_o [Lanes],
  output logic [31:0] b_o [Lanes],
  output logic [31:0] c_o [Lanes],
  output logic [2:0]  rounding_o [Lanes],
  output logic [31:0] completing_o,
  output logic [31:0] address_o [Lanes],
  output logic [31:0] live_warp_o,
  output logic        again_o,
  output logic [31:0] executed_o,
  output logic        write_valid_o,
  output logic [31:0] write_warp_o,
  output logic [31:0] write_order_o,
  output logic [5:0]  write_rd_o,
  output logic [31:0] write_mask_o,
  output logic [31:0] write_data_o [Lanes],
  output logic        resolves_o,
  output logic        astray_o,
  output logic        live_slot_o,
  output logic [31:0] taken_o,
  output logic [31:0] target_o,

  output logic [31:0] event_warp_o,
  output logic [31:0] event_pc_o,
  output logic [5:0]  event_depth_o,
  output logic [31:0] event_path_o,
  output logic [31:0] event_executed_o,
  output logic [31:0] event_moved_o,
  output logic [31:0] event_trapping_o,
  output logic [2:0]  event_leave_o,
  output logic [31:0] event_target_o,
  output logic [5:0]  event_target_depth_o,
  output logic [31:0] event_rest_o,
  output logic [31:0] event_sync_operand_o,
  output logic [31:0] event_predicted_pc_o,
  // ordering, LR, SC, fence.i, value per lane; csr_write, predicted, yield, retired, trap
  output logic [9:0]  event_bits_o,
  output logic [4:0]  event_cause_o,
  output logic [31:0] event_value_o,
  output logic [11:0] event_csr_o,
  output logic [31:0] event_data_o [Lanes]
);

  assign warps_o = 32'(Warps);
  assign lanes_o = 32'(Lanes);

  slot_t          slot, out;
  lane_words_t    a, b, c, csr, a_out, b_out, c_out, address;
  lane_rounding_t frm, rounding;
  squash_t [Squashes-1:0] squash;
  squash_t        memory_squash;
  lane_mask_t     completing, executed, taken;
  warp_id_t       live_warp;
  register_write_t write;
  event_t         slot_event;

  always_comb begin
    slot                       = '0;
    slot.warp                  = warp_id_t'(warp_i);
    slot.order                 = order_i;
    slot.pc                    = pc_i[31:2];
    slot.depth                 = depth_i;
    slot.mask                  = lane_mask_t'(mask_i);
    slot.decoded.instr         = instr_i;
    slot.decoded.unit          = unit_e'(unit_i);
    slot.decoded.operation     = operation_i;
    slot.decoded.imm           = imm_e'(imm_i);
    slot.decoded.predict_stop  = bits_i[10];
    slot.decoded.predict_taken = bits_i[9];
    slot.killed                = bits_i[8];
    slot.speculative           = bits_i[7];
    slot.resolve               = bits_i[6];
    slot.decoded.sync          = bits_i[5];
    slot.decoded.dynamic_mode  = bits_i[4];
    slot.decoded.d_float       = bits_i[3];
    slot.decoded.writes        = bits_i[2];
    slot.decoded.b_imm         = bits_i[1];
    slot.decoded.a_pc          = bits_i[0];
    for (int l = 0; l < Lanes; l++) begin
      a[l]   = a_i[l];
      b[l]   = b_i[l];
      c[l]   = c_i[l];
      csr[l] = csr_i[l];
      frm[l] = frm_i[l];
    end
    for (int s = 0; s < Squashes; s++) squash[s] = '{valid: squash_valid_i[s], warp: warp_id_t'(squash_warp_i[s])};
    memory_squash = squash[0];
  end

  execute u_execute (
    .clk_i,
    .rst_ni,
    .operand_valid_i(valid_i),
    .operand_slot_i (slot),
    .operand_a_i    (a),
    .operand_b_i    (b),
    .operand_c_i    (c),
    .csr_read_o,
    .csr_number_o,
    .csr_data_i     (csr),
    .frm_i          (frm),
    .squash_i       (squash),
    .memory_squash_i(memory_squash),
    .valid_o,
    .slot_o         (out),
    .a_o            (a_out),
    .b_o            (b_out),
    .c_o            (c_out),
    .rounding_o     (rounding),
    .completing_o   (completing),
    .address_o      (address),
    .live_warp_o    (live_warp),
    .live_i         (lane_mask_t'(live_i)),
    .waits_i        (1'b0),
    .scratch_size_i ('0),
    .again_o,
    .executed_o     (executed),
    .write_valid_o,
    .write_o        (write),
    .event_o        (slot_event),
    .resolves_o,
    .astray_o,
    .live_slot_o,
    .taken_o        (taken),
    .target_o
  );

  assign warp_o               = 32'(out.warp);
  assign order_o              = out.order;
  assign killed_o             = out.killed;
  assign completing_o         = 32'(completing);
  assign live_warp_o          = 32'(live_warp);
  assign executed_o           = 32'(executed);
  assign taken_o              = 32'(taken);
  assign write_warp_o         = 32'(write.warp);
  assign write_order_o        = write.order;
  assign write_rd_o           = write.rd;
  assign write_mask_o         = 32'(write.mask);
  assign event_warp_o         = 32'(slot_event.path.warp);
  assign event_pc_o           = pc_word(slot_event.path.pc);
  assign event_depth_o        = slot_event.path.depth;
  assign event_path_o         = 32'(slot_event.path.path);
  assign event_executed_o     = 32'(slot_event.path.executed);
  assign event_moved_o        = 32'(slot_event.path.moved);
  assign event_trapping_o     = 32'(slot_event.path.trapping);
  assign event_leave_o        = slot_event.path.leave;
  assign event_target_o       = pc_word(slot_event.path.target);
  assign event_target_depth_o = slot_event.path.target_depth;
  assign event_rest_o         = pc_word(slot_event.path.rest);
  assign event_sync_operand_o = slot_event.path.sync_operand;
  assign event_predicted_pc_o = pc_word(slot_event.path.predicted_pc);
  assign event_bits_o = {slot_event.path.ordering, slot_event.path.load_reserved, slot_event.path.store_conditional, slot_event.fence_i,
                         slot_event.value_per_lane, slot_event.csr_write, slot_event.path.predicted, slot_event.path.yield,
                         slot_event.path.retired, slot_event.path.trap};
  assign event_cause_o        = slot_event.cause;
  assign event_value_o        = slot_event.value;
  assign event_csr_o          = slot_event.csr;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign a_o[l]          = a_out[l];
    assign b_o[l]          = b_out[l];
    assign c_o[l]          = c_out[l];
    assign rounding_o[l]   = rounding[l];
    assign address_o[l]    = address[l];
    assign write_data_o[l] = write.data[l];
    assign event_data_o[l] = slot_event.lane_data[l];
  end

  // What exceeds the shape, and what others look at.
  logic unused;
  assign unused = ^{warp_i, pc_i[1:0], mask_i, live_i, out, slot_event};

endmodule
