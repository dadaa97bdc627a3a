// The harness's host as a master on the die's AXI4 port of BAR2. All outputs are registers.
module aperture_port_dpi
  import heddle_pkg::*;
  import bus_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,
  output aperture_request_t  request_o,
  input  aperture_response_t response_i
);

  aperture_request_t request_q;

  assign request_o = request_q;

  always_ff @(posedge clk_i) begin
    bit           aw_valid, w_valid, w_last, b_ready, ar_valid, r_ready;
    int unsigned  id, addr, len, size, burst;
    beat_bits_t   data;
    strobe_bits_t strb;
    if (!rst_ni) begin
      request_q <= '0;
      heddle_aperture_reset(response_i.b_valid, response_i.r_valid);
    end else begin
      if (response_i.b_valid) heddle_aperture_b(32'(response_i.b.id), 32'(response_i.b.resp));
      if (response_i.r_valid) begin
        heddle_aperture_r(32'(response_i.r.id), 32'(response_i.r.resp), response_i.r.last, response_i.r.data);
      end
      heddle_aperture_clock(response_i.aw_ready, response_i.w_ready, response_i.b_valid, response_i.ar_ready, response_i.r_valid,
                            aw_valid, w_valid, b_ready, ar_valid, r_ready);
      request_q.aw_valid <= aw_valid;
      request_q.w_valid  <= w_valid;
      request_q.b_ready  <= b_ready;
      request_q.ar_valid <= ar_valid;
      request_q.r_ready  <= r_ready;
      if (aw_valid) begin
        heddle_aperture_address(1'b1, id, addr, len, size, burst);
        request_q.aw <= '{id: aperture_id_t'(id), addr: addr, len: 8'(len), size: 3'(size), burst: 2'(burst)};
      end
      if (w_valid) begin
        heddle_aperture_w(data, strb, w_last);
        request_q.w <= '{data: data, strb: axi_strobe_t'(strb), last: w_last};
      end
      if (ar_valid) begin
        heddle_aperture_address(1'b0, id, addr, len, size, burst);
        request_q.ar <= '{id: aperture_id_t'(id), addr: addr, len: 8'(len), size: 3'(size), burst: 2'(burst)};
      end
    end
  end

endmodule
