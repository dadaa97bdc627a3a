// The host's side of the device: an AXI4-Lite slave on the registers of the launch slots (launch_port), one block behind the other, and the
// interrupt. The management core uses the same registers through a port of its own, in the cycles in which the host makes no access of the
// same kind.
//
// Latency: one write and one read of the host at a time, each answered in the next cycle; so is an access of the management core.
// Invariants: AXI4-Lite responses hold until taken; an access is of one launch slot at most.
module host_port
  import heddle_config_pkg::*;
  import heddle_pkg::*;
(
  input  logic                          clk_i,
  input  logic                          rst_ni,

  input  axi_lite_request_t             axi_i,
  output axi_lite_response_t            axi_o,
  output logic                          irq_o,

  // management core: offsets as the host's; whole words
  input  mgmt_request_t                 mgmt_request_i,
  input  logic                          mgmt_valid_i,
  output logic                          mgmt_ready_o,
  output mgmt_response_t                mgmt_response_o,
  output logic                          ended_o,         // levels: status.done, and with status.fault
  output logic                          ended_fault_o,

  // the registers at 0x1000 (host_dma); without them every access is an error
  output block_write_t                  block_write_o,
  input  logic                          block_write_error_i,   // in the same cycle, as those of heddle_regs
  output word_t                         block_read_address_o,
  input  word_t                         block_read_data_i,
  input  logic                          block_read_error_i,

  // dispatchers, by launch slot
  output launch_t   [Launches-1:0]      launch_o,
  output local_id_t [Launches-1:0]      local_items_o,   // work-items of a workgroup
  output logic      [Launches-1:0]      start_o,         // pulses
  output logic      [Launches-1:0]      abort_o,         // pulses
  input  logic      [Launches-1:0]      done_i,          // pulses, with how the launch ended
  input  logic      [Launches-1:0]      aborted_i,
  input  logic      [Launches-1:0]      faulted_i,
  input  fault_t    [Launches-1:0]      fault_i,         // holds from done_i to the next start_o
  input  core_id_t  [Launches-1:0]      fault_core_i,

  input  logic [Launches-1:0][Cores-1:0] owned_i,        // cores of the launch
  input  retire_t [Cores-1:0]           retire_i,        // what retired in the cores in this cycle
  input  stalls_t [Cores-1:0]           stalls_i         // what their warp slots did in it
);

  localparam logic [1:0]  RespOkay   = 2'b00;
  localparam logic [1:0]  RespSlverr = 2'b10;
  // From one block of registers to the next (docs/spec/registers.yaml).
  localparam int unsigned BlockBits   = 10;

  logic             write, write_error, read, read_error;
  logic             mgmt_write, mgmt_read, mgmt_whole;
  mgmt_response_t   mgmt_response_d, mgmt_response_q;
  word_t            read_data;

  logic             b_valid_d, b_valid_q, r_valid_d, r_valid_q;
  logic [1:0]       b_resp_d, b_resp_q, r_resp_d, r_resp_q;
  word_t            r_data_d, r_data_q;

  // ---- AXI4-Lite --------------------------------------------------------------------------------------------------
  assign write = axi_i.aw_valid && axi_i.w_valid && !b_valid_q;
  assign read  = axi_i.ar_valid && !r_valid_q;

  always_comb begin
    b_valid_d = b_valid_q && !axi_i.b_ready;
    b_resp_d  = b_resp_q;
    r_valid_d = r_valid_q && !axi_i.r_ready;
    r_resp_d  = r_resp_q;
    r_data_d  = r_data_q;
    if (write) begin
      b_valid_d = 1'b1;
      b_resp_d  = write_error ? RespSlverr : RespOkay;
    end
    if (read) begin
      r_valid_d = 1'b1;
      r_resp_d  = read_error ? RespSlverr : RespOkay;
      r_data_d  = read_data;
    end
  end

  always_comb begin
    axi_o          = '0;
    axi_o.aw_ready = write;
    axi_o.w_ready  = write;
    axi_o.b_resp   = b_resp_q;
    axi_o.b_valid  = b_valid_q;
    axi_o.ar_ready = read;
    axi_o.r_data   = r_data_q;
    axi_o.r_resp   = r_resp_q;
    axi_o.r_valid  = r_valid_q;
  end

  // ---- management core --------------------------------------------------------------------------------------------
  assign mgmt_write      = mgmt_valid_i && mgmt_request_i.write && !write;
  assign mgmt_read       = mgmt_valid_i && !mgmt_request_i.write && !read;
  assign mgmt_whole      = mgmt_request_i.strobe == '1;  // (the register block refuses odd addresses)
  assign mgmt_ready_o    = mgmt_write || mgmt_read;
  assign mgmt_response_o = mgmt_response_q;

  always_comb begin
    mgmt_response_d       = '0;
    mgmt_response_d.valid = mgmt_ready_o;
    mgmt_response_d.error = !mgmt_whole || (mgmt_write ? write_error : read_error);
    if (mgmt_read) mgmt_response_d.data = read_data;
  end

  // ---- the blocks: offsets below 0x1000 are those of the launch slots, the next 4096 bytes the other's ----------------
  logic                         wr_en;
  word_t                        wr_addr, wr_data, rd_addr;
  logic [3:0]                   wr_strb;
  logic                         write_block, read_block;

  assign wr_en   = write || (mgmt_write && mgmt_whole);
  assign wr_addr = write ? axi_i.aw_addr : mgmt_request_i.address;
  assign wr_data = write ? axi_i.w_data : mgmt_request_i.data;
  assign wr_strb = write ? axi_i.w_strb : mgmt_request_i.strobe;
  assign rd_addr = read ? axi_i.ar_addr : mgmt_request_i.address;
  assign write_block          = wr_addr[31:12] == 20'd1;
  assign read_block           = rd_addr[31:12] == 20'd1;
  assign block_write_o        = '{valid: wr_en && write_block, address: 32'(wr_addr[11:0]), data: wr_data, strobe: wr_strb, hart: !write};
  assign block_read_address_o = 32'(rd_addr[11:0]);

  // ---- launch slots -----------------------------------------------------------------------------------------------
  logic  [Launches-1:0]         writes, reads, slot_write_error, slot_read_error, irq, ended, ended_fault;
  word_t [Launches-1:0]         slot_data;

  for (genvar s = 0; s < Launches; s++) begin : gen_launch
    retire_t [Cores-1:0] retire;
    stalls_t [Cores-1:0] stalls;

    assign writes[s] = wr_addr[31:BlockBits] == (32 - BlockBits)'(s);
    assign reads[s]  = rd_addr[31:BlockBits] == (32 - BlockBits)'(s);

    always_comb begin
      for (int unsigned c = 0; c < Cores; c++) begin
        retire[c] = owned_i[s][c] ? retire_i[c] : '0;
        stalls[c] = '0;
        stalls[c][StallIdle] = (WarpBits + 1)'(Warps);
        if (owned_i[s][c]) stalls[c] = stalls_i[c];
      end
    end

    launch_port #(
      .Slot(s)
    ) u_launch_port (
      .clk_i,
      .rst_ni,
      .wr_en_i      (wr_en && writes[s]),
      .wr_addr_i    (32'(wr_addr[BlockBits-1:0])),
      .wr_data_i    (wr_data),
      .wr_strb_i    (wr_strb),
      .wr_error_o   (slot_write_error[s]),
      .rd_addr_i    (32'(rd_addr[BlockBits-1:0])),
      .rd_data_o    (slot_data[s]),
      .rd_error_o   (slot_read_error[s]),
      .irq_o        (irq[s]),
      .ended_o      (ended[s]),
      .ended_fault_o(ended_fault[s]),
      .launch_o     (launch_o[s]),
      .local_items_o(local_items_o[s]),
      .start_o      (start_o[s]),
      .abort_o      (abort_o[s]),
      .done_i       (done_i[s]),
      .aborted_i    (aborted_i[s]),
      .faulted_i    (faulted_i[s]),
      .fault_i      (fault_i[s]),
      .fault_core_i (fault_core_i[s]),
      .retire_i     (retire),
      .stalls_i     (stalls)
    );
  end

  always_comb begin
    read_data = read_block ? block_read_data_i : '0;
    for (int unsigned s = 0; s < Launches; s++) begin
      if (reads[s]) read_data = read_data | slot_data[s];
    end
  end

  assign write_error   = write_block ? block_write_error_i : (writes & ~slot_write_error) == '0;
  assign read_error    = read_block ? block_read_error_i : (reads & ~slot_read_error) == '0;
  assign irq_o         = irq != '0;
  assign ended_o       = ended != '0;
  assign ended_fault_o = ended_fault != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      b_valid_q       <= 1'b0;
      b_resp_q        <= '0;
      r_valid_q       <= 1'b0;
      r_resp_q        <= '0;
      r_data_q        <= '0;
      mgmt_response_q <= '0;
    end else begin
      b_valid_q       <= b_valid_d;
      b_resp_q        <= b_resp_d;
      r_valid_q       <= r_valid_d;
      r_resp_q        <= r_resp_d;
      r_data_q        <= r_data_d;
      mgmt_response_q <= mgmt_response_d;
    end
  end

`ifndef SYNTHESIS
  // Responses hold until they are taken.
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   axi_o.b_valid && !axi_i.b_ready |=> axi_o.b_valid && $stable(axi_o.b_resp));
  assert property (@(posedge clk_i) disable iff (!rst_ni)
                   axi_o.r_valid && !axi_i.r_ready |=> axi_o.r_valid && $stable(axi_o.r_data) && $stable(axi_o.r_resp));
`endif

endmodule
