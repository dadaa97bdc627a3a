// One of the harness's memories as a slave on an AXI4 port of the die. All outputs are registers.
module memory_port_dpi
  import heddle_pkg::*;
  import bus_pkg::*;
#(
  parameter int unsigned Port       = DeviceMemory,
  parameter type         id_t       = axi_id_t,
  parameter type         request_t  = axi_request_t,
  parameter type         response_t = axi_response_t
) (
  input  logic      clk_i,
  input  logic      rst_ni,
  input  request_t  request_i,
  output response_t response_o
);

  response_t response_q;

  assign response_o = response_q;

  always_ff @(posedge clk_i) begin
    bit          aw_ready, w_ready, b_valid, ar_ready, r_valid, r_last;
    int unsigned id, resp;
    beat_bits_t  data;
    if (!rst_ni) begin
      response_q <= '0;
      heddle_bus_reset(Port, request_i.aw_valid, request_i.w_valid, request_i.ar_valid);
    end else begin
      if (request_i.aw_valid) begin
        heddle_bus_aw(Port, 32'(request_i.aw.id), 64'(request_i.aw.addr), 32'(request_i.aw.len), 32'(request_i.aw.size),
                      32'(request_i.aw.burst));
      end
      if (request_i.w_valid) heddle_bus_w(Port, request_i.w.data, 128'(request_i.w.strb), request_i.w.last);
      if (request_i.ar_valid) begin
        heddle_bus_ar(Port, 32'(request_i.ar.id), 64'(request_i.ar.addr), 32'(request_i.ar.len), 32'(request_i.ar.size),
                      32'(request_i.ar.burst));
      end
      heddle_bus_clock(Port, request_i.aw_valid, request_i.w_valid, request_i.b_ready, request_i.ar_valid, request_i.r_ready,
                       aw_ready, w_ready, b_valid, ar_ready, r_valid);
      response_q.aw_ready <= aw_ready;
      response_q.w_ready  <= w_ready;
      response_q.b_valid  <= b_valid;
      response_q.ar_ready <= ar_ready;
      response_q.r_valid  <= r_valid;
      if (b_valid) begin
        heddle_bus_b(Port, id, resp);
        response_q.b.id   <= id_t'(id);
        response_q.b.resp <= 2'(resp);
      end
      if (r_valid) begin
        heddle_bus_r(Port, id, resp, r_last, data);
        response_q.r.id   <= id_t'(id);
        response_q.r.resp <= 2'(resp);
        response_q.r.last <= r_last;
        response_q.r.data <= data;
      end
    end
  end

endmodule
