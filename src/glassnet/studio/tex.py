"""The formulas of a pass as TeX, for the array of each name."""

from __future__ import annotations

import re

from glassnet.core.architecture import Architecture


def tex_of(name: str, architecture: Architecture) -> str:
    """Return the formula of an array of the trace, such as "dZ[1]"; "" where it has none."""
    letter, _, rest = name.partition("[")
    if not rest:
        return ""
    l, L = int(rest[:-1]), architecture.L
    if letter not in FORMULAS or l == 0:
        return ""
    below = "X" if l == 1 else f"A_{{{l - 1}}}"
    if letter == "dZ" and l == L and architecture.loss_entry.pair == architecture.output:
        return rf"dZ_{{{l}}} = A_{{{l}}} - Y"
    if letter == "dA" and l == L:
        return rf"dA_{{{l}}} = \frac{{\partial \name{{loss}}}}{{\partial A_{{{l}}}}}"
    return FORMULAS[letter].replace("<l>", f"{{{l}}}").replace("<next>", f"{{{l + 1}}}").replace("<below>", below)


FORMULAS = {
    "Z": r"Z_<l> = W_<l> <below> + b_<l>",
    "A": r"A_<l> = g_<l>(Z_<l>)",
    "dA": r"dA_<l> = W_<next>^\T dZ_<next>",
    "dZ": r"dZ_<l> = dA_<l> * g_<l>'(Z_<l>)",
    "dW": r"dW_<l> = \frac{1}{m} dZ_<l> <below>^\T",
    "db": r"db_<l> = \frac{1}{m} \sum dZ_<l>",
}

_PLACE = re.compile(r"(d?[WbZA])\[(\d+)\]\[(\d+), (\d+)\]")
_LEFT_OUT = re.compile(r"\.\.\.( \(\d+ terms\))?")
_POWER = re.compile(r"(\d(?:\.\d+)?)e([+-]\d+)")
_SLOPE = re.compile(r"slope of the loss at A = (\S+), Y = (\S+)")
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z][a-z_]+")


def tex_of_numbers(written: str) -> str:
    """Return what `Trace.unit` writes out, "Z[1][0, 0] = 0.5*4 + 0 = 2", as TeX."""
    place = _PLACE.match(written)
    if place is None:
        return ""
    letter, l, row, column = place.groups()
    at = f"{int(row) + 1},{int(column) + 1}" if letter == "dW" else f"{int(row) + 1}"
    rest = _LEFT_OUT.sub(r" \\dots ", written[place.end() :])
    rest = _SLOPE.sub(r"\\frac{\\partial \\ell}{\\partial a} (\1, \2)", rest)
    rest = _POWER.sub(lambda found: rf"{found[1]} \cdot 10^{{{int(found[2])}}}", rest)
    rest = _WORD.sub(_named, rest).replace("*", r" \cdot ")
    return f"{letter if len(letter) > 1 else letter.lower()}_{{{at}}}^{{[{l}]}}{rest}"


def _named(word: re.Match[str]) -> str:
    known = ("tanh", "exp", "log", "max", "min", "dots", "cdot", "frac", "partial", "ell")
    return rf"\{word[0]}" if word[0] in known else rf"\name{{{word[0]}}}"
