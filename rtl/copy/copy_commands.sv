// The commands under way: how many pieces of each are being moved, whether it has failed, and when it is over. An entry is taken when a command has passed its
// checks; the walk through its box ends with `walked_i`; it is over when its last piece has been moved after that. One that is over gives a completion,
// or a fault if it has failed, or nothing if its workgroup has been stopped.
// Latency: a completion or fault in the second cycle after the last event of its command.
// Invariants: one end per entry; of several failures of a command the first remains; no piece of an entry that is free.
module copy_commands
  import copy_pkg::*;
#(
  parameter  int unsigned Commands  = 8,
  parameter  int unsigned Slots     = 16,  // pieces at most
  parameter  int unsigned Events    = 2,   // pieces that end in one cycle
  localparam int unsigned Owners    = 1 << OwnerBits,
  localparam int unsigned IndexBits = (Commands > 1) ? $clog2(Commands) : 1
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,

  input  tag_t                             tag_i,
  input  logic                             start_i,
  output logic                             free_o,          // an entry is
  output logic [IndexBits-1:0]             free_index_o,

  input  logic                             piece_i,         // one more is moved
  input  logic [IndexBits-1:0]             piece_index_i,
  input  logic [Events-1:0]                moved_i,
  input  logic [Events-1:0][IndexBits-1:0] moved_index_i,
  input  logic                             walked_i,
  input  logic [IndexBits-1:0]             walked_index_i,

  input  logic [1:0]                       fail_i,          // [0] wins where both are of one command
  input  logic [1:0][IndexBits-1:0]        fail_index_i,
  input  fault_e [1:0]                     fail_cause_i,
  input  logic [1:0][31:0]                 fail_value_i,
  input  logic [Owners-1:0]                cancel_i,        // workgroups that have been stopped
  output logic [Commands-1:0]              skip_o,          // the rest of the box is to be left out

  output tag_t                             done_o,
  output logic                             done_valid_o,
  input  logic                             done_ready_i,
  output fault_t                           fault_o,
  output logic                             fault_valid_o,
  input  logic                             fault_ready_i,
  output logic [Owners-1:0]                failed_o,        // a command of the workgroup fails
  output logic [Owners-1:0]                busy_o,
  output logic                             trace_stopped_o   // for the monitors: done_o's command ends without giving anything bac
);

  // Those in slots, and what is on its way to the scratchpad without one.
  localparam int unsigned CountBits = $clog2(2 * Slots + 32);

  typedef logic [CountBits-1:0] count_t;

  tag_t   [Commands-1:0]       tag_q;
  logic   [Commands-1:0]       valid_d, valid_q, walked_d, walked_q, failed_d, failed_q, over, free;
  count_t [Commands-1:0]       count_d, count_q;
  fault_e [Commands-1:0]       cause_q;
  logic   [Commands-1:0][31:0] value_q;
  logic   [Commands-1:0][1:0]  fails;
  logic   [Commands-1:0]       cancelled;
  logic                        any_over, end_cancelled, end_taken, hold, held_d, held_q;
  logic   [IndexBits-1:0]      over_index, held_index_q;

  lowest_one #(
    .Width(Commands)
  ) u_free (
    .bits_i  (~valid_q),
    .any_o   (free_o),
    .onehot_o(free),
    .index_o (free_index_o)
  );

  rr_arbiter #(
    .Width(Commands)
  ) u_over (
    .clk_i,
    .rst_ni,
    .request_i(over),
    .accept_i (hold),
    .valid_o  (any_over),
    .grant_o  (),
    .index_o  (over_index)
  );

  // An end that is offered stays: the arbiter's choice is held in a register.
  assign hold          = any_over && (!held_q || end_taken);
  assign held_d        = hold || (held_q && !end_taken);
  assign end_cancelled = cancelled[held_index_q];
  assign done_valid_o  = held_q && !failed_q[held_index_q] && !end_cancelled;
  assign fault_valid_o = held_q && failed_q[held_index_q] && !end_cancelled;
  assign done_o        = tag_q[held_index_q];
  assign fault_o       = '{owner: tag_q[held_index_q].owner, id: tag_q[held_index_q].id, cause: cause_q[held_index_q], value: value_q[held_index_q],
                           origin: tag_q[held_index_q].origin};
  assign end_taken     = held_q && (end_cancelled || (done_valid_o && done_ready_i) || (fault_valid_o && fault_ready_i));
  assign skip_o        = failed_q | cancelled;
  assign trace_stopped_o = held_q && end_cancelled;

  always_comb begin
    failed_o = '0;
    busy_o   = '0;
    for (int unsigned i = 0; i < Commands; i++) begin
      cancelled[i] = cancel_i[tag_q[i].owner];
      over[i]      = valid_q[i] && walked_q[i] && count_q[i] == '0 && !(held_q && held_index_q == IndexBits'(i));
      for (int unsigned f = 0; f < 2; f++) fails[i][f] = fail_i[f] && fail_index_i[f] == IndexBits'(i);
      count_d[i]  = count_q[i] + count_t'(piece_i && piece_index_i == IndexBits'(i));
      for (int unsigned e = 0; e < Events; e++) count_d[i] = count_d[i] - count_t'(moved_i[e] && moved_index_i[e] == IndexBits'(i));
      walked_d[i] = walked_q[i] || (walked_i && walked_index_i == IndexBits'(i));
      failed_d[i] = failed_q[i] || fails[i] != '0;
      valid_d[i]  = valid_q[i];
      if (start_i && free[i]) begin
        valid_d[i]  = 1'b1;
        count_d[i]  = '0;
        walked_d[i] = 1'b0;
        failed_d[i] = 1'b0;
      end
      if (end_taken && held_index_q == IndexBits'(i)) valid_d[i] = 1'b0;
      if (valid_q[i]) begin
        busy_o[tag_q[i].owner] = 1'b1;
        if (failed_q[i]) failed_o[tag_q[i].owner] = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Commands; i++) begin
      if (start_i && free[i]) tag_q[i] <= tag_i;
      if (!failed_q[i] && fails[i] != '0) begin
        cause_q[i] <= fail_cause_i[fails[i][0] ? 0 : 1];
        value_q[i] <= fail_value_i[fails[i][0] ? 0 : 1];
      end
    end
    if (hold) held_index_q <= over_index;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q  <= '0;
      walked_q <= '0;
      failed_q <= '0;
      count_q  <= '0;
      held_q   <= 1'b0;
    end else begin
      valid_q  <= valid_d;
      walked_q <= walked_d;
      failed_q <= failed_d;
      count_q  <= count_d;
      held_q   <= held_d;
    end
  end

`ifndef SYNTHESIS
  a_piece : assert property (@(posedge clk_i) disable iff (!rst_ni) piece_i |-> valid_q[piece_index_i] && !walked_q[piece_index_i]);
  a_start : assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> free_o);
  a_one_end : assert property (@(posedge clk_i) disable iff (!rst_ni) !(done_valid_o && fault_valid_o));
  for (genvar i = 0; i < Commands; i++) begin : gen_check
    a_count : assert property (@(posedge clk_i) disable iff (!rst_ni) count_q[i] != '0 |-> valid_q[i]);
  end
`endif

endmodule
