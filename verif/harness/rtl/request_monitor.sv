// Bound to simt_core: reports what the core asks of memory at its two ports, and the answers, so that a memory that never
// answers can be told what it owes.
module request_monitor
  import heddle_pkg::*;
  import monitor_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input core_id_t      core_id_i,
  input mem_request_t  mem_request_o,
  input logic          mem_request_valid_o,
  input logic          mem_request_ready_i,
  input mem_response_t mem_response_i,
  input logic          mem_response_valid_i,
  input mem_request_t  fetch_request_o,
  input logic          fetch_request_valid_o,
  input logic          fetch_request_ready_i,
  input mem_response_t fetch_response_i,
  input logic          fetch_response_valid_i
);

  // A request that has been reported as offered and waits for ready.
  logic data_waits_q, fetch_waits_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      data_waits_q  <= 1'b0;
      fetch_waits_q <= 1'b0;
    end else begin
      data_waits_q  <= mem_request_valid_o && !mem_request_ready_i;
      fetch_waits_q <= fetch_request_valid_o && !fetch_request_ready_i;
      if (mem_response_valid_i) heddle_monitor_answer(32'(core_id_i), 1'b0, 32'(mem_response_i.id));
      if (fetch_response_valid_i) heddle_monitor_answer(32'(core_id_i), 1'b1, 32'(fetch_response_i.id));
      if (mem_request_valid_o && (mem_request_ready_i || !data_waits_q)) begin
        heddle_monitor_request(32'(core_id_i), 1'b0, mem_request_ready_i, 32'(mem_request_o.op), mem_request_o.address,
                               32'(mem_request_o.id), 32'(mem_request_o.tag.warp), mem_request_o.tag.order,
                               32'(mem_request_o.lane));
      end
      if (fetch_request_valid_o && (fetch_request_ready_i || !fetch_waits_q)) begin
        heddle_monitor_request(32'(core_id_i), 1'b1, fetch_request_ready_i, 32'(fetch_request_o.op),
                               fetch_request_o.address, 32'(fetch_request_o.id), 0, 0, 0);
      end
    end
  end

endmodule
