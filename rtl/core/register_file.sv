// Registers of all warps, integer and floating point, and the collection of operands for one issue port. (With two ports there
// are two such files, which are written alike.)
//
// `RegisterBanks` banks with one read and one write port each; register r of warp w is in bank (r + w) mod banks, so that
// neighbouring registers, and equal registers of neighbouring warps, lie in different banks. An instruction accepted in
// one cycle reads in the next (one cycle more for each further source in the same bank), and its operands are at the
// output in the cycle after its last read. A read in the cycle of a write to the register, or in the one before, gets the new value.
// Registers that were not written since the warp's start read what they hold at dispatch (x2 the end of the private window,
// x10 the address of the arguments, the others zero): the first write writes all lanes, that value to those outside its mask.
// Invariants: writes of one cycle are to different banks by construction; x0 is never written.
module register_file
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic                                  clk_i,
  input  logic                                  rst_ni,

  input  logic                                  start_valid_i,   // all registers of the warp become zero
  input  warp_id_t                              start_warp_i,
  input  word_t                                 stack_i,         // x2 and x10 at dispatch
  input  word_t                                 args_i,
  input  squash_t [Squashes-1:0]                squash_i,
  output logic [1:0]                            stage_live_o,    // [0] read, [1] operand stage has one that is not killed

  input  logic                                  slot_valid_i,    // taken when slot_ready_o
  input  slot_t                                 slot_i,
  output logic                                  slot_ready_o,
  output logic                                  collecting_o,    // an instruction is reading, and will go on in the next cycle
  output logic                                  read_valid_o,    // an instruction is reading
  output warp_id_t                              read_warp_o,
  output logic                                  read_resolve_o,
  output clear_t                                early_clear_o,   // the operands of a one-cycle instruction will be there in the next cycle

  output logic                                  operand_valid_o,
  output slot_t                                 operand_slot_o,
  output lane_words_t                           operand_a_o,
  output lane_words_t                           operand_b_o,
  output lane_words_t                           operand_c_o,

  input  logic [RegisterBanks-1:0]              write_valid_i,
  input  register_write_t [RegisterBanks-1:0]   write_i
);

  localparam int unsigned Rows     = Warps * (Registers / RegisterBanks);
  localparam int unsigned AddressBits = $clog2(Rows);
  localparam int unsigned Sources  = 3;

  typedef logic [AddressBits-1:0]   row_t;
  typedef logic [RegisterBanks-1:0] banks_t;

  function automatic row_t row_of(warp_id_t warp, register_t number);
    return row_t'({warp, number[RegisterBits-1:BankBits]});
  endfunction

  function automatic word_t initial_of(register_t number, word_t stack, word_t arguments);
    return (number == register_t'(2)) ? stack : (number == register_t'(10)) ? arguments : '0;
  endfunction

  logic                     operand_valid_q;
  slot_t                    operand_slot_q;

  // ---- read stage ----
  logic                     read_valid_q, done, read_killed;
  slot_t                    read_slot_q;
  logic [Sources-1:0]       pending_d, pending_q, granted, slot_reads;
  register_t [Sources-1:0]  source;
  bank_t [Sources-1:0]      source_bank;
  banks_t                   bank_read;
  row_t [RegisterBanks-1:0] bank_row;

  assign source[0]  = rs1_of(read_slot_q.decoded);
  assign source[1]  = rs2_of(read_slot_q.decoded);
  assign source[2]  = rs3_of(read_slot_q.decoded);
  assign slot_reads = {slot_i.decoded.reads_c, slot_i.decoded.reads_b, slot_i.decoded.reads_a};

  // Every bank reads for the lowest pending source that wants it, and for the others that want the same register.
  always_comb begin
    bank_read = '0;
    bank_row  = '0;
    granted   = '0;
    for (int unsigned s = 0; s < Sources; s++) begin
      source_bank[s] = bank_of(read_slot_q.warp, source[s]);
      if (read_valid_q && pending_q[s]) begin
        if (!bank_read[source_bank[s]]) begin
          bank_read[source_bank[s]] = 1'b1;
          bank_row[source_bank[s]]  = row_of(read_slot_q.warp, source[s]);
          granted[s]                = 1'b1;
        end else if (bank_row[source_bank[s]] == row_of(read_slot_q.warp, source[s])) begin
          granted[s] = 1'b1;
        end
      end
    end
  end

  assign done         = (pending_q & ~granted) == '0;
  assign slot_ready_o = !read_valid_q || done;
  assign collecting_o = read_valid_q && !done;
  assign pending_d    = (slot_valid_i && slot_ready_o) ? slot_reads : pending_q & ~granted;
  assign read_valid_o = read_valid_q;
  assign read_warp_o    = read_slot_q.warp;
  assign read_resolve_o = read_slot_q.resolve;
  assign early_clear_o  = '{valid: read_valid_q && done && read_slot_q.decoded.writes && !is_long(read_slot_q.decoded.unit),
                            warp: read_slot_q.warp, number: rd_of(read_slot_q.decoded)};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_valid_q <= 1'b0;
      pending_q    <= '0;
    end else begin
      read_valid_q <= slot_ready_o ? slot_valid_i : 1'b1;
      pending_q    <= pending_d;
    end
  end
  always_ff @(posedge clk_i) begin
    if (slot_valid_i && slot_ready_o) begin
      read_slot_q        <= slot_i;
      read_slot_q.killed <= is_squashed(squash_i, slot_i.warp);
    end else if (read_killed) begin
      read_slot_q.killed <= 1'b1;
    end
  end
  assign read_killed  = read_valid_q && is_squashed(squash_i, read_slot_q.warp);
  assign stage_live_o = {operand_valid_q && !operand_slot_q.killed, read_valid_q && !read_slot_q.killed};

  // ---- banks ----
  typedef logic [Registers-1:0] written_t;
  written_t                       written_q [Warps];
  lane_words_t [RegisterBanks-1:0] bank_data;

  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_bank
    lane_mask_t  write_enable, forward_q, late;
    row_t        row_q;
    lane_words_t write_data, forward_data_q, read_data;
    logic        first;

    assign first = !written_q[write_i[b].warp][write_i[b].rd];
    always_comb begin
      write_enable = '0;
      write_data   = write_i[b].data;
      if (write_valid_i[b]) begin
        write_enable = first ? '1 : write_i[b].mask;
        for (int unsigned l = 0; l < Lanes; l++) begin
          if (!write_i[b].mask[l]) write_data[l] = initial_of(write_i[b].rd, stack_i, args_i);
        end
      end
    end

    ram_1r1w #(
      .Depth     (Rows),
      .Width     (Lanes * 32),
      .SliceWidth(32)
    ) u_ram (
      .clk_i,
      .read_enable_i  (bank_read[b]),
      .read_address_i (bank_row[b]),
      .read_data_o    (read_data),
      .write_enable_i (write_enable),
      .write_address_i(row_of(write_i[b].warp, write_i[b].rd)),
      .write_data_i   (write_data)
    );

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)           forward_q <= '0;
      else if (bank_read[b]) forward_q <= (row_of(write_i[b].warp, write_i[b].rd) == bank_row[b]) ? write_enable : '0;
    end
    always_ff @(posedge clk_i) begin
      if (bank_read[b] && write_valid_i[b]) forward_data_q <= write_data;
      if (bank_read[b])                     row_q          <= bank_row[b];
    end
    // What was written in the cycle of the read, and over it what is written in the cycle after it.
    assign late = (row_of(write_i[b].warp, write_i[b].rd) == row_q) ? write_enable : '0;
    always_comb begin
      bank_data[b] = read_data;
      if ((forward_q | late) != '0) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          if (late[l])           bank_data[b][l] = write_data[l];
          else if (forward_q[l]) bank_data[b][l] = forward_data_q[l];
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned b = 0; b < RegisterBanks; b++) begin
      if (write_valid_i[b]) written_q[write_i[b].warp][write_i[b].rd] <= 1'b1;
    end
    if (start_valid_i) written_q[start_warp_i] <= '0;
  end

  // ---- operand stage ----
  logic [Sources-1:0]              fresh_q, operand_reads, operand_written;  // fresh: the bank's output is this source
  bank_t [Sources-1:0]             operand_bank_q;
  register_t [Sources-1:0]         operand_source;
  lane_words_t [Sources-1:0]       collected_q, operand;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      operand_valid_q <= 1'b0;
      fresh_q         <= '0;
    end else begin
      operand_valid_q <= read_valid_q && done;
      fresh_q         <= granted;
    end
  end
  always_ff @(posedge clk_i) begin
    if (read_valid_q) begin
      operand_slot_q        <= read_slot_q;
      operand_slot_q.killed <= read_slot_q.killed || read_killed;
      operand_bank_q <= source_bank;
    end
    // While the instruction still reads others, what has arrived is kept.
    for (int unsigned s = 0; s < Sources; s++) begin
      if (fresh_q[s] && !operand_valid_q) collected_q[s] <= bank_data[operand_bank_q[s]];
    end
  end

  assign operand_reads = {operand_slot_q.decoded.reads_c, operand_slot_q.decoded.reads_b, operand_slot_q.decoded.reads_a};
  always_comb begin
    operand_source[0] = rs1_of(operand_slot_q.decoded);
    operand_source[1] = rs2_of(operand_slot_q.decoded);
    operand_source[2] = rs3_of(operand_slot_q.decoded);
    for (int unsigned s = 0; s < Sources; s++) begin
      operand_written[s] = written_q[operand_slot_q.warp][operand_source[s]] ||
                           (write_valid_i[operand_bank_q[s]] && write_i[operand_bank_q[s]].warp == operand_slot_q.warp &&
                            write_i[operand_bank_q[s]].rd == operand_source[s]);
      operand[s] = '0;
      if (operand_valid_q && operand_reads[s]) begin
        if (!operand_written[s]) operand[s] = {Lanes{initial_of(operand_source[s], stack_i, args_i)}};
        else                     operand[s] = fresh_q[s] ? bank_data[operand_bank_q[s]] : collected_q[s];
      end
    end
  end

  assign operand_valid_o = operand_valid_q;
  assign operand_slot_o  = operand_slot_q;
  assign operand_a_o     = operand[0];
  assign operand_b_o     = operand[1];
  assign operand_c_o     = operand[2];

`ifndef SYNTHESIS
  for (genvar b = 0; b < RegisterBanks; b++) begin : gen_assert
    a_bank : assert property (@(posedge clk_i) disable iff (!rst_ni)
                              write_valid_i[b] |-> bank_of(write_i[b].warp, write_i[b].rd) == bank_t'(b));
    a_not_zero : assert property (@(posedge clk_i) disable iff (!rst_ni) write_valid_i[b] |-> write_i[b].rd != '0);
  end
`endif

endmodule
