// What goes from a core to the engines: commands and operations on mbarriers, lane by lane in ascending order (hd.mbar.wait is one operation,
// of the lowest lane). One instruction at a time.
// Latency: none to the first request; a part in the cycle after the last answer.
// Invariants: one answer per request; every instruction ends in one part; an operation with an error is reported once, and its instruction ends
// as any other.
module lsu_engine
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,

  input  lsu_checked_t     send_i,          // LsuEngine
  input  lsu_slot_t        send_slot_i,
  input  logic             send_valid_i,
  output logic             send_ready_o,

  output lane_command_t    command_o,       // stays until it is answered
  output logic             command_valid_o,
  input  logic             command_ready_i,
  input  lane_answer_t     answer_i,        // not before the cycle after the request is taken
  input  logic             answer_valid_i,

  output logic [Warps-1:0] over_phase_o,    // pulse: a wait whose phase is over
  output engine_fault_t    error_o,
  output logic             error_valid_o,
  input  logic             error_ready_i,

  output lsu_part_t        part_o,
  output logic             part_valid_o,
  input  logic             part_ready_i
);

  typedef enum logic [2:0] {
    StateIdle,
    StateCommand,
    StateAnswer,
    StateError,
    StatePart
  } state_e;

  state_e       state_d, state_q;
  lsu_checked_t i_q;
  lsu_slot_t    slot_q;
  lane_mask_t   mask_q, left_d, left_q, lane_bit;
  lane_words_t  words_d, words_q;
  lane_id_t     lane;
  logic         take, waits, last;
  lane_answer_t answer_q;

  assign send_ready_o = state_q == StateIdle;
  assign take         = send_valid_i && send_ready_o;
  assign waits        = i_q.engine == LaneWait;

  lowest_one #(
    .Width(Lanes)
  ) u_lane (
    .bits_i  (left_q),
    .any_o   (),
    .onehot_o(lane_bit),
    .index_o (lane)
  );

  assign last = waits || (left_q & ~lane_bit) == '0;

  always_comb begin
    state_d = state_q;
    left_d  = left_q;
    words_d = words_q;
    unique case (state_q)
      StateIdle: if (send_valid_i) begin
        state_d = StateCommand;
        left_d  = send_i.scratch_mask;
        words_d = '0;
      end
      StateCommand: if (command_ready_i) state_d = StateAnswer;
      StateAnswer: if (answer_valid_i) begin
        words_d[lane] = (i_q.engine == LaneTest) ? 32'(answer_i.over) : 32'(answer_i.phase);
        if (answer_i.error != '0) state_d = StateError;
        else begin
          left_d  = left_q & ~lane_bit;
          state_d = last ? StatePart : StateCommand;
        end
      end
      // The lanes behind one with an error perform nothing.
      StateError:  if (error_ready_i) state_d = StatePart;
      StatePart: if (part_ready_i) state_d = StateIdle;
      default:   state_d = StateIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      i_q    <= send_i;
      slot_q <= send_slot_i;
      mask_q <= send_i.scratch_mask;
    end
    if (answer_valid_i) answer_q <= answer_i;
    words_q <= words_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= StateIdle;
      left_q  <= '0;
    end else begin
      state_q <= state_d;
      left_q  <= left_d;
    end
  end

  assign command_valid_o = state_q == StateCommand;
  assign command_o       = '{tag: i_q.tag, op: i_q.engine, lane: lane, address: i_q.address[lane][ScratchBits-1:0], operand: i_q.data[lane],
                             scratch_base: i_q.scratch_base, first_buffer: i_q.first_buffer, pc: i_q.pc};

  always_comb begin
    over_phase_o = '0;
    if (state_q == StateAnswer && answer_valid_i && waits && answer_i.error == '0 && answer_i.over) over_phase_o[i_q.tag.warp] = 1'b1;
  end


  assign error_valid_o = state_q == StateError;
  assign error_o       = '{cause: CAUSE_MBARRIER, value: {25'd0, i_q.engine, 1'b0, answer_q.error},
                           detail: i_q.address[lane] - 32'(i_q.scratch_base), pc: i_q.pc, warp: i_q.tag.warp, lane: lane};

  assign part_valid_o   = state_q == StatePart;
  assign part_o         = '{slot: slot_q, mask: mask_q, bytes: '0, words: words_q};

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_answer : assert (!answer_valid_i || state_q == StateAnswer);
      a_lanes : assert (!take || (send_i.op == LsuEngine && send_i.scratch_mask != '0));
      a_left : assert (state_q != StateCommand || left_q != '0);
    end
  end
`endif

endmodule
