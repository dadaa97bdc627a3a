// Memory hub of a cluster: takes line requests from the cores' ports in turn, puts them into one order per word (hub_table),
// performs AMO, LR and SC there, and answers each request once, when it is complete: a write after its AXI response. AMOs on one
// word that follow each other share one read and one write of the line.
// A second-level cache takes its place between the ports and the AXI4 master later; its ports stay.
// Latency without waiting: 3 cycles from port to AR or AW, 2 from R or B to port. Throughput: one request and one response
// per cycle over all ports.
// Invariants: each request is answered exactly once; memory changes and reservations change in one event per cycle at most
// (trace_memory); a word is written by one transaction at a time.
module memory_hub
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  mem_request_t  [Ports-1:0] request_i,
  input  logic          [Ports-1:0] request_valid_i,
  output logic          [Ports-1:0] request_ready_o,
  output mem_response_t [Ports-1:0] response_o,
  output logic          [Ports-1:0] response_valid_o,   // always accepted
  output axi_request_t              axi_o,
  input  axi_response_t             axi_i
);

  // ---- arbitration: one request per cycle into the head register ---------------------------------------------------
  logic [Ports-1:0] port_grant;
  port_t            port;
  logic             port_valid, head_valid_d, head_valid_q, head_ready;
  mem_request_t     head_q;
  port_t            head_port_q;

  rr_arbiter #(
    .Width(Ports)
  ) u_ports (
    .clk_i,
    .rst_ni,
    .request_i(request_valid_i),
    .accept_i (head_ready),
    .valid_o  (port_valid),
    .grant_o  (port_grant),
    .index_o  (port)
  );

  assign request_ready_o = head_ready ? port_grant : '0;
  assign head_valid_d    = head_ready ? port_valid : head_valid_q;

  always_ff @(posedge clk_i) begin
    if (head_ready && port_valid) begin
      head_q      <= request_i[port];
      head_port_q <= port;
    end
  end

  // ---- the ordering point --------------------------------------------------------------------------------------------
  logic          enter, table_free;
  axi_id_t       new_id;
  line_words_t   head_words;
  line_address_t head_line;
  line_word_t    head_word;
  logic          head_reads, head_writes;
  logic          read_valid, read_take, write_valid, write_take;
  axi_id_t       read_id, write_id;
  line_address_t read_line;
  logic          modified, complete;
  axi_id_t       complete_id;

  assign enter       = head_valid_q & table_free;
  assign head_ready  = ~head_valid_q | table_free;
  assign head_line   = head_q.address[31:OffsetBits];
  assign head_word   = head_q.address[OffsetBits-1:2];
  assign head_reads  = head_q.op == MemRead || head_q.op == MemLr || head_q.op == MemAmo;
  assign head_writes = head_q.op == MemWrite || head_q.op == MemSc || head_q.op == MemAmo;

  always_comb begin
    head_words = '0;
    if (head_q.op == MemRead || head_q.op == MemWrite) begin
      for (int unsigned w = 0; w < LineWords; w++) begin
        head_words[w] = head_q.strobe[4*w +: 4] != 4'b0000;
      end
      if (head_words == '0) head_words = '1;
    end else begin
      head_words[head_word] = 1'b1;
    end
  end

  // The write stage and the response stage need their lines below.
  axi_id_t       w_id_q, p_id;
  line_address_t w_line, p_line;
  logic          next_valid;
  axi_id_t       next_id;

  hub_table u_table (
    .clk_i,
    .rst_ni,
    .free_o       (table_free),
    .free_id_o    (new_id),
    .enter_i      (enter),
    .enter_line_i (head_line),
    .enter_words_i(head_words),
    .enter_read_i (head_reads),
    // LRs keep their order, too: those of one instruction are performed in lane order.
    .enter_write_i(head_writes || head_q.op == MemLr),
    .enter_amo_i  (head_q.op == MemAmo),
    .read_valid_o (read_valid),
    .read_id_o    (read_id),
    .read_line_o  (read_line),
    .read_take_i  (read_take),
    .write_valid_o(write_valid),
    .write_id_o   (write_id),
    .write_take_i (write_take),
    .modified_i   (modified),
    .modified_id_i(p_id),
    .next_valid_o (next_valid),
    .next_id_o    (next_id),
    .complete_i   (complete),
    .complete_id_i(complete_id),
    .line_id_i    (w_id_q),
    .line_o       (w_line),
    .line2_id_i   (p_id),
    .line2_o      (p_line)
  );

  axi_read_t r_q;   // of the response stage

  // What is remembered per transaction. The order number serves the monitors alone and has an array of its own.
  logic [$bits(transaction_t)-1:0] transactions [MemoryRequests];
  logic [31:0]                     orders       [MemoryRequests];
  logic [31:0]                     operands     [MemoryRequests];  // AMO: written on entry
  logic [31:0]                     olds         [MemoryRequests];  // AMO: the word before
  logic [31:0]                     results      [MemoryRequests];  // AMO: the word after
  logic [$bits(axi_id_t)-1:0]      previous     [MemoryRequests];  // AMO: the one that was merged into it
  logic [MemoryRequests-1:0]       chained_d, chained_q;           // has a previous one
  transaction_t                    head_transaction, w_transaction, r_transaction, p_transaction, answer;
  word_t                           head_operand, p_operand, p_old, p_result, w_result, answer_old;

  always_comb begin
    head_transaction.port    = head_port_q;
    head_transaction.id      = head_q.id;
    head_transaction.op      = head_q.op;
    head_transaction.amo     = head_q.amo;
    head_transaction.word    = head_word;
    head_transaction.core    = head_q.tag.core;
    head_transaction.warp    = head_q.tag.warp;
    head_transaction.lane    = head_q.lane;
    head_transaction.reserve = head_q.reserve;
  end

  assign head_operand = head_q.data[{head_word, 5'd0} +: 32];

  always_ff @(posedge clk_i) begin
    if (enter) begin
      transactions[new_id] <= head_transaction;
      orders[new_id]       <= head_q.tag.order;
      operands[new_id]     <= head_operand;
    end
    if (modified) begin
      olds[p_id]    <= p_old;
      results[p_id] <= p_result;
    end
    if (next_valid) previous[next_id] <= p_id;
  end

  always_comb begin
    chained_d = chained_q;
    if (enter)      chained_d[new_id]  = 1'b0;
    if (next_valid) chained_d[next_id] = 1'b1;
  end

  assign w_transaction = transactions[w_id_q];
  assign r_transaction = transactions[r_q.id];
  assign p_transaction = transactions[p_id];
  assign answer        = transactions[complete_id];
  assign p_operand     = operands[p_id];
  assign w_result      = results[w_id_q];
  assign answer_old    = olds[complete_id];

  // Lines to write wait in a RAM.
  logic         payload_read;
  line_t        w_ram_data, w_data;
  line_strobe_t w_ram_strobe, w_strobe;

  ram_1r1w #(
    .Depth(MemoryRequests),
    .Width(LineBits + LineBytes)
  ) u_payload (
    .clk_i,
    .read_enable_i  (payload_read),
    .read_address_i (write_id),
    .read_data_o    ({w_ram_strobe, w_ram_data}),
    .write_enable_i (enter & head_writes),
    .write_address_i(new_id),
    .write_data_i   ({head_q.strobe, head_q.data})
  );

  // State of the AMO stage: an AMO that follows another on its word.
  logic    f_valid_q;
  axi_id_t f_id_q;
  word_t   f_old_q;

  // ---- write stage: performs writes and SC, sends the write of an AMO -----------------------------------------------
  logic w_valid_d, w_valid_q, w_leave, w_fail, w_send, w_sc, w_amo, write_ready, fail_grant, event_taken;
  logic reservation_hit;

  assign payload_read = write_take;
  assign write_take   = write_valid & (~w_valid_q | w_leave);
  assign w_valid_d    = write_take | (w_valid_q & ~w_leave);
  assign w_sc         = w_transaction.op == MemSc;
  assign w_amo        = w_transaction.op == MemAmo;
  // An LR or AMO in the response stage has this cycle's event; the write phase of an AMO is no event.
  assign w_fail       = w_valid_q & w_sc & ~(reservation_hit & w_transaction.reserve) & ~event_taken;
  assign w_send       = w_valid_q & ~(w_sc & ~(reservation_hit & w_transaction.reserve)) & (w_amo | ~event_taken);
  assign w_leave      = (w_send & write_ready) | (w_fail & fail_grant);

  always_comb begin
    w_data   = w_ram_data;
    w_strobe = w_ram_strobe;
    if (w_amo) begin
      w_data   = {LineWords{w_result}};
      w_strobe = line_strobe_t'(4'b1111) << {w_transaction.word, 2'b00};
    end
  end

  // ---- AXI4 --------------------------------------------------------------------------------------------------------------
  axi_read_t           r_axi;
  axi_write_response_t b_axi;
  logic                r_axi_valid, r_axi_ready, b_valid, b_grant, read_ready;

  assign read_take = read_valid & read_ready;

  axi_master u_axi (
    .clk_i,
    .rst_ni,
    .read_valid_i  (read_valid),
    .read_ready_o  (read_ready),
    .read_id_i     (read_id),
    .read_line_i   (read_line),
    .write_valid_i (w_send),
    .write_ready_o (write_ready),
    .write_id_i    (w_id_q),
    .write_line_i  (w_line),
    .write_data_i  (w_data),
    .write_strobe_i(w_strobe),
    .r_o           (r_axi),
    .r_valid_o     (r_axi_valid),
    .r_ready_i     (r_axi_ready),
    .b_o           (b_axi),
    .b_valid_o     (b_valid),
    .b_ready_i     (b_grant),
    .axi_o,
    .axi_i
  );

  // ---- response stage: answers reads, performs LR ------------------------------------------------------------------------
  logic r_valid_d, r_valid_q, r_leave, r_respond, r_grant, r_error, r_lr, r_modify;

  assign r_axi_ready = ~r_valid_q | r_leave;
  assign r_valid_d   = r_axi_ready ? r_axi_valid : r_valid_q;
  assign r_error     = r_q.resp[1];
  assign r_lr        = r_transaction.op == MemLr;
  assign r_modify    = r_valid_q & (r_transaction.op == MemAmo) & ~r_error;
  // An LR waits while the AMO stage has this cycle's event.
  assign r_respond   = r_valid_q & ~r_modify & ~(r_lr & f_valid_q);
  assign r_leave     = (r_modify & ~f_valid_q) | r_grant;

  always_ff @(posedge clk_i) begin
    if (r_axi_ready && r_axi_valid) r_q <= r_axi;
    if (write_take) w_id_q <= write_id;
  end

  // ---- AMO stage: one per cycle, on the line that has come or on the word that the AMO before it left --------------------
  assign p_id        = f_valid_q ? f_id_q : r_q.id;
  assign p_old       = f_valid_q ? f_old_q : r_q.data[{r_transaction.word, 5'd0} +: 32];
  assign modified    = f_valid_q | r_modify;
  assign event_taken = modified | (r_valid_q & r_lr);

  amo_alu u_amo (
    .op_i     (p_transaction.amo),
    .old_i    (p_old),
    .operand_i(p_operand),
    .result_o (p_result)
  );

  always_ff @(posedge clk_i) begin
    if (next_valid) begin
      f_id_q  <= next_id;
      f_old_q <= p_result;
    end
  end

  // ---- reservations ----------------------------------------------------------------------------------------------------
  logic          set, write_event;
  line_address_t event_line;
  line_words_t   event_words;

  assign set         = r_grant & r_lr & r_transaction.reserve & ~r_error;
  assign write_event = modified | (w_send & write_ready & ~w_amo);
  assign event_line  = modified ? p_line : w_line;

  always_comb begin
    event_words = '0;
    if (modified) begin
      event_words[p_transaction.word] = 1'b1;
    end else begin
      for (int unsigned w = 0; w < LineWords; w++) begin
        event_words[w] = w_ram_strobe[4*w +: 4] != 4'b0000;
      end
    end
  end

  hub_reservations u_reservations (
    .clk_i,
    .rst_ni,
    .set_i        (set),
    .set_owner_i  (owner_t'(32'(r_transaction.core) * Warps + 32'(r_transaction.warp))),
    .set_word_i   ({p_line, r_transaction.word}),
    .set_lane_i   (r_transaction.lane),
    .write_i      (write_event),
    .write_line_i (event_line),
    .write_words_i(event_words),
    .query_owner_i(owner_t'(32'(w_transaction.core) * Warps + 32'(w_transaction.warp))),
    .query_word_i ({w_line, w_transaction.word}),
    .query_lane_i (w_transaction.lane),
    .query_hit_o  (reservation_hit)
  );

  // ---- responses: reads, write responses, failed SCs, and AMOs merged into one that was answered, in turn ---------------
  logic [3:0]       source_grant;
  logic             source_valid, b_respond, chain_grant, chain_valid_d, chain_valid_q, chain_error_q;
  axi_id_t          chain_id_q;
  mem_response_t    response_d, response_q;
  logic [Ports-1:0] response_valid_d, response_valid_q;

  rr_arbiter #(
    .Width(4)
  ) u_responses (
    .clk_i,
    .rst_ni,
    .request_i({chain_valid_q, w_fail, b_respond, r_respond}),
    .accept_i (1'b1),
    .valid_o  (source_valid),
    .grant_o  (source_grant),
    .index_o  ()
  );

  assign {chain_grant, fail_grant, b_grant, r_grant} = source_grant;
  assign b_respond   = b_valid & ~(chain_valid_q & chained_q[b_axi.id]);  // one chain at a time
  assign complete    = source_valid;
  assign complete_id = r_grant ? r_q.id : b_grant ? b_axi.id : fail_grant ? w_id_q : chain_id_q;

  assign chain_valid_d = (b_grant | chain_grant) ? (chain_valid_q & ~chain_grant) | chained_q[complete_id] : chain_valid_q;

  always_ff @(posedge clk_i) begin
    if ((b_grant || chain_grant) && chained_q[complete_id]) chain_id_q <= previous[complete_id];
    if (b_grant && chained_q[complete_id]) chain_error_q <= b_axi.resp[1];
  end

  always_comb begin
    response_d.id    = answer.id;
    response_d.error = (r_grant & r_error) | (b_grant & b_axi.resp[1]) | (chain_grant & chain_error_q);
    response_d.data  = r_q.data;
    if (b_grant || chain_grant) response_d.data = (answer.op == MemAmo) ? {LineWords{answer_old}} : '0;
    if (fail_grant)             response_d.data = {LineWords{32'd1}};
    response_valid_d = '0;
    if (source_valid) response_valid_d[answer.port] = 1'b1;
  end

  assign response_valid_o = response_valid_q;
  assign response_o       = {Ports{response_q}};

  always_ff @(posedge clk_i) begin
    if (source_valid) response_q <= response_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_valid_q     <= 1'b0;
      w_valid_q        <= 1'b0;
      r_valid_q        <= 1'b0;
      f_valid_q        <= 1'b0;
      chained_q        <= '0;
      chain_valid_q    <= 1'b0;
      response_valid_q <= '0;
    end else begin
      head_valid_q     <= head_valid_d;
      w_valid_q        <= w_valid_d;
      r_valid_q        <= r_valid_d;
      f_valid_q        <= next_valid;
      chained_q        <= chained_d;
      chain_valid_q    <= chain_valid_d;
      response_valid_q <= response_valid_d;
    end
  end

  // ---- for the monitors: writes, AMO, LR and SC as they take their place in the order ----------------------------------
  /* verilator lint_off UNUSEDSIGNAL */  // read by bound monitors alone
  logic          trace_memory_valid;
  trace_memory_t trace_memory;
  /* verilator lint_on UNUSEDSIGNAL */

  always_comb begin
    transaction_t t;
    t                           = event_taken ? p_transaction : w_transaction;
    trace_memory_valid          = modified | (r_grant & r_lr & ~r_error) | (w_send & write_ready & ~w_amo) |
                                  (w_fail & fail_grant);
    trace_memory.request.op     = t.op;
    trace_memory.request.amo    = t.amo;
    trace_memory.request.address = event_taken ? {p_line, t.word, 2'b00} :
                                   (t.op == MemWrite) ? {w_line, OffsetBits'(0)} : {w_line, t.word, 2'b00};
    trace_memory.request.strobe = event_taken ? line_strobe_t'(4'b1111) << {t.word, 2'b00} : w_ram_strobe;
    trace_memory.request.data   = event_taken ? {LineWords{p_operand}} : w_ram_data;
    trace_memory.request.id     = t.id;
    trace_memory.request.tag    = '{core: t.core, warp: t.warp, order: event_taken ? orders[p_id] : orders[w_id_q]};
    trace_memory.request.lane   = t.lane;
    trace_memory.request.reserve = t.reserve;
    trace_memory.old_word       = event_taken ? p_old : '0;
    trace_memory.sc_success     = ~event_taken & w_sc & reservation_hit & t.reserve;
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_r_is_read : assert (!r_valid_q || (r_transaction.op == MemRead || r_transaction.op == MemLr ||
        r_transaction.op == MemAmo));
      a_b_is_write : assert (!b_grant || (answer.op == MemWrite || answer.op == MemSc || answer.op == MemAmo));
      a_chain_is_amo : assert (!chain_grant || (answer.op == MemAmo));
      a_line_aligned : assert (!(head_valid_q && (head_q.op == MemRead || head_q.op == MemWrite)) ||
        (head_q.address[OffsetBits-1:0] == '0));
    end
  end
  a_request_stable : assert property (@(posedge clk_i) disable iff (!rst_ni)
    (request_valid_i & ~request_ready_o) != '0 |=> ($past(request_valid_i & ~request_ready_o) & ~request_valid_i) == '0);
`endif

endmodule
