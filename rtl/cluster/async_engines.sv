// What works beside the lanes of a cluster (docs/copy.md, docs/matrix.md): mbarriers, copy engine, matrix engine, and how they reach the scratchpad.
// Commands and operations come from the cores; completions of the engines arrive on mbarriers here.
// Ports of the scratchpad: 0 mbarriers, 1 descriptors, 2 copy engine, then the operands of the matrix engine: one port for both where the
// scratchpad has two operands' lines in a row, else one each. Without a matrix engine (Dim is 0) the latter are idle.
// Latency, throughput: those of the parts. Structure, and the count of commands per workgroup.
// Invariants: a workgroup is busy from the cycle in which a command of it is taken until its completion has arrived or its fault has been taken.
module async_engines
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import engine_pkg::*;
#(
  parameter  int unsigned Dim          = 4,   // 0: no matrix engine
  parameter  bit          Fp8          = 1'b1,
  parameter  bit          Fp4          = 1'b1,
  parameter  int unsigned CopySlots    = CopyLines,
  localparam bit          Paired       = Lanes >= 16,
  localparam int unsigned ScratchPorts = Paired ? 4 : 5,
  localparam int unsigned Owners       = 1 << copy_pkg::OwnerBits,
  localparam int unsigned WindowBits   = (Dim == 0) ? 1 : 1 + 2 * $clog2(Dim * matrix_pkg::Blocks)
) (
  input  logic                                clk_i,
  input  logic                                rst_ni,
  input  region_t           [Regions-1:0]     regions_i,

  // cores
  input  command_t          [Cores-1:0]       command_i,
  input  logic              [Cores-1:0]       command_valid_i,
  output logic              [Cores-1:0]       command_ready_o,
  input  barrier_request_t  [Cores-1:0]       barrier_i,
  input  logic              [Cores-1:0]       barrier_valid_i,
  output logic              [Cores-1:0]       barrier_ready_o,
  output barrier_answer_t                     barrier_answer_o,
  output logic              [Cores-1:0]       barrier_answer_valid_o,
  output logic              [Waiters-1:0]     wake_o,
  input  logic              [Waiters-1:0]     cancel_waiter_i,

  // dispatcher
  input  logic              [Owners-1:0]      forget_i,   // workgroups that are gone
  input  logic              [Owners-1:0]      cancel_i,   // that have been stopped, until they are no longer busy
  output logic              [Owners-1:0]      busy_o,
  output engine_pkg::fault_t                  fault_o,
  output logic                                fault_valid_o,
  input  logic                                fault_ready_i,

  // accumulators: zeros instead of what a launch has left, while no workgroup is there
  input  logic                                clear_i,
  input  logic [matrix_pkg::BufferWordBits-1:0] clear_word_i,

  // accumulators as lanes see them: matrix_window
  input  logic                                window_write_i,
  input  lane_mask_t                          window_mask_i,
  input  logic [Lanes-1:0][WindowBits-1:0]    window_address_i,
  input  lane_words_t                         window_data_i,
  input  logic                                window_valid_i,
  output logic                                window_ready_o,
  output lane_words_t                         window_data_o,
  output logic                                window_valid_o,

  output scratch_request_t  [ScratchPorts-1:0] scratch_request_o,
  output logic              [ScratchPorts-1:0] scratch_request_valid_o,
  input  logic              [ScratchPorts-1:0] scratch_request_ready_i,
  input  scratch_response_t [ScratchPorts-1:0] scratch_response_i,
  input  logic              [ScratchPorts-1:0] scratch_response_valid_i,

  output mem_request_t                        memory_request_o,
  output logic                                memory_request_valid_o,
  input  logic                                memory_request_ready_i,
  input  mem_response_t                       memory_response_i,
  input  logic                                memory_response_valid_i
);

  localparam int unsigned RowBytes  = 4 * Lanes;
  localparam int unsigned CopyBytes = (RowBytes < LineBytes) ? ((RowBytes > 64) ? 64 : RowBytes) : ((LineBytes > 64) ? 64 : LineBytes);
  localparam int unsigned CopyPort  = (CopyBytes < 16) ? 16 : CopyBytes;
  localparam int unsigned SlotBits  = $clog2(CopySlots);
  localparam int unsigned Together  = (Dim > 8) ? Dim / 8 : 1;  // lines of a request of an operand
  localparam int unsigned Sources   = Cores + 2;  // of operations on mbarriers: cores, copy engine, matrix engine
  localparam int unsigned CountBits = 6;          // commands of a workgroup

  // ---- mbarriers -------------------------------------------------------------------------------------------------------
  logic [Sources-1:0]         answer_valid;
  logic                       copy_op_valid, copy_op_ready, matrix_op_valid, matrix_op_ready;
  /* verilator lint_off UNUSEDSIGNAL */  // read by bound monitors alone
  copy_pkg::barrier_op_e      trace_op;
  copy_pkg::scratch_address_t trace_address;
  logic [31:0]                trace_operand;
  origin_t                    trace_copy_origin, trace_matrix_origin;  // of completions whose operation is under way
  /* verilator lint_on UNUSEDSIGNAL */

  copy_pkg::tag_t    copy_done;
  matrix_pkg::tag_t  matrix_done;
  origin_t           copy_origin, matrix_origin;

  assign copy_origin   = origin_t'(copy_done.origin[$bits(origin_t)-1:0]);
  assign matrix_origin = origin_t'(matrix_done.origin[$bits(origin_t)-1:0]);

  engine_barriers u_barriers (
    .clk_i,
    .rst_ni,
    .barrier_i,
    .barrier_valid_i,
    .barrier_ready_o,
    .answer_o                (barrier_answer_o),
    .answer_valid_o          (answer_valid),
    .copy_done_i             (copy_done),
    .copy_valid_i            (copy_op_valid),
    .copy_ready_o            (copy_op_ready),
    .matrix_done_i           (matrix_done),
    .matrix_valid_i          (matrix_op_valid),
    .matrix_ready_o          (matrix_op_ready),
    .wake_o,
    .cancel_i                (cancel_waiter_i),
    .trace_op_o              (trace_op),
    .trace_address_o         (trace_address),
    .trace_operand_o         (trace_operand),
    .scratch_request_o       (scratch_request_o[0]),
    .scratch_request_valid_o (scratch_request_valid_o[0]),
    .scratch_request_ready_i (scratch_request_ready_i[0]),
    .scratch_response_i      (scratch_response_i[0]),
    .scratch_response_valid_i(scratch_response_valid_i[0])
  );

  assign barrier_answer_valid_o = answer_valid[Cores-1:0];

  // ---- commands --------------------------------------------------------------------------------------------------------
  command_t               command;
  logic [ScratchBits-1:0] fetch_address;
  logic                   fetch_valid, fetch_ready, fetched, copy_valid, copy_ready, matrix_valid, matrix_ready;
  logic [255:0]           fetched_line;
  logic [1023:0]          descriptor;

  engine_fetch u_fetch (
    .clk_i,
    .rst_ni,
    .command_i,
    .command_valid_i,
    .command_ready_o,
    .address_o      (fetch_address),
    .valid_o        (fetch_valid),
    .ready_i        (fetch_ready),
    .data_i         (fetched_line),
    .valid_i        (fetched),
    .command_o      (command),
    .descriptor_o   (descriptor),
    .copy_valid_o   (copy_valid),
    .copy_ready_i   (copy_ready),
    .matrix_valid_o (matrix_valid),
    .matrix_ready_i (matrix_ready)
  );

  scratch_client #(
    .Bytes    (32),
    .Alignment(16)  // as descriptors are
  ) u_fetch_client (
    .clk_i,
    .rst_ni,
    .write_i         (1'b0),
    .address_i       (fetch_address),
    .strobe_i        ('0),
    .data_i          ('0),
    .tag_i           ('0),
    .valid_i         (fetch_valid),
    .ready_o         (fetch_ready),
    .data_o          (fetched_line),
    .valid_o         (fetched),
    .request_o       (scratch_request_o[1]),
    .request_valid_o (scratch_request_valid_o[1]),
    .request_ready_i (scratch_request_ready_i[1]),
    .response_i      (scratch_response_i[1]),
    .response_valid_i(scratch_response_valid_i[1])
  );

  // ---- copy engine -----------------------------------------------------------------------------------------------------
  copy_pkg::context_t         copy_context;
  copy_pkg::fault_t           copy_fault;
  copy_pkg::scratch_address_t copy_address;
  logic                       copy_done_valid, copy_done_ready, copy_fault_valid, copy_fault_ready, copy_write, copy_request, copy_accepted, copy_answered;
  logic [CopyPort-1:0]        copy_strobe;
  logic [8*CopyPort-1:0]      copy_data, copy_word;
  logic [Owners-1:0]          copy_busy, copy_arrives_busy, matrix_arrives_busy;
  logic                       memory_write;
  logic [31:0]                memory_address;
  line_strobe_t               memory_strobe;
  line_t                      memory_data;
  logic [SlotBits-1:0]        memory_id;

  // ---- who gave it ---------------------------------------------------------------------------------------------------------
  origin_t                        copy_from, matrix_from;
  copy_pkg::origin_t              copy_memory_origin, copy_scratch_origin;
  logic [31:0]                    copy_number_d, copy_number_q, matrix_number_d, matrix_number_q;
  slot_tag_t                      copy_memory_tag, copy_scratch_tag;

  // A launch begins: nothing is left of the workgroups of the one before.
  assign copy_number_d   = (forget_i == '1) ? '0 : copy_number_q + 32'(copy_valid && copy_ready);
  assign matrix_number_d = (forget_i == '1) ? '0 : matrix_number_q + 32'(matrix_valid && matrix_ready);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      copy_number_q   <= '0;
      matrix_number_q <= '0;
    end else begin
      copy_number_q   <= copy_number_d;
      matrix_number_q <= matrix_number_d;
    end
  end

  always_comb begin
    copy_from        = '{pc: command.pc, core: command.tag.core, warp: command.tag.warp, lane: command.lane,
                         first_buffer: command.first_buffer, scratch_base: command.scratch_base, number: copy_number_q};
    matrix_from      = copy_from;
    matrix_from.number = matrix_number_q;
    copy_memory_tag  = '{core: '0, warp: '0, order: copy_memory_origin[31:0]};
    copy_scratch_tag = '{core: '0, warp: '0, order: copy_scratch_origin[31:0]};
  end

  assign copy_context = '{owner: command.owner, scratch_base: copy_pkg::scratch_address_t'(command.scratch_base), scratch_size: 19'(command.scratch_size),
                          origin: copy_pkg::origin_t'(copy_from)};

  copy_engine #(
    .LineBytes   (LineBytes),
    .ScratchBytes(CopyPort),
    .Regions     (Regions),
    .Slots       (CopySlots)
  ) u_copy (
    .clk_i,
    .rst_ni,
    .regions_i,
    .command_i               (descriptor),
    .context_i               (copy_context),
    .command_valid_i         (copy_valid),
    .command_ready_o         (copy_ready),
    .forget_i,
    .cancel_i,
    .busy_o                  (copy_busy),
    .done_o                  (copy_done),
    .done_valid_o            (copy_done_valid),
    .done_ready_i            (copy_done_ready),
    .fault_o                 (copy_fault),
    .fault_valid_o           (copy_fault_valid),
    .fault_ready_i           (copy_fault_ready),
    .memory_write_o          (memory_write),
    .memory_address_o        (memory_address),
    .memory_strobe_o         (memory_strobe),
    .memory_data_o           (memory_data),
    .memory_id_o             (memory_id),
    .memory_origin_o         (copy_memory_origin),
    .memory_valid_o          (memory_request_valid_o),
    .memory_ready_i          (memory_request_ready_i),
    .memory_response_id_i    (memory_response_i.id[SlotBits-1:0]),
    .memory_response_data_i  (memory_response_i.data),
    .memory_response_error_i (memory_response_i.error),
    .memory_response_valid_i,
    .scratch_write_o         (copy_write),
    .scratch_address_o       (copy_address),
    .scratch_strobe_o        (copy_strobe),
    .scratch_data_o          (copy_data),
    .scratch_origin_o        (copy_scratch_origin),
    .scratch_valid_o         (copy_request),
    .scratch_ready_i         (copy_accepted),
    .scratch_response_data_i (copy_word),
    .scratch_response_valid_i(copy_answered)
  );

  always_comb begin
    memory_request_o         = '0;
    memory_request_o.op      = memory_write ? MemWrite : MemRead;
    memory_request_o.address = memory_address;
    memory_request_o.strobe  = memory_strobe;
    memory_request_o.data    = memory_data;
    memory_request_o.id      = mem_id_t'(memory_id);
    memory_request_o.tag     = copy_memory_tag;
  end

  scratch_client #(
    .Bytes(CopyPort)
  ) u_copy_client (
    .clk_i,
    .rst_ni,
    .write_i         (copy_write),
    .address_i       (ScratchBits'(copy_address)),
    .strobe_i        (copy_strobe),
    .data_i          (copy_data),
    .tag_i           (copy_scratch_tag),
    .valid_i         (copy_request),
    .ready_o         (copy_accepted),
    .data_o          (copy_word),
    .valid_o         (copy_answered),
    .request_o       (scratch_request_o[2]),
    .request_valid_o (scratch_request_valid_o[2]),
    .request_ready_i (scratch_request_ready_i[2]),
    .response_i      (scratch_response_i[2]),
    .response_valid_i(scratch_response_valid_i[2])
  );

  // ---- matrix engine -------------------------------------------------------------------------------------------------------
  matrix_pkg::context_t               matrix_context;
  matrix_pkg::fault_t                 matrix_fault;
  matrix_pkg::scratch_address_t [1:0][Together-1:0] operand_address;
  logic                         [1:0] operand_all, operand_valid, operand_behind, operand_ready, operand_answered;
  matrix_pkg::group_t           [1:0][Together-1:0] operand_line;
  logic                               matrix_done_valid, matrix_done_ready, matrix_fault_valid, matrix_fault_ready;

  // Buffers count from the first that the workgroup has been given.
  logic [511:0] matrix_descriptor;

  always_comb begin
    matrix_descriptor     = descriptor[511:0];
    matrix_descriptor[10] = descriptor[10] ^ command.first_buffer;
  end

  assign matrix_context = '{owner: command.owner, scratch_base: matrix_pkg::scratch_address_t'(command.scratch_base), scratch_size: 19'(command.scratch_size),
                            buffers: command.first_buffer ? {command.buffers[0], command.buffers[1]} : command.buffers,
                            origin: matrix_pkg::origin_t'(matrix_from)};

  if (Dim != 0) begin : gen_matrix
    matrix_engine #(
      .Dim  (Dim),
      .Lanes(Lanes),
      .Fp8  (Fp8),
      .Fp4  (Fp4)
    ) u_matrix (
      .clk_i,
      .rst_ni,
      .command_i        (matrix_descriptor),
      .context_i        (matrix_context),
      .command_valid_i  (matrix_valid),
      .command_ready_o  (matrix_ready),
      .forget_i,
      .done_o           (matrix_done),
      .done_valid_o     (matrix_done_valid),
      .done_ready_i     (matrix_done_ready),
      .fault_o          (matrix_fault),
      .fault_valid_o    (matrix_fault_valid),
      .fault_ready_i    (matrix_fault_ready),
      .idle_o           (),
      .request_address_o(operand_address),
      .request_all_o    (operand_all),
      .request_valid_o  (operand_valid),
      .request_behind_o (operand_behind),
      .request_ready_i  (operand_ready),
      .response_data_i  (operand_line),
      .response_valid_i (operand_answered),
      .clear_i,
      .clear_word_i,
      .lane_write_i     (window_write_i),
      .lane_mask_i      (window_mask_i),
      .lane_address_i   (window_address_i),
      .lane_data_i      (window_data_i),
      .lane_valid_i     (window_valid_i),
      .lane_ready_o     (window_ready_o),
      .lane_data_o      (window_data_o),
      .lane_valid_o     (window_valid_o)
    );

    engine_operands #(
      .Together(Together)
    ) u_operands (
      .clk_i,
      .rst_ni,
      .address_i               (operand_address),
      .all_i                   (operand_all),
      .valid_i                 (operand_valid),
      .behind_i                (operand_behind),
      .ready_o                 (operand_ready),
      .line_o                  (operand_line),
      .valid_o                 (operand_answered),
      .scratch_request_o       (scratch_request_o[ScratchPorts-1:3]),
      .scratch_request_valid_o (scratch_request_valid_o[ScratchPorts-1:3]),
      .scratch_request_ready_i (scratch_request_ready_i[ScratchPorts-1:3]),
      .scratch_response_i      (scratch_response_i[ScratchPorts-1:3]),
      .scratch_response_valid_i(scratch_response_valid_i[ScratchPorts-1:3])
    );
  end else begin : gen_no_matrix
    assign matrix_ready       = 1'b0;
    assign matrix_done        = '0;
    assign matrix_done_valid  = 1'b0;
    assign matrix_fault       = '0;
    assign matrix_fault_valid = 1'b0;
    assign window_ready_o     = 1'b0;
    assign window_data_o      = '0;
    assign window_valid_o     = 1'b0;
    assign scratch_request_o[ScratchPorts-1:3]       = '0;
    assign scratch_request_valid_o[ScratchPorts-1:3] = '0;
    assign operand_address    = '0;
    assign operand_all        = '0;
    assign operand_valid      = '0;
    assign operand_behind     = '0;
    assign operand_ready      = '0;
    assign operand_line       = '0;
    assign operand_answered   = '0;

    logic unused_matrix;
    assign unused_matrix = ^{matrix_descriptor, matrix_context, matrix_done_ready, matrix_fault_ready, operand_address, operand_all, operand_valid, operand_behind, operand_ready,
                             operand_line, operand_answered, clear_i, clear_word_i,
                             window_write_i, window_mask_i, window_address_i, window_data_i, window_valid_i,
                             scratch_request_ready_i[ScratchPorts-1:3], scratch_response_i[ScratchPorts-1:3], scratch_response_valid_i[ScratchPorts-1:3]};
  end

  // ---- completions -----------------------------------------------------------------------------------------------------------
  engine_pkg::fault_t copy_arrival_fault, matrix_arrival_fault;
  logic               copy_arrival_failed, copy_arrival_taken, matrix_arrival_failed, matrix_arrival_taken;

  engine_arrivals u_copy_arrivals (
    .clk_i,
    .rst_ni,
    .owner_i      (copy_done.owner),
    .id_i         (copy_done.id),
    .origin_i     (copy_origin),
    .op_i         (copy_pkg::BarrierComplete),
    .barrier_i    (copy_done.barrier),
    .stopped_i    (cancel_i[copy_done.owner]),
    .arrives_i    (copy_done.complete),
    .done_valid_i (copy_done_valid),
    .done_ready_o (copy_done_ready),
    .valid_o      (copy_op_valid),
    .ready_i      (copy_op_ready),
    .answer_i     (answer_valid[Cores]),
    .error_i      (barrier_answer_o.error),
    .fault_o      (copy_arrival_fault),
    .fault_valid_o(copy_arrival_failed),
    .fault_ready_i(copy_arrival_taken),
    .busy_o       (copy_arrives_busy),
    .trace_origin_o(trace_copy_origin)
  );

  engine_arrivals u_matrix_arrivals (
    .clk_i,
    .rst_ni,
    .owner_i      (matrix_done.owner),
    .id_i         (matrix_done.id),
    .origin_i     (matrix_origin),
    .op_i         (copy_pkg::BarrierArrive),
    .barrier_i    (matrix_done.barrier),
    .stopped_i    (cancel_i[matrix_done.owner]),
    .arrives_i    (matrix_done.arrive),
    .done_valid_i (matrix_done_valid),
    .done_ready_o (matrix_done_ready),
    .valid_o      (matrix_op_valid),
    .ready_i      (matrix_op_ready),
    .answer_i     (answer_valid[Cores+1]),
    .error_i      (barrier_answer_o.error),
    .fault_o      (matrix_arrival_fault),
    .fault_valid_o(matrix_arrival_failed),
    .fault_ready_i(matrix_arrival_taken),
    .busy_o       (matrix_arrives_busy),
    .trace_origin_o(trace_matrix_origin)
  );

  // ---- faults ------------------------------------------------------------------------------------------------------------------
  engine_pkg::fault_t [3:0] faults;
  origin_t                  matrix_fault_origin;

  assign matrix_fault_origin = origin_t'(matrix_fault.origin[$bits(origin_t)-1:0]);

  always_comb begin
    faults[0] = '{owner: copy_fault.owner, engine: EngineCopy, id: copy_fault.id, cause: copy_fault.cause, operand: '0, value: copy_fault.value,
                  origin: origin_t'(copy_fault.origin[$bits(origin_t)-1:0])};
    faults[1] = '{owner: matrix_fault.owner, engine: EngineMatrix, id: matrix_fault.id, cause: matrix_fault.cause, operand: matrix_fault.operand,
                  value: matrix_fault.value, origin: matrix_fault_origin};
    // The descriptor's own word 0.
    if (matrix_fault.cause == matrix_pkg::FaultFormat) faults[1].value[10] = matrix_fault.value[10] ^ matrix_fault_origin.first_buffer;
    faults[2] = copy_arrival_fault;
    faults[3] = matrix_arrival_fault;
  end

  engine_faults u_faults (
    .clk_i,
    .rst_ni,
    .fault_i (faults),
    .valid_i ({matrix_arrival_failed, copy_arrival_failed, matrix_fault_valid, copy_fault_valid}),
    .ready_o ({matrix_arrival_taken, copy_arrival_taken, matrix_fault_ready, copy_fault_ready}),
    .cancel_i,
    .fault_o,
    .valid_o (fault_valid_o),
    .ready_i (fault_ready_i)
  );

  // ---- whose commands are under way --------------------------------------------------------------------------------------------------
  logic [Owners-1:0][CountBits-1:0] matrix_count_d, matrix_count_q;

  always_comb begin
    for (int unsigned o = 0; o < Owners; o++) begin
      matrix_count_d[o] = matrix_count_q[o] + CountBits'(matrix_valid && matrix_ready && 32'(command.owner) == o) -
                          CountBits'(matrix_done_valid && matrix_done_ready && 32'(matrix_done.owner) == o) -
                          CountBits'(matrix_fault_valid && matrix_fault_ready && 32'(matrix_fault.owner) == o);
      busy_o[o] = copy_busy[o] || matrix_count_q[o] != '0 || copy_arrives_busy[o] || matrix_arrives_busy[o];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) matrix_count_q <= '0;
    else         matrix_count_q <= matrix_count_d;
  end

  if (MemIdBits > SlotBits) begin : gen_unused_id
    logic unused_id;
    assign unused_id = ^memory_response_i.id[MemIdBits-1:SlotBits];
  end

  if (SlotBits > MemIdBits) begin : gen_bad_slots
    $error("the identifiers of the memory port name no more than CopyLines lines");
  end

endmodule
