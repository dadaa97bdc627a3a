// Writes of one or two words to host memory, one after the other, for completion records and messages.
// Latency: a word that is asked for without waiting is offered in the next cycle. One write is under way at a time.
// Users take turns. A request stays as it is until done_o, which comes once, with error_o, in the cycle of the answer.
// Invariants: AW and W stay until ready.
module message_writer
  import heddle_pkg::*;
  import dma_pkg::*;
#(
  parameter int unsigned Users = 2
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [Users-1:0]        valid_i,
  input  logic [Users-1:0][63:0]  address_i,  // a multiple of 4; of 8 for two words
  input  logic [Users-1:0][63:0]  data_i,     // of one word: the same twice
  input  logic [Users-1:0]        two_i,      // words
  output logic [Users-1:0]        done_o,
  output logic                    error_o,
  output host_axi_address_t       aw_o,
  output logic                    aw_valid_o,
  input  logic                    aw_ready_i,
  output axi_write_t              w_o,
  output logic                    w_valid_o,
  input  logic                    w_ready_i,
  input  logic [1:0]              b_resp_i,   // always taken; what nobody waits for is dropped
  input  logic                    b_valid_i
);

  localparam int unsigned IndexBits = (Users > 1) ? $clog2(Users) : 1;

  typedef enum logic [1:0] {StateIdle, StateSend, StateWait} state_e;

  state_e               state_d, state_q;
  logic [Users-1:0]     grant, user_d, user_q;
  logic [IndexBits-1:0] index;
  logic                 any, aw_open_d, aw_open_q, w_open_d, w_open_q, two_q;
  logic [63:0]          address_q, data_q;
  logic [7:0]           bytes;

  rr_arbiter #(
    .Width(Users)
  ) u_turn (
    .clk_i,
    .rst_ni,
    .request_i(valid_i),
    .accept_i (state_q == StateIdle),
    .valid_o  (any),
    .grant_o  (grant),
    .index_o  (index)
  );

  always_comb begin
    state_d   = state_q;
    user_d    = user_q;
    aw_open_d = aw_open_q && !aw_ready_i;
    w_open_d  = w_open_q && !w_ready_i;
    done_o    = '0;
    unique case (state_q)
      StateIdle: begin
        if (any) begin
          state_d   = StateSend;
          user_d    = grant;
          aw_open_d = 1'b1;
          w_open_d  = 1'b1;
        end
      end
      StateSend: if (!aw_open_d && !w_open_d) state_d = StateWait;
      StateWait: begin
        if (b_valid_i) begin
          state_d = StateIdle;
          done_o  = user_q;
        end
      end
      default: state_d = StateIdle;
    endcase
  end

  assign bytes      = two_q ? 8'hFF : 8'h0F;
  assign error_o    = b_resp_i[1];
  assign aw_valid_o = aw_open_q;
  assign w_valid_o  = w_open_q;
  assign aw_o       = '{id: host_id_t'(1), addr: {address_q[63:ByteBits], ByteBits'(0)}, len: 8'd0, size: 3'(ByteBits), burst: 2'b01};
  assign w_o.data   = {(AxiBytes/8){data_q}};
  assign w_o.strb   = axi_strobe_t'(bytes) << {address_q[ByteBits-1:2], 2'b00};
  assign w_o.last   = 1'b1;

  always_ff @(posedge clk_i) begin
    if (state_q == StateIdle) begin
      address_q <= address_i[index];
      data_q    <= data_i[index];
      two_q     <= two_i[index];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= StateIdle;
      user_q    <= '0;
      aw_open_q <= 1'b0;
      w_open_q  <= 1'b0;
    end else begin
      state_q   <= state_d;
      user_q    <= user_d;
      aw_open_q <= aw_open_d;
      w_open_q  <= w_open_d;
    end
  end

`ifndef SYNTHESIS
  a_stays : assert property (@(posedge clk_i) disable iff (!rst_ni) (user_q & ~valid_i) == '0 || state_q == StateIdle);
`endif

endmodule
