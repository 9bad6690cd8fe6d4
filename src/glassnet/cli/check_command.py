"""The command `check`: a formula from any notes against the code that trains and central differences."""

from __future__ import annotations

from typing import Annotated

import typer

from glassnet.cli.options import AsJson, Lang
from glassnet.cli.terminal import end, say, say_json
from glassnet.text_table import wrapped
from glassnet.texts import told

WRONG = 3
WIDTH = 79


def check(
    formula: Annotated[
        str | None, typer.Argument(help="LaTeX, NumPy or plain text; without it the exercises are listed.")
    ] = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Check a formula from any notes, such as "dA = -Y/A + (1-Y)/(1-A)": right, or how it differs.

    It is compared with the code that trains and with central differences. Ends with exit code 0 when it is right, 3
    when it is wrong, 2 when it cannot be read.
    """
    from glassnet.lessons import formulas

    if formula is None:
        _list(as_json)
        return
    try:
        answer = formulas.check(formula)
    except formulas.UnreadableFormulaError as error:
        end(told(str(error)), 2)
    if as_json:
        say_json(answer.to_document())
    else:
        first, *rest = answer.lines
        say("\n".join([told(first), *(_folded(told(line)) for line in rest)]))
    if not answer.right:
        raise typer.Exit(WRONG)


def _folded(line: str) -> str:
    """Return a line of an answer, below the formula, in lines that a terminal shows whole."""
    first, *rest = wrapped(line, WIDTH - 4).split("\n")
    return "\n".join([f"  {first}", *(f"    {part}" for part in rest)])


def _list(as_json: bool) -> None:
    from glassnet.lessons.formulas import exercises

    found = exercises()
    if as_json:
        say_json([{name: each[name] for name in ("week", "about", "formula")} for each in found])
        return
    say(told("Misprints of course notes. What is wrong with each?") + "\n")
    about = ""
    for each in found:
        if about != (about := f"{each['about']} (week {each['week']})"):
            say(told(about))
        say(f"  {each['formula']}")
    say("\n" + told('Check one, as it is or as you would write it: glassnet check "FORMULA"'))
