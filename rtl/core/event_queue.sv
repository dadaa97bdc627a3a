// Path events of an issue port that only takes integer and floating-point operations: few, as such an instruction has one only where
// the path may have to change after it, or where lanes trap because their rounding mode is reserved. They wait here for a
// cycle without an event of another port.
// Latency: one cycle. It never overflows: a warp waits for its event before it issues again.
module event_queue
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,
  input  slot_t      slot_i,
  input  lane_mask_t trapping_i,
  output logic       valid_o,
  output event_t     event_o,
  input  logic       ready_i
);

  typedef struct packed {
    warp_id_t   warp;
    pc_t        pc;
    depth_t     depth;
    lane_mask_t path;
    lane_mask_t trapping;
    word_t      instr;
  } entry_t;

  localparam logic [4:0] IllegalInstruction = 5'd2;

  entry_t                     entry_new, entry;
  logic                       ready;
  logic [$clog2(Warps+1)-1:0] unused_count;

  assign entry_new = '{warp: slot_i.warp, pc: slot_i.pc, depth: slot_i.depth, path: slot_i.mask, trapping: trapping_i,
                       instr: slot_i.decoded.instr};

  fifo #(
    .Width($bits(entry_t)),
    .Depth(Warps)
  ) u_queue (
    .clk_i,
    .rst_ni,
    .data_i (entry_new),
    .valid_i,
    .ready_o(ready),
    .data_o (entry),
    .valid_o,
    .ready_i,
    .count_o(unused_count)
  );

  always_comb begin
    event_o                   = '0;
    event_o.path.warp         = entry.warp;
    event_o.path.pc           = entry.pc;
    event_o.path.depth        = entry.depth;
    event_o.path.path         = entry.path;
    event_o.path.executed     = entry.path;
    event_o.path.moved        = entry.trapping;
    event_o.path.leave        = LaneStaysRun;
    event_o.path.trap         = entry.trapping != '0;
    event_o.path.target       = entry.pc;
    event_o.path.target_depth = entry.depth;
    event_o.path.rest         = entry.pc + 30'd1;
    event_o.path.trapping     = entry.trapping;
    event_o.path.retired      = (entry.path & ~entry.trapping) != '0;
    event_o.path.predicted    = 1'b1;
    event_o.path.predicted_pc = entry.pc + 30'd1;
    event_o.cause             = IllegalInstruction;
    event_o.value             = entry.instr;
  end

`ifndef SYNTHESIS
  a_room : assert property (@(posedge clk_i) disable iff (!rst_ni) valid_i |-> ready);
`else
  logic unused;
  assign unused = ready;
`endif

  logic unused_slot;
  assign unused_slot = ^{slot_i.order, slot_i.resolve, slot_i.speculative, slot_i.killed, slot_i.decoded};

endmodule
