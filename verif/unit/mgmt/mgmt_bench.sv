// The management subsystem with ports that a C++ test can drive: structs taken apart.
module mgmt_bench
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [31:0]  host_address_i,
  input  logic         host_write_i,
  input  logic [3:0]   host_strobe_i,
  input  logic [31:0]  host_data_i,
  input  logic         host_valid_i,
  output logic         host_ready_o,
  output logic         host_answer_o,
  output logic [31:0]  host_data_o,
  output logic         host_error_o,
  output logic         host_irq_o,

  output logic [31:0]  external_address_o,
  output logic         external_write_o,
  output logic [3:0]   external_strobe_o,
  output logic [31:0]  external_data_o,
  output logic         external_valid_o,
  input  logic         external_ready_i,
  input  logic         external_answer_i,
  input  logic [31:0]  external_data_i,
  input  logic         external_error_i,
  input  logic [31:0]  sources_i,

  output logic         memory_write_o,
  output logic [31:0]  memory_address_o,
  output line_strobe_t memory_strobe_o,
  output line_t        memory_data_o,
  output logic [7:0]   memory_id_o,
  output logic         memory_valid_o,
  input  logic         memory_ready_i,
  input  logic         memory_answer_i,
  input  logic [7:0]   memory_id_i,
  input  line_t        memory_data_i,
  input  logic         memory_error_i,

  output logic         sleeping_o,
  output logic         hart_running_o,
  output logic         trace_valid_o,
  output logic [31:0]  trace_order_o,
  output logic         trace_interrupt_o,
  output logic         trace_trap_o,
  output logic [31:0]  trace_pc_o,
  output logic [31:0]  trace_next_pc_o,
  output logic [31:0]  trace_instr_o,
  output logic [4:0]   trace_rd_o,
  output logic [31:0]  trace_value_o,
  output logic         trace_memory_write_o,
  output logic [3:0]   trace_memory_strobe_o,
  output logic [31:0]  trace_memory_address_o,
  output logic [31:0]  trace_memory_data_o,
  output logic [31:0]  trace_cause_o,
  output logic [31:0]  trace_tval_o,
  output logic [31:0]  trace_mip_o,
  output logic [31:0]  line_bytes_o,
  output logic [31:0]  sram_bytes_o
);

  mgmt_request_t  host_request, external_request;
  mgmt_response_t host_response, external_response;
  mem_request_t   memory_request;
  mem_response_t  memory_response;
  mgmt_trace_t    trace;

  assign host_request      = {host_address_i, host_write_i, host_strobe_i, host_data_i};
  assign external_response = {external_answer_i, external_data_i, external_error_i};

  always_comb begin
    memory_response       = '0;
    memory_response.id    = mem_id_t'(memory_id_i);
    memory_response.data  = memory_data_i;
    memory_response.error = memory_error_i;
  end

  mgmt_subsystem u_mgmt (
    .clk_i,
    .rst_ni,
    .host_request_i         (host_request),
    .host_valid_i,
    .host_ready_o,
    .host_response_o        (host_response),
    .host_irq_o,
    .external_request_o     (external_request),
    .external_valid_o,
    .external_ready_i,
    .external_response_i    (external_response),
    .sources_i,
    .memory_request_o       (memory_request),
    .memory_request_valid_o (memory_valid_o),
    .memory_request_ready_i (memory_ready_i),
    .memory_response_i      (memory_response),
    .memory_response_valid_i(memory_answer_i),
    .sleeping_o,
    .running_o              (hart_running_o),
    .trace_o                (trace),
    .trace_valid_o
  );

  assign {host_answer_o, host_data_o, host_error_o} = host_response;
  assign {external_address_o, external_write_o, external_strobe_o, external_data_o} = external_request;

  assign memory_write_o   = memory_request.op == MemWrite;
  assign memory_address_o = memory_request.address;
  assign memory_strobe_o  = memory_request.strobe;
  assign memory_data_o    = memory_request.data;
  assign memory_id_o      = 8'(memory_request.id);


  assign trace_order_o          = trace.order;
  assign trace_interrupt_o      = trace.interrupt;
  assign trace_trap_o           = trace.trap;
  assign trace_pc_o             = trace.pc;
  assign trace_next_pc_o        = trace.next_pc;
  assign trace_instr_o          = trace.instr;
  assign trace_rd_o             = trace.rd;
  assign trace_value_o          = trace.value;
  assign trace_memory_write_o   = trace.memory_write;
  assign trace_memory_strobe_o  = trace.memory_strobe;
  assign trace_memory_address_o = trace.memory_address;
  assign trace_memory_data_o    = trace.memory_data;
  assign trace_cause_o          = trace.cause;
  assign trace_tval_o           = trace.tval;
  assign trace_mip_o            = trace.mip;
  assign line_bytes_o           = LineBytes;
  assign sram_bytes_o           = MgmtSramBytes;

  // The core uses reads and writes only, and never a reservation.
  a_reads_and_writes : assert property (@(posedge clk_i) disable iff (!rst_ni)
                       memory_valid_o |-> memory_request.op inside {MemRead, MemWrite} && !memory_request.reserve);

endmodule
