// The harness's host as a master on the die's AXI4-Lite port. All outputs are registers.
module host_port_dpi
  import heddle_pkg::*;
  import bus_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,
  output axi_lite_request_t  request_o,
  input  axi_lite_response_t response_i
);

  axi_lite_request_t request_q;

  assign request_o = request_q;

  always_ff @(posedge clk_i) begin
    bit          aw_valid, w_valid, b_ready, ar_valid, r_ready;
    int unsigned aw_addr, w_data, ar_addr;
    if (!rst_ni) begin
      request_q <= '0;
      heddle_host_reset(response_i.b_valid, response_i.r_valid);
    end else begin
      heddle_host_clock(response_i.aw_ready, response_i.w_ready, response_i.b_valid, 32'(response_i.b_resp),
                        response_i.ar_ready, response_i.r_valid, response_i.r_data, 32'(response_i.r_resp),
                        aw_valid, aw_addr, w_valid, w_data, b_ready, ar_valid, ar_addr, r_ready);
      request_q <= '{aw_addr: aw_addr, aw_valid: aw_valid, w_data: w_data, w_strb: 4'hF, w_valid: w_valid,
                     b_ready: b_ready, ar_addr: ar_addr, ar_valid: ar_valid, r_ready: r_ready};
    end
  end

endmodule
