// Data of one bank of the L2 cache, and the data stage: answers what has taken its place in the order, performs AMOs, tells the cores'
// caches and the monitors of what changed.
// A line is read, or bytes of it written, in the cycle of place_i (both: the line as it was is read). An AMO writes in the cycle
// after it, in which the tag stage must be empty or have an AMO on the same word (chain_i).
// Latency: line_o, snoops and trace one cycle after place_i, the answer two. Throughput: one per cycle, an AMO every second cycle, on one word every cycle.
// Invariants: the answers find room; everything that changes a line is on snoop_* and trace_memory once, in order; the answer comes later.
module l2_data
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // tag stage
  input  l2_place_t                 place_i,         // line and way hold for all that follows
  input  logic                      answers_i,       // a request takes its place
  input  line_t                     data_i,
  input  logic                      read_i,
  input  line_strobe_t              write_i,
  input  logic                      amo_i,
  input  logic                      chain_i,         // of amo_i: on the word that the AMO in the cycle before has changed
  // data stage
  output line_t                     line_o,
  output line_strobe_t              line_error_o,    // bytes of it that its memory has lost
  output logic                      busy_o,
  // answers
  output l2_count_t                 count_o,
  output l2_answer_t                answer_o,
  output logic                      answer_valid_o,
  input  logic                      answer_ready_i,
  output logic          [Cores-1:0] snoop_valid_o,
  output line_address_t             snoop_line_o
);

  localparam int unsigned AddressBits = $clog2(L2Sets * L2Ways);
  typedef logic [AddressBits-1:0] address_t;

  function automatic address_t address_of(line_address_t l, l2_way_t w);
    return address_t'(32'(set_of(l)) * L2Ways + ((L2Ways > 1) ? 32'(w) : 32'd0));
  endfunction

  l2_place_t    place_q;
  transaction_t t;
  logic         valid_q, amo_q, chain_q, answer_ready;
  line_t        data_q;             // of a write, for the monitors
  word_t        operand_q, old, result, result_q;
  address_t     address;
  line_strobe_t write_strobe, asked;
  line_t        write_data;
  logic         lost, failed;
  l2_answer_t   answer;

  always_comb begin
    address      = address_of(place_i.line, place_i.way);
    write_strobe = write_i;
    write_data   = data_i;
    if (amo_q) begin
      address      = address_of(place_q.line, place_q.way);
      write_strobe = lost ? '0 : place_q.strobe;
      write_data   = {LineWords{result}};
    end
  end

  l2_ram #(
    .Depth(L2Sets * L2Ways)
  ) u_data (
    .clk_i,
    .read_enable_i  (read_i),
    .read_address_i (address),
    .read_data_o    (line_o),
    .error_o        (line_error_o),
    .write_enable_i (write_strobe),
    .write_address_i(address),
    .write_data_i   (write_data),
    .write_damage_i (amo_q | answers_i)
  );

  always_ff @(posedge clk_i) begin
    if (amo_q) result_q <= result;
    if (answers_i) begin
      place_q   <= place_i;
      chain_q   <= chain_i;
      operand_q <= data_i[{place_i.transaction.word, 5'd0} +: 32];
      if (place_i.transaction.op != MemRead) data_q <= data_i;
    end
  end

  assign t      = place_q.transaction;
  assign old    = chain_q ? result_q : line_o[{t.word, 5'd0} +: 32];
  assign busy_o = valid_q;

  // Of the bytes that were asked for one is lost: an error, and an AMO does not write.
  assign asked  = (t.op == MemRead && place_q.strobe == '0) ? '1 : place_q.strobe;
  assign lost   = (t.op == MemRead || t.op == MemLr || t.op == MemAmo) && (line_error_o & asked) != '0;
  assign failed = place_q.failed | lost;

  amo_alu u_amo (
    .op_i     (t.amo),
    .old_i    (old),
    .operand_i(operand_q),
    .result_o (result)
  );

  // ---- answers -------------------------------------------------------------------------------------------------------------
  always_comb begin
    answer.port           = t.port;
    answer.response.id    = t.id;
    answer.response.error = failed;
    unique case (t.op)
      MemSc:   answer.response.data = {LineWords{31'd0, place_q.sc_fails}};
      MemAmo:  answer.response.data = {LineWords{old}};
      default: answer.response.data = line_o;
    endcase
  end

  fifo #(
    .Width($bits(l2_answer_t)),
    .Depth(L2Answers)
  ) u_answers (
    .clk_i,
    .rst_ni,
    .data_i (answer),
    .valid_i(valid_q),
    .ready_o(answer_ready),
    .data_o (answer_o),
    .valid_o(answer_valid_o),
    .ready_i(answer_ready_i),
    .count_o(count_o)
  );

  logic by_engine;
  assign by_engine = CopyEngine != 0 && 32'(t.port) == 2 * Cores;

  // ---- snoops --------------------------------------------------------------------------------------------------------------
  assign snoop_line_o = place_q.line;

  always_comb begin
    snoop_valid_o = '0;
    if (valid_q && !failed) begin
      if (t.op == MemWrite || t.op == MemAmo || (t.op == MemSc && !place_q.sc_fails)) snoop_valid_o = '1;
      if (t.op == MemWrite && !by_engine) snoop_valid_o[t.core] = 1'b0;  // (no core has the copy engine's writes)
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      amo_q   <= 1'b0;
    end else begin
      valid_q <= answers_i;
      amo_q   <= amo_i;
    end
  end

  // ---- for the monitors: writes, AMO, LR and SC as they take their place in the order ----------------------------------
  /* verilator lint_off UNUSEDSIGNAL */  // read by bound monitors alone
  logic          trace_memory_valid;
  trace_memory_t trace_memory;
  /* verilator lint_on UNUSEDSIGNAL */

  always_comb begin
    trace_memory_valid           = valid_q && !failed && t.op != MemRead;
    trace_memory.request.op      = t.op;
    trace_memory.request.amo     = t.amo;
    trace_memory.request.address = {place_q.line, (t.op == MemWrite) ? line_word_t'(0) : t.word, 2'b00};
    trace_memory.request.strobe  = place_q.strobe;
    trace_memory.request.data    = data_q;
    trace_memory.request.id      = t.id;
    trace_memory.request.tag     = '{core: t.core, warp: t.warp, order: place_q.order};
    trace_memory.request.lane    = t.lane;
    trace_memory.request.reserve = t.reserve;
    trace_memory.engine          = by_engine;
    trace_memory.old_word        = (t.op == MemAmo || t.op == MemLr) ? old : '0;
    trace_memory.sc_success      = t.op == MemSc && !place_q.sc_fails;
  end

`ifndef SYNTHESIS
  // Immediate assertions: concurrent ones would sample the wide structs in every cycle, which costs simulation speed.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      a_answer_fits : assert (!valid_q || answer_ready);
      a_amo_alone : assert (!amo_q || (!read_i && write_i == '0 && (!answers_i || chain_i)));
      a_amo_reads : assert (!amo_i || ((read_i || chain_i) && answers_i));
      a_chain : assert (!chain_i || (amo_i && amo_q && place_i.line == place_q.line && place_i.way == place_q.way &&
        place_i.transaction.word == t.word));
    end
  end
`else
  logic unused_answer_ready;
  assign unused_answer_ready = answer_ready;
`endif

endmodule
