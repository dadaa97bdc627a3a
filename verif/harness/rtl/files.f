verif/harness/rtl/monitor_pkg.sv
verif/harness/rtl/core_monitor.sv
verif/harness/rtl/memory_monitor.sv
verif/harness/rtl/scratch_monitor.sv
verif/harness/rtl/launch_monitor.sv
verif/harness/rtl/tb_top.sv
