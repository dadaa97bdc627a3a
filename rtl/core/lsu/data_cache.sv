// Data cache of a core, between the LSU's line requests and the core's memory port: write-through, no allocation by stores,
// non-blocking, several loads of a line in flight share one request. See docs/memory_model.md for why it is coherent.
// A load is served here when its line is present, no load of the line is in flight, and the line is not pending: no store or
// atomic of this core to it is unanswered (loads through the private window need not wait: the bytes are the lane's alone).
// It joins a load of its line in flight while that is open (data_cache_table). Otherwise it goes to the memory, behind the stores. A store
// updates its line here if present; AMO, LR and SC drop it. A snoop drops the line and closes loads in flight.
// The memory port must perform requests to one line in the order in which they leave here.
// Latency of a hit: one cycle from request to response, or from look to data. A response from memory passes on after two cycles.
// Throughput: one request and one response per cycle. Fetches lines ahead of streams (data_cache_prefetch) when there is nothing better to do.
// Invariants: each request is answered once; requests that go on leave in order; what is stored is what was asked for.
module data_cache
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          invalidate_i,          // a launch begins: what is here is forgotten
  output logic          idle_o,                // nothing is in flight at the memory port, or about to be
  // LSU
  input  mem_request_t  request_i,
  input  logic          request_valid_i,
  output logic          request_ready_o,
  output mem_response_t response_o,
  output logic          response_valid_o,      // always accepted
  // short way of the LSU, while request_valid_i is low: is the line here for a load?
  input  logic          look_valid_i,
  input  line_address_t look_line_i,
  output logic          look_hit_o,
  input  logic          look_take_i,           // it takes it
  output line_t         look_data_o,           // from the next cycle
  input  logic          look_done_i,           // until then
  // memory
  output mem_request_t  mem_request_o,
  output logic          mem_request_valid_o,
  input  logic          mem_request_ready_i,
  input  mem_response_t mem_response_i,
  input  logic          mem_response_valid_i,  // always accepted
  input  snoop_t        snoop_i
);

  // ---- lookup: the LSU's request, or a line to prefetch ------------------------------------------------------------
  logic          prefetch_valid, prefetch_slot, lookup_valid, snooped, hit, present, reads;
  line_address_t line, prefetch_line;
  cache_slot_t   hit_slot;
  logic          open, load_in_flight, write_in_flight, id_free, half_free, load_free;
  lsu_id_t       free_id;
  logic          use_open, use_hit, use_port, hit_ready, port_ready;
  logic          go_merge, go_hit, go_send, go_prefetch, go_update, go_close, go_kill, drop_prefetch;

  assign prefetch_slot = prefetch_valid & ~request_valid_i & ~look_valid_i;
  assign lookup_valid  = request_valid_i | look_valid_i | prefetch_slot;
  assign line          = prefetch_slot ? prefetch_line : look_valid_i ? look_line_i : request_i.address[31:OffsetBits];

  always_comb begin
    snooped = 1'b0;
    for (int unsigned s = 0; s < SnoopPorts; s++) begin
      if (snoop_i.valid[s] && snoop_i.line[s] == line) snooped = 1'b1;
    end
  end

  // A line that is snooped in this cycle counts as gone.
  assign reads    = request_i.op == MemRead;
  assign present  = hit & ~snooped;
  assign use_open = reads & open & ~snooped;
  assign use_hit  = reads & present & ~load_in_flight & (~write_in_flight | request_i.private_line);
  assign use_port = ~use_open & ~use_hit;

  assign look_hit_o      = present & ~load_in_flight & ~write_in_flight & hit_ready;
  assign go_merge        = request_valid_i & use_open;
  assign go_hit          = request_valid_i & use_hit & hit_ready;
  assign go_send         = request_valid_i & use_port & id_free & port_ready & (~reads | load_free);
  assign request_ready_o = use_open | (use_hit & hit_ready) | (use_port & id_free & port_ready & (~reads | load_free));

  assign go_update = go_send & (request_i.op == MemWrite) & present;
  assign go_close  = go_send & ~reads;
  assign go_kill   = go_close & (request_i.op != MemWrite) & hit;

  logic          fill, evict, error_store, forget;
  line_address_t fill_line;
  cache_slot_t   fill_slot;

  // A store that the memory refused is in the lines already; the launch ends, and so does all that is here.
  assign forget = invalidate_i | error_store;

  data_cache_tags u_tags (
    .clk_i,
    .rst_ni,
    .invalidate_i  (forget),
    .lookup_valid_i(lookup_valid),
    .lookup_line_i (line),
    .hit_o         (hit),
    .hit_slot_o    (hit_slot),
    .kill_i        (go_kill),
    .snoop_valid_i (snoop_i.valid),
    .snoop_line_i  (snoop_i.line),
    .fill_line_i   (fill_line),
    .fill_slot_o   (fill_slot),
    .evict_o       (evict),
    .fill_i        (fill)
  );

  // ---- transactions in flight ----------------------------------------------------------------------------------------
  lsu_id_t d_id_q, d_waiter;
  logic    d_valid_q, d_error_q, d_load, d_install, d_any, d_final, d_answer, d_leave, table_idle, prefetch_idle;

  assign idle_o = table_idle & prefetch_idle;

  data_cache_table u_table (
    .clk_i,
    .rst_ni,
    .close_all_i     (forget),
    .query_valid_i   (lookup_valid),
    .query_line_i    (line),
    .open_o          (open),
    .load_o          (load_in_flight),
    .write_o         (write_in_flight),
    .free_o          (id_free),
    .load_free_o     (load_free),
    .half_free_o     (half_free),
    .free_id_o       (free_id),
    .begin_i         (go_send | go_prefetch),
    .begin_load_i    (go_prefetch | reads),
    .begin_install_i (go_prefetch | (reads & ~present)),
    .begin_waiter_i  (go_send),
    .merge_i         (go_merge),
    .waiter_i        (lsu_id_t'(request_i.id)),
    .close_i         (go_close),
    .snoop_valid_i   (snoop_i.valid),
    .snoop_line_i    (snoop_i.line),
    .answer_id_i     (d_id_q),
    .answer_valid_i  (d_valid_q),
    .answer_line_o   (fill_line),
    .answer_load_o   (d_load),
    .answer_install_o(d_install),
    .answer_any_o    (d_any),
    .answer_waiter_o (d_waiter),
    .answer_final_o  (d_final),
    .answered_i      (d_answer),
    .installed_i     (fill),
    .end_i           (d_leave),
    .idle_o          (table_idle)
  );

  // ---- memory port -----------------------------------------------------------------------------------------------------
  mem_request_t port_request;

  always_comb begin
    port_request    = request_i;
    port_request.id = mem_id_t'(free_id);
    if (reads) port_request.strobe = '1;  // the whole line
    if (prefetch_slot) begin
      port_request.op           = MemRead;
      port_request.address      = {line, OffsetBits'(0)};
      port_request.strobe       = '1;
      port_request.reserve      = 1'b0;
      port_request.private_line = 1'b0;
    end
  end

  skid_buffer #(
    .Width($bits(mem_request_t))
  ) u_port (
    .clk_i,
    .rst_ni,
    .data_i (port_request),
    .valid_i(go_send | go_prefetch),
    .ready_o(port_ready),
    .data_o (mem_request_o),
    .valid_o(mem_request_valid_o),
    .ready_i(mem_request_ready_i)
  );

  // ---- prefetch: lines ahead of streams of loads ----------------------------------------------------------------------------
  if (DcachePrefetch > 0) begin : gen_prefetch
    logic named;

    data_cache_prefetch u_prefetch (
      .clk_i,
      .rst_ni,
      .clear_i    (forget),
      .load_i     (go_hit | go_merge | (go_send & reads & ~request_i.private_line) | look_take_i),
      .load_line_i(line),
      .valid_o    (named),
      .line_o     (prefetch_line),
      .take_i     (drop_prefetch | go_prefetch),
      .idle_o     (prefetch_idle)
    );

    assign prefetch_valid = named & half_free & load_free & port_ready;
    assign drop_prefetch  = prefetch_slot & (hit | load_in_flight);
    assign go_prefetch    = prefetch_slot & ~hit & ~load_in_flight;
  end else begin : gen_no_prefetch
    assign prefetch_valid = 1'b0;
    assign prefetch_line  = '0;
    assign prefetch_idle  = 1'b1;
    assign drop_prefetch  = 1'b0;
    assign go_prefetch    = 1'b0;
    logic unused_half_free;
    assign unused_half_free = half_free;
  end

  // ---- responses of the memory wait in a RAM, one line per identifier ------------------------------------------------------
  logic    f_push_ready, f_valid, f_take, f_error;
  lsu_id_t f_id;
  line_t   d_data;

  fifo #(
    .Width(LsuIdBits + 1),
    .Depth(LsuRequests)
  ) u_filled (
    .clk_i,
    .rst_ni,
    .data_i ({mem_response_i.error, lsu_id_t'(mem_response_i.id)}),
    .valid_i(mem_response_valid_i),
    .ready_o(f_push_ready),
    .data_o ({f_error, f_id}),
    .valid_o(f_valid),
    .ready_i(f_take),
    .count_o()
  );

  ram_1r1w #(
    .Depth(LsuRequests),
    .Width(LineBits)
  ) u_lines (
    .clk_i,
    .read_enable_i  (f_take),
    .read_address_i (f_id),
    .read_data_o    (d_data),
    .write_enable_i (mem_response_valid_i),
    .write_address_i(lsu_id_t'(mem_response_i.id)),
    .write_data_i   (mem_response_i.data)
  );

  // ---- answer stage: those that wait for a transaction in turn, and the line into the cache ----------------------------------
  logic d_valid_d;

  assign f_take      = f_valid & (~d_valid_q | d_leave);
  assign d_valid_d   = f_take | (d_valid_q & ~d_leave);
  assign d_answer    = d_valid_q & d_any;
  // The RAM's one write port goes to stores first.
  assign fill        = d_valid_q & d_install & ~d_error_q & ~go_update;
  assign d_leave     = d_valid_q & d_final & (~d_install | d_error_q | fill);
  assign error_store = d_valid_q & d_error_q & ~d_load;

  always_ff @(posedge clk_i) begin
    if (f_take) begin
      d_id_q    <= f_id;
      d_error_q <= f_error;
    end
  end

  // ---- data, hit stage -------------------------------------------------------------------------------------------------------
  logic         h_valid_d, h_valid_q, h_look_q, h_leave;
  lsu_id_t      h_id_q;
  line_t        h_data, write_data;
  cache_slot_t  write_slot;
  line_strobe_t write_strobe;

  assign h_leave     = h_valid_q & (h_look_q ? look_done_i : ~d_answer);
  assign hit_ready   = ~h_valid_q | h_leave;
  assign h_valid_d   = go_hit | look_take_i | (h_valid_q & ~h_leave);
  assign look_data_o = h_data;

  assign write_slot   = go_update ? hit_slot : fill_slot;
  assign write_data   = go_update ? request_i.data : d_data;
  assign write_strobe = go_update ? request_i.strobe : {LineBytes{fill}};

  byte_ram_1r1w #(
    .Depth(CacheLines),
    .Bytes(LineBytes)
  ) u_data (
    .clk_i,
    .read_enable_i  (go_hit | look_take_i),
    .read_address_i (hit_slot),
    .read_data_o    (h_data),
    .write_enable_i (write_strobe),
    .write_address_i(write_slot),
    .write_data_i   (write_data)
  );

  always_ff @(posedge clk_i) begin
    if (go_hit) h_id_q <= lsu_id_t'(request_i.id);
    if (go_hit || look_take_i) h_look_q <= look_take_i;
  end

  assign response_valid_o = d_answer | (h_valid_q & ~h_look_q);
  assign response_o.id    = d_answer ? mem_id_t'(d_waiter) : mem_id_t'(h_id_q);
  assign response_o.data  = d_answer ? d_data : h_data;
  assign response_o.error = d_answer & d_error_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      d_valid_q <= 1'b0;
      h_valid_q <= 1'b0;
    end else begin
      d_valid_q <= d_valid_d;
      h_valid_q <= h_valid_d;
    end
  end

  if (MemIdBits > LsuIdBits) begin : gen_unused_id
    logic unused_id;
    assign unused_id = ^{request_i.id[MemIdBits-1:LsuIdBits], mem_response_i.id[MemIdBits-1:LsuIdBits]};
  end

`ifndef SYNTHESIS
  // What happened, for benches.
  /* verilator lint_off UNUSEDSIGNAL */  // read by benches alone
  logic [16:0] events;
  assign events = {
    go_merge & ~(|u_table.waiters_q[u_table.open_id]),
    request_valid_i & use_port & reads & ~load_free,
    (u_table.snooped & u_table.open_q) != '0,
    go_hit & write_in_flight,
    d_leave & d_load & ~u_table.open_q[d_id_q],
    fill & evict,
    d_valid_q & d_install & go_update,
    h_valid_q & d_answer,
    drop_prefetch,
    go_prefetch,
    fill,
    d_answer & ~d_final,
    go_kill,
    go_update,
    go_send & reads & present,
    go_merge,
    go_hit
  };
  /* verilator lint_on UNUSEDSIGNAL */
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_response_fits : assert (!mem_response_valid_i || f_push_ready);
      a_one_way_on : assert ($onehot0({go_merge, go_hit, go_send, go_prefetch}));
      a_look : assert (!look_valid_i || !request_valid_i);
      a_look_hit : assert (!look_take_i || (look_valid_i && look_hit_o));
      a_look_done : assert (!look_done_i || (h_valid_q && h_look_q));
      a_pending : assert (!(go_hit && write_in_flight) || request_i.private_line);
      a_quiet_start : assert (!invalidate_i || !request_valid_i);
    end
  end
`else
  logic unused;
  assign unused = ^{f_push_ready, evict, drop_prefetch};
`endif

endmodule
