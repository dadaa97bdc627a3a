// A buffer for one block (64 bytes) of device memory, and its transfers (docs/management.md, section 6): a block is moved in parts, a
// line or what it has of one each, from the last down, one after the other.
// Latency: an access is taken at once while no transfer is under way, status always; a part is offered in the cycle after the command or
// after the answer to the one before.
// Invariants: what is offered to memory stays until it is taken, but for a reset of the hart; an answer only to what was taken.
module mgmt_block_buffer
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,
  input  logic           hart_reset_i,   // what has been offered is given up, what is under way is waited for

  // The hart's accesses: of `valid_i` and `ready_o` one cycle
  input  mgmt_block_e    place_i,
  input  logic [3:0]     word_i,         // of the buffer, with BlockData
  input  logic           write_i,
  input  word_t          data_i,
  input  logic           valid_i,
  output logic           ready_o,
  output logic           refuse_o,
  output word_t          read_o,

  output logic           idle_o,
  output mgmt_line_t     line_o,
  output logic           line_valid_o,
  input  logic           line_ready_i,
  input  mem_response_t  response_i,
  input  logic           response_valid_i
);

  localparam int unsigned LineWords = LineBytes / 4;
  localparam int unsigned PartWords = (LineWords < BlockWords) ? LineWords : BlockWords;
  localparam int unsigned Parts     = BlockWords / PartWords;
  localparam int unsigned PartBits  = (Parts > 1) ? $clog2(Parts) : 1;
  localparam int unsigned Slots     = LineWords / PartWords;        // of a part, in a line
  localparam int unsigned SlotBits  = (Slots > 1) ? $clog2(Slots) : 1;

  localparam word_t CommandRead  = 32'd1;
  localparam logic [15:0] CommandWrite = 16'd2;

  typedef logic [PartBits-1:0] part_t;
  typedef enum logic [1:0] {StateIdle, StateAsk, StateWait} state_e;

  state_e                                 state_d, state_q;
  logic                                   write_d, write_q, error_d, error_q;
  part_t                                  part_d, part_q;
  logic [31:BlockBits]                    address_d, address_q;
  logic [Parts-1:0][PartWords-1:0]        words_d, words_q;      // that a write moves
  logic [Parts-1:0][PartWords-1:0][31:0]  buffer_d, buffer_q;
  logic [BlockWords-1:0][31:0]            buffer_words;          // the same
  logic                                   take, reads, writes, skip, advance;
  logic [SlotBits-1:0]                    slot;

  assign buffer_words = buffer_q;
  assign idle_o       = state_q == StateIdle;
  assign ready_o      = idle_o || place_i == BlockStatus;
  assign take         = valid_i && ready_o;
  assign reads        = data_i == CommandRead;
  assign writes       = data_i[15:0] == CommandWrite;
  assign refuse_o     = write_i && place_i == BlockCommand && (!(reads || writes) || !address_q[31]);

  always_comb begin
    unique case (place_i)
      BlockAddress: read_o = {address_q, BlockBits'(0)};
      BlockStatus:  read_o = {30'd0, error_q, !idle_o};
      default:      read_o = buffer_words[word_i];
    endcase
  end

  // ---- transfers ----
  assign skip    = write_q && words_q[part_q] == '0;
  assign advance = (state_q == StateAsk && skip) || (state_q == StateWait && response_valid_i);

  always_comb begin
    state_d   = state_q;
    write_d   = write_q;
    error_d   = error_q;
    part_d    = part_q;
    address_d = address_q;
    words_d   = words_q;
    if (take && write_i && place_i == BlockAddress) address_d = data_i[31:BlockBits];
    if (take && write_i && place_i == BlockCommand && !refuse_o) begin
      state_d = StateAsk;
      write_d = writes;
      error_d = 1'b0;
      part_d  = part_t'(Parts - 1);
      words_d = data_i[31:16];
    end
    if (state_q == StateAsk && !skip && line_ready_i) state_d = StateWait;
    if (state_q == StateWait && response_valid_i && response_i.error) error_d = 1'b1;
    if (advance) begin
      state_d = (part_q == '0) ? StateIdle : StateAsk;
      part_d  = part_q - 1'b1;
    end
    if (hart_reset_i && state_d == StateAsk) state_d = StateIdle;
  end

  always_comb begin
    buffer_d = buffer_q;
    for (int unsigned p = 0; p < Parts; p++) begin
      for (int unsigned w = 0; w < PartWords; w++) begin
        if (take && write_i && place_i == BlockData && word_i == 4'(p * PartWords + w)) buffer_d[p][w] = data_i;
        if (state_q == StateWait && response_valid_i && !write_q && part_q == part_t'(p))
          buffer_d[p][w] = response_i.data[32 * (32'(slot) * PartWords + w) +: 32];
      end
    end
  end

  // ---- to memory ----
  if (Slots > 1) begin : gen_slot
    assign slot = address_q[OffsetBits-1:BlockBits];
  end else begin : gen_no_slot
    assign slot = '0;
  end

  logic [31:0] first;  // byte of the part
  assign first = {address_q, BlockBits'(0)} + 32'(part_q) * (PartWords * 4);

  always_comb begin
    line_o        = '0;
    line_o.write  = write_q;
    line_o.line   = first[31:OffsetBits];
    line_o.data   = {Slots{buffer_q[part_q]}};
    for (int unsigned w = 0; w < PartWords; w++) begin
      if (write_q && words_q[part_q][w]) line_o.strobe[4 * (32'(slot) * PartWords + w) +: 4] = '1;
    end
  end
  assign line_valid_o = state_q == StateAsk && !skip;

  always_ff @(posedge clk_i) begin
    write_q   <= write_d;
    part_q    <= part_d;
    words_q   <= words_d;
    buffer_q  <= buffer_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StateIdle;
      error_q   <= 1'b0;
      address_q <= '0;
    end else begin
      state_q   <= state_d;
      error_q   <= error_d;
      address_q <= address_d;
    end
  end

`ifndef SYNTHESIS
  a_answer_asked_for : assert property (@(posedge clk_i) disable iff (!rst_ni) response_valid_i |-> state_q == StateWait);
  a_offer_stays : assert property (@(posedge clk_i) disable iff (!rst_ni || hart_reset_i)
                  line_valid_o && !line_ready_i |=> line_valid_o && $stable(line_o));
`endif

endmodule
