"""Makes the assertions of a SystemVerilog file readable for the front end of Yosys, which knows boolean properties only.

What becomes of them (line numbers stay):
- `assert property (@(posedge clk_i) disable iff (!rst_ni) a |-> b);` -> an immediate assertion of b where a holds out of reset;
- `disable iff (!rst_ni || c)` -> the same, but for cycles with c;
- `a |=> b`, `$past(x)`, `$stable(x)`, `$rose(x)` -> the same with registers for what was a cycle before;
- `assert (!a || b);` -> an assertion of b where a holds;
- `$onehot`, `$onehot0`, `$countones` -> functions.
So every assertion has its premise as the condition under which it is checked, and "premise and conclusion hold together" is what
a cover of it reaches: the test against properties that hold for want of cases.
"""

import re

CONCURRENT = re.compile(r"(?:\b(\w+)\s*:\s*)?\bassert\s+property\s*\(")
IMMEDIATE = re.compile(r"\b(\w+)\s*:\s*assert\s*\(")
# A clocked block of immediate assertions is checked as it is sampled: combinationally, in every cycle.
BLOCK = re.compile(r"always_ff @\(posedge clk_i\)(?= begin\s+if \(rst_ni\) begin\s+(?://[^\n]*\s+)*(?:\w+\s*:\s*assert\b|for\b))")
CLOCKING = re.compile(r"\s*@\(posedge clk_i\)\s*disable iff \(!rst_ni(?:\s*\|\|\s*(\w+))?\)\s*")


class AssertionFormError(Exception):
    """An assertion has a form that this file does not know; the text says where and which."""


def close(text, start):
    """The index of the parenthesis that closes the one before `start`."""
    depth = 1
    for i in range(start, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i
    raise AssertionFormError("parentheses do not match")


def split(text, operator):
    """`text` cut at the first `operator` outside parentheses, or None."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and text.startswith(operator, i):
            return text[:i].strip(), text[i + len(operator) :].strip()
    return None


class Rewriter:
    def __init__(self, name):
        self.name = name
        self.registers = 0

    def before(self, expression, declarations):
        """The name of a register that holds the value that the expression had one cycle before."""
        self.registers += 1
        register = f"formal_before_{self.registers}_q"
        declarations.append(
            f"logic [$bits({expression})-1:0] {register}; always_ff @(posedge clk_i) {register} <= {expression};"
        )
        return register

    def sampled(self, text, declarations):
        """The expression with $past, $stable and $rose as registers."""
        while match := re.search(r"\$(past|stable|rose)\(", text):
            end = close(text, match.end())
            expression = text[match.end() : end]
            if split(expression, ","):
                raise AssertionFormError(f"${match[1]}({expression}): only of one cycle")
            register = self.before(expression, declarations)
            value = {"past": register, "stable": f"({register} == ({expression}))", "rose": f"(({expression}) && !{register})"}[match[1]]
            text = text[: match.start()] + value + text[end + 1 :]
        return text

    def concurrent(self, label, body):
        clocking = CLOCKING.match(body)
        if not clocking:
            raise AssertionFormError("not clocked by clk_i and disabled in reset")
        body = body[clocking.end() :]
        # What disables it beside the reset does so in both cycles.
        out = f"rst_ni && !{clocking[1]}" if clocking[1] else "rst_ni"
        declarations = []
        if parts := split(body, "|=>"):
            register = self.before(f"{out} && ({parts[0]})", declarations)
            premise, conclusion = f"{register}[0]", self.sampled(parts[1], declarations)
        elif parts := split(body, "|->"):
            premise, conclusion = (self.sampled(part, declarations) for part in parts)
        else:
            premise, conclusion = "1'b1", self.sampled(body, declarations)
        if re.search(r"##|\$(fell|changed|sampled)\b", body):
            raise AssertionFormError("sequence operators")
        return " ".join([*declarations, f"always_comb begin if ({out} && ({premise})) {label} : assert ({conclusion}); end"])

    def immediate(self, label, body):
        parts = split(body, "||")
        if parts and re.fullmatch(r"!\w+|!\(.*\)", parts[0], re.S) and (not parts[0].startswith("!(") or close(parts[0], 2) == len(parts[0]) - 1):
            return f"if ({parts[0][1:]}) {label} : assert ({parts[1]});"
        return f"{label} : assert ({body});"

    def each(self, text, pattern, rewrite):
        position, out = 0, []
        while match := pattern.search(text, position):
            line = text.count("\n", 0, match.start()) + 1
            try:
                end = close(text, match.end())
                statement = text[match.start() : text.index(";", end) + 1]
                body = re.sub(r"//[^\n]*", "", text[match.end() : end])
                label = match[1] or f"a_line_{line}"
                new = re.sub(r"\s+", " ", rewrite(label, body))
            except (AssertionFormError, ValueError) as error:
                raise AssertionFormError(f"{self.name}:{line}: this assertion cannot be read: {error}") from error
            out += [text[position : match.start()], new, "\n" * statement.count("\n")]
            position = match.start() + len(statement)
        return "".join([*out, text[position:]])

    def rewrite(self, text):
        text = BLOCK.sub("always_comb", text)
        text = self.each(text, IMMEDIATE, self.immediate)
        return self.each(text, CONCURRENT, self.concurrent)


# Functions that the front end does not know. (Wider arguments are an error: model.py asks slang for it.)
FUNCTIONS = """
package formal_pkg;
  function automatic logic [5:0] countones(logic [31:0] bits);
    countones = '0;
    for (int i = 0; i < 32; i++) countones = countones + 6'(bits[i]);
  endfunction
  function automatic logic onehot0(logic [255:0] bits);
    return (bits & (bits - 256'd1)) == '0;
  endfunction
  function automatic logic onehot(logic [255:0] bits);
    return bits != '0 && (bits & (bits - 256'd1)) == '0;
  endfunction
endpackage
"""


def rewrite(text, name):
    """`text`, the contents of file `name`, with assertions that Yosys can read; needs FUNCTIONS. Raises AssertionFormError."""
    return re.sub(r"\$(countones|onehot0|onehot)\b", r"formal_pkg::\1", Rewriter(name).rewrite(text))
