// The management core's bus against books of its own: a response for each request that was accepted, one at a time and port; what answers
// in the next cycle does; what management.yaml does not allow reaches no target and is answered with an error.
module mgmt_bus_checker
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
  import mgmt_rights_pkg::*;
(
  input logic           clk_i,
  input logic           rst_ni,
  input word_t          fetch_address_i,
  input logic           fetch_valid_i,
  input logic           fetch_ready_o,
  input mgmt_response_t fetch_response_o,
  input mgmt_request_t  data_request_i,
  input logic           data_valid_i,
  input logic           data_ready_o,
  input mgmt_response_t data_response_o,
  input mgmt_request_t  host_request_i,
  input logic           host_valid_i,
  input logic           host_ready_o,
  input mgmt_response_t host_response_o,
  input logic           hart_idle_o,
  input mgmt_request_t  rom_request_o,
  input logic           rom_valid_o,
  input mgmt_request_t [1:0] sram_request_o,
  input logic          [1:0] sram_valid_o,
  input mgmt_request_t  device_request_o,
  input logic           device_valid_o,
  input logic           device_host_o,
  input logic           device_error_i,
  input logic           memory_fetch_valid_o,
  input logic           memory_fetch_ready_i,
  input logic           memory_data_valid_o,
  input logic           memory_data_ready_i,
  input logic           blocks_valid_o,
  input logic           blocks_ready_i,
  input logic           external_valid_o,
  input logic           external_ready_i
);

  // 0: fetch, 1: data, 2: host.
  mgmt_request_t  [2:0] request;
  mgmt_response_t [2:0] response;
  logic           [2:0] valid, ready, allowed, slow, busy_d, busy_q, quick_d, quick_q, refused_d, refused_q;
  rights_t        [2:0] right;
  logic           [1:0] slow_data;

  always_comb begin
    request            = '0;
    request[0].address = fetch_address_i;
    request[1]         = data_request_i;
    request[2]         = host_request_i;
    for (int unsigned p = 0; p < 3; p++) right[p] = rights(request[p].address);
    allowed[0] = right[0].hart_x;
    allowed[1] = request[1].write ? right[1].hart_w : right[1].hart_r;
    allowed[2] = (request[2].write ? right[2].host_w : right[2].host_r) && request[2].strobe == '1 && request[2].address[1:0] == '0;
    for (int unsigned p = 0; p < 3; p++) begin
      if (request[p].address >= MGMT_SRAM_BASE + MgmtSramBytes && request[p].address - MGMT_SRAM_BASE < 32'h0010_0000) allowed[p] = 1'b0;
    end
  end

  assign valid     = {host_valid_i, data_valid_i, fetch_valid_i};
  assign ready     = {host_ready_o, data_ready_o, fetch_ready_o};
  assign response  = {host_response_o, data_response_o, fetch_response_o};
  assign slow_data = {blocks_valid_o && blocks_ready_i, memory_data_valid_o && memory_data_ready_i};
  assign slow[0]   = memory_fetch_valid_o && memory_fetch_ready_i;
  assign slow[1]   = slow_data != '0 || (external_valid_o && external_ready_i);
  assign slow[2]   = 1'b0;

  always_comb begin
    for (int unsigned p = 0; p < 3; p++) begin
      busy_d[p]    = ready[p] || (busy_q[p] && !response[p].valid);
      quick_d[p]   = ready[p] && !slow[p];
      refused_d[p] = ready[p] && !allowed[p];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q    <= '0;
      quick_q   <= '0;
      refused_q <= '0;
    end else begin
      busy_q    <= busy_d;
      quick_q   <= quick_d;
      refused_q <= refused_d;
    end
  end

  for (genvar p = 0; p < 3; p++) begin : gen_port
    always_comb begin
      if (rst_ni) begin
        a_response_asked : assert (!response[p].valid || busy_q[p]);
        a_accepted_asks : assert (!ready[p] || (valid[p] && (!busy_q[p] || response[p].valid)));
        a_next_cycle : assert (!quick_q[p] || response[p].valid);
        a_refused : assert (!refused_q[p] || (response[p].valid && response[p].error));
        a_refused_at_once : assert (!(valid[p] && !allowed[p] && (!busy_q[p] || response[p].valid)) || ready[p]);
      end
    end
  end

  always_comb begin
    if (rst_ni) begin
      a_idle : assert (hart_idle_o == (busy_q[1:0] == '0));
      // What reaches a target is allowed to whoever asks.
      a_memory_fetch : assert (!memory_fetch_valid_o || (fetch_valid_i && allowed[0] && fetch_address_i[31]));
      a_memory_data : assert (!memory_data_valid_o || (data_valid_i && allowed[1] && data_request_i.address[31]));
      a_external : assert (!external_valid_o || (data_valid_i && allowed[1] && right[1].external));
      a_blocks : assert (!blocks_valid_o || (data_valid_i && allowed[1]));
      a_one_slow : assert ($onehot0({memory_data_valid_o, blocks_valid_o, external_valid_o}));
      a_device : assert (!device_valid_o || (device_host_o ? ready[2] && allowed[2] && device_request_o == host_request_i
                                                           : ready[1] && allowed[1] && device_request_o == data_request_i));
      a_rom : assert (!rom_valid_o || (rights(rom_request_o.address).hart_x && !rom_request_o.write));
      a_sram : assert ((!sram_valid_o[0] || (rights(sram_request_o[0].address).hart_w && !sram_request_o[0].address[2])) &&
                       (!sram_valid_o[1] || (rights(sram_request_o[1].address).hart_w && sram_request_o[1].address[2])));
    end
  end

  // Data of a target is not looked at; whether a device refuses is its own affair.
  logic unused;
  assign unused = device_error_i;

endmodule
bind mgmt_bus mgmt_bus_checker u_check (.*);
