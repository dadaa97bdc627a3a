rtl/pkg/heddle_pkg.sv
