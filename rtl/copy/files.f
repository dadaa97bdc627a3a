rtl/copy/copy_pkg.sv
rtl/copy/mbarrier_unit.sv
rtl/copy/copy_walk.sv
