"""Numbers, texts and functions as C writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np

from glassnet.typing import AnyArray

WIDTH = 110


def array(kind: str, name: str, M: AnyArray) -> str:
    """Return an array as a constant, row by row."""
    numbers = M.ravel()
    end = "f" if kind == "float" else ""
    texts = [f"{each!s}{end}" for each in (numbers.astype(np.float32) if end else numbers)]
    return listed(f"static const {kind} {name}[{numbers.size}]", texts)


def texts_array(name: str, values: Iterable[str]) -> str:
    """Return texts as a constant."""
    texts = list(map(quoted, values))
    return listed(f"static const char *const {name}[{max(len(texts), 1)}]", texts or ["NULL"])


def listed(head: str, texts: list[str]) -> str:
    """Return a constant of several values, in lines that are not too long."""
    lines: list[str] = []
    line = "   "
    for text in texts:
        if len(line) + len(text) > WIDTH:
            lines, line = [*lines, line], "   "
        line += f" {text},"
    return "\n".join([f"{head} = {{", *lines, line, "};"])


def function(head: str, *lines: str) -> str:
    """Return a function of these lines."""
    return "\n".join([f"static inline {head}", "{", *(f"    {line}" for line in lines), "}"])


def quoted(value: str) -> str:
    """Return a text in quotes; what is not plain ASCII as octal bytes."""
    plain = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in value.encode()
    )
    return f'"{plain}"'


@cache
def _functions() -> dict[str, str]:
    """Return the functions of c_parts.h by name, each with its comment."""
    text = files("glassnet.export").joinpath("c_parts.h").read_text("utf-8")
    found = re.split(r"^/\* FUNCTION (\w+)", text, flags=re.MULTILINE)[1:]
    functions = zip(found[::2], found[1::2], strict=True)
    return {name: (f"/* {name}{rest}").strip() for name, rest in functions}


def parts(text: str) -> list[str]:
    """Return the functions that a text calls, and those that these call."""
    functions = _functions()
    needed = {name for name in functions if f"NAME_{name}(" in text}
    for name in reversed(functions):  # each calls earlier ones
        if name in needed:
            needed |= {inner for inner in functions if f"NAME_{inner}(" in functions[name]}
    return [functions[name] for name in functions if name in needed]
