// Issue phase of the load/store unit: turns one checked instruction into line requests, one per cycle, and one
// scratchpad request that goes out beside them. Loads and stores need one request per distinct line; AMO, LR and SC
// one per lane in ascending order, and they start only when the warp has no other access outstanding. So does what goes to the engines, but
// for stores to device memory, which need not have taken place (docs/copy.md); it leaves in one piece (lsu_engine), as accesses to the
// accumulators do.
// Latency: the first request leaves in the cycle after the instruction is taken; the next instruction is taken in the cycle
// in which the last request leaves.
// Also keeps, per warp and memory, whether a reservation can exist: a warp loses both with any SC and at its start.
// Invariant: requests of one warp leave in program order.
module lsu_issue
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import lsu_pkg::*;
(
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             start_valid_i,    // the warp begins anew: it has no reservation
  input  warp_id_t         start_warp_i,
  input  lsu_checked_t     checked_i,
  input  lsu_slot_t        checked_slot_i,   // allocated for it
  input  logic             checked_valid_i,
  output logic             checked_ready_o,
  output logic             blocked_o,        // what comes behind may not go to the memory yet
  output lsu_slot_t        slot_o,           // of it
  output warp_id_t         warp_o,
  input  logic             others_busy_i,    // the warp has other accesses outstanding
  input  logic             others_owing_i,   // ... that are no posted stores
  // to the request table and the memory port; the identifier comes from the table
  output mem_request_t     request_o,
  output lane_mask_t       request_lanes_o,
  output lane_words_t      request_address_o,
  output logic             request_valid_o,
  input  logic             request_ready_i,
  input  lsu_id_t          request_id_i,
  // to the scratchpad
  output scratch_request_t scratch_o,
  output logic             scratch_valid_o,
  input  logic             scratch_ready_i,
  // to the engines; to the accumulators
  output lsu_checked_t     engine_o,
  output logic             engine_valid_o,
  input  logic             engine_ready_i,
  output window_request_t  window_o,
  output logic             window_valid_o,
  input  logic             window_ready_i
);

  lsu_checked_t     i_q;
  lsu_slot_t        slot_q;
  logic             valid_d, valid_q, started_d, started_q, scratch_left_d, scratch_left_q, engine_left_d, engine_left_q, window_left_d, window_left_q;
  lane_mask_t       lanes_d, lanes_q;
  logic [Warps-1:0] memory_reserved_d, memory_reserved_q, scratch_reserved_d, scratch_reserved_q;

  logic          atomic, waits, go, take, finish, memory_sent, scratch_sent, engine_sent, window_sent, first_lane;
  lane_mask_t    hits;
  lane_id_t      lane;
  word_t         address;
  lane_words_t   words;
  lane_strobes_t strobes;
  line_strobe_t  strobe;
  line_t         data;

  assign atomic = i_q.op == LsuAmo || i_q.op == LsuLr || i_q.op == LsuSc || (CopyEngine != 0 && i_q.op == LsuEngine);
  assign waits  = (CopyEngine != 0 && i_q.op == LsuEngine) ? others_owing_i : others_busy_i;
  assign go     = valid_q & (~atomic | started_q | ~waits);
  assign blocked_o = valid_q & (atomic | lanes_q != '0);
  assign slot_o = slot_q;
  assign warp_o = i_q.tag.warp;

  // Data in word position: a byte or half is repeated, the strobe picks its place.
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      unique case (i_q.size)
        SizeByte: begin
          words[l]   = {4{i_q.data[l][7:0]}};
          strobes[l] = 4'b0001 << i_q.address[l][1:0];
        end
        SizeHalf: begin
          words[l]   = {2{i_q.data[l][15:0]}};
          strobes[l] = i_q.address[l][1] ? 4'b1100 : 4'b0011;
        end
        default: begin
          words[l]   = i_q.data[l];
          strobes[l] = 4'b1111;
        end
      endcase
    end
  end

  coalescer u_coalescer (
    .valid_i  (valid_q),
    .lanes_i  (lanes_q),
    .single_i (atomic),
    .address_i(i_q.address),
    .word_i   (words),
    .strobe_i (strobes),
    .hits_o   (hits),
    .lane_o   (lane),
    .address_o(address),
    .strobe_o (strobe),
    .data_o   (data)
  );

  assign first_lane = lanes_q == i_q.memory_mask;

  always_comb begin
    unique case (i_q.op)
      LsuStore: request_o.op = MemWrite;
      LsuAmo:   request_o.op = MemAmo;
      LsuLr:    request_o.op = MemLr;
      LsuSc:    request_o.op = MemSc;
      default:  request_o.op = MemRead;
    endcase
    request_o.amo     = i_q.amo;
    request_o.address = atomic ? address : {address[31:OffsetBits], OffsetBits'(0)};
    request_o.strobe  = strobe;
    request_o.data    = data;
    request_o.id      = mem_id_t'(request_id_i);
    request_o.tag     = i_q.tag;
    request_o.lane    = lane;
    request_o.private_line = (hits & ~i_q.private_mask) == '0;
    request_o.reserve = (i_q.op == LsuLr && first_lane) || (i_q.op == LsuSc && memory_reserved_q[i_q.tag.warp]);
  end

  assign request_valid_o   = go & (lanes_q != '0);
  assign request_lanes_o   = hits;
  assign request_address_o = i_q.address;
  assign memory_sent       = request_valid_o & request_ready_i;

  always_comb begin
    scratch_o.op      = i_q.op;
    scratch_o.amo     = i_q.amo;
    scratch_o.mask    = i_q.scratch_mask;
    scratch_o.strobe  = strobes;
    scratch_o.data    = words;
    scratch_o.tag     = i_q.tag;
    scratch_o.reserve = scratch_reserved_q[i_q.tag.warp];
    for (int unsigned l = 0; l < Lanes; l++) begin
      scratch_o.address[l] = i_q.address[l][ScratchBits-1:0];
    end
  end

  assign scratch_valid_o = go & scratch_left_q;
  assign scratch_sent    = scratch_valid_o & scratch_ready_i;

  assign engine_o        = i_q;
  assign engine_valid_o  = go & engine_left_q;
  assign engine_sent     = engine_valid_o & engine_ready_i;

  always_comb begin
    window_o.write = i_q.op == LsuStore;
    window_o.mask  = i_q.window_mask;
    window_o.data  = i_q.data;
    window_o.tag   = i_q.tag;
    for (int unsigned l = 0; l < Lanes; l++) window_o.address[l] = i_q.address[l][AccumulatorBits-1:0];
  end

  assign window_valid_o  = go & window_left_q;
  assign window_sent     = window_valid_o & window_ready_i;

  // ---- state -----------------------------------------------------------------------------------------------------
  assign finish          = go & ((lanes_q & ~(memory_sent ? hits : '0)) == '0) & (~scratch_left_q | scratch_sent) & (~engine_left_q | engine_sent) &
                           (~window_left_q | window_sent);
  assign checked_ready_o = ~valid_q | finish;
  assign take            = checked_valid_i & checked_ready_o;

  always_comb begin
    valid_d        = take | (valid_q & ~finish);
    started_d      = take ? 1'b0 : started_q | memory_sent | scratch_sent | engine_sent | window_sent;
    lanes_d        = take ? checked_i.memory_mask : lanes_q & ~(memory_sent ? hits : '0);
    scratch_left_d = take ? checked_i.scratch_mask != '0 && !(CopyEngine != 0 && checked_i.op == LsuEngine) : scratch_left_q & ~scratch_sent;
    engine_left_d  = CopyEngine != 0 && (take ? checked_i.op == LsuEngine : engine_left_q & ~engine_sent);
    window_left_d  = MatrixDim != 0 && (take ? checked_i.window_mask != '0 : window_left_q & ~window_sent);

    memory_reserved_d  = memory_reserved_q;
    scratch_reserved_d = scratch_reserved_q;
    if (finish && i_q.op == LsuLr) begin
      if (i_q.memory_mask != '0)  memory_reserved_d[i_q.tag.warp]  = 1'b1;
      if (i_q.scratch_mask != '0) scratch_reserved_d[i_q.tag.warp] = 1'b1;
    end
    if (finish && i_q.op == LsuSc) begin
      if (i_q.memory_mask != '0) memory_reserved_d[i_q.tag.warp] = 1'b0;
      // planted bug 18: an SC to device memory ends the reservation in the scratchpad
      if (i_q.scratch_mask != '0 || PlantedBug == 18) scratch_reserved_d[i_q.tag.warp] = 1'b0;
    end
    if (start_valid_i) begin
      memory_reserved_d[start_warp_i]  = 1'b0;
      scratch_reserved_d[start_warp_i] = 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      i_q    <= checked_i;
      slot_q <= checked_slot_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q            <= 1'b0;
      started_q          <= 1'b0;
      lanes_q            <= '0;
      scratch_left_q     <= 1'b0;
      engine_left_q      <= 1'b0;
      window_left_q      <= 1'b0;
      memory_reserved_q  <= '0;
      scratch_reserved_q <= '0;
    end else begin
      valid_q            <= valid_d;
      started_q          <= started_d;
      lanes_q            <= lanes_d;
      scratch_left_q     <= scratch_left_d;
      engine_left_q      <= engine_left_d;
      window_left_q      <= window_left_d;
      memory_reserved_q  <= memory_reserved_d;
      scratch_reserved_q <= scratch_reserved_d;
    end
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_progress_hits : assert (!request_valid_o || (hits != '0 && (hits & ~lanes_q) == '0));
    end
  end
  a_scratch_stays : assert property (@(posedge clk_i) disable iff (!rst_ni)
    scratch_valid_o && !scratch_ready_i |=> scratch_valid_o);
`endif

endmodule
