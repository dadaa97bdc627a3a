// Pages looked up for several users: an answer is for the page that its user asks for, and says what the table says in that cycle of the user's
// right; who asks without pause is answered.
// Bound: 2 * Users cycles.
module pin_check_checker
  import heddle_config_pkg::*;
  import dma_pkg::*;
#(
  parameter int unsigned      Users  = 4,
  parameter logic [Users-1:0] Writes = '0
) (
  input logic                clk_i,
  input logic                rst_ni,
  input pin_t [HostPins-1:0] pins_i,
  input page_t [Users-1:0]   page_i,
  input logic [Users-1:0]    valid_i,
  input logic [Users-1:0]    done_o,
  input logic                ok_o
);

  logic  [Users-1:0] asked_q, done_q, allowed;
  page_t [Users-1:0] page_before_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      asked_q <= '0;
      done_q  <= '0;
    end else begin
      asked_q <= valid_i;
      done_q  <= done_o;
    end
  end
  always_ff @(posedge clk_i) page_before_q <= page_i;

  for (genvar u = 0; u < Users; u++) begin : gen_user
    logic [7:0] waited_d, waited_q;
    assign waited_d = (valid_i[u] && !done_o[u]) ? waited_q + 8'd1 : 8'd0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) waited_q <= '0;
      else         waited_q <= waited_d;
    end

    always_comb begin
      allowed[u] = 1'b0;
      for (int unsigned p = 0; p < HostPins; p++) begin
        if (page_i[u] >= pins_i[p].first && page_i[u] <= pins_i[p].last && (Writes[u] ? pins_i[p].w : pins_i[p].r)) allowed[u] = 1'b1;
      end
    end

    always_comb begin
      if (rst_ni) begin
        // The users: a page that is asked for stays until its answer, or is given up.
        m_page : assume (!(asked_q[u] && !done_q[u] && valid_i[u]) || page_i[u] == page_before_q[u]);
        // Of what has been given up the answer has no meaning.
        if (done_o[u] && valid_i[u] && !done_q[u]) a_answer : assert (ok_o == allowed[u]);
        if (done_o[u]) a_asked : assert (asked_q[u] && !done_q[u]);
        a_answered : assert (32'(waited_q) < 2 * Users);
        c_waits_longest : cover (32'(waited_q) == 2 * Users - 1);
        c_refused : cover (done_o[u] && valid_i[u] && !ok_o);
      end
    end
  end

  always_comb begin
    if (rst_ni) a_one : assert ($onehot0(done_o));
  end

endmodule
bind pin_check pin_check_checker #(.Users(Users), .Writes(Writes)) u_check (.*);
