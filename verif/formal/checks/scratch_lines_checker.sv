// Reads of a line or two, of two readers: each is answered once, in order, with the words at its addresses; a request to the scratchpad takes a step there.
// A word of the scratchpad holds its own address.
module scratch_lines_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import scratch_pkg::*;
#(
  parameter int unsigned Outstanding = 2
) (
  input logic                             clk_i,
  input logic                             rst_ni,
  input logic [1:0][1:0][ScratchBits-1:0] address_i,
  input logic [1:0]                       all_i,
  input logic [1:0]                       valid_i,
  input logic [1:0]                       ready_o,
  input logic [1:0][1:0][255:0]           line_o,
  input logic [1:0]                       valid_o,
  input scratch_request_t                 request_o,
  input logic                             request_valid_o,
  input logic                             request_ready_i,
  input scratch_response_t                response_i,
  input logic                             response_valid_i
);

  localparam int unsigned Reads = 2 * Outstanding;  // of a reader, at most

  typedef struct packed {
    logic                        all;
    logic [1:0][ScratchBits-1:0] address;
  } read_t;
  typedef logic [Lanes-1:0][ScratchBits-1:0] places_t;
  typedef logic [3:0]                        count_t;

  // ---- requests, the oldest first: where they read ----------------------------------------------------------------------
  places_t [Outstanding-1:0] places_d, places_q;
  count_t                    requests_d, requests_q;
  logic                      one_step, loads;

  always_comb begin
    places_d   = places_q;
    requests_d = requests_q;
    if (response_valid_i) begin
      for (int unsigned i = 0; i + 1 < Outstanding; i++) places_d[i] = places_d[i+1];
      requests_d = requests_d - count_t'(1);
    end
    if (request_valid_o && request_ready_i) begin
      for (int unsigned i = 0; i < Outstanding; i++) if (count_t'(i) == requests_d) places_d[i] = request_o.address;
      requests_d = requests_d + count_t'(1);
    end
  end

  always_comb begin
    one_step = 1'b1;
    for (int unsigned a = 0; a < Lanes; a++) begin
      for (int unsigned b = 0; b < a; b++) begin
        if (request_o.mask[a] && request_o.mask[b] && bank_of(request_o.address[a]) == bank_of(request_o.address[b])) one_step = 1'b0;
      end
    end
    loads = 1'b1;
    for (int unsigned l = 0; l < Lanes; l++) if (response_i.data[l] != 32'(places_q[0][l])) loads = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      places_q   <= '0;
      requests_q <= '0;
    end else begin
      places_q   <= places_d;
      requests_q <= requests_d;
    end
  end

  always_comb begin
    if (rst_ni) begin
      // The scratchpad answers requests, in order.
      m_asked : assume (!response_valid_i || requests_q != '0);
      m_words : assume (!response_valid_i || loads);
      if (request_valid_o) a_one_step : assert (one_step && request_o.mask != '0 && request_o.op == LsuLoad);
      if (valid_i != '0 && 32'(requests_q) < Outstanding) a_asks : assert (request_valid_o);
      c_both : cover (request_valid_o && request_o.mask == '1 && ready_o == 2'b01);
      c_across : cover (request_valid_o && request_o.mask == '1 && ready_o == 2'b11);
    end
  end

  // ---- reads ---------------------------------------------------------------------------------------------------------------
  for (genvar r = 0; r < 2; r++) begin : gen_reader
    read_t  [Reads-1:0] reads_d, reads_q;  // the oldest first
    count_t             count_d, count_q;
    logic               held_q, right;
    read_t              read, read_before_q;

    assign read = '{all: all_i[r], address: address_i[r]};

    always_comb begin
      reads_d = reads_q;
      count_d = count_q;
      if (valid_o[r]) begin
        for (int unsigned i = 0; i + 1 < Reads; i++) reads_d[i] = reads_d[i+1];
        count_d = count_d - count_t'(1);
      end
      if (valid_i[r] && ready_o[r]) begin
        for (int unsigned i = 0; i < Reads; i++) if (count_t'(i) == count_d) reads_d[i] = read;
        count_d = count_d + count_t'(1);
      end
      right = 1'b1;
      for (int unsigned l = 0; l < 2; l++) begin
        for (int unsigned w = 0; w < 8; w++) begin
          if ((l == 0 || reads_q[0].all) && line_o[r][l][32*w +: 32] != 32'(reads_q[0].address[l]) + 4 * w) right = 1'b0;
        end
      end
    end

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        reads_q <= '0;
        count_q <= '0;
        held_q  <= 1'b0;
      end else begin
        reads_q <= reads_d;
        count_q <= count_d;
        held_q  <= valid_i[r] && !ready_o[r];
      end
    end
    always_ff @(posedge clk_i) read_before_q <= read;

    always_comb begin
      if (rst_ni) begin
        // The reader: a read stays until it is taken, and is of whole lines.
        m_stays : assume (!held_q || (valid_i[r] && read == read_before_q));
        m_lines : assume (address_i[r][0][4:0] == '0 && address_i[r][1][4:0] == '0);
        if (valid_o[r]) a_asked : assert (count_q != '0);
        if (valid_o[r]) a_words : assert (right);
        a_room : assert (32'(count_q) <= Reads);
        if (requests_q == '0) a_all_answered : assert (count_q == '0);
      end
    end
  end

endmodule
bind scratch_lines scratch_lines_checker #(.Outstanding(Outstanding)) u_check (.*);
