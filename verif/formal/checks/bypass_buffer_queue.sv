bind bypass_buffer queue_checker #(.Width(Width), .Depth(1), .Bypass(1'b1)) u_check (.*);
