"""Work-item functions (OpenCL C 1.2, 6.12.1), barriers and fences (6.12.8, 6.12.9), subgroups (cl_khr_subgroups and its shuffles)."""

from cl_types import BYTES, FLOATS, INTEGERS, limits

DECLARATIONS = """
uint __hd_cl_work_dim(void); uint __hd_cl_global_offset(uint); uint __hd_cl_global_id(uint); uint __hd_cl_global_size(uint);
uint __hd_cl_local_id(uint); uint __hd_cl_local_size(uint); uint __hd_cl_group_id(uint); uint __hd_cl_num_groups(uint);
uint __hd_cl_local_linear_id(void);
uint __hd_cl_sub_group_size(void); uint __hd_cl_max_sub_group_size(void); uint __hd_cl_num_sub_groups(void);
uint __hd_cl_sub_group_id(void); uint __hd_cl_sub_group_local_id(void);
__attribute__((convergent)) uint __hd_cl_shuffle(uint, uint);
__attribute__((convergent)) uint __hd_cl_shuffle_xor(uint, uint);
__attribute__((convergent)) uint __hd_cl_shuffle_up(uint, uint);
__attribute__((convergent)) uint __hd_cl_shuffle_down(uint, uint);
__attribute__((convergent)) uint __hd_cl_ballot(uint);
__attribute__((convergent)) void __hd_cl_sub_group_barrier(void);
__attribute__((convergent)) void __hd_cl_barrier(void);
void __hd_cl_fence(void);

OVL uint get_work_dim(void) { return __hd_cl_work_dim(); }
OVL size_t get_global_size(uint d) { return __hd_cl_global_size(d); }
OVL size_t get_global_id(uint d) { return __hd_cl_global_id(d); }
OVL size_t get_local_size(uint d) { return __hd_cl_local_size(d); }
OVL size_t get_enqueued_local_size(uint d) { return __hd_cl_local_size(d); }
OVL size_t get_local_id(uint d) { return __hd_cl_local_id(d); }
OVL size_t get_num_groups(uint d) { return __hd_cl_num_groups(d); }
OVL size_t get_group_id(uint d) { return __hd_cl_group_id(d); }
OVL size_t get_global_offset(uint d) { return __hd_cl_global_offset(d); }
OVL size_t get_local_linear_id(void) { return __hd_cl_local_linear_id(); }
OVL size_t get_global_linear_id(void) {
  size_t x = __hd_cl_global_id(0) - __hd_cl_global_offset(0), y = __hd_cl_global_id(1) - __hd_cl_global_offset(1);
  size_t z = __hd_cl_global_id(2) - __hd_cl_global_offset(2);
  return (z * __hd_cl_global_size(1) + y) * __hd_cl_global_size(0) + x;
}

CONVERGENT void barrier(cl_mem_fence_flags f) { __hd_cl_barrier(); }
CONVERGENT void work_group_barrier(cl_mem_fence_flags f) { __hd_cl_barrier(); }
CONVERGENT void work_group_barrier(cl_mem_fence_flags f, memory_scope s) { __hd_cl_barrier(); }
OVL void mem_fence(cl_mem_fence_flags f) { __hd_cl_fence(); }
OVL void read_mem_fence(cl_mem_fence_flags f) { __hd_cl_fence(); }
OVL void write_mem_fence(cl_mem_fence_flags f) { __hd_cl_fence(); }
OVL void atomic_work_item_fence(cl_mem_fence_flags f, memory_order o, memory_scope s) { __hd_cl_fence(); }

OVL uint get_sub_group_size(void) { return __hd_cl_sub_group_size(); }
OVL uint get_max_sub_group_size(void) { return __hd_cl_max_sub_group_size(); }
OVL uint get_num_sub_groups(void) { return __hd_cl_num_sub_groups(); }
OVL uint get_enqueued_num_sub_groups(void) { return __hd_cl_num_sub_groups(); }
OVL uint get_sub_group_id(void) { return __hd_cl_sub_group_id(); }
OVL uint get_sub_group_local_id(void) { return __hd_cl_sub_group_local_id(); }
CONVERGENT void sub_group_barrier(cl_mem_fence_flags f) { __hd_cl_sub_group_barrier(); }
CONVERGENT void sub_group_barrier(cl_mem_fence_flags f, memory_scope s) { __hd_cl_sub_group_barrier(); }
CONVERGENT int sub_group_all(int p) { return __hd_cl_ballot(p == 0) == 0; }
CONVERGENT int sub_group_any(int p) { return __hd_cl_ballot(p != 0) != 0; }
"""


def _shuffle(kind, name, operand):
    """Of any type by 32-bit pieces."""
    call = f"__hd_cl_{name}"
    size = BYTES[kind]
    if kind == "half":
        body = f"return as_half((ushort){call}(as_ushort(a), {operand}));"
    elif kind == "float":
        body = f"return as_float({call}(as_uint(a), {operand}));"
    elif size == 8:
        body = f"return ({kind})(((ulong){call}((uint)((ulong)a >> 32), {operand}) << 32) | {call}((uint)a, {operand}));"
    else:
        body = f"return ({kind}){call}((uint)a, {operand});"
    return body


def _reductions(kind):
    if kind in ("char", "uchar", "short", "ushort"):
        return []
    if kind in FLOATS:
        low, high = "-INFINITY", "INFINITY"
    else:
        low, high = limits(kind)
    operations = {"add": ("a + b", "0"), "min": ("min(a, b)", high), "max": ("max(a, b)", low)}
    out = []
    for name, (expression, neutral) in operations.items():
        prefix = f"__hd_{name}_{kind}"
        out.append(f"static {kind} {prefix}({kind} a, {kind} b) {{ return {expression}; }}")
        # Inclusive: after the step of distance d a lane has the result of the 2 d lanes up to it. Lanes of a subgroup are its lowest.
        out.append(
            f"CONVERGENT {kind} sub_group_scan_inclusive_{name}({kind} a) {{ uint me = __hd_cl_sub_group_local_id(), n = __hd_cl_sub_group_size(); "
            f"for (uint d = 1; d < n; d <<= 1) {{ {kind} b = __hd_up(a, d); if (me >= d) a = {prefix}(b, a); }} return a; }}"
        )
        out.append(
            f"CONVERGENT {kind} sub_group_scan_exclusive_{name}({kind} a) {{ {kind} r = sub_group_scan_inclusive_{name}(a); r = __hd_up(r, 1); "
            f"return __hd_cl_sub_group_local_id() == 0 ? ({kind}){neutral} : r; }}"
        )
        out.append(
            f"CONVERGENT {kind} sub_group_reduce_{name}({kind} a) {{ return sub_group_shuffle(sub_group_scan_inclusive_{name}(a), "
            "__hd_cl_sub_group_size() - 1); }"
        )
    return out


def lines():
    out = [DECLARATIONS]
    for kind in INTEGERS + FLOATS:
        for name, function in (
            ("sub_group_shuffle", "shuffle"),
            ("sub_group_shuffle_xor", "shuffle_xor"),
            ("sub_group_shuffle_up", "shuffle_up"),
            ("sub_group_shuffle_down", "shuffle_down"),
            ("sub_group_broadcast", "shuffle"),
        ):
            out.append(f"CONVERGENT {kind} {name}({kind} a, uint b) {{ {_shuffle(kind, function, 'b')} }}")
        out.append(f"CONVERGENT static {kind} __hd_up({kind} a, uint d) {{ return sub_group_shuffle_up(a, d); }}")
        out += _reductions(kind)
    return out
