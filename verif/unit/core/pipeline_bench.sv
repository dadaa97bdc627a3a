// Bench top: issue stage and register file, side by side with plain ports.
module pipeline_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // warps, lanes, ports, banks, clears
  output logic [31:0] shape_o [5],

  // ---- shared by issue stage and register file ----
  input  logic        start_valid_i,
  input  logic [31:0] start_warp_i,
  input  logic [1:0]  squash_valid_i,
  input  logic [31:0] squash_warp_i [Squashes],

  // ---- issue stage ----
  input  logic        stall_i,
  input  logic [31:0] accept_i,
  input  logic [31:0] collecting_i,
  input  logic [31:0] collecting_warp_i [Ports],
  input  logic [31:0] ready_i,
  input  logic [31:0] head_valid_i,
  input  logic [31:0] head_instr_i [Warps],
  input  logic [3:0]  head_unit_i [Warps],
  // extra, predict_taken, waits_float, dynamic_mode, control, d c b a float, writes, reads c b a
  input  logic [13:0] head_bits_i [Warps],
  input  logic [3:0]  space_i,                // memory, divide, fpu_divide, special
  input  logic [31:0] float_idle_i,
  input  logic [31:0] reserved_mode_i,
  input  logic [31:0] clear_valid_i,
  input  logic [31:0] clear_warp_i [Clears],
  input  logic [5:0]  clear_number_i [Clears],
  input  logic [1:0]  squash_count_i [Squashes],
  output logic [31:0] any_busy_o,
  output logic [31:0] hazard_o,
  output logic [31:0] hazard_memory_o,
  output logic [31:0] blocked_memory_o,
  output logic [31:0] request_o,
  output logic [31:0] valid_o,
  output logic [31:0] warp_o [Ports],
  output logic [31:0] order_o [Ports],
  output logic [31:0] head_whole_o,           // by port: it is the head of warp_o
  output logic [31:0] control_o,
  output logic [31:0] distance_o [Ports],
  output logic [31:0] bank_free_o [RegisterBanks],
  output logic [31:0] next_order_o [Warps],

  // ---- register file ----
  input  logic [31:0] stack_i,
  input  logic [31:0] args_i,
  input  logic        slot_valid_i,
  input  logic [31:0] slot_warp_i,
  input  logic [31:0] slot_order_i,
  input  logic [31:0] slot_instr_i,
  input  logic [3:0]  slot_unit_i,
  input  logic [7:0]  slot_bits_i,            // d c b a float, writes, reads c b a
  input  logic        slot_resolve_i,
  input  logic [63:0] slot_rest_i,            // pc, depth, mask, speculative
  output logic        slot_ready_o,
  output logic        collecting_o,
  output logic        read_valid_o,
  output logic [31:0] read_warp_o,
  output logic        read_resolve_o,
  output logic        early_valid_o,
  output logic [31:0] early_warp_o,
  output logic [5:0]  early_number_o,
  output logic [1:0]  stage_live_o,
  output logic        operand_valid_o,
  output logic [127:0] slot_o,                // the slot that is taken, and that whose operands are there, but for `killed`
  output logic [127:0] operand_slot_o,
  output logic        operand_killed_o,
  output logic [31:0] operand_a_o [Lanes],
  output logic [31:0] operand_b_o [Lanes],
  output logic [31:0] operand_c_o [Lanes],
  input  logic [31:0] write_valid_i,
  input  logic [31:0] write_warp_i [RegisterBanks],
  input  logic [5:0]  write_rd_i [RegisterBanks],
  input  logic [31:0] write_mask_i [RegisterBanks],
  input  logic [31:0] write_data_i [RegisterBanks][Lanes]
);

  assign shape_o = '{Warps, Lanes, Ports, RegisterBanks, Clears};

  function automatic decoded_t decoded_of(logic [31:0] instr, logic [3:0] unit, logic [13:0] bits);
    // What neither looks at, but hands on, follows from the instruction.
    decoded_of               = decoded_t'({2{instr ^ (instr << 13) ^ (instr >> 7)}});
    decoded_of.instr         = instr;
    decoded_of.unit          = unit_e'(unit);
    decoded_of.extra         = bits[13:12];
    decoded_of.predict_taken = bits[11];
    decoded_of.waits_float   = bits[10];
    decoded_of.dynamic_mode  = bits[9];
    decoded_of.control       = bits[8];
    {decoded_of.d_float, decoded_of.c_float, decoded_of.b_float, decoded_of.a_float} = bits[7:4];
    {decoded_of.writes, decoded_of.reads_c, decoded_of.reads_b, decoded_of.reads_a}  = bits[3:0];
  endfunction

  squash_t [Squashes-1:0]      squash;
  logic [Squashes-1:0][1:0]    squash_count;
  // (Verilator 5.006 cannot sample an array port in an assertion: what one looks at is copied in a process.)
  always_comb begin
    for (int s = 0; s < Squashes; s++) begin
      squash[s]       = '{valid: squash_valid_i[s], warp: warp_id_t'(squash_warp_i[s])};
      squash_count[s] = squash_count_i[s];
    end
  end

  // ---- issue stage ----
  decoded_t                 head [Warps];
  decoded_t [Ports-1:0]     issued_head;
  unit_space_t              space;
  clear_t [Clears-1:0]      clear;
  warp_id_t [Ports-1:0]     collecting_warp, issued_warp;
  logic [Ports-1:0]         issued_valid, control;
  logic [Ports-1:0][31:0]   issued_order;
  pc_t [Ports-1:0]          distance;
  logic [Warps-1:0]         any_busy, hazard, hazard_memory, blocked_memory, request;
  logic [Warps-1:0][31:0]   next_order;
  logic [RegisterBanks-1:0][LastWrite:0] bank_free;

  assign space = '{memory: space_i[0], divide: space_i[1], fpu_divide: space_i[2], special: space_i[3]};
  for (genvar w = 0; w < Warps; w++) begin : gen_head
    assign next_order_o[w] = next_order[w];
  end
  always_comb begin
    for (int c = 0; c < Clears; c++) begin
      clear[c] = '{valid: clear_valid_i[c], warp: warp_id_t'(clear_warp_i[c]), number: clear_number_i[c]};
    end
    for (int p = 0; p < Ports; p++) collecting_warp[p] = warp_id_t'(collecting_warp_i[p]);
    for (int w = 0; w < Warps; w++) head[w] = decoded_of(head_instr_i[w], head_unit_i[w], head_bits_i[w]);
  end
  for (genvar p = 0; p < Ports; p++) begin : gen_port
    assign warp_o[p]          = 32'(issued_warp[p]);
    assign order_o[p]         = issued_order[p];
    assign head_whole_o[p]    = issued_head[p] == head[issued_warp[p]];
    assign distance_o[p]      = 32'(distance[p]);
  end
  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_free
    assign bank_free_o[b] = 32'(bank_free[b]);
  end

  issue_stage u_issue (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i     (warp_id_t'(start_warp_i)),
    .stall_i,
    .accept_i         (accept_i[Ports-1:0]),
    .collecting_i     (collecting_i[Ports-1:0]),
    .collecting_warp_i(collecting_warp),
    .ready_i          (ready_i[Warps-1:0]),
    .head_valid_i     (head_valid_i[Warps-1:0]),
    .head_i           (head),
    .space_i          (space),
    .float_idle_i     (float_idle_i[Warps-1:0]),
    .reserved_mode_i  (reserved_mode_i[Warps-1:0]),
    .clear_i          (clear),
    .squash_i         (squash),
    .squash_count_i   (squash_count),
    .any_busy_o       (any_busy),
    .hazard_o         (hazard),
    .hazard_memory_o  (hazard_memory),
    .blocked_memory_o (blocked_memory),
    .request_o        (request),
    .valid_o          (issued_valid),
    .warp_o           (issued_warp),
    .order_o          (issued_order),
    .head_o           (issued_head),
    .bank_free_o      (bank_free),
    .control_o        (control),
    .distance_o       (distance),
    .next_order_o     (next_order)
  );
  assign head_whole_o[31:Ports] = '0;
  assign any_busy_o       = 32'(any_busy);
  assign hazard_o         = 32'(hazard);
  assign hazard_memory_o  = 32'(hazard_memory);
  assign blocked_memory_o = 32'(blocked_memory);
  assign request_o        = 32'(request);
  assign valid_o          = 32'(issued_valid);
  assign control_o        = 32'(control);

  // ---- register file ----
  slot_t       slot, operand_slot;
  warp_id_t    read_warp;
  clear_t      early;
  lane_words_t operand_a, operand_b, operand_c;
  register_write_t [RegisterBanks-1:0] write;

  always_comb begin
    slot         = '0;
    slot.warp    = warp_id_t'(slot_warp_i);
    slot.order   = slot_order_i;
    slot.resolve = slot_resolve_i;
    {slot.pc, slot.depth, slot.speculative, slot.mask} = slot_rest_i[30+6+1+Lanes-1:0];
    slot.decoded = decoded_of(slot_instr_i, slot_unit_i, 14'(slot_bits_i));
    for (int b = 0; b < RegisterBanks; b++) begin
      write[b]      = '0;
      write[b].warp = warp_id_t'(write_warp_i[b]);
      write[b].rd   = write_rd_i[b];
      write[b].mask = lane_mask_t'(write_mask_i[b]);
      for (int l = 0; l < Lanes; l++) write[b].data[l] = write_data_i[b][l];
    end
  end

  register_file u_registers (
    .clk_i,
    .rst_ni,
    .start_valid_i,
    .start_warp_i   (warp_id_t'(start_warp_i)),
    .stack_i,
    .args_i,
    .squash_i       (squash),
    .stage_live_o,
    .slot_valid_i,
    .slot_i         (slot),
    .slot_ready_o,
    .collecting_o,
    .read_valid_o,
    .read_warp_o    (read_warp),
    .read_resolve_o,
    .early_clear_o  (early),
    .operand_valid_o,
    .operand_slot_o (operand_slot),
    .operand_a_o    (operand_a),
    .operand_b_o    (operand_b),
    .operand_c_o    (operand_c),
    .write_valid_i  (write_valid_i[RegisterBanks-1:0]),
    .write_i        (write)
  );
  assign read_warp_o      = 32'(read_warp);
  assign early_valid_o    = early.valid;
  assign early_warp_o     = 32'(early.warp);
  assign early_number_o   = early.number;
  assign operand_killed_o = operand_slot.killed;
  always_comb begin
    slot_t live;
    live           = operand_slot;
    live.killed    = 1'b0;
    operand_slot_o = 128'(live) ^ 128'({live, live} >> 128);
    slot_o         = 128'(slot) ^ 128'({slot, slot} >> 128);
  end
  for (genvar l = 0; l < Lanes; l++) begin : gen_operand
    assign operand_a_o[l] = operand_a[l];
    assign operand_b_o[l] = operand_b[l];
    assign operand_c_o[l] = operand_c[l];
  end

  // What exceeds the shape.
  logic unused;
  assign unused = ^slot_rest_i;

endmodule
