// Makes the fault records of the core: traps without a handler, collectives that cannot complete, memory errors.
// A fault is reported one cycle after its cause; when two coincide the memory error waits. Later memory errors and faults of
// engines that find one waiting are dropped: the launch has failed already. `pending_o` covers the time until the report.
module fault_unit
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,

  input  event_t           event_i,
  input  logic             trap_i,              // the event's trap has no handler
  input  logic             deadlock_i,          // the event leaves the warp in a deadlock
  input  lane_mask_t       deadlock_lanes_i,
  input  pc_t              deadlock_pc_i,
  input  word_t            deadlock_operand_i,

  input  logic             error_valid_i,
  input  warp_id_t         error_warp_i,
  input  pc_t              error_pc_i,
  input  lane_id_t         error_lane_i,
  input  word_t            error_address_i,
  input  logic             error_write_i,

  input  logic             engine_valid_i,      // a fault of an engine: accepted in a cycle without a memory error
  input  engine_fault_t    engine_i,

  output warp_id_t         identity_warp_o,
  input  logic [2:0][31:0] identity_group_i,
  input  local_id_t        identity_local_base_i,

  output logic             pending_o,
  output logic             fault_valid_o,
  output fault_t           fault_o
);


  typedef struct packed {
    word_t    cause;
    pc_t      pc;
    word_t    value;
    word_t    detail;
    lane_id_t lane;
    warp_id_t warp;
  } record_t;

  record_t  record_d, record_q, error_d, error_q;
  logic     valid_d, valid_q, any_error, error_valid_d, error_valid_q;
  lane_id_t trap_lane;

  assign trap_lane = lowest_lane(event_i.path.trapping);
  assign error_d   = error_valid_i ? '{cause: error_write_i ? 32'd7 : 32'd5, pc: error_pc_i, value: error_address_i, detail: '0,
                                       lane: error_lane_i, warp: error_warp_i}
                                   : '{cause: engine_i.cause, pc: engine_i.pc, value: engine_i.value, detail: engine_i.detail,
                                       lane: engine_i.lane, warp: engine_i.warp};
  assign any_error = error_valid_i || engine_valid_i;

  always_comb begin
    record_d = error_q;
    if (trap_i) begin
      record_d.cause = 32'(event_i.cause) + 32'(event_i.cause_plus_one[trap_lane]);
      record_d.pc    = event_i.path.pc;
      record_d.detail = '0;
      record_d.value = event_i.value_per_lane ? event_i.lane_data[trap_lane] : event_i.value;
      record_d.lane  = trap_lane;
      record_d.warp  = event_i.path.warp;
    end else if (deadlock_i) begin
      record_d.cause = CAUSE_COLLECTIVE_DEADLOCK;
      record_d.pc    = deadlock_pc_i;
      record_d.value = deadlock_operand_i;
      record_d.detail = '0;
      record_d.lane  = lowest_lane(deadlock_lanes_i);
      record_d.warp  = event_i.path.warp;
    end
    valid_d       = trap_i || deadlock_i || error_valid_q;
    error_valid_d = error_valid_q ? trap_i || deadlock_i : any_error;  // one that finds another is dropped
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q       <= 1'b0;
      error_valid_q <= 1'b0;
    end else begin
      valid_q       <= valid_d;
      error_valid_q <= error_valid_d;
    end
  end
  always_ff @(posedge clk_i) begin
    if (valid_d) record_q <= record_d;
    if (any_error && !error_valid_q) error_q <= error_d;
  end

  assign identity_warp_o = record_q.warp;
  assign pending_o       = valid_q || error_valid_q || any_error;
  assign fault_valid_o   = valid_q;
  assign fault_o = '{cause: record_q.cause, pc: pc_word(record_q.pc), value: record_q.value, detail: record_q.detail, group_id: identity_group_i,
                     local_id: identity_local_base_i + local_id_t'(record_q.lane), lane: record_q.lane,
                     warp: record_q.warp};

endmodule
