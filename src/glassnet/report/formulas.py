r"""Formulas: a small part of TeX, turned into MathML, which a browser sets without a script or a font from the net.

Written by hand, since a converter would be one more library for every user, and would know neither `\under` (the
shape below a matrix) nor `\lines`.

Known are letters, numbers, operators, ``^``, ``_`` and ``'``, groups in braces, what `LETTERS`, `SIGNS` and `FUNCTIONS`
list, and

    \frac{a}{b}   \sqrt{a}   \hat{a}   \sum   \quad   \name{plain}   \under{W}{(n, m)}
    \cases{a & x > 0 \\ b & x < 0}   \lines{a &= b \\ &= c}
"""

from __future__ import annotations

import re
from collections.abc import Callable

from glassnet.errors import SettingError, suggestion
from glassnet.plain_text import in_html

LETTERS = {
    "alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "μ", "rho": "ρ",
    "pi": "π", "eta": "η", "phi": "φ", "Phi": "Φ", "ell": "ℓ",
}  # fmt: skip
SIGNS = {
    "partial": "∂", "times": "×", "cdot": "⋅", "le": "≤", "ge": "≥", "ne": "≠", "dots": "…", "sim": "∼", "T": "⊤",
    "Rightarrow": "⇒",
}  # fmt: skip
CHARACTERS = {"*": "∗", "-": "−"}
GROUPS = {"{": "}", "(": ")"}  # round brackets grow with what stands between them
FUNCTIONS = ("log", "exp", "tanh", "cos", "max", "min", "sign", "erf")

_TOKEN = re.compile(r"\\\\|\\[A-Za-z]+|\d+(?:\.\d+)?|:=|\S")
_SCRIPTS = {"_": "sub", "^": "sup", "_^": "subsup"}
_LIMITS = {"_": "under", "^": "over", "_^": "underover"}
_SUM = "<mo>∑</mo>"
_WITH_LIMITS = (_SUM, "<mi>max</mi>", "<mi>min</mi>")
_AFTER_D = ("W", "Z", "A", "b", "z", "a", "\\theta")  # dW is one letter of the notation


def mathml(tex: str, *, display: bool = True) -> str:
    r"""Return a formula as a ``<math>`` element.

    Parameters
    ----------
    tex : str
        The formula, in the part of TeX that this file knows.
    display : bool
        Whether it stands on a line of its own.

    Returns
    -------
    str
        The element, escaped.

    Raises
    ------
    SettingError
        If a command is unknown or a brace is missing.

    Examples
    --------
    >>> mathml(r"\frac{1}{m} dZ", display=False)
    '<math><mfrac><mrow><mn>1</mn></mrow><mrow><mi>m</mi></mrow></mfrac><mrow><mi>d</mi><mi>Z</mi></mrow></math>'
    """
    block = ' display="block"' if display else ""
    return f"<math{block}>{''.join(_Reader(tex).items(None))}</math>"


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, tex: str) -> None:
        self.tex, self.tokens, self.at = tex, _TOKEN.findall(tex), 0

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def next(self) -> str:
        token = self.peek()
        if token is None:
            raise SettingError(f"formula {self.tex!r}: it ends where something was expected; is a brace missing?")
        self.at += 1
        return token

    def items(self, *ends: str | None) -> list[str]:
        """Read up to one of `ends`, which stays; None is the end of the formula."""
        items = []
        while self.peek() not in ends:
            items.append(self.scripted())
        return items

    def scripted(self) -> str:
        """Read one atom with what stands above and below it."""
        base, scripts = self.atom(), {"_": "", "^": ""}
        while (mark := self.peek()) in ("_", "^", "'"):
            self.next()
            if mark == "'":
                scripts["^"] += "<mo>′</mo>"
            else:
                scripts[mark or ""] += self.atom()
        marks = "".join(mark for mark in scripts if scripts[mark])
        if not marks:
            return base
        kind = (_LIMITS if base in _WITH_LIMITS else _SCRIPTS)[marks]
        return f"<m{kind}>{base}{''.join(f'<mrow>{scripts[mark]}</mrow>' for mark in marks)}</m{kind}>"

    def atom(self) -> str:
        token = self.next()
        if token in GROUPS:
            inside = "".join(self.items(GROUPS[token]))
            self.next()
            return f"<mrow>{inside}</mrow>" if token == "{" else f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>"
        if token == "d" and self.peek() in _AFTER_D:
            return f"<mrow><mi>d</mi>{self.atom()}</mrow>"
        if token.startswith("\\"):
            return self.command(token[1:])
        if token.isalpha() or token[0].isdigit():
            tag = "mi" if token.isalpha() else "mn"
            return f"<{tag}>{token}</{tag}>"
        rigid = ' stretchy="false"' if token in "[]|" else ""
        return f"<mo{rigid}>{in_html(CHARACTERS.get(token, token))}</mo>"

    def command(self, name: str) -> str:
        if name in LETTERS:
            return f"<mi>{LETTERS[name]}</mi>"
        if name in SIGNS:
            return f"<mo>{SIGNS[name]}</mo>"
        if name in FUNCTIONS:
            return f"<mi>{name}</mi>" + ("" if self.peek() in ("(", "_", "^") else '<mspace width="0.17em"/>')
        if name not in COMMANDS:
            known = [*LETTERS, *SIGNS, *FUNCTIONS, *COMMANDS]
            raise SettingError(f"formula {self.tex!r}: unknown command \\{name}{suggestion(name, known)}")
        return COMMANDS[name](self)

    def element(self, tag: str, count: int, after: str = "") -> str:
        """Read `count` atoms into an element, whose last child may be `after`."""
        inside = "".join(self.atom() for _ in range(count))
        return f"<{tag}>{inside}{after}</{tag.partition(' ')[0]}>"

    def name(self) -> str:
        """Read a group as it is written, an upright name; ~ is a space."""
        self.next()
        letters = []
        while (token := self.next()) != "}":
            letters.append(token)
        return f"<mtext>{in_html(''.join(letters)).replace('~', '&nbsp;')}</mtext>"

    def table(self, *, cases: bool) -> str:
        """Read rows of cells: a brace before `cases`; other lines stand one under the other at their `&`."""
        self.next()
        rows: list[str] = []
        cells: list[str] = []
        end = ""
        while end != "}":
            side = "left" if cases or cells else "right"
            inside = "".join(self.items("&", "\\\\", "}"))
            cells.append(f'<mtd style="text-align:{side}">{inside}</mtd>')
            end = self.next()
            if end != "&":
                rows.append(f"<mtr>{''.join(cells)}</mtr>")
                cells = []
        if cases:
            return f'<mrow><mo fence="true" stretchy="true">{{</mo><mtable>{"".join(rows)}</mtable></mrow>'
        return f'<mtable displaystyle="true">{"".join(rows)}</mtable>'


COMMANDS: dict[str, Callable[[_Reader], str]] = {
    "frac": lambda reader: reader.element("mfrac", 2),
    "sqrt": lambda reader: reader.element("msqrt", 1),
    "hat": lambda reader: reader.element('mover accent="true"', 1, '<mo stretchy="false">^</mo>'),
    "under": lambda reader: reader.element('munder class="shape"', 2),
    "sum": lambda reader: _SUM,
    "quad": lambda reader: '<mspace width="1.5em"/>',
    "name": _Reader.name,
    "cases": lambda reader: reader.table(cases=True),
    "lines": lambda reader: reader.table(cases=False),
}
