// What the monitors call: the C++ side is verif/harness/src/dpi.cpp. Masks travel as 32 bits, lane words and lines as
// packed vectors (const svBitVecVal* in C), so that the C++ side is the same for every configuration.
package monitor_pkg;

  import heddle_config_pkg::*;
  import heddle_pkg::*;

  typedef bit [Lanes-1:0][31:0] lane_bits_t;
  typedef bit [Lanes-1:0][3:0]  lane_nibbles_t;
  typedef bit [LineBytes*8-1:0] line_bits_t;
  typedef bit [LineBytes-1:0]   strobe_bits_t;

  // Asked once at time zero: without lock-step only what heads the list here is reported, and what a watch wants.
  import "DPI-C" function bit heddle_monitor_lockstep();
  import "DPI-C" function bit heddle_monitor_watch();

  import "DPI-C" function void heddle_monitor_retire(
      input int unsigned core, input int unsigned slots, input int unsigned lanes);

  // Where a warp is, without lock-step: with it the commit says so.
  import "DPI-C" function void heddle_monitor_slot(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned pc,
      input int unsigned mask);

  // A core offers a request to memory (`accepted`: and it is taken in this cycle); it gets an answer.
  import "DPI-C" function void heddle_monitor_request(
      input int unsigned core, input bit fetch, input bit accepted, input int unsigned op, input int unsigned address,
      input int unsigned id, input int unsigned warp, input int unsigned order, input int unsigned lane);
  import "DPI-C" function void heddle_monitor_answer(input int unsigned core, input bit fetch, input int unsigned id);

  // Local ids come before the dispatch they belong to, with lock-step alone.
  import "DPI-C" function void heddle_monitor_local_ids(input lane_bits_t x, input lane_bits_t y, input lane_bits_t z);
  import "DPI-C" function void heddle_monitor_dispatch(
      input int unsigned core, input int unsigned warp, input int unsigned group_slot, input int unsigned group_warps,
      input int unsigned warp_in_group, input int unsigned mask, input int unsigned group_x,
      input int unsigned group_y, input int unsigned group_z, input int unsigned scratch_base,
      input int unsigned first_buffer, input int unsigned local_base, input int unsigned entry);

  import "DPI-C" function void heddle_monitor_warp_done(
      input int unsigned core, input int unsigned warp, input bit kill, input lane_bits_t fcsr);

  // By launch slot. Which one has a core, or scratchpad and engines, from the next cycle on (slot 0 from the beginning).
  import "DPI-C" function void heddle_monitor_launch_ended(input int unsigned slot);
  import "DPI-C" function void heddle_monitor_owner(input int unsigned core, input int unsigned slot);
  import "DPI-C" function void heddle_monitor_holder(input int unsigned slot);
  // With several launch slots: what the registers show of a launch that has ended. The fault registers follow.
  import "DPI-C" function void heddle_monitor_outcome(
      input int unsigned slot, input bit fault, input bit aborted, input bit rejected, input int unsigned reason,
      input longint unsigned warp_instrs, input longint unsigned lane_instrs);
  import "DPI-C" function void heddle_monitor_outcome_fault(
      input int unsigned slot, input int unsigned core, input int unsigned warp, input int unsigned lane, input int unsigned cause,
      input int unsigned pc, input int unsigned value, input int unsigned detail, input int unsigned group_x,
      input int unsigned group_y, input int unsigned group_z, input int unsigned local_id);

  // The management core writes to a register of the host port, which takes it.
  import "DPI-C" function void heddle_monitor_register_written(input int unsigned offset, input int unsigned value);

  // ---- with lock-step alone -----------------------------------------------------------------------------------------
  // Causes and operands come before the commit they belong to, and only where there are any.
  import "DPI-C" function void heddle_monitor_causes(input lane_bits_t cause);
  import "DPI-C" function void heddle_monitor_operands(input lane_bits_t address, input lane_bits_t data);
  import "DPI-C" function void heddle_monitor_commit(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned pc,
      input int unsigned instr, input int unsigned mask, input bit retire, input int unsigned taken,
      input int unsigned target, input int unsigned trap);

  // Before the write-back they belong to, and only where there are any.
  import "DPI-C" function void heddle_monitor_flags(input lane_bits_t flags);
  import "DPI-C" function void heddle_monitor_writeback(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned rd,
      input int unsigned mask, input lane_bits_t data);

  import "DPI-C" function void heddle_monitor_fault(
      input int unsigned core, input int unsigned warp, input int unsigned lane, input int unsigned cause,
      input int unsigned pc, input int unsigned value, input int unsigned detail, input int unsigned group_x, input int unsigned group_y,
      input int unsigned group_z, input int unsigned local_id);

  // The launch has begun to end because the host has asked for it: what faults from this cycle on comes too late.
  import "DPI-C" function void heddle_monitor_abort(input int unsigned slot);

  // Memory has refused a write-back, which is a fault of the launch that it ends.
  import "DPI-C" function void heddle_monitor_refused(input int unsigned slot, input int unsigned cause, input int unsigned value);

  import "DPI-C" function void heddle_monitor_memory(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned lane,
      input int unsigned op, input int unsigned amo, input int unsigned address, input strobe_bits_t strobe,
      input line_bits_t data, input int unsigned old_word, input bit sc_success);

  import "DPI-C" function void heddle_monitor_scratch(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned op,
      input int unsigned amo, input int unsigned mask, input lane_bits_t address, input lane_nibbles_t strobe,
      input lane_bits_t data, input lane_bits_t old, input int unsigned sc_success);

  // ---- the management hart, with lock-step alone: docs/management.md, section 9 ---------------------------------------
  // It leaves its reset; the host has written a word to its bus; a record.
  import "DPI-C" function void heddle_monitor_management_reset();
  import "DPI-C" function void heddle_monitor_management_host(input int unsigned address, input int unsigned data);
  import "DPI-C" function void heddle_monitor_management(
      input int unsigned order, input bit is_interrupt, input bit is_trap, input int unsigned pc, input int unsigned next_pc,
      input int unsigned instr, input int unsigned rd, input int unsigned value, input bit write, input int unsigned strobe,
      input int unsigned address, input int unsigned data, input int unsigned cause, input int unsigned tval,
      input int unsigned mip);

  // ---- engines, with lock-step alone: verif/lockstep/include/heddle/lockstep/records.h says what the fields are -------
  typedef bit [1023:0] descriptor_bits_t;

  import "DPI-C" function void heddle_monitor_command(
      input int unsigned core, input int unsigned warp, input int unsigned order, input int unsigned lane,
      input bit matrix, input descriptor_bits_t descriptor);

  import "DPI-C" function void heddle_monitor_command_end(
      input bit matrix, input int unsigned number, input int unsigned how, input int unsigned identifier,
      input int unsigned bytes, input int unsigned cause, input int unsigned operand, input int unsigned value);

  import "DPI-C" function void heddle_monitor_copy_memory(
      input int unsigned number, input int unsigned address, input strobe_bits_t strobe, input line_bits_t data);

  // `address` is that of lane 0's word; the other lanes have those behind it.
  import "DPI-C" function void heddle_monitor_copy_scratch(
      input int unsigned number, input int unsigned address, input int unsigned mask, input lane_nibbles_t strobe,
      input lane_bits_t data);

  import "DPI-C" function void heddle_monitor_barrier(
      input int unsigned source, input int unsigned core, input int unsigned warp, input int unsigned order,
      input int unsigned lane, input int unsigned number, input int unsigned op, input int unsigned address,
      input int unsigned operand, input int unsigned error, input bit phase, input bit over);

  import "DPI-C" function void heddle_monitor_wake(
      input int unsigned core, input int unsigned warp, input int unsigned order);

  // A request that the accumulators take, and steps of it; `turn` is 0 and 1 in turn, as its last step and the next request overlap.
  import "DPI-C" function void heddle_monitor_window(
      input bit turn, input int unsigned core, input int unsigned warp, input int unsigned order);
  import "DPI-C" function void heddle_monitor_accumulators(
      input bit turn, input bit store, input int unsigned mask, input lane_bits_t address, input lane_bits_t data);

endpackage
