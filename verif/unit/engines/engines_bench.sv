// The engines of a cluster with its scratchpad, and a lane that stores and loads words there; plain ports. For shapes of one core.
module engines_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  localparam int unsigned Dim          = 4,
  localparam int unsigned Owners       = 1 << copy_pkg::OwnerBits,
  localparam int unsigned ScratchPorts = (Lanes >= 16) ? 4 : 5,
  localparam int unsigned WindowBits   = 1 + 2 * $clog2(Dim * matrix_pkg::Blocks)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic [31:0]                    region_base_i,
  input  logic [31:0]                    region_last_i,

  input  logic                           lane_write_i,
  input  logic [31:0]                    lane_address_i,
  input  logic [31:0]                    lane_data_i,
  input  logic                           lane_valid_i,
  output logic                           lane_ready_o,
  output logic [31:0]                    lane_data_o,
  output logic                           lane_valid_o,

  input  copy_pkg::owner_t               owner_i,
  input  logic [31:0]                    scratch_base_i,
  input  logic [31:0]                    scratch_size_i,
  input  logic [1:0]                     command_buffers_i,
  input  logic                           command_first_buffer_i,
  input  logic [31:2]                    command_pc_i,
  input  warp_id_t                       command_warp_i,
  input  lane_id_t                       command_lane_i,
  input  logic                           command_matrix_i,
  input  logic [31:0]                    command_address_i,
  input  logic                           command_valid_i,
  output logic                           command_ready_o,

  input  logic [2:0]                     barrier_op_i,
  input  logic [31:0]                    barrier_address_i,
  input  logic [31:0]                    barrier_operand_i,
  input  logic [31:0]                    barrier_waiter_i,
  input  logic                           barrier_valid_i,
  output logic                           barrier_ready_o,
  output logic [2:0]                     answer_error_o,
  output logic                           answer_phase_o,    // before
  output logic                           answer_over_o,
  output logic                           answer_valid_o,
  output logic [engine_pkg::Waiters-1:0] wake_o,
  input  logic [engine_pkg::Waiters-1:0] cancel_waiter_i,

  input  logic [Owners-1:0]              forget_i,
  input  logic [Owners-1:0]              cancel_i,
  output logic [Owners-1:0]              busy_o,
  output copy_pkg::owner_t               fault_owner_o,
  output logic [1:0]                     fault_engine_o,
  output logic [15:0]                    fault_id_o,
  output logic [2:0]                     fault_cause_o,
  output logic [2:0]                     fault_operand_o,
  output logic [31:0]                    fault_value_o,
  output logic [31:0]                    fault_pc_o,
  output warp_id_t                       fault_warp_o,
  output lane_id_t                       fault_lane_o,
  output logic                           fault_valid_o,
  input  logic                           fault_ready_i,

  input  logic [31:0]                    window_word_i,     // that of lane 0; the other lanes have those behind it
  input  logic                           window_valid_i,
  output logic                           window_ready_o,
  output logic [Lanes-1:0][31:0]         window_data_o,
  output logic                           window_valid_o,

  output logic                           memory_write_o,
  output logic [31:0]                    memory_address_o,
  output line_strobe_t                   memory_strobe_o,
  output line_t                          memory_data_o,
  output logic [7:0]                     memory_id_o,
  output logic                           memory_valid_o,
  input  logic                           memory_ready_i,
  input  logic [7:0]                     memory_response_id_i,
  input  line_t                          memory_response_data_i,
  input  logic                           memory_response_valid_i
);

  localparam int unsigned Ports = Cores + ScratchPorts;

  region_t                 [Regions-1:0]          regions;
  engine_pkg::command_t    [Cores-1:0]            command;
  engine_pkg::barrier_request_t [Cores-1:0]       barrier;
  engine_pkg::barrier_answer_t                    answer;
  engine_pkg::fault_t                             fault;
  logic                    [Cores-1:0]            command_ready, barrier_ready, answer_valid;
  logic                    [Lanes-1:0][WindowBits-1:0] window_address;
  scratch_request_t        [Ports-1:0]            request;
  logic                    [Ports-1:0]            request_valid, request_ready, response_valid;
  scratch_response_t       [Ports-1:0]            response;
  mem_request_t                                   memory_request;
  mem_response_t                                  memory_response;

  always_comb begin
    regions          = '0;
    regions[0]       = '{base: region_base_i, last: region_last_i, x: 1'b0, w: 1'b1, r: 1'b1};
    command          = '0;
    command[0]       = '{matrix: command_matrix_i, address: ScratchBits'(command_address_i), owner: owner_i, scratch_base: ScratchBits'(scratch_base_i),
                         scratch_size: (ScratchBits + 1)'(scratch_size_i), buffers: command_buffers_i,
                         tag: '{core: '0, warp: command_warp_i, order: '0}, lane: command_lane_i,
                         first_buffer: command_first_buffer_i, pc: command_pc_i};
    barrier          = '0;
    barrier[0]       = '{op: copy_pkg::barrier_op_e'(barrier_op_i), address: 18'(barrier_address_i), limit: 19'(scratch_base_i + scratch_size_i),
                         operand: barrier_operand_i, waiter: engine_pkg::WaiterBits'(barrier_waiter_i), tag: '0, lane: '0};
    for (int unsigned l = 0; l < Lanes; l++) window_address[l] = WindowBits'(window_word_i + l);

    request[Cores-1:0]    = '0;
    request[0].op         = lane_write_i ? LsuStore : LsuLoad;
    request[0].mask       = lane_mask_t'(1);
    request[0].address[0] = ScratchBits'(lane_address_i);
    request[0].strobe[0]  = 4'b1111;
    request[0].data[0]    = lane_data_i;

    memory_response      = '{id: mem_id_t'(memory_response_id_i), data: memory_response_data_i, error: 1'b0};
  end

  assign request_valid[Cores-1:0] = Cores'(lane_valid_i);
  assign lane_ready_o    = request_ready[0];
  assign lane_data_o     = response[0].data[0];
  assign lane_valid_o    = response_valid[0];
  assign command_ready_o = command_ready[0];
  assign barrier_ready_o = barrier_ready[0];
  assign answer_error_o  = answer.error;
  assign answer_over_o   = answer.over;
  assign answer_valid_o  = answer_valid[0];
  assign answer_phase_o  = answer.phase;
  assign fault_owner_o   = fault.owner;
  assign fault_engine_o  = fault.engine;
  assign fault_id_o      = fault.id;
  assign fault_cause_o   = fault.cause;
  assign fault_operand_o = fault.operand;
  assign fault_value_o   = fault.value;
  assign fault_pc_o      = {fault.origin.pc, 2'b00};
  assign fault_warp_o    = fault.origin.warp;
  assign fault_lane_o    = fault.origin.lane;

  async_engines #(
    .Dim(Dim)
  ) u_engines (
    .clk_i,
    .rst_ni,
    .regions_i               (regions),
    .command_i               (command),
    .command_valid_i         (Cores'(command_valid_i)),
    .command_ready_o         (command_ready),
    .barrier_i               (barrier),
    .barrier_valid_i         (Cores'(barrier_valid_i)),
    .barrier_ready_o         (barrier_ready),
    .barrier_answer_o        (answer),
    .barrier_answer_valid_o  (answer_valid),
    .wake_o,
    .cancel_waiter_i,
    .clear_i                 (1'b0),
    .clear_word_i            ('0),
    .forget_i,
    .cancel_i,
    .busy_o,
    .fault_o                 (fault),
    .fault_valid_o,
    .fault_ready_i,
    .window_write_i          (1'b0),
    .window_mask_i           ('1),
    .window_address_i        (window_address),
    .window_data_i           ('0),
    .window_valid_i,
    .window_ready_o,
    .window_data_o,
    .window_valid_o,
    .scratch_request_o       (request[Ports-1:Cores]),
    .scratch_request_valid_o (request_valid[Ports-1:Cores]),
    .scratch_request_ready_i (request_ready[Ports-1:Cores]),
    .scratch_response_i      (response[Ports-1:Cores]),
    .scratch_response_valid_i(response_valid[Ports-1:Cores]),
    .memory_request_o        (memory_request),
    .memory_request_valid_o  (memory_valid_o),
    .memory_request_ready_i  (memory_ready_i),
    .memory_response_i       (memory_response),
    .memory_response_valid_i
  );

  assign memory_write_o   = memory_request.op == MemWrite;
  assign memory_address_o = memory_request.address;
  assign memory_strobe_o  = memory_request.strobe;
  assign memory_data_o    = memory_request.data;
  assign memory_id_o      = 8'(memory_request.id);

  scratchpad #(
    .Ports   (Ports),
    .CopyPort(Cores + 2)
  ) u_scratchpad (
    .clk_i,
    .rst_ni,
    .request_i       (request),
    .request_valid_i (request_valid),
    .request_ready_o (request_ready),
    .response_o      (response),
    .response_valid_o(response_valid),
    .clear_i         (1'b0),
    .clear_row_i     ('0)
  );

endmodule
