// The host's AXI4-Lite accesses, told apart by address: below 64 KiB they go to the registers of the host port, otherwise to the bus of the
// management core, which has the hart's addresses (docs/management.md, section 7).
// Latency: none to the registers; to the bus one cycle, and one from its answer. Throughput to the bus: one access at a time; of a
// write and a read that wait the one goes first that did not go last.
// Invariants: answers come in the order of the accesses, per direction; those of the bus hold until they are taken.
module host_window
  import heddle_pkg::*;
(
  input  logic               clk_i,
  input  logic               rst_ni,

  input  axi_lite_request_t  host_i,
  output axi_lite_response_t host_o,

  output axi_lite_request_t  registers_o,
  input  axi_lite_response_t registers_i,

  output mgmt_request_t      bus_request_o,
  output logic               bus_valid_o,
  input  logic               bus_ready_i,
  input  mgmt_response_t     bus_response_i
);

  localparam logic [1:0] RespOkay   = 2'b00;
  localparam logic [1:0] RespSlverr = 2'b10;

  typedef enum logic [1:0] {StateIdle, StateAsk, StateWait, StateAnswer} state_e;

  state_e        state_d, state_q;
  mgmt_request_t request_d, request_q;
  word_t         data_d, data_q;
  logic          error_d, error_q;
  logic          last_write_d, last_write_q;
  logic          write_ours, read_ours, wants_write, wants_read, take_write, take_read;
  logic          writing, reading;         // an access of the bus is under way

  assign write_ours  = host_i.aw_addr[31:16] != '0;
  assign read_ours   = host_i.ar_addr[31:16] != '0;
  assign wants_write = host_i.aw_valid && host_i.w_valid && write_ours && !registers_i.b_valid;
  assign wants_read  = host_i.ar_valid && read_ours && !registers_i.r_valid;
  assign take_write  = state_q == StateIdle && wants_write && !(wants_read && last_write_q);
  assign take_read   = state_q == StateIdle && wants_read && !take_write;
  assign writing     = state_q != StateIdle && request_q.write;
  assign reading     = state_q != StateIdle && !request_q.write;

  // ---- registers ----
  always_comb begin
    registers_o          = host_i;
    registers_o.aw_valid = host_i.aw_valid && !write_ours && !writing;
    registers_o.w_valid  = host_i.w_valid && host_i.aw_valid && !write_ours && !writing;
    registers_o.ar_valid = host_i.ar_valid && !read_ours && !reading;
  end

  // ---- bus ----
  always_comb begin
    state_d      = state_q;
    request_d    = request_q;
    data_d       = data_q;
    error_d      = error_q;
    last_write_d = last_write_q;
    unique case (state_q)
      StateIdle: begin
        if (take_write) begin
          state_d      = StateAsk;
          request_d    = '{address: host_i.aw_addr, write: 1'b1, strobe: host_i.w_strb, data: host_i.w_data};
          last_write_d = 1'b1;
        end
        if (take_read) begin
          state_d      = StateAsk;
          request_d    = '{address: host_i.ar_addr, write: 1'b0, strobe: '1, data: '0};
          last_write_d = 1'b0;
        end
      end
      StateAsk: if (bus_ready_i) state_d = StateWait;
      StateWait: begin
        if (bus_response_i.valid) begin
          state_d = StateAnswer;
          data_d  = bus_response_i.error ? '0 : bus_response_i.data;
          error_d = bus_response_i.error;
        end
      end
      StateAnswer: if (request_q.write ? host_i.b_ready : host_i.r_ready) state_d = StateIdle;
      default: state_d = StateIdle;
    endcase
  end

  assign bus_request_o = request_q;
  assign bus_valid_o   = state_q == StateAsk;

  always_comb begin
    host_o = registers_i;
    if (take_write) begin
      host_o.aw_ready = 1'b1;
      host_o.w_ready  = 1'b1;
    end
    if (take_read) host_o.ar_ready = 1'b1;
    if (state_q == StateAnswer && request_q.write) begin
      host_o.b_valid = 1'b1;
      host_o.b_resp  = error_q ? RespSlverr : RespOkay;
    end
    if (state_q == StateAnswer && !request_q.write) begin
      host_o.r_valid = 1'b1;
      host_o.r_data  = data_q;
      host_o.r_resp  = error_q ? RespSlverr : RespOkay;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q      <= StateIdle;
      request_q    <= '0;
      data_q       <= '0;
      error_q      <= 1'b0;
      last_write_q <= 1'b0;
    end else begin
      state_q      <= state_d;
      request_q    <= request_d;
      data_q       <= data_d;
      error_q      <= error_d;
      last_write_q <= last_write_d;
    end
  end

`ifndef SYNTHESIS
  // An answer of the registers never meets one of the bus.
  a_one_b : assert property (@(posedge clk_i) disable iff (!rst_ni) registers_i.b_valid |-> !writing);
  a_one_r : assert property (@(posedge clk_i) disable iff (!rst_ni) registers_i.r_valid |-> !reading);
  a_answer_asked_for : assert property (@(posedge clk_i) disable iff (!rst_ni) bus_response_i.valid |-> state_q == StateWait);
`endif

endmodule
