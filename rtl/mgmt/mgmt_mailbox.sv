// The registers that hart and host share (docs/management.md, sections 6 and 8). Who may do what to which register is checked outside.
// A store takes effect in the cycle after it is accepted. While the hart is in reset, what it has to say and what waits for it is 0.
module mgmt_mailbox
  import heddle_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        write_i,
  input  logic        host_i,        // the access is the host's
  input  logic [11:0] offset_i,
  input  word_t       data_i,
  output word_t       read_o,

  input  logic        hart_reset_i,  // the hart is in reset
  input  logic        sleeping_i,
  input  logic [1:0]  cause_i,       // of the last reset
  output logic        hold_o,        // the host wants the hart to stay in reset
  output logic        software_o,    // MSIP
  output logic        doorbell_o,    // to the interrupt controller
  output logic        host_irq_o
);

  localparam int unsigned MessageBits = $clog2(MGMT_MAILBOX_MESSAGE_COUNT);

  logic              hold_d, hold_q, software_d, software_q;
  word_t             boot_command_d, boot_command_q, boot_image_d, boot_image_q, boot_entry_d, boot_entry_q, boot_status_d, boot_status_q;
  word_t [3:0]       boot_detail_d, boot_detail_q;
  word_t             host_doorbell_d, host_doorbell_q, hart_doorbell_d, hart_doorbell_q, doorbell_enable_d, doorbell_enable_q;
  word_t             console_base_d, console_base_q, console_size_d, console_size_q;
  word_t             console_written_d, console_written_q, console_read_d, console_read_q;
  word_t             messages [MGMT_MAILBOX_MESSAGE_COUNT];  // without reset
  logic              is_message, is_detail;

  assign is_message = offset_i[11:MessageBits+2] == MGMT_MAILBOX_MESSAGE[11:MessageBits+2];
  assign is_detail  = offset_i[11:4] == MGMT_MAILBOX_BOOT_DETAIL[11:4];

  always_comb begin
    hold_d            = hold_q;
    software_d        = software_q;
    boot_command_d    = boot_command_q;
    boot_image_d      = boot_image_q;
    boot_entry_d      = boot_entry_q;
    boot_status_d     = boot_status_q;
    boot_detail_d     = boot_detail_q;
    host_doorbell_d   = host_doorbell_q;
    hart_doorbell_d   = hart_doorbell_q;
    doorbell_enable_d = doorbell_enable_q;
    console_base_d    = console_base_q;
    console_size_d    = console_size_q;
    console_written_d = console_written_q;
    console_read_d    = console_read_q;
    if (write_i) begin
      unique case (offset_i)
        MGMT_MAILBOX_CONTROL:              hold_d            = data_i[MGMT_MAILBOX_CONTROL_HOLD_LSB];
        MGMT_MAILBOX_BOOT_COMMAND:         boot_command_d    = data_i;
        MGMT_MAILBOX_BOOT_IMAGE:           boot_image_d      = data_i;
        MGMT_MAILBOX_BOOT_ENTRY:           boot_entry_d      = data_i;
        MGMT_MAILBOX_BOOT_STATUS:          boot_status_d     = data_i;
        MGMT_MAILBOX_HOST_DOORBELL:        host_doorbell_d   = host_i ? host_doorbell_q | data_i : host_doorbell_q & ~data_i;
        MGMT_MAILBOX_HART_DOORBELL:        hart_doorbell_d   = host_i ? hart_doorbell_q & ~data_i : hart_doorbell_q | data_i;
        MGMT_MAILBOX_HART_DOORBELL_ENABLE: doorbell_enable_d = data_i;
        MGMT_MAILBOX_SOFTWARE_INTERRUPT:   software_d        = data_i[0] | (host_i & software_q);
        MGMT_MAILBOX_CONSOLE_BASE:         console_base_d    = data_i;
        MGMT_MAILBOX_CONSOLE_SIZE:         console_size_d    = data_i;
        MGMT_MAILBOX_CONSOLE_WRITTEN:      console_written_d = data_i;
        MGMT_MAILBOX_CONSOLE_READ:         console_read_d    = data_i;
        default: if (is_detail)            boot_detail_d[offset_i[3:2]] = data_i;
      endcase
    end
    if (hart_reset_i) begin
      boot_command_d  = '0;
      boot_status_d   = '0;
      boot_detail_d   = '0;
      host_doorbell_d = '0;
      hart_doorbell_d = '0;
      software_d      = 1'b0;
    end
  end

  always_comb begin
    read_o = '0;
    unique case (offset_i)
      MGMT_MAILBOX_ID:                   read_o = MGMT_MAILBOX_ID_VALUE;
      MGMT_MAILBOX_SRAM_BYTES:           read_o = MGMT_MAILBOX_SRAM_BYTES_VALUE;
      MGMT_MAILBOX_CONTROL:              read_o[MGMT_MAILBOX_CONTROL_HOLD_LSB] = hold_q;
      MGMT_MAILBOX_STATUS: begin
        read_o[MGMT_MAILBOX_STATUS_IN_RESET_LSB]   = hart_reset_i;
        read_o[MGMT_MAILBOX_STATUS_SLEEPING_LSB]   = sleeping_i;
        read_o[MGMT_MAILBOX_STATUS_CAUSE_LSB +: 2] = cause_i;
      end
      MGMT_MAILBOX_BOOT_COMMAND:         read_o = boot_command_q;
      MGMT_MAILBOX_BOOT_IMAGE:           read_o = boot_image_q;
      MGMT_MAILBOX_BOOT_ENTRY:           read_o = boot_entry_q;
      MGMT_MAILBOX_BOOT_STATUS:          read_o = boot_status_q;
      MGMT_MAILBOX_HOST_DOORBELL:        read_o = host_doorbell_q;
      MGMT_MAILBOX_HART_DOORBELL:        read_o = hart_doorbell_q;
      MGMT_MAILBOX_HART_DOORBELL_ENABLE: read_o = doorbell_enable_q;
      MGMT_MAILBOX_SOFTWARE_INTERRUPT:   read_o = {31'h0, software_q};
      MGMT_MAILBOX_CONSOLE_BASE:         read_o = console_base_q;
      MGMT_MAILBOX_CONSOLE_SIZE:         read_o = console_size_q;
      MGMT_MAILBOX_CONSOLE_WRITTEN:      read_o = console_written_q;
      MGMT_MAILBOX_CONSOLE_READ:         read_o = console_read_q;
      default: begin
        if (is_detail)  read_o = boot_detail_q[offset_i[3:2]];
        if (is_message) read_o = messages[offset_i[MessageBits+1:2]];
      end
    endcase
  end

  assign hold_o     = hold_q;
  assign software_o = software_q;
  assign doorbell_o = host_doorbell_q != '0;
  assign host_irq_o = (hart_doorbell_q & doorbell_enable_q) != '0;

  always_ff @(posedge clk_i) begin
    if (write_i && is_message) messages[offset_i[MessageBits+1:2]] <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      hold_q            <= 1'b0;
      software_q        <= 1'b0;
      boot_command_q    <= '0;
      boot_image_q      <= '0;
      boot_entry_q      <= '0;
      boot_status_q     <= '0;
      boot_detail_q     <= '0;
      host_doorbell_q   <= '0;
      hart_doorbell_q   <= '0;
      doorbell_enable_q <= '0;
      console_base_q    <= '0;
      console_size_q    <= '0;
      console_written_q <= '0;
      console_read_q    <= '0;
    end else begin
      hold_q            <= hold_d;
      software_q        <= software_d;
      boot_command_q    <= boot_command_d;
      boot_image_q      <= boot_image_d;
      boot_entry_q      <= boot_entry_d;
      boot_status_q     <= boot_status_d;
      boot_detail_q     <= boot_detail_d;
      host_doorbell_q   <= host_doorbell_d;
      hart_doorbell_q   <= hart_doorbell_d;
      doorbell_enable_q <= doorbell_enable_d;
      console_base_q    <= console_base_d;
      console_size_q    <= console_size_d;
      console_written_q <= console_written_d;
      console_read_q    <= console_read_d;
    end
  end

endmodule
