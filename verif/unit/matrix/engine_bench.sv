// Matrix engines with arrays of 4 x 4, 8 x 8 and 16 x 16, of which `select_i` names one: 0, 1, 2. The others have no clock. The window of an engine
// takes as many lanes as its array has columns. With fewer Engines the larger ones are not there. An engine reads one line of an operand at a time, that of 16 x 16 two, or one.
module engine_bench
  import matrix_pkg::*;
#(
  parameter  int unsigned Engines = 3,
  localparam int unsigned Lanes   = 16  // at most
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [1:0]              select_i,

  input  logic [511:0]            command_i,
  input  logic [4:0]              owner_i,
  input  logic [95:0]             origin_i,
  input  logic [17:0]             scratch_base_i,
  input  logic [18:0]             scratch_size_i,
  input  logic [1:0]              buffers_i,
  input  logic                    command_valid_i,
  output logic                    command_ready_o,
  input  logic [31:0]             forget_i,

  output logic                    done_valid_o,
  input  logic                    done_ready_i,
  output logic [4:0]              done_owner_o,
  output logic [15:0]             done_id_o,
  output logic                    done_arrive_o,
  output logic [17:0]             done_barrier_o,
  output logic [95:0]             done_origin_o,
  output logic                    fault_valid_o,
  input  logic                    fault_ready_i,
  output logic [4:0]              fault_owner_o,
  output logic [15:0]             fault_id_o,
  output logic [2:0]              fault_cause_o,
  output logic [2:0]              fault_operand_o,
  output logic [31:0]             fault_value_o,
  output logic [95:0]             fault_origin_o,
  output logic                    idle_o,

  output logic [3:0][17:0]        request_address_o,  // of A: first and second line; of B
  output logic [1:0]              request_two_o,      // both lines are wanted
  output logic [1:0]              request_valid_o,
  output logic [1:0]              request_behind_o,
  input  logic [1:0]              request_ready_i,
  input  logic [511:0]            a_response_data_i,
  input  logic [511:0]            b_response_data_i,
  input  logic [1:0]              response_valid_i,

  input  logic                    clear_i,
  input  logic [6:0]              clear_word_i,
  input  logic                    lane_write_i,
  input  logic [Lanes-1:0]        lane_mask_i,
  input  logic [Lanes-1:0][15:0]  lane_address_i,  // of a word
  input  logic [Lanes-1:0][31:0]  lane_data_i,
  input  logic                    lane_valid_i,
  output logic                    lane_ready_o,
  output logic [Lanes-1:0][31:0]  lane_data_o,
  output logic                    lane_valid_o
);

  tag_t                       [Engines-1:0]            done;
  fault_t                     [Engines-1:0]            fault;
  logic                       [Engines-1:0]            command_ready, done_valid, fault_valid, idle, lane_ready, lane_valid;
  logic                       [Engines-1:0][3:0][17:0] request_address;
  logic                       [Engines-1:0][1:0]       request_two, request_valid, request_behind;
  logic [Lanes-1:0][31:0]                              lane_data [Engines];
  context_t                                            from;

  localparam int unsigned IndexBits = (Engines > 1) ? $clog2(Engines) : 1;

  logic [IndexBits-1:0] chosen;
  assign chosen = IndexBits'(select_i);

  assign from = '{owner: owner_i, scratch_base: scratch_base_i, scratch_size: scratch_size_i, buffers: buffers_i, origin: origin_i};

  for (genvar i = 0; i < Engines; i++) begin : gen_engine
    localparam int unsigned Dim         = 4 << i;
    localparam int unsigned AddressBits = 1 + 2 * $clog2(Dim * Blocks);
    localparam int unsigned Together    = (Dim > 8) ? Dim / 8 : 1;

    logic                            clk;
    logic   [1:0]                    all;
    group_t [1:0][Together-1:0]      lines;
    scratch_address_t [1:0][Together-1:0] address;
    logic [Dim-1:0][AddressBits-1:0] lane_address;
    logic [Dim-1:0][31:0]            lane_words;

    assign clk = clk_i && select_i == 2'(i);

    for (genvar l = 0; l < Dim; l++) begin : gen_lane
      assign lane_address[l] = AddressBits'(lane_address_i[l]);
    end
    assign lane_data[i] = (32*Lanes)'(lane_words);

    assign lines              = {(256*Together)'(b_response_data_i), (256*Together)'(a_response_data_i)};
    assign request_address[i] = {address[1][Together-1], address[1][0], address[0][Together-1], address[0][0]};
    assign request_two[i]     = (Together == 2) ? all : '0;

    matrix_engine #(
      .Dim  (Dim),
      .Lanes(Dim)
    ) u_engine (
      .clk_i            (clk),
      .rst_ni,
      .command_i        (descriptor_t'(command_i)),
      .context_i        (from),
      .command_valid_i,
      .command_ready_o  (command_ready[i]),
      .forget_i         (forget_i),
      .done_o           (done[i]),
      .done_valid_o     (done_valid[i]),
      .done_ready_i,
      .fault_o          (fault[i]),
      .fault_valid_o    (fault_valid[i]),
      .fault_ready_i,
      .idle_o           (idle[i]),
      .request_address_o(address),
      .request_all_o    (all),
      .request_valid_o  (request_valid[i]),
      .request_behind_o (request_behind[i]),
      .request_ready_i,
      .response_data_i  (lines),
      .response_valid_i,
      .clear_i,
      .clear_word_i,
      .lane_write_i,
      .lane_mask_i      (lane_mask_i[Dim-1:0]),
      .lane_address_i   (lane_address),
      .lane_data_i      (lane_data_i[Dim-1:0]),
      .lane_valid_i,
      .lane_ready_o     (lane_ready[i]),
      .lane_data_o      (lane_words),
      .lane_valid_o     (lane_valid[i])
    );
  end

  assign command_ready_o   = command_ready[chosen];
  assign done_valid_o      = done_valid[chosen];
  assign done_owner_o      = done[chosen].owner;
  assign done_id_o         = done[chosen].id;
  assign done_arrive_o     = done[chosen].arrive;
  assign done_barrier_o    = done[chosen].barrier;
  assign done_origin_o     = done[chosen].origin;
  assign fault_valid_o     = fault_valid[chosen];
  assign fault_owner_o     = fault[chosen].owner;
  assign fault_id_o        = fault[chosen].id;
  assign fault_cause_o     = fault[chosen].cause;
  assign fault_operand_o   = fault[chosen].operand;
  assign fault_value_o     = fault[chosen].value;
  assign fault_origin_o    = fault[chosen].origin;
  assign idle_o            = idle[chosen];
  assign request_address_o = request_address[chosen];
  assign request_two_o     = request_two[chosen];
  assign request_valid_o   = request_valid[chosen];
  assign request_behind_o  = request_behind[chosen];
  assign lane_ready_o      = lane_ready[chosen];
  assign lane_data_o       = lane_data[chosen];
  assign lane_valid_o      = lane_valid[chosen];

endmodule
