// The devices of the management core, behind one target of its bus: which one an access is for, whether it is allowed, and the answer.
// Latency: one cycle. A store takes effect in the cycle after its acceptance, a load reads in the cycle of it.
// Invariant: an access that is answered with an error changes nothing.
module mgmt_devices
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
  import mgmt_pkg::*;
(
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          hart_rst_ni,     // resets all but the mailbox
  input  mgmt_request_t request_i,
  input  logic          valid_i,
  input  logic          host_i,
  output word_t         data_o,
  output logic          error_o,

  input  logic [31:0]   sources_i,       // lines from other folders
  input  logic          hart_reset_i,
  input  logic          sleeping_i,
  input  logic [1:0]    reset_cause_i,
  output logic          hold_o,
  output logic          watchdog_reset_o,
  output mgmt_lines_t   lines_o,
  output logic [63:0]   time_o,
  output logic          host_irq_o
);

  mgmt_window_e window;
  logic [11:0]  offset;
  logic         allowed, accepted, write, watchdog_refuses, warned, doorbell;
  word_t        timer_read, watchdog_read, interrupts_read, mailbox_read, checksum_read, data_d, data_q;
  logic         error_q;
  logic [31:0]  sources;

  assign window = mgmt_window(request_i.address);
  assign offset = request_i.address[11:0];

  always_comb begin
    unique case (window)
      WINDOW_TIMER:      allowed = mgmt_timer_allows(offset, request_i.write);
      WINDOW_WATCHDOG:   allowed = mgmt_watchdog_allows(offset, request_i.write) && !(request_i.write && watchdog_refuses);
      WINDOW_INTERRUPTS: allowed = mgmt_interrupts_allows(offset, request_i.write);
      WINDOW_MAILBOX:    allowed = mgmt_mailbox_allows(offset, request_i.write, host_i);
      WINDOW_CHECKSUM:   allowed = mgmt_checksum_allows(offset, request_i.write);
      default:           allowed = 1'b0;
    endcase
    if (request_i.strobe != '1) allowed = 1'b0;
  end
  assign accepted = valid_i && allowed;
  assign write    = accepted && request_i.write;

  always_comb begin
    unique case (window)
      WINDOW_TIMER:      data_d = timer_read;
      WINDOW_WATCHDOG:   data_d = watchdog_read;
      WINDOW_INTERRUPTS: data_d = interrupts_read;
      WINDOW_MAILBOX:    data_d = mailbox_read;
      default:           data_d = checksum_read;
    endcase
  end

  mgmt_timer u_timer (
    .clk_i,
    .rst_ni  (hart_rst_ni),
    .write_i (write && window == WINDOW_TIMER),
    .offset_i(offset),
    .data_i  (request_i.data),
    .read_o  (timer_read),
    .time_o,
    .irq_o   (lines_o.timer)
  );

  mgmt_watchdog u_watchdog (
    .clk_i,
    .rst_ni  (hart_rst_ni),
    .write_i (write && window == WINDOW_WATCHDOG),
    .offset_i(offset),
    .data_i  (request_i.data),
    .read_o  (watchdog_read),
    .refuse_o(watchdog_refuses),
    .warned_o(warned),
    .reset_o (watchdog_reset_o)
  );

  always_comb begin
    sources = sources_i & SOURCES_EXTERNAL;
    sources[SOURCE_WATCHDOG]      = warned;
    sources[SOURCE_HOST_DOORBELL] = doorbell;
  end

  mgmt_interrupts u_interrupts (
    .clk_i,
    .rst_ni   (hart_rst_ni),
    .sources_i(sources),
    .write_i  (write && window == WINDOW_INTERRUPTS),
    .offset_i (offset),
    .data_i   (request_i.data),
    .read_o   (interrupts_read),
    .irq_o    (lines_o.external)
  );

  mgmt_mailbox u_mailbox (
    .clk_i,
    .rst_ni,
    .write_i     (write && window == WINDOW_MAILBOX),
    .host_i,
    .offset_i    (offset),
    .data_i      (request_i.data),
    .read_o      (mailbox_read),
    .hart_reset_i,
    .sleeping_i,
    .cause_i     (reset_cause_i),
    .hold_o,
    .software_o  (lines_o.software),
    .doorbell_o  (doorbell),
    .host_irq_o
  );

  mgmt_checksum u_checksum (
    .clk_i,
    .rst_ni  (hart_rst_ni),
    .write_i (write && window == WINDOW_CHECKSUM),
    .offset_i(offset),
    .data_i  (request_i.data),
    .read_o  (checksum_read)
  );

  assign data_o  = data_q;
  assign error_o = error_q;

  always_ff @(posedge clk_i) begin
    if (valid_i) data_q <= (allowed && !request_i.write) ? data_d : '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) error_q <= 1'b0;
    else         error_q <= valid_i && !allowed;
  end

endmodule
