"""Numbers, lists and functions as an exported Python file has them."""

from __future__ import annotations

import base64
import inspect
import re
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

from glassnet.export import python_parts
from glassnet.typing import AnyArray

WIDTH = 116
SHORT: Any = {"float_kind": str}  # the fewest digits that are this number in float32


class Data:
    """The numbers at the file's end, each under a name."""

    def __init__(self) -> None:
        self.named: dict[str, str] = {}

    def add(self, name: str, text: str) -> str:
        """Add what a name stands for, and return the name."""
        self.named[name] = text
        return name

    def array(self, name: str, M: AnyArray, *, short: bool) -> str:
        """Add an array of float32 numbers."""
        if short:
            rows = np.array2string(M, separator=", ", threshold=10**9, max_line_width=WIDTH - 12, formatter=SHORT)
            return self.add(name, f"np.array({textwrap.indent(rows, ' ' * 4).strip()})")
        lines = textwrap.wrap(base64.b64encode(M.astype("<f4").tobytes()).decode(), WIDTH)
        text = "\n".join(lines)
        return self.add(name, f'array("""\n{text}\n""", {", ".join(map(str, M.shape))})')

    def list(self, name: str, values: Iterable[Any]) -> str:
        """Return a short list as it is; add a long one, and return its name."""
        text = listed(values)
        return text if len(text) < 60 else self.add(name, text)

    def text(self) -> str:
        """Return all of it, what is long at the end."""
        rule = "# ---------------------------------------------------------------- the numbers\n"
        ordered = sorted(self.named.items(), key=lambda each: each[1].startswith(("array(", "np.array([[")))
        return rule + "\n".join(f"{name} = {text}" for name, text in ordered) if ordered else ""


def listed(items: Iterable[Any], brackets: str = "[]") -> str:
    """Return items, or texts of items of a dict, as a list in lines that are not too long."""
    texts = list(items) if brackets == "{}" else list(map(repr, items))
    lines: list[str] = []
    line = ""
    for text in texts:
        if line and len(line) + len(text) > WIDTH - 8:
            lines, line = [*lines, line], ""
        line += f"{text}, "
    lines.append(line)
    if len(lines) == 1:
        return f"{brackets[0]}{line.removesuffix(', ')}{brackets[1]}"
    return "\n".join([brackets[0], *(f"    {line.rstrip()}" for line in lines), brackets[1]])


def function(signature: str, doc: str, *lines: str) -> str:
    """Return a function of these lines."""
    return "\n".join([f"def {signature}:", f'    """{doc}"""', *(textwrap.indent(line, "    ") for line in lines)])


def parts(text: str) -> dict[str, str]:
    """Return the source of the functions that a text calls, and of those that these call, and so on."""
    sources = {
        name: inspect.getsource(value) for name, value in vars(python_parts).items() if inspect.isfunction(value)
    }
    found: set[str] = set()
    more = text
    while more:
        called = {name for name in sources if name not in found and re.search(rf"(?<![\w.]){name}\(", more)}
        found |= called
        more = "".join(sources[name] for name in called)
    return {name: source.strip() for name, source in sources.items() if name in found}
