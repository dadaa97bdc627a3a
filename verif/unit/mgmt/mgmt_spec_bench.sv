// Makes the functions of mgmt_spec_pkg visible to a C++ test. Combinational.
module mgmt_spec_bench
  import heddle_isa_pkg::*;
  import mgmt_spec_pkg::*;
(
  input  logic [31:0] word_i,        // an instruction, or an address
  input  logic [11:0] number_i,
  input  logic        write_i,
  input  logic        host_i,
  output logic [31:0] expanded_o,    // of the low half
  output op_e         op_o,
  output logic        csr_exists_o,
  output logic        in_window_o,
  output logic [4:0]  rights_o,      // hart r, w, x, host r, w
  output logic        external_o,
  output logic        allows_o       // the register at the address; of windows without registers 0
);

  mgmt_window_e window;

  assign expanded_o   = expand_compressed(word_i[15:0]);
  assign op_o         = mgmt_decode_op(word_i);
  assign csr_exists_o = mcsr_exists(number_i);
  assign window       = mgmt_window(word_i);
  assign in_window_o  = window != WINDOW_NONE;
  assign external_o   = window_external(window);
  assign rights_o     = {window_host_writes(window), window_host_reads(window), window_hart_fetches(window), window_hart_writes(window),
                         window_hart_reads(window)};

  always_comb begin
    unique case (window)
      WINDOW_TIMER:      allows_o = mgmt_timer_allows(word_i[11:0], write_i);
      WINDOW_WATCHDOG:   allows_o = mgmt_watchdog_allows(word_i[11:0], write_i);
      WINDOW_INTERRUPTS: allows_o = mgmt_interrupts_allows(word_i[11:0], write_i);
      WINDOW_MAILBOX:    allows_o = mgmt_mailbox_allows(word_i[11:0], write_i, host_i);
      WINDOW_CHECKSUM:   allows_o = mgmt_checksum_allows(word_i[11:0], write_i);
      WINDOW_BLOCKS:     allows_o = mgmt_blocks_allows(word_i[11:0], write_i);
      default:           allows_o = 1'b0;
    endcase
  end

endmodule
