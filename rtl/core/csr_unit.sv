// Control and status registers: read for an instruction in its operand stage, written with its event.
//
// Per lane and warp: mscratch, mepc, mcause, mtval, in RAM with an asynchronous read port; a trap writes the last three
// of the trapping lanes. Per warp: mtvec, instructions retired, the identity given at dispatch. The reader knows that
// the CSR exists; CSR instructions of one warp do not overlap (they block it), so nothing is forwarded.
// A dispatch writes zero to the lane CSRs through their one write port: `start_ready_o` is low while an event uses it.
// instret counts at issue; a slot that turns out not to retire is taken back when the warp issues next.
module csr_unit
  import heddle_config_pkg::*;
  import heddle_isa_pkg::*;
  import heddle_pkg::*;
  import core_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  core_id_t    core_id_i,
  input  launch_t     launch_i,

  input  logic        start_valid_i,
  output logic        start_ready_o,
  input  dispatch_t   start_i,

  input  logic     [Ports-1:0] issue_valid_i,   // of different warps
  input  warp_id_t [Ports-1:0] issue_warp_i,

  input  squash_t [Squashes-1:0]   squash_i,        // so many slots of a warp are void
  input  logic [Squashes-1:0][1:0] squash_count_i,

  input  logic        read_i,           // the data means nothing otherwise
  input  logic [11:0] read_number_i,
  input  warp_id_t    read_warp_i,
  output lane_words_t read_data_o,
  input  logic [Lanes-1:0][7:0] fcsr_i, // of that warp, see float_csrs

  input  logic        event_valid_i,
  input  event_t      event_i,
  output pc_t         event_vector_o,   // mtvec of the event's warp

  input  warp_id_t    identity_warp_i,  // for the fault record
  output logic [2:0][31:0] identity_group_o,
  output local_id_t   identity_local_base_o,

  input  warp_id_t    scratch_warp_i,
  output logic [ScratchBits-1:0] scratch_base_o,
  output logic        first_buffer_o
);

  // ---- per warp ----
  pc_t               vector_q [Warps];
  dispatch_t         identity_q [Warps];
  dispatch_t         identity;
  logic [63:0]       retired_q [Warps];   // of the warp, including what is in flight
  logic [Warps-1:0]  fresh_d, fresh_q;    // nothing issued since dispatch
  logic [Warps-1:0]  excess_d, excess_q;  // the last slot did not retire
  logic [63:0]       cycle_q, retired;
  logic [Ports-1:0][63:0] retired_next;

  assign event_vector_o = vector_q[event_i.path.warp];
  assign identity       = identity_q[read_warp_i];
  assign identity_group_o      = identity_q[identity_warp_i].group_id;
  assign identity_local_base_o = identity_q[identity_warp_i].local_base;
  assign scratch_base_o        = identity_q[scratch_warp_i].scratch_base;
  assign first_buffer_o        = identity_q[scratch_warp_i].first_buffer;

  for (genvar p = 0; p < Ports; p++) begin : gen_retired
    assign retired_next[p] = (fresh_q[issue_warp_i[p]] ? 64'd0 : retired_q[issue_warp_i[p]]) + 64'd1 -
                             64'(excess_q[issue_warp_i[p]]);
  end
  // The instruction that reads has been counted already.
  assign retired      = retired_q[read_warp_i] - 64'd1;

  always_comb begin
    fresh_d  = fresh_q;
    excess_d = excess_q;
    for (int unsigned p = 0; p < Ports; p++) begin
      if (issue_valid_i[p]) begin
        fresh_d[issue_warp_i[p]]  = 1'b0;
        excess_d[issue_warp_i[p]] = 1'b0;
      end
    end
    if (event_valid_i && !event_i.path.retired) excess_d[event_i.path.warp] = 1'b1;
    if (start_valid_i) begin
      fresh_d[start_i.warp]  = 1'b1;
      excess_d[start_i.warp] = 1'b0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fresh_q  <= '1;
      excess_q <= '0;
      cycle_q  <= '0;
    end else begin
      fresh_q  <= fresh_d;
      excess_q <= excess_d;
      cycle_q  <= cycle_q + 64'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned p = 0; p < Ports; p++) begin
      if (issue_valid_i[p]) retired_q[issue_warp_i[p]] <= retired_next[p];
    end
    for (int unsigned s = 0; s < Squashes; s++) begin
      if (squash_i[s].valid) retired_q[squash_i[s].warp] <= retired_q[squash_i[s].warp] - 64'(squash_count_i[s]);
    end
    if (start_valid_i) identity_q[start_i.warp] <= start_i;
  end

  // ---- writes ----
  logic        trap, write_scratch, write_epc, write_cause, write_value, write_vector;
  lane_mask_t  lanes;
  lane_words_t epc, cause, value, scratch, scratch_read, epc_read, cause_read, value_read;
  warp_id_t    write_warp;
  lane_mask_t  scratch_enable, epc_enable, cause_enable, value_enable;
  pc_t         vector_new;

  // A trap without a handler ends the warp: what it leaves does not matter.
  assign trap          = event_valid_i && event_i.path.trap && event_i.path.trapping != '0;
  assign write_scratch = event_valid_i && event_i.csr_write && event_i.csr == CSR_MSCRATCH;
  assign write_epc     = event_valid_i && event_i.csr_write && event_i.csr == CSR_MEPC;
  assign write_cause   = event_valid_i && event_i.csr_write && event_i.csr == CSR_MCAUSE;
  assign write_value   = event_valid_i && event_i.csr_write && event_i.csr == CSR_MTVAL;
  assign write_vector  = event_valid_i && event_i.csr_write && event_i.csr == CSR_MTVEC;
  assign start_ready_o = !(trap || write_scratch || write_epc || write_cause || write_value || write_vector);
  assign vector_new    = event_i.lane_data[lowest_lane(event_i.path.executed)][31:2];

  logic write_lanes;
  assign write_lanes = trap || write_scratch || write_epc || write_cause || write_value;

  always_comb begin
    lanes      = trap ? event_i.path.trapping : event_i.path.executed;
    write_warp = event_i.path.warp;
    scratch = '0;
    epc     = '0;
    cause   = '0;
    value   = '0;
    if (write_lanes) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        scratch[l] = event_i.lane_data[l];
        epc[l]     = trap ? pc_word(event_i.path.pc) : {event_i.lane_data[l][31:2], 2'b00};
        cause[l]   = trap ? 32'(event_i.cause) + 32'(event_i.cause_plus_one[l]) : event_i.lane_data[l];
        value[l]   = (trap && !event_i.value_per_lane) ? event_i.value : event_i.lane_data[l];
      end
    end
    scratch_enable = write_scratch          ? lanes : '0;
    epc_enable     = (trap || write_epc)    ? lanes : '0;
    cause_enable   = (trap || write_cause)  ? lanes : '0;
    value_enable   = (trap || write_value)  ? lanes : '0;
    if (start_valid_i) begin
      write_warp     = start_i.warp;
      scratch        = '0;
      epc            = '0;
      cause          = '0;
      value          = '0;
      scratch_enable = '1;
      epc_enable     = '1;
      cause_enable   = '1;
      value_enable   = '1;
    end
  end

  lane_ram u_scratch (
    .clk_i, .read_warp_i, .read_data_o(scratch_read),
    .write_enable_i(scratch_enable), .write_warp_i(write_warp), .write_data_i(scratch)
  );
  lane_ram u_epc (
    .clk_i, .read_warp_i, .read_data_o(epc_read),
    .write_enable_i(epc_enable), .write_warp_i(write_warp), .write_data_i(epc)
  );
  lane_ram u_cause (
    .clk_i, .read_warp_i, .read_data_o(cause_read),
    .write_enable_i(cause_enable), .write_warp_i(write_warp), .write_data_i(cause)
  );
  lane_ram u_value (
    .clk_i, .read_warp_i, .read_data_o(value_read),
    .write_enable_i(value_enable), .write_warp_i(write_warp), .write_data_i(value)
  );

  always_ff @(posedge clk_i) begin
    if (start_valid_i)     vector_q[start_i.warp]       <= '0;
    else if (write_vector) vector_q[event_i.path.warp] <= vector_new;
  end

  // ---- reads ----
  word_t uniform;
  always_comb begin
    unique case (read_number_i)
      CSR_MVENDORID:               uniform = CSR_MVENDORID_VALUE;
      CSR_MARCHID:                 uniform = CSR_MARCHID_VALUE;
      CSR_MIMPID:                  uniform = CSR_MIMPID_VALUE;
      CSR_MCONFIGPTR:              uniform = CSR_MCONFIGPTR_VALUE;
      CSR_MSTATUS:                 uniform = CSR_MSTATUS_VALUE;
      CSR_MISA:                    uniform = CSR_MISA_VALUE;
      CSR_MIE:                     uniform = CSR_MIE_VALUE;
      CSR_MSTATUSH:                uniform = CSR_MSTATUSH_VALUE;
      CSR_MCOUNTINHIBIT:           uniform = CSR_MCOUNTINHIBIT_VALUE;
      CSR_MIP:                     uniform = CSR_MIP_VALUE;
      CSR_MTVEC:                   uniform = pc_word(vector_q[read_warp_i]);
      CSR_MCYCLE, CSR_CYCLE, CSR_TIME:    uniform = cycle_q[31:0];
      CSR_MCYCLEH, CSR_CYCLEH, CSR_TIMEH: uniform = cycle_q[63:32];
      CSR_MINSTRET, CSR_INSTRET:   uniform = retired[31:0];
      CSR_MINSTRETH, CSR_INSTRETH: uniform = retired[63:32];
      CSR_HD_GROUP_ID_X:           uniform = identity.group_id[0];
      CSR_HD_GROUP_ID_Y:           uniform = identity.group_id[1];
      CSR_HD_GROUP_ID_Z:           uniform = identity.group_id[2];
      CSR_HD_LOCAL_SIZE_X:         uniform = launch_i.local_size[0];
      CSR_HD_LOCAL_SIZE_Y:         uniform = launch_i.local_size[1];
      CSR_HD_LOCAL_SIZE_Z:         uniform = launch_i.local_size[2];
      CSR_HD_NUM_GROUPS_X:         uniform = launch_i.num_groups[0];
      CSR_HD_NUM_GROUPS_Y:         uniform = launch_i.num_groups[1];
      CSR_HD_NUM_GROUPS_Z:         uniform = launch_i.num_groups[2];
      CSR_HD_ARGS:                 uniform = launch_i.args;
      CSR_HD_ENTRY:                uniform = launch_i.kernel;
      CSR_HD_WARP:                 uniform = 32'(identity.warp_in_group);
      CSR_HD_NUM_WARPS:            uniform = 32'(identity.group_warps);
      CSR_HD_NUM_LANES:            uniform = 32'(Lanes);
      CSR_HD_WARP_MASK:            uniform = 32'(identity.mask);
      CSR_HD_PRIVATE_SIZE:         uniform = launch_i.private_size;
      CSR_HD_SCRATCH_SIZE:         uniform = launch_i.scratch_size;
      default:                     uniform = '0;
    endcase
  end

  always_comb begin
    read_data_o = '0;
    if (read_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        unique case (read_number_i)
          CSR_FFLAGS:        read_data_o[l] = 32'(fcsr_i[l][4:0]);
          CSR_FRM:           read_data_o[l] = 32'(fcsr_i[l][7:5]);
          CSR_FCSR:          read_data_o[l] = 32'(fcsr_i[l]);
          CSR_MHARTID:       read_data_o[l] = (32'(core_id_i) * Warps + 32'(read_warp_i)) * Lanes + l;
          CSR_MSCRATCH:      read_data_o[l] = scratch_read[l];
          CSR_MEPC:          read_data_o[l] = epc_read[l];
          CSR_MCAUSE:        read_data_o[l] = cause_read[l];
          CSR_MTVAL:         read_data_o[l] = value_read[l];
          CSR_HD_LOCAL_ID_X: read_data_o[l] = 32'(identity.local_id[l][0]);
          CSR_HD_LOCAL_ID_Y: read_data_o[l] = 32'(identity.local_id[l][1]);
          CSR_HD_LOCAL_ID_Z: read_data_o[l] = 32'(identity.local_id[l][2]);
          CSR_HD_GLOBAL_ID_X: read_data_o[l] = identity.group_base[0] + 32'(identity.local_id[l][0]);
          CSR_HD_GLOBAL_ID_Y: read_data_o[l] = identity.group_base[1] + 32'(identity.local_id[l][1]);
          CSR_HD_GLOBAL_ID_Z: read_data_o[l] = identity.group_base[2] + 32'(identity.local_id[l][2]);
          CSR_HD_LANE:       read_data_o[l] = l;
          default:           read_data_o[l] = uniform;
        endcase
      end
    end
  end

endmodule
