// Scratchpad of a cluster: as many 32-bit banks as lanes, with one request port per core and more for the engines, served in turn.
// A word's bank is its index modulo Lanes, XORed with a hash of its row, so that the rows of a matrix are free of conflicts and its
// columns, too, whether its rows lie a power of two apart (up to Lanes * Lanes words) or one word more than Lanes. A request is performed
// in steps of one cycle: each bank serves one row per step, the one that its lowest lane left wants. All lanes that load or store in
// that row are served together (for stores the highest lane's byte remains).
// AMO steps serve one lane per bank and write in the cycle after, in which other steps may read (a word that is being written: what
// is written) but not write; an SC takes one step, as only the holder of the reservation can succeed.
// Stores of the copy engine need nothing but the banks' write ports, once: they go beside a step that only reads.
// Latency: response in the third cycle after the request is taken, for a request without conflicts; in the next one for a store beside a
// step. Throughput: one conflict-free request per cycle over all ports, and one store of the copy engine beside loads.
// Invariants: one response per request, in order per core; each lane of the mask is performed exactly once; lanes that access
// one word are performed in ascending order.
// Only cores use AMO, LR and SC. A row is set to zero for the scrubber only while no request is there.
module scratchpad
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import scratch_pkg::*;
#(
  parameter  int unsigned Ports    = Cores,  // the cores' come first
  parameter  int unsigned CopyPort = Ports,  // the copy engine's: its requests lie in one row; their tag has the number of the command
  localparam int unsigned Rows     = ScratchRows,
  localparam int unsigned RowBits  = ScratchRowBits
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  scratch_request_t  [Ports-1:0] request_i,
  input  logic              [Ports-1:0] request_valid_i,
  output logic              [Ports-1:0] request_ready_o,
  output scratch_response_t [Ports-1:0] response_o,
  output logic              [Ports-1:0] response_valid_o,  // always accepted
  input  logic                          clear_i,
  input  logic            [RowBits-1:0] clear_row_i
);

  localparam int unsigned Owners    = Cores * Warps;
  localparam int unsigned OwnerBits = (Owners > 1) ? $clog2(Owners) : 1;
  localparam int unsigned PortBits  = (Ports > 1) ? $clog2(Ports) : 1;

  typedef logic [RowBits-1:0]  row_t;
  typedef logic [PortBits-1:0] port_t;

  // ---- ports: one request into the current register --------------------------------------------------------------
  logic [Ports-1:0]             beside, beside_done;   // of the copy engine, below: taken in this cycle; answered
  logic [Ports-1:0]             beside_waits;          // ... is to go beside a step, not in its turn
  scratch_request_t [Ports-1:0] port_request;
  logic             [Ports-1:0] port_valid, port_ready, port_grant;
  port_t                        port;
  logic                         any_valid;

  for (genvar c = 0; c < Ports; c++) begin : gen_port
    bypass_buffer #(
      .Width($bits(scratch_request_t))
    ) u_buffer (
      .clk_i,
      .rst_ni,
      .data_i (request_i[c]),
      .valid_i(request_valid_i[c]),
      .ready_o(request_ready_o[c]),
      .data_o (port_request[c]),
      .valid_o(port_valid[c]),
      .ready_i(port_ready[c])
    );
  end

  logic             c_valid_d, c_valid_q, c_first_d, c_first_q, c_take, c_finish, c_ready;
  scratch_request_t c_q;
  port_t            c_port_q;
  lane_mask_t       c_left_d, c_left_q;

  rr_arbiter #(
    .Width(Ports)
  ) u_ports (
    .clk_i,
    .rst_ni,
    .request_i(port_valid & ~beside & ~beside_waits),
    .accept_i (c_ready),
    .valid_o  (any_valid),
    .grant_o  (port_grant),
    .index_o  (port)
  );

  assign c_ready    = ~c_valid_q | c_finish;
  assign c_take     = c_ready & any_valid;
  assign port_ready = (c_ready ? port_grant : '0) | beside;

  // Of the second stage and the responses.
  logic                   s_valid_d, s_valid_q, s_last_q, s_amo, s_reads;
  scratch_request_t       s_q;
  logic [Ports-1:0] response_valid_d, response_valid_q;

  // ---- stores of the copy engine beside a step that only reads ------------------------------------------------------
  lane_mask_t            beside_banks;
  row_t                  beside_row;
  logic [Lanes-1:0][3:0] beside_strobe;
  lane_words_t           beside_data;
  logic                  trace_beside_valid;
  scratch_request_t      trace_beside;

  if (CopyPort < Ports) begin : gen_beside
    scratch_request_t store;
    logic             reads_only, beside_q;
    logic [2:0]       others_d, others_q;       // requests of this port that went the usual way: answers come in order
    logic             stored_d, stored_q;       // a store was among them

    assign store      = port_request[CopyPort];
    assign reads_only = (!c_valid_q || c_q.op == LsuLoad) && !(s_valid_q && s_amo);
    assign others_d   = others_q + 3'(c_take && 32'(port) == CopyPort) - 3'(response_valid_q[CopyPort]);

    assign stored_d   = (c_take && 32'(port) == CopyPort && store.op == LsuStore) || (stored_q && others_d != '0);

    // A store that others keep from going beside a step takes its turn; those behind it wait for it, or every store would follow in the place
    // that the one before takes in the steps.
    always_comb begin
      beside_waits           = '0;
      beside_waits[CopyPort] = store.op == LsuStore && stored_q;
      beside           = '0;
      beside[CopyPort] = port_valid[CopyPort] && store.op == LsuStore && reads_only && others_q == '0;
      beside_done           = '0;
      beside_done[CopyPort] = beside_q;
      beside_banks     = '0;
      beside_row       = '0;
      beside_strobe    = '0;
      beside_data      = '0;
      if (beside[CopyPort]) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          if (store.mask[l]) begin
            beside_banks[bank_of(store.address[l])]  = 1'b1;
            beside_strobe[bank_of(store.address[l])] = store.strobe[l];
            beside_data[bank_of(store.address[l])]   = store.data[l];
            beside_row                               = row_t'(store.address[l][ScratchBits-1:2] >> LaneShift);
          end
        end
      end
    end

    always_ff @(posedge clk_i) begin
      if (beside[CopyPort]) trace_beside <= store;
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        beside_q <= 1'b0;
        others_q <= '0;
        stored_q <= 1'b0;
      end else begin
        beside_q <= beside[CopyPort];
        others_q <= others_d;
        stored_q <= stored_d;
      end
    end
    assign trace_beside_valid = beside_q;

`ifndef SYNTHESIS
    logic one_row;
    always_comb begin
      one_row = 1'b1;
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (store.mask[l] && row_t'(store.address[l][ScratchBits-1:2] >> LaneShift) != beside_row) one_row = 1'b0;
      end
    end
    always_ff @(posedge clk_i) begin
      if (rst_ni) a_one_row : assert (beside == '0 || one_row);
    end
`endif
  end else begin : gen_not_beside
    assign beside             = '0;
    assign beside_done        = '0;
    assign beside_waits       = '0;
    assign beside_banks       = '0;
    assign beside_row         = '0;
    assign beside_strobe      = '0;
    assign beside_data        = '0;
    assign trace_beside_valid = 1'b0;
    assign trace_beside       = '0;
  end

  // ---- step: which lanes, which rows -----------------------------------------------------------------------------
  logic                   is_store, is_amo, is_lr, is_sc, step;
  lane_mask_t             candidates, hits, sc_success;
  lane_id_t   [Lanes-1:0] lane_bank;
  row_t       [Lanes-1:0] lane_row, bank_row;
  lane_mask_t             bank_any, bank_write;
  lane_id_t   [Lanes-1:0] bank_lane;       // the lowest lane that wants the bank
  logic  [Lanes-1:0][3:0] bank_strobe;
  lane_words_t            bank_data;
  lane_id_t               first_lane;

  // State of the second stage, described below.
  port_t                  s_port_q;
  lane_mask_t             s_hits_q, s_success_q, s_banks_q;
  lane_id_t   [Lanes-1:0] s_lane_bank_q;
  row_t       [Lanes-1:0] s_bank_row_q;
  lane_words_t            s_bank_data_q, bank_read, bank_word, bank_result, s_word;

  logic     reserved;
  row_t     reserved_row;
  lane_id_t reserved_bank, reserved_lane;

  assign is_store = c_q.op == LsuStore;
  assign is_amo   = c_q.op == LsuAmo;
  assign is_lr    = c_q.op == LsuLr;
  assign is_sc    = c_q.op == LsuSc;

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      lane_bank[l] = bank_of(c_q.address[l]);
      lane_row[l]  = row_t'(c_q.address[l][ScratchBits-1:2] >> LaneShift);
    end
  end

  // Only the lane that holds the warp's reservation can succeed.
  always_comb begin
    sc_success = '0;
    if (reserved && c_q.reserve && c_q.mask[reserved_lane] && lane_bank[reserved_lane] == reserved_bank &&
        lane_row[reserved_lane] == reserved_row) begin
      sc_success[reserved_lane] = 1'b1;
    end
  end

  assign candidates = is_sc ? sc_success : c_left_q;

  always_comb begin
    bank_row    = '0;
    bank_any    = '0;
    bank_lane   = '0;
    bank_strobe = '0;
    bank_data   = '0;
    hits        = '0;
    if (c_valid_q) begin
      for (int unsigned i = Lanes; i > 0; i--) begin
        if (candidates[i-1]) begin
          bank_any[lane_bank[i-1]]  = 1'b1;
          bank_row[lane_bank[i-1]]  = lane_row[i-1];
          bank_lane[lane_bank[i-1]] = lane_id_t'(i - 1);
        end
      end
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (candidates[l] && lane_row[l] == bank_row[lane_bank[l]] &&
            (!is_amo || bank_lane[lane_bank[l]] == lane_id_t'(l))) begin
          hits[l] = 1'b1;
          for (int unsigned b = 0; b < 4; b++) begin
            if (c_q.strobe[l][b]) bank_data[lane_bank[l]][8*b +: 8] = c_q.data[l][8*b +: 8];
          end
          bank_strobe[lane_bank[l]] = bank_strobe[lane_bank[l]] | c_q.strobe[l];
        end
      end
      if (is_sc) hits = c_q.mask;
    end
  end

  // The write of an AMO step uses the banks in the cycle after it.
  assign step     = c_valid_q & ~(s_valid_q & s_amo & (is_store | is_sc));
  assign c_finish = step & ((c_left_q & ~hits) == '0);

  assign c_valid_d = c_take | (c_valid_q & ~c_finish);
  assign c_first_d = c_take | (c_first_q & ~step);
  assign c_left_d  = c_take ? port_request[port].mask : step ? c_left_q & ~hits : c_left_q;

  // ---- reservations ------------------------------------------------------------------------------------------------
  lowest_one #(
    .Width(Lanes)
  ) u_first_lane (
    .bits_i  (c_q.mask),
    .any_o   (),
    .onehot_o(),
    .index_o (first_lane)
  );

  assign bank_write = (step && (is_store || is_amo || is_sc)) ? bank_any : '0;

  scratchpad_reservations #(
    .RowBits(RowBits)
  ) u_reservations (
    .clk_i,
    .rst_ni,
    .owner_i      (OwnerBits'(32'(c_port_q) * Warps + 32'(c_q.tag.warp))),
    .valid_o      (reserved),
    .row_o        (reserved_row),
    .bank_o       (reserved_bank),
    .lane_o       (reserved_lane),
    .set_i        (step & is_lr & c_first_q),
    .set_row_i    (lane_row[first_lane]),
    .set_bank_i   (lane_bank[first_lane]),
    .set_lane_i   (first_lane),
    .clear_i      (step & is_sc),
    .write_banks_i(bank_write | beside_banks),
    .write_rows_i ((beside_banks != '0) ? {Lanes{beside_row}} : bank_row)
  );

  // ---- second stage: words read, AMO results written ---------------------------------------------------------------
  assign s_valid_d = step;
  assign s_amo     = s_q.op == LsuAmo;
  assign s_reads   = s_q.op == LsuLoad || s_q.op == LsuLr || s_q.op == LsuAmo;

  for (genvar b = 0; b < Lanes; b++) begin : gen_bank
    logic       amo_write, read, forward_q;
    logic [3:0] write_enable;
    word_t      result_q;

    assign read         = step & bank_any[b] & ~is_store & ~is_sc;
    assign bank_word[b] = forward_q ? result_q : bank_read[b];
    assign amo_write    = s_valid_q & s_amo & s_banks_q[b];
    assign write_enable = (amo_write || clear_i) ? 4'b1111 : (bank_write[b] && !is_amo) ? bank_strobe[b] : beside_strobe[b];

    ram_1r1w #(
      .Depth     (Rows),
      .Width     (32),
      .SliceWidth(8)
    ) u_ram (
      .clk_i,
      .read_enable_i  (read),
      .read_address_i (bank_row[b]),
      .read_data_o    (bank_read[b]),
      .write_enable_i (write_enable),
      .write_address_i(clear_i ? clear_row_i : amo_write ? s_bank_row_q[b] : beside_banks[b] ? beside_row : bank_row[b]),
      .write_data_i   (clear_i ? '0 : amo_write ? bank_result[b] : beside_banks[b] ? beside_data[b] : bank_data[b])
    );

    always_ff @(posedge clk_i) begin
      if (read) begin
        forward_q <= amo_write && s_bank_row_q[b] == bank_row[b];
        if (amo_write) result_q <= bank_result[b];
      end
    end

    amo_alu u_amo (
      .op_i     (s_q.amo),
      .old_i    (bank_word[b]),
      .operand_i(s_bank_data_q[b]),
      .result_o (bank_result[b])
    );
  end

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      s_word[l] = s_reads ? bank_word[s_lane_bank_q[l]] : {31'd0, ~s_success_q[l]};
    end
  end

  // ---- response: words gather here until the last step ----------------------------------------------------------------
  lane_words_t      response_data_q;
  lane_mask_t       response_mask_q;
  slot_tag_t        response_tag_q;

  always_comb begin
    response_valid_d = '0;
    if (s_valid_q && s_last_q) response_valid_d[s_port_q] = 1'b1;
  end

  assign response_valid_o = response_valid_q | beside_done;

  always_comb begin
    for (int unsigned c = 0; c < Ports; c++) begin
      response_o[c].mask = response_mask_q;
      response_o[c].data = response_data_q;
      response_o[c].tag  = response_tag_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (c_take) begin
      c_q      <= port_request[port];
      c_port_q <= port;
    end
    if (step) begin
      s_q           <= c_q;
      s_port_q      <= c_port_q;
      s_last_q      <= c_finish;
      s_hits_q      <= hits;
      s_success_q   <= sc_success;
      s_banks_q     <= bank_any;
      s_lane_bank_q <= lane_bank;
      s_bank_row_q  <= bank_row;
      s_bank_data_q <= bank_data;
    end
    if (s_valid_q) begin
      response_mask_q <= s_q.mask;
      response_tag_q  <= s_q.tag;
      for (int unsigned l = 0; l < Lanes; l++) begin
        if (s_hits_q[l]) response_data_q[l] <= s_word[l];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      c_valid_q        <= 1'b0;
      c_first_q        <= 1'b0;
      c_left_q         <= '0;
      s_valid_q        <= 1'b0;
      response_valid_q <= '0;
    end else begin
      c_valid_q        <= c_valid_d;
      c_first_q        <= c_first_d;
      c_left_q         <= c_left_d;
      s_valid_q        <= s_valid_d;
      response_valid_q <= response_valid_d;
    end
  end

  // ---- for the monitors: stores, AMO, LR and SC as they are performed -------------------------------------------------
  /* verilator lint_off UNUSEDSIGNAL */  // read by bound monitors alone
  logic           trace_scratch_valid, trace_copy_valid;
  trace_scratch_t trace_scratch;
  scratch_request_t trace_copy;
  /* verilator lint_on UNUSEDSIGNAL */

  always_comb begin
    trace_scratch_valid      = s_valid_q && s_q.op != LsuLoad && 32'(s_port_q) < Cores;
    trace_copy_valid         = trace_beside_valid || (s_valid_q && s_q.op == LsuStore && CopyPort < Ports && 32'(s_port_q) == CopyPort);
    trace_copy               = trace_beside_valid ? trace_beside : s_q;
    trace_scratch.tag        = s_q.tag;
    trace_scratch.op         = s_q.op;
    trace_scratch.amo        = s_q.amo;
    trace_scratch.mask       = s_hits_q;
    trace_scratch.address    = s_q.address;
    trace_scratch.strobe     = s_q.strobe;
    trace_scratch.data       = s_q.data;
    trace_scratch.old        = s_reads ? s_word : '0;
    trace_scratch.sc_success = (s_q.op == LsuSc) ? s_success_q : '0;
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_no_empty_request : assert (!c_valid_q || (c_left_q != '0));
      a_progress : assert (!step || ((c_left_q & hits) != '0));
      a_only_left : assert (!step || ((hits & ~c_left_q) == '0));
      a_one_response : assert ($onehot0(response_valid_q));
      a_clear_alone : assert (!clear_i || (port_valid == '0 && !c_valid_q && !s_valid_q));
    end
  end
`endif

endmodule
