// Connects the three ports that ask (fetch, data, host) with the targets that answer. Checks rights; what is not allowed is answered
// with an error and reaches no target.
// Latency: what memory, block buffers or external targets take; all others, and errors, are answered in the cycle after acceptance.
// SRAM is two banks by bit 2 of the address: fetch and data go on together unless they want the same one. Data goes first; fetch and host
// take turns, per target.
// Invariants: one request under way per port; a target that answers in one cycle takes one request per cycle; a response only for a
// request.
module mgmt_bus
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,

  input  word_t          fetch_address_i,
  input  logic           fetch_valid_i,
  output logic           fetch_ready_o,
  output mgmt_response_t fetch_response_o,
  input  mgmt_request_t  data_request_i,
  input  logic           data_valid_i,
  output logic           data_ready_o,
  output mgmt_response_t data_response_o,
  input  mgmt_request_t  host_request_i,
  input  logic           host_valid_i,
  output logic           host_ready_o,
  output mgmt_response_t host_response_o,
  output logic           hart_idle_o,      // neither fetch nor data has a request under way

  // Targets that answer in the next cycle, without being asked whether they are ready.
  output mgmt_request_t  rom_request_o,
  output logic           rom_valid_o,
  input  word_t          rom_data_i,
  output mgmt_request_t [1:0] sram_request_o,
  output logic          [1:0] sram_valid_o,
  input  word_t         [1:0] sram_data_i,
  output mgmt_request_t  device_request_o,
  output logic           device_valid_o,
  output logic           device_host_o,    // it is the host's
  input  word_t          device_data_i,
  input  logic           device_error_i,

  // Targets that take their time. A fetch may change its mind.
  output logic           memory_fetch_valid_o,
  input  logic           memory_fetch_ready_i,
  input  mgmt_response_t memory_fetch_response_i,
  output logic           memory_data_valid_o,
  input  logic           memory_data_ready_i,
  input  mgmt_response_t memory_data_response_i,
  output logic           blocks_valid_o,
  input  logic           blocks_ready_i,
  input  mgmt_response_t blocks_response_i,
  output logic           external_valid_o,
  input  logic           external_ready_i,
  input  mgmt_response_t external_response_i
);

  localparam int unsigned Fetch = 0;
  localparam int unsigned Data  = 1;
  localparam int unsigned Host  = 2;

  typedef enum logic [2:0] {TargetError, TargetRom, TargetBank0, TargetBank1, TargetDevice, TargetMemory, TargetBlocks, TargetExternal} target_e;

  // ---- who asks for what -----------------------------------------------------------------------------------------------------
  mgmt_request_t [2:0] request;
  logic          [2:0] valid, ready, allowed;
  mgmt_window_e  [2:0] window;
  target_e       [2:0] target;

  always_comb begin
    request[Fetch]         = '0;
    request[Fetch].address = fetch_address_i;
    request[Fetch].strobe  = '1;
    request[Data]          = data_request_i;
    request[Host]          = host_request_i;
  end
  assign valid = {host_valid_i, data_valid_i, fetch_valid_i};
  assign {host_ready_o, data_ready_o, fetch_ready_o} = ready;

  always_comb begin
    for (int unsigned p = 0; p < 3; p++) window[p] = mgmt_window(request[p].address);
    allowed[Fetch] = window_hart_fetches(window[Fetch]);
    allowed[Data]  = request[Data].write ? window_hart_writes(window[Data]) : window_hart_reads(window[Data]);
    allowed[Host]  = (request[Host].write ? window_host_writes(window[Host]) : window_host_reads(window[Host])) &&
                     request[Host].strobe == '1 && request[Host].address[1:0] == '0;
    for (int unsigned p = 0; p < 3; p++) begin
      target[p] = TargetError;
      unique case (window[p])
        WINDOW_BOOT_ROM: target[p] = TargetRom;
        WINDOW_SRAM: begin
          if (request[p].address - MGMT_SRAM_BASE < MgmtSramBytes) target[p] = request[p].address[2] ? TargetBank1 : TargetBank0;
        end
        WINDOW_TIMER, WINDOW_WATCHDOG, WINDOW_INTERRUPTS, WINDOW_MAILBOX, WINDOW_CHECKSUM: target[p] = TargetDevice;
        WINDOW_BLOCKS:        target[p] = TargetBlocks;
        WINDOW_DEVICE_MEMORY: target[p] = TargetMemory;
        default: if (window_external(window[p])) target[p] = TargetExternal;
      endcase
      if (!allowed[p]) target[p] = TargetError;
    end
  end

  // ---- requests under way ----------------------------------------------------------------------------------------------------
  logic           [2:0] busy_d, busy_q;
  target_e        [2:0] target_d, target_q;
  mgmt_response_t [2:0] response;
  logic           [2:0] offers;        // has a request that may be accepted now

  assign offers = valid & (~busy_q | {response[Host].valid, response[Data].valid, response[Fetch].valid});

  always_comb begin
    for (int unsigned p = 0; p < 3; p++) begin
      busy_d[p]   = ready[p] || (busy_q[p] && !response[p].valid);
      target_d[p] = ready[p] ? target[p] : target_q[p];
    end
  end
  assign hart_idle_o = !busy_q[Fetch] && !busy_q[Data];

  // ---- turns: ROM, the two banks, devices ------------------------------------------------------------------------------------
  localparam int unsigned Quick = 4;
  localparam target_e QuickTargets [Quick] = '{TargetRom, TargetBank0, TargetBank1, TargetDevice};
  logic [Quick-1:0][2:0] wants, grant;
  logic [Quick-1:0]      host_turn_d, host_turn_q;  // of fetch and host the latter goes first

  always_comb begin
    for (int unsigned t = 0; t < Quick; t++) begin
      for (int unsigned p = 0; p < 3; p++) wants[t][p] = offers[p] && target[p] == QuickTargets[t];
      grant[t][Data]  = wants[t][Data];
      grant[t][Host]  = wants[t][Host] && !wants[t][Data] && (host_turn_q[t] || !wants[t][Fetch]);
      grant[t][Fetch] = wants[t][Fetch] && !wants[t][Data] && !grant[t][Host];
      host_turn_d[t]  = grant[t][Host] ? 1'b0 : grant[t][Fetch] ? 1'b1 : host_turn_q[t];
    end
  end

  always_comb begin
    for (int unsigned p = 0; p < 3; p++) begin
      ready[p] = offers[p] && target[p] == TargetError;
      for (int unsigned t = 0; t < Quick; t++) ready[p] |= grant[t][p];
    end
    if (memory_fetch_valid_o && memory_fetch_ready_i) ready[Fetch] = 1'b1;
    if (memory_data_valid_o && memory_data_ready_i)   ready[Data]  = 1'b1;
    if (blocks_valid_o && blocks_ready_i)             ready[Data]  = 1'b1;
    if (external_valid_o && external_ready_i)         ready[Data]  = 1'b1;
  end

  // ---- to the targets --------------------------------------------------------------------------------------------------------
  function automatic mgmt_request_t chosen(logic [2:0] granted, mgmt_request_t [2:0] from);
    return granted[Data] ? from[Data] : granted[Host] ? from[Host] : from[Fetch];
  endfunction

  assign rom_request_o     = chosen(grant[0], request);
  assign sram_request_o[0] = chosen(grant[1], request);
  assign sram_request_o[1] = chosen(grant[2], request);
  assign device_request_o  = grant[3][Data] ? request[Data] : request[Host];
  assign rom_valid_o       = |grant[0];
  assign sram_valid_o      = {|grant[2], |grant[1]};
  assign device_valid_o    = |grant[3];
  assign device_host_o     = grant[3][Host];

  assign memory_fetch_valid_o = offers[Fetch] && target[Fetch] == TargetMemory;
  assign memory_data_valid_o  = offers[Data] && target[Data] == TargetMemory;
  assign blocks_valid_o       = offers[Data] && target[Data] == TargetBlocks;
  assign external_valid_o     = offers[Data] && target[Data] == TargetExternal;

  // ---- responses -------------------------------------------------------------------------------------------------------------
  always_comb begin
    for (int unsigned p = 0; p < 3; p++) begin
      response[p]       = '0;
      response[p].valid = busy_q[p];
      unique case (target_q[p])
        TargetRom:      response[p].data = rom_data_i;
        TargetBank0:    response[p].data = sram_data_i[0];
        TargetBank1:    response[p].data = sram_data_i[1];
        TargetDevice: begin
          response[p].data  = device_data_i;
          response[p].error = device_error_i;
        end
        TargetMemory:   response[p] = (p == Fetch) ? memory_fetch_response_i : memory_data_response_i;
        TargetBlocks:   response[p] = blocks_response_i;
        TargetExternal: response[p] = external_response_i;
        default:        response[p].error = 1'b1;
      endcase
      if (!busy_q[p]) response[p].valid = 1'b0;
    end
  end
  assign fetch_response_o = response[Fetch];
  assign data_response_o  = response[Data];
  assign host_response_o  = response[Host];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q      <= '0;
      target_q    <= '{default: TargetError};
      host_turn_q <= '0;
    end else begin
      busy_q      <= busy_d;
      target_q    <= target_d;
      host_turn_q <= host_turn_d;
    end
  end

`ifndef SYNTHESIS
  for (genvar t = 0; t < Quick; t++) begin : gen_one_grant
    a_one_grant : assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(grant[t]));
  end
  a_accepted_was_asked : assert property (@(posedge clk_i) disable iff (!rst_ni) (ready & ~valid) == '0);
  a_fetch_of_no_device : assert property (@(posedge clk_i) disable iff (!rst_ni) !grant[3][Fetch]);
  a_host_no_memory     : assert property (@(posedge clk_i) disable iff (!rst_ni)
                         valid[Host] |-> !(target[Host] inside {TargetMemory, TargetBlocks, TargetExternal}));
`endif

endmodule
