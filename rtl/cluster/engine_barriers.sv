// The mbarriers of a cluster with their sources: the cores, then what arrives from the copy engine and the matrix engine; and their port of the scratchpad.
// Latency, throughput: those of mbarrier_unit.
// Invariants: those of mbarrier_unit; its writes are not waited for.
module engine_barriers
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import engine_pkg::*;
#(
  localparam int unsigned Sources = Cores + 2
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,

  // cores
  input  barrier_request_t   [Cores-1:0]     barrier_i,
  input  logic               [Cores-1:0]     barrier_valid_i,
  output logic               [Cores-1:0]     barrier_ready_o,
  output barrier_answer_t                    answer_o,
  output logic               [Sources-1:0]   answer_valid_o,

  // completions
  input  copy_pkg::tag_t                     copy_done_i,
  input  logic                               copy_valid_i,
  output logic                               copy_ready_o,
  input  matrix_pkg::tag_t                   matrix_done_i,
  input  logic                               matrix_valid_i,
  output logic                               matrix_ready_o,

  output logic               [Waiters-1:0]   wake_o,
  input  logic               [Waiters-1:0]   cancel_i,

  // for the monitors: of the answer
  output copy_pkg::barrier_op_e              trace_op_o,
  output copy_pkg::scratch_address_t         trace_address_o,
  output logic               [31:0]          trace_operand_o,

  output scratch_request_t                   scratch_request_o,
  output logic                               scratch_request_valid_o,
  input  logic                               scratch_request_ready_i,
  input  scratch_response_t                  scratch_response_i,
  input  logic                               scratch_response_valid_i
);

  localparam int unsigned CopySource   = Cores;
  localparam int unsigned MatrixSource = Cores + 1;

  copy_pkg::barrier_op_e      [Sources-1:0]                 op;
  copy_pkg::scratch_address_t [Sources-1:0]                 op_address;
  logic                       [Sources-1:0][18:0]           op_limit;
  logic                       [Sources-1:0][31:0]           op_operand;
  logic                       [Sources-1:0][WaiterBits-1:0] op_waiter;
  logic                       [Sources-1:0]                 op_valid, op_ready;
  copy_pkg::scratch_address_t                               address;
  logic                                                     write, valid, ready, done, read_done;
  logic                       [63:0]                        data, word;

  always_comb begin
    for (int unsigned c = 0; c < Cores; c++) begin
      op[c]         = barrier_i[c].op;
      op_address[c] = barrier_i[c].address;
      op_limit[c]   = barrier_i[c].limit;
      op_operand[c] = barrier_i[c].operand;
      op_waiter[c]  = barrier_i[c].waiter;
    end
    // The addresses of commands have been checked.
    op[CopySource]           = copy_pkg::BarrierComplete;
    op_address[CopySource]   = copy_done_i.barrier;
    op_limit[CopySource]     = 19'd1 << 18;
    op_operand[CopySource]   = 32'(copy_done_i.bytes);
    op_waiter[CopySource]    = '0;
    op[MatrixSource]         = copy_pkg::BarrierArrive;
    op_address[MatrixSource] = matrix_done_i.barrier;
    op_limit[MatrixSource]   = 19'd1 << 18;
    op_operand[MatrixSource] = '0;
    op_waiter[MatrixSource]  = '0;
  end

  assign op_valid        = {matrix_valid_i, copy_valid_i, barrier_valid_i};
  assign barrier_ready_o = op_ready[Cores-1:0];
  assign copy_ready_o    = op_ready[CopySource];
  assign matrix_ready_o  = op_ready[MatrixSource];

  mbarrier_unit #(
    .Sources(Sources),
    .Waiters(Waiters)
  ) u_mbarriers (
    .clk_i,
    .rst_ni,
    .op_i             (op),
    .address_i        (op_address),
    .limit_i          (op_limit),
    .operand_i        (op_operand),
    .waiter_i         (op_waiter),
    .valid_i          (op_valid),
    .ready_o          (op_ready),
    .answer_valid_o,
    .error_o          (answer_o.error),
    .phase_o          (answer_o.phase),
    .over_o           (answer_o.over),
    .trace_op_o,
    .trace_address_o,
    .trace_operand_o,
    .wake_o,
    .cancel_i,
    .request_address_o(address),
    .request_write_o  (write),
    .request_data_o   (data),
    .request_valid_o  (valid),
    .request_ready_i  (ready),
    .response_data_i  (word),
    .response_valid_i (read_done)
  );

  // The unit does not wait for its writes.
  logic was_write;

  fifo #(
    .Width(1),
    .Depth(8)
  ) u_kinds (
    .clk_i,
    .rst_ni,
    .data_i (write),
    .valid_i(valid && ready),
    .ready_o(),
    .data_o (was_write),
    .valid_o(),
    .ready_i(done),
    .count_o()
  );

  assign read_done = done && !was_write;

  scratch_client #(
    .Bytes(8)
  ) u_client (
    .clk_i,
    .rst_ni,
    .write_i         (write),
    .address_i       (ScratchBits'(address)),
    .strobe_i        ('1),
    .data_i          (data),
    .tag_i           ('0),
    .valid_i         (valid),
    .ready_o         (ready),
    .data_o          (word),
    .valid_o         (done),
    .request_o       (scratch_request_o),
    .request_valid_o (scratch_request_valid_o),
    .request_ready_i (scratch_request_ready_i),
    .response_i      (scratch_response_i),
    .response_valid_i(scratch_response_valid_i)
  );

endmodule
