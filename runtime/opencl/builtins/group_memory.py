"""Vector loads and stores (OpenCL C 1.2, 6.12.7), asynchronous copies (6.12.10), atomics (6.12.11, and 6.15.12 of OpenCL C 3.0)."""

from cl_types import FLOATS, INTEGERS, READ_SPACES, SPACES, VECTORS, components

MODES = ("", "_rte", "_rtz", "_rtp", "_rtn")


def _loads_and_stores():
    out = []
    for kind in INTEGERS + FLOATS:
        for size in VECTORS:
            for space in READ_SPACES:
                parts = ", ".join(f"q[{i}]" for i in range(int(size)))
                out.append(
                    f"OVL {kind}{size} vload{size}(size_t i, const {space} {kind}* p) {{ const {space} {kind}* q = p + {size} * i; "
                    f"return ({kind}{size})({parts}); }}"
                )
            for space in SPACES:
                parts = " ".join(f"q[{i}] = v.{part};" for i, part in enumerate(components(size)))
                out.append(
                    f"OVL void vstore{size}({kind}{size} v, size_t i, {space} {kind}* p) {{ {space} {kind}* q = p + {size} * i; {parts} }}"
                )
    for space in READ_SPACES:
        out.append(f"OVL float vload_half(size_t i, const {space} half* p) {{ return (float)p[i]; }}")
        out.append(f"OVL float vloada_half(size_t i, const {space} half* p) {{ return (float)p[i]; }}")
        for size in VECTORS:
            for letter, step in (("", size), ("a", "4" if size == "3" else size)):
                parts = ", ".join(f"(float)q[{i}]" for i in range(int(size)))
                out.append(
                    f"OVL float{size} vload{letter}_half{size}(size_t i, const {space} half* p) "
                    f"{{ const {space} half* q = p + {step} * i; return (float{size})({parts}); }}"
                )
    for mode in MODES:
        convert = f"convert_half{mode}"
        for space in SPACES:
            for letter in ("", "a"):
                out.append(f"OVL void vstore{letter}_half{mode}(float v, size_t i, {space} half* p) {{ p[i] = {convert}(v); }}")
            for size in VECTORS:
                for letter, step in (("", size), ("a", "4" if size == "3" else size)):
                    parts = " ".join(f"q[{i}] = {convert}(v.{part});" for i, part in enumerate(components(size)))
                    out.append(
                        f"OVL void vstore{letter}_half{size}{mode}(float{size} v, size_t i, {space} half* p) "
                        f"{{ {space} half* q = p + {step} * i; {parts} }}"
                    )
    return out


def _copies():
    """By all work-items together, done when the call returns; wait_group_events makes them visible to each other."""
    out = ["uint __hd_cl_local_linear_id(void); uint __hd_cl_local_size(uint); void __hd_cl_barrier(void);"]
    out.append("static size_t __hd_group_items(void) { return __hd_cl_local_size(0) * __hd_cl_local_size(1) * __hd_cl_local_size(2); }")
    for kind in INTEGERS + FLOATS:
        for size in ("",) + VECTORS:
            vector = f"{kind}{size}"
            for to, source in (("__local", "__global"), ("__global", "__local")):
                out.append(
                    f"CONVERGENT event_t async_work_group_copy({to} {vector}* d, const {source} {vector}* s, size_t n, event_t e) "
                    "{ for (size_t i = __hd_cl_local_linear_id(); i < n; i += __hd_group_items()) d[i] = s[i]; return e; }"
                )
                index = ("i", "i * k") if to == "__local" else ("i * k", "i")
                out.append(
                    f"CONVERGENT event_t async_work_group_strided_copy({to} {vector}* d, const {source} {vector}* s, size_t n, size_t k, "
                    f"event_t e) {{ for (size_t i = __hd_cl_local_linear_id(); i < n; i += __hd_group_items()) d[{index[0]}] = s[{index[1]}]; "
                    "return e; }"
                )
            out.append(f"OVL void prefetch(const __global {vector}* p, size_t n) {{}}")
    for space in ("__private",):
        out.append(f"CONVERGENT void wait_group_events(int n, {space} event_t* e) {{ __hd_cl_barrier(); }}")
    return out


def _atomics():
    out = ["uint __hd_cl_cas(uint address, uint expected, uint desired);"]
    operations = {"add": "add", "sub": "sub", "and": "and", "or": "or", "xor": "xor", "min": "min", "max": "max"}
    for space in ("__global", "__local"):
        for kind in ("int", "uint"):
            pointer = f"volatile {space} {kind}* p"
            for prefix in ("atomic_", "atom_"):
                for name, operation in operations.items():
                    out.append(
                        f"OVL {kind} {prefix}{name}({pointer}, {kind} v) {{ return __atomic_fetch_{operation}(p, v, __ATOMIC_RELAXED); }}"
                    )
                out.append(f"OVL {kind} {prefix}xchg({pointer}, {kind} v) {{ return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }}")
                out.append(f"OVL {kind} {prefix}inc({pointer}) {{ return __atomic_fetch_add(p, ({kind})1, __ATOMIC_RELAXED); }}")
                out.append(f"OVL {kind} {prefix}dec({pointer}) {{ return __atomic_fetch_sub(p, ({kind})1, __ATOMIC_RELAXED); }}")
                out.append(
                    f"CONVERGENT {kind} {prefix}cmpxchg({pointer}, {kind} e, {kind} v) {{ return ({kind})__hd_cl_cas((uint)p, (uint)e, (uint)v); }}"
                )
        out.append(
            f"OVL float atomic_xchg(volatile {space} float* p, float v) "
            f"{{ return as_float(__atomic_exchange_n((volatile {space} uint*)p, as_uint(v), __ATOMIC_RELAXED)); }}"
        )
    return out


def _explicit_atomics():
    """The forms of OpenCL C 3.0 that every device has: with an order and a scope. The device's atomics are sequentially consistent, whatever
    is asked for."""
    out = []
    tail = ", memory_order o, memory_scope s"
    for space in ("__global", "__local"):
        for kind in ("int", "uint"):
            plain = f"(volatile {space} {kind}*)p"
            pointer = f"volatile {space} atomic_{kind}* p"
            for name in ("add", "sub", "and", "or", "xor", "min", "max"):
                out.append(
                    f"OVL {kind} atomic_fetch_{name}_explicit({pointer}, {kind} v{tail}) "
                    f"{{ return __atomic_fetch_{name}({plain}, v, __ATOMIC_SEQ_CST); }}"
                )
            for strength in ("strong", "weak"):
                for expected in SPACES:
                    out.append(
                        f"CONVERGENT bool atomic_compare_exchange_{strength}_explicit({pointer}, {expected} {kind}* e, {kind} v, "
                        f"memory_order success, memory_order failure, memory_scope s) {{ {kind} want = *e, old = ({kind})__hd_cl_cas((uint)p, (uint)want, "
                        "(uint)v); if (old == want) return true; *e = old; return false; }"
                    )
        for kind in ("int", "uint", "float"):
            bits = f"(volatile {space} uint*)p"
            pointer = f"volatile {space} atomic_{kind}* p"
            out.append(f"OVL void atomic_init({pointer}, {kind} v) {{ __atomic_store_n({bits}, as_uint(v), __ATOMIC_RELAXED); }}")
            out.append(
                f"OVL void atomic_store_explicit({pointer}, {kind} v{tail}) {{ __atomic_store_n({bits}, as_uint(v), __ATOMIC_SEQ_CST); }}"
            )
            out.append(f"OVL {kind} atomic_load_explicit({pointer}{tail}) {{ return as_{kind}(__atomic_load_n({bits}, __ATOMIC_SEQ_CST)); }}")
            out.append(
                f"OVL {kind} atomic_exchange_explicit({pointer}, {kind} v{tail}) "
                f"{{ return as_{kind}(__atomic_exchange_n({bits}, as_uint(v), __ATOMIC_SEQ_CST)); }}"
            )
        flag = f"volatile {space} atomic_flag* p"
        out.append(
            f"OVL bool atomic_flag_test_and_set_explicit({flag}{tail}) "
            f"{{ return __atomic_exchange_n((volatile {space} uint*)p, 1u, __ATOMIC_SEQ_CST) != 0; }}"
        )
        out.append(f"OVL void atomic_flag_clear_explicit({flag}{tail}) {{ __atomic_store_n((volatile {space} uint*)p, 0u, __ATOMIC_SEQ_CST); }}")
    return out


def _locked(kind, space, body, result="old"):
    """A body that reads and writes *q while it alone does so. The device's atomics have 32 bits, so those of 64 take one of a table of locks
    (device.c). A lane that does not get it waits behind the `if` for those of its warp that did: without the asm, which may not be
    duplicated, the optimiser would make it a loop of its own, in front of the lane that holds the lock."""
    key = "(uint)p >> 3" if space == "__global" else "((uint)p >> 3) + 5 * __hd_cl_group_id(0)"
    return (
        f"volatile {space} {kind}* q = (volatile {space} {kind}*)p; uint lock = __hd_cl_lock_of({key}), done = 0; {kind} old; "
        f"do {{ if (__hd_cl_try_lock(lock)) {{ old = *q; {body} __hd_cl_unlock(lock); done = 1; }} "
        f'__asm__ volatile("" : "+r"(done)); }} while (!done); return {result};'
    )


def _long_atomics():
    """cl_khr_int64_base_atomics, cl_khr_int64_extended_atomics and, of OpenCL C 3.0, atomic_long and atomic_ulong."""
    out = ["uint __hd_cl_lock_of(uint key); uint __hd_cl_try_lock(uint lock); void __hd_cl_unlock(uint lock); uint __hd_cl_group_id(uint);"]
    operations = {name: f"old {sign} v" for name, sign in (("add", "+"), ("sub", "-"), ("and", "&"), ("or", "|"), ("xor", "^"))}
    operations |= {"min": "old < v ? old : v", "max": "old > v ? old : v"}
    for space in ("__global", "__local"):
        for kind in ("long", "ulong"):
            pointer = f"volatile {space} {kind}* p"
            for name, value in (operations | {"xchg": "v"}).items():
                out.append(f"CONVERGENT {kind} atom_{name}({pointer}, {kind} v) {{ {_locked(kind, space, f'*q = {value};')} }}")
            for name, value in (("inc", "old + 1"), ("dec", "old - 1")):
                out.append(f"CONVERGENT {kind} atom_{name}({pointer}) {{ {_locked(kind, space, f'*q = {value};')} }}")
            out.append(f"CONVERGENT {kind} atom_cmpxchg({pointer}, {kind} e, {kind} v) {{ {_locked(kind, space, 'if (old == e) *q = v;')} }}")
            pointer = f"volatile {space} atomic_{kind}* p"
            tail = ", memory_order o, memory_scope s"
            for name, value in operations.items():
                declared = f"CONVERGENT {kind} atomic_fetch_{name}_explicit({pointer}, {kind} v{tail})"
                out.append(f"{declared} {{ {_locked(kind, space, f'*q = {value};')} }}")
            out.append(f"CONVERGENT {kind} atomic_exchange_explicit({pointer}, {kind} v{tail}) {{ {_locked(kind, space, '*q = v;')} }}")
            out.append(f"CONVERGENT {kind} atomic_load_explicit({pointer}{tail}) {{ {_locked(kind, space, '')} }}")
            out.append(f"CONVERGENT void atomic_store_explicit({pointer}, {kind} v{tail}) {{ {_locked(kind, space, '*q = v;', '')} }}")
            out.append(f"OVL void atomic_init({pointer}, {kind} v) {{ *(volatile {space} {kind}*)p = v; }}")
            for strength in ("strong", "weak"):
                for expected in SPACES:
                    out.append(
                        f"CONVERGENT bool atomic_compare_exchange_{strength}_explicit({pointer}, {expected} {kind}* e, {kind} v, "
                        f"memory_order success, memory_order failure, memory_scope s) {{ {kind} want = *e; "
                        f"{kind} was = atom_cmpxchg((volatile {space} {kind}*)p, want, v); if (was == want) return true; *e = was; return false; }}"
                    )
    return out


def lines():
    return _loads_and_stores() + _copies() + _atomics() + _explicit_atomics() + _long_atomics()
