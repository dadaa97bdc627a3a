// First-in first-out buffer of beats in a RAM, between the source and the destination of the DMA engine.
// Latency: a beat is at the output three cycles after it came in, if none is before it. Throughput: one beat in and one out per cycle.
// Invariants: whoever fills it knows that there is room (DmaBeats); count_o is what came in and did not go out.
module dma_buffer
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import dma_pkg::*;
(
  input  logic      clk_i,
  input  logic      rst_ni,
  input  axi_data_t data_i,
  input  logic      valid_i,   // always taken
  output axi_data_t data_o,
  output logic      valid_o,
  input  logic      ready_i,
  output buffer_t   count_o
);

  localparam int unsigned IndexBits = $clog2(DmaBeats);
  localparam int unsigned OutDepth  = 4;   // beats on their way out of the RAM: one being read, the others in u_out
  typedef logic [IndexBits-1:0] index_t;

  index_t                      write_d, write_q, read_d, read_q;
  logic [IndexBits:0]          stored_d, stored_q;          // in the RAM, not yet read
  logic                        fetch, fetched_q;
  logic [$clog2(OutDepth+1)-1:0] out_count;
  axi_data_t                   read_data;
  buffer_t                     count_d, count_q;

  assign fetch    = stored_q != '0 && 32'(out_count) + 32'(fetched_q) < OutDepth;
  assign write_d  = write_q + index_t'(valid_i);
  assign read_d   = read_q + index_t'(fetch);
  assign stored_d = stored_q + (IndexBits + 1)'(valid_i) - (IndexBits + 1)'(fetch);
  assign count_d  = count_q + buffer_t'(valid_i) - buffer_t'(valid_o && ready_i);
  assign count_o  = count_q;

  ram_1r1w #(
    .Depth(DmaBeats),
    .Width(8 * AxiBytes)
  ) u_beats (
    .clk_i,
    .read_enable_i  (fetch),
    .read_address_i (read_q),
    .read_data_o    (read_data),
    .write_enable_i (valid_i),
    .write_address_i(write_q),
    .write_data_i   (data_i)
  );

  fifo #(
    .Width(8 * AxiBytes),
    .Depth(OutDepth)
  ) u_out (
    .clk_i,
    .rst_ni,
    .data_i (read_data),
    .valid_i(fetched_q),
    .ready_o(),
    .data_o,
    .valid_o,
    .ready_i,
    .count_o(out_count)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q   <= '0;
      read_q    <= '0;
      stored_q  <= '0;
      fetched_q <= 1'b0;
      count_q   <= '0;
    end else begin
      write_q   <= write_d;
      read_q    <= read_d;
      stored_q  <= stored_d;
      fetched_q <= fetch;
      count_q   <= count_d;
    end
  end

`ifndef SYNTHESIS
  a_room : assert property (@(posedge clk_i) disable iff (!rst_ni) stored_q <= (IndexBits + 1)'(DmaBeats));
`endif

endmodule
