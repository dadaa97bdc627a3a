// The management core's way to memory against books of its own: what is taken is offered to the port as it is, one request per identifier; each
// answer goes to whoever asked, with the word that was asked for; and a fetch is answered from what the last fetched line held, until another line
// is wanted or the buffer is told to forget.
module mgmt_memory_port_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_pkg::*;
(
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic                    flush_i,
  input word_t                   fetch_address_i,
  input logic                    fetch_valid_i,
  input logic                    fetch_ready_o,
  input mgmt_response_t          fetch_response_o,
  input mgmt_request_t           data_request_i,
  input logic                    data_valid_i,
  input logic                    data_ready_o,
  input mgmt_response_t          data_response_o,
  input mgmt_line_t [Blocks-1:0] block_line_i,
  input logic [Blocks-1:0]       block_valid_i,
  input logic [Blocks-1:0]       block_ready_o,
  input logic [Blocks-1:0]       block_response_valid_o,
  input mem_request_t            request_o,
  input logic                    request_valid_o,
  input logic                    request_ready_i,
  input mem_response_t           response_i,
  input logic                    response_valid_i
);

  localparam int unsigned WordBits = OffsetBits - 2;

  // ---- who asks: a load or store, a fetch that the buffer does not answer, the block buffers ----
  logic take_data, take_fetch, hit, miss;
  logic [Blocks-1:0] take_block;
  assign take_data  = data_valid_i && data_ready_o;
  assign take_fetch = fetch_valid_i && fetch_ready_o;
  assign take_block = block_valid_i & block_ready_o;
  assign miss       = take_fetch && !hit;

  // ---- books: per identifier whether a block buffer has it, whether something is under way; what is offered ----
  logic [1:0] open_d, open_q, sent_d, sent_q, of_block_d, of_block_q, answered;
  logic       offered_d, offered_q;
  logic [31:OffsetBits] line_d, line_q;
  logic       write_d, write_q, id_d, id_q;
  line_strobe_t strobe_d, strobe_q;
  line_t        sent_data_d, sent_data_q;

  assign answered = {response_valid_i && response_i.id == lsu_id_t'(1), response_valid_i && response_i.id == lsu_id_t'(0)};
  always_comb begin
    open_d      = open_q & ~answered;
    of_block_d  = of_block_q;
    offered_d   = offered_q && !request_ready_i;
    sent_d      = (sent_q | ((offered_q && request_ready_i) ? 2'd1 << id_q : 2'd0)) & ~answered;
    line_d      = line_q;
    write_d     = write_q;
    id_d        = id_q;
    strobe_d    = strobe_q;
    sent_data_d = sent_data_q;
    if (take_data || miss || take_block != '0) begin
      offered_d   = 1'b1;
      id_d        = miss || take_block[1];
      line_d      = take_data ? data_request_i.address[31:OffsetBits] : miss ? fetch_address_i[31:OffsetBits] : block_line_i[take_block[1]].line;
      write_d     = take_data ? data_request_i.write : !miss && block_line_i[take_block[1]].write;
      strobe_d    = block_line_i[take_block[1]].strobe;
      sent_data_d = block_line_i[take_block[1]].data;
      if (take_data) begin
        for (int unsigned b = 0; b < LineBytes; b++) begin
          strobe_d[b]        = data_request_i.strobe[b % 4] && b / 4 == 32'(data_request_i.address[OffsetBits-1:2]);
          sent_data_d[8*b +: 8] = data_request_i.data[8*(b%4) +: 8];
        end
      end
      open_d[id_d]     = 1'b1;
      of_block_d[id_d] = take_block != '0;
    end
  end

  // ---- answers: the load or store, the fetch; the buffer ----
  logic                 data_asked_d, data_asked_q, fetch_asked_d, fetch_asked_q, known_d, known_q, known_error_q, due_q, hit_q;
  logic [WordBits-1:0]  data_word_q, fetch_word_q;
  logic [31:OffsetBits] known_line_q;
  line_t                known_data_q, due_data_q;
  logic                 due_error_q;

  assign hit           = known_q && known_line_q == fetch_address_i[31:OffsetBits] && !flush_i;
  assign data_asked_d  = take_data || (data_asked_q && !data_response_o.valid);
  assign fetch_asked_d = take_fetch || (fetch_asked_q && !fetch_response_o.valid);
  // The line last asked for, unless it was refused, another is wanted, or the buffer forgets.
  always_comb begin
    known_d = known_q && !flush_i;
    if (answered[1] && !of_block_q[1] && response_i.error) known_d = 1'b0;
    if (miss) known_d = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q        <= '0;
      sent_q        <= '0;
      of_block_q    <= '0;
      offered_q     <= 1'b0;
      data_asked_q  <= 1'b0;
      fetch_asked_q <= 1'b0;
      known_q       <= 1'b0;
      due_q         <= 1'b0;
      hit_q         <= 1'b0;
    end else begin
      open_q        <= open_d;
      sent_q        <= sent_d;
      of_block_q    <= of_block_d;
      offered_q     <= offered_d;
      data_asked_q  <= data_asked_d;
      fetch_asked_q <= fetch_asked_d;
      known_q       <= known_d;
      due_q         <= answered[0] && !of_block_q[0];
      hit_q         <= (take_fetch && hit) || (answered[1] && !of_block_q[1]);
    end
  end
  always_ff @(posedge clk_i) begin
    line_q      <= line_d;
    write_q     <= write_d;
    id_q        <= id_d;
    strobe_q    <= strobe_d;
    sent_data_q <= sent_data_d;
    due_data_q  <= response_i.data;
    due_error_q <= response_i.error;
    if (take_data) data_word_q <= data_request_i.address[OffsetBits-1:2];
    if (take_fetch) fetch_word_q <= fetch_address_i[OffsetBits-1:2];
    if (miss) known_line_q <= fetch_address_i[31:OffsetBits];
    if (answered[1] && !of_block_q[1]) begin
      known_data_q  <= response_i.data;
      known_error_q <= response_i.error;
    end
  end

  always_comb begin
    if (rst_ni) begin
      // The port to memory: an answer to what it has taken.
      m_answer : assume (!response_valid_i || (response_i.id <= lsu_id_t'(1) && sent_q[response_i.id[0]]));
      // mgmt_bus: one request under way of each.
      m_data : assume (!data_valid_i || !data_asked_q || data_response_o.valid);
      m_fetch : assume (!fetch_valid_i || !fetch_asked_q || fetch_response_o.valid);
      // mgmt_block_buffer: a line at a time.
      m_block0 : assume (!block_valid_i[0] || !(open_q[0] && of_block_q[0]));
      m_block1 : assume (!block_valid_i[1] || !(open_q[1] && of_block_q[1]));
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_one_taken : assert ($onehot0({take_block, take_data, miss}));
      a_offered : assert (request_valid_o == offered_q);
      if (offered_q) a_request : assert (request_o.address == {line_q, OffsetBits'(0)} && request_o.id == lsu_id_t'(id_q) &&
                                         request_o.op == (write_q ? MemWrite : MemRead));
      if (offered_q && write_q) a_write : assert (request_o.strobe == strobe_q);
      if (take_data || miss || take_block != '0) a_free : assert (!(open_q[id_d]) && (!offered_q || request_ready_i));
      // Answers.
      a_data_when : assert (data_response_o.valid == due_q);
      if (due_q) a_data : assert (data_asked_q && data_response_o.error == due_error_q && data_response_o.data == due_data_q[32*data_word_q +: 32]);
      a_block : assert (block_response_valid_o == (answered & of_block_q));
      a_fetch_when : assert (fetch_response_o.valid == hit_q);
      if (hit_q) a_fetch : assert (fetch_asked_q && fetch_response_o.error == known_error_q && fetch_response_o.data == known_data_q[32*fetch_word_q +: 32]);
      c_hit : cover (take_fetch && hit);
      c_both : cover (open_q == 2'b11 && of_block_q == 2'b01);
    end
  end
  for (genvar b = 0; b < LineBytes; b++) begin : gen_byte
    always_comb begin
      if (rst_ni && offered_q && write_q && strobe_q[b]) a_byte : assert (request_o.data[8*b +: 8] == sent_data_q[8*b +: 8]);
    end
  end

endmodule
bind mgmt_memory_port mgmt_memory_port_checker u_check (.*);
