// Fetches words ahead, cuts them into instructions of 16 and 32 bits, and expands the former. Up to three words wait; a
// word just answered may be used at once.
// Latency: from `redirect_i` to the instruction at `fetched_o`: 2 cycles from memory that answers in one. Throughput: one instruction per
// cycle; straight code needs one word per cycle at most.
// `next_pc_o` is the address behind the instruction at `fetched_o`; where there is none, that of the instruction to come.
// Invariants: no response without a request; the words that wait are those from next_pc_o on.
module mgmt_fetch
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,

  input  logic           redirect_i,       // what waits, and what is at fetched_o, is dropped
  input  word_t          redirect_pc_i,

  output mgmt_fetched_t  fetched_o,
  output logic           valid_o,
  input  logic           ready_i,
  output word_t          next_pc_o,

  output word_t          request_address_o, // may change while it is not accepted
  output logic           request_valid_o,
  input  logic           request_ready_i,
  input  mgmt_response_t response_i
);

  localparam int unsigned Depth = 3;

  typedef struct packed {
    logic  error;
    word_t data;
  } entry_t;

  entry_t [Depth-1:0] words_d, words_q;
  logic   [1:0]       count_d, count_q;
  logic   [31:2]      ahead_d, ahead_q;    // the word that is asked for next
  word_t              pc_d, pc_q;          // the instruction that is cut next
  logic               flight_d, flight_q;  // a request is under way
  logic               drop_d, drop_q;      // ... whose answer is not wanted any more
  mgmt_fetched_t      fetched_d, fetched_q;
  logic               valid_d, valid_q;

  // ---- requests ----
  logic accepted, arrives;

  assign arrives           = response_i.valid && !drop_q;
  assign request_valid_o   = (!flight_q || response_i.valid) && (redirect_i || count_q + 2'(flight_q && !drop_q) < 2'(Depth));
  assign request_address_o = redirect_i ? {redirect_pc_i[31:2], 2'b00} : {ahead_q, 2'b00};
  assign accepted          = request_valid_o && request_ready_i;
  assign ahead_d           = request_address_o[31:2] + 30'(accepted);
  assign flight_d          = accepted || (flight_q && !response_i.valid);
  assign drop_d            = flight_q && !response_i.valid && (drop_q || redirect_i);

  // ---- instructions ----
  entry_t [Depth:0] items;                 // the words that wait, and behind them the one that arrives
  logic   [15:0]    low;
  logic             second, available, pop, load;
  mgmt_fetched_t    cut;

  always_comb begin
    items = '0;
    for (int unsigned i = 0; i < Depth; i++) items[i] = words_q[i];
    items[count_q] = {response_i.error, response_i.data};
  end

  always_comb begin
    low            = pc_q[1] ? items[0].data[31:16] : items[0].data[15:0];
    cut            = '0;
    cut.pc         = pc_q;
    cut.half       = low;
    cut.compressed = low[1:0] != 2'b11;
    second         = pc_q[1] && !cut.compressed && !items[0].error;
    cut.fault_late = second && items[1].error;
    cut.fault      = items[0].error || cut.fault_late;
    cut.instr      = cut.compressed ? expand_compressed(low) : {pc_q[1] ? items[1].data[15:0] : items[0].data[31:16], low};
    available      = (count_q + 2'(arrives)) > 2'(second);
    load           = available && (!valid_q || ready_i) && !redirect_i;
    pop            = load && (pc_q[1] || !cut.compressed);
  end

  always_comb begin
    for (int unsigned i = 0; i < Depth; i++) words_d[i] = pop ? items[i+1] : items[i];
    count_d   = redirect_i ? '0 : count_q + 2'(arrives) - 2'(pop);
    pc_d      = redirect_i ? redirect_pc_i : load ? pc_q + (cut.compressed ? 32'd2 : 32'd4) : pc_q;
    fetched_d = load ? cut : fetched_q;
    valid_d   = !redirect_i && (load || (valid_q && !ready_i));
  end

  assign fetched_o = fetched_q;
  assign valid_o   = valid_q;
  assign next_pc_o = pc_q;

  always_ff @(posedge clk_i) begin
    words_q   <= words_d;
    fetched_q <= fetched_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q  <= '0;
      ahead_q  <= MGMT_BOOT_ROM_BASE[31:2];
      pc_q     <= MGMT_BOOT_ROM_BASE;
      flight_q <= 1'b0;
      drop_q   <= 1'b0;
      valid_q  <= 1'b0;
    end else begin
      count_q  <= count_d;
      ahead_q  <= ahead_d;
      pc_q     <= pc_d;
      flight_q <= flight_d;
      drop_q   <= drop_d;
      valid_q  <= valid_d;
    end
  end

`ifndef SYNTHESIS
  a_response_asked_for : assert property (@(posedge clk_i) disable iff (!rst_ni) response_i.valid |-> flight_q);
  a_words_in_range     : assert property (@(posedge clk_i) disable iff (!rst_ni) count_q + 2'(flight_q && !drop_q) <= 2'(Depth));
  a_words_in_order     : assert property (@(posedge clk_i) disable iff (!rst_ni)
                         pc_q[31:2] + 30'(count_q) + 30'(flight_q && !drop_q) == ahead_q);
`endif

endmodule
