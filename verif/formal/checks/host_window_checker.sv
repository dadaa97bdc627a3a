// The host's accesses at the window against books of its own: each is answered once, by the side that its address names and with that side's
// answer; one is under way per direction; of a write and a read that wait for the bus neither is passed twice.
module host_window_checker
  import heddle_pkg::*;
(
  input logic               clk_i,
  input logic               rst_ni,
  input axi_lite_request_t  host_i,
  input axi_lite_response_t host_o,
  input axi_lite_request_t  registers_o,
  input axi_lite_response_t registers_i,
  input mgmt_request_t      bus_request_o,
  input logic               bus_valid_o,
  input logic               bus_ready_i,
  input mgmt_response_t     bus_response_i
);

  // 0: write, 1: read. What is accepted and not answered, and by whom it is to be answered.
  logic [1:0] accepted, answered, to_bus, open_d, open_q, bus_d, bus_q, registers_d, registers_q, register_accepts;
  assign to_bus           = {host_i.ar_addr >= 32'h1_0000, host_i.aw_addr >= 32'h1_0000};
  assign accepted         = {host_i.ar_valid && host_o.ar_ready, host_i.aw_valid && host_o.aw_ready};
  assign answered         = {host_o.r_valid && host_i.r_ready, host_o.b_valid && host_i.b_ready};
  assign register_accepts = {registers_o.ar_valid && registers_i.ar_ready, registers_o.aw_valid && registers_i.aw_ready};
  assign open_d           = accepted | (open_q & ~answered);
  assign bus_d            = (accepted & to_bus) | (bus_q & ~(accepted | answered));
  // As the registers see it.
  assign registers_d      = register_accepts | (registers_q & ~{registers_i.r_valid && registers_o.r_ready, registers_i.b_valid && registers_o.b_ready});

  // The access that the bus is to get, and what it has said.
  mgmt_request_t wanted_q;
  logic          waits_d, waits_q, said_d, said_q, said_error_q;
  word_t         said_data_q;
  assign waits_d = (bus_valid_o && bus_ready_i) || (waits_q && !bus_response_i.valid);
  assign said_d  = bus_response_i.valid || (said_q && (accepted & to_bus) == '0);

  // The cycle before.
  axi_lite_request_t  before_q;
  axi_lite_response_t answer_q, registers_answer_q;
  mgmt_request_t      request_q;
  logic               started_q, offered_q;
  logic [1:0][1:0]    passed_d, passed_q;

  for (genvar d = 0; d < 2; d++) begin : gen_passed
    logic wants;
    assign wants       = to_bus[d] && ((d == 0) ? host_i.aw_valid && host_i.w_valid : host_i.ar_valid) && !open_q[d];
    assign passed_d[d] = (wants && !accepted[d]) ? passed_q[d] + 2'(accepted[1-d] && to_bus[1-d]) : 2'd0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q      <= '0;
      bus_q       <= '0;
      registers_q <= '0;
      waits_q     <= 1'b0;
      said_q      <= 1'b0;
      started_q   <= 1'b0;
      offered_q   <= 1'b0;
      passed_q    <= '0;
    end else begin
      open_q      <= open_d;
      bus_q       <= bus_d;
      registers_q <= registers_d;
      waits_q     <= waits_d;
      said_q      <= said_d;
      started_q   <= 1'b1;
      offered_q   <= bus_valid_o && !bus_ready_i;
      passed_q    <= passed_d;
    end
  end

  always_ff @(posedge clk_i) begin
    before_q           <= host_i;
    answer_q           <= host_o;
    registers_answer_q <= registers_i;
    request_q          <= bus_request_o;
    if (accepted[1] && to_bus[1]) wanted_q <= '{address: host_i.ar_addr, write: 1'b0, strobe: '1, data: '0};
    if (accepted[0] && to_bus[0]) wanted_q <= '{address: host_i.aw_addr, write: 1'b1, strobe: host_i.w_strb, data: host_i.w_data};
    if (bus_response_i.valid) begin
      said_error_q <= bus_response_i.error;
      said_data_q  <= bus_response_i.error ? '0 : bus_response_i.data;
    end
  end

  always_comb begin
    if (rst_ni && started_q) begin
      // The host: AXI4-Lite's master. What it offers stays until it is taken.
      m_aw : assume (!(before_q.aw_valid && !answer_q.aw_ready) || (host_i.aw_valid && host_i.aw_addr == before_q.aw_addr));
      m_w : assume (!(before_q.w_valid && !answer_q.w_ready) ||
                    (host_i.w_valid && host_i.w_data == before_q.w_data && host_i.w_strb == before_q.w_strb));
      m_ar : assume (!(before_q.ar_valid && !answer_q.ar_ready) || (host_i.ar_valid && host_i.ar_addr == before_q.ar_addr));
    end
    if (rst_ni) begin
      // host_port: takes a write's address and data together, an access a time, and answers each once.
      m_together : assume (registers_i.aw_ready == registers_i.w_ready && (!registers_i.aw_ready || (registers_o.aw_valid && registers_o.w_valid)));
      m_ar_ready : assume (!registers_i.ar_ready || registers_o.ar_valid);
      m_one : assume (!(registers_i.aw_ready && registers_q[0]) && !(registers_i.ar_ready && registers_q[1]));
      m_answers : assume ((!registers_i.b_valid || registers_q[0]) && (!registers_i.r_valid || registers_q[1]));
      m_prompt : assume ((!registers_q[0] || registers_i.b_valid) && (!registers_q[1] || registers_i.r_valid));
      // mgmt_bus: an answer to what it has taken.
      m_bus : assume (!bus_response_i.valid || waits_q);
    end
    if (rst_ni && started_q) begin
      m_answer_stays : assume (!(registers_answer_q.r_valid && !before_q.r_ready) || registers_i.r_data == registers_answer_q.r_data);
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_one : assert ((accepted & open_q) == '0);
      a_asked : assert (({host_o.r_valid, host_o.b_valid} & ~open_q) == '0);
      a_write_whole : assert (!(host_i.aw_valid && host_o.aw_ready) || (host_i.w_valid && host_o.w_ready));
      a_data_with_address : assert (!(host_i.w_valid && host_o.w_ready) || (host_i.aw_valid && host_o.aw_ready));
      // Whose it is.
      a_registers : assert ((register_accepts & to_bus) == '0);
      a_registers_told : assert ((accepted & ~to_bus) == register_accepts);
      a_bus : assert (!bus_valid_o || bus_request_o.address >= 32'h1_0000);
      a_bus_one : assert (bus_q != 2'b11);
      if (bus_valid_o) a_request : assert (bus_request_o == wanted_q && bus_q[wanted_q.write ? 0 : 1] && !waits_q);
      if (offered_q) a_offer_stays : assert (bus_valid_o && bus_request_o == request_q);
      if (host_o.b_valid && bus_q[0]) a_bus_write : assert (said_q && host_o.b_resp == (said_error_q ? 2'b10 : 2'b00));
      if (host_o.r_valid && bus_q[1]) a_bus_read : assert (said_q && host_o.r_resp == (said_error_q ? 2'b10 : 2'b00) && host_o.r_data == said_data_q);
      if (host_o.b_valid && !bus_q[0]) a_register_write : assert (registers_i.b_valid && host_o.b_resp == registers_i.b_resp);
      if (host_o.r_valid && !bus_q[1]) a_register_read : assert (registers_i.r_valid && host_o.r_resp == registers_i.r_resp && host_o.r_data == registers_i.r_data);
      a_turn : assert (passed_q[0] < 2'd2 && passed_q[1] < 2'd2);
      c_both : cover (passed_q[0] == 2'd1);
      c_beside : cover (open_q == 2'b11 && bus_q == 2'b01);
    end
    if (rst_ni && started_q) begin
      if (answer_q.b_valid && !before_q.b_ready && bus_q[0]) a_b_stays : assert (host_o.b_valid && host_o.b_resp == answer_q.b_resp);
      if (answer_q.r_valid && !before_q.r_ready && bus_q[1]) a_r_stays : assert (host_o.r_valid && host_o.r_resp == answer_q.r_resp && host_o.r_data == answer_q.r_data);
    end
  end

endmodule
bind host_window host_window_checker u_check (.*);
