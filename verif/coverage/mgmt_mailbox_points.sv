// Bound to mgmt_mailbox in builds for coverage: what hart and host tell each other. Purely an observer.
module mgmt_mailbox_points
  import mgmt_spec_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write_i,
  input logic        host_i,
  input logic [11:0] offset_i,
  input logic        is_message,
  input logic        is_detail,
  input logic        hart_reset_i,
  input logic        hold_o,
  input logic        software_o,
  input logic        doorbell_o,
  input logic        host_irq_o,
  input logic [1:0]  cause_i
);

  logic host, hart;
  assign host = rst_ni && write_i && host_i;
  assign hart = rst_ni && write_i && !host_i;

  mailbox_host_rings        : cover property (@(posedge clk_i) host && offset_i == MGMT_MAILBOX_HOST_DOORBELL);
  mailbox_hart_clears       : cover property (@(posedge clk_i) hart && offset_i == MGMT_MAILBOX_HOST_DOORBELL && doorbell_o);
  mailbox_hart_rings        : cover property (@(posedge clk_i) hart && offset_i == MGMT_MAILBOX_HART_DOORBELL);
  mailbox_host_clears       : cover property (@(posedge clk_i) host && offset_i == MGMT_MAILBOX_HART_DOORBELL && host_irq_o);
  mailbox_interrupts_host   : cover property (@(posedge clk_i) rst_ni && host_irq_o);
  mailbox_software_by_host  : cover property (@(posedge clk_i) host && offset_i == MGMT_MAILBOX_SOFTWARE_INTERRUPT);
  mailbox_software_cleared  : cover property (@(posedge clk_i) hart && offset_i == MGMT_MAILBOX_SOFTWARE_INTERRUPT && software_o);
  mailbox_message_of_host   : cover property (@(posedge clk_i) host && is_message);
  mailbox_message_of_hart   : cover property (@(posedge clk_i) hart && is_message);
  mailbox_boot_command      : cover property (@(posedge clk_i) host && offset_i == MGMT_MAILBOX_BOOT_COMMAND);
  mailbox_boot_status       : cover property (@(posedge clk_i) hart && offset_i == MGMT_MAILBOX_BOOT_STATUS);
  mailbox_boot_detail       : cover property (@(posedge clk_i) hart && is_detail);
  mailbox_console           : cover property (@(posedge clk_i) hart && offset_i == MGMT_MAILBOX_CONSOLE_WRITTEN);
  mailbox_hart_held         : cover property (@(posedge clk_i) rst_ni && hold_o && hart_reset_i);
  mailbox_reset_by_host     : cover property (@(posedge clk_i) rst_ni && hart_reset_i && cause_i == 2'd1);
  mailbox_reset_by_watchdog : cover property (@(posedge clk_i) rst_ni && hart_reset_i && cause_i == 2'd2);

endmodule

bind mgmt_mailbox mgmt_mailbox_points u_points (.*);
