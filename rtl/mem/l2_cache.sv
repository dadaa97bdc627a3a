// L2 cache of a cluster: takes line requests from the cores' ports, puts them into one order per line, performs AMO, LR and SC there,
// and answers each request once. Lines are spread over banks by address; each bank takes one request per cycle (l2_bank). A
// write is answered when it has its place in the order; memory has it after flush_i.
//
// pause_i (level, with launches > 1 alone): no request is taken, whoever waits stays.
// flush_i (level): what is dirty is written back; flushed_o says that memory has it all, once no core writes any more. error_o: some write-back
// since the last invalidate_i was answered with an error, or had lost its data, error_line_o is the first one's line; or memory has
// answered what nobody had asked, then it is zero.
// invalidate_i (pulse, while idle_o and after a flush): the cache is empty.
// snoop_o: lines that change, to the cores' data caches, in the cycle in which the change is visible (trace_memory of
// l2_data), before its answer.
// uncached_*: reads and writes of lines that go past the cache to memory and share the AXI4 port with it (the management core's, with
// `management` alone). The cache neither sees them nor is looked into: what it holds of such a line is older or newer. A write is answered
// when memory has answered it.
// Latency: 4 cycles from port to answer for a hit without waiting; 5 more than AXI4 takes for a miss.
// Throughput: one request per bank, one answer per port, one AXI4 read and one write per cycle.
// Invariants: each request is answered exactly once; a write-back or fetch has its own AXI4 identifier while under way.
module l2_cache
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      pause_i,
  input  logic                      flush_i,
  output logic                      flushed_o,
  output logic                      error_o,
  output word_t                     error_line_o,
  input  logic                      invalidate_i,
  output logic                      idle_o,
  input  mem_request_t  [Ports-1:0] request_i,
  input  logic          [Ports-1:0] request_valid_i,
  output logic          [Ports-1:0] request_ready_o,
  output mem_response_t [Ports-1:0] response_o,
  output logic          [Ports-1:0] response_valid_o,   // always accepted
  output snoop_t        [Cores-1:0] snoop_o,
  input  mem_request_t              uncached_request_i,  // MemRead, MemWrite; identifiers 0 and 1
  input  logic                      uncached_valid_i,
  output logic                      uncached_ready_o,
  output mem_response_t             uncached_response_o,
  output logic                      uncached_response_valid_o,  // always accepted
  output axi_request_t              axi_o,
  input  axi_response_t             axi_i
);

  // Of the AXI4 port: the banks, and what goes past them.
  localparam int unsigned Users    = L2Banks + Management;
  localparam int unsigned UserBits = (Users > 1) ? $clog2(Users) : 1;
  typedef logic [L2Banks-1:0]  banks_t;
  typedef logic [Users-1:0]    users_t;
  typedef logic [UserBits-1:0] user_t;

  // ---- between ports and banks ---------------------------------------------------------------------------------------------
  logic       [L2Banks-1:0][Ports-1:0]   bank_request, bank_grant;
  port_t      [L2Banks-1:0]              bank_port;
  banks_t                                bank_request_valid, bank_request_ready;
  l2_answer_t [L2Banks-1:0]              bank_answer;
  banks_t                                bank_answer_valid, bank_answer_ready;
  logic       [Ports-1:0][L2Banks-1:0]   port_answer, port_grant;
  l2_bank_t   [Ports-1:0]                port_bank;

  always_comb begin
    for (int unsigned p = 0; p < Ports; p++) begin
      for (int unsigned b = 0; b < L2Banks; b++) begin
        bank_request[b][p] = request_valid_i[p] && bank_of(request_i[p].address[31:OffsetBits]) == l2_bank_t'(b);
        port_answer[p][b]  = bank_answer_valid[b] && bank_answer[b].port == port_t'(p);
      end
    end
  end

  always_comb begin
    request_ready_o   = '0;
    bank_answer_ready = '0;
    for (int unsigned b = 0; b < L2Banks; b++) begin
      if (bank_request_ready[b] && !pause_i) request_ready_o = request_ready_o | bank_grant[b];
    end
    for (int unsigned p = 0; p < Ports; p++) bank_answer_ready = bank_answer_ready | port_grant[p];
  end

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    rr_arbiter #(
      .Width(L2Banks)
    ) u_answers (
      .clk_i,
      .rst_ni,
      .request_i(port_answer[p]),
      .accept_i (1'b1),
      .valid_o  (response_valid_o[p]),
      .grant_o  (port_grant[p]),
      .index_o  (port_bank[p])
    );

    assign response_o[p] = bank_answer[port_bank[p]].response;
  end

  // ---- banks ---------------------------------------------------------------------------------------------------------------
  banks_t                                flushed, idle;
  l2_event_t     [L2Banks-1:0]           reservation_event;
  owner_t        [L2Banks-1:0]           query_owner;
  logic          [L2Banks-1:0][31:2]     query_word;
  lane_id_t      [L2Banks-1:0]           query_lane;
  banks_t                                query_hit;
  logic          [L2Banks-1:0][Cores-1:0] snoop_valid;
  line_address_t [L2Banks-1:0]           snoop_line;
  users_t                                read_valid, read_grant, write_valid, write_grant;
  banks_t                                fill_valid, fill_ready;
  l2_miss_t      [L2Banks-1:0]           read_index, write_index;
  line_address_t [Users-1:0]             read_line, write_line;
  line_address_t [L2Banks-1:0]           written_line;
  banks_t                                written_valid, written_lost;
  line_t         [Users-1:0]             write_data;
  line_strobe_t  [Users-1:0]             write_strobe;
  axi_id_t       [Users-1:0]             read_id, write_id;
  user_t                                 read_user, write_user;
  l2_bank_t                              fill_bank, written_bank;
  logic                                  fill_uncached, written_uncached, fill_waits;
  line_read_t                            r_axi, r_q;
  axi_write_response_t                   b_axi;
  logic                                  r_axi_valid, r_axi_ready, r_valid_d, r_valid_q, r_leave, b_valid;
  logic                                  read_any, read_ready, write_any, write_ready, r_ready, stray;
  axi_request_t                          request;   // but for r_ready
  axi_response_t                         response;  // that was asked for

  for (genvar b = 0; b < L2Banks; b++) begin : gen_bank
    rr_arbiter #(
      .Width(Ports)
    ) u_ports (
      .clk_i,
      .rst_ni,
      .request_i(bank_request[b]),
      .accept_i (bank_request_ready[b] && !pause_i),
      .valid_o  (bank_request_valid[b]),
      .grant_o  (bank_grant[b]),
      .index_o  (bank_port[b])
    );

    l2_bank u_bank (
      .clk_i,
      .rst_ni,
      .bank_i         (l2_bank_t'(b)),
      .flush_i,
      .flushed_o      (flushed[b]),
      .invalidate_i,
      .idle_o         (idle[b]),
      .request_i,
      .port_i         (bank_port[b]),
      .request_valid_i(bank_request_valid[b] && !pause_i),
      .request_ready_o(bank_request_ready[b]),
      .answer_o       (bank_answer[b]),
      .answer_valid_o (bank_answer_valid[b]),
      .answer_ready_i (bank_answer_ready[b]),
      .event_o        (reservation_event[b]),
      .query_owner_o  (query_owner[b]),
      .query_word_o   (query_word[b]),
      .query_lane_o   (query_lane[b]),
      .query_hit_i    (query_hit[b]),
      .snoop_valid_o  (snoop_valid[b]),
      .snoop_line_o   (snoop_line[b]),
      .read_valid_o   (read_valid[b]),
      .read_ready_i   (read_grant[b] & read_ready),
      .read_index_o   (read_index[b]),
      .read_line_o    (read_line[b]),
      .fill_valid_i   (fill_valid[b]),
      .fill_ready_o   (fill_ready[b]),
      .fill_index_i   (r_q.id[L2MissBits-1:0]),
      .fill_data_i    (r_q.data),
      .fill_error_i   (r_q.error),
      .write_valid_o  (write_valid[b]),
      .write_ready_i  (write_grant[b] & write_ready),
      .write_index_o  (write_index[b]),
      .write_line_o   (write_line[b]),
      .write_data_o   (write_data[b]),
      .write_strobe_o (write_strobe[b]),
      .written_valid_i(written_valid[b]),
      .written_index_i(b_axi.id[L2MissBits-1:0]),
      .written_line_o (written_line[b]),
      .written_lost_o (written_lost[b])
    );

    assign read_id[b]       = axi_id_t'(b * L2Misses + 32'(read_index[b]));
    assign write_id[b]      = axi_id_t'(b * L2Misses + 32'(write_index[b]));
    assign fill_valid[b]    = r_valid_q && !fill_uncached && fill_bank == l2_bank_t'(b);
    assign written_valid[b] = b_valid && !written_uncached && written_bank == l2_bank_t'(b);
  end

  always_comb begin
    for (int unsigned c = 0; c < Cores; c++) begin
      for (int unsigned b = 0; b < L2Banks; b++) begin
        snoop_o[c].valid[b] = snoop_valid[b][c];
        snoop_o[c].line[b]  = snoop_line[b];
      end
    end
  end

  l2_reservations u_reservations (
    .clk_i,
    .rst_ni,
    .event_i      (reservation_event),
    .query_owner_i(query_owner),
    .query_word_i (query_word),
    .query_lane_i (query_lane),
    .query_hit_o  (query_hit)
  );

  // ---- past the cache --------------------------------------------------------------------------------------------------------
  if (Management != 0) begin : gen_uncached
    localparam axi_id_t FirstId = axi_id_t'(MemoryRequests - 2);

    assign read_valid[L2Banks]   = uncached_valid_i && uncached_request_i.op != MemWrite;
    assign write_valid[L2Banks]  = uncached_valid_i && uncached_request_i.op == MemWrite;
    assign read_id[L2Banks]      = FirstId | axi_id_t'(uncached_request_i.id[0]);
    assign write_id[L2Banks]     = FirstId | axi_id_t'(uncached_request_i.id[0]);
    assign read_line[L2Banks]    = uncached_request_i.address[31:OffsetBits];
    assign write_line[L2Banks]   = uncached_request_i.address[31:OffsetBits];
    assign write_data[L2Banks]   = uncached_request_i.data;
    assign write_strobe[L2Banks] = uncached_request_i.strobe;
    assign uncached_ready_o      = (read_grant[L2Banks] && read_ready) || (write_grant[L2Banks] && write_ready);

    // Of an answer to a write and a line in the same cycle the line waits.
    assign fill_uncached             = r_q.id >= FirstId;
    assign written_uncached          = b_axi.id >= FirstId;
    assign fill_waits                = b_valid && written_uncached;
    assign uncached_response_valid_o = fill_waits || (r_valid_q && fill_uncached);

    always_comb begin
      uncached_response_o       = '0;
      uncached_response_o.id    = fill_waits ? mem_id_t'(b_axi.id[0]) : mem_id_t'(r_q.id[0]);
      uncached_response_o.data  = r_q.data;
      uncached_response_o.error = fill_waits ? b_axi.resp[1] : r_q.error;
    end

`ifndef SYNTHESIS
    a_uncached : assert property (@(posedge clk_i) disable iff (!rst_ni)
                 uncached_valid_i |-> uncached_request_i.op inside {MemRead, MemWrite} && uncached_request_i.id <= mem_id_t'(1));
`endif
  end else begin : gen_no_uncached
    assign uncached_ready_o          = 1'b0;
    assign uncached_response_o       = '0;
    assign uncached_response_valid_o = 1'b0;
    assign fill_uncached             = 1'b0;
    assign written_uncached          = 1'b0;
    assign fill_waits                = 1'b0;

    logic unused;
    assign unused = ^{uncached_request_i, uncached_valid_i, fill_waits};
  end

  // ---- AXI4: an identifier is {bank, index}; the last two go past the cache ----------------------------------------------------
  rr_arbiter #(
    .Width(Users)
  ) u_reads (
    .clk_i,
    .rst_ni,
    .request_i(read_valid),
    .accept_i (read_ready),
    .valid_o  (read_any),
    .grant_o  (read_grant),
    .index_o  (read_user)
  );

  rr_arbiter #(
    .Width(Users)
  ) u_writes (
    .clk_i,
    .rst_ni,
    .request_i(write_valid),
    .accept_i (write_ready),
    .valid_o  (write_any),
    .grant_o  (write_grant),
    .index_o  (write_user)
  );

  axi_master u_axi (
    .clk_i,
    .rst_ni,
    .read_valid_i  (read_any),
    .read_ready_o  (read_ready),
    .read_id_i     (read_id[read_user]),
    .read_line_i   (read_line[read_user]),
    .write_valid_i (write_any),
    .write_ready_o (write_ready),
    .write_id_i    (write_id[write_user]),
    .write_line_i  (write_line[write_user]),
    .write_data_i  (write_data[write_user]),
    .write_strobe_i(write_strobe[write_user]),
    .r_o           (r_axi),
    .r_valid_o     (r_axi_valid),
    .r_ready_i     (r_axi_ready),
    .b_o           (b_axi),
    .b_valid_o     (b_valid),
    .b_ready_i     (1'b1),
    .axi_o         (request),
    .axi_i         (response)
  );

  axi_guard u_guard (
    .clk_i,
    .rst_ni,
    .request_i (request),
    .memory_i  (axi_i),
    .response_o(response),
    .r_ready_o (r_ready),
    .stray_o   (stray)
  );

  always_comb begin
    axi_o         = request;
    axi_o.r_ready = r_ready;
  end

  assign fill_bank    = (L2Banks > 1) ? l2_bank_t'(32'(r_q.id) >> L2MissBits) : '0;
  assign written_bank = (L2Banks > 1) ? l2_bank_t'(32'(b_axi.id) >> L2MissBits) : '0;
  assign r_leave      = fill_uncached ? !fill_waits : fill_ready[fill_bank];
  assign r_axi_ready  = ~r_valid_q | r_leave;
  assign r_valid_d    = r_axi_ready ? r_axi_valid : r_valid_q;

  always_ff @(posedge clk_i) begin
    if (r_axi_ready && r_axi_valid) r_q <= r_axi;
  end

  // ---- flush and invalidation --------------------------------------------------------------------------------------------------
  logic          refused, error_d, error_q;
  line_address_t error_line_q;

  assign flushed_o    = flushed == '1;
  assign idle_o       = idle == '1 && !r_valid_q;
  assign error_o      = error_q;
  assign error_line_o = {error_line_q, OffsetBits'(0)};
  assign refused      = b_valid & ~written_uncached & (b_axi.resp[1] | written_lost[written_bank]);
  assign error_d      = (error_q | refused | stray) & ~invalidate_i;

  always_ff @(posedge clk_i) begin
    if ((refused || stray) && !error_q) error_line_q <= stray ? '0 : written_line[written_bank];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      r_valid_q <= 1'b0;
      error_q   <= 1'b0;
    end else begin
      r_valid_q <= r_valid_d;
      error_q   <= error_d;
    end
  end

`ifndef SYNTHESIS
  a_request_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    (request_valid_i & ~request_ready_o) != '0 |=> ($past(request_valid_i & ~request_ready_o) & ~request_valid_i) == '0);
  a_invalidate : assert property (@(posedge clk_i) disable iff (!rst_ni) invalidate_i |-> idle_o && flushed_o);
`endif

endmodule
