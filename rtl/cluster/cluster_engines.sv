// The engines of a cluster beside its cores: async_engines, with whose command of a lane is whose workgroup's, the cores in turn at the
// accumulators, answers to commands, and faults on their way to the core of the lane that gave the command.
// Latency: a command is answered in the cycle after its engine has taken it; otherwise that of async_engines.
// Invariants: one answer per command or operation of a core; a workgroup is busy until nothing of its commands is left but a fault that is
// reported (fault_pending_o).
module cluster_engines
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import engine_pkg::*;
#(
  localparam int unsigned ScratchPorts = (Lanes >= 16) ? 4 : 5,
  localparam int unsigned Groups       = Cores * Warps
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  launch_t                              launch_i,
  input  logic                                 kill_i,

  // dispatcher
  input  dispatch_t                            dispatch_i,
  input  logic              [Cores-1:0]        dispatch_taken_i,
  input  logic                                 clear_i,         // a launch begins
  input  logic              [Groups-1:0]       release_i,       // workgroups that are gone, by core and name
  output logic              [Groups-1:0]       busy_o,          // workgroups with commands under way
  output logic                                 fault_pending_o,

  // cores
  input  lane_command_t     [Cores-1:0]        command_i,
  input  logic              [Cores-1:0]        command_valid_i,
  output logic              [Cores-1:0]        command_ready_o,
  output lane_answer_t      [Cores-1:0]        answer_o,
  output logic              [Cores-1:0]        answer_valid_o,
  output logic              [Cores-1:0][Warps-1:0] wake_o,
  input  window_request_t   [Cores-1:0]        window_request_i,
  input  logic              [Cores-1:0]        window_request_valid_i,
  output logic              [Cores-1:0]        window_request_ready_o,
  output scratch_response_t                    window_response_o,
  output logic              [Cores-1:0]        window_response_valid_o,
  output engine_fault_t                        fault_o,
  output logic              [Cores-1:0]        fault_valid_o,
  input  logic              [Cores-1:0]        fault_ready_i,

  output scratch_request_t  [ScratchPorts-1:0] scratch_request_o,
  output logic              [ScratchPorts-1:0] scratch_request_valid_o,
  input  logic              [ScratchPorts-1:0] scratch_request_ready_i,
  input  scratch_response_t [ScratchPorts-1:0] scratch_response_i,
  input  logic              [ScratchPorts-1:0] scratch_response_valid_i,

  output mem_request_t                         memory_request_o,
  output logic                                 memory_request_valid_o,
  input  logic                                 memory_request_ready_i,
  input  mem_response_t                        memory_response_i,
  input  logic                                 memory_response_valid_i
);

  localparam int unsigned Owners = 1 << copy_pkg::OwnerBits;
  localparam int unsigned Words  = AccumulatorBits - 2;   // bits of a word's address in the accumulators

  if (ScratchBits > 18) begin : gen_bad_shape
    $error("the engines name 256 KB of scratchpad");
  end

  // ---- commands and operations of lanes --------------------------------------------------------------------------------
  warp_id_t         [Cores-1:0][Warps-1:0] group_q;        // of each warp: the slot of its workgroup's warp 0
  command_t         [Cores-1:0]            command;
  barrier_request_t [Cores-1:0]            barrier;
  barrier_answer_t                         barrier_answer;
  logic             [Cores-1:0]            is_command, command_ready, barrier_ready, barrier_answered, taken_q;

  always_ff @(posedge clk_i) begin
    for (int unsigned c = 0; c < Cores; c++) begin
      if (dispatch_taken_i[c]) group_q[c][dispatch_i.warp] <= dispatch_i.group_slot;
    end
  end

  always_comb begin
    for (int unsigned c = 0; c < Cores; c++) begin
      is_command[c] = command_i[c].op inside {LaneCopy, LaneMatrix};
      command[c]    = '{matrix: command_i[c].op == LaneMatrix, address: command_i[c].address,
                        owner: copy_pkg::owner_t'(c * Warps + 32'(group_q[c][command_i[c].tag.warp])), scratch_base: command_i[c].scratch_base,
                        scratch_size: launch_i.scratch_size[ScratchBits:0],
                        buffers: {launch_i.accumulators == 2'd2, launch_i.accumulators != 2'd0}, tag: command_i[c].tag, lane: command_i[c].lane,
                        first_buffer: command_i[c].first_buffer, pc: command_i[c].pc};
      barrier[c]    = '{op: copy_pkg::barrier_op_e'(command_i[c].op), address: copy_pkg::scratch_address_t'(command_i[c].address),
                        limit: 19'(command_i[c].scratch_base) + launch_i.scratch_size[18:0], operand: command_i[c].operand,
                        waiter: WaiterBits'(c * Warps + 32'(command_i[c].tag.warp)), tag: command_i[c].tag, lane: command_i[c].lane};
      answer_o[c]   = '{error: barrier_answered[c] ? barrier_answer.error : copy_pkg::BarrierFine, phase: barrier_answer.phase,
                        over: barrier_answer.over};
    end
  end

  assign command_ready_o = (is_command & command_ready) | (~is_command & barrier_ready);
  assign answer_valid_o  = barrier_answered | taken_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= '0;
    else         taken_q <= command_valid_i & is_command & command_ready;
  end

  // ---- accumulators: the cores in turn; answers in order -------------------------------------------------------------------
  localparam int unsigned WindowDepth = 8;

  typedef struct packed {
    logic [Cores-1:0] core;
    lane_mask_t       mask;
    slot_tag_t        tag;
  } window_entry_t;

  logic            [Cores-1:0] window_grant;
  window_entry_t               window_entry;
  logic                        window_room, window_some;
  lane_words_t                 window_data;
  core_id_t                    window_core;
  logic                        window_any, window_ready, window_take, window_answered;
  window_request_t             window;
  logic [Lanes-1:0][Words-1:0] window_words;

  rr_arbiter #(
    .Width(Cores)
  ) u_windows (
    .clk_i,
    .rst_ni,
    .request_i(window_request_valid_i),
    .accept_i (window_take),
    .valid_o  (window_any),
    .grant_o  (window_grant),
    .index_o  (window_core)
  );

  assign window                  = window_request_i[window_core];
  assign window_take             = window_any && window_ready && window_room;
  assign window_request_ready_o  = window_take ? window_grant : '0;
  assign window_response_valid_o = window_answered ? window_entry.core : '0;
  assign window_response_o       = '{mask: window_entry.mask, data: window_data, tag: window_entry.tag};

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) window_words[l] = window.address[l][AccumulatorBits-1:2];
  end

  fifo #(
    .Width($bits(window_entry_t)),
    .Depth(WindowDepth)
  ) u_window_entries (
    .clk_i,
    .rst_ni,
    .data_i ({window_grant, window.mask, window.tag}),
    .valid_i(window_take),
    .ready_o(window_room),
    .data_o (window_entry),
    .valid_o(window_some),
    .ready_i(window_answered),
    .count_o()
  );

  // ---- engines --------------------------------------------------------------------------------------------------------------
  logic [Owners-1:0]   forget, cancel, busy;
  engine_pkg::fault_t  fault;
  logic                fault_valid;
  logic [Waiters-1:0]  wake;

  assign forget = clear_i ? '1 : Owners'(release_i);
  assign cancel = {Owners{kill_i}};
  assign busy_o = busy[Groups-1:0];
  assign wake_o = wake;

  async_engines #(
    .Dim(MatrixDim),
    .Fp8(MatrixFp8 != 0),
    .Fp4(MatrixFp4 != 0)
  ) u_engines (
    .clk_i,
    .rst_ni,
    .regions_i             (launch_i.regions),
    .command_i             (command),
    .command_valid_i       (command_valid_i & is_command),
    .command_ready_o       (command_ready),
    .barrier_i             (barrier),
    .barrier_valid_i       (command_valid_i & ~is_command),
    .barrier_ready_o       (barrier_ready),
    .barrier_answer_o      (barrier_answer),
    .barrier_answer_valid_o(barrier_answered),
    .wake_o                (wake),
    .cancel_waiter_i       ({Waiters{kill_i}}),
    .forget_i              (forget),
    .cancel_i              (cancel),
    .busy_o                (busy),
    .fault_o               (fault),
    .fault_valid_o         (fault_valid),
    .fault_ready_i         (fault_valid_o != '0 && (fault_valid_o & ~fault_ready_i) == '0),
    .window_write_i        (window.write),
    .window_mask_i         (window.mask),
    .window_address_i      (window_words),
    .window_data_i         (window.data),
    .window_valid_i        (window_any && window_room),
    .window_ready_o        (window_ready),
    .window_data_o         (window_data),
    .window_valid_o        (window_answered),
    .scratch_request_o,
    .scratch_request_valid_o,
    .scratch_request_ready_i,
    .scratch_response_i,
    .scratch_response_valid_i,
    .memory_request_o,
    .memory_request_valid_o,
    .memory_request_ready_i,
    .memory_response_i,
    .memory_response_valid_i
  );

  // ---- faults ---------------------------------------------------------------------------------------------------------------
  word_t cause;

  always_comb begin
    unique case (fault.engine)
      EngineCopy:   cause = CAUSE_COPY_ENGINE;
      EngineMatrix: cause = CAUSE_MATRIX_ENGINE;
      default:      cause = CAUSE_MBARRIER;
    endcase
  end

  assign fault_pending_o = fault_valid;
  assign fault_o         = '{cause: cause, value: {fault.id, 8'd0, 1'b0, fault.operand, 1'b0, fault.cause}, detail: fault.value,
                             pc: fault.origin.pc, warp: fault.origin.warp, lane: fault.origin.lane};

  always_comb begin
    fault_valid_o = '0;
    if (fault_valid) fault_valid_o[fault.origin.core] = 1'b1;
  end

  logic unused;
  assign unused = ^{dispatch_i, fault.owner, fault.origin, busy, window_some, window.address, launch_i};

`ifndef SYNTHESIS
  a_answer : assert property (@(posedge clk_i) disable iff (!rst_ni) (barrier_answered & taken_q) == '0);
  a_window : assert property (@(posedge clk_i) disable iff (!rst_ni) window_answered |-> window_some);
`endif

endmodule
