"""Calls of printf in the IR of a module become records for the host (printf.c): a helper per call stores the arguments, each in whole
words, and hands them over."""

import re

import ir_text

_CALL = re.compile(
    r"call (?:spir_func )?i32 \(ptr(?: addrspace\(\d+\))?, \.\.\.\) @printf\((?P<operands>.*?)\)(?P<rest>(?: #\d+)?(?:, ![^\n]*)?)$", re.M
)


def rewrite(text):
    """(text, IR of the helpers for the device, empty if nothing is printed). On the module as clang wrote it."""
    helpers, kinds = [], {}

    def helper_of(types):
        if types not in kinds:
            name = f"@__hd_cl_printf_{len(kinds)}"
            kinds[types] = name
            stores, words = [], 0
            for index, kind in enumerate(types):
                size, _ = ir_text.size_and_alignment(kind)
                stores.append(f"  %p{index} = getelementptr i32, ptr %words, i32 {words}")
                stores.append(f"  store {kind} %a{index}, ptr %p{index}, align 4")
                words += -(-size // 4)
            parameters = "".join(f", {kind} %a{index}" for index, kind in enumerate(types))
            helpers.append(
                f"define internal i32 {name}(ptr %format{parameters}) noinline {{\n"
                f"  %words = alloca [{max(words, 1)} x i32], align 16\n" + "\n".join(stores) + "\n"
                f"  %r = call i32 @__hd_cl_printf(ptr %format, ptr %words, i32 {words})\n  ret i32 %r\n}}\n"
            )
        return kinds[types]

    def replace(match):
        operands = ir_text.split_top_level(match["operands"])
        name = helper_of(tuple(ir_text.type_of(operand) for operand in operands[1:]))
        return f"call i32 {name}({match['operands']}){match['rest']}"

    result = _CALL.sub(replace, text)
    if not helpers:
        return text, ""
    result = re.sub(r"^declare [^\n]*@printf\([^\n]*$", "", result, flags=re.M)
    return result, "\n".join(helpers) + "\ndeclare i32 @__hd_cl_printf(ptr, ptr, i32)\n"
