rtl/cluster/scratch_allocator.sv
rtl/cluster/warp_slots.sv
rtl/cluster/local_id_table.sv
rtl/cluster/dispatcher.sv
rtl/cluster/scratchpad_reservations.sv
rtl/cluster/scratchpad.sv
rtl/cluster/launch_gate.sv
rtl/cluster/cluster.sv
