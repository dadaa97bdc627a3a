// The management core with everything around it: hart, bus, boot ROM, SRAM, devices, reset, and the way to device memory.
// (docs/management.md). Its ports: the host (bus, interrupt), registers of other folders (bus), their interrupt lines, a way to memory.
// A response on external_response_i comes in a later cycle than the acceptance of its request. Lines in sources_i are levels of this clock.
module mgmt_subsystem
  import heddle_config_pkg::*;
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic           clk_i,
  input  logic           rst_ni,

  input  mgmt_request_t  host_request_i,
  input  logic           host_valid_i,
  output logic           host_ready_o,
  output mgmt_response_t host_response_o,
  output logic           host_irq_o,

  output mgmt_request_t  external_request_o,
  output logic           external_valid_o,
  input  logic           external_ready_i,
  input  mgmt_response_t external_response_i,
  input  logic [31:0]    sources_i,          // interrupt lines: bit n is source n

  output mem_request_t   memory_request_o,
  output logic           memory_request_valid_o,
  input  logic           memory_request_ready_i,
  input  mem_response_t  memory_response_i,
  input  logic           memory_response_valid_i,

  output logic           sleeping_o,
  output logic           running_o,          // for checkers: the hart is out of reset
  output mgmt_trace_t    trace_o,            // ... its retirement records
  output logic           trace_valid_o
);

  localparam int unsigned BankWords    = MgmtSramBytes / 8;
  localparam int unsigned BankAddrBits = $clog2(BankWords);

  logic hart_rst_n, hold, watchdog_reset, hart_idle, blocks_idle;
  logic [1:0] reset_cause;

  mgmt_reset u_reset (
    .clk_i,
    .rst_ni,
    .hold_i     (hold),
    .watchdog_i (watchdog_reset),
    .idle_i     (hart_idle && blocks_idle),
    .hart_rst_no(hart_rst_n),
    .cause_o    (reset_cause)
  );

  assign running_o = hart_rst_n;

  // ---- hart ----
  word_t          fetch_address;
  logic           fetch_valid, fetch_ready, fetch_flush, data_valid, data_ready;
  mgmt_response_t fetch_response, data_response;
  mgmt_request_t  data_request;
  mgmt_lines_t    lines;
  logic [63:0]    now;

  mgmt_core u_core (
    .clk_i,
    .rst_ni          (hart_rst_n),
    .lines_i         (lines),
    .time_i          (now),
    .fetch_address_o (fetch_address),
    .fetch_valid_o   (fetch_valid),
    .fetch_ready_i   (fetch_ready),
    .fetch_response_i(fetch_response),
    .fetch_flush_o   (fetch_flush),
    .data_request_o  (data_request),
    .data_valid_o    (data_valid),
    .data_ready_i    (data_ready),
    .data_response_i (data_response),
    .sleeping_o,
    .trace_o,
    .trace_valid_o
  );

  // ---- bus ----
  mgmt_request_t       rom_request, device_request;
  mgmt_request_t [1:0] sram_request;
  logic                rom_valid, device_valid, device_host, device_error;
  logic [1:0]          sram_valid;
  word_t               rom_data, device_data;
  word_t [1:0]         sram_data;
  logic                memory_fetch_valid, memory_fetch_ready, memory_data_valid, memory_data_ready;
  mgmt_response_t      memory_fetch_response, memory_data_response, blocks_response;
  logic                blocks_valid, blocks_ready;
  mgmt_line_t [Blocks-1:0] block_line;
  logic [Blocks-1:0]   block_valid, block_ready, block_response_valid;

  // (While the hart is in reset it asks for nothing: its requests come from registers that are reset, but for the first fetch.)
  mgmt_bus u_bus (
    .clk_i,
    .rst_ni,
    .fetch_address_i        (fetch_address),
    .fetch_valid_i          (fetch_valid && hart_rst_n),
    .fetch_ready_o          (fetch_ready),
    .fetch_response_o       (fetch_response),
    .data_request_i         (data_request),
    .data_valid_i           (data_valid),
    .data_ready_o           (data_ready),
    .data_response_o        (data_response),
    .host_request_i,
    .host_valid_i,
    .host_ready_o,
    .host_response_o,
    .hart_idle_o            (hart_idle),
    .rom_request_o          (rom_request),
    .rom_valid_o            (rom_valid),
    .rom_data_i             (rom_data),
    .sram_request_o         (sram_request),
    .sram_valid_o           (sram_valid),
    .sram_data_i            (sram_data),
    .device_request_o       (device_request),
    .device_valid_o         (device_valid),
    .device_host_o          (device_host),
    .device_data_i          (device_data),
    .device_error_i         (device_error),
    .memory_fetch_valid_o   (memory_fetch_valid),
    .memory_fetch_ready_i   (memory_fetch_ready),
    .memory_fetch_response_i(memory_fetch_response),
    .memory_data_valid_o    (memory_data_valid),
    .memory_data_ready_i    (memory_data_ready),
    .memory_data_response_i (memory_data_response),
    .blocks_valid_o         (blocks_valid),
    .blocks_ready_i         (blocks_ready),
    .blocks_response_i      (blocks_response),
    .external_valid_o,
    .external_ready_i,
    .external_response_i
  );
  assign external_request_o = data_request;

  // ---- memories ----
  mgmt_rom u_rom (
    .clk_i,
    .read_i   (rom_valid),
    .address_i(rom_request.address[11:2]),
    .data_o   (rom_data)
  );

  for (genvar b = 0; b < 2; b++) begin : gen_bank
    mgmt_ram #(
      .Words(BankWords)
    ) u_sram (
      .clk_i,
      .access_i (sram_valid[b]),
      .write_i  (sram_request[b].write),
      .strobe_i (sram_request[b].strobe),
      .address_i(sram_request[b].address[BankAddrBits+2:3]),
      .data_i   (sram_request[b].data),
      .data_o   (sram_data[b])
    );
  end

  mgmt_memory_port u_memory (
    .clk_i,
    .rst_ni,
    .flush_i         (fetch_flush || !hart_rst_n),
    .fetch_address_i (fetch_address),
    .fetch_valid_i   (memory_fetch_valid),
    .fetch_ready_o   (memory_fetch_ready),
    .fetch_response_o(memory_fetch_response),
    .data_request_i  (data_request),
    .data_valid_i    (memory_data_valid),
    .data_ready_o    (memory_data_ready),
    .data_response_o (memory_data_response),
    .block_line_i    (block_line),
    .block_valid_i   (block_valid),
    .block_ready_o   (block_ready),
    .block_response_valid_o(block_response_valid),
    .request_o       (memory_request_o),
    .request_valid_o (memory_request_valid_o),
    .request_ready_i (memory_request_ready_i),
    .response_i      (memory_response_i),
    .response_valid_i(memory_response_valid_i)
  );

  mgmt_blocks u_blocks (
    .clk_i,
    .rst_ni,
    .hart_reset_i    (!hart_rst_n),
    .request_i       (data_request),
    .valid_i         (blocks_valid),
    .ready_o         (blocks_ready),
    .response_o      (blocks_response),
    .idle_o          (blocks_idle),
    .line_o          (block_line),
    .line_valid_o    (block_valid),
    .line_ready_i    (block_ready),
    .response_i      (memory_response_i),
    .response_valid_i(block_response_valid)
  );

  // ---- devices ----
  mgmt_devices u_devices (
    .clk_i,
    .rst_ni,
    .hart_rst_ni     (hart_rst_n),
    .request_i       (device_request),
    .valid_i         (device_valid),
    .host_i          (device_host),
    .data_o          (device_data),
    .error_o         (device_error),
    .sources_i,
    .hart_reset_i    (!hart_rst_n),
    .sleeping_i      (sleeping_o),
    .reset_cause_i   (reset_cause),
    .hold_o          (hold),
    .watchdog_reset_o(watchdog_reset),
    .lines_o         (lines),
    .time_o          (now),
    .host_irq_o
  );

endmodule
