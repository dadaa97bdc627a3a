rtl/copy/copy_pkg.sv
rtl/copy/mbarrier_unit.sv
rtl/copy/copy_walk.sv
rtl/copy/copy_check.sv
rtl/copy/copy_split.sv
rtl/copy/copy_move.sv
rtl/copy/copy_commands.sv
rtl/copy/copy_engine.sv
