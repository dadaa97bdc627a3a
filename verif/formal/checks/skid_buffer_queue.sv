bind skid_buffer queue_checker #(.Width(Width), .Depth(2)) u_check (.*);
