// Reads of two lines by two readers against books of its own: each line of a read is requested once, the first one not after the second; two lines go together
// whenever their banks allow it; a reader that was left out is in the next request, unless the other one is behind, or has two lines where this one would go
// alone. What a request says of its lines, and their banks, are scratch_lines_request's subject, what comes back scratch_lines_answers'. Requests are numbered,
// modulo more than are under way.
module scratch_lines_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
#(
  parameter int unsigned Outstanding = 2
) (
  input logic                             clk_i,
  input logic                             rst_ni,
  input logic [1:0]                       all_i,
  input logic [1:0]                       valid_i,
  input logic [1:0]                       behind_i,
  input logic [1:0]                       ready_o,
  input logic                             request_valid_o,
  input logic                             request_ready_i,
  input logic                             response_valid_i,
  input logic [1:0][3:0]                  part,    // what it says of a request's two places: whether there is a line; its reader; second; last
  input logic [1:0][1:0][Lanes-1:0]       banks
);

  localparam int unsigned Words      = 8;
  localparam int unsigned NumberBits = 2;
  localparam bit          Room       = Lanes >= 2 * Words;

  typedef logic [NumberBits-1:0] number_t;

  logic              sent;
  logic [1:0]        there, reader, second, last;
  logic [1:0]        gone_d, gone_q;       // of the read that is offered the first line has been requested
  logic [1:0]        waited_q;             // a request has gone without a line of this reader, which offered one
  logic [1:0]        mine, held_q, all_q;
  number_t           sent_q, came_q, under_way;

  assign sent      = request_valid_o && request_ready_i;
  assign under_way = sent_q - came_q;

  always_comb begin
    for (int unsigned p = 0; p < 2; p++) {there[p], reader[p], second[p], last[p]} = part[p];
    mine   = '0;
    gone_d = gone_q;
    for (int unsigned p = 0; p < 2; p++) begin
      if (sent && there[p]) begin
        mine[reader[p]]   = 1'b1;
        gone_d[reader[p]] = all_i[reader[p]] && !second[p];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      gone_q   <= '0;
      waited_q <= '0;
      held_q   <= '0;
      sent_q   <= '0;
      came_q   <= '0;
    end else begin
      gone_q   <= gone_d;
      waited_q <= sent ? valid_i & ~mine : waited_q & valid_i;
      held_q   <= valid_i & ~ready_o;
      sent_q   <= sent_q + number_t'(sent);
      came_q   <= came_q + number_t'(response_valid_i);
    end
  end

  always_ff @(posedge clk_i) all_q <= all_i;

  always_comb begin
    if (rst_ni) begin
      // The scratchpad answers what has been requested.
      m_response : assume (!response_valid_i || under_way != '0);
      a_room : assert (32'(under_way) <= Outstanding);
      // A request as soon as there is something to request.
      a_works : assert (request_valid_o == (valid_i != '0 && 32'(under_way) != Outstanding));
      a_first_place : assert (!request_valid_o || there[0]);
      c_full : cover (32'(under_way) == Outstanding);
      c_two_readers : cover (sent && there == '1 && reader[0] != reader[1]);
      if (Room) c_two_of_one : cover (sent && there == '1 && reader[0] == reader[1]);
    end
  end

  // ---- two together: those of the reader that is preferred, or the next of each ----
  logic [1:0] own;
  logic       across;
  always_comb begin
    for (int unsigned r = 0; r < 2; r++) own[r] = Room && valid_i[r] && all_i[r] && !gone_q[r] && (banks[r][0] & banks[r][1]) == '0;
    across = Room && valid_i == '1 && (banks[0][gone_q[0]] & banks[1][gone_q[1]]) == '0;
    if (rst_ni && request_valid_o) begin
      a_together : assert (there[1] == (own[reader[0]] || across));
      a_not_alone : assert (there[1] || own == '0);
    end
  end

  for (genvar r = 0; r < 2; r++) begin : gen_reader
    always_comb begin
      if (rst_ni) begin
        // matrix_fetch: what is offered stays until it is taken.
        m_held : assume (!held_q[r] || (valid_i[r] && all_i[r] == all_q[r]));
        a_taken : assert (ready_o[r] == (sent && mine[r] && !gone_d[r]));
        a_turn : assert (!(waited_q[r] && sent) || mine[r] || behind_i[1-r] || (own[1-r] && !own[r]));
        c_waits : cover (waited_q[r] && sent);
      end
    end
  end

  for (genvar p = 0; p < 2; p++) begin : gen_place
    always_comb begin
      if (rst_ni && request_valid_o && there[p]) begin
        a_offered : assert (valid_i[reader[p]]);
        a_next : assert (second[p] == (gone_q[reader[p]] || (p == 1 && reader[0] == reader[1])));
        a_second : assert (!second[p] || all_i[reader[p]]);
        a_last : assert (last[p] == (second[p] || !all_i[reader[p]]));
      end
    end
  end

endmodule
bind scratch_lines scratch_lines_checker #(.Outstanding(Outstanding)) u_check (.*);
