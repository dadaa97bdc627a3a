// BAR2: an AXI4 slave that shows a window of device memory. What is not allowed is answered here with SLVERR; the rest goes on as bursts of
// whole beats. One read and one write are under way at a time.
// Latency: of a read three cycles more than memory's; of a write four, and its data. Throughput: one beat per cycle within a burst.
// Invariants: a write is passed on when all its data are here, and a read's data are always taken from memory, so the host holds nobody up;
// answers have the identifier of their request.
module aperture
  import heddle_pkg::*;
  import dma_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               enable_i,
  input  logic [31:24]       base_i,
  input  aperture_request_t  host_i,
  output aperture_response_t host_o,
  output axi_request_t       memory_o,
  input  axi_response_t      memory_i
);

  localparam logic [1:0]  RespOkay   = 2'b00;
  localparam logic [1:0]  RespSlverr = 2'b10;
  localparam axi_id_t     Id         = axi_id_t'(DmaFirstId + 2);

  typedef enum logic [2:0] {WriteIdle, WriteData, WriteAsk, WriteSend, WriteWait, WriteAnswer} write_e;
  typedef enum logic [1:0] {ReadIdle, ReadAsk, ReadData, ReadRefuse} read_e;

  function automatic logic allowed(logic enable, logic [31:24] base, aperture_address_t request);
    logic single, whole, in_page;
    single  = request.len == '0;
    whole   = request.size == 3'(ByteBits) && request.burst == 2'b01;
    in_page = 32'(request.addr[11:ByteBits]) + 32'(request.len) < PageBeats;
    return enable && base[31] && 32'(request.len) < BurstBeats && 32'(request.size) <= ByteBits && (single || whole) && in_page;
  endfunction

  function automatic axi_address_t translated(logic [31:24] base, aperture_address_t request);
    return '{id: Id, addr: {base, request.addr[23:ByteBits], ByteBits'(0)}, len: request.len, size: 3'(ByteBits), burst: 2'b01};
  endfunction

  // ---- writes --------------------------------------------------------------------------------------------------------------
  write_e       write_d, write_q;
  axi_address_t aw_d, aw_q;
  aperture_id_t write_id_d, write_id_q;
  logic         write_ok_d, write_ok_q, w_take, w_leave, w_valid;
  logic [1:0]   b_resp_d, b_resp_q;
  logic [7:0]   beat_d, beat_q;               // of the host's, then of memory's
  axi_write_t   w_host, w_memory;

  assign w_take  = write_q == WriteData && host_i.w_valid;
  assign w_leave = write_q == WriteSend && memory_i.w_ready;

  always_comb begin
    w_host      = host_i.w;
    w_host.last = beat_q == aw_q.len;
  end

  always_comb begin
    write_d    = write_q;
    aw_d       = aw_q;
    write_id_d = write_id_q;
    write_ok_d = write_ok_q;
    b_resp_d   = b_resp_q;
    beat_d     = beat_q;
    unique case (write_q)
      WriteIdle: begin
        beat_d = '0;
        if (host_i.aw_valid) begin
          write_d    = WriteData;
          aw_d       = translated(base_i, host_i.aw);
          write_id_d = host_i.aw.id;
          write_ok_d = allowed(enable_i, base_i, host_i.aw);
          b_resp_d   = RespSlverr;
        end
      end
      WriteData: begin
        if (host_i.w_valid) begin
          beat_d = beat_q + 8'd1;
          if (w_host.last) write_d = write_ok_q ? WriteAsk : WriteAnswer;
        end
      end
      WriteAsk:  if (memory_i.aw_ready) write_d = WriteSend;
      WriteSend: if (w_leave && w_memory.last) write_d = WriteWait;
      WriteWait: begin
        if (memory_i.b_valid) begin
          write_d  = WriteAnswer;
          b_resp_d = memory_i.b.resp;
        end
      end
      WriteAnswer: if (host_i.b_ready) write_d = WriteIdle;
      default:     write_d = WriteIdle;
    endcase
  end

  fifo #(
    .Width($bits(axi_write_t)),
    .Depth(BurstBeats)
  ) u_write_data (
    .clk_i,
    .rst_ni,
    .data_i (w_host),
    .valid_i(w_take && write_ok_q),
    .ready_o(),
    .data_o (w_memory),
    .valid_o(w_valid),
    .ready_i(w_leave),
    .count_o()
  );

  // ---- reads -----------------------------------------------------------------------------------------------------------------
  read_e        read_d, read_q;
  axi_address_t ar_d, ar_q;
  aperture_id_t read_id_d, read_id_q;
  logic         r_valid, r_leave;
  logic [7:0]   left_d, left_q;               // beats that the host has to get, less one
  axi_data_t    r_data;
  logic [1:0]   r_resp;

  always_comb begin
    read_d    = read_q;
    ar_d      = ar_q;
    read_id_d = read_id_q;
    left_d    = left_q;
    unique case (read_q)
      ReadIdle: begin
        if (host_i.ar_valid) begin
          read_d    = allowed(enable_i, base_i, host_i.ar) ? ReadAsk : ReadRefuse;
          ar_d      = translated(base_i, host_i.ar);
          read_id_d = host_i.ar.id;
          left_d    = host_i.ar.len;
        end
      end
      ReadAsk: if (memory_i.ar_ready) read_d = ReadData;
      ReadData, ReadRefuse: begin
        if (r_leave) begin
          left_d = left_q - 8'd1;
          if (left_q == '0) read_d = ReadIdle;
        end
      end
      default: read_d = ReadIdle;
    endcase
  end

  fifo #(
    .Width($bits(axi_data_t) + 2),
    .Depth(BurstBeats)
  ) u_read_data (
    .clk_i,
    .rst_ni,
    .data_i ({memory_i.r.resp, memory_i.r.data}),
    .valid_i(memory_i.r_valid && read_q == ReadData),
    .ready_o(),
    .data_o ({r_resp, r_data}),
    .valid_o(r_valid),
    .ready_i(r_leave),
    .count_o()
  );

  assign r_leave = host_o.r_valid && host_i.r_ready;

  // ---- ports -----------------------------------------------------------------------------------------------------------------
  always_comb begin
    host_o          = '0;
    host_o.aw_ready = write_q == WriteIdle;
    host_o.w_ready  = write_q == WriteData;
    host_o.b_valid  = write_q == WriteAnswer;
    host_o.b        = '{id: write_id_q, resp: b_resp_q};
    host_o.ar_ready = read_q == ReadIdle;
    host_o.r_valid  = r_valid || read_q == ReadRefuse;
    host_o.r        = '{id: read_id_q, data: r_data, resp: r_resp, last: left_q == '0};
    if (read_q == ReadRefuse) begin
      host_o.r.data = '0;
      host_o.r.resp = RespSlverr;
    end
  end

  always_comb begin
    memory_o          = '0;
    memory_o.aw       = aw_q;
    memory_o.aw_valid = write_q == WriteAsk;
    memory_o.w        = w_memory;
    memory_o.w_valid  = write_q == WriteSend && w_valid;
    memory_o.b_ready  = 1'b1;
    memory_o.ar       = ar_q;
    memory_o.ar_valid = read_q == ReadAsk;
    memory_o.r_ready  = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    aw_q       <= aw_d;
    write_id_q <= write_id_d;
    ar_q       <= ar_d;
    read_id_q  <= read_id_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      write_q    <= WriteIdle;
      write_ok_q <= 1'b0;
      b_resp_q   <= RespOkay;
      beat_q     <= '0;
      read_q     <= ReadIdle;
      left_q     <= '0;
    end else begin
      write_q    <= write_d;
      write_ok_q <= write_ok_d;
      b_resp_q   <= b_resp_d;
      beat_q     <= beat_d;
      read_q     <= read_d;
      left_q     <= left_d;
    end
  end

`ifndef SYNTHESIS
  a_last : assert property (@(posedge clk_i) disable iff (!rst_ni) w_take |-> host_i.w.last == w_host.last);
  a_left_is_short : assert property (@(posedge clk_i) disable iff (!rst_ni) read_q == ReadData |-> 32'(left_q) < BurstBeats);
`endif

endmodule
