// A block buffer against books of its own (docs/management.md, section 6). Of one word of the buffer, whichever it is, it is known what it holds: what was
// stored there or read from memory last. A transfer moves the lines of its block from the last down, each once, with that word in its place.
module mgmt_block_buffer_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input logic          clk_i,
  input logic          rst_ni,
  input logic          hart_reset_i,
  input mgmt_block_e   place_i,
  input logic [3:0]    word_i,
  input logic          write_i,
  input word_t         data_i,
  input logic          valid_i,
  input logic          ready_o,
  input logic          refuse_o,
  input word_t         read_o,
  input logic          idle_o,
  input mgmt_line_t    line_o,
  input logic          line_valid_o,
  input logic          line_ready_i,
  input mem_response_t response_i,
  input logic          response_valid_i
);

  // Lines of 16 bytes, as of nano: a block is four of them.
  localparam int unsigned Lines = 4;

  // ---- the word: a register without a reset, which keeps what it begins with ----
  logic [3:0] which_q;
  always_ff @(posedge clk_i) which_q <= which_q;

  // ---- books ----
  logic        busy_q, wait_d, wait_q, moves_write_q, error_d, error_q, known_d, known_q, mine, command, named_q, before_q;
  logic [2:0]  left_d, left_q;  // lines that have not been answered
  logic [25:0] block_d, block_q;
  word_t       held_d, held_q;
  logic [15:0] words_q;
  mgmt_line_t  line_q;

  assign command = valid_i && ready_o && write_i && place_i == BlockCommand && !refuse_o;
  // The line with the word is the one to be moved.
  assign mine    = left_q != '0 && which_q[3:2] == 2'(left_q - 3'd1);

  // Of a write lines without a word to write are left out: what is to come is at or below the line that is offered.
  always_comb begin
    left_d  = left_q;
    wait_d  = wait_q;
    error_d = error_q;
    block_d = block_q;
    held_d  = held_q;
    known_d = known_q;
    if (valid_i && ready_o && write_i && place_i == BlockAddress) block_d = data_i[31:6];
    if (valid_i && ready_o && write_i && place_i == BlockData && word_i == which_q) begin
      held_d  = data_i;
      known_d = 1'b1;
    end
    if (line_valid_o && line_ready_i) wait_d = 1'b1;
    if (response_valid_i) begin
      wait_d  = 1'b0;
      left_d  = left_q - 3'd1;
      error_d = error_q || response_i.error;
      if (!moves_write_q && mine) begin
        held_d  = response_i.data[32*which_q[1:0] +: 32];
        known_d = 1'b1;
      end
    end else if (busy_q && !wait_q && moves_write_q && words_q[4*(left_q-3'd1) +: 4] == '0) begin
      left_d = left_q - 3'd1;  // nothing to write in it
    end
    if (command) begin
      left_d  = 3'(Lines);
      error_d = 1'b0;
    end
    // A reset ends it but for the line that is under way.
    if (hart_reset_i && !wait_d) left_d = '0;
  end
  assign busy_q = left_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      left_q   <= '0;
      wait_q   <= 1'b0;
      error_q  <= 1'b0;
      block_q  <= '0;
      known_q  <= 1'b0;
      before_q <= 1'b0;
    end else begin
      left_q   <= left_d;
      wait_q   <= wait_d;
      error_q  <= error_d;
      block_q  <= block_d;
      known_q  <= known_d;
      before_q <= line_valid_o && !line_ready_i && !hart_reset_i;
    end
  end
  always_ff @(posedge clk_i) begin
    held_q <= held_d;
    line_q <= line_o;
    if (command) begin
      moves_write_q <= data_i[1];
      words_q       <= data_i[31:16];
    end
  end
  assign named_q = words_q[which_q];

  always_comb begin
    if (rst_ni) begin
      // mgmt_memory_port: an answer to what it has taken.
      m_answer : assume (!response_valid_i || wait_q);
      // mgmt_blocks: no access to what may not be accessed.
      m_place : assume (!valid_i || (write_i ? place_i != BlockStatus : place_i != BlockCommand));
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_idle : assert (idle_o == !busy_q);
      a_ready : assert (ready_o == (!busy_q || place_i == BlockStatus));
      if (valid_i && write_i && place_i == BlockCommand) a_refused : assert (refuse_o == (!(data_i == 32'd1 || data_i[15:0] == 16'd2) || !block_q[25]));
      if (valid_i && !(write_i && place_i == BlockCommand)) a_not_refused : assert (!refuse_o);
      if (valid_i && !write_i && place_i == BlockAddress) a_address : assert (read_o == {block_q, 6'd0});
      if (valid_i && !write_i && place_i == BlockStatus) a_status : assert (read_o == {30'd0, error_q, busy_q});
      if (valid_i && !write_i && place_i == BlockData && ready_o && word_i == which_q && known_q) a_word : assert (read_o == held_q);
      if (line_valid_o) a_line : assert (busy_q && !wait_q && line_o.line == {block_q, 2'(left_q - 3'd1)} && line_o.write == moves_write_q);
      if (line_valid_o && moves_write_q) a_written : assert (line_o.strobe != '0);
      if (line_valid_o && mine) a_strobe : assert (line_o.strobe[4*which_q[1:0] +: 4] == ((moves_write_q && named_q) ? 4'hf : 4'h0));
      if (line_valid_o && mine && moves_write_q && known_q) a_data : assert (line_o.data[32*which_q[1:0] +: 32] == held_q);
      // Each line is offered at once.
      if (busy_q && !wait_q) a_offered : assert (line_valid_o == (!moves_write_q || words_q[4*(left_q-3'd1) +: 4] != '0));
      if (before_q) a_stays : assert (line_valid_o && line_o == line_q);
      c_all : cover (busy_q && left_q == 3'd1 && wait_q && moves_write_q && error_q && named_q);
    end
  end

endmodule
bind mgmt_block_buffer mgmt_block_buffer_checker u_check (.*);
