rtl/common/stability_check.sv
rtl/common/lowest_one.sv
rtl/common/fifo.sv
rtl/common/skid_buffer.sv
rtl/common/bypass_buffer.sv
rtl/common/rr_arbiter.sv
rtl/common/ram_1r1w.sv
rtl/common/amo_alu.sv
