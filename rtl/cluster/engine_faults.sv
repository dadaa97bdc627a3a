// Faults of several sources become one report at a time; the one that is offered stays. Those of a workgroup that has been stopped go nowhere.
// Latency: one cycle. Throughput: one fault per cycle.
// Invariants: each fault is reported or dropped once.
module engine_faults #(
  parameter  int unsigned Sources = 4,
  localparam int unsigned Owners  = 1 << copy_pkg::OwnerBits
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,

  input  engine_pkg::fault_t [Sources-1:0] fault_i,
  input  logic               [Sources-1:0] valid_i,
  output logic               [Sources-1:0] ready_o,
  input  logic               [Owners-1:0]  cancel_i,  // workgroups that have been stopped

  output engine_pkg::fault_t               fault_o,
  output logic                             valid_o,
  input  logic                             ready_i
);

  localparam int unsigned IndexBits = (Sources > 1) ? $clog2(Sources) : 1;

  logic [Sources-1:0]   dropped, grant;
  logic [IndexBits-1:0] index;
  logic                 any, report_ready;

  always_comb begin
    for (int unsigned s = 0; s < Sources; s++) dropped[s] = cancel_i[fault_i[s].owner];
  end

  assign ready_o = (report_ready ? grant : '0) | dropped;

  rr_arbiter #(
    .Width(Sources)
  ) u_arbiter (
    .clk_i,
    .rst_ni,
    .request_i(valid_i & ~dropped),
    .accept_i (report_ready),
    .valid_o  (any),
    .grant_o  (grant),
    .index_o  (index)
  );

  skid_buffer #(
    .Width($bits(engine_pkg::fault_t))
  ) u_report (
    .clk_i,
    .rst_ni,
    .data_i (fault_i[index]),
    .valid_i(any),
    .ready_o(report_ready),
    .data_o (fault_o),
    .valid_o,
    .ready_i
  );

endmodule
