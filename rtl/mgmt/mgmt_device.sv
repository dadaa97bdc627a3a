// The management core as a part of the die (docs/management.md, section 10): its external port is routed to the registers of the host port, or
// refused; the ends of launches are interrupt sources.
// Latency: an external access goes on at once; a refusal is answered in the next cycle.
// Invariant: every external access that is accepted has one answer (one is under way at a time, which the bus sees to).
module mgmt_device
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,

  input  mgmt_request_t  host_request_i,
  input  logic           host_valid_i,
  output logic           host_ready_o,
  output mgmt_response_t host_response_o,
  output logic           host_irq_o,

  output mgmt_request_t  registers_request_o,  // addresses are offsets in the register block
  output logic           registers_valid_o,
  input  logic           registers_ready_i,
  input  mgmt_response_t registers_response_i,
  input  logic           ended_i,              // levels: a launch has ended; with a fault
  input  logic           ended_fault_i,
  input  logic           dma_irq_i,            // level: the DMA engine's

  output mem_request_t   memory_request_o,
  output logic           memory_request_valid_o,
  input  logic           memory_request_ready_i,
  input  mem_response_t  memory_response_i,
  input  logic           memory_response_valid_i
);

  mgmt_request_t  external_request;
  mgmt_response_t external_response;
  logic           external_valid, external_ready, registers, refuse, refused_q;
  logic [31:0]    sources;

  // ---- external port ----
  assign registers = mgmt_window(external_request.address) == WINDOW_DISPATCHER;
  assign refuse    = external_valid && !registers;

  always_comb begin
    registers_request_o         = external_request;
    registers_request_o.address = external_request.address - MGMT_DISPATCHER_BASE;
  end
  assign registers_valid_o = external_valid && registers;
  assign external_ready    = registers ? registers_ready_i : 1'b1;

  always_comb begin
    external_response = registers_response_i;
    if (refused_q) external_response = '{valid: 1'b1, data: '0, error: 1'b1};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) refused_q <= 1'b0;
    else         refused_q <= refuse;
  end

  always_comb begin
    sources                    = '0;
    sources[SOURCE_COMPLETION] = ended_i;
    sources[SOURCE_FAULT]      = ended_fault_i;
    sources[SOURCE_DMA]        = dma_irq_i;
  end

  mgmt_subsystem u_subsystem (
    .clk_i,
    .rst_ni,
    .host_request_i,
    .host_valid_i,
    .host_ready_o,
    .host_response_o,
    .host_irq_o,
    .external_request_o (external_request),
    .external_valid_o   (external_valid),
    .external_ready_i   (external_ready),
    .external_response_i(external_response),
    .sources_i          (sources),
    .memory_request_o,
    .memory_request_valid_o,
    .memory_request_ready_i,
    .memory_response_i,
    .memory_response_valid_i,
    .sleeping_o         (),
    .running_o          (),
    .trace_o            (),
    .trace_valid_o      ()
  );

`ifndef SYNTHESIS
  a_one_answer : assert property (@(posedge clk_i) disable iff (!rst_ni) !(refused_q && registers_response_i.valid));
`endif

endmodule
