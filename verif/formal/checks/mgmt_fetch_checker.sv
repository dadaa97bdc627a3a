// What the fetch unit hands over, against memory: the instructions of the addresses from the last redirection on, in order, each once, cut from the words
// that memory answers with. Memory is any: of two words one after the other it is known what they hold and which of them is refused, and whatever
// word they are, the instructions that begin in the first are those.
module mgmt_fetch_checker
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input logic           clk_i,
  input logic           rst_ni,
  input logic           redirect_i,
  input word_t          redirect_pc_i,
  input mgmt_fetched_t  fetched_o,
  input logic           valid_o,
  input logic           ready_i,
  input word_t          next_pc_o,
  input word_t          request_address_o,
  input logic           request_valid_o,
  input logic           request_ready_i,
  input mgmt_response_t response_i,
  // for the induction
  input logic [2:0][32:0] words_q,   // error, data
  input logic [1:0]     count_q,
  input logic [31:2]    ahead_q,
  input logic           flight_q,
  input logic           drop_q
);

  // ---- two words of memory: registers without a reset that keep what they begin with ----
  logic [31:2] place_q, after;
  word_t       first_q, second_q;
  logic        first_error_q, second_error_q;
  always_ff @(posedge clk_i) begin
    place_q        <= place_q;
    first_q        <= first_q;
    second_q       <= second_q;
    first_error_q  <= first_error_q;
    second_error_q <= second_error_q;
  end
  assign after = place_q + 30'd1;

  // ---- the request under way ----
  logic        open_d, open_q, wanted_d, wanted_q;  // its answer is wanted: no redirection since
  logic [31:2] asked_q;
  logic        accepted;
  assign accepted = request_valid_o && request_ready_i;
  assign open_d   = accepted || (open_q && !response_i.valid);
  assign wanted_d = accepted || (wanted_q && !redirect_i && !response_i.valid);

  // ---- the instruction that is handed over next ----
  word_t pc_d, pc_q;
  always_comb begin
    pc_d = pc_q;
    if (valid_o && ready_i) pc_d = pc_q + (fetched_o.compressed ? 32'd2 : 32'd4);
    if (redirect_i) pc_d = redirect_pc_i;
  end

  always_ff @(posedge clk_i) if (accepted) asked_q <= request_address_o[31:2];
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q   <= 1'b0;
      wanted_q <= 1'b0;
      pc_q     <= MGMT_BOOT_ROM_BASE;
    end else begin
      open_q   <= open_d;
      wanted_q <= wanted_d;
      pc_q     <= pc_d;
    end
  end

  always_comb begin
    if (rst_ni) begin
      // mgmt_bus: answers what was accepted, with what memory holds.
      m_answer : assume (!response_i.valid || open_q);
      m_first : assume (!(response_i.valid && asked_q == place_q) || {response_i.error, response_i.data} == {first_error_q, first_q});
      m_second : assume (!(response_i.valid && asked_q == after) || {response_i.error, response_i.data} == {second_error_q, second_q});
      // mgmt_core: no jump to an odd address.
      m_even : assume (!redirect_i || !redirect_pc_i[0]);
    end
  end

  // ---- what an instruction in the first word is ----
  logic [15:0] half;
  logic        compressed, error, late;
  always_comb begin
    half       = fetched_o.pc[1] ? first_q[31:16] : first_q[15:0];
    compressed = half[1:0] != 2'b11;
    late       = !first_error_q && fetched_o.pc[1] && !compressed && second_error_q;
    error      = first_error_q || late;
  end

  always_comb begin
    if (rst_ni) begin
      if (valid_o) a_in_order : assert (fetched_o.pc == pc_q);
      if (valid_o && fetched_o.pc[31:2] == place_q) a_fault : assert (fetched_o.fault == error && fetched_o.fault_late == late);
      if (valid_o && fetched_o.pc[31:2] == place_q && !error)
        a_instruction : assert (fetched_o.compressed == compressed && fetched_o.half == half &&
                                fetched_o.instr == (compressed ? expand_compressed(half) : {fetched_o.pc[1] ? second_q[15:0] : first_q[31:16], half}));
      if (!valid_o) a_next : assert (next_pc_o == pc_q);
      if (valid_o) a_behind : assert (next_pc_o == pc_q + (fetched_o.compressed ? 32'd2 : 32'd4));
      // A request at a time, of whole words.
      if (accepted) a_one : assert (!open_q || response_i.valid);
      a_whole : assert (request_address_o[1:0] == 2'b00);
      c_crosses : cover (valid_o && !error && fetched_o.pc[31:2] == place_q && fetched_o.pc[1] && !compressed);
      c_drops : cover (response_i.valid && drop_q);
    end
  end

  // ---- what the unit holds, for the induction: the words from next_pc_o on, then the one under way ----
  word_t even;
  assign even = next_pc_o;
  always_comb begin
    if (rst_ni) begin
      i_open : assert (open_q == flight_q);
      i_wanted : assert (wanted_q == (flight_q && !drop_q));
      i_count : assert (32'(count_q) + 32'(wanted_q) <= 32'd3);
      i_ahead : assert (ahead_q == even[31:2] + 30'(count_q) + 30'(wanted_q));
      if (wanted_q) i_asked : assert (asked_q == even[31:2] + 30'(count_q));
      i_even : assert (!pc_q[0] && !even[0]);
    end
  end
  for (genvar i = 0; i < 3; i++) begin : gen_word
    always_comb begin
      if (rst_ni) begin
        if (i < 32'(count_q) && even[31:2] + 30'(i) == place_q) i_first : assert (words_q[i] == {first_error_q, first_q});
        if (i < 32'(count_q) && even[31:2] + 30'(i) == after) i_second : assert (words_q[i] == {second_error_q, second_q});
      end
    end
  end

endmodule
bind mgmt_fetch mgmt_fetch_checker u_check (.*);
