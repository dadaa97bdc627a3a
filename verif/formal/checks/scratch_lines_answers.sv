// What comes back from scratch_lines, against books of its own: each read is answered once, in order, when its last line comes, with what came for its lines. One
// bit of each line stands for all, which are moved alike; reads and requests are numbered, modulo more than are under way.
module scratch_lines_answers
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic [1:0]             all_i,
  input logic [1:0]             valid_i,
  input logic [1:0]             ready_o,
  input logic [1:0][1:0][255:0] line_o,
  input logic [1:0]             valid_o,
  input logic                   request_valid_o,
  input logic                   request_ready_i,
  input scratch_response_t      response_i,
  input logic                   response_valid_i,
  input logic [1:0][3:0]        part   // of its two places: whether there is a line; its reader; second; last
);

  localparam int unsigned Words      = 8;
  localparam int unsigned Bit        = 7;    // of the line: in its first word
  localparam int unsigned NumberBits = 2;

  typedef logic [NumberBits-1:0] number_t;

  logic       sent;
  logic [1:0] there, reader, second, mine, gone_d, gone_q, held_q, all_q;
  number_t    sent_q, came_q;

  assign sent = request_valid_o && request_ready_i;

  always_comb begin
    mine   = '0;
    gone_d = gone_q;
    for (int unsigned p = 0; p < 2; p++) begin
      {there[p], reader[p], second[p]} = part[p][3:1];
      if (sent && there[p]) begin
        mine[reader[p]]   = 1'b1;
        gone_d[reader[p]] = all_i[reader[p]] && !second[p];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      gone_q <= '0;
      held_q <= '0;
      sent_q <= '0;
      came_q <= '0;
    end else begin
      gone_q <= gone_d;
      held_q <= valid_i & ~ready_o;
      sent_q <= sent_q + number_t'(sent);
      came_q <= came_q + number_t'(response_valid_i);
    end
  end

  always_ff @(posedge clk_i) all_q <= all_i;

  always_comb begin
    if (rst_ni) begin
      // The scratchpad answers what has been requested; matrix_fetch: what is offered stays until it is taken.
      m_response : assume (!response_valid_i || sent_q != came_q);
      m_held : assume (((held_q & ~valid_i) | (held_q & (all_i ^ all_q))) == '0);
    end
  end

  // ---- a read: the reader and the number, whichever they are ----
  logic    reader_q;
  number_t number_q;
  always_ff @(posedge clk_i) begin
    reader_q <= reader_q;
    number_q <= number_q;
  end

  number_t                begun_q, answered_q;         // reads of the reader
  logic                   begins, ours, wants_q;       // the read that is offered is the one; it wants two lines
  logic             [1:0] asked_d, asked_q, place_d, place_q, came_d, came_bit_d, known_q, known_bit_q;
  number_t          [1:0] request_d, request_q;
  logic                   open_q, answer;

  assign begins = mine[reader_q] && !gone_q[reader_q];
  assign ours   = begins ? begun_q == number_q : begun_q == number_q + number_t'(1);
  assign answer = valid_o[reader_q] && answered_q == number_q;

  always_comb begin
    asked_d   = asked_q;
    place_d   = place_q;
    request_d = request_q;
    for (int unsigned p = 0; p < 2; p++) begin
      if (sent && there[p] && reader[p] == reader_q && ours) begin
        asked_d[second[p]]   = 1'b1;
        place_d[second[p]]   = 1'(p);
        request_d[second[p]] = sent_q;
      end
    end
    // What comes now, and what has come.
    came_d     = known_q;
    came_bit_d = known_bit_q;
    for (int unsigned l = 0; l < 2; l++) begin
      if (asked_q[l] && !known_q[l] && response_valid_i && came_q == request_q[l]) begin
        came_d[l]     = 1'b1;
        came_bit_d[l] = place_q[l] ? response_i.data[Lanes-Words][Bit] : response_i.data[0][Bit];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      begun_q    <= '0;
      answered_q <= '0;
      asked_q    <= '0;
      known_q    <= '0;
      open_q     <= 1'b0;
    end else begin
      begun_q    <= begun_q + number_t'(begins);
      answered_q <= answered_q + number_t'(valid_o[reader_q]);
      asked_q    <= answer ? '0 : asked_d;
      known_q    <= answer ? '0 : came_d;
      if (begins && ours) open_q <= 1'b1;
      else if (answer) open_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    place_q     <= place_d;
    request_q   <= request_d;
    known_bit_q <= came_bit_d;
    if (begins && ours) wants_q <= all_i[reader_q];
  end

  always_comb begin
    if (rst_ni) begin
      // Answered when its last line comes, and only then.
      a_answered : assert (answer == (open_q && came_d[0] && (!wants_q || came_d[1])));
      if (answer) begin
        a_first : assert (line_o[reader_q][0][Bit] == came_bit_d[0]);
        a_line : assert (!wants_q || line_o[reader_q][1][Bit] == came_bit_d[1]);
      end
      c_answer_two : cover (answer && wants_q && known_q[0]);
      c_answer_at_once : cover (answer && wants_q && !known_q[0]);
    end
  end

endmodule
bind scratch_lines scratch_lines_answers u_answers (.*);
