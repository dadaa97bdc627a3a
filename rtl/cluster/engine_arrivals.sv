// Completions of an engine become operations on mbarriers; those that ask for none end here. An operation with an error is a fault of the command's workgroup.
// Latency: none on the way to the mbarriers; a fault is offered in the cycle after the answer.
// Nothing comes of the completions of a workgroup that has been stopped.
// Invariants: one operation per completion that asks for one; the next is offered when the answer of the one before is there and its fault has been taken.
module engine_arrivals
  import copy_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,

  input  owner_t             owner_i,
  input  logic [15:0]        id_i,
  input  engine_pkg::origin_t origin_i,
  input  barrier_op_e        op_i,           // the operation, its mbarrier
  input  scratch_address_t   barrier_i,
  input  logic               stopped_i,      // its workgroup
  input  logic               arrives_i,      // on an mbarrier
  input  logic               done_valid_i,
  output logic               done_ready_o,

  output logic               valid_o,        // an operation, whose address and operand are the completion's
  input  logic               ready_i,
  input  logic               answer_i,
  input  barrier_error_e     error_i,        // with the answer

  output engine_pkg::fault_t fault_o,
  output logic               fault_valid_o,
  input  logic               fault_ready_i,
  output logic [(1<<OwnerBits)-1:0] busy_o,  // whose operation is under way, or has an error that has not been taken
  output engine_pkg::origin_t trace_origin_o // for the monitors: of the operation under way
);

  logic           asked_d, asked_q, failed_d, failed_q, take, arrives;
  engine_pkg::origin_t origin_q;
  barrier_op_e    op_q;
  scratch_address_t barrier_q;
  owner_t         owner_q;
  logic [15:0]    id_q;
  barrier_error_e error_q;

  assign arrives       = arrives_i && !stopped_i;
  assign valid_o       = done_valid_i && arrives && !asked_q && !failed_q;
  assign take          = valid_o && ready_i;
  assign done_ready_o  = !arrives || take;
  assign asked_d       = take || (asked_q && !answer_i);
  assign failed_d      = (answer_i && error_i != BarrierFine) || (failed_q && !fault_ready_i);
  assign fault_valid_o = failed_q;
  assign fault_o       = '{owner: owner_q, engine: engine_pkg::EngineBarrier, id: id_q, cause: error_q, operand: op_q,
                           value: 32'(barrier_q) - 32'(origin_q.scratch_base), origin: origin_q};
  assign trace_origin_o = origin_q;

  always_comb begin
    busy_o = '0;
    if (asked_q || failed_q) busy_o[owner_q] = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      owner_q <= owner_i;
      id_q    <= id_i;
      origin_q  <= origin_i;
      op_q      <= op_i;
      barrier_q <= barrier_i;
    end
    if (answer_i) error_q <= error_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asked_q  <= 1'b0;
      failed_q <= 1'b0;
    end else begin
      asked_q  <= asked_d;
      failed_q <= failed_d;
    end
  end

`ifndef SYNTHESIS
  a_answer : assert property (@(posedge clk_i) disable iff (!rst_ni) answer_i |-> asked_q);
`endif

endmodule
