"""The command `check`: a formula from any notes against the code that trains and central differences."""

from __future__ import annotations

from textwrap import wrap
from typing import Annotated

import typer

from glassnet.cli.options import AsJson
from glassnet.cli.terminal import say, say_json

WRONG = 1
WIDTH = 79


def check(
    formula: Annotated[
        str | None, typer.Argument(help="LaTeX, NumPy or plain text; without it the exercises are listed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a formula from any notes, such as "dZ[l] = W[l+1]^T dZ[l+1] * g[l]'(Z[l])" or "W[l]: (n[l], n[l-1])".

    It is compared with the code that trains and with central differences; where it is wrong, you are told how it
    differs. Ends with exit code 0 when it is right, 1 when it is wrong, 2 when it cannot be read.
    """
    from glassnet.lessons import formulas

    if formula is None:
        _list(as_json)
        return
    answer = formulas.check(formula)
    if as_json:
        say_json(answer.to_document())
    else:
        first, *rest = answer.lines
        say("\n".join([first, *map(_folded, rest)]))
    if not answer.right:
        raise typer.Exit(WRONG)


def _folded(line: str) -> str:
    """Return a line of an answer, below the formula, in lines that a terminal shows whole."""
    parts = wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False,
                 break_on_hyphens=False)  # fmt: skip
    return "\n".join(parts)


def _list(as_json: bool) -> None:
    from glassnet.lessons.formulas import exercises

    found = exercises()
    if as_json:
        say_json([{name: each[name] for name in ("week", "about", "formula")} for each in found])
        return
    say("Misprints of course notes. What is wrong with each?\n")
    about = ""
    for each in found:
        if about != (about := f"{each['about']} (week {each['week']})"):
            say(about)
        say(f"  {each['formula']}")
    say('\nCheck one, as it is or as you would write it: glassnet check "FORMULA"')
