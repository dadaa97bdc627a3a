rtl/host/launch_check.sv
rtl/host/host_port.sv
