// Bound to async_engines: reports commands as they are taken, their ends, and operations on mbarriers with their answers.
module engine_monitor
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import engine_pkg::*;
  import monitor_pkg::*;
(
  input logic                                clk_i,
  input logic                                rst_ni,
  input logic [(1<<copy_pkg::OwnerBits)-1:0] cancel_i,
  input command_t                            command,
  input logic [1023:0]                       descriptor,
  input logic                                copy_valid,
  input logic                                copy_ready,
  input logic                                matrix_valid,
  input logic                                matrix_ready,

  input copy_pkg::tag_t                      copy_done,
  input logic                                copy_done_valid,
  input logic                                copy_done_ready,
  input matrix_pkg::tag_t                    matrix_done,
  input logic                                matrix_done_valid,
  input logic                                matrix_done_ready,
  input logic                                copy_fault_valid,
  input logic                                copy_fault_ready,
  input logic                                matrix_fault_valid,
  input logic                                matrix_fault_ready,
  input engine_pkg::fault_t [3:0]            faults,

  input barrier_request_t [Cores-1:0]        barrier_i,
  input logic [Cores+1:0]                    answer_valid,   // cores, copy engine, matrix engine
  input barrier_answer_t                     barrier_answer_o,
  input copy_pkg::barrier_op_e               trace_op,
  input copy_pkg::scratch_address_t          trace_address,
  input logic [31:0]                         trace_operand,
  input origin_t                             trace_copy_origin,
  input origin_t                             trace_matrix_origin
);

  localparam int unsigned EndComplete = 0;
  localparam int unsigned EndFault    = 1;
  localparam int unsigned EndStopped  = 2;

  bit lockstep;
  initial lockstep = heddle_monitor_lockstep();

  function automatic int unsigned number_of(input logic [copy_pkg::OriginBits-1:0] origin);
    return origin[31:0];
  endfunction

  function automatic void report_fault(input bit matrix, input engine_pkg::fault_t fault);
    heddle_monitor_command_end(matrix, fault.origin.number, cancel_i[fault.owner] ? EndStopped : EndFault, 32'(fault.id), 0,
                               32'(fault.cause), 32'(fault.operand), fault.value);
  endfunction

  always_ff @(posedge clk_i) begin
    if (rst_ni && lockstep) begin
      if (copy_done_valid && copy_done_ready) begin
        heddle_monitor_command_end(1'b0, number_of(copy_done.origin), EndComplete, 32'(copy_done.id), 32'(copy_done.bytes), 0, 0, 0);
      end
      if (matrix_done_valid && matrix_done_ready) begin
        heddle_monitor_command_end(1'b1, number_of(matrix_done.origin), cancel_i[matrix_done.owner] ? EndStopped : EndComplete,
                                   32'(matrix_done.id), 0, 0, 0, 0);
      end
      if (copy_fault_valid && copy_fault_ready) report_fault(1'b0, faults[0]);
      if (matrix_fault_valid && matrix_fault_ready) report_fault(1'b1, faults[1]);
      for (int unsigned c = 0; c < Cores; c++) begin
        if (answer_valid[c]) begin
          heddle_monitor_barrier(0, 32'(barrier_i[c].tag.core), 32'(barrier_i[c].tag.warp), barrier_i[c].tag.order, 32'(barrier_i[c].lane), 0,
                                 32'(trace_op), 32'(trace_address), trace_operand, 32'(barrier_answer_o.error), barrier_answer_o.phase,
                                 barrier_answer_o.over);
        end
      end
      for (int unsigned e = 0; e < 2; e++) begin
        if (answer_valid[Cores+e]) begin
          heddle_monitor_barrier(1 + e, 0, 0, 0, 0, (e == 0) ? trace_copy_origin.number : trace_matrix_origin.number, 32'(trace_op),
                                 32'(trace_address), trace_operand, 32'(barrier_answer_o.error), barrier_answer_o.phase,
                                 barrier_answer_o.over);
        end
      end
      if ((copy_valid && copy_ready) || (matrix_valid && matrix_ready)) begin
        heddle_monitor_command(32'(command.tag.core), 32'(command.tag.warp), command.tag.order, 32'(command.lane), command.matrix, descriptor);
      end
    end
  end

endmodule
