// AXI4 rules on the ports of axi_master: bursts of one aligned line, the beats of a line on W for each address on AW and in that order,
// the last of them marked, lines of one beat and the answers to writes handed on as they come. That AR, AW and W stay while they wait is
// asserted in the register stages.
module axi_master_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mem_pkg::*;
(
  input logic                clk_i,
  input logic                rst_ni,
  input logic                read_valid_i,
  input logic                read_ready_o,
  input axi_id_t             read_id_i,
  input line_address_t       read_line_i,
  input logic                write_valid_i,
  input logic                write_ready_o,
  input axi_id_t             write_id_i,
  input line_address_t       write_line_i,
  input line_t               write_data_i,
  input line_read_t          r_o,
  input logic                r_valid_o,
  input logic                r_ready_i,
  input axi_write_response_t b_o,
  input logic                b_valid_o,
  input logic                b_ready_i,
  input axi_request_t        axi_o,
  input axi_response_t       axi_i
);

  // How far AW and W are apart, and how many reads and writes are inside.
  logic [2:0] reads_d, reads_q, addresses_d, addresses_q, words_d, words_q;
  logic       write, aw, w;

  assign write = write_valid_i && write_ready_o;
  assign aw    = axi_o.aw_valid && axi_i.aw_ready;
  assign w     = axi_o.w_valid && axi_i.w_ready && axi_o.w.last;

  always_comb begin
    reads_d     = reads_q + 3'(read_valid_i && read_ready_o) - 3'(axi_o.ar_valid && axi_i.ar_ready);
    addresses_d = addresses_q + 3'(write) - 3'(aw);
    words_d     = words_q + 3'(write) - 3'(w);
  end

  // Beats of the line at W that have left.
  logic [7:0] beats_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                beats_q <= '0;
    else if (axi_o.w_valid && axi_i.w_ready) beats_q <= axi_o.w.last ? '0 : beats_q + 8'd1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      reads_q     <= '0;
      addresses_q <= '0;
      words_q     <= '0;
    end else begin
      reads_q     <= reads_d;
      addresses_q <= addresses_d;
      words_q     <= words_d;
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_reads : assert (axi_o.ar_valid == (reads_q != '0) && reads_q <= 3'd2);
      a_addresses : assert (axi_o.aw_valid == (addresses_q != '0) && addresses_q <= 3'd2);
      a_words : assert (axi_o.w_valid == (words_q != '0) && words_q <= 3'd2);
      if (axi_o.ar_valid) a_ar_line : assert (axi_o.ar.len == 8'(MemoryBeats - 1) && axi_o.ar.burst == 2'b01 && 32'(axi_o.ar.size) == $clog2(AxiBytes) &&
                                              axi_o.ar.addr[OffsetBits-1:0] == '0);
      if (axi_o.aw_valid) a_aw_line : assert (axi_o.aw.len == 8'(MemoryBeats - 1) && axi_o.aw.burst == 2'b01 && 32'(axi_o.aw.size) == $clog2(AxiBytes) &&
                                              axi_o.aw.addr[OffsetBits-1:0] == '0);
      if (axi_o.w_valid) a_w_last : assert (axi_o.w.last == (beats_q == 8'(MemoryBeats - 1)));
      a_beats : assert (beats_q < 8'(MemoryBeats) && (beats_q == '0 || axi_o.w_valid));
      if (MemoryBeats == 1) a_r_through : assert (r_valid_o == axi_i.r_valid && axi_o.r_ready == r_ready_i &&
                                                  (!r_valid_o || (r_o.id == axi_i.r.id && r_o.data == axi_i.r.data && r_o.error == axi_i.r.resp[1])));
      a_b_through : assert (b_valid_o == axi_i.b_valid && axi_o.b_ready == b_ready_i && (!b_valid_o || b_o == axi_i.b));
      c_word_first : cover (words_q < addresses_q);
      c_address_first : cover (addresses_q < words_q);
    end
  end

  // The order: of each channel, the words come out as they went in.
  queue_checker #(.Width($bits(axi_id_t) + $bits(line_address_t)), .Depth(2)) u_ar_order (
    .clk_i, .rst_ni, .data_i({read_id_i, read_line_i}), .valid_i(read_valid_i), .ready_o(read_ready_o),
    .data_o({axi_o.ar.id, axi_o.ar.addr[31:OffsetBits]}), .valid_o(axi_o.ar_valid), .ready_i(axi_i.ar_ready));

endmodule
bind axi_master axi_master_checker u_check (.*);
