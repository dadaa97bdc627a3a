// The management core's way to device memory: past the L2 cache. Loads and stores go there one by one. Fetches read a line
// into a buffer and are answered from it until another line is wanted or `flush_i`; stores do not change it (docs/management.md, section 4).
// Latency: a fetch from the buffer one cycle; everything else two more than the port takes (requests and a load's answer are registered).
// Fetch and data each have one request under way; the identifiers 0 (data) and 1 (fetch) tell the answers apart. Of the block buffers each
// uses one of them, while it is free; they go first, which keeps nobody waiting for ever, since a command moves one block. A fetch that
// is not accepted may change its mind; what was offered to the port stays.
// Invariant: one answer per request.
module mgmt_memory_port
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           flush_i,

  input  word_t          fetch_address_i,
  input  logic           fetch_valid_i,
  output logic           fetch_ready_o,
  output mgmt_response_t fetch_response_o,
  input  mgmt_request_t  data_request_i,
  input  logic           data_valid_i,
  output logic           data_ready_o,
  output mgmt_response_t data_response_o,
  input  mgmt_line_t [Blocks-1:0] block_line_i,
  input  logic [Blocks-1:0] block_valid_i,
  output logic [Blocks-1:0] block_ready_o,
  output logic [Blocks-1:0] block_response_valid_o,  // response_i is the buffer's

  output mem_request_t   request_o,
  output logic           request_valid_o,
  input  logic           request_ready_i,
  input  mem_response_t  response_i,
  input  logic           response_valid_i    // always accepted
);

  localparam mem_id_t DataId  = mem_id_t'(0);
  localparam mem_id_t FetchId = mem_id_t'(1);
  localparam mem_id_t [Blocks-1:0] BlockIds = {FetchId, DataId};
  localparam int unsigned WordBits = OffsetBits - 2;
  typedef logic [WordBits-1:0] line_word_t;

  typedef enum logic [1:0] {Idle, Wait, Answer} state_e;

  logic         full_d, full_q;          // out_q is offered to the port
  mem_request_t out_d, out_q;
  state_e       state_d, state_q;        // of fetches
  logic         take_data, take_fetch;
  logic         data_wait_d, data_wait_q;  // a load or store is under way

  // ---- block buffers ---------------------------------------------------------------------------------------------------------
  logic [Blocks-1:0] block_wait_d, block_wait_q;  // a line of the buffer is under way

  assign block_ready_o[0] = !full_q && !block_wait_q[0] && !data_wait_q;
  assign block_ready_o[1] = !full_q && !block_wait_q[1] && state_q != Wait && !block_valid_i[0];

  logic [Blocks-1:0] take_block;
  assign take_block = block_valid_i & block_ready_o;

  always_comb begin
    for (int unsigned b = 0; b < Blocks; b++) begin
      block_response_valid_o[b] = response_valid_i && response_i.id == BlockIds[b] && block_wait_q[b];
      block_wait_d[b]           = take_block[b] || (block_wait_q[b] && !block_response_valid_o[b]);
    end
  end

  // ---- loads and stores ------------------------------------------------------------------------------------------------------
  line_word_t     data_word_d, data_word_q;
  mgmt_response_t data_answer_d, data_answer_q;

  assign data_ready_o = !data_wait_q && !block_wait_q[0] && !full_q && take_block == '0;
  assign take_data    = data_valid_i && data_ready_o;

  always_comb begin
    data_answer_d = '0;
    data_wait_d   = data_wait_q;
    data_word_d   = data_word_q;
    if (response_valid_i && response_i.id == DataId && !block_wait_q[0]) begin
      data_wait_d         = 1'b0;
      data_answer_d.valid = 1'b1;
      data_answer_d.data  = response_i.data[{data_word_q, 5'd0} +: 32];
      data_answer_d.error = response_i.error;
    end
    if (take_data) begin
      data_wait_d = 1'b1;
      data_word_d = data_request_i.address[OffsetBits-1:2];
    end
  end
  assign data_response_o = data_answer_q;

  // ---- fetches ---------------------------------------------------------------------------------------------------------------
  logic [31:OffsetBits] line_d, line_q;           // in the buffer, or under way
  line_t                buffer_d, buffer_q;
  logic                 buffered_d, buffered_q;   // the line may be used, or will be when it is there
  logic                 error_d, error_q;         // the line just read was refused
  line_word_t           word_d, word_q;           // that is asked for
  logic                 hit;

  assign hit           = buffered_q && fetch_address_i[31:OffsetBits] == line_q && !flush_i;
  assign fetch_ready_o = state_q != Wait && (hit || (!full_q && !block_wait_q[1] && take_block == '0 && !take_data));
  assign take_fetch    = fetch_valid_i && fetch_ready_o && !hit;

  always_comb begin
    state_d    = state_q;
    line_d     = line_q;
    buffer_d   = buffer_q;
    buffered_d = buffered_q && !flush_i;
    error_d    = error_q;
    word_d     = word_q;
    if (state_q == Answer) state_d = Idle;
    if (fetch_valid_i && fetch_ready_o) begin
      word_d  = fetch_address_i[OffsetBits-1:2];
      state_d = Answer;
    end
    if (take_fetch) begin
      line_d     = fetch_address_i[31:OffsetBits];
      buffered_d = 1'b1;
      error_d    = 1'b0;
      state_d    = Wait;
    end
    if (response_valid_i && response_i.id == FetchId && !block_wait_q[1]) begin
      buffer_d = response_i.data;
      error_d  = response_i.error;
      state_d  = Answer;
      if (response_i.error) buffered_d = 1'b0;
    end
  end

  always_comb begin
    fetch_response_o       = '0;
    fetch_response_o.valid = state_q == Answer;
    fetch_response_o.data  = buffer_q[{word_q, 5'd0} +: 32];
    fetch_response_o.error = error_q;
  end

  // ---- to the port -----------------------------------------------------------------------------------------------------------
  assign full_d = take_block != '0 || take_data || take_fetch || (full_q && !request_ready_i);

  always_comb begin
    out_d = out_q;
    if (take_fetch) begin
      out_d         = '0;
      out_d.op      = MemRead;
      out_d.address = {fetch_address_i[31:OffsetBits], OffsetBits'(0)};
      out_d.id      = FetchId;
    end
    if (take_data) begin
      out_d         = '0;
      out_d.op      = data_request_i.write ? MemWrite : MemRead;
      out_d.address = {data_request_i.address[31:OffsetBits], OffsetBits'(0)};
      out_d.strobe  = line_strobe_t'(data_request_i.strobe) << {data_word_d, 2'd0};
      out_d.data    = line_t'(data_request_i.data) << {data_word_d, 5'd0};
      out_d.id      = DataId;
    end
    for (int unsigned b = 0; b < Blocks; b++) begin
      if (take_block[b]) begin
        out_d         = '0;
        out_d.op      = block_line_i[b].write ? MemWrite : MemRead;
        out_d.address = {block_line_i[b].line, OffsetBits'(0)};
        out_d.strobe  = block_line_i[b].strobe;
        out_d.data    = block_line_i[b].data;
        out_d.id      = BlockIds[b];
      end
    end
  end

  assign request_o       = out_q;
  assign request_valid_o = full_q;

  always_ff @(posedge clk_i) begin
    data_word_q <= data_word_d;
    buffer_q    <= buffer_d;
    word_q      <= word_d;
    out_q       <= out_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data_wait_q   <= 1'b0;
      data_answer_q <= '0;
      state_q       <= Idle;
      line_q        <= '0;
      buffered_q    <= 1'b0;
      error_q       <= 1'b0;
      full_q        <= 1'b0;
      block_wait_q  <= '0;
    end else begin
      data_wait_q   <= data_wait_d;
      data_answer_q <= data_answer_d;
      state_q       <= state_d;
      line_q        <= line_d;
      buffered_q    <= buffered_d;
      error_q       <= error_d;
      full_q        <= full_d;
      block_wait_q  <= block_wait_d;
    end
  end

`ifndef SYNTHESIS
  a_answer_asked_for : assert property (@(posedge clk_i) disable iff (!rst_ni)
                       response_valid_i |-> (response_i.id == DataId) ? (data_wait_q || block_wait_q[0])
                                            : (response_i.id == FetchId && (state_q == Wait || block_wait_q[1])));
  a_one_per_identifier : assert property (@(posedge clk_i) disable iff (!rst_ni)
                         !(block_wait_q[0] && data_wait_q) && !(block_wait_q[1] && state_q == Wait));
  stability_check #(
    .Width($bits(mem_request_t))
  ) u_stability (
    .clk_i,
    .rst_ni,
    .data_i (request_o),
    .valid_i(request_valid_o),
    .ready_i(request_ready_i)
  );
`endif

endmodule
