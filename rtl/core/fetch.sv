// Instruction fetch of all warps: picks a warp with room in its buffer, reads the block of instructions at its fetch pc,
// checks the right to execute, decodes and delivers. Follows jal and backward branches; stops behind instructions whose
// successor it cannot know (jalr, traps, faults) until a redirect.
// Cycle 0 pick and cache read, cycle 1 hit or miss, cycle 2 decode and delivery; one fetch per warp at a time.
// A redirect (also that of a dispatch) drops what is on its way for its warp.
// Invariant: a warp's deliveries follow its redirects in program order along the predicted path, without gaps.
module fetch
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  core_id_t             core_id_i,
  input  region_t [Regions-1:0] regions_i,
  input  logic                 invalidate_i,
  input  logic [Warps-1:0]     enable_i,          // warps that may fetch
  input  logic [Warps-1:0]     room_i,            // for FetchWords more instructions

  input  logic [2:0]           redirect_valid_i,  // of different warps
  input  redirect_t [2:0]      redirect_i,
  output logic [Warps-1:0]     flush_o,           // the buffers of redirected warps, in the same cycle

  output warp_id_t             deliver_warp_o,
  output logic     [FetchWords-1:0] deliver_valid_o,  // each only with those below
  output decoded_t [FetchWords-1:0] deliver_o,

  output mem_request_t         request_o,
  output logic                 request_valid_o,
  input  logic                 request_ready_i,
  input  mem_response_t        response_i,
  input  logic                 response_valid_i
);

  localparam int unsigned WordIndexBits = $clog2(FetchWords);
  typedef logic [WordIndexBits-1:0] word_index_t;

  pc_t              pc_q [Warps];
  logic [Warps-1:0] flight_d, flight_q;   // a fetch of the warp is on its way
  logic [Warps-1:0] wait_d, wait_q;       // waits for a line
  logic [Warps-1:0] stop_d, stop_q;       // waits for a redirect

  always_comb begin
    flush_o = '0;
    for (int unsigned r = 0; r < 3; r++) begin
      if (redirect_valid_i[r]) flush_o[redirect_i[r].warp] = 1'b1;
    end
  end

  // ---- cycle 0: pick ----
  logic [Warps-1:0] eligible, unused_grant;
  logic             pick_valid, round_valid, urgent_q, urgent;
  warp_id_t         pick_warp, round_warp, urgent_warp_q;
  logic             filled;
  warp_id_t         filled_warp;

  // A redirected warp is picked from the next cycle on, with its new pc.
  assign eligible = enable_i & room_i & ~flight_q & ~wait_q & ~stop_q & ~flush_o;

  rr_arbiter #(
    .Width(Warps)
  ) u_round (
    .clk_i,
    .rst_ni,
    .request_i(eligible),
    .accept_i (!urgent),
    .valid_o  (round_valid),
    .grant_o  (unused_grant),
    .index_o  (round_warp)
  );

  // The warp whose line has just arrived goes first: the cache keeps the line for it that long.
  assign urgent     = urgent_q && eligible[urgent_warp_q];
  assign pick_valid = urgent || round_valid;
  assign pick_warp  = urgent ? urgent_warp_q : round_warp;

  // ---- cycle 1: cache and rights ----
  logic         valid_1_q, live_1, hit, error, miss;
  warp_id_t     warp_1_q;
  pc_t          pc_1_q;
  logic [FetchWords-1:0][31:0] data;
  line_strobe_t          executable;
  logic [FetchWords-1:0] allowed;       // of the block
  word_index_t           first_1;       // of the block, where the fetch begins

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_1_q <= 1'b0;
      urgent_q  <= 1'b0;
    end else begin
      valid_1_q <= pick_valid;
      urgent_q  <= filled;
    end
  end
  always_ff @(posedge clk_i) begin
    if (pick_valid) begin
      warp_1_q <= pick_warp;
      pc_1_q   <= pc_q[pick_warp];
    end
    if (filled) urgent_warp_q <= filled_warp;
  end

  region_check u_region (
    .regions_i,
    .line_i  (pc_1_q[31:OffsetBits]),
    .size_i  (SizeWord),
    .need_r_i(1'b0),
    .need_w_i(1'b0),
    .need_x_i(1'b1),
    .allow_o (executable)
  );

  // Only device memory, the upper half of the address space, holds instructions.
  assign first_1 = pc_1_q[2 +: WordIndexBits];
  for (genvar i = 0; i < FetchWords; i++) begin : gen_allowed
    logic [OffsetBits-1:0] offset;
    assign offset     = (OffsetBits'({pc_1_q[OffsetBits-1:2], 2'b00}) & ~OffsetBits'(FetchWords * 4 - 1)) | OffsetBits'(i * 4);
    assign allowed[i] = pc_1_q[31] && executable[offset];
  end
  assign live_1 = valid_1_q && !flush_o[warp_1_q];
  assign miss   = live_1 && allowed[first_1] && !hit;

  icache u_icache (
    .clk_i,
    .rst_ni,
    .core_id_i,
    .invalidate_i,
    .lookup_valid_i(pick_valid),
    .lookup_pc_i   (pc_q[pick_warp]),
    .lookup_warp_i (pick_warp),
    .miss_allowed_i(miss),
    .hit_o         (hit),
    .error_o       (error),
    .data_o        (data),
    .filled_o      (filled),
    .filled_warp_o (filled_warp),
    .request_o,
    .request_valid_o,
    .request_ready_i,
    .response_i,
    .response_valid_i
  );

  // ---- cycle 2: decode ----
  logic                        valid_2_q, live_2;
  warp_id_t                    warp_2_q;
  pc_t                         pc_2_q, next_pc;
  // From the fetch pc on.
  logic [FetchWords-1:0]       there_2_q, fault_1;
  logic [FetchWords-1:0][31:0] word_1;
  logic [FetchWords-1:0][31:0] word_2_q;
  logic [FetchWords-1:0]       fault_2_q;
  logic                        stop, go_on;
  decoded_t [FetchWords-1:0]   decoded;

  assign word_1  = data >> {first_1, 5'd0};
  assign fault_1 = error ? '1 : ~(allowed >> first_1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_2_q <= 1'b0;
    else         valid_2_q <= live_1 && !miss;
  end
  always_ff @(posedge clk_i) begin
    if (live_1 && !miss) begin
      warp_2_q  <= warp_1_q;
      pc_2_q    <= pc_1_q;
      there_2_q <= FetchWords'('1) >> first_1;
      fault_2_q <= fault_1;
      for (int unsigned i = 0; i < FetchWords; i++) begin
        // The word of a fetch that faults is not used, and reads zero in the records.
        word_2_q[i] <= fault_1[i] ? '0 : word_1[i];
      end
    end
  end

  for (genvar i = 0; i < FetchWords; i++) begin : gen_decoder
    decoder u_decoder (
      .valid_i      (valid_2_q && there_2_q[i]),
      .instr_i      (word_2_q[i]),
      .fetch_fault_i(fault_2_q[i]),
      .decoded_o    (decoded[i])
    );
  end

  assign live_2         = valid_2_q && !flush_o[warp_2_q];
  assign deliver_warp_o = warp_2_q;
  assign deliver_o      = decoded;

  always_comb begin
    deliver_valid_o = '0;
    stop            = 1'b0;
    next_pc         = pc_2_q;
    go_on           = live_2;
    for (int unsigned i = 0; i < FetchWords; i++) begin
      go_on = go_on && there_2_q[i];
      if (go_on) begin
        deliver_valid_o[i] = 1'b1;
        stop               = decoded[i].predict_stop;
        next_pc            = pc_2_q + pc_t'(i) + (decoded[i].predict_taken ? jump_offset(decoded[i].instr) : pc_t'(1));
      end
      go_on = go_on && !decoded[i].predict_taken && !decoded[i].predict_stop;
    end
  end

  // ---- state per warp ----
  always_comb begin
    flight_d = flight_q;
    wait_d   = filled ? '0 : wait_q;
    stop_d   = stop_q;
    if (pick_valid) flight_d[pick_warp] = 1'b1;
    if (miss) begin
      flight_d[warp_1_q] = 1'b0;
      wait_d[warp_1_q]   = 1'b1;
    end
    if (live_2) begin
      flight_d[warp_2_q] = 1'b0;
      stop_d[warp_2_q]   = stop;
    end
    flight_d = flight_d & ~flush_o;
    wait_d   = wait_d & ~flush_o;
    stop_d   = stop_d & ~flush_o;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      flight_q <= '0;
      wait_q   <= '0;
      stop_q   <= '0;
    end else begin
      flight_q <= flight_d;
      wait_q   <= wait_d;
      stop_q   <= stop_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (live_2) pc_q[warp_2_q] <= next_pc;
    for (int unsigned r = 0; r < 3; r++) begin
      if (redirect_valid_i[r]) pc_q[redirect_i[r].warp] <= redirect_i[r].pc;
    end
  end

`ifndef SYNTHESIS
  a_flight_1 : assert property (@(posedge clk_i) disable iff (!rst_ni) live_1 |-> flight_q[warp_1_q]);
  a_flight_2 : assert property (@(posedge clk_i) disable iff (!rst_ni) live_2 |-> flight_q[warp_2_q]);
  a_deliver_room : assert property (@(posedge clk_i) disable iff (!rst_ni) live_2 |-> room_i[warp_2_q]);
`endif

endmodule
